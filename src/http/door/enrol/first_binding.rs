//! What a first binding asks besides the password: `/enrol/mail-code` and `/enrol/setup-code` (RULES 6).
use super::{Setup, helpers};
use crate::{
    acts::{
        mail_code::{self, NoMailCode},
        setup_code::{self, NoSetUpCode},
    },
    factors::typed::Unreadable,
    http::{
        Ask, Failure, Form, Handled,
        door::{onward::minutes, signin::later},
    },
    views::enrol::first_binding::{MailCode, MailCodeError, SetupCode, SetupCodeError},
};
use http::StatusCode;
use ostiary_gate::domain::time::Instant;

/// GET `/enrol/mail-code`: sends the first code. A reload sends nothing.
pub async fn mail_code(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    match mail_code::open(&ask.app.desk, &setup.id, &ask.browser()).await {
        Ok(sent) => mail_page(&ask, &setup, sent.to, ask.query("again")?.is_some(), None),
        Err(cause) => told(&ask, &setup, cause).await,
    }
}

/// POST `/enrol/mail-code`: checks, or sends another.
pub async fn check_mail_code(ask: Ask, form: Form) -> Handled {
    let setup = ask.setup_in(&form).await?;
    let (desk, browser) = (&ask.app.desk, ask.browser());
    if form.has("again")? {
        return match mail_code::again(desk, &setup.id, &browser).await {
            Ok(_) => Ok(ask.see_other(&format!("/enrol/mail-code?visit={}&again=yes", setup.id))),
            Err(cause) => told(&ask, &setup, cause).await,
        };
    }
    match mail_code::check(desk, &setup.id, &browser, form.secret("mail_code")?.expose()).await {
        Ok(()) => ask.onwards(&setup.id).await,
        Err(cause) => told(&ask, &setup, cause).await,
    }
}

async fn told(ask: &Ask, setup: &Setup, cause: NoMailCode) -> Handled {
    let error = match cause {
        NoMailCode::NoCode(Unreadable::Empty) => MailCodeError::Empty,
        NoMailCode::NoCode(Unreadable::Malformed) => MailCodeError::NotSixDigits,
        NoMailCode::Wrong => MailCodeError::Wrong,
        NoMailCode::Over => MailCodeError::Expired,
        NoMailCode::PausedUntil(until) => return paused(ask, setup, until).await,
        NoMailCode::VisitOver => return Err(Failure::expired(None)),
        NoMailCode::Next(place) => return ask.to_place(&setup.id, place).await,
        NoMailCode::Store(cause) => return Err(cause.into()),
    };
    match mail_code::shown(&ask.app.desk, &setup.id, &ask.browser()).await {
        Ok(sent) => mail_page(ask, setup, sent.to, false, Some(error)),
        Err(NoMailCode::Next(place)) => ask.to_place(&setup.id, place).await,
        Err(_) => Err(Failure::expired(None)),
    }
}

async fn paused(ask: &Ask, setup: &Setup, until: Instant) -> Handled {
    let sent = match mail_code::shown(&ask.app.desk, &setup.id, &ask.browser()).await {
        Ok(sent) => sent,
        Err(NoMailCode::Next(place)) => return ask.to_place(&setup.id, place).await,
        Err(_) => return Err(Failure::expired(None)),
    };
    let wait = until.since(setup.scene.now);
    let error = MailCodeError::Throttled { minutes: minutes(wait) };
    Ok(later(mail_page(ask, setup, sent.to, false, Some(error))?, wait))
}

fn mail_page(ask: &Ask, setup: &Setup, address: String, sent_again: bool, error: Option<MailCodeError>) -> Handled {
    let status = match error {
        None => StatusCode::OK,
        Some(MailCodeError::Throttled { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(MailCodeError::Empty | MailCodeError::NotSixDigits | MailCodeError::Wrong | MailCodeError::Expired) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    setup.around(ask).draw(status, |frame| MailCode { frame, address, sent_again, error })
}

/// GET `/enrol/setup-code`.
pub async fn set_up_code(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    set_up_page(&ask, &setup, None).await
}

/// POST `/enrol/setup-code`.
pub async fn check_set_up_code(ask: Ask, form: Form) -> Handled {
    let setup = ask.setup_in(&form).await?;
    let typed = form.secret("setup_code")?;
    let error = match setup_code::show(&ask.app.desk, &setup.id, &ask.browser(), typed.expose()).await {
        Ok(_) => return ask.onwards(&setup.id).await,
        Err(NoSetUpCode::NoCode(Unreadable::Empty)) => SetupCodeError::Empty,
        Err(NoSetUpCode::NoCode(Unreadable::Malformed)) => SetupCodeError::NotACode,
        Err(NoSetUpCode::Wrong) => SetupCodeError::Wrong,
        Err(NoSetUpCode::Over) => SetupCodeError::Expired,
        Err(other) => return not_set_up(&ask, &setup, other).await,
    };
    set_up_page(&ask, &setup, Some(error)).await
}

async fn set_up_page(ask: &Ask, setup: &Setup, error: Option<SetupCodeError>) -> Handled {
    let words = match setup_code::ask(&ask.app.desk, &setup.id, &ask.browser()).await {
        Ok(words) => words,
        Err(cause) => return not_set_up(ask, setup, cause).await,
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (words, helpers) = ((words.first().to_owned(), words.second().to_owned()), helpers());
    setup.around(ask).draw(status, |frame| SetupCode { frame, words, helpers, error })
}

/// What the page of the set-up code does not say itself.
async fn not_set_up(ask: &Ask, setup: &Setup, cause: NoSetUpCode) -> Handled {
    match cause {
        NoSetUpCode::Next(place) => ask.to_place(&setup.id, place).await,
        NoSetUpCode::Store(cause) => Err(cause.into()),
        NoSetUpCode::VisitOver | NoSetUpCode::NoCode(_) | NoSetUpCode::Wrong | NoSetUpCode::Over => {
            Err(Failure::expired(None))
        }
    }
}
