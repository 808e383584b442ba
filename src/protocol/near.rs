//! "Did you mean": the registered value nearest to what was sent, and in what the two differ, for developers' pages,
//! refusals of configuration keys and the log.
use serde::Serialize;
use url::Url;

/// Longer texts are compared by their first so many characters; the work grows with the square.
const COMPARED: usize = 256;

/// The candidate most like `sent`, if it is like it at all: at most a third of the letters differ. Equal text is nearest.
pub fn nearest<'a>(sent: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let sent: String = sent.chars().take(COMPARED).collect();
    candidates
        .into_iter()
        .map(|candidate| {
            let compared: String = candidate.chars().take(COMPARED).collect();
            let length = sent.chars().count().max(compared.chars().count());
            (strsim::osa_distance(&sent, &compared), length, candidate)
        })
        .filter(|(distance, length, _)| *distance <= (length / 3).max(1))
        .min_by_key(|(distance, _, _)| *distance)
        .map(|(_, _, candidate)| candidate)
}

/// In what a redirect URI differs from the one it was probably meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Sent with a final slash that is not registered.
    SlashTooMany,
    /// Sent without the final slash that is registered.
    SlashMissing,
    /// Only upper and lower case differ.
    Case,
    Scheme,
    Host,
    Port,
    Path,
    Query,
    Fragment,
    Other,
}

/// The first difference a person should look at.
pub fn difference(sent: &str, registered: &str) -> Difference {
    if sent.strip_suffix('/') == Some(registered) {
        return Difference::SlashTooMany;
    }
    if registered.strip_suffix('/') == Some(sent) {
        return Difference::SlashMissing;
    }
    let (Ok(a), Ok(b)) = (Url::parse(sent), Url::parse(registered)) else { return Difference::Other };
    if a.scheme() != b.scheme() {
        Difference::Scheme
    } else if a.host_str() != b.host_str() {
        Difference::Host
    } else if a.port_or_known_default() != b.port_or_known_default() {
        Difference::Port
    } else if sent.eq_ignore_ascii_case(registered) {
        Difference::Case
    } else if a.path() != b.path() {
        Difference::Path
    } else if a.query() != b.query() {
        Difference::Query
    } else if a.fragment() != b.fragment() {
        Difference::Fragment
    } else {
        Difference::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_its_word() {
        let keys = ["issuer", "listen", "database_url", "mail_dir"];
        assert_eq!(nearest("isuer", keys), Some("issuer"));
        assert_eq!(nearest("databse_url", keys), Some("database_url"));
        assert_eq!(nearest("listen", keys), Some("listen"));
    }

    #[test]
    fn what_is_nothing_like_any_gets_no_guess() {
        assert_eq!(nearest("colour", ["issuer", "listen"]), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn a_very_long_text_costs_no_more_than_a_long_one() {
        assert_eq!(nearest(&"a".repeat(1_000_000), ["issuer"]), None);
    }

    #[test]
    fn a_developer_is_told_what_differs() {
        let registered = "http://localhost:3000/callback";
        let said = |sent: &str| difference(sent, registered);
        assert_eq!(said("http://localhost:3000/callback/"), Difference::SlashTooMany);
        assert_eq!(difference("https://a.example", "https://a.example/"), Difference::SlashMissing);
        assert_eq!(said("https://localhost:3000/callback"), Difference::Scheme);
        assert_eq!(said("http://127.0.0.1:3000/callback"), Difference::Host);
        assert_eq!(said("http://localhost:3001/callback"), Difference::Port);
        assert_eq!(said("http://localhost:3000/Callback"), Difference::Case);
        assert_eq!(said("http://localhost:3000/back"), Difference::Path);
        assert_eq!(said("http://localhost:3000/callback?a=1"), Difference::Query);
        assert_eq!(said("http://localhost:3000/callback#a"), Difference::Fragment);
        assert_eq!(said("callback"), Difference::Other);
    }
}
