//! `/account/confirm` and `/console/confirm`: a fresh code before an act, and back to where the act is asked for.
use super::{Ask, Failure, Form, Handled, Route, own::local};
use crate::{
    acts::{
        guard::Caller,
        visit::{Opening, Purpose as Came},
    },
    store::Known,
    views::{
        door::code::{Code, CodeError, Purpose},
        frame::in_query,
        when::Zone,
    },
};
use http::StatusCode;
use ostiary_gate::domain::tenant::Tenant;

const ACCOUNT: &str = "/account";
const CONSOLE: &str = "/console";

pub fn routes() -> Vec<Route> {
    vec![
        Route::page("/account/confirm", |ask| show(ask, ACCOUNT)),
        Route::form("/account/confirm", |ask, form| take(ask, form, ACCOUNT)),
        Route::page("/console/confirm", |ask| show(ask, CONSOLE)),
        Route::form("/console/confirm", |ask, form| take(ask, form, CONSOLE)),
    ]
}

/// Who confirms, where, and what they go back to.
struct Before {
    caller: Caller,
    clinic: Option<Tenant>,
    then: String,
    home: &'static str,
}

async fn show(ask: Ask, home: &'static str) -> Handled {
    let then = local(ask.query("then")?.unwrap_or(home), home).to_owned();
    let before = enter(&ask, then, home).await?;
    draw(&ask, before, None)
}

async fn take(ask: Ask, form: Form, home: &'static str) -> Handled {
    let then = local(form.one("then")?.unwrap_or(home), home).to_owned();
    let before = enter(&ask, then, home).await?;
    let clinic = before.clinic.as_ref().map(|clinic| &clinic.id);
    match ask.fresh_code(&before.caller, clinic, form.text("code")?, &before.then).await? {
        Ok(cookie) => Ok(ask.with_session(ask.see_other(&before.then), Some(&cookie))),
        Err(error) => draw(&ask, before, Some(error)),
    }
}

async fn enter(ask: &Ask, then: String, home: &'static str) -> Result<Before, Failure> {
    let mut unit = ask.app.desk.store.look().await?;
    let clinic = match slug(&then).filter(|_| home == CONSOLE) {
        Some(slug) => match unit.tx().tenant_by_slug(slug).await? {
            Some(id) => unit.tx().tenant(&id).await?,
            None => None,
        },
        None => None,
    };
    unit.commit().await?;
    let path = format!("{home}/confirm?then={}", in_query(&then));
    let caller = ask.enter(&path, clinic.as_ref().map(|clinic| clinic.slug.as_str())).await?;
    let mut unit = ask.app.desk.store.look().await?;
    let facts = unit.tx().person_facts(&caller.person, Known::AsPicture).await?;
    unit.commit().await?;
    if facts.is_some_and(|person| person.authenticators.is_empty()) {
        // What somebody without an authenticator shows afresh is the password.
        let purpose = Came::OwnPage { path: then, clinic: None };
        return Err(ask.sign_in_first(&Opening { purpose, began_at: ask.app.desk.now().await? }));
    }
    Ok(Before { caller, clinic, then, home })
}

/// The clinic of a path within the console.
fn slug(then: &str) -> Option<&str> {
    then.strip_prefix("/console/")?.split(['/', '?']).next()
}

fn draw(ask: &Ask, before: Before, error: Option<CodeError>) -> Handled {
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut scene = ask.scene(None);
    if let Some(clinic) = &before.clinic {
        scene.frame.clinic = Some(clinic.name.clone());
        scene.frame.zone = Zone::named(&clinic.time_zone).unwrap_or_else(Zone::utc);
    }
    let entry = scene.frame.owner().to_owned();
    let then = before.then;
    let purpose = if before.home == CONSOLE { Purpose::Console { then } } else { Purpose::Account { then } };
    scene.draw(status, |frame| Code { frame, purpose, entry, reasons: vec![], error })
}
