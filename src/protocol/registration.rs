//! What may be registered as a redirect URI (RFC 8252 §7, RFC 9700 §4.1, RULES 8), and the checked form from which
//! security headers are rendered. What is registered is what the browser will open, letter for letter: a URI that the
//! browser would rewrite first is refused with the spelling it should have.
use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// The longest redirect URI, in bytes.
pub const MAX_URI: usize = 2048;

/// Names in an answer of ours. A registered query must not bring its own.
const ANSWER_NAMES: [&str; 7] = ["code", "state", "iss", "error", "error_description", "error_uri", "response"];

/// Whether `http` is accepted for loopback hosts: for public clients (RFC 8252 §7.3) and where the operator says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainHttp {
    Never,
    OnLoopback,
}

/// Why a URI cannot be registered. The texts are for whoever registers it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriFault {
    #[error("is not an absolute URI")]
    NotAbsolute,
    #[error("is longer than 2048 characters")]
    TooLong,
    #[error("has a character that a URI cannot have; only visible ASCII without quotes, brackets and backslash")]
    Character,
    #[error("has a fragment (#), which RFC 6749 section 3.1.2 forbids")]
    Fragment,
    #[error("names a user before the host")]
    UserInfo,
    #[error("has a wildcard; every redirect URI is written out")]
    Wildcard,
    #[error("has a host that is neither a DNS name of letters, digits and hyphens nor an IP address")]
    Host,
    #[error("uses http; only https is safe for this host")]
    PlainHttp,
    #[error(
        "uses a scheme that is neither https nor a private-use one with a dot, such as com.example.app (RFC 8252 section 7.1)"
    )]
    Scheme,
    #[error("would be opened by browsers as {0}; register it that way")]
    NotAsOpened(String),
    #[error("has a query parameter that the answer uses itself: {0}")]
    AnswerParameter(&'static str),
}

/// The host of a checked URI.
#[derive(Clone, Debug, PartialEq, Eq)]
enum CheckedHost {
    /// Letters, digits and hyphens, as DNS has them.
    Name(String),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

/// A redirect URI's checked parts: enough for headers, and nothing in it that could end one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(Parts);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Parts {
    Web {
        https: bool,
        host: CheckedHost,
        port: Option<u16>,
    },
    /// A private-use scheme: letters, digits, plus, hyphen, dot.
    App {
        scheme: String,
    },
}

