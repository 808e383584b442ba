//! One's own account: what a person sees of themselves, and what they change (JOURNEYS A11). Every change asks for a fresh
//! code; the pages of it lead back here.
mod apps;
mod changes;
mod codes;
mod phone;
mod show;
#[cfg(test)]
mod tests;

pub use changes::too_weak;

use super::{Ask, Failure, Handled, Route, own};
use crate::acts::account::AccountError;

const HOME: &str = "/account";
const CONFIRM: &str = "/account/confirm";

pub fn routes() -> Vec<Route> {
    vec![
        Route::page(HOME, show::show),
        Route::form("/account/sessions", show::sign_out),
        Route::page("/account/apps", apps::show),
        Route::form("/account/apps", apps::change),
        Route::page("/account/password", changes::password),
        Route::form("/account/password", changes::set_password),
        Route::page("/account/details", changes::details),
        Route::form("/account/details", changes::set_details),
        Route::page("/account/phone", phone::show),
        Route::form("/account/phone", phone::set),
        Route::page("/account/codes", codes::show),
        Route::form("/account/codes", codes::make),
        Route::page("/account/authenticator", changes::authenticator),
        Route::form("/account/authenticator", changes::set_authenticator),
    ]
}

/// What no page of the account says itself. `back` is where the act is asked for again.
fn otherwise(cause: AccountError, back: &str) -> Failure {
    match cause {
        AccountError::Stop(stop) => Ask::stopped(stop, CONFIRM, back),
        AccountError::Busy(busy) => busy.into(),
        // Another tab was faster, or somebody made a form up: the account as it is.
        AccountError::NotYours
        | AccountError::Password(_)
        | AccountError::SamePassword
        | AccountError::NoName
        | AccountError::Number(_)
        | AccountError::TooSoon => Failure::Elsewhere(HOME.to_owned()),
    }
}
