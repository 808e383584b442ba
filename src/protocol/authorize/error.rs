//! The two ways to refuse an authorization request (RFC 6749 §4.1.2.1): on a page of our own, or back at the client.
use crate::protocol::{
    error::AuthorizationCode,
    near::{self, Difference},
    redirect::{Answer, Outcome, ResponseMode},
};
use ostiary_gate::domain::{Blame, client::Client};
use std::borrow::Cow;

/// How much of what was sent is shown to a developer, in characters.
const SHOWN: usize = 300;

/// Why the browser must stay here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFault {
    Missing,
    Duplicated,
    /// No such client, or no such redirect URI.
    Unregistered,
    ClientDisabled,
    /// The request as a whole could not be decoded.
    Malformed,
}

/// The registered value that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    pub registered: String,
    pub difference: Difference,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeError {
    /// Never a redirect: whoever is at the other end has not been recognised. What is in here is for developers; in
    /// production only the log shows it.
    #[error("{parameter}: {fault:?}")]
    Page {
        parameter: &'static str,
        fault: PageFault,
        /// What was sent, cut to a length that can be shown. Escape it.
        sent: Option<String>,
        /// The registered values.
        registered: Vec<String>,
        near: Option<Box<Near>>,
    },
    /// Back to a registered redirect URI.
    #[error("{code}: {description}")]
    Redirect {
        code: AuthorizationCode,
        description: Cow<'static, str>,
        redirect_uri: String,
        state: Option<String>,
        response_mode: ResponseMode,
    },
}

impl AuthorizeError {
    /// What the client is told, if it may be told.
    pub fn answer<'a>(&'a self, issuer: &'a str) -> Option<Answer<'a>> {
        match self {
            Self::Page { .. } => None,
            Self::Redirect { code, description, redirect_uri, state, response_mode } => Some(Answer {
                issuer,
                redirect_uri,
                response_mode: *response_mode,
                state: state.as_deref(),
                outcome: Outcome::Error { code: *code, description },
            }),
        }
    }

    /// The request could not be decoded at all.
    pub fn malformed() -> Self {
        Self::page("request", PageFault::Malformed, None)
    }

    /// Nobody is registered by that name. Which names are is not said.
    pub fn unknown_client(sent: &str) -> Self {
        Self::page("client_id", PageFault::Unregistered, Some(sent))
    }

    pub(super) fn page(parameter: &'static str, fault: PageFault, sent: Option<&str>) -> Self {
        let sent = sent.map(|sent| sent.chars().take(SHOWN).collect());
        Self::Page { parameter, fault, sent, registered: Vec::new(), near: None }
    }

    pub(super) fn redirect_uri(fault: PageFault, sent: Option<&str>, client: &Client) -> Self {
        let near = sent.and_then(|sent| {
            let registered = near::nearest(sent, client.redirect_uris.iter().map(String::as_str))?;
            let difference = near::difference(sent, registered);
            Some(Box::new(Near { registered: registered.to_owned(), difference }))
        });
        let sent = sent.map(|sent| sent.chars().take(SHOWN).collect());
        Self::Page { parameter: "redirect_uri", fault, sent, registered: client.redirect_uris.clone(), near }
    }
}

impl Blame for AuthorizeError {
    fn is_ours(&self) -> bool {
        match self {
            Self::Page { .. } => false,
            Self::Redirect { code, .. } => {
                matches!(code, AuthorizationCode::ServerError | AuthorizationCode::TemporarilyUnavailable)
            }
        }
    }
}
