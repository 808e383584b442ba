//! Signing in, coming back, switching clinics, signing out.
use super::{
    CLIENT_ID, Clinic,
    notes::away,
    pages::{Front, Refusal},
    session::Session,
};
use crate::{
    crypto::dice,
    demo::{
        rp::{
            answer::{NotSignedIn, Returned, SignedIn},
            ask::Ask,
            proof::{Short, TWO_FACTORS},
        },
        web::{
            answers::{self, go, page},
            browsers::Going,
            door::{Nothing, Posted, Visitor},
        },
    },
};
use axum::{
    extract::{Query, State},
    response::Response,
};
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;

type Shared = State<Arc<Clinic>>;

/// No `offline_access`: nobody's notes are read while they are away, and the grant ends with the provider's session.
const SCOPES: [&str; 3] = ["profile", "email", "tenant"];

#[derive(Deserialize)]
pub struct Towards {
    note: Option<u16>,
}

/// Begins a sign-in. Of a session that the provider has paused: the same person again, at the same clinic, as strongly as
/// the provider's challenge says, and with a word that the work is kept.
pub async fn sign_in(State(app): Shared, Query(to): Query<Towards>, visitor: Visitor<Session>) -> Response {
    let held = visitor.browser.session.lock().await.clone();
    let back_to = to.note.map_or_else(|| "/notes".to_owned(), |note| format!("/notes/{note}"));
    let (acr_values, max_age) = match held.as_ref().and_then(|session| session.paused.as_ref()) {
        Some(paused) if paused.suspended.challenge.acr_values.is_empty() => {
            (TWO_FACTORS.map(str::to_owned).into(), None)
        }
        Some(paused) => (paused.suspended.challenge.acr_values.clone(), paused.suspended.challenge.max_age),
        None => (vec![], None),
    };
    let ask = match held.as_ref() {
        Some(Session { signed_in, paused, .. }) => Ask {
            scopes: &SCOPES,
            tenant: Some((&signed_in.tenant.slug, &signed_in.tenant.id)),
            person: Some((&signed_in.tokens.id_token, &signed_in.sign_in.sub)),
            login_hint: signed_in.email.as_deref(),
            draft_kept: paused.is_some(),
            acr_values: &acr_values,
            max_age,
            ..Ask::default()
        },
        None => Ask { scopes: &SCOPES, ..Ask::default() },
    };
    set_out(&app, &visitor, &ask, back_to).await
}

/// A token is for one clinic. Another clinic is another sign-in, and the provider asks which.
pub async fn switch(State(app): Shared, posted: Posted<Session, Nothing>) -> Response {
    let ask = Ask { scopes: &SCOPES, ..Ask::default() };
    set_out(&app, &posted.visitor, &ask, "/notes".to_owned()).await
}

async fn set_out(app: &Clinic, visitor: &Visitor<Session>, ask: &Ask<'_>, back_to: String) -> Response {
    match app.rp.ask(ask).await {
        Ok((url, pending)) => {
            visitor.browser.set_out(Going { pending, back_to });
            go(url.as_str())
        }
        Err(fault) => away(&fault),
    }
}

pub async fn callback(State(app): Shared, visitor: Visitor<Session>, returned: Query<Returned>) -> Response {
    let Query(returned) = returned;
    let going = returned.state.as_deref().and_then(|state| visitor.browser.come_back(state, visitor.now));
    let Some(Going { pending, back_to }) = going else {
        let text = "This sign-in was not begun in this browser, or it was finished already. Nothing was changed.";
        let title = "This sign-in is not known here";
        let refusal = Refusal { title, text: text.to_owned(), said: None, unsaved: None, again: true };
        return page(StatusCode::BAD_REQUEST, &refusal);
    };
    match app.rp.receive(pending, returned).await {
        Ok(signed_in) => arrived(&app, &visitor, signed_in, &back_to).await,
        Err(NotSignedIn::Away(fault)) => away(&fault),
        Err(fault) => not_signed_in(&fault),
    }
}

async fn arrived(app: &Clinic, visitor: &Visitor<Session>, signed_in: SignedIn, back_to: &str) -> Response {
    let session = Session::new(signed_in, visitor.now);
    let before = visitor.browser.session.lock().await.take();
    let same_person = before.is_some_and(|before| before.is_of(&session));
    let (owner, name) = (session.owner(), session.signed_in.name.clone());
    let renamed = app.browsers.rename(&visitor.browser, session, same_person, app.rp.world.dice.as_ref(), visitor.now);
    match renamed {
        Ok(cookie) => visitor.rename(cookie),
        Err(fault) => return answers::trouble(StatusCode::SERVICE_UNAVAILABLE, &fault.to_string()),
    }
    app.restore(&owner, &name);
    go(back_to)
}

fn not_signed_in(fault: &NotSignedIn) -> Response {
    tracing::info!(%fault, client = CLIENT_ID, "a sign-in did not come about");
    let (title, text) = match fault {
        NotSignedIn::Refused(refused) if refused.error == "access_denied" => {
            ("You did not sign in", "You stopped before the end, or this clinic is not yours. Nothing was changed.")
        }
        NotSignedIn::Short(Short::OtherPerson) => (
            "Somebody else signed in",
            "The note is kept for the person who wrote it. To go on, they sign in here again; to work as yourself, sign \
             out first.",
        ),
        NotSignedIn::Short(Short::OtherTenant) => (
            "That was another clinic",
            "You came back signed in for another clinic than the one you left. Nothing of it is shown here.",
        ),
        NotSignedIn::Short(_) => {
            ("That sign-in is not enough", "Ostiary let you pass, but not in the way we asked for.")
        }
        NotSignedIn::Refused(_) | NotSignedIn::NoTokens(_) => ("You are not signed in", "Ostiary said no."),
        NotSignedIn::NotTheirs(_) | NotSignedIn::BadToken(_) => {
            ("We don't trust that answer", "What came back does not prove that it is Ostiary's answer to our question.")
        }
        NotSignedIn::Away(_) => ("Please try again in a moment", "Ostiary could not be reached."),
    };
    let said = Some(fault.to_string());
    page(StatusCode::FORBIDDEN, &Refusal { title, text: text.to_owned(), said, unsaved: None, again: true })
}

/// Ends it here, then at the provider.
pub async fn sign_out(State(app): Shared, posted: Posted<Session, Nothing>) -> Response {
    let Posted { visitor, .. } = posted;
    let Some(session) = visitor.browser.session.lock().await.take() else { return go("/") };
    let state = match dice::token(app.rp.world.dice.as_ref()) {
        Ok(state) => state,
        Err(fault) => return answers::trouble(StatusCode::SERVICE_UNAVAILABLE, &fault.to_string()),
    };
    match app.rp.sign_out(&session.signed_in.tokens, state.expose()).await {
        Ok(url) => go(url.as_str()),
        Err(fault) => away(&fault),
    }
}

pub async fn bye(State(app): Shared) -> Response {
    page(StatusCode::OK, &Front { signed_out: true, viewer: &app.viewer })
}
