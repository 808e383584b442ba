//! The list, the editor, and saving: by the script while one types, or by the button.
use super::{
    Clinic,
    book::NotWritten,
    pages::{Editor, Frame, Front, List, Refusal, Stopped, Unsaved},
    session::{Saved, Seen, Session},
};
use crate::demo::{
    rp::{Away, wire::Refused},
    web::{
        answers::{self, go, page},
        door::{Posted, Visitor},
        time_of_day,
    },
};
use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const SCRIPT: &str = include_str!("../../../templates/demo/clinic/notes.js");

type Shared = State<Arc<Clinic>>;

pub async fn script() -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

pub async fn front(State(app): Shared, visitor: Visitor<Session>) -> Response {
    if visitor.browser.session.lock().await.is_some() {
        return go("/notes");
    }
    page(StatusCode::OK, &Front { signed_out: false, viewer: &app.viewer })
}

pub async fn list(State(app): Shared, visitor: Visitor<Session>) -> Response {
    let session = match admitted(&app, &visitor, None).await {
        Ok(session) => session,
        Err(answer) => return answer,
    };
    let notes = app.book().day(&session.signed_in.tenant.id).clone();
    let frame = Frame::new(&session, visitor.browser.form_token());
    page(StatusCode::OK, &List { frame, sub: &session.signed_in.sign_in.sub, notes: &notes })
}

pub async fn edit(State(app): Shared, Path(note): Path<String>, visitor: Visitor<Session>) -> Response {
    let Ok(note) = note.parse() else { return answers::nothing_here().await };
    match admitted(&app, &visitor, Some(note)).await {
        Ok(session) => editor(&app, &visitor, &session, note, StatusCode::OK, None),
        Err(answer) => answer,
    }
}

#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    text: String,
}

/// Without the script.
pub async fn save(State(app): Shared, Path(note): Path<String>, posted: Posted<Session, Typed>) -> Response {
    let Ok(note) = note.parse() else { return answers::nothing_here().await };
    let Posted { visitor, form } = posted;
    // Browsers send line ends as CR LF.
    let text = form.text.replace("\r\n", "\n");
    match app.save(&visitor.browser, note, &text).await {
        Ok(Saved::InNote) => go(&format!("/notes/{note}")),
        Ok(Saved::Kept) => go(&format!("/paused?note={note}&kept=yes")),
        Ok(Saved::NotTaken(refused)) => signed_out(&refused, Some(&text)),
        Ok(Saved::NotWritten(NotWritten::NoSuchNote)) => answers::nothing_here().await,
        Ok(Saved::NotWritten(fault)) => unsaved(&app, &visitor, note, &text, &fault.to_string()).await,
        Ok(Saved::Full) => unsaved(&app, &visitor, note, &text, "there is no room for more drafts").await,
        Err(fault) => {
            tracing::warn!(%fault, "a note was not saved");
            let why = "we could not ask Ostiary whether you are still signed in";
            unsaved(&app, &visitor, note, &text, why).await
        }
    }
}

/// What the script is told. Its words go into the page.
#[derive(Serialize)]
struct Told {
    state: &'static str,
    text: String,
}

pub async fn autosave(State(app): Shared, Path(note): Path<String>, posted: Posted<Session, Typed>) -> Response {
    let Posted { visitor, form } = posted;
    let Ok(note) = note.parse() else { return StatusCode::NOT_FOUND.into_response() };
    let text = form.text.replace("\r\n", "\n");
    let saved = app.save(&visitor.browser, note, &text).await;
    let now = time_of_day(visitor.now);
    let (status, state, text) = match saved {
        Ok(Saved::InNote) => (StatusCode::OK, "saved", format!("Saved {now}")),
        Ok(Saved::Kept) => (StatusCode::OK, "kept", format!("Kept {now}")),
        Ok(Saved::NotTaken(_)) => {
            (StatusCode::UNAUTHORIZED, "ended", "Not saved: you are signed out. Copy your text.".to_owned())
        }
        Ok(Saved::NotWritten(fault)) => (StatusCode::CONFLICT, "refused", format!("Not saved: {fault}.")),
        Ok(Saved::Full) => (StatusCode::CONFLICT, "refused", "Not saved: no room for more drafts.".to_owned()),
        Err(fault) => {
            tracing::warn!(%fault, "a note was not saved");
            (StatusCode::SERVICE_UNAVAILABLE, "away", "Not saved yet. Trying again…".to_owned())
        }
    };
    (status, Json(Told { state, text })).into_response()
}

