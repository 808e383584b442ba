//! `/enrol/setup-code`: twelve characters that an admin reads out to whoever reads them the two words (RULES 6).
use super::Setup;
use crate::{
    acts::setup_code::{self, NoSetUpCode},
    factors::typed::Unreadable,
    http::{Ask, Failure, Form, Handled},
    views::enrol::first_binding::{SetupCode, SetupCodeError},
};
use http::StatusCode;

/// GET: from here on an admin can see that somebody waits.
pub async fn show(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    page(&ask, &setup, None).await
}

async fn page(ask: &Ask, setup: &Setup, error: Option<SetupCodeError>) -> Handled {
    let words = match setup_code::ask(&ask.app.desk, &setup.id, &ask.browser()).await {
        Ok(words) => (words.first().to_owned(), words.second().to_owned()),
        Err(NoSetUpCode::Next(place)) => return ask.to_place(&setup.id, place).await,
        Err(NoSetUpCode::Store(cause)) => return Err(cause.into()),
        Err(_) => return Err(Failure::expired(None)),
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let helpers = setup.helpers();
    setup.around(ask).draw(status, |frame| SetupCode { frame, words, helpers, error })
}

/// POST.
pub async fn check(ask: Ask, form: Form) -> Handled {
    let setup = ask.setup_in(&form).await?;
    let typed = form.secret("setup_code")?;
    let error = match setup_code::show(&ask.app.desk, &setup.id, &ask.browser(), typed.expose()).await {
        Ok(_) => return ask.onwards(&setup.id).await,
        Err(NoSetUpCode::VisitOver) => return Err(Failure::expired(None)),
        Err(NoSetUpCode::Store(cause)) => return Err(cause.into()),
        Err(NoSetUpCode::Next(place)) => return ask.to_place(&setup.id, place).await,
        Err(NoSetUpCode::NoCode(Unreadable::Empty)) => SetupCodeError::Empty,
        Err(NoSetUpCode::NoCode(Unreadable::Malformed)) => SetupCodeError::NotACode,
        Err(NoSetUpCode::Wrong) => SetupCodeError::Wrong,
        Err(NoSetUpCode::Over) => SetupCodeError::Expired,
    };
    page(&ask, &setup, Some(error)).await
}
