//! The answer of the authorization endpoint to the client: code or error, with `state` and `iss`, and nothing else
//! (RFC 6749 §4.1.2, RFC 9207 §2). Also what a redirect URI may send the browser to.
use super::{
    error::{AuthorizationCode, description},
    registration::{Target, UriFault},
};
use http::StatusCode;
use ostiary_gate::domain::client::Client;
use serde::{Deserialize, Serialize};

/// After a form was posted only 303 makes every browser drop the body (RFC 9700 §4.12): never 302, never 307.
pub const STATUS: StatusCode = StatusCode::SEE_OTHER;

/// How the answer travels (OAuth 2.0 Multiple Response Types §2.1, Form Post §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    #[default]
    Query,
    Fragment,
    FormPost,
}

impl ResponseMode {
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// What the client is told.
#[derive(Clone, Copy)]
pub enum Outcome<'a> {
    Code(&'a str),
    Error { code: AuthorizationCode, description: &'a str },
}

/// One answer, before it is rendered.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    pub issuer: &'a str,
    /// As in the request, already found among the registered ones.
    pub redirect_uri: &'a str,
    pub response_mode: ResponseMode,
    pub state: Option<&'a str>,
    pub outcome: Outcome<'a>,
}

/// What `http` sends: a redirect with [`STATUS`], or a page with a form that posts itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rendered {
    Location(String),
    Form { action: String, fields: Vec<(&'static str, String)> },
}

impl Answer<'_> {
    pub fn render(&self) -> Rendered {
        let fields = self.fields();
        match self.response_mode {
            ResponseMode::Query => Rendered::Location(with_query(self.redirect_uri, &fields)),
            ResponseMode::Fragment => Rendered::Location(format!("{}#{}", self.redirect_uri, encoded(&fields))),
            ResponseMode::FormPost => Rendered::Form { action: self.redirect_uri.to_owned(), fields },
        }
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = match self.outcome {
            Outcome::Code(code) => vec![("code", code.to_owned())],
            Outcome::Error { code, description: text } => {
                vec![("error", code.as_str().to_owned()), ("error_description", description(text))]
            }
        };
        fields.retain(|(_, value)| !value.is_empty());
        fields.extend(self.state.map(|state| ("state", state.to_owned())));
        fields.push(("iss", self.issuer.to_owned()));
        fields
    }
}

/// `uri` with more parameters, its own query left as it is (RFC 6749 §3.1.2: "MUST be retained").
pub fn with_query(uri: &str, fields: &[(&str, String)]) -> String {
    if fields.is_empty() {
        return uri.to_owned();
    }
    let joint = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{joint}{}", encoded(fields))
}

fn encoded(fields: &[(&str, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// What `form-action` must contain besides `'self'` so that the browser follows the redirect after a posted form: Chromium
/// applies the directive to redirects too.
pub fn csp_source(redirect_uri: &str) -> Result<String, UriFault> {
    Target::parse(redirect_uri).map(|target| target.csp_source())
}

/// The registered URI that `sent` is, by exact comparison of strings (RFC 9700 §2.1). Only the loopback addresses of a
/// public client may come with any port (RFC 8252 §7.3): the app takes the port it is given by the system.
pub fn registered<'a>(client: &'a Client, sent: &str) -> Option<&'a str> {
    let loopback = |uri: &'a str| client.is_public().then(|| without_port(uri)).flatten();
    let fits = |uri: &&'a str| *uri == sent || loopback(uri).is_some_and(|known| without_port(sent) == Some(known));
    client.redirect_uris.iter().map(String::as_str).find(fits)
}

/// Start and rest of an `http` URI on a loopback IP literal, around the port. `localhost` is none: it is whatever the
/// machine resolves it to (RFC 8252 §8.3).
fn without_port(uri: &str) -> Option<(&'static str, &str)> {
    let (host, rest) = ["http://127.0.0.1", "http://[::1]"]
        .into_iter()
        .find_map(|host| uri.strip_prefix(host).map(|rest| (host, rest)))?;
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(port_and_rest) => {
            let end = port_and_rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(port_and_rest.len());
            let (port, rest) = port_and_rest.split_at_checked(end)?;
            port.parse::<u16>().ok().filter(|port| *port != 0)?;
            rest
        }
    };
    // Anything else after the host would be part of a longer host: http://127.0.0.1.evil.example
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::protocol::testing::{native, web};

    fn answer<'a>(uri: &'a str, response_mode: ResponseMode, outcome: Outcome<'a>) -> Answer<'a> {
        Answer {
            issuer: "https://id.example",
            redirect_uri: uri,
            response_mode,
            state: Some("a b&c=</script>"),
            outcome,
        }
    }

    #[test]
    fn success_carries_code_state_and_issuer_and_keeps_the_query_of_the_client() {
        let rendered = answer("https://app.example/cb?x=1%20", ResponseMode::Query, Outcome::Code("c0de")).render();
        let expected =
            "https://app.example/cb?x=1%20&code=c0de&state=a+b%26c%3D%3C%2Fscript%3E&iss=https%3A%2F%2Fid.example";
        assert_eq!(rendered, Rendered::Location(expected.to_owned()));
    }

    #[test]
    fn an_error_carries_nothing_but_error_description_state_and_issuer() {
        let outcome = Outcome::Error { code: AuthorizationCode::LoginRequired, description: "nobody is \"signed in\"" };
        let Rendered::Form { action, fields } =
            answer("https://app.example/cb", ResponseMode::FormPost, outcome).render()
        else {
            panic!("a form was expected");
        };
        assert_eq!(action, "https://app.example/cb");
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["error", "error_description", "state", "iss"]);
        assert_eq!(fields[1].1, "nobody is 'signed in'");
        assert_eq!(fields[2].1, "a b&c=</script>");
    }