impl Target {
    /// The checks that do not depend on who registers. Also for URIs that were registered before.
    pub fn parse(text: &str) -> Result<Self, UriFault> {
        if text.len() > MAX_URI {
            return Err(UriFault::TooLong);
        }
        // Before parsing: the parser drops tabs and newlines and turns a backslash into a slash.
        if text.contains('*') {
            return Err(UriFault::Wildcard);
        }
        if !text.bytes().all(|b| {
            b.is_ascii_graphic() && !matches!(b, b'"' | b'\\' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}')
        }) {
            return Err(UriFault::Character);
        }
        let url = Url::parse(text).map_err(|_| UriFault::NotAbsolute)?;
        if text.contains('#') {
            return Err(UriFault::Fragment);
        }
        let parts = match url.scheme() {
            scheme @ ("http" | "https") => {
                Parts::Web { https: scheme == "https", host: checked_host(&url)?, port: url.port() }
            }
            scheme if scheme.contains('.') => Parts::App { scheme: scheme.to_owned() },
            _ => return Err(UriFault::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
            return Err(UriFault::UserInfo);
        }
        let opened = url.as_str();
        // The one rewriting that changes nothing: the slash after a bare host.
        if opened != text && opened.strip_suffix('/') != Some(text) {
            return Err(UriFault::NotAsOpened(opened.to_owned()));
        }
        if let Some(name) = ANSWER_NAMES.into_iter().find(|name| url.query_pairs().any(|(known, _)| known == *name)) {
            return Err(UriFault::AnswerParameter(name));
        }
        Ok(Self(parts))
    }

    /// Whether the host is this very machine: `localhost`, 127.0.0.0/8 or `[::1]`.
    pub fn is_loopback(&self) -> bool {
        match &self.0 {
            Parts::Web { host: CheckedHost::Name(name), .. } => name == "localhost",
            Parts::Web { host: CheckedHost::V4(address), .. } => address.is_loopback(),
            Parts::Web { host: CheckedHost::V6(address), .. } => address.is_loopback(),
            Parts::App { .. } => false,
        }
    }

    /// A source expression for `form-action` (CSP Level 3 §2.3.1). Policies have no spelling for IPv6 hosts, so those get
    /// their scheme; apps have no origin, so they do too.
    pub fn csp_source(&self) -> String {
        match &self.0 {
            Parts::App { scheme } => format!("{scheme}:"),
            Parts::Web { https, host, port } => {
                let scheme = if *https { "https" } else { "http" };
                let host = match host {
                    CheckedHost::Name(name) => name.clone(),
                    CheckedHost::V4(address) => address.to_string(),
                    CheckedHost::V6(_) => return format!("{scheme}:"),
                };
                match port {
                    Some(port) => format!("{scheme}://{host}:{port}"),
                    None => format!("{scheme}://{host}"),
                }
            }
        }
    }

    fn is_plain_http(&self) -> bool {
        matches!(self.0, Parts::Web { https: false, .. })
    }
}

/// The check at registration and `apply`, alike for `redirect_uris` and `post_logout_redirect_uris`.
pub fn check(text: &str, plain: PlainHttp) -> Result<Target, UriFault> {
    let target = Target::parse(text)?;
    if target.is_plain_http() && !(plain == PlainHttp::OnLoopback && target.is_loopback()) {
        return Err(UriFault::PlainHttp);
    }
    Ok(target)
}

/// Between `//` and the next `/`, `?` or `#`; empty where there is none.
fn authority(text: &str) -> &str {
    let after = text.split_once("://").map_or("", |(_, rest)| rest);
    after.split(['/', '?', '#']).next().unwrap_or_default()
}

fn checked_host(url: &Url) -> Result<CheckedHost, UriFault> {
    match url.host() {
        Some(Host::Ipv4(address)) => Ok(CheckedHost::V4(address)),
        Some(Host::Ipv6(address)) => Ok(CheckedHost::V6(address)),
        Some(Host::Domain(name)) if is_ldh(name) => Ok(CheckedHost::Name(name.to_owned())),
        Some(Host::Domain(_)) | None => Err(UriFault::Host),
    }
}

/// Labels of letters, digits and inner hyphens (RFC 1123 §2.1). `https://*.com` parses, and Chromium honours it in
/// `form-action`; a dot at the end is another name to browsers than the same without.
fn is_ldh(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    fn fault(text: &str) -> UriFault {
        check(text, PlainHttp::OnLoopback).expect_err(text)
    }

    #[test]
    fn https_loopback_and_private_use_schemes_are_accepted() {
        for good in [
            "https://app.example/cb",
            "https://app.example",
            "https://app.example:8443/cb?tenant=1",
            "https://xn--bcher-kva.example/cb",
            "https://192.0.2.7/cb",
            "https://[2001:db8::7]/cb",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:7000/cb",
            "com.example.app:/oauth2redirect",
            "com.example.app://callback",
        ] {
            assert!(check(good, PlainHttp::OnLoopback).is_ok(), "{good}");
        }
    }

    #[test]
    fn script_in_a_redirect_uri_is_never_registered() {
        for bad in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "javascript://app.example/%0aalert(1)",
            "data:text/plain,hello",
            "file:///etc/passwd",
            "vbscript:x",
            "blob:https://app.example/1",
            "about:blank",
            "ftp://app.example/",
            "myapp:/cb",
        ] {
            assert_eq!(fault(bad), UriFault::Scheme, "{bad}");
        }
        assert_eq!(fault("java\tscript:alert(1)"), UriFault::Character);
        assert_eq!(fault("data:text/html,<script>alert(1)</script>"), UriFault::Character);
    }

