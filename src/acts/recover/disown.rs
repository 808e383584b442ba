//! "That was not me": the link at the end of a letter about somebody's own sign-in. It ends all that is open, locks the
//! password, and rolls a binding of the last seven days back whole: factor, phone, sessions, grants (RULES 6).
use crate::{
    acts::{Desk, letters::Disputed},
    store::{End, Known, LinkKind, LinkState, PhoneOrigin, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    Blame,
    audit::{Actor, Entry, Event},
    ids::{AuthenticatorId, PersonId},
    person::{MembershipState, Person},
    secret::Secret,
    time::{Instant, Span},
};

/// How long a binding can be disowned.
const MISTRUST: Span = Span::days(7);
const WHY: &str = "disowned by the person";

/// Why nothing was taken back.
#[derive(Debug, thiserror::Error)]
pub enum NotDisowned {
    /// Used, too old, or never was.
    #[error("this link is gone")]
    LinkGone,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NotDisowned {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

/// Whether a link can still be used; spends nothing, because mail scanners follow links.
pub async fn can_disown(desk: &Desk, token: &Secret) -> Result<bool, StoreError> {
    let mut unit = desk.store.look().await?;
    let now = unit.tx().now(&*desk.clock).await?;
    let row = unit.tx().link(LinkKind::NotMe, token).await?;
    unit.commit().await?;
    Ok(row.is_some_and(|row| row.state(now) == LinkState::Live))
}

/// Spends the link and takes back what it is about.
pub async fn disown(desk: &Desk, token: &Secret) -> Result<(), NotDisowned> {
    let mut unit = desk.store.begin().await?;
    let answer = disown_in(unit.tx(), desk, token).await;
    unit.settle(answer).await
}

async fn disown_in(tx: &mut Tx, desk: &Desk, token: &Secret) -> Result<(), NotDisowned> {
    let now = tx.now(&*desk.clock).await?;
    let row = tx.spend_link(LinkKind::NotMe, token, now).await?.ok_or(NotDisowned::LinkGone)?;
    let (id, about) = (row.person()?, row.detail::<Disputed>()?);
    let person = tx.person_facts(&id, Known::ToWrite).await?.ok_or(NotDisowned::LinkGone)?;
    if let Some(bound) = about.authenticator {
        roll_back(tx, &person, &bound, now).await?;
    }
    end_all(tx, &id, now).await?;
    tx.void_password(&id, now).await?;
    for membership in person.memberships.iter().filter(|m| m.state == MembershipState::Live) {
        let entry = Entry {
            tenant: Some(membership.tenant.clone()),
            actor: Actor::Person(id.clone()),
            event: Event::AuthenticatorReset,
            person: Some(id.clone()),
            client: None,
            detail: WHY.to_owned(),
        };
        tx.log(&entry, None, now, &*desk.dice).await?;
    }
    Ok(())
}

/// The factor, the number that was typed with it, and the codes that were made for it.
async fn roll_back(tx: &mut Tx, person: &Person, bound: &AuthenticatorId, now: Instant) -> Result<(), StoreError> {
    let Some(factor) = person.authenticators.iter().find(|a| a.id == *bound) else { return Ok(()) };
    if now.since(factor.confirmed_at) > MISTRUST {
        return Ok(());
    }
    tx.end_authenticator(&person.id, bound, now).await?;
    if let Some(file) = tx.person(&person.id).await?
        && file.phone_origin()? == Some(PhoneOrigin::SetUp)
    {
        tx.remove_phone(&person.id, now).await?;
    }
    tx.put_recovery_codes(&person.id, &[], now).await
}

async fn end_all(tx: &mut Tx, person: &PersonId, now: Instant) -> Result<(), StoreError> {
    tx.drop_pending(person, now).await?;
    tx.end_sessions(person, None, WHY, now).await?;
    tx.end_grants(Which::OfPerson(person), End::All, WHY, now).await?;
    tx.end_visits(person, None, WHY, now).await?;
    tx.end_one_time(person, now).await?;
    Ok(())
}
