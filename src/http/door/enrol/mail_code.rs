//! `/enrol/mail-code`: six digits from the mailbox, before a first binding (RULES 6).
use super::{Setup, later, minutes};
use crate::{
    acts::mail_code::{self, NoMailCode, Sent},
    factors::typed::Unreadable,
    http::{Ask, Failure, Form, Handled},
    views::enrol::first_binding::{MailCode, MailCodeError},
};
use http::StatusCode;
use ostiary_gate::domain::time::Instant;

/// GET: the first code is sent by this; a reload sends nothing.
pub async fn show(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    match mail_code::open(&ask.app.desk, &setup.id, &ask.browser()).await {
        Ok(sent) => page(&ask, &setup, sent, Said::Again(ask.query("again")?.is_some())),
        Err(cause) => instead(&ask, &setup, cause).await,
    }
}

/// What the page says besides.
enum Said {
    Again(bool),
    Error(MailCodeError),
    Paused(Instant),
}

fn page(ask: &Ask, setup: &Setup, sent: Sent, said: Said) -> Handled {
    let address = sent.to;
    let (status, sent_again, error) = match said {
        Said::Again(sent_again) => (StatusCode::OK, sent_again, None),
        Said::Error(error) => (StatusCode::UNPROCESSABLE_ENTITY, false, Some(error)),
        Said::Paused(until) => {
            let minutes = minutes(setup.scene.now, until);
            (StatusCode::TOO_MANY_REQUESTS, false, Some(MailCodeError::Throttled { minutes }))
        }
    };
    let answer = setup.around(ask).draw(status, |frame| MailCode { frame, address, sent_again, error })?;
    Ok(match said {
        Said::Paused(until) => later(answer, setup.scene.now, until),
        Said::Again(_) | Said::Error(_) => answer,
    })
}

/// POST: the code, or "send it again".
pub async fn check(ask: Ask, form: Form) -> Handled {
    let setup = ask.setup_in(&form).await?;
    let (desk, browser) = (&ask.app.desk, ask.browser());
    if form.has("again")? {
        return match mail_code::again(desk, &setup.id, &browser).await {
            Ok(_) => Ok(ask.see_other(&format!("/enrol/mail-code?visit={}&again=yes", setup.id))),
            Err(cause) => instead(&ask, &setup, cause).await,
        };
    }
    match mail_code::check(desk, &setup.id, &browser, form.text("mail_code")?).await {
        Ok(()) => ask.onwards(&setup.id).await,
        Err(cause) => instead(&ask, &setup, cause).await,
    }
}

/// Says what is wrong on the page, or goes where it is right.
async fn instead(ask: &Ask, setup: &Setup, cause: NoMailCode) -> Handled {
    let said = match cause {
        NoMailCode::VisitOver => return Err(Failure::expired(None)),
        NoMailCode::Store(cause) => return Err(cause.into()),
        NoMailCode::Next(place) => return ask.to_place(&setup.id, place).await,
        NoMailCode::NoCode(Unreadable::Empty) => Said::Error(MailCodeError::Empty),
        NoMailCode::NoCode(Unreadable::Malformed) => Said::Error(MailCodeError::NotSixDigits),
        NoMailCode::Wrong => Said::Error(MailCodeError::Wrong),
        NoMailCode::Over => Said::Error(MailCodeError::Expired),
        NoMailCode::PausedUntil(until) => Said::Paused(until),
    };
    match mail_code::shown(&ask.app.desk, &setup.id, &ask.browser()).await {
        Ok(sent) => page(ask, setup, sent, said),
        Err(NoMailCode::Next(place)) => ask.to_place(&setup.id, place).await,
        Err(NoMailCode::Store(cause)) => Err(cause.into()),
        Err(_) => Err(Failure::expired(None)),
    }
}