#[derive(Deserialize)]
pub struct Where {
    note: Option<u16>,
    kept: Option<String>,
}

/// Where the provider's "not like this any more" leads.
pub async fn paused(State(app): Shared, Query(at): Query<Where>, visitor: Visitor<Session>) -> Response {
    match app.look(&visitor.browser).await {
        Ok(Seen::Paused(session)) => {
            let stopped = Stopped::new(&session, visitor.browser.form_token(), at.note, at.kept.is_some());
            page(StatusCode::OK, &stopped)
        }
        Ok(Seen::Good(_)) => go(&at.note.map_or_else(|| "/notes".to_owned(), |note| format!("/notes/{note}"))),
        Ok(Seen::Nobody) => go("/"),
        Ok(Seen::Ended(refused)) => signed_out(&refused, None),
        Err(fault) => away(&fault),
    }
}

/// Whoever may read, or the answer for whoever may not.
async fn admitted(app: &Clinic, visitor: &Visitor<Session>, note: Option<u16>) -> Result<Session, Response> {
    match app.look(&visitor.browser).await {
        Ok(Seen::Good(session)) => Ok(*session),
        Ok(Seen::Nobody) => Err(go("/")),
        Ok(Seen::Paused(_)) => {
            Err(go(&note.map_or_else(|| "/paused".to_owned(), |note| format!("/paused?note={note}"))))
        }
        Ok(Seen::Ended(refused)) => Err(signed_out(&refused, None)),
        Err(fault) => Err(away(&fault)),
    }
}

/// The editor again with what was sent, so that nothing typed is lost. If not even the page may be shown, the text alone.
async fn unsaved(app: &Clinic, visitor: &Visitor<Session>, note: u16, text: &str, why: &str) -> Response {
    let why = format!("Not saved: {why}.");
    match app.look(&visitor.browser).await {
        Ok(Seen::Good(session)) => {
            let unsaved = Unsaved { text, why };
            editor(app, visitor, &session, note, StatusCode::CONFLICT, Some(unsaved))
        }
        Ok(Seen::Paused(_) | Seen::Nobody | Seen::Ended(_)) | Err(_) => {
            let title = "Your note is not saved";
            let text_again = Some(text);
            let refusal = Refusal { title, text: why, said: None, unsaved: text_again, again: false };
            page(StatusCode::SERVICE_UNAVAILABLE, &refusal)
        }
    }
}

fn editor(
    app: &Clinic,
    visitor: &Visitor<Session>,
    session: &Session,
    note: u16,
    status: StatusCode,
    unsaved: Option<Unsaved<'_>>,
) -> Response {
    let Some(note) = app.book().find(&session.signed_in.tenant.id, note).cloned() else {
        return answers::trouble(StatusCode::NOT_FOUND, "This clinic has no such note.");
    };
    let others = note.author.as_ref().filter(|author| author.sub != session.signed_in.sign_in.sub);
    let frame = Frame::new(session, visitor.browser.form_token());
    page(status, &Editor { frame, note: &note, colleague: others.map(|author| author.name.as_str()), unsaved })
}

/// The grant is gone: somebody signed out elsewhere, an admin ended it, an account was closed.
pub fn signed_out(refused: &Refused, unsaved: Option<&str>) -> Response {
    let text = match unsaved {
        Some(_) => {
            "Your text was not saved, because we no longer know whose it is. Copy it before you leave this page."
        }
        None => {
            "Ostiary says that your sign-in has ended. That happens when you sign out elsewhere, or when your clinic \
                 or Ostiary ends it."
        }
    };
    let said = refused.error_description.clone();
    let refusal = Refusal { title: "You are signed out", text: text.to_owned(), said, unsaved, again: true };
    page(StatusCode::UNAUTHORIZED, &refusal)
}

pub fn away(fault: &Away) -> Response {
    tracing::warn!(%fault, "the provider was not there");
    let text = "We could not reach Ostiary to ask whether you are still signed in, so we show nothing. Nothing is lost: \
                reload this page in a moment.";
    answers::trouble(StatusCode::SERVICE_UNAVAILABLE, text)
}
