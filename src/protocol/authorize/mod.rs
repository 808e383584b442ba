//! The authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1): everything the browser brings, checked against the
//! client's registration, once, before anything else happens. What comes out can be sealed into a visit.
mod error;
mod read;

pub use error::{AuthorizeError, Near, PageFault};

use super::{
    claims::ClaimsRequest,
    error::AuthorizationCode,
    form::Params,
    pkce::Challenge,
    redirect::{Answer, Outcome, ResponseMode},
};
use ostiary_gate::domain::{client::Client, ids::ClientId, scope::Scope, secret::Secret, tenant::Standing, time::Span};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeSet};

/// The longest `state` and `nonce` that are kept, in bytes. Longer ones are refused, never cut.
pub const MAX_OPAQUE: usize = 2048;

/// OIDC Core §3.1.2.1. In the order in which discovery says them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    None,
    Login,
    Consent,
    SelectAccount,
}

impl Prompt {
    pub const ALL: [Self; 4] = [Self::None, Self::Login, Self::Consent, Self::SelectAccount];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|prompt| prompt.as_str() == text)
    }
}

/// OIDC Core §3.1.2.1. What we do not know is a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Display {
    #[default]
    Page,
    Popup,
    Touch,
}

impl Display {
    pub const ALL: [Self; 3] = [Self::Page, Self::Popup, Self::Touch];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Popup => "popup",
            Self::Touch => "touch",
        }
    }

    fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|display| display.as_str() == text).unwrap_or_default()
    }
}

/// A valid authorization request. Short forms are left out when sealed, because the visit travels in an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    pub client: ClientId,
    /// As sent, the port of a loopback address included; the code is bound to this text.
    pub redirect_uri: String,
    #[serde(default)]
    pub response_mode: ResponseMode,
    /// What of the asked scope the client is registered for. Without `openid` it is plain OAuth: no ID token.
    pub scope: Scope,
    /// Byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<Challenge>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub prompt: BTreeSet<Prompt>,
    /// Of this request; the client's `default_max_age` is not joined yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Span>,
    /// Wishes in order of preference, known or not. The client's `default_acr_values` are not joined yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr_values: Vec<String>,
    #[serde(default, skip_serializing_if = "ClaimsRequest::is_empty")]
    pub claims: ClaimsRequest,
    /// The tenant this is pinned to, as it was named: slug or id, not yet looked up. Never set for a client that cannot
    /// tell tenants apart (RULES 3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// Raw: whose it is must be verified by others. Take it out once that is done; it is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_hint: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ui_locales: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims_locales: Vec<String>,
    #[serde(default)]
    pub display: Display,
    /// RFC 8707: whether it exists and is allowed is for others to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// `ostiary_draft=kept`: the client says that unsaved work is safe, and the pages may say so too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft_kept: bool,
}

impl AuthorizeRequest {
    /// Whether an ID token is wanted (OIDC Core §3.1.2.1: without `openid` it is plain OAuth).
    pub fn is_openid(&self) -> bool {
        self.scope.has("openid")
    }

    pub fn asks(&self, prompt: Prompt) -> bool {
        self.prompt.contains(&prompt)
    }

    /// How old proofs may be for this request: `prompt=login` is an age of zero, else the request's `max_age`, else the
    /// client's default. The request can only be stricter than the registration.
    pub fn freshness(&self, client: &Client) -> Option<Span> {
        let asked = if self.asks(Prompt::Login) { Some(Span::ZERO) } else { self.max_age };
        match (asked, client.default_max_age) {
            (Some(asked), Some(floor)) => Some(asked.min(floor)),
            (asked, floor) => asked.or(floor),
        }
    }

    /// The classes wished for, in order of preference: `acr_values`, a voluntary `acr` of the claims request, else the
    /// client's defaults (OIDC Dynamic Registration §2: an explicit request overrides them).
    pub fn wished_acr(&self, client: &Client) -> Vec<String> {
        let claimed = self.claims.acr.iter().filter(|ask| !ask.essential).flat_map(|ask| ask.values.iter());
        let mut wishes: Vec<String> = self.acr_values.iter().chain(claimed).cloned().collect();
        if wishes.is_empty() && !self.claims.acr.as_ref().is_some_and(|ask| ask.essential) {
            wishes.clone_from(&client.default_acr_values);
        }
        wishes
    }
}

/// What becomes of a valid request is told in these words.
impl AuthorizeRequest {
    /// Back to the client with a code.
    pub fn granted<'a>(&'a self, issuer: &'a str, code: &'a Secret) -> Answer<'a> {
        Answer {
            issuer,
            redirect_uri: &self.redirect_uri,
            response_mode: self.response_mode,
            state: self.state.as_deref(),
            outcome: Outcome::Code(code.expose()),
        }
    }

    /// Back to the client with an error: cancelled, `prompt=none` without a session, refused by the gate.
    pub fn refused(&self, code: AuthorizationCode, description: impl Into<Cow<'static, str>>) -> AuthorizeError {
        AuthorizeError::Redirect {
            code,
            description: description.into(),
            redirect_uri: self.redirect_uri.clone(),
            state: self.state.clone(),
            response_mode: self.response_mode,
        }
    }
}

/// Who asks, so that the client can be looked up. Errors: a page, since nobody is known to send the browser to.
pub fn client_id(params: &Params<'_>) -> Result<ClientId, AuthorizeError> {
    let sent = match params.one("client_id") {
        Ok(Some(sent)) => sent,
        Ok(None) => return Err(AuthorizeError::page("client_id", PageFault::Missing, None)),
        Err(_) => return Err(AuthorizeError::page("client_id", PageFault::Duplicated, None)),
    };
    ClientId::parse(sent).map_err(|_| AuthorizeError::unknown_client(sent))
}

/// Reads and checks the request of `client`, whom [`client_id`] named.
pub fn parse(params: &Params<'_>, client: &Client) -> Result<AuthorizeRequest, AuthorizeError> {
    if client.standing != Standing::Active {
        return Err(AuthorizeError::page("client_id", PageFault::ClientDisabled, Some(client.id.as_str())));
    }
    let redirect_uri = read::redirect_uri(params, client)?;
    // From here on the browser may be sent back with the error.
    let way = read::Way::of(params, redirect_uri);
    read::request(params, client, &way).map_err(|refusal| way.refuse(refusal))
}

/// Takes a pin `tenant:<slug>` out of a scope. It narrows and grants nothing, so it needs no registration.
/// Errors: two different pins.
pub fn split_pin(scope: &Scope) -> Result<(Scope, Option<String>), &'static str> {
    let mut pins = scope.words().filter(|word| word.starts_with("tenant:"));
    let (pin, another) = (pins.next(), pins.next());
    match (pin, another) {
        (None, _) => Ok((scope.clone(), None)),
        (Some(word), None) => Ok((scope.without(word), word.strip_prefix("tenant:").map(str::to_owned))),
        (Some(_), Some(_)) => Err("scope names more than one tenant"),
    }
}

#[cfg(test)]
mod refusals;
#[cfg(test)]
mod tests;
