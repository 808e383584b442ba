//! `/login` (JOURNEYS A1): name and password, and "I'd rather not" at `/login/cancel`.
use crate::{
    acts::{
        prove::NotProved,
        say,
        visit::{Opening, Purpose},
    },
    grants::door::{self, DoorError, Onward},
    http::{Ask, Failure, Form, Handled, Stage, Visit, failure::seconds, own::minutes_until},
    protocol::error::AuthorizationCode,
    views::door::signin::{Notice, SignIn, SignInError},
};
use axum::response::Response;
use http::{StatusCode, header};
use ostiary_gate::{
    domain::{secret::Secret, time::Span},
    gate::Step,
};

/// GET. Whoever comes without a visit wants their own account.
pub async fn show(ask: Ask) -> Handled {
    let Some(text) = ask.query("visit")? else {
        if ask.caller().is_some() {
            return Ok(ask.see_other("/account"));
        }
        let purpose = Purpose::OwnPage { path: "/account".to_owned(), clinic: None };
        return ask.to_sign_in(&Opening { purpose, began_at: ask.app.desk.now().await? });
    };
    let visit = ask.visit_even_over(text).await?;
    let (visit, notice) = from_the_start(&ask, visit).await?;
    let notice = ask.query("changed")?.map(|_| Notice::PasswordChanged).or(notice);
    if let (Stage::Sealed(opening), Some(_)) = (&visit.stage, ask.caller()) {
        // Signed in meanwhile, in another tab: the page may not be needed any more.
        let onward = door::arrive(&ask.app.desk, opening.clone(), &ask.browser()).await?;
        if !matches!(onward, Onward::Step { step: Step::SignIn | Step::SignInAgain, .. }) {
            return ask.lead(onward, visit.client.as_ref()).await;
        }
    }
    let hint = visit.purpose.request().and_then(|request| request.login_hint.clone());
    Typed { username: hint.unwrap_or_default(), shared: false }.page(&ask, &visit, notice, None)
}

/// A sign-in page stands at the start of a visit: one that has gone further, or is over, begins again on it.
async fn from_the_start(ask: &Ask, visit: Visit) -> Result<(Visit, Option<Notice>), Failure> {
    let now = ask.now()?;
    if matches!(visit.stage, Stage::Sealed(_)) && !visit.is_over(now) {
        return Ok((visit, None));
    }
    if visit.is_done() {
        return Err(ask.over(&visit, now));
    }
    let notice = visit.is_over(now).then_some(Notice::Away);
    let fresh = ask.begin_again(&visit, now).ok_or_else(|| ask.over(&visit, now))?;
    Ok((ask.visit_named(&fresh).await?, notice))
}

/// What was typed, but the password: it stays where it is.
struct Typed {
    username: String,
    shared: bool,
}

impl Typed {
    fn page(self, ask: &Ask, visit: &Visit, notice: Option<Notice>, error: Option<SignInError>) -> Handled {
        let status = match error {
            None => StatusCode::OK,
            Some(SignInError::Throttled { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Some(SignInError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let Self { username, shared } = self;
        ask.scene(Some(visit)).draw(status, |frame| SignIn { frame, username, shared, notice, error })
    }
}

/// POST.
pub async fn sign_in(ask: Ask, form: Form) -> Handled {
    let typed = Typed { username: form.text("username")?.to_owned(), shared: form.has("shared")? };
    let password = form.secret("password")?;
    let text = form.one("visit")?.ok_or_else(|| Failure::malformed(StatusCode::BAD_REQUEST))?;
    let (visit, notice) = from_the_start(&ask, ask.visit_even_over(text).await?).await?;
    let Stage::Sealed(opening) = &visit.stage else { return Err(Failure::malformed(StatusCode::BAD_REQUEST)) };
    if notice.is_some() {
        return typed.page(&ask, &visit, notice, None);
    }
    if typed.username.trim().is_empty() {
        return typed.page(&ask, &visit, None, Some(SignInError::NoUsername));
    }
    if password.is_empty() {
        return typed.page(&ask, &visit, None, Some(SignInError::NoPassword));
    }
    check(&ask, &visit, opening.clone(), typed, password).await
}

async fn check(ask: &Ask, visit: &Visit, opening: Opening, typed: Typed, password: Secret) -> Handled {
    let (desk, browser) = (&ask.app.desk, ask.browser());
    let given = (typed.username.as_str(), password);
    match door::sign_in(desk, opening, &browser, given, typed.shared).await {
        // The gate still waits for somebody else: the request names another person.
        Ok(Onward::Step { step: Step::SignIn, .. }) => typed.page(ask, visit, None, Some(SignInError::OtherPerson)),
        Ok(onward) => ask.lead(onward, visit.client.as_ref()).await,
        Err(DoorError::NotProved(NotProved::WrongPassword)) => {
            typed.page(ask, visit, None, Some(SignInError::WrongPair))
        }
        Err(DoorError::NotProved(NotProved::PausedUntil(until))) => {
            let now = ask.now()?;
            let wait = until.since(now);
            let error = SignInError::Throttled { minutes: minutes_until(until, now) };
            Ok(later(typed.page(ask, visit, None, Some(error))?, wait))
        }
        Err(DoorError::NotProved(NotProved::Busy(wait))) => {
            Ok(later(typed.page(ask, visit, None, Some(SignInError::Busy))?, wait))
        }
        Err(other) => Err(other.into()),
    }
}

/// Says when trying again is worth it.
pub(super) fn later(mut answer: Response, wait: Span) -> Response {
    answer.headers_mut().insert(header::RETRY_AFTER, seconds(wait));
    answer
}

/// POST `/login/cancel`: back to who sent them, with `access_denied` (RULES 2).
pub async fn cancel(ask: Ask, form: Form) -> Handled {
    let text = form.one("visit")?.ok_or_else(|| Failure::malformed(StatusCode::BAD_REQUEST))?;
    let visit = ask.visit_even_over(text).await?;
    if visit.is_done() {
        return Err(ask.over(&visit, ask.now()?));
    }
    ask.turn_back(&visit).await
}

impl Ask {
    /// The person does not want to go on.
    pub async fn turn_back(&self, visit: &Visit) -> Handled {
        if let Stage::Row(id, _) = &visit.stage {
            say::cancel(&self.app.desk, id, &self.browser()).await?;
        }
        match visit.purpose.request() {
            Some(request) => {
                let told = (AuthorizationCode::AccessDenied, "the person did not want to go on");
                self.tell(request, told, visit.client.as_ref()).await
            }
            None => Ok(self.see_other("/login")),
        }
    }
}
