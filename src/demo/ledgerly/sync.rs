//! The nightly sync: a token of Ledgerly's own for one clinic, with it the clinic app's interface, and what came back or
//! why nothing did, for people.
use super::{
    Ledgerly, Session,
    signing::{admitted, away},
};
use crate::demo::{
    clinic::{Export, RESOURCE, SCOPE},
    rp::{
        machine::{Inspected, Wanted},
        wire::Refused,
    },
    web::{
        answers::go,
        door::{Nothing, Posted},
    },
};
use axum::{extract::State, response::Response};
use openidconnect::AccessToken;
use ostiary_gate::domain::time::Instant;
use std::sync::Arc;

#[derive(Clone)]
pub struct Run {
    pub at: Instant,
    pub outcome: Outcome,
}

#[derive(Clone)]
pub enum Outcome {
    Came {
        inspected: Inspected,
        export: Export,
    },
    /// The provider gives no token.
    Refused(Refused),
    /// The token was given, and the clinic app does not take it.
    NotTaken(String),
}

pub async fn sync(State(app): State<Arc<Ledgerly>>, posted: Posted<Session, Nothing>) -> Response {
    let Posted { visitor, .. } = posted;
    let session = match admitted(&app, &visitor).await {
        Ok(session) => session,
        Err(answer) => return answer,
    };
    let tenant = &session.signed_in.tenant;
    let wanted = Wanted { scope: SCOPE, tenant: &tenant.slug, resource: RESOURCE };
    let outcome = match app.rp.machine_token(&wanted).await {
        Ok(Ok(token)) => match fetch(&app, &token, &tenant.id).await {
            Ok(outcome) => outcome,
            Err(fault) => Outcome::NotTaken(fault),
        },
        Ok(Err(refused)) => Outcome::Refused(refused),
        Err(fault) => return away(&fault),
    };
    app.runs().insert(tenant.id.clone(), Run { at: visitor.now, outcome });
    go("/books#sync")
}

/// A token for another clinic would fill the wrong books: `tenant_id` is compared, of the token and of what it fetched.
async fn fetch(app: &Ledgerly, token: &AccessToken, tenant_id: &str) -> Result<Outcome, String> {
    let inspected = app.rp.inspect(token).await.map_err(|fault| fault.to_string())?;
    let inspected = inspected.ok_or("Ostiary does not know the token that it just gave us")?;
    if inspected.tenant_id.as_deref() != Some(tenant_id) {
        return Err("the token is for another clinic".to_owned());
    }
    let request = app.rp.http().plain().get(&app.treatments).bearer_auth(token.secret());
    let answer = request.send().await.map_err(|fault| fault.to_string())?;
    if !answer.status().is_success() {
        return Err(format!("Bluegum Notes answered {}", answer.status()));
    }
    let export: Export = answer.json().await.map_err(|fault| fault.to_string())?;
    if export.tenant_id != tenant_id {
        return Err("Bluegum Notes sent another clinic's treatments".to_owned());
    }
    Ok(Outcome::Came { inspected, export })
}
