//! Getting back in without the phone: a recovery code opens a recovery session, which may bind a new authenticator and
//! nothing else (RULES 6). Owns that, and the rolling back of a first binding that its person disowns.
mod disown;
#[cfg(test)]
mod tests;

pub use disown::{NotDisowned, can_disown, disown};

use super::{
    Desk,
    enrol::{NotEnrolled, Scene, begin_counting},
    letters::{Letter, News},
    prove::{CODE, code_subject},
    session::Browser,
};
use crate::{
    factors::{recovery::RecoveryCode, typed::Unreadable},
    store::{Attempts, Budget, End, Spent, StoreError, Tx, Which},
};
use ostiary_gate::{
    domain::{
        Blame,
        audit::Event,
        ids::VisitId,
        time::{Instant, Span},
    },
    gate::{Outcome, Step},
};

/// RULES 9.
const LIFE: Span = Span::minutes(30);
/// Where wrong codes have stopped the account, a recovery code may still be tried: it is what lifts the stop, and no one
/// guesses 74 bits.
const STOPPED: Budget = Budget { per_window: 5, window: Span::hours(24), pause: Span::minutes(5), stop_after: None };

/// So few codes left are told.
const FEW: u32 = 2;

/// Why no recovery session was opened.
#[derive(Debug, thiserror::Error)]
pub enum NotRecovered {
    #[error("this visit is over")]
    VisitOver,
    /// Nothing here for a recovery code to open: ask the gate.
    #[error("nothing is to be recovered")]
    Elsewhere,
    /// What was typed is no code; no try was counted.
    #[error(transparent)]
    NoCode(#[from] Unreadable),
    #[error("not one of this person's codes")]
    WrongCode,
    #[error("the code has been used")]
    UsedCode,
    #[error("too many tries; paused")]
    PausedUntil(Instant),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NotRecovered {
    fn is_ours(&self) -> bool {
        match self {
            Self::Store(_) => true,
            Self::VisitOver
            | Self::Elsewhere
            | Self::NoCode(_)
            | Self::WrongCode
            | Self::UsedCode
            | Self::PausedUntil(_) => false,
        }
    }
}

impl From<NotEnrolled> for NotRecovered {
    fn from(cause: NotEnrolled) -> Self {
        match cause {
            NotEnrolled::Store(cause) => Self::Store(cause),
            NotEnrolled::VisitOver => Self::VisitOver,
            NotEnrolled::Next(_)
            | NotEnrolled::Number(_)
            | NotEnrolled::NumberStays
            | NotEnrolled::NoCode(_)
            | NotEnrolled::WrongCode { .. }
            | NotEnrolled::NewKey
            | NotEnrolled::PausedUntil(_) => Self::Elsewhere,
        }
    }
}

impl Scene {
    /// Somebody with a right password is asked for what they have lost.
    pub fn may_recover(&self) -> bool {
        let asked = match self.heard.judgement().outcome {
            Outcome::Step(Step::SecondFactor | Step::SetUpCode | Step::Enrol) => true,
            Outcome::Step(
                Step::SignIn | Step::SignInAgain | Step::ChooseTenant | Step::Complete | Step::Connect | Step::Consent,
            )
            | Outcome::Clear
            | Outcome::Refused(_) => false,
        };
        asked && !self.in_recovery() && !self.person().authenticators.is_empty()
    }
}

/// Spends a recovery code as it was typed, and turns the visit into a recovery session. How many codes are left.
pub async fn use_code(desk: &Desk, visit: &VisitId, browser: &Browser, typed: &str) -> Result<i64, NotRecovered> {
    let code = RecoveryCode::read(typed)?;
    let (mut unit, mut scene) = begin_counting(desk, visit, browser).await?;
    let answer = use_code_in(unit.tx(), desk, &mut scene, &code).await;
    unit.settle(answer).await
}

async fn use_code_in(tx: &mut Tx, desk: &Desk, scene: &mut Scene, code: &RecoveryCode) -> Result<i64, NotRecovered> {
    if !scene.may_recover() {
        return Err(NotRecovered::Elsewhere);
    }
    reserve(tx, scene).await?;
    let person = scene.person_id().clone();
    match tx.spend_recovery_code(&person, code.normal(), scene.now).await? {
        Spent::Now => {}
        Spent::Before => {
            scene.log(tx, desk, Event::BackupCodeWrong, "used before").await?;
            return Err(NotRecovered::UsedCode);
        }
        Spent::Never => {
            scene.log(tx, desk, Event::BackupCodeWrong, "").await?;
            return Err(NotRecovered::WrongCode);
        }
    }
    for subject in [code_subject(&person), stopped_subject(scene)] {
        tx.clear_attempts(&subject).await?;
    }
    tx.stand_alone(&scene.row, scene.now.plus(LIFE)).await?;
    end_all(tx, scene).await?;
    scene.progress.recovery = Some(scene.now);
    scene.save(tx).await?;
    scene.log(tx, desk, Event::BackupCodeUsed, "").await?;
    let left = tx.recovery_codes_left(&person).await?;
    let said = u32::try_from(left).unwrap_or_default();
    scene.tell_news(tx, desk, News::BackupCodeUsed { left: said }).await?;
    if said <= FEW {
        scene.tell(tx, desk, Letter::FewBackupCodes { left: said }).await?;
    }
    Ok(left)
}

fn stopped_subject(scene: &Scene) -> String {
    format!("recovery {}", scene.person_id())
}

async fn reserve(tx: &mut Tx, scene: &Scene) -> Result<(), NotRecovered> {
    let tried = match tx.reserve_attempt(&code_subject(scene.person_id()), CODE, scene.now).await? {
        Attempts::Stopped => tx.reserve_attempt(&stopped_subject(scene), STOPPED, scene.now).await?,
        tried @ (Attempts::Reserved | Attempts::PausedUntil(_)) => tried,
    };
    match tried {
        Attempts::Reserved => Ok(()),
        Attempts::PausedUntil(until) => Err(NotRecovered::PausedUntil(until)),
        // The second budget has no stop.
        Attempts::Stopped => Err(NotRecovered::PausedUntil(scene.now.plus(STOPPED.pause))),
    }
}

/// RULES 5, "recovery used": all sessions, all grants, codes and visits but this one, and secrets that wait elsewhere.
async fn end_all(tx: &mut Tx, scene: &Scene) -> Result<(), StoreError> {
    const WHY: &str = "recovery code used";
    let (person, now) = (scene.person_id(), scene.now);
    tx.end_sessions(person, None, WHY, now).await?;
    tx.end_grants(Which::OfPerson(person), End::All, WHY, now).await?;
    tx.end_visits(person, Some(scene.id.as_str()), WHY, now).await?;
    tx.end_one_time(person, now).await?;
    tx.drop_pending(person, now).await
}
