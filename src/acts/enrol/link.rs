//! The pending secret and its confirmation. A secret belongs to one person in one browser, for a day, whatever is
//! reloaded, typed wrong or opened twice; the code that proves it is this sign-in's second factor.
use super::{NotEnrolled, Place, Scene, begin, begin_counting, scene};
use crate::{
    acts::{Desk, letters::News, prove, session::Browser},
    crypto::dice,
    factors::totp::{self, Code, Enrolled, Enrolment, Seed},
    store::{Attempts, Budget, End, NewAuthenticator, Pending, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    amr::Reach,
    audit::Event,
    ids::{AuthenticatorId, VisitId},
    time::Span,
};

/// RULES 9.
const PENDING_LIFE: Span = Span::hours(24);
/// Nothing is guessed here, the person was shown the secret: the limit only keeps scripts off.
const TRIES: Budget = Budget { per_window: 10, window: Span::minutes(15), pause: Span::minutes(5), stop_after: None };
/// From this try on the page names the two usual causes.
const AGAIN: u32 = 3;

/// What the page shows.
pub struct Shown {
    pub scene: Scene,
    pub enrolment: Enrolment,
    /// Base32, without spaces.
    pub key: ostiary_gate::domain::secret::Secret,
}

/// Shows this browser its secret: the one it was shown before, or a new one.
pub async fn show(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<Shown, NotEnrolled> {
    let (mut unit, scene) = begin(desk, visit, browser).await?;
    let answer = show_in(unit.tx(), desk, scene).await;
    unit.settle(answer).await
}

async fn show_in(tx: &mut Tx, desk: &Desk, scene: Scene) -> Result<Shown, NotEnrolled> {
    needs_linking(&scene)?;
    let seed = match pending(tx, &scene).await? {
        Some(pending) => seed_of(&pending)?,
        None => draw(tx, desk, &scene).await?,
    };
    let enrolment =
        totp::enrolment(&seed, &scene.entry(), scene.account()).map_err(|e| StoreError::unreadable("account", e))?;
    Ok(Shown { key: seed.base32(), enrolment, scene })
}

fn needs_linking(scene: &Scene) -> Result<(), NotEnrolled> {
    match scene.place() {
        Place::App | Place::Link => Ok(()),
        next @ (Place::ShowOwn
        | Place::SetUpCode
        | Place::MailCode
        | Place::Phone
        | Place::Codes
        | Place::Elsewhere) => Err(NotEnrolled::Next(next)),
    }
}

async fn pending(tx: &mut Tx, scene: &Scene) -> Result<Option<Pending>, StoreError> {
    tx.pending_totp(scene.person_id(), &scene.browser.hash, scene.now).await
}

fn seed_of(pending: &Pending) -> Result<Seed, StoreError> {
    Seed::from_bytes(&pending.secret).map_err(|e| StoreError::unreadable("seed", e))
}

async fn draw(tx: &mut Tx, desk: &Desk, scene: &Scene) -> Result<Seed, NotEnrolled> {
    let seed = Seed::draw(&*desk.dice)?;
    let id = AuthenticatorId::from_tail(&dice::tail(&*desk.dice)?).map_err(|e| StoreError::unreadable("id", e))?;
    // A shared computer is nobody's browser: there the secret goes with the visit.
    let a_day = scene.now.plus(PENDING_LIFE);
    let expires_at = if scene.progress.shared_computer { a_day.min(scene.row.expires_at()) } else { a_day };
    let new = NewAuthenticator {
        id: &id,
        person: scene.person_id(),
        secret: seed.as_bytes(),
        label: &scene.entry(),
        // Said anew when it is confirmed; until then it counts nowhere.
        reach: &Reach::Only(std::collections::BTreeSet::new()),
        browser: Some(&scene.browser.hash),
        expires_at: Some(expires_at),
    };
    tx.insert_authenticator(&new, scene.now).await?;
    scene.log(tx, desk, Event::EnrolmentStarted, "").await?;
    Ok(seed)
}

/// Confirms this browser's secret by one code, as it was typed. Of many at once one confirms; the others learn what is
/// next.
pub async fn confirm(desk: &Desk, visit: &VisitId, browser: &Browser, typed: &str) -> Result<(), NotEnrolled> {
    let code = totp::read(typed)?;
    let (mut unit, mut scene) = begin_counting(desk, visit, browser).await?;
    let answer = confirm_in(unit.tx(), desk, &mut scene, &code).await;
    unit.settle(answer).await
}

async fn confirm_in(tx: &mut Tx, desk: &Desk, scene: &mut Scene, code: &Code) -> Result<(), NotEnrolled> {
    needs_linking(scene)?;
    let Some(pending) = pending(tx, scene).await? else { return Err(NotEnrolled::NewKey) };
    let subject = format!("link {} {}", scene.person_id(), scene.browser.hash);
    match tx.reserve_attempt(&subject, TRIES, scene.now).await? {
        Attempts::Reserved => {}
        Attempts::PausedUntil(until) => return Err(NotEnrolled::PausedUntil(until)),
        // This budget has no stop.
        Attempts::Stopped => return Err(NotEnrolled::PausedUntil(scene.now.plus(TRIES.pause))),
    }
    let (seed, reach) = (seed_of(&pending)?, scene.reach());
    let enrolled = Enrolled { seed: &seed, last_step: 0, authenticator: &pending.id, reach: &reach };
    let Ok(accepted) = totp::check(&enrolled, code, scene.now) else {
        scene.progress.wrong_codes = scene.progress.wrong_codes.saturating_add(1);
        scene.save(tx).await?;
        let again = scene.progress.wrong_codes >= AGAIN;
        return Err(NotEnrolled::WrongCode { again, drift: totp::drift(&seed, code, scene.now) });
    };
    if !tx.confirm_authenticator(scene.person_id(), &pending.id, accepted.step, &reach, scene.now).await? {
        return Err(NotEnrolled::NewKey);
    }
    tx.clear_attempts(&subject).await?;
    tx.add_proof(&scene.row, accepted.verified).await?;
    end_resets(tx, scene).await?;
    let replaces = replace(tx, scene, &pending.id).await?;
    if !scene.shows_second_factor() {
        end_others(tx, scene).await?;
    }
    scene.progress.bound = Some(pending.id.clone());
    scene.progress.wrong_codes = 0;
    scene.save(tx).await?;
    let authenticator = pending.id;
    let (event, news) = if replaces {
        (Event::AuthenticatorReplaced, News::AuthenticatorReplaced { seen: scene.seen(), authenticator })
    } else {
        (Event::AuthenticatorConfirmed, News::AuthenticatorAdded { seen: scene.seen(), authenticator })
    };
    scene.log(tx, desk, event, "").await?;
    Ok(scene.tell_news(tx, desk, news).await?)
}

/// RULES 6: only a set-up code or a recovery code ends a waiting reset. It does when something is bound by it, so that an
/// abandoned set-up leaves the clinic as strict as it was.
async fn end_resets(tx: &mut Tx, scene: &Scene) -> Result<(), StoreError> {
    for (membership, tenant) in &scene.clinics {
        let by_code = scene.in_recovery() || scene.progress.set_up_for.contains(&tenant.id);
        if membership.reset_waiting.is_some() && by_code {
            let mut membership = membership.clone();
            membership.reset_waiting = None;
            tx.put_membership(scene.person_id(), &membership).await?;
        }
    }
    if scene.in_recovery() || !scene.progress.set_up_for.is_empty() {
        tx.clear_attempts(&prove::code_subject(scene.person_id())).await?;
    }
    Ok(())
}

/// What the new one takes the place of: after a recovery code all that was there, since it is lost; else what no clinic
/// counts any more. Whether there was any.
async fn replace(tx: &mut Tx, scene: &Scene, new: &AuthenticatorId) -> Result<bool, StoreError> {
    let mut any = false;
    for old in scene.person().authenticators.iter().filter(|old| old.id != *new) {
        let counts = scene.clinics.iter().any(|(_, t)| old.reach.covers(&t.id));
        if scene.in_recovery() || !counts {
            any |= tx.end_authenticator(scene.person_id(), &old.id, scene.now).await?;
        }
    }
    Ok(any)
}

/// RULES 5, "first authenticator confirmed": other sessions, their online grants, codes and visits. Offline grants stay,
/// and so does what this browser has begun in other tabs.
async fn end_others(tx: &mut Tx, scene: &Scene) -> Result<(), StoreError> {
    const WHY: &str = "first authenticator confirmed";
    let person = scene.person_id();
    // The session in which they confirm is this browser's, also where they signed in to it once more.
    let own = match scene.browser.session(tx).await? {
        Some(row) if row.person()? == *person => Some(row.id()?),
        Some(_) | None => scene.row.session()?,
    };
    for session in tx.sessions_of(person).await? {
        let id = session.id()?;
        if Some(&id) != own.as_ref() {
            tx.end_grants(Which::OfSession(&id), End::OnlineOnly, WHY, scene.now).await?;
        }
    }
    tx.end_sessions(person, own.as_ref(), WHY, scene.now).await?;
    tx.end_codes(person, own.as_ref()).await?;
    tx.end_visits_elsewhere(person, &scene.browser.hash, WHY, scene.now).await?;
    Ok(())
}

/// Whether an old entry must be deleted from the app.
pub fn replaces(scene: &scene::Scene) -> bool {
    !scene.person().authenticators.is_empty() && !scene.shows_second_factor()
}
