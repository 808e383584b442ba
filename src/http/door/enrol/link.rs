//! `/enrol/app` and `/enrol/link` (JOURNEYS A5, A6): get an app, link it, type one code.
use super::{around, helpers, steps};
use crate::{
    acts::enrol::{
        NotEnrolled, Place,
        link::{self, Shown},
    },
    factors::totp::NoCode,
    http::{
        Ask, Form, Handled, Visit,
        door::{onward::minutes, signin::later},
    },
    views::{
        door::code::CodeError,
        enrol::{
            app::{App, Platform},
            link::{Direction, Link, LinkError},
        },
    },
};
use http::StatusCode;
use ostiary_gate::domain::{
    ids::VisitId,
    secret::Secret,
    time::{Instant, Span},
};

/// GET `/enrol/app`.
pub async fn app(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    let place = setup.scene.place();
    if !matches!(place, Place::App | Place::Link) {
        return ask.to_place(&setup.id, place).await;
    }
    let agent = ask.browser().user_agent;
    // A guess that only orders the page.
    let platform = if agent.contains("Android") { Platform::Android } else { Platform::Iphone };
    let (steps, replaces) = (setup.steps(2), link::replaces(&setup.scene));
    setup.around(&ask).draw(StatusCode::OK, |frame| App { frame, steps, platform, recommended: None, replaces })
}

/// POST `/enrol/app`.
pub async fn have_app(ask: Ask, form: Form) -> Handled {
    let setup = ask.setup_in(&form).await?;
    match setup.scene.place() {
        Place::App | Place::Link => Ok(ask.see_other(&format!("/enrol/link?visit={}", setup.id))),
        place => ask.to_place(&setup.id, place).await,
    }
}

/// GET `/enrol/link`.
pub async fn show(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    draw(&ask, &setup.visit, &setup.id, StatusCode::OK, None).await
}

async fn draw(ask: &Ask, visit: &Visit, id: &VisitId, status: StatusCode, error: Option<LinkError>) -> Handled {
    let shown = match link::show(&ask.app.desk, id, &ask.browser()).await {
        Ok(shown) => shown,
        Err(cause) => return ask.instead(id, cause).await,
    };
    let Shown { scene, enrolment, key } = shown;
    let agent = ask.browser().user_agent;
    let touch = ["Mobile", "Android", "iPhone", "iPad"].iter().any(|mark| agent.contains(mark));
    around(ask, visit, &scene).draw(status, |frame| Link {
        frame,
        steps: Some(steps(&scene, 3)),
        entry: enrolment.issuer,
        account: enrolment.account,
        key,
        uri: enrolment.uri,
        touch,
        helpers: helpers(),
        error,
    })
}

/// POST `/enrol/link`.
pub async fn confirm(ask: Ask, form: Form) -> Handled {
    let setup = ask.setup_in(&form).await?;
    let typed: Secret = form.secret("code")?;
    let (cause, now) = match link::confirm(&ask.app.desk, &setup.id, &ask.browser(), typed.expose()).await {
        Ok(()) => return ask.onwards(&setup.id).await,
        Err(cause) => (cause, setup.scene.now),
    };
    let (error, paused) = match said(cause, now) {
        Ok(said) => said,
        Err(cause) => return ask.instead(&setup.id, cause).await,
    };
    let status = if paused.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNPROCESSABLE_ENTITY };
    let answer = draw(&ask, &setup.visit, &setup.id, status, Some(error)).await?;
    Ok(match paused {
        Some(until) => later(answer, until.since(now)),
        None => answer,
    })
}

/// What the page says of it, and until when nothing is taken; or what is not this page's business.
fn said(cause: NotEnrolled, now: Instant) -> Result<(LinkError, Option<Instant>), NotEnrolled> {
    Ok(match cause {
        NotEnrolled::NoCode(NoCode::Empty) => (LinkError::Code(CodeError::Empty), None),
        NotEnrolled::NoCode(NoCode::Malformed | NoCode::LooksLikeRecoveryCode) => {
            (LinkError::Code(CodeError::NotSixDigits), None)
        }
        NotEnrolled::WrongCode { drift: Some(drift), .. } => (drifted(drift), None),
        NotEnrolled::WrongCode { again: true, drift: None } => (LinkError::Code(CodeError::WrongAgain), None),
        NotEnrolled::WrongCode { again: false, drift: None } => (LinkError::Code(CodeError::Wrong), None),
        NotEnrolled::NewKey => (LinkError::NewKey, None),
        NotEnrolled::PausedUntil(until) => {
            (LinkError::Code(CodeError::Throttled { minutes: minutes(until.since(now)) }), Some(until))
        }
        other @ (NotEnrolled::VisitOver
        | NotEnrolled::Next(_)
        | NotEnrolled::Number(_)
        | NotEnrolled::NumberStays
        | NotEnrolled::Store(_)) => return Err(other),
    })
}

/// In whole minutes, as people set clocks; at least one.
fn drifted(ahead: Span) -> LinkError {
    let minutes = (ahead.as_seconds().abs() + 30) / 60;
    let minutes = u32::try_from(minutes).unwrap_or(1).max(1);
    let direction = if ahead < Span::ZERO { Direction::Slow } else { Direction::Fast };
    LinkError::Drift { minutes, direction }
}
