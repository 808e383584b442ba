//! Against forged requests (RULES 8): where a form comes from by the browser's own word, then a token that only a page of
//! ours in this browser can have held.
use super::{Ask, Failure, Form};
use crate::crypto::{hash, root::Kind};
use http::{HeaderMap, HeaderName, header};

/// `Sec-Fetch-Site: same-origin`; a browser that does not send it, `Origin` = issuer. Without either the token alone says.
pub fn comes_from_us(headers: &HeaderMap, issuer: &str) -> bool {
    let only = |name: HeaderName| {
        let mut found = headers.get_all(name).iter();
        let first = found.next().map(http::HeaderValue::as_bytes);
        // Two of them are somebody's trick.
        if found.next().is_some() { Some(b"".as_slice()) } else { first }
    };
    let site = only(HeaderName::from_static("sec-fetch-site")).is_none_or(|site| site == b"same-origin");
    let origin = only(header::ORIGIN).is_none_or(|origin| origin == issuer.as_bytes());
    site && origin
}

impl Ask {
    /// The token of a form. Inside a visit it is bound to the visit; outside to the session, so that a page of one person
    /// cannot act for the next who signs in here. Both to the browser.
    pub fn csrf(&self, visit: Option<&str>) -> String {
        let Some(browser) = self.browser_cookie() else { return String::new() };
        let whose = match visit {
            Some(visit) => format!("visit {visit}"),
            None => format!("session {}", self.session_id().map_or("", |id| id.as_str())),
        };
        self.app.desk.store.root().keyed_hash(Kind::FormToken, browser.expose(), whose.as_bytes())
    }

    /// The second half of the guard. Errors: 403, and nothing was done.
    pub(super) fn check(&self, form: &Form) -> Result<(), Failure> {
        let sent = form.text("csrf")?;
        let expected = self.csrf(form.one("visit")?);
        if sent.is_empty() || !hash::same(sent, &expected) {
            return Err(Failure::form_refused());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn passes(sent: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, value.parse().unwrap());
        }
        comes_from_us(&headers, "https://id.example")
    }

    #[test]
    fn a_browser_that_says_where_a_form_comes_from_is_believed() {
        assert!(passes(&[("sec-fetch-site", "same-origin")]));
        assert!(passes(&[("sec-fetch-site", "same-origin"), ("origin", "https://id.example")]));
        assert!(passes(&[("origin", "https://id.example")]));
        for site in ["cross-site", "same-site", "none", "", "Same-Origin"] {
            assert!(!passes(&[("sec-fetch-site", site)]), "{site}");
            assert!(!passes(&[("sec-fetch-site", site), ("origin", "https://id.example")]), "{site}");
        }
        for origin in ["null", "https://evil.example", "http://id.example", "https://id.example:8443", ""] {
            assert!(!passes(&[("origin", origin)]), "{origin}");
            assert!(!passes(&[("sec-fetch-site", "same-origin"), ("origin", origin)]), "{origin}");
        }
    }

    #[test]
    fn two_voices_are_none_and_silence_leaves_it_to_the_token() {
        assert!(!passes(&[("origin", "https://id.example"), ("origin", "https://id.example")]));
        assert!(passes(&[]));
    }
}
