//! A new password, other details, another authenticator app.
use super::{Ask, CONFIRM, Failure, HOME, Handled, otherwise, own::minutes_until};
use crate::{
    acts::account::{self, AccountError, NotReplaced, Own},
    factors::{
        password::{MAX_BYTES, MIN_CHARACTERS, TooWeak},
        totp::NoCode,
    },
    http::Form,
    views::{
        changes::{DetailsError, NewDetails, NewPassword},
        door::{code::CodeError, password::NewPasswordError},
        enrol::link::{Direction, Link, LinkError},
        frame::{Helpers, in_query},
    },
};
use http::StatusCode;
use ostiary_gate::domain::{person::MembershipState, time::Span};

const PASSWORD: &str = "/account/password";
const DETAILS: &str = "/account/details";
const AUTHENTICATOR: &str = "/account/authenticator";

/// What is for people with an authenticator only.
pub(super) fn needs_authenticator(own: &Own) -> Result<(), Failure> {
    if own.person.authenticators.is_empty() { Err(Failure::Elsewhere(HOME.to_owned())) } else { Ok(()) }
}

impl Ask {
    /// The account behind a page of changes.
    pub(super) async fn own(&self, path: &str) -> Result<Own, Failure> {
        let caller = self.enter(path, None).await?;
        let mut unit = self.app.desk.store.look().await?;
        let tx = unit.tx();
        let now = tx.now(&*self.app.desk.clock).await?;
        let own = account::own(tx, &caller, now).await?;
        unit.commit().await?;
        own.ok_or_else(Failure::not_found)
    }
}

