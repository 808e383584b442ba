//! The six digits that a first binding asks for besides the password (RULES 6): made, mailed, made again, checked. A right
//! one also proves the address.
use super::{
    Desk,
    enrol::{NotEnrolled, Place, Scene, begin, look},
    letters::{self, Letter, To},
    session::Browser,
};
use crate::{
    factors::{recovery::MailCode, typed::Unreadable},
    store::{Attempts, Budget, CodeKind, Guess, LinkState, NewOneTime, StoreError, Tx, Typed},
};
use ostiary_gate::domain::{
    Blame,
    audit::Event,
    ids::VisitId,
    secret::Secret,
    time::{Instant, Span},
};

/// RULES 9.
const LIFE: Span = Span::minutes(10);
const TRIES: i64 = 5;
/// Over all codes of a person: asking for another code buys no more guesses than this.
const GUESSES: Budget = Budget { per_window: 10, window: Span::hours(1), pause: Span::hours(1), stop_after: None };

/// What the page says of the code that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// `s•••@riverside.example`: the right password was shown, the mailbox not yet.
    pub to: String,
}

/// Why it did not go on.
#[derive(Debug, thiserror::Error)]
pub enum NoMailCode {
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
    /// Too old, or its tries are used up: another is on its way.
    #[error("the code is over")]
    Over,
    /// Too many letters in this hour, or too many guesses.
    #[error("too many; paused")]
    PausedUntil(Instant),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NoMailCode {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

impl From<NotEnrolled> for NoMailCode {
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

/// For the page: sends the first code, or another when the last one ran out. A reload sends nothing.
pub async fn open(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<Sent, NoMailCode> {
    let (mut unit, scene) = begin(desk, visit, browser).await?;
    let answer = open_in(unit.tx(), desk, &scene).await;
    unit.settle(answer).await
}

async fn open_in(tx: &mut Tx, desk: &Desk, scene: &Scene) -> Result<Sent, NoMailCode> {
    let sent = here(scene)?;
    let last = tx.latest_code(CodeKind::Mail, scene.person_id(), &scene.id).await?;
    if !last.is_some_and(|code| code.state(scene.now) == LinkState::Live) {
        send(tx, desk, scene).await?;
    }
    Ok(sent)
}

/// The page without sending anything: after a wrong code, or when no more letters are allowed.
pub async fn shown(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<Sent, NoMailCode> {
    here(&look(desk, visit, browser).await?)
}

/// "Send it again."
pub async fn again(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<Sent, NoMailCode> {
    let (mut unit, scene) = begin(desk, visit, browser).await?;
    let answer = again_in(unit.tx(), desk, &scene).await;
    unit.settle(answer).await
}

async fn again_in(tx: &mut Tx, desk: &Desk, scene: &Scene) -> Result<Sent, NoMailCode> {
    let sent = here(scene)?;
    send(tx, desk, scene).await?;
    Ok(sent)
}

/// Checks the code as it was typed. A right one lets the visit go on, and proves the address it was mailed to.
pub async fn check(desk: &Desk, visit: &VisitId, browser: &Browser, typed: &str) -> Result<(), NoMailCode> {
    let code = MailCode::read(typed)?;
    let (mut unit, mut scene) = begin(desk, visit, browser).await?;
    let answer = check_in(unit.tx(), desk, &mut scene, &code).await;
    unit.settle(answer).await
}

async fn check_in(tx: &mut Tx, desk: &Desk, scene: &mut Scene, code: &MailCode) -> Result<(), NoMailCode> {
    here(scene)?;
    let subject = format!("mail code {}", scene.person_id());
    match tx.reserve_attempt(&subject, GUESSES, scene.now).await? {
        Attempts::Reserved => {}
        Attempts::PausedUntil(until) => return Err(NoMailCode::PausedUntil(until)),
        Attempts::Stopped => return Err(NoMailCode::PausedUntil(scene.now.plus(GUESSES.pause))),
    }
    let code = Secret::new(code.normal());
    let guess = Guess { person: scene.person_id(), visit: &scene.id, code: &code, most: TRIES };
    match tx.try_code(CodeKind::Mail, &guess, scene.now).await? {
        // Mailed to an address that is theirs no more: it proves nothing of today's.
        Typed::Right(row) if row.detail::<String>()? == scene.account() => {}
        Typed::Wrong { .. } => {
            scene.log(tx, desk, Event::CodeWrong, "mailed code").await?;
            return Err(NoMailCode::Wrong);
        }
        Typed::Right(_) | Typed::Over | Typed::Missing => {
            send(tx, desk, scene).await?;
            return Err(NoMailCode::Over);
        }
    }
    tx.attempt_succeeded(&subject).await?;
    tx.set_email_verified(scene.person_id(), scene.now).await?;
    scene.progress.binding_allowed = Some(scene.now);
    scene.save(tx).await?;
    scene.log(tx, desk, Event::MailCodeAccepted, "").await?;
    Ok(())
}

fn here(scene: &Scene) -> Result<Sent, NoMailCode> {
    match scene.place() {
        Place::MailCode => Ok(Sent { to: masked(scene.account()) }),
        place => Err(NoMailCode::Next(place)),
    }
}

async fn send(tx: &mut Tx, desk: &Desk, scene: &Scene) -> Result<(), NoMailCode> {
    let (person, now) = (scene.person_id(), scene.now);
    if let Some(until) = letters::reserve(tx, person, now).await? {
        return Err(NoMailCode::PausedUntil(until));
    }
    let code = MailCode::draw(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let tenant = scene.here().first().map(|tenant| &tenant.id);
    let expires_at = now.plus(LIFE);
    let new = NewOneTime { person, tenant, visit: Some(&scene.id), detail: &scene.account(), expires_at };
    tx.put_code(CodeKind::Mail, code.normal(), &new, now).await?;
    let letter = Letter::Code { code: Secret::new(code.normal()), expires_at };
    letters::post(tx, letter, To { person, tenant }, now, &*desk.dice).await?;
    scene.log(tx, desk, Event::MailCodeSent, "").await?;
    Ok(())
}

/// The first letter and the house: enough to know it again, not enough to learn it.
fn masked(address: &str) -> String {
    match address.split_once('@') {
        Some((name, house)) => format!("{}•••@{house}", name.chars().take(1).collect::<String>()),
        None => "•••".to_owned(),
    }
}
