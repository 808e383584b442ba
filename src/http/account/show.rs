//! `/account`, and signing out of other browsers.
use super::{Ask, Failure, HOME, Handled, otherwise, own::count};
use crate::{
    acts::account::{self, Own},
    http::console::lines_of_person,
    views::account::{Account, AuthenticatorState, Details, Done, Membership, Session},
};
use http::StatusCode;
use ostiary_gate::domain::{ids::SessionId, person::Role, time::Instant};

pub async fn show(ask: Ask) -> Handled {
    let caller = ask.enter(HOME, None).await?;
    let mut unit = ask.app.desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*ask.app.desk.clock).await?;
    let own = account::own(tx, &caller, now).await?.ok_or_else(Failure::not_found)?;
    let activity = lines_of_person(tx, &own.row, &own.activity).await?;
    unit.commit().await?;
    let done = ask.query("done")?.and_then(done);
    let mut scene = ask.scene(None);
    ask.at_home(&mut scene, &own.clinics);
    let page = |frame| Account {
        frame,
        details: details(&own),
        authenticator: authenticator(&own, now),
        codes_left: u32::try_from(own.codes_left).unwrap_or(0),
        sessions: own.sessions.iter().map(session).collect(),
        activity,
        paused_apps: count(own.paused),
        done,
    };
    scene.draw(StatusCode::OK, page)
}

fn done(said: &str) -> Option<Done> {
    match said {
        "saved" => Some(Done::Saved),
        "signed-out" => Some(Done::SignedOut),
        "codes" => Some(Done::CodesMade),
        "password" => Some(Done::PasswordChanged),
        _ => None,
    }
}

fn details(own: &Own) -> Details {
    let clinic = |(tenant, membership): &(_, ostiary_gate::domain::person::Membership)| {
        let tenant: &ostiary_gate::domain::tenant::Tenant = tenant;
        let is_admin = membership.role == Role::Admin;
        Membership {
            clinic: tenant.name.clone(),
            is_admin,
            console: is_admin.then(|| format!("/console/{}", tenant.slug)),
        }
    };
    Details {
        given_name: own.row.given_name.clone(),
        family_name: own.row.family_name.clone(),
        email: own.row.email.clone().unwrap_or_default(),
        phone: own.row.phone.clone(),
        clinics: own.clinics.iter().map(clinic).collect(),
    }
}

fn authenticator(own: &Own, now: Instant) -> AuthenticatorState {
    let demands = |clinic: &&(ostiary_gate::domain::tenant::Tenant, _)| clinic.0.requires_two_factor(now).is_some();
    match own.person.authenticators.iter().map(|held| held.confirmed_at).max() {
        None => AuthenticatorState::None,
        Some(since) => AuthenticatorState::Confirmed {
            since,
            required_by: own.clinics.iter().filter(demands).map(|clinic| clinic.0.name.clone()).collect(),
        },
    }
}

fn session(one: &account::OwnSession) -> Session {
    Session {
        id: one.id.clone(),
        browser: one.browser.clone(),
        apps: one.apps.clone(),
        seen_at: one.seen_at,
        is_this_one: one.is_this_one,
    }
}

/// Another browser, or all of them, this one too.
pub async fn sign_out(ask: Ask, form: crate::http::Form) -> Handled {
    let caller = ask.enter(HOME, None).await?;
    let desk = &ask.app.desk;
    match form.one("session")? {
        Some("all") => {
            let offline = form.has("offline")?;
            account::sign_out_everywhere(desk, &caller, offline).await.map_err(|cause| otherwise(cause, HOME))?;
            Ok(ask.without_session(ask.see_other("/logout/done")))
        }
        Some(id) => {
            let session = SessionId::parse(id).map_err(|_| Failure::malformed(StatusCode::BAD_REQUEST))?;
            account::sign_out_of(desk, &caller, &session).await.map_err(|cause| otherwise(cause, HOME))?;
            Ok(ask.see_other("/account?done=signed-out"))
        }
        None => Err(Failure::malformed(StatusCode::BAD_REQUEST)),
    }
}
