//! Set-up codes (RULES 6): an admin who knows who is speaking reads one out, and it works only on the page whose two words
//! the person read to them. Owns both sides; what a code then allows, enrolment knows.
use super::{
    Desk,
    enrol::{Asks, NotEnrolled, Place, Scene, begin},
    session::Browser,
};
use crate::{
    crypto::dice::Dice,
    factors::{
        recovery::{SetUpCode, Words},
        typed::Unreadable,
    },
    store::{CodeKind, Guess, LinkKind, LinkState, NewOneTime, OneTimeRow, PhoneOrigin, StoreError, Tx, Typed},
};
use ostiary_gate::domain::{
    Blame,
    audit::{Actor, Entry, Event},
    ids::{PersonId, TenantId, VisitId},
    person::MembershipState,
    secret::Secret,
    time::{Instant, Span},
};

/// RULES 6.
const LIFE: Span = Span::minutes(15);
const TRIES: i64 = 5;
/// As long as any visit.
const WORDS: Span = Span::minutes(60);
/// After a change of the number that an admin would call.
const AFTER_A_CHANGE: Span = Span::hours(72);

/// Why the person's page did not go on.
#[derive(Debug, thiserror::Error)]
pub enum NoSetUpCode {
    #[error("this visit is over")]
    VisitOver,
    /// It is not this step's turn.
    #[error("another step is next: {0:?}")]
    Next(Place),
    /// What was typed is no code; no try was counted.
    #[error(transparent)]
    NoCode(#[from] Unreadable),
    #[error("the code does not fit")]
    Wrong,
    /// Too old, replaced, or its tries are used up: an admin can give another.
    #[error("the code is over")]
    Over,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NoSetUpCode {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

impl From<NotEnrolled> for NoSetUpCode {
    fn from(cause: NotEnrolled) -> Self {
        match cause {
            NotEnrolled::Store(cause) => Self::Store(cause),
            NotEnrolled::VisitOver => Self::VisitOver,
            NotEnrolled::Next(place) => Self::Next(place),
            NotEnrolled::Number(_)
            | NotEnrolled::NumberStays
            | NotEnrolled::NoCode(_)
            | NotEnrolled::WrongCode { .. }
            | NotEnrolled::NewKey
            | NotEnrolled::PausedUntil(_) => Self::Next(Place::Elsewhere),
        }
    }
}

/// For the person's page: the two words of this visit, the same at every reload.
pub async fn ask(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<Words, NoSetUpCode> {
    let (mut unit, scene) = begin(desk, visit, browser).await?;
    let answer = ask_in(unit.tx(), desk, &scene).await;
    unit.settle(answer).await
}

async fn ask_in(tx: &mut Tx, desk: &Desk, scene: &Scene) -> Result<Words, NoSetUpCode> {
    here(scene)?;
    let secret = Secret::new(scene.id.as_str());
    if let Some(row) = tx.link(LinkKind::SetUpWords, &secret).await? {
        return Ok(words_of(&row)?);
    }
    let tenant = scene.row.tenant()?;
    let words = Words::draw(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let new = NewOneTime {
        person: scene.person_id(),
        tenant: tenant.as_ref(),
        visit: Some(&scene.id),
        detail: &(words.first(), words.second()),
        expires_at: scene.now.plus(WORDS),
    };
    tx.put_link(LinkKind::SetUpWords, &secret, &new, scene.now).await?;
    scene.log(tx, desk, Event::HelpAsked, "waits for a set-up code").await?;
    Ok(words)
}

/// Checks the code as it was typed. A right one lets the visit bind an authenticator for the clinic that gave it.
pub async fn show(desk: &Desk, visit: &VisitId, browser: &Browser, typed: &str) -> Result<TenantId, NoSetUpCode> {
    let code = SetUpCode::read(typed)?;
    let (mut unit, mut scene) = begin(desk, visit, browser).await?;
    let answer = show_in(unit.tx(), desk, &mut scene, &code).await;
    unit.settle(answer).await
}

async fn show_in(tx: &mut Tx, desk: &Desk, scene: &mut Scene, code: &SetUpCode) -> Result<TenantId, NoSetUpCode> {
    here(scene)?;
    let code = Secret::new(code.normal());
    let guess = Guess { person: scene.person_id(), visit: &scene.id, code: &code, most: TRIES };
    let row = match tx.try_code(CodeKind::SetUp, &guess, scene.now).await? {
        Typed::Right(row) => row,
        Typed::Over => return Err(NoSetUpCode::Over),
        // None was given yet: to the person the same as a typing mistake.
        Typed::Wrong { .. } | Typed::Missing => {
            scene.log(tx, desk, Event::CodeWrong, "set-up code").await?;
            return Err(NoSetUpCode::Wrong);
        }
    };
    let tenant = row.tenant()?.ok_or_else(|| StoreError::unreadable("set-up code", "of no tenant"))?;
    if !scene.progress.set_up_for.contains(&tenant) {
        scene.progress.set_up_for.push(tenant.clone());
    }
    scene.save(tx).await?;
    scene.log(tx, desk, Event::SetUpCodeUsed, "").await?;
    Ok(tenant)
}

/// Where a set-up code is asked for, or would do as well as the mailed one.
fn here(scene: &Scene) -> Result<(), NoSetUpCode> {
    match scene.place() {
        Place::SetUpCode | Place::MailCode => Ok(()),
        place if scene.asked_here().contains(&Asks::SetUpCode) && place != Place::ShowOwn => Ok(()),
        place => Err(NoSetUpCode::Next(place)),
    }
}

fn words_of(row: &OneTimeRow) -> Result<Words, StoreError> {
    let (first, second): (String, String) = row.detail()?;
    Words::read(&first, &second).ok_or_else(|| StoreError::unreadable("set-up words", "not two of ours"))
}

/// Why an admin cannot give a code.
#[derive(Debug, thiserror::Error)]
pub enum NotGiven {
    /// Admins cannot reset themselves, nor help themselves in.
    #[error("nobody gives themselves a set-up code")]
    Yourself,
    #[error("not of this clinic")]
    NotAMember,
    /// The number to call was changed a short while ago: a second admin must agree.
    #[error("the number on file was changed within 72 hours")]
    SecondAdmin,
    /// No page of this person shows these two words.
    #[error("nobody waits with these words")]
    NoSuchWords,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NotGiven {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

/// A code to be read out, once.
pub struct Given {
    pub code: SetUpCode,
    pub words: Words,
    pub until: Instant,
}

/// Who helps whom. The caller has made sure that `by` may: an admin of this tenant with a fresh code, or the operator.
pub struct Helping<'a> {
    pub by: &'a Actor,
    pub person: &'a PersonId,
    pub tenant: &'a TenantId,
}

/// The words of the pages on which this person waits for a code of this clinic, newest first.
pub async fn waiting(tx: &mut Tx, helping: &Helping<'_>, now: Instant) -> Result<Vec<Words>, StoreError> {
    Ok(open_for(tx, helping, now).await?.into_iter().map(|(words, _)| words).collect())
}

/// Gives a code for the page that shows these words. An older one is over.
pub async fn give(
    tx: &mut Tx,
    helping: &Helping<'_>,
    words: Words,
    now: Instant,
    dice: &dyn Dice,
) -> Result<Given, NotGiven> {
    may_help(tx, helping, now).await?;
    let open = open_for(tx, helping, now).await?;
    let (_, visit) = open.into_iter().find(|(shown, _)| *shown == words).ok_or(NotGiven::NoSuchWords)?;
    let code = SetUpCode::draw(dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let until = now.plus(LIFE);
    let (person, tenant) = (helping.person, Some(helping.tenant));
    let new = NewOneTime { person, tenant, visit: Some(&visit), detail: &(), expires_at: until };
    tx.put_code(CodeKind::SetUp, code.normal(), &new, now).await?;
    let entry = Entry {
        tenant: Some(helping.tenant.clone()),
        actor: helping.by.clone(),
        event: Event::SetUpCodeGiven,
        person: Some(person.clone()),
        client: None,
        detail: String::new(),
    };
    tx.log(&entry, None, now, dice).await?;
    Ok(Given { code, words, until })
}

async fn may_help(tx: &mut Tx, helping: &Helping<'_>, now: Instant) -> Result<(), NotGiven> {
    if *helping.by == Actor::Person(helping.person.clone()) {
        return Err(NotGiven::Yourself);
    }
    let memberships = tx.memberships(helping.person).await?;
    let here = memberships.iter().find(|m| m.tenant == *helping.tenant);
    if !here.is_some_and(|m| m.state == MembershipState::Live) {
        return Err(NotGiven::NotAMember);
    }
    let row = tx.person(helping.person).await?.ok_or(NotGiven::NotAMember)?;
    let changed = row.phone_origin()? == Some(PhoneOrigin::Person);
    let lately = row.phone_set_at.is_some_and(|at| now.since(Instant(at)) < AFTER_A_CHANGE);
    if changed && lately && !second_agreed(tx, helping, now).await? { Err(NotGiven::SecondAdmin) } else { Ok(()) }
}

/// Another admin of this clinic said the same within the hour, when the reset was asked for.
async fn second_agreed(tx: &mut Tx, helping: &Helping<'_>, now: Instant) -> Result<bool, StoreError> {
    let Actor::Person(by) = helping.by else { return Ok(false) };
    for word in tx.open_links(LinkKind::ResetAgreed, helping.person, now).await? {
        if word.tenant()?.as_ref() == Some(helping.tenant) && word.detail::<PersonId>()? != *by {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Visits that are for another clinic are nothing this one's admins may see (RULES 1).
async fn open_for(tx: &mut Tx, helping: &Helping<'_>, now: Instant) -> Result<Vec<(Words, VisitId)>, StoreError> {
    let mut open = vec![];
    for row in tx.open_links(LinkKind::SetUpWords, helping.person, now).await? {
        let elsewhere = row.tenant()?.is_some_and(|tenant| tenant != *helping.tenant);
        if let (LinkState::Live, false, Some(visit)) = (row.state(now), elsewhere, row.visit()?) {
            open.push((words_of(&row)?, visit));
        }
    }
    Ok(open)
}
