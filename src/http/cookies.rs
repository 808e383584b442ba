//! The two cookies: which browser this is (a year), and its session (until the browser closes). Owns their names, how they
//! are read and how they are set.
use cookie::{Cookie, SameSite, time::Duration};
use http::{HeaderMap, HeaderValue, header};
use ostiary_gate::domain::secret::Secret;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Browser,
    Session,
}

impl Which {
    /// On a plain-http issuer (`--dev`) browsers would not keep the prefix (RFC 6265bis §4.1.3.2).
    pub fn name(self, plain_http: bool) -> &'static str {
        match (self, plain_http) {
            (Self::Browser, false) => "__Host-ostiary_browser",
            (Self::Browser, true) => "ostiary_browser",
            (Self::Session, false) => "__Host-ostiary_session",
            (Self::Session, true) => "ostiary_session",
        }
    }

    /// The value sent. Two different ones under the same name, or one that we never set, are none: which of them is ours
    /// would be a guess (RFC 6265 §4.2.2).
    pub fn read(self, headers: &HeaderMap, plain_http: bool) -> Option<Secret> {
        let name = self.name(plain_http);
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut values = lines
            .flat_map(Cookie::split_parse)
            .filter_map(Result::ok)
            .filter(|cookie| cookie.name() == name)
            .map(|cookie| cookie.value().to_owned());
        let value = values.next().filter(|value| is_ours(value))?;
        values.all(|other| other == value).then(|| Secret::new(value))
    }

    pub fn set(self, value: &Secret, plain_http: bool) -> Option<HeaderValue> {
        let mut cookie = self.empty(plain_http);
        cookie.set_value(value.expose().to_owned());
        if self == Self::Browser {
            cookie.set_max_age(Duration::days(365));
        }
        as_header(&cookie)
    }

    /// Takes it away.
    pub fn clear(self, plain_http: bool) -> Option<HeaderValue> {
        let mut cookie = self.empty(plain_http);
        cookie.set_max_age(Duration::ZERO);
        as_header(&cookie)
    }

    fn empty(self, plain_http: bool) -> Cookie<'static> {
        Cookie::build((self.name(plain_http), ""))
            .path("/")
            .http_only(true)
            .secure(!plain_http)
            .same_site(SameSite::Lax)
            .build()
    }
}

fn as_header(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    HeaderValue::from_str(&cookie.to_string()).ok()
}

/// 32 bytes in base64url, as `dice::token` draws them.
fn is_ours(value: &str) -> bool {
    value.len() == 43 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const ONE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1";
    const TWO: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA2";

    fn read(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_str(line).unwrap());
        }
        Which::Browser.read(&headers, false).map(|value| value.expose().to_owned())
    }

    #[test]
    fn of_two_values_neither_counts() {
        let (one, two) = (format!("__Host-ostiary_browser={ONE}"), format!("__Host-ostiary_browser={TWO}"));
        assert_eq!(read(&[&format!("a=b; {one}")]).as_deref(), Some(ONE));
        assert_eq!(read(&[&format!("{one}; {two}")]), None);
        assert_eq!(read(&[&one, &two]), None);
        assert_eq!(read(&[&one, &one]).as_deref(), Some(ONE));
        assert_eq!(read(&[&format!("{one}; __Host-ostiary_browser=planted")]), None);
    }

    #[test]
    fn what_we_never_set_is_none() {
        for line in ["__Host-ostiary_browser=", "__Host-ostiary_browser=short", "ostiary_browser=x", "=", ""] {
            assert_eq!(read(&[line]), None, "{line}");
        }
        assert_eq!(read(&[&format!("ostiary_browser={ONE}")]), None, "without the prefix it is another name");
        assert_eq!(read(&[&format!("__Host-ostiary_browser={}", ONE.replace('A', "%"))]), None);
    }

    #[test]
    fn cookies_are_for_this_host_and_no_script() {
        let text = |value: Option<HeaderValue>| value.unwrap().to_str().unwrap().to_owned();
        let value = Secret::new(ONE);
        let browser = text(Which::Browser.set(&value, false));
        assert_eq!(
            browser,
            format!("__Host-ostiary_browser={ONE}; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000")
        );
        let session = text(Which::Session.set(&value, false));
        assert_eq!(session, format!("__Host-ostiary_session={ONE}; HttpOnly; SameSite=Lax; Secure; Path=/"));
        let plain = text(Which::Session.set(&value, true));
        assert_eq!(plain, format!("ostiary_session={ONE}; HttpOnly; SameSite=Lax; Path=/"));
        assert!(text(Which::Session.clear(false)).ends_with("Max-Age=0"));
    }
}
