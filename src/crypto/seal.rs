//! Sealing: what must be read back but never by whoever holds only the database. Owns the sealed text form and what it
//! is bound to; keys come from `root`. A seal opens only where it was put.
use super::{Fault, root::RootKey};
use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

const VERSION: &str = "v1.";
const TAG_LEN: usize = 16;
/// The longest text a sealed value in a URL may have (RULES 8).
pub const MAX_URL: usize = 4096;

/// Where a sealed value lies. All of it is bound into the seal (RULES 8): moved to another row, owner or epoch it stays
/// shut.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub table: &'a str,
    pub column: &'a str,
    pub row: &'a str,
    /// The person, tenant or client it belongs to.
    pub owner: &'a str,
    /// The epoch in which it was sealed; the row keeps it.
    pub epoch: i64,
}

impl Place<'_> {
    fn bound(&self) -> Vec<u8> {
        let mut bound = joined(&["row", self.table, self.column, self.row, self.owner]);
        bound.extend_from_slice(&self.epoch.to_be_bytes());
        bound
    }
}

impl RootKey {
    /// Seals for one place: AES-256-GCM, `v1.` and base64url of nonce, cipher text, tag.
    pub fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Result<String, Fault> {
        sealed(&self.rows, &place.bound(), plain)
    }

    /// Opens what [`RootKey::seal`] sealed for this very place.
    pub fn open(&self, place: &Place<'_>, text: &str) -> Result<Zeroizing<Vec<u8>>, WillNotOpen> {
        opened(&self.rows, &place.bound(), text)
    }

    /// Seals a value that travels in a URL and works in one browser only: the hash of its cookie is bound in, as is
    /// what the value is for. At most 4 KB come out; that leaves a little over 3,000 bytes to put in.
    pub fn seal_url(&self, purpose: &'static str, browser: &str, plain: &[u8]) -> Result<String, CannotSeal> {
        let text = sealed(&self.urls, &joined(&["url", purpose, browser]), plain)?;
        if text.len() > MAX_URL { Err(CannotSeal::TooLong) } else { Ok(text) }
    }

    /// Opens what [`RootKey::seal_url`] sealed for this purpose and browser. Longer text is refused unread.
    pub fn open_url(
        &self,
        purpose: &'static str,
        browser: &str,
        text: &str,
    ) -> Result<Zeroizing<Vec<u8>>, WillNotOpen> {
        if text.len() > MAX_URL {
            return Err(WillNotOpen);
        }
        opened(&self.urls, &joined(&["url", purpose, browser]), text)
    }
}

/// Each part with its length before it, so that no two lists of parts look alike.
fn joined(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| 8 + part.len()).sum::<usize>() + 8);
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

fn sealed(key: &RandomizedNonceKey, bound: &[u8], plain: &[u8]) -> Result<String, Fault> {
    // One allocation that never grows, so that no copy of the plain text stays behind in freed memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(NONCE_LEN + plain.len() + TAG_LEN));
    bytes.extend_from_slice(&[0; NONCE_LEN]);
    bytes.extend_from_slice(plain);
    let (head, body) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(Fault("sealing"))?;
    let (nonce, tag) = key.seal_in_place_separate_tag(Aad::from(bound), body).map_err(|_| Fault("sealing"))?;
    head.copy_from_slice(nonce.as_ref());
    bytes.extend_from_slice(tag.as_ref());
    Ok(format!("{VERSION}{}", URL_SAFE_NO_PAD.encode(&*bytes)))
}

fn opened(key: &RandomizedNonceKey, bound: &[u8], text: &str) -> Result<Zeroizing<Vec<u8>>, WillNotOpen> {
    let text = text.strip_prefix(VERSION).ok_or(WillNotOpen)?;
    let mut bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).map_err(|_| WillNotOpen)?);
    let (nonce, body) = bytes.split_first_chunk_mut::<NONCE_LEN>().ok_or(WillNotOpen)?;
    let nonce = Nonce::from(&*nonce);
    let plain = key.open_in_place(nonce, Aad::from(bound), body).map_err(|_| WillNotOpen)?;
    Ok(Zeroizing::new(plain.to_vec()))
}

/// Not sealed by this root key for this place, or changed since. Which of them is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the seal does not open here")]
pub struct WillNotOpen;

/// Why a value could not be sealed for a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotSeal {
    /// What was asked is too much for a URL; the request is at fault.
    #[error("the sealed value would be longer than {MAX_URL} characters")]
    TooLong,
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::crypto::testing::root_key;
    use proptest::prelude::*;

    const HERE: Place<'static> =
        Place { table: "authenticators", column: "seed", row: "aut_1", owner: "per_1", epoch: 3 };

    #[test]
    fn a_seal_opens_only_where_it_was_put() {
        let text = root_key().seal(&HERE, b"seed").unwrap();
        assert_eq!(root_key().open(&HERE, &text).unwrap().as_slice(), b"seed");
        for there in [
            Place { table: "keys", ..HERE },
            Place { column: "name", ..HERE },
            Place { row: "aut_2", ..HERE },
            Place { owner: "per_2", ..HERE },
            Place { epoch: 4, ..HERE },
            Place { table: "authenticatorss", column: "eed", ..HERE },
        ] {
            assert!(root_key().open(&there, &text).is_err(), "{there:?}");
        }
    }

    #[test]
    fn another_root_key_opens_nothing() {
        let other = RootKey::from_bytes(&[8; 32]).unwrap();
        assert!(other.open(&HERE, &root_key().seal(&HERE, b"seed").unwrap()).is_err());
    }

    #[test]
    fn no_two_seals_of_the_same_are_alike() {
        let twice = [(); 2].map(|()| root_key().seal(&HERE, b"seed").unwrap());
        assert_ne!(twice[0], twice[1]);
    }

    #[test]
    fn a_value_in_a_url_works_in_one_browser_for_one_purpose() {
        let text = root_key().seal_url("visit", "browser-a", b"{}").unwrap();
        assert_eq!(root_key().open_url("visit", "browser-a", &text).unwrap().as_slice(), b"{}");
        assert!(root_key().open_url("visit", "browser-b", &text).is_err());
        assert!(root_key().open_url("logout", "browser-a", &text).is_err());
        assert!(root_key().open(&HERE, &text).is_err(), "rows and urls have their own keys");
    }

    #[test]
    fn a_value_in_a_url_stays_within_4_kb() {
        assert!(root_key().seal_url("visit", "b", &[0; 3000]).unwrap().len() <= MAX_URL);
        assert_eq!(root_key().seal_url("visit", "b", &[0; 3100]).err(), Some(CannotSeal::TooLong));
        assert_eq!(root_key().open_url("visit", "b", &"v1.A".repeat(2000)).err(), Some(WillNotOpen));
    }

    proptest! {
        #[test]
        fn what_was_sealed_comes_back_and_a_changed_character_does_not(
            plain: Vec<u8>,
            at: usize,
            to in "[A-Za-z0-9_.=-]",
        ) {
            let text = root_key().seal(&HERE, &plain).unwrap();
            prop_assert_eq!(root_key().open(&HERE, &text).unwrap().to_vec(), plain);
            let at = at % text.len();
            let mut forged = text.clone();
            forged.replace_range(at..=at, &to);
            prop_assume!(forged != text);
            prop_assert!(root_key().open(&HERE, &forged).is_err());
        }

        #[test]
        fn no_text_makes_opening_panic(text: String) {
            prop_assert!(root_key().open(&HERE, &text).is_err());
            let versioned = format!("v1.{text}");
            prop_assert!(root_key().open(&HERE, &versioned).is_err());
        }
    }
}
