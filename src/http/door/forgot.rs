//! `/login/forgot` and `/login/reset`: a new password by a mailed link. The answers are the same whether or not an address
//! is known; the link in the mail is looked at by GET and spent by POST alone, because mail scanners follow links.
use super::{onward::minutes, signin::later};
use crate::{
    acts::{
        forgot::{self, NotAsked, NotReset},
        hashing::Busy,
        visit::{Opening, Purpose},
    },
    factors::password::{MAX_BYTES, MIN_CHARACTERS, TooWeak},
    http::{Ask, Failure, Form, Handled, Visit},
    views::{
        door::password::{Forgot, ForgotError, ForgotSent, NewPasswordError, Reset},
        frame::in_query,
        trouble::Kind,
    },
};
use http::StatusCode;
use ostiary_gate::domain::secret::Secret;

/// What the address that was typed is sealed for, on its way to the next page.
const SEALED: &str = "forgot";

/// GET `/login/forgot`, with or without a visit to come back to.
pub async fn show(ask: Ask) -> Handled {
    let visit = visit(&ask, ask.query("visit")?).await?;
    let sent = ask.query("sent")?.and_then(|sealed| opened(&ask, sealed));
    match sent {
        Some(email) => ask.scene(visit.as_ref()).draw(StatusCode::OK, |frame| ForgotSent { frame, email }),
        None => page(&ask, visit.as_ref(), "", None),
    }
}

/// A visit that is over, or of another browser, is no reason not to help.
async fn visit(ask: &Ask, text: Option<&str>) -> Result<Option<Visit>, Failure> {
    match text {
        None => Ok(None),
        Some(text) => match ask.visit_named(text).await {
            Ok(visit) => Ok(Some(visit)),
            Err(Failure::Ours { cause, retry_after }) => Err(Failure::Ours { cause, retry_after }),
            Err(Failure::Theirs { .. } | Failure::Elsewhere(_) | Failure::Answered(_)) => Ok(None),
        },
    }
}

fn opened(ask: &Ask, sealed: &str) -> Option<String> {
    let plain = ask.app.desk.store.root().open_url(SEALED, &ask.browser().hash, sealed).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

fn page(ask: &Ask, visit: Option<&Visit>, email: &str, error: Option<ForgotError>) -> Handled {
    let status = match error {
        None => StatusCode::OK,
        Some(ForgotError::Throttled { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    ask.scene(visit).draw(status, |frame| Forgot { frame, email: email.to_owned(), error })
}

/// POST `/login/forgot`.
pub async fn ask_for_link(ask: Ask, form: Form) -> Handled {
    let typed = form.text("email")?;
    let visit = visit(&ask, form.one("visit")?).await?;
    let error = match forgot::ask(&ask.app.desk, &ask.browser(), typed).await {
        Ok(()) => return sent(&ask, visit.as_ref(), typed.trim()),
        Err(NotAsked::Empty) => ForgotError::Empty,
        Err(NotAsked::NotAnAddress) => ForgotError::NotAnAddress,
        Err(NotAsked::PausedUntil(until)) => {
            let wait = until.since(ask.now()?);
            let error = ForgotError::Throttled { minutes: minutes(wait) };
            return Ok(later(page(&ask, visit.as_ref(), typed, Some(error))?, wait));
        }
        Err(NotAsked::Store(cause)) => return Err(cause.into()),
    };
    page(&ask, visit.as_ref(), typed, Some(error))
}

/// A reload of the next page asks for nothing again; the address is sealed, so that it stands in no log.
fn sent(ask: &Ask, visit: Option<&Visit>, email: &str) -> Handled {
    let root = ask.app.desk.store.root();
    let sealed = root.seal_url(SEALED, &ask.browser().hash, email.as_bytes()).map_err(Failure::ours)?;
    let back = visit.map(|visit| format!("&visit={}", in_query(&visit.text))).unwrap_or_default();
    Ok(ask.see_other(&format!("/login/forgot?sent={}{back}", in_query(&sealed))))
}

fn gone() -> Failure {
    Failure::Theirs { status: StatusCode::NOT_FOUND, kind: Kind::LinkGone }
}

/// GET `/login/reset`, from the mail.
pub async fn behind_the_link(ask: Ask) -> Handled {
    let token = Secret::new(ask.query("token")?.unwrap_or_default());
    form_page(&ask, &token, None).await
}

async fn form_page(ask: &Ask, token: &Secret, error: Option<NewPasswordError>) -> Handled {
    let username = forgot::look(&ask.app.desk, token).await?.ok_or_else(gone)?;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let token = token.expose().to_owned();
    ask.scene(None).draw(status, |frame| Reset { frame, token, username, error })
}

/// POST `/login/reset`. Whoever had signed in here with the old password has to come again; nobody is signed in by a link.
pub async fn reset(ask: Ask, form: Form) -> Handled {
    let (token, new) = (form.secret("token")?, form.secret("new_password")?);
    if new.is_empty() {
        return form_page(&ask, &token, Some(NewPasswordError::Empty)).await;
    }
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let error = match forgot::reset(&ask.app.desk, &ask.browser(), &token, new).await {
        Ok(()) => return changed(&ask),
        Err(NotReset::NoLink) => return Err(gone()),
        Err(NotReset::Busy(Busy { retry_after })) => return Err(Failure::busy(retry_after)),
        Err(NotReset::Store(cause)) => return Err(cause.into()),
        Err(NotReset::Weak(TooWeak::Short)) => NewPasswordError::TooShort { at_least: count(MIN_CHARACTERS) },
        Err(NotReset::Weak(TooWeak::Long)) => NewPasswordError::TooLong { at_most: count(MAX_BYTES) },
        Err(NotReset::Weak(TooWeak::Guessable)) => NewPasswordError::TooEasy,
    };
    form_page(&ask, &token, Some(error)).await
}

/// To the sign-in page, which says so.
fn changed(ask: &Ask) -> Handled {
    let purpose = Purpose::OwnPage { path: "/account".to_owned(), clinic: None };
    let to = match ask.seal(&Opening { purpose, began_at: ask.now()? }) {
        Ok(visit) => format!("/login?changed=yes&visit={visit}"),
        Err(_) => "/login".to_owned(),
    };
    Ok(ask.without_session(ask.see_other(&to)))
}