    #[test]
    fn the_host_is_what_it_looks_like() {
        assert_eq!(fault("https://app.example@evil.example/cb"), UriFault::UserInfo);
        assert_eq!(fault("https://:secret@evil.example/cb"), UriFault::UserInfo);
        assert_eq!(fault("https://@evil.example/cb"), UriFault::UserInfo);
        assert_eq!(fault("com.example.app://user@callback"), UriFault::UserInfo);
        assert_eq!(fault("https://*.com/cb"), UriFault::Wildcard);
        assert_eq!(fault("https://app.example/*"), UriFault::Wildcard);
        assert_eq!(fault("https://app_1.example/cb"), UriFault::Host);
        assert_eq!(fault("https://-app.example/cb"), UriFault::Host);
        assert_eq!(fault("https://app.example./cb"), UriFault::Host);
        assert_eq!(fault("https://app;.example/cb"), UriFault::Host);
        assert_eq!(fault("https://b\u{fc}cher.example/cb"), UriFault::Character);
        assert_eq!(fault("https:\\\\app.example/cb"), UriFault::Character);
    }

    #[test]
    fn what_browsers_would_rewrite_is_refused_with_the_right_spelling() {
        for (sent, opened) in [
            ("https://APP.example/cb", "https://app.example/cb"),
            ("HTTPS://app.example/cb", "https://app.example/cb"),
            ("https://app.example:443/cb", "https://app.example/cb"),
            ("https://app.example/cb/../x", "https://app.example/x"),
            ("https://app.example/%2e%2e/x", "https://app.example/x"),
            ("https:app.example/cb", "https://app.example/cb"),
            ("http://0x7f.1/cb", "http://127.0.0.1/cb"),
        ] {
            assert_eq!(fault(sent), UriFault::NotAsOpened(opened.to_owned()), "{sent}");
        }
    }

    #[test]
    fn fragments_and_names_of_our_answer_are_refused() {
        assert_eq!(fault("https://app.example/cb#f"), UriFault::Fragment);
        assert_eq!(fault("https://app.example/cb#"), UriFault::Fragment);
        assert_eq!(fault("https://app.example/cb?code=1"), UriFault::AnswerParameter("code"));
        assert_eq!(fault("https://app.example/cb?a=1&%69ss=x"), UriFault::AnswerParameter("iss"));
        assert_eq!(fault("/cb"), UriFault::NotAbsolute);
        assert_eq!(fault(&format!("https://app.example/{}", "a".repeat(2048))), UriFault::TooLong);
    }

    #[test]
    fn plain_http_is_for_loopback_and_only_when_allowed() {
        assert_eq!(fault("http://app.example/cb"), UriFault::PlainHttp);
        assert_eq!(fault("http://localhost.evil.example/cb"), UriFault::PlainHttp);
        assert_eq!(fault("http://128.0.0.1/cb"), UriFault::PlainHttp);
        assert_eq!(check("http://127.0.0.1/cb", PlainHttp::Never), Err(UriFault::PlainHttp));
        assert!(check("https://localhost/cb", PlainHttp::Never).is_ok());
    }

    #[test]
    fn a_csp_source_is_rendered_from_checked_parts() {
        for (uri, source) in [
            ("https://app.example/cb?x=1", "https://app.example"),
            ("https://app.example:8443/cb", "https://app.example:8443"),
            ("http://127.0.0.1:9401/cb", "http://127.0.0.1:9401"),
            ("http://[::1]:9401/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
        ] {
            assert_eq!(Target::parse(uri).unwrap().csp_source(), source);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_source_that_could_end_its_directive(text in "(https?://|[a-z.]{1,9}:)?\\PC{0,40}") {
            if let Ok(target) = Target::parse(&text) {
                prop_assert!(target.csp_source().bytes().all(|b| b.is_ascii_alphanumeric() || b":/.-+".contains(&b)));
            }
        }

        #[test]
        fn what_is_registered_is_what_a_browser_opens(text in "https://[a-z@:.\\\\/#?*%0-9-]{0,24}") {
            if Target::parse(&text).is_ok() {
                let opened = Url::parse(&text).unwrap();
                prop_assert!(opened.as_str() == text || opened.as_str().strip_suffix('/') == Some(&text));
            }
        }
    }
}
