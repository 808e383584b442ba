//! `/login/recovery` (JOURNEYS A8.2): a backup code opens a recovery session, which leads to a new phone and nowhere else.
use super::Setup;
use crate::{
    acts::{
        enrol::Place,
        recover::{self, NotRecovered},
    },
    factors::typed::Unreadable,
    http::{
        Ask, Failure, Form, Handled,
        door::{onward::minutes, signin::later},
    },
    views::door::recovery::{Recovered, Recovery, RecoveryError},
};
use http::StatusCode;
use ostiary_gate::domain::time::Instant;

/// GET.
pub async fn show(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    if setup.scene.may_recover() {
        return page(&ask, &setup, None, None);
    }
    if setup.scene.in_recovery() && matches!(setup.scene.place(), Place::App | Place::Link) {
        let codes_left = u32::try_from(setup.scene.codes_left).unwrap_or_default();
        return setup.around(&ask).draw(StatusCode::OK, |frame| Recovered { frame, codes_left });
    }
    ask.to_place(&setup.id, setup.scene.place()).await
}

fn page(ask: &Ask, setup: &Setup, error: Option<RecoveryError>, paused: Option<Instant>) -> Handled {
    let status = match (error, paused) {
        (None, None) => StatusCode::OK,
        (Some(_), None) => StatusCode::UNPROCESSABLE_ENTITY,
        (_, Some(_)) => StatusCode::TOO_MANY_REQUESTS,
    };
    let answer = setup.around(ask).draw(status, |frame| Recovery { frame, error })?;
    Ok(match paused {
        Some(until) => later(answer, until.since(setup.scene.now)),
        None => answer,
    })
}

/// POST.
pub async fn use_code(ask: Ask, form: Form) -> Handled {
    let setup = ask.setup_in(&form).await?;
    let typed = form.secret("recovery_code")?;
    let error = match recover::use_code(&ask.app.desk, &setup.id, &ask.browser(), typed.expose()).await {
        Ok(_) => return Ok(ask.see_other(&format!("/login/recovery?visit={}", setup.id))),
        Err(NotRecovered::Elsewhere) => return ask.to_place(&setup.id, setup.scene.place()).await,
        Err(NotRecovered::VisitOver) => return Err(Failure::expired(None)),
        Err(NotRecovered::Store(cause)) => return Err(cause.into()),
        Err(NotRecovered::PausedUntil(until)) => {
            let minutes = minutes(until.since(setup.scene.now));
            return page(&ask, &setup, Some(RecoveryError::Throttled { minutes }), Some(until));
        }
        Err(NotRecovered::NoCode(Unreadable::Empty)) => RecoveryError::Empty,
        Err(NotRecovered::NoCode(Unreadable::Malformed)) => RecoveryError::NotACode,
        Err(NotRecovered::WrongCode) => RecoveryError::Wrong,
        Err(NotRecovered::UsedCode) => RecoveryError::Used,
    };
    page(&ask, &setup, Some(error), None)
}
