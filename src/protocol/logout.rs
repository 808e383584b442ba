//! RP-Initiated Logout 1.0: the request, and where the browser may be sent afterwards.
use super::{
    form::{Duplicated, Params},
    locales, redirect,
};
use ostiary_gate::domain::{client::Client, ids::ClientId};
use serde::{Deserialize, Serialize};

/// The longest `state` that is kept, in bytes.
const MAX_STATE: usize = 2048;

/// Everything is optional: without anything it is a person who wants to sign out (RP-Initiated Logout §2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutRequest {
    /// Raw. Only a verified one makes the rest believable.
    pub id_token_hint: Option<String>,
    pub logout_hint: Option<String>,
    pub client_id: Option<ClientId>,
    pub post_logout_redirect_uri: Option<String>,
    pub state: Option<String>,
    pub ui_locales: Vec<String>,
}

/// Why the request is answered with a page and nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoutError {
    #[error("{0} is included more than once")]
    Duplicated(&'static str),
    #[error("client_id is not one that could be registered")]
    BadClientId,
    #[error("state is longer than 2048 bytes or has a control character")]
    BadState,
}

impl From<Duplicated> for LogoutError {
    fn from(Duplicated(name): Duplicated) -> Self {
        Self::Duplicated(name)
    }
}

impl LogoutRequest {
    pub fn parse(params: &Params<'_>) -> Result<Self, LogoutError> {
        let text = |name| params.one(name).map(|value| value.map(str::to_owned));
        let client_id =
            params.one("client_id")?.map(ClientId::parse).transpose().map_err(|_| LogoutError::BadClientId)?;
        let state = text("state")?;
        if state.as_ref().is_some_and(|state| state.len() > MAX_STATE || state.chars().any(char::is_control)) {
            return Err(LogoutError::BadState);
        }
        Ok(Self {
            id_token_hint: text("id_token_hint")?,
            logout_hint: text("logout_hint")?,
            client_id,
            post_logout_redirect_uri: text("post_logout_redirect_uri")?,
            state,
            ui_locales: locales::parse(params.one("ui_locales")?),
        })
    }

    /// Where to send the browser of a client that a *verified* `id_token_hint` named: the registered URI, by exact comparison
    /// (RP-Initiated Logout §3), with `state` and nothing else. None: stay here. A `client_id` that names another client than
    /// the hint is no agreement (§2).
    pub fn way_back(&self, client: &Client) -> Option<String> {
        if self.client_id.as_ref().is_some_and(|named| *named != client.id) {
            return None;
        }
        let wanted = self.post_logout_redirect_uri.as_ref()?;
        let uri = client.post_logout_redirect_uris.iter().find(|uri| *uri == wanted)?;
        let state: Vec<(&str, String)> = self.state.iter().map(|state| ("state", state.clone())).collect();
        Some(redirect::with_query(uri, &state))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::protocol::testing::{pairs, web};

    fn read(sent: &[(&str, &str)]) -> Result<LogoutRequest, LogoutError> {
        LogoutRequest::parse(&Params::new(&pairs(sent)))
    }

    #[test]
    fn nothing_at_all_is_a_request() {
        assert_eq!(read(&[]).unwrap(), LogoutRequest::default());
        assert_eq!(read(&[]).unwrap().way_back(&web()), None);
    }

    #[test]
    fn the_way_back_is_the_registered_uri_with_state_only() {
        let uri = ("post_logout_redirect_uri", "https://app.example/bye");
        let back = |more: &[(&str, &str)]| read(&[&[uri], more].concat()).unwrap().way_back(&web());
        assert_eq!(back(&[("state", "a b")]).as_deref(), Some("https://app.example/bye?state=a+b"));
        assert_eq!(back(&[]).as_deref(), Some("https://app.example/bye"));
        assert_eq!(back(&[("client_id", "web")]).as_deref(), Some("https://app.example/bye"));
        assert_eq!(back(&[("client_id", "other")]), None);
    }

    #[test]
    fn a_uri_that_differs_in_anything_is_no_way_back() {
        for sent in
            ["https://app.example/bye?foo=bar", "https://app.example/bye/", "https://app.example/cb", "javascript:1"]
        {
            assert_eq!(read(&[("post_logout_redirect_uri", sent)]).unwrap().way_back(&web()), None, "{sent}");
        }
    }

    #[test]
    fn a_request_in_two_voices_is_refused() {
        for name in ["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"] {
            assert_eq!(read(&[(name, "a"), (name, "a")]), Err(LogoutError::Duplicated(name)));
        }
        assert_eq!(read(&[("client_id", "a b")]), Err(LogoutError::BadClientId));
        assert_eq!(read(&[("state", &"s".repeat(2049))]), Err(LogoutError::BadState));
    }
}