pub(super) fn status(error: bool) -> StatusCode {
    if error { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

pub async fn password(ask: Ask) -> Handled {
    let own = ask.own(PASSWORD).await?;
    draw_password(&ask, &own, None)
}

fn draw_password(ask: &Ask, own: &Own, error: Option<NewPasswordError>) -> Handled {
    let mut scene = ask.scene(None);
    ask.at_home(&mut scene, &own.clinics);
    let username = own.row.email.clone().unwrap_or_default();
    scene.draw(status(error.is_some()), |frame| NewPassword { frame, username, error })
}

pub async fn set_password(ask: Ask, form: Form) -> Handled {
    let own = ask.own(PASSWORD).await?;
    let caller = ask.caller().ok_or_else(Failure::forbidden)?;
    let new = form.secret("new_password")?;
    if new.is_empty() {
        return draw_password(&ask, &own, Some(NewPasswordError::Empty));
    }
    let agent = ask.browser().user_agent;
    match account::change_password(&ask.app.desk, &caller, new, &agent).await {
        Ok(()) => Ok(ask.see_other("/account?done=password")),
        Err(AccountError::Password(cause)) => draw_password(&ask, &own, Some(too_weak(cause))),
        Err(AccountError::SamePassword) => draw_password(&ask, &own, Some(NewPasswordError::SameAsBefore)),
        Err(cause) => Err(otherwise(cause, PASSWORD)),
    }
}

pub fn too_weak(cause: TooWeak) -> NewPasswordError {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    match cause {
        TooWeak::Short => NewPasswordError::TooShort { at_least: number(MIN_CHARACTERS) },
        TooWeak::Long => NewPasswordError::TooLong { at_most: number(MAX_BYTES) },
        TooWeak::Guessable => NewPasswordError::TooEasy,
    }
}

pub async fn details(ask: Ask) -> Handled {
    let own = ask.own(DETAILS).await?;
    let names = (own.row.given_name.clone(), own.row.family_name.clone());
    draw_details(&ask, &own, names, None)
}

fn draw_details(ask: &Ask, own: &Own, names: (String, String), error: Option<DetailsError>) -> Handled {
    let mut scene = ask.scene(None);
    ask.at_home(&mut scene, &own.clinics);
    let (given_name, family_name) = names;
    scene.draw(status(error.is_some()), |frame| NewDetails {
        frame,
        given_name,
        family_name,
        email: own.row.email.clone().unwrap_or_default(),
        phone: own.row.phone.clone(),
        may_change_phone: !own.person.authenticators.is_empty(),
        error,
    })
}

pub async fn set_details(ask: Ask, form: Form) -> Handled {
    let own = ask.own(DETAILS).await?;
    let caller = ask.caller().ok_or_else(Failure::forbidden)?;
    let (given_name, family_name) = (form.text("given_name")?.to_owned(), form.text("family_name")?.to_owned());
    match account::change_details(&ask.app.desk, &caller, &given_name, &family_name).await {
        Ok(()) => Ok(ask.see_other("/account?done=saved")),
        Err(AccountError::NoName) => {
            let is_given = given_name.trim().is_empty();
            let error = if is_given { DetailsError::NoGivenName } else { DetailsError::NoFamilyName };
            draw_details(&ask, &own, (given_name, family_name), Some(error))
        }
        Err(cause) => Err(otherwise(cause, DETAILS)),
    }
}

/// Who has none is led to a first one, as their clinic would lead them.
pub async fn authenticator(ask: Ask) -> Handled {
    let own = ask.own(AUTHENTICATOR).await?;
    if own.person.authenticators.is_empty() {
        let first = own.clinics.iter().find(|(_, m)| m.state == MembershipState::Live);
        let (clinic, _) = first.ok_or_else(Failure::forbidden)?;
        ask.enter(HOME, Some(&clinic.slug)).await?;
        return Ok(ask.see_other(HOME));
    }
    draw_linking(&ask, &own, None).await
}

async fn draw_linking(ask: &Ask, own: &Own, error: Option<LinkError>) -> Handled {
    let caller = ask.caller().ok_or_else(Failure::forbidden)?;
    let browser = ask.browser();
    let linking = match account::begin_replacing(&ask.app.desk, &caller, &browser).await {
        Ok(linking) => linking,
        Err(NotReplaced::Account(AccountError::NotYours)) => {
            // What is there was not shown just now, whatever else was.
            return Err(Failure::Elsewhere(format!("{CONFIRM}?then={}", in_query(AUTHENTICATOR))));
        }
        Err(NotReplaced::Account(cause)) => return Err(otherwise(cause, AUTHENTICATOR)),
        Err(_) => return Err(Failure::Elsewhere(HOME.to_owned())),
    };
    let touch = ["Mobile", "Android", "iPhone", "iPad"].iter().any(|mark| browser.user_agent.contains(mark));
    let mut scene = ask.scene(None);
    ask.at_home(&mut scene, &own.clinics);
    scene.draw(status(error.is_some()), |frame| Link {
        frame,
        steps: None,
        entry: linking.entry,
        account: linking.account,
        key: linking.key,
        uri: linking.enrolment.uri,
        touch,
        helpers: Helpers::Role,
        error,
    })
}

pub async fn set_authenticator(ask: Ask, form: Form) -> Handled {
    let own = ask.own(AUTHENTICATOR).await?;
    let caller = ask.caller().ok_or_else(Failure::forbidden)?;
    let desk = &ask.app.desk;
    if own.person.authenticators.is_empty() {
        // The way to a first one begins there.
        return Ok(ask.see_other(AUTHENTICATOR));
    }
    if form.has("remove")? {
        return match account::remove_authenticator(desk, &caller).await {
            Ok(()) => Ok(ask.see_other("/account?done=saved")),
            Err(cause) => Err(otherwise(cause, HOME)),
        };
    }
    let (typed, others) = (form.text("code")?, form.has("others")?);
    let error = match account::replace(desk, &caller, &ask.browser(), typed, others).await {
        Ok(()) => return Ok(ask.see_other("/account?done=saved")),
        Err(NotReplaced::Account(cause)) => return Err(otherwise(cause, AUTHENTICATOR)),
        Err(NotReplaced::NoCode(NoCode::Empty)) => LinkError::Code(CodeError::Empty),
        Err(NotReplaced::NoCode(NoCode::Malformed | NoCode::LooksLikeRecoveryCode)) => {
            LinkError::Code(CodeError::NotSixDigits)
        }
        Err(NotReplaced::NewKey) => LinkError::NewKey,
        Err(NotReplaced::PausedUntil(until)) => {
            LinkError::Code(CodeError::Throttled { minutes: minutes_until(until, ask.now()?) })
        }
        Err(NotReplaced::WrongCode { drift: None }) => LinkError::Code(CodeError::Wrong),
        Err(NotReplaced::WrongCode { drift: Some(ahead) }) => drifted(ahead),
    };
    draw_linking(&ask, &own, Some(error)).await
}

fn drifted(ahead: Span) -> LinkError {
    let direction = if ahead.0 < 0 { Direction::Slow } else { Direction::Fast };
    let minutes = (ahead.0.abs() + Span::seconds(30).0) / Span::minutes(1).0;
    LinkError::Drift { minutes: u32::try_from(minutes).unwrap_or(1).max(1), direction }
}
