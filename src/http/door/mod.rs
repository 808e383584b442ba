//! The sign-in pages: from the first page of a visit to its end, and the way out.
mod code;
mod enrol;
mod errors;
mod forgot;
mod help;
mod logout;
pub mod onward;
mod signin;
pub mod standing;
mod tenant;

use super::Route;

pub fn routes() -> Vec<Route> {
    let mut all = vec![
        Route::page("/", errors::home),
        Route::page("/errors/second-factor", errors::second_factor),
        Route::page("/errors/account", errors::account),
        Route::page("/login", signin::show),
        Route::form("/login", signin::sign_in),
        Route::form("/login/cancel", signin::cancel),
        Route::page("/login/totp", code::show),
        Route::form("/login/totp", code::check),
        Route::page("/login/tenant", tenant::which),
        Route::form("/login/tenant", tenant::choose),
        Route::page("/consent", tenant::asks),
        Route::form("/consent", tenant::answer),
        Route::page("/login/help", help::show),
        Route::form("/login/help", help::choose),
        Route::page("/login/forgot", forgot::show),
        Route::form("/login/forgot", forgot::ask_for_link),
        Route::page("/login/reset", forgot::behind_the_link),
        Route::form("/login/reset", forgot::reset),
        Route::page("/logout", logout::ask),
        Route::form_or("/logout", logout::sign_out, logout::from_outside),
        Route::page("/logout/done", logout::done),
    ];
    all.extend(enrol::routes());
    all
}