    #[test]
    fn without_a_state_none_comes_back() {
        let mut silent = answer("com.example.app:/cb", ResponseMode::Fragment, Outcome::Code("c"));
        silent.state = None;
        let expected = "com.example.app:/cb#code=c&iss=https%3A%2F%2Fid.example";
        assert_eq!(silent.render(), Rendered::Location(expected.to_owned()));
    }

    #[test]
    fn a_query_is_joined_with_the_sign_it_needs() {
        let more = [("a", "1".to_owned())];
        assert_eq!(with_query("https://x.example/", &more), "https://x.example/?a=1");
        assert_eq!(with_query("https://x.example/?", &more), "https://x.example/?a=1");
        assert_eq!(with_query("https://x.example/?b=2", &more), "https://x.example/?b=2&a=1");
        assert_eq!(with_query("https://x.example/?b=2&", &more), "https://x.example/?b=2&a=1");
        assert_eq!(with_query("https://x.example/", &[]), "https://x.example/");
    }

    #[test]
    fn only_the_very_same_string_is_a_registered_redirect_uri() {
        let client = web();
        assert_eq!(registered(&client, "https://app.example/cb"), Some("https://app.example/cb"));
        for confused in [
            "https://app.example@evil/cb",
            "https://app.example.evil/cb",
            "https://appXexample/cb",
            "https://app.example/cb/../x",
            "https://app.example/cb?x=1",
            "https://app.example/cb#f",
            "https://app.example/CB",
            "https://app.example/cb/",
            "http://app.example/cb",
            "https://app.example:8443/cb",
            "https://app.example:443/cb",
            "https://app.example/%2e%2e/cb",
            "https://app.example/%63b",
            "https://app.example./cb",
            "https://\u{430}pp.example/cb",
            " https://app.example/cb",
            "",
        ] {
            assert_eq!(registered(&client, confused), None, "{confused}");
        }
    }

    #[test]
    fn a_public_client_on_a_loopback_address_may_vary_the_port_only() {
        let client = native();
        for good in [
            "http://127.0.0.1/callback",
            "http://127.0.0.1:51004/callback",
            "http://[::1]:1/callback",
            "http://[::1]/callback",
        ] {
            assert!(registered(&client, good).is_some(), "{good}");
        }
        for bad in [
            "http://127.0.0.1:51004/callback2",
            "http://127.0.0.1:51004/callback?x",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:65536/callback",
            "http://127.0.0.1:80@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.0.0.2/callback",
            "https://127.0.0.1:51004/callback",
            "http://localhost:7001/callback",
            "com.bluegum.desk2:/callback",
        ] {
            assert_eq!(registered(&client, bad), None, "{bad}");
        }
        // A longer host that begins like a loopback address has no port to vary.
        let longer = Client { redirect_uris: vec!["http://127.0.0.1.evil.example/cb".to_owned()], ..native() };
        assert_eq!(registered(&longer, "http://127.0.0.1:80.evil.example/cb"), None);
        let confidential = Client { auth_method: web().auth_method, ..native() };
        assert_eq!(registered(&confidential, "http://127.0.0.1:51004/callback"), None);
    }
}
