//! Scopes (RFC 6749 §3.3): a set of case-sensitive words.
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The scopes that Ostiary itself gives a meaning; a resource's scopes come on top.
pub const STANDARD: &[&str] = &["openid", "profile", "email", "address", "phone", "tenant", "offline_access"];

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(BTreeSet<String>);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("scope has a character that RFC 6749 section 3.3 does not allow")]
pub struct BadScope;

impl Scope {
    /// Words separated by spaces; double and outer spaces are forgiven.
    pub fn parse(text: &str) -> Result<Self, BadScope> {
        text.split(' ')
            .filter(|word| !word.is_empty())
            .map(|word| {
                // scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
                let fits = word.bytes().all(|b| b == 0x21 || (0x23..=0x5b).contains(&b) || (0x5d..=0x7e).contains(&b));
                if fits { Ok(word.to_owned()) } else { Err(BadScope) }
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }
    /// What both have.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }
    #[must_use]
    pub fn without(&self, word: &str) -> Self {
        Self(self.0.iter().filter(|w| *w != word).cloned().collect())
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, word) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            f.write_str(word)?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Scope {
    type Error = BadScope;
    fn try_from(text: String) -> Result<Self, BadScope> {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}
