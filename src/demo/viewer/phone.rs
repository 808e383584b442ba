//! A pretend phone: shows the 6-digit codes of the demo's people, and of keys that a visitor types into it while setting up
//! an authenticator.
use crate::factors::totp::{self, NotASeed, STEP_SECONDS, Seed};
use ostiary_gate::domain::time::{Instant, Span};
use url::Url;

const MAX_KEYS: usize = 50;
const MAX_LABEL: usize = 80;

#[derive(Default)]
pub struct Phone(Vec<Entry>);

struct Entry {
    label: String,
    seed: Seed,
}

/// What a phone shows, and what it will show next; Ostiary takes both, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub label: String,
    pub code: String,
    pub next: String,
    /// Seconds.
    pub left: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdded {
    #[error("Type the key that Ostiary shows, or the whole otpauth link.")]
    Empty,
    #[error("That link is not one for 6-digit codes that change every 30 seconds.")]
    OtherKind,
    #[error("That is not a key: a key has letters and the digits 2 to 7, in groups of four.")]
    NotAKey,
    #[error("This phone is full.")]
    Full,
}

impl Phone {
    pub fn add(&mut self, label: String, seed: Seed) -> Result<(), NotAdded> {
        // The same key again is a visitor who was not sure.
        self.0.retain(|entry| entry.seed.as_bytes() != seed.as_bytes());
        if self.0.len() >= MAX_KEYS {
            return Err(NotAdded::Full);
        }
        self.0.push(Entry { label, seed });
        Ok(())
    }

    /// A key as the enrolment page shows it, or the link behind its QR code.
    pub fn type_in(&mut self, typed: &str, label: &str) -> Result<(), NotAdded> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(NotAdded::Empty);
        }
        let (key, from_link) = if typed.contains(':') { of_link(typed)? } else { (typed.to_owned(), None) };
        let seed = Seed::from_base32(&key).map_err(|_: NotASeed| NotAdded::NotAKey)?;
        let label = Some(label.trim().to_owned()).filter(|label| !label.is_empty()).or(from_link);
        let label = label.unwrap_or_else(|| format!("Key {}", self.0.len() + 1));
        self.add(label.chars().take(MAX_LABEL).collect(), seed)
    }

    pub fn shows(&self, now: Instant) -> Vec<Shown> {
        self.0.iter().map(|entry| shown(&entry.label, &entry.seed, now)).collect()
    }
}

pub fn shown(label: &str, seed: &Seed, now: Instant) -> Shown {
    Shown {
        label: label.to_owned(),
        code: totp::code_at(seed, now),
        next: totp::code_at(seed, now.plus(Span::seconds(STEP_SECONDS))),
        left: STEP_SECONDS - now.as_seconds().rem_euclid(STEP_SECONDS),
    }
}

/// `otpauth://totp/LABEL?secret=…`: the key and the label.
fn of_link(link: &str) -> Result<(String, Option<String>), NotAdded> {
    let url = Url::parse(link).map_err(|_| NotAdded::OtherKind)?;
    let asked = |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned());
    let usual = |name: &str, value: &str| asked(name).is_none_or(|given| given.eq_ignore_ascii_case(value));
    let ours = url.scheme() == "otpauth" && url.host_str() == Some("totp");
    if !(ours && usual("digits", "6") && usual("period", "30") && usual("algorithm", "SHA1")) {
        return Err(NotAdded::OtherKind);
    }
    let path = url.path().trim_start_matches('/').replace('+', "%2B");
    let label = url::form_urlencoded::parse(format!("l={path}").as_bytes()).next().map(|(_, label)| label.into_owned());
    Ok((asked("secret").ok_or(NotAdded::NotAKey)?, label.filter(|label| !label.is_empty())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    /// RFC 6238, appendix B.
    const KEY: &str = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ";

    #[test]
    fn a_typed_key_and_its_link_show_the_same_code() {
        let mut phone = Phone::default();
        phone.type_in(KEY, "Sam").unwrap();
        let shown = phone.shows(Instant::from_seconds(59));
        assert_eq!((shown[0].code.as_str(), shown[0].left), ("287082", 1));
        let link = "otpauth://totp/Riverside%20Physio:sam@x.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=R&digits=6&period=30&algorithm=SHA1";
        phone.type_in(link, "").unwrap();
        let shown = phone.shows(Instant::from_seconds(59));
        assert_eq!(shown.len(), 1, "the same key once");
        assert_eq!((shown[0].label.as_str(), shown[0].code.as_str()), ("Riverside Physio:sam@x.example", "287082"));
    }

    #[test]
    fn what_is_no_key_is_said_to_be_none() {
        let mut phone = Phone::default();
        for (typed, why) in [
            ("  ", NotAdded::Empty),
            ("hello 1890", NotAdded::NotAKey),
            ("JBSW", NotAdded::NotAKey),
            ("https://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", NotAdded::OtherKind),
            ("otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", NotAdded::OtherKind),
            ("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8", NotAdded::OtherKind),
            ("otpauth://totp/x", NotAdded::NotAKey),
        ] {
            assert_eq!(phone.type_in(typed, ""), Err(why), "{typed}");
        }
        assert!(phone.shows(Instant::from_seconds(0)).is_empty());
    }
}
