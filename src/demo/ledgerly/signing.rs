//! Signing in with a code, whatever the clinic has decided; connecting a clinic; and why not, in plain words.
use super::{
    CLIENT_ID, Ledgerly, Session,
    pages::{Books, Front, Refusal},
};
use crate::{
    crypto::dice,
    demo::{
        clinic::SCOPE,
        rp::{
            Away,
            answer::{NotSignedIn, Returned, SignedIn},
            ask::Ask,
            proof::Short,
            standing::Standing,
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
use openidconnect::core::CoreAuthPrompt;
use ostiary_gate::domain::time::Span;
use std::sync::Arc;

type Shared = State<Arc<Ledgerly>>;

const SCOPES: [&str; 3] = ["profile", "email", "tenant"];
/// What an admin agrees to: the nightly export, also while nobody is there.
const CONNECTING: [&str; 5] = ["profile", "email", "tenant", "offline_access", SCOPE];
/// Books are closed to a sign-in that is older.
const MAX_AGE: Span = Span::hours(1);

pub async fn front(State(app): Shared, visitor: Visitor<Session>) -> Response {
    if visitor.browser.session.lock().await.is_some() {
        return go("/books");
    }
    page(StatusCode::OK, &Front { signed_out: false, quietly: None, viewer: &app.viewer })
}

pub async fn books(State(app): Shared, visitor: Visitor<Session>) -> Response {
    let session = match admitted(&app, &visitor).await {
        Ok(session) => session,
        Err(answer) => return answer,
    };
    let run = app.runs().get(&session.signed_in.tenant.id).cloned();
    let books = Books::new(&session, visitor.browser.form_token(), run.as_ref(), &app.site.issuer);
    page(StatusCode::OK, &books)
}

/// Two factors, binding and checked when the answer comes, and not older than an hour.
fn strictly(scopes: &'static [&'static str]) -> Ask<'static> {
    Ask { scopes, code: true, max_age: Some(MAX_AGE), ..Ask::default() }
}

pub async fn sign_in(State(app): Shared, visitor: Visitor<Session>) -> Response {
    set_out(&app, &visitor, &strictly(&SCOPES), "/books").await
}

/// `prompt=none`: only if the provider needs to ask nothing.
pub async fn quietly(State(app): Shared, visitor: Visitor<Session>) -> Response {
    let ask = Ask { prompt: Some(CoreAuthPrompt::None), ..strictly(&SCOPES) };
    set_out(&app, &visitor, &ask, "/books").await
}

/// The same person, for the same clinic, with what only a connection gives: the provider shows an admin the connection.
pub async fn connect(State(app): Shared, posted: Posted<Session, Nothing>) -> Response {
    let Posted { visitor, .. } = posted;
    let session = match admitted(&app, &visitor).await {
        Ok(session) => session,
        Err(answer) => return answer,
    };
    let SignedIn { tenant, tokens, sign_in, .. } = &session.signed_in;
    let ask = Ask {
        tenant: Some((&tenant.slug, &tenant.id)),
        person: Some((&tokens.id_token, &sign_in.sub)),
        ..strictly(&CONNECTING)
    };
    set_out(&app, &visitor, &ask, "/books").await
}

pub async fn switch(State(app): Shared, posted: Posted<Session, Nothing>) -> Response {
    set_out(&app, &posted.visitor, &strictly(&SCOPES), "/books").await
}

async fn set_out(app: &Ledgerly, visitor: &Visitor<Session>, ask: &Ask<'_>, back_to: &str) -> Response {
    match app.rp.ask(ask).await {
        Ok((url, pending)) => {
            visitor.browser.set_out(Going { pending, back_to: back_to.to_owned() });
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
        return refused(StatusCode::BAD_REQUEST, "This sign-in is not known here", text, None);
    };
    match app.rp.receive(pending, returned).await {
        Ok(signed_in) => arrived(&app, &visitor, signed_in, &back_to).await,
        Err(NotSignedIn::Away(fault)) => away(&fault),
        Err(fault) => not_signed_in(&app, &fault),
    }
}

async fn arrived(app: &Ledgerly, visitor: &Visitor<Session>, signed_in: SignedIn, back_to: &str) -> Response {
    let before = visitor.browser.session.lock().await.take();
    let same_person = before.is_some_and(|before| {
        before.signed_in.sign_in.sub == signed_in.sign_in.sub && before.signed_in.tenant.id == signed_in.tenant.id
    });
    let session = Session { said: signed_in.sign_in.clone(), signed_in, checked_at: visitor.now };
    let renamed = app.browsers.rename(&visitor.browser, session, same_person, app.rp.world.dice.as_ref(), visitor.now);
    match renamed {
        Ok(cookie) => visitor.rename(cookie),
        Err(fault) => return answers::trouble(StatusCode::SERVICE_UNAVAILABLE, &fault.to_string()),
    }
    go(back_to)
}

/// Whoever may see the books, asked of the provider at every click.
pub async fn admitted(app: &Ledgerly, visitor: &Visitor<Session>) -> Result<Session, Response> {
    let mut held = visitor.browser.session.lock().await;
    let Some(session) = held.as_mut() else { return Err(go("/")) };
    match app.rp.standing(&session.signed_in).await {
        Ok(Standing::Good(said, fresh)) => {
            session.said = said;
            session.checked_at = visitor.now;
            if let Some(tokens) = fresh {
                session.signed_in.tokens = *tokens;
            }
            Ok(session.clone())
        }
        Ok(Standing::Suspended(suspended)) => {
            *held = None;
            let text =
                "Your clinic or Ostiary now asks for more than you showed when you signed in. Sign in again to go on.";
            Err(refused(StatusCode::UNAUTHORIZED, "One more thing", text, Some(suspended.description)))
        }
        Ok(Standing::Ended(why)) => {
            *held = None;
            let text = "Ostiary says that your sign-in has ended.";
            Err(refused(StatusCode::UNAUTHORIZED, "You are signed out", text, why.error_description))
        }
        Err(fault) => Err(away(&fault)),
    }
}

/// In plain words what stood in the way, and what would help.
fn not_signed_in(app: &Ledgerly, fault: &NotSignedIn) -> Response {
    tracing::info!(%fault, client = CLIENT_ID, "a sign-in did not come about");
    let (title, text) = match fault {
        NotSignedIn::Refused(said) => match said.error.as_str() {
            "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
                let quietly = Some(said.error.as_str());
                return page(StatusCode::OK, &Front { signed_out: false, quietly, viewer: &app.viewer });
            }
            "access_denied" => (
                "You did not sign in",
                "You stopped before the end, or it is not for you to decide: only an admin of your clinic can connect \
                 Ledgerly to it.",
            ),
            "unmet_authentication_requirements" => (
                "Ledgerly needs a sign-in with a 6-digit code",
                "Your account can’t do that here yet, or you chose to set it up later. Sign in again to set it up; it \
                 takes about 3 minutes.",
            ),
            _ => ("You are not signed in", "Ostiary said no."),
        },
        NotSignedIn::Short(Short::NoCode { .. }) => (
            "Ledgerly needs a sign-in with a 6-digit code",
            "Ostiary let you pass without one. We checked, and keep the books closed.",
        ),
        NotSignedIn::Short(Short::OtherTenant) => (
            "That was another clinic",
            "You came back signed in for another clinic than the one you left. Nothing of it is shown here.",
        ),
        NotSignedIn::Short(_) => {
            ("That sign-in is not enough", "Ostiary let you pass, but not in the way we asked for.")
        }
        NotSignedIn::NoTokens(_) => ("You are not signed in", "Ostiary changed its mind before we had your sign-in."),
        NotSignedIn::NotTheirs(_) | NotSignedIn::BadToken(_) => {
            ("We don't trust that answer", "What came back does not prove that it is Ostiary's answer to our question.")
        }
        NotSignedIn::Away(_) => ("Please try again in a moment", "Ostiary could not be reached."),
    };
    refused(StatusCode::FORBIDDEN, title, text, Some(fault.to_string()))
}

fn refused(status: StatusCode, title: &str, text: &str, said: Option<String>) -> Response {
    page(status, &Refusal { title, text, said })
}

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
    page(StatusCode::OK, &Front { signed_out: true, quietly: None, viewer: &app.viewer })
}

pub fn away(fault: &Away) -> Response {
    tracing::warn!(%fault, "the provider was not there");
    let text = "We could not reach Ostiary to ask who you are, so we show nothing. Reload this page in a moment.";
    answers::trouble(StatusCode::SERVICE_UNAVAILABLE, text)
}
