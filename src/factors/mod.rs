//! Ways to prove who you are. Pure: clock and dice are arguments; replay, throttling and storage are the callers'.
//! Never says yes to a token. To add one: a file here, and a line in [`FACTORS`].
pub mod password;
pub mod recovery;
pub mod totp;
pub mod typed;

use ostiary_gate::domain::{
    amr::{self, Proof, Reach, Reference},
    ids::AuthenticatorId,
    time::Instant,
};

/// What pages, routes, the console's list and the activity log need to know of a factor.
pub trait Factor: Sync {
    /// In paths, template names, audit records and the console.
    fn slug(&self) -> &'static str;
    /// The `name` of its field in a form; people's password managers rely on it.
    fn field(&self) -> &'static str;
    /// How it appears in `amr` (RFC 8176 §2).
    fn reference(&self) -> Reference;
    /// Whether it may stand second, after a password.
    fn is_second(&self) -> bool;
}

/// Every factor there is, in the order in which they are asked. A recovery code is not here: it is a key to enrolment.
pub const FACTORS: &[&dyn Factor] = &[&password::Password, &totp::Totp];

/// The fact that a factor was verified just now. Made only in this room, and the only thing the store will turn into a
/// proof. It can neither be copied nor read from anywhere.
///
/// ```compile_fail,E0451
/// use ostiary_gate::domain::amr::Factor;
/// fn better(verified: ostiary::factors::Verified) -> ostiary::factors::Verified {
///     ostiary::factors::Verified { factor: Factor::Totp, ..verified }
/// }
/// ```
#[must_use = "a verified factor that is not recorded did not happen"]
pub struct Verified {
    factor: amr::Factor,
    at: Instant,
    authenticator: Option<AuthenticatorId>,
    reach: Reach,
}

impl Verified {
    pub fn factor(&self) -> amr::Factor {
        self.factor
    }

    pub fn at(&self) -> Instant {
        self.at
    }

    /// Which authenticator was shown; none for a password.
    pub fn authenticator(&self) -> Option<&AuthenticatorId> {
        self.authenticator.as_ref()
    }

    /// The tenants in which it counts.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// For the store alone, which writes it into the session in the transaction that spends the attempt.
    pub fn into_proof(self) -> Proof {
        Proof { factor: self.factor, at: self.at, authenticator: self.authenticator, reach: self.reach }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_factors_share_a_slug_a_field_or_a_reference() {
        let slugs: BTreeSet<_> = FACTORS.iter().map(|factor| factor.slug()).collect();
        let fields: BTreeSet<_> = FACTORS.iter().map(|factor| factor.field()).collect();
        let references: BTreeSet<_> = FACTORS.iter().map(|factor| factor.reference()).collect();
        assert_eq!([slugs.len(), fields.len(), references.len()], [FACTORS.len(); 3]);
        assert!(FACTORS.iter().any(|factor| factor.is_second()));
    }
}
