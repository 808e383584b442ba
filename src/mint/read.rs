//! Reading back what we signed ourselves. A signature of ours says who wrote it, never that it still counts: that is for
//! the store's rows and the gate.
use super::{ACCESS_TYP, ID_TYP, Mint};
use crate::crypto::jose::verify::{Typ, verify};
use ostiary_gate::domain::{
    ids::{ClientId, PersonId, TenantId, TokenId},
    time::Instant,
};
use serde::Deserialize;

/// An ID token of ours, handed in as `id_token_hint` (OIDC Core §3.1.2.1, RP-Initiated Logout §2).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Hint {
    iss: String,
    pub sub: PersonId,
    /// Whom it was made for.
    pub aud: ClientId,
    pub sid: Option<String>,
    #[serde(rename = "tenant_id")]
    pub tenant: Option<TenantId>,
    iat: i64,
}

impl Hint {
    pub fn issued_at(&self) -> Instant {
        Instant::from_seconds(self.iat)
    }
}

#[derive(Deserialize)]
struct AccessNamed {
    iss: String,
    jti: TokenId,
}

impl Mint {
    /// Signature and issuer are checked, also under keys that sign no more. Expiry is not: a hint is for after.
    pub fn read_hint(&self, jwt: &str) -> Option<Hint> {
        let payload = verify(jwt, self.ring().checkers(), Typ::Optional(&[ID_TYP])).ok()?;
        let hint: Hint = serde_json::from_slice(&payload).ok()?;
        (hint.iss == self.issuer()).then_some(hint)
    }

    /// The `jti` of an access token of ours (RFC 9068 §4). Whether it lives is in its row.
    pub fn read_access(&self, jwt: &str) -> Option<TokenId> {
        let payload = verify(jwt, self.ring().checkers(), Typ::Required(&[ACCESS_TYP])).ok()?;
        let named: AccessNamed = serde_json::from_slice(&payload).ok()?;
        (named.iss == self.issuer()).then_some(named.jti)
    }
}
