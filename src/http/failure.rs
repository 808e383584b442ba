//! How a page can end without being drawn, and what the person is shown then.
use super::{App, Ask, Visit};
use crate::{
    acts::hashing::Busy,
    crypto::Fault,
    protocol::form::{Duplicated, FormError},
    store::StoreError,
    views::trouble::{Kind, Trouble},
};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use ostiary_gate::domain::time::Span;

/// What a page's handler answers.
pub type Handled = Result<Response, Failure>;

/// After a fault of ours it is worth trying again so soon.
const RETRY_AFTER: Span = Span::seconds(5);

/// A page cannot be given. Never a 500: what is our fault passes, and says when to come back.
#[derive(Debug)]
pub enum Failure {
    /// What was sent, or who sent it.
    Theirs { status: StatusCode, kind: Kind },
    /// 503, with a reference that stands in the log beside the cause.
    Ours { cause: String, retry_after: Span },
    /// Another page is the answer (303).
    Elsewhere(String),
    /// So is this, whatever page was asked for.
    Answered(Box<Response>),
}

impl Failure {
    #[expect(clippy::needless_pass_by_value, reason = "made for `map_err`")]
    pub fn ours(cause: impl ToString) -> Self {
        Self::Ours { cause: cause.to_string(), retry_after: RETRY_AFTER }
    }

    /// 503 without a fault: too much at once.
    pub fn busy(retry_after: Span) -> Self {
        Self::Ours { cause: String::new(), retry_after }
    }

    pub fn not_found() -> Self {
        Self::Theirs { status: StatusCode::NOT_FOUND, kind: Kind::NotFound }
    }

    pub fn forbidden() -> Self {
        Self::Theirs { status: StatusCode::FORBIDDEN, kind: Kind::Forbidden }
    }

    pub fn form_refused() -> Self {
        Self::Theirs { status: StatusCode::FORBIDDEN, kind: Kind::FormRefused }
    }

    /// A request that no page of ours sends.
    pub fn malformed(status: StatusCode) -> Self {
        Self::Theirs { status, kind: Kind::NotLikeThis }
    }

    pub fn expired(again: Option<String>) -> Self {
        Self::Theirs { status: StatusCode::GONE, kind: Kind::Expired { again } }
    }

    /// The answer to a browser. The log line carries no address beyond the path: queries hold visits and states.
    pub(super) fn answer(self, ask: &Ask) -> Response {
        let (status, kind, retry_after) = match self {
            Self::Elsewhere(path) => return ask.see_other(&path),
            Self::Answered(answer) => return *answer,
            Self::Theirs { status, kind } => {
                let reference = ask.app.reference();
                tracing::info!(reference = reference.code, %status, path = ask.path(), ?kind, "page refused");
                return draw(ask, status, kind, reference);
            }
            Self::Ours { cause, retry_after } => {
                let kind = if cause.is_empty() { Kind::Busy } else { Kind::Fault };
                (cause, kind, retry_after)
            }
        };
        let reference = ask.app.reference();
        tracing::error!(reference = reference.code, cause = status, path = ask.path(), "page failed");
        let mut answer = draw(ask, StatusCode::SERVICE_UNAVAILABLE, kind, reference);
        answer.headers_mut().insert(header::RETRY_AFTER, seconds(retry_after));
        answer
    }
}

impl Ask {
    /// The page about a visit that does not go on, in its own frame.
    pub(super) fn shown_instead(&self, status: StatusCode, visit: &Visit, kind: Kind) -> Failure {
        let reference = self.app.reference();
        tracing::info!(reference = reference.code, %status, path = self.path(), ?kind, "visit does not go on");
        let mut scene = self.scene(Some(visit));
        scene.frame.visit = None;
        match scene.draw(status, |frame| Trouble { frame, kind, reference: Some(reference) }) {
            Ok(answer) => Failure::Answered(Box::new(answer)),
            Err(failure) => failure,
        }
    }
}

fn draw(ask: &Ask, status: StatusCode, kind: Kind, reference: crate::views::trouble::Reference) -> Response {
    let page = ask.scene(None).draw(status, |frame| Trouble { frame, kind, reference: Some(reference) });
    page.unwrap_or_else(|_| plain(status))
}

/// When not even the page for troubles can be drawn.
fn plain(status: StatusCode) -> Response {
    (status, status.canonical_reason().unwrap_or_default()).into_response()
}

/// `Retry-After` in whole seconds, at least one (RFC 9110 §10.2.3).
pub fn seconds(span: Span) -> HeaderValue {
    HeaderValue::from(span.as_seconds().max(1))
}

/// What a handler that panicked answers; the panic itself is in the log already.
pub fn panicked(app: &App) -> Response {
    let reference = app.reference();
    tracing::error!(reference = reference.code, "a handler panicked");
    Ask::of_nobody(app).fault(reference)
}

impl Ask {
    fn fault(&self, reference: crate::views::trouble::Reference) -> Response {
        let mut answer = draw(self, StatusCode::SERVICE_UNAVAILABLE, Kind::Fault, reference);
        answer.headers_mut().insert(header::RETRY_AFTER, seconds(RETRY_AFTER));
        answer
    }
}

impl From<StoreError> for Failure {
    fn from(cause: StoreError) -> Self {
        match cause {
            StoreError::Busy => Self::busy(RETRY_AFTER),
            other => Self::ours(other),
        }
    }
}

impl From<Fault> for Failure {
    fn from(cause: Fault) -> Self {
        Self::ours(cause)
    }
}

impl From<askama::Error> for Failure {
    fn from(cause: askama::Error) -> Self {
        Self::ours(cause)
    }
}

impl From<Busy> for Failure {
    fn from(busy: Busy) -> Self {
        Self::busy(busy.retry_after)
    }
}

/// A field that came twice: which of the two counts would be a guess.
impl From<Duplicated> for Failure {
    fn from(_: Duplicated) -> Self {
        Self::malformed(StatusCode::BAD_REQUEST)
    }
}

impl From<FormError> for Failure {
    fn from(cause: FormError) -> Self {
        Self::malformed(if cause.is_size() { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST })
    }
}
