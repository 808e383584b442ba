//! What a person says on their way through the door besides showing factors: which clinic, that an app may know, that they
//! would rather not; and that they sign out. None of it opens anything: the gate is asked anew.
use super::{
    Desk,
    letters::{self, Letter},
    session::Browser,
    visit::{self, Progress},
};
use crate::{
    porter::Heard,
    store::{Attempts, Budget, Known, StoreError, Tx, VisitRow},
};
use ostiary_gate::{
    domain::{
        Blame,
        audit::{Actor, Entry, Event},
        ids::{ClientId, PersonId, TenantId, VisitId},
        person::MembershipState,
        time::{Instant, Span},
    },
    gate::{Outcome, Step},
};

/// Why it was not taken down.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// Ended, run out, or of another browser.
    #[error("this visit is over")]
    VisitOver,
    /// It is not what the gate asks now: reached by Back, another tab, or a forged form.
    #[error("this is not what is asked")]
    NotAsked,
    #[error("the person does not belong to this clinic")]
    NotTheirs,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NotTaken {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

/// "Which clinic are you signing in to?"
pub async fn choose_clinic(desk: &Desk, id: &VisitId, browser: &Browser, clinic: &TenantId) -> Result<(), NotTaken> {
    let mut unit = desk.store.begin().await?;
    let answer = chosen(unit.tx(), desk, (id, browser), clinic).await;
    unit.settle(answer).await
}

async fn chosen(tx: &mut Tx, desk: &Desk, at: (&VisitId, &Browser), clinic: &TenantId) -> Result<(), NotTaken> {
    let Moment { row, heard, .. } = due(tx, desk, at, Step::ChooseTenant).await?;
    if heard.person().and_then(|person| person.live_membership(clinic)).is_none() {
        return Err(NotTaken::NotTheirs);
    }
    Ok(tx.set_visit_tenant(&row.id()?, clinic).await?)
}

/// "Allow": remembered for these scopes. Taken only from somebody who has shown all that is demanded, so that half a
/// sign-in allows nothing.
pub async fn consent(desk: &Desk, id: &VisitId, browser: &Browser) -> Result<(), NotTaken> {
    let mut unit = desk.store.begin().await?;
    let answer = consented(unit.tx(), desk, (id, browser)).await;
    unit.settle(answer).await
}

async fn consented(tx: &mut Tx, desk: &Desk, at: (&VisitId, &Browser)) -> Result<(), NotTaken> {
    let Moment { row, heard, now } = due(tx, desk, at, Step::Consent).await?;
    let (id, person) = (row.id()?, row.person()?);
    let progress = Progress { consented: true, ..row.progress()? };
    tx.set_progress(&id, &progress).await?;
    let client = heard.rules.client.id.clone();
    tx.remember_consent(&person, &client, &heard.wants.scope, now).await?;
    let tenants: Vec<TenantId> = heard.tenants().cloned().collect();
    log(tx, desk, Event::ConsentGiven, (&person, Some(client), &tenants), now).await?;
    Ok(())
}

/// "Cancel": the visit ends, nothing else does. One that is over already is none to end.
pub async fn cancel(desk: &Desk, id: &VisitId, browser: &Browser) -> Result<(), StoreError> {
    let mut unit = desk.store.begin().await?;
    let tx = unit.tx();
    let now = tx.now(&*desk.clock).await?;
    if tx.visit(id, &browser.hash).await?.is_some() {
        tx.end_visit(id, "cancelled", now).await?;
    }
    unit.commit().await
}

/// Whether the clinic's admins were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Now,
    /// A little while ago; no second letter goes out.
    Before,
}

/// One call for help an hour: a mailbox is no alarm bell.
const CALLS: Budget = Budget { per_window: 1, window: Span::hours(1), pause: Span::hours(1), stop_after: None };

/// "Tell them I need help" (JOURNEYS A8): a letter to the admins of the clinics this visit is for, and nothing else.
pub async fn ask_for_help(desk: &Desk, id: &VisitId, browser: &Browser) -> Result<Told, NotTaken> {
    let mut unit = desk.store.begin().await?;
    let answer = called(unit.tx(), desk, (id, browser)).await;
    unit.settle(answer).await
}

async fn called(tx: &mut Tx, desk: &Desk, at: (&VisitId, &Browser)) -> Result<Told, NotTaken> {
    let Moment { row, heard, now } = moment(tx, desk, at).await?;
    let person = row.person()?;
    match tx.reserve_attempt(&format!("help {person}"), CALLS, now).await? {
        Attempts::Reserved => {}
        Attempts::PausedUntil(_) | Attempts::Stopped => return Ok(Told::Before),
    }
    let name = tx.person(&person).await?.map(|file| file.full_name()).unwrap_or_default();
    let tenants: Vec<TenantId> = heard.tenants().cloned().collect();
    for tenant in &tenants {
        let letter = || Letter::HelpAsked { name: name.clone(), person: person.clone() };
        letters::post_to_admins(tx, letter, tenant, now, &*desk.dice).await?;
    }
    log(tx, desk, Event::HelpAsked, (&person, None, &tenants), now).await?;
    Ok(Told::Now)
}

