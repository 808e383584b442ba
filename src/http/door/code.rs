//! `/login/totp` (JOURNEYS A2): the second factor they have.
use super::{signin::later, standing::Standing};
use crate::{
    acts::{
        enrol::{self, NotEnrolled, Place},
        prove::{NotProved, code_subject},
        visit::Progress,
    },
    factors::totp::NoCode,
    grants::door::{self, DoorError},
    http::{Ask, Failure, Form, Handled, Stage, Visit, own::minutes_until},
    views::door::code::{Code, CodeError, Purpose},
};
use http::StatusCode;
use ostiary_gate::gate::{Outcome, Step};

/// From this many wrong codes in a row on, the two usual causes are named.
const AGAIN: i64 = 3;

/// Whether a code is asked for here: by the gate, or on the way to another authenticator, before which they show the one
/// they have (RULES 6).
async fn asked(ask: &Ask, visit: Visit) -> Result<Standing, Failure> {
    let standing = ask.standing(visit).await?;
    if let Stage::Row(id, row) = &standing.visit.stage {
        let progress: Progress = row.progress()?;
        // A recovery session leads to a new authenticator and nowhere else.
        if progress.recovery.is_some() && progress.bound.is_none() {
            return Err(Failure::Elsewhere(format!("/enrol/app?visit={id}")));
        }
    }
    if standing.judgement.outcome == Outcome::Step(Step::Enrol) {
        match enrol::look(&ask.app.desk, &standing.id, &ask.browser()).await {
            Ok(scene) if scene.place() == Place::ShowOwn => return Ok(standing),
            Err(NotEnrolled::Store(cause)) => return Err(cause.into()),
            Ok(_) | Err(_) => {}
        }
    }
    ask.due(standing.visit, Step::SecondFactor).await
}

/// GET.
pub async fn show(ask: Ask) -> Handled {
    let standing = asked(&ask, ask.visit().await?).await?;
    page(&ask, &standing, None)
}

fn page(ask: &Ask, standing: &Standing, error: Option<CodeError>) -> Handled {
    let status = match error {
        None => StatusCode::OK,
        Some(CodeError::Throttled { .. } | CodeError::Stopped) => StatusCode::TOO_MANY_REQUESTS,
        Some(CodeError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let (entry, reasons) = (standing.entry(), standing.reasons());
    standing.scene(ask).draw(status, |frame| Code { frame, purpose: Purpose::SignIn, entry, reasons, error })
}

/// POST.
pub async fn check(ask: Ask, form: Form) -> Handled {
    let typed = form.secret("code")?;
    let standing = asked(&ask, ask.visit_of(&form).await?).await?;
    let answer = door::show_code(&ask.app.desk, &standing.id, &ask.browser(), typed.expose()).await;
    let cause = match answer {
        Ok(onward) => return ask.lead(onward, standing.visit.client.as_ref()).await,
        Err(DoorError::NoCode(cause)) => return no_code(&ask, &standing, cause),
        Err(DoorError::NotProved(cause)) => cause,
        Err(other) => return Err(other.into()),
    };
    match cause {
        NotProved::WrongCode => {
            let error = if in_a_row(&ask, &standing).await? < AGAIN { CodeError::Wrong } else { CodeError::WrongAgain };
            page(&ask, &standing, Some(error))
        }
        NotProved::UsedCode => page(&ask, &standing, Some(CodeError::Replayed)),
        NotProved::PausedUntil(until) => {
            let now = ask.now()?;
            let wait = until.since(now);
            Ok(later(page(&ask, &standing, Some(CodeError::Throttled { minutes: minutes_until(until, now) }))?, wait))
        }
        NotProved::Stopped => page(&ask, &standing, Some(CodeError::Stopped)),
        NotProved::Busy(wait) => Ok(later(page(&ask, &standing, Some(CodeError::Busy))?, wait)),
        other @ (NotProved::Store(_) | NotProved::WrongPassword) => Err(DoorError::NotProved(other).into()),
    }
}

/// Nothing was compared, and no try was counted.
fn no_code(ask: &Ask, standing: &Standing, cause: NoCode) -> Handled {
    match cause {
        NoCode::Empty => page(ask, standing, Some(CodeError::Empty)),
        NoCode::Malformed => page(ask, standing, Some(CodeError::NotSixDigits)),
        // The right thing in the wrong place: the page for it comes next.
        NoCode::LooksLikeRecoveryCode => Ok(ask.see_other(&format!("/login/recovery?visit={}", standing.id))),
    }
}

async fn in_a_row(ask: &Ask, standing: &Standing) -> Result<i64, Failure> {
    let mut unit = ask.app.desk.store.look().await?;
    let count = unit.tx().failures_in_a_row(&code_subject(&standing.person.id()?)).await?;
    unit.commit().await?;
    Ok(count)
}
