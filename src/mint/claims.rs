//! What tokens say, out of what was recorded. `amr`, `acr` and `auth_time` come from one place, so no two tokens of one
//! issue can disagree.
use super::MintError;
use crate::{
    crypto::Fault,
    protocol::sign_in::SignIn,
    store::{IdTokenOrder, Issued, IssuedAccess},
};
use ostiary_gate::domain::{
    amr::{Acr, Evidence, Reference},
    ids::{PersonId, TenantId},
};
use serde::Serialize;
use serde_json::{Map, Value};

/// RFC 9068 §2.2.
#[derive(Serialize)]
struct AccessClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    /// The person, or for a machine the client itself (RFC 9068 §2.2).
    sub: &'a str,
    client_id: &'a str,
    exp: i64,
    iat: i64,
    jti: &'a str,
    scope: String,
    #[serde(flatten)]
    sign_in: Option<SignIn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<&'a str>,
}

/// OIDC Core §2.
#[derive(Serialize)]
struct IdClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    acr: &'a str,
    amr: Vec<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<&'a str>,
    /// Asked for by name, and none of those above.
    #[serde(flatten)]
    asked: Map<String, Value>,
}

/// Names that only the mint fills.
const OURS: [&str; 15] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "sid",
    "tenant_id",
];

pub(super) fn access_token(iss: &str, issued: &Issued, access: &IssuedAccess) -> Result<Vec<u8>, MintError> {
    let claims = AccessClaims {
        iss,
        aud: &access.audience,
        sub: issued.person().map_or(issued.client().as_str(), PersonId::as_str),
        client_id: issued.client().as_str(),
        exp: access.expires_at.as_seconds(),
        iat: issued.issued_at().as_seconds(),
        jti: access.id.as_str(),
        scope: issued.scope().to_string(),
        sign_in: SignIn::of(issued.evidence()),
        sid: issued.sid(),
        tenant_id: issued.tenant().map(TenantId::as_str),
    };
    written(&claims)
}

/// `at_hash` is the half hash of the access token issued beside it (OIDC Core §3.1.3.6).
pub(super) fn id_token(
    iss: &str,
    issued: &Issued,
    order: &IdTokenOrder,
    at_hash: Option<String>,
) -> Result<Vec<u8>, MintError> {
    let person = issued.person().ok_or(MintError::NobodySignedIn)?;
    let sign_in = SignIn::of(issued.evidence()).ok_or(MintError::NobodySignedIn)?;
    let mut asked = order.claims.clone();
    asked.retain(|name, _| !OURS.contains(&name.as_str()));
    let claims = IdClaims {
        iss,
        sub: person.as_str(),
        aud: issued.client().as_str(),
        exp: order.expires_at.as_seconds(),
        iat: issued.issued_at().as_seconds(),
        auth_time: sign_in.auth_time.as_seconds(),
        nonce: order.nonce.as_deref(),
        acr: acr_said(issued.evidence(), order),
        amr: sign_in.amr,
        at_hash,
        sid: issued.sid(),
        tenant_id: issued.tenant().map(TenantId::as_str),
        asked,
    };
    written(&claims)
}

/// RULES 2: the first asked string that names the level reached, `phr` only when asked, else the canonical one. Where `acr`
/// was essential, one of the asked strings must be said (OIDC Core §5.5.1.1), so there a lower level that was reached will do.
fn acr_said<'a>(evidence: &Evidence, order: &'a IdTokenOrder) -> &'a str {
    let level = evidence.acr();
    let asked = || order.acr_asked.iter().filter_map(|text| Some((text.as_str(), Acr::parse(text)?)));
    let named = asked().find(|(_, acr)| *acr == level || (*acr == Acr::Phr && evidence.reaches(Acr::Phr)));
    let lower = || asked().filter(|_| order.acr_essential).find(|(_, acr)| evidence.reaches(*acr));
    named.or_else(lower).map_or(level.canonical(), |(text, _)| text)
}

fn written(claims: &impl Serialize) -> Result<Vec<u8>, MintError> {
    Ok(serde_json::to_vec(claims).map_err(|_| Fault("writing claims"))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use ostiary_gate::domain::{
        amr::{Factor, Key, Proof, Reach},
        client::Algorithm,
        time::Instant,
    };

    fn said(factors: &[Factor], asked: &[&str], acr_essential: bool) -> String {
        let proof = |factor: &Factor| Proof {
            factor: *factor,
            at: Instant(1),
            authenticator: None,
            reach: Reach::everywhere(),
        };
        let evidence: Evidence = factors.iter().map(proof).collect();
        let order = IdTokenOrder {
            alg: Algorithm::ES256,
            nonce: None,
            acr_asked: asked.iter().map(|text| (*text).to_owned()).collect(),
            acr_essential,
            claims: Map::new(),
            expires_at: Instant(2),
        };
        acr_said(&evidence, &order).to_owned()
    }

    #[test]
    fn acr_is_the_first_asked_string_of_the_level_reached() {
        const SFA: &str = "https://refeds.org/profile/sfa";
        const MFA: &str = "https://refeds.org/profile/mfa";
        const PAPE: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";
        let (pwd, both) = (&[Factor::Password][..], &[Factor::Password, Factor::Totp][..]);
        let key = &[Factor::Passkey { user_verified: true, key: Key::Synced }][..];
        for (factors, asked, essential, expected) in [
            (pwd, &[][..], false, SFA),
            (both, &[], false, MFA),
            (both, &["mfa", MFA], false, "mfa"),
            (both, &[SFA, MFA, "phr", "mfa", PAPE], false, MFA),
            (both, &[PAPE, "mfa"], false, PAPE),
            (pwd, &[PAPE, "mfa"], false, SFA),
            (both, &["gold"], false, MFA),
            (both, &["phr"], false, MFA),
            (both, &[SFA], false, MFA),
            (both, &[SFA], true, SFA),
            (key, &[], false, MFA),
            (key, &["phr", "mfa"], false, "phr"),
            (key, &["mfa", "phr"], false, "mfa"),
        ] {
            assert_eq!(said(factors, asked, essential), expected, "{factors:?} {asked:?} {essential}");
        }
    }
}
