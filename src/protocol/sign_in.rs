//! How the person behind a token signed in, as every surface says it. One place, so that ID token, access token and
//! introspection cannot disagree (RFC 9470 §6).
use ostiary_gate::domain::{
    amr::{Evidence, Reference},
    time::Instant,
};
use serde::{Serialize, Serializer};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignIn {
    #[serde(serialize_with = "seconds")]
    pub auth_time: Instant,
    /// Canonical.
    pub acr: &'static str,
    pub amr: Vec<Reference>,
}

impl SignIn {
    /// None where nobody signed in: a machine.
    pub fn of(evidence: &Evidence) -> Option<Self> {
        Some(Self {
            auth_time: evidence.auth_time()?,
            acr: evidence.acr().canonical(),
            amr: evidence.references().into_iter().collect(),
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn seconds<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(at.as_seconds())
}
