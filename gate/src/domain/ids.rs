//! Ids that cannot be swapped: each names its table in its type and in its text.
use serde::{Deserialize, Serialize};

/// How much randomness stands behind the prefix: 26 characters of base32, 128 bits and a little.
const TAIL: usize = 26;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub const PREFIX: &str = $prefix;

            /// Accepts the prefix and 26 letters or digits, nothing else.
            pub fn parse(text: &str) -> Result<Self, NotAnId> {
                match text.strip_prefix($prefix) {
                    Some(tail) if tail.len() == TAIL && tail.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                        Ok(Self(text.to_owned()))
                    }
                    _ => Err(NotAnId { expected: $prefix }),
                }
            }

            /// From 26 letters or digits that the caller drew; anything else is a fault of the caller.
            pub fn from_tail(tail: &str) -> Result<Self, NotAnId> {
                Self::parse(&format!("{}{tail}", $prefix))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

id! {
    /// A clinic: an account with its own policy, memberships and log.
    TenantId = "ten_";
    /// One human. Also the `sub` of every token about them: random, never derived, never reused.
    PersonId = "per_";
    /// What a person proves with: one authenticator app entry, one passkey.
    AuthenticatorId = "aut_";
    /// A signed-in browser.
    SessionId = "ses_";
    /// One authorization request on its way through the pages.
    VisitId = "vis_";
    /// The right a client holds for a person or a machine; codes and tokens hang from it.
    GrantId = "gra_";
    /// A tenant's agreement with a client.
    ConnectionId = "con_";
    /// One access token (`jti`).
    TokenId = "tok_";
    /// One row of the ledger or of the activity log.
    EntryId = "ent_";
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an id starting with {expected:?}")]
pub struct NotAnId {
    expected: &'static str,
}

/// A client's id as registered: visible ASCII, 1 to 128 characters (RFC 6749 appendix A.1 allows spaces; we do not).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

impl ClientId {
    pub fn parse(text: &str) -> Result<Self, NotAClientId> {
        let fits = (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAClientId) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientId {
    type Error = NotAClientId;
    fn try_from(text: String) -> Result<Self, NotAClientId> {
        Self::parse(&text)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl std::fmt::Display for ClientId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a client_id is 1 to 128 visible ASCII characters")]
pub struct NotAClientId;