/// Signs out on this browser (RULES 5). Whether somebody was signed in.
pub async fn sign_out(desk: &Desk, browser: &Browser) -> Result<bool, StoreError> {
    let mut unit = desk.store.begin().await?;
    let tx = unit.tx();
    let now = tx.now(&*desk.clock).await?;
    let Some(row) = browser.session(tx).await? else {
        unit.commit().await?;
        return Ok(false);
    };
    let (id, person) = (row.id()?, row.person()?);
    let was_there = tx.sign_out(&id, "signed out", now).await?;
    let memberships = tx.memberships(&person).await?;
    let tenants: Vec<TenantId> =
        memberships.into_iter().filter(|m| m.state == MembershipState::Live).map(|m| m.tenant).collect();
    log(tx, desk, Event::SignedOut, (&person, None, &tenants), now).await?;
    unit.commit().await?;
    Ok(was_there)
}

struct Moment {
    row: VisitRow,
    heard: Heard,
    now: Instant,
}

/// The visit, if the gate asks for `step` now.
async fn due(tx: &mut Tx, desk: &Desk, at: (&VisitId, &Browser), step: Step) -> Result<Moment, NotTaken> {
    let moment = moment(tx, desk, at).await?;
    if moment.heard.judgement().outcome == Outcome::Step(step) { Ok(moment) } else { Err(NotTaken::NotAsked) }
}

/// The visit, if it is open.
async fn moment(tx: &mut Tx, desk: &Desk, at: (&VisitId, &Browser)) -> Result<Moment, NotTaken> {
    let (id, browser) = at;
    let now = tx.now(&*desk.clock).await?;
    let row = tx.visit(id, &browser.hash).await?.filter(|row| row.is_open(now)).ok_or(NotTaken::VisitOver)?;
    let (_, asked) = visit::claim_of_row(tx, &row, &browser.hash).await?;
    let heard = visit::heard(tx, &asked, Known::Held, now).await?.map_err(|_| NotTaken::VisitOver)?;
    Ok(Moment { row, heard, now })
}

/// A row in the log of each of these clinics.
async fn log(
    tx: &mut Tx,
    desk: &Desk,
    event: Event,
    about: (&PersonId, Option<ClientId>, &[TenantId]),
    now: Instant,
) -> Result<(), StoreError> {
    let (person, client, tenants) = about;
    for tenant in tenants {
        let entry = Entry {
            tenant: Some(tenant.clone()),
            actor: Actor::Person(person.clone()),
            event,
            person: Some(person.clone()),
            client: client.clone(),
            detail: String::new(),
        };
        tx.log(&entry, None, now, &*desk.dice).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::{
        acts::{
            testing::{House, houses},
            visit::LIFE,
        },
        store::NewVisit,
    };

    /// Somebody who has come as far as an open visit, and shown nothing in it.
    async fn half(house: &House, browser: &Browser, person: &PersonId) -> VisitId {
        let id = VisitId::from_tail(&crate::crypto::dice::tail(&*house.desk.dice).unwrap()).unwrap();
        let (opening, now) = (house.opening(&[]), house.clock.now());
        let new = NewVisit {
            id: &id,
            browser_hash: &browser.hash,
            client_id: Some("web"),
            person,
            session: None,
            tenant: None,
            began_at: now,
            expires_at: now.plus(LIFE),
        };
        let mut unit = house.desk.store.begin().await.unwrap();
        unit.tx().insert_visit(&new, &opening.purpose, &Progress::default(), None).await.unwrap();
        unit.commit().await.unwrap();
        id
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn half_a_sign_in_allows_nothing_and_chooses_nothing() {
        let dir = tempfile::tempdir().unwrap();
        for house in houses(dir.path()).await {
            let browser = house.browser();
            let visit = half(&house, &browser, &house.alice).await;
            let said = consent(&house.desk, &visit, &browser).await;
            assert!(matches!(said, Err(NotTaken::NotAsked)), "{}: {said:?}", house.name);
            let said = choose_clinic(&house.desk, &visit, &browser, &house.riverside).await;
            assert!(matches!(said, Err(NotTaken::NotAsked)), "{}: {said:?}", house.name);
            let elsewhere = consent(&house.desk, &visit, &house.browser()).await;
            assert!(matches!(elsewhere, Err(NotTaken::VisitOver)), "a visit works in its own browser only");
            let mut unit = house.desk.store.look().await.unwrap();
            assert!(unit.tx().consents_of(&house.alice).await.unwrap().is_empty(), "nothing is remembered");
        }
    }
}
