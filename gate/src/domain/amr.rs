//! How a person proved who they are: factors, proofs, and what may truthfully be said of them (RFC 8176, OIDC Core §2).
use super::{
    ids::{AuthenticatorId, TenantId},
    time::Instant,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What was shown. A recovery code is not here: it is a key to enrolment, and `otp` would be untrue of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    Password,
    Totp,
    Passkey { user_verified: bool, key: Key },
}

/// What is known of a passkey's private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// Attestation verified: it cannot leave its hardware.
    Hardware,
    /// Backup-eligible: it lives in software, on several devices.
    Synced,
    /// Neither is known; only possession was shown.
    Unknown,
}

/// In which tenants a proof or an authenticator counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Everywhere but in tenants whose admin reset it since.
    Except(BTreeSet<TenantId>),
    /// Bound after a reset by these tenants, or asserted by their own upstream provider.
    Only(BTreeSet<TenantId>),
}

impl Reach {
    pub fn everywhere() -> Self {
        Self::Except(BTreeSet::new())
    }

    pub fn covers(&self, tenant: &TenantId) -> bool {
        match self {
            Self::Except(out) => !out.contains(tenant),
            Self::Only(of) => of.contains(tenant),
        }
    }

    /// What is left after `tenant` reset it.
    #[must_use]
    pub fn without(self, tenant: &TenantId) -> Self {
        match self {
            Self::Except(mut out) => {
                out.insert(tenant.clone());
                Self::Except(out)
            }
            Self::Only(mut of) => {
                of.remove(tenant);
                Self::Only(of)
            }
        }
    }
}

/// The fact that a factor was shown. Only the store makes these, from what the room `factors` verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub factor: Factor,
    pub at: Instant,
    pub authenticator: Option<AuthenticatorId>,
    pub reach: Reach,
}

/// The `amr` values we speak, in the order in which we say them (RFC 8176 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reference {
    Pwd,
    Otp,
    Hwk,
    Swk,
    Pop,
    User,
    Mfa,
}

impl Reference {
    pub const ALL: [Self; 7] = [Self::Pwd, Self::Otp, Self::Hwk, Self::Swk, Self::Pop, Self::User, Self::Mfa];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pwd => "pwd",
            Self::Otp => "otp",
            Self::Hwk => "hwk",
            Self::Swk => "swk",
            Self::Pop => "pop",
            Self::User => "user",
            Self::Mfa => "mfa",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }
}

/// Authentication context classes that can be asked for. Our checks compare classes, not strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Acr {
    Sfa,
    Mfa,
    Phr,
}

/// Every string we understand as an `acr`, canonical ones first: `acr_values_supported`.
pub const ACR_VALUES: [(&str, Acr); 5] = [
    ("https://refeds.org/profile/sfa", Acr::Sfa),
    ("https://refeds.org/profile/mfa", Acr::Mfa),
    ("phr", Acr::Phr),
    ("mfa", Acr::Mfa),
    ("http://schemas.openid.net/pape/policies/2007/06/multi-factor", Acr::Mfa),
];

impl Acr {
    pub fn parse(text: &str) -> Option<Self> {
        ACR_VALUES.iter().find(|(name, _)| *name == text).map(|(_, acr)| *acr)
    }

    pub fn canonical(self) -> &'static str {
        match self {
            Self::Sfa => "https://refeds.org/profile/sfa",
            Self::Mfa => "https://refeds.org/profile/mfa",
            Self::Phr => "phr",
        }
    }
}

/// The proofs that counted, the newest of each factor in each tenant. All that tokens say about a sign-in is derived from this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence(Vec<Proof>);

impl FromIterator<Proof> for Evidence {
    fn from_iter<I: IntoIterator<Item = Proof>>(proofs: I) -> Self {
        let mut newest: Vec<Proof> = Vec::new();
        for proof in proofs {
            match newest.iter_mut().find(|known| known.factor == proof.factor) {
                Some(known) if known.at < proof.at => *known = proof,
                Some(_) => {}
                None => newest.push(proof),
            }
        }
        newest.sort_by_key(|proof| (proof.factor, proof.at));
        Self(newest)
    }
}

impl Evidence {
    pub fn proofs(&self) -> &[Proof] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What counted in one tenant beside what counted in another. Each may rest on another proof of the same factor, so
    /// none is dropped: `auth_time` must not be later than any of them.
    #[must_use]
    pub fn beside(mut self, other: Self) -> Self {
        for proof in other.0 {
            if !self.0.contains(&proof) {
                self.0.push(proof);
            }
        }
        self.0.sort_by_key(|proof| (proof.factor, proof.at));
        self
    }

    /// Two different factors, or a passkey whose user was verified. Two proofs of one kind are one factor.
    pub fn is_multi_factor(&self) -> bool {
        let has = |want: fn(&Factor) -> bool| self.0.iter().any(|p| want(&p.factor));
        let key = has(|f| matches!(f, Factor::Passkey { .. }));
        let verified = has(|f| matches!(f, Factor::Passkey { user_verified: true, .. }));
        let password = has(|f| matches!(f, Factor::Password));
        let code = has(|f| matches!(f, Factor::Totp));
        verified || (password && (code || key)) || (code && key)
    }

    /// The `amr` claim, in the order of [`Reference`]. `mfa` is derived, never stored, so the two cannot disagree.
    pub fn references(&self) -> BTreeSet<Reference> {
        let mut said = BTreeSet::new();
        for proof in &self.0 {
            match proof.factor {
                Factor::Password => said.insert(Reference::Pwd),
                Factor::Totp => said.insert(Reference::Otp),
                Factor::Passkey { key, .. } => {
                    said.insert(match key {
                        Key::Hardware => Reference::Hwk,
                        Key::Synced => Reference::Swk,
                        Key::Unknown => Reference::Pop,
                    });
                    said.insert(Reference::User)
                }
            };
        }
        if self.is_multi_factor() {
            said.insert(Reference::Mfa);
        }
        said
    }

    /// What the sign-in amounts to when nobody asked for anything in particular.
    pub fn acr(&self) -> Acr {
        if self.is_multi_factor() { Acr::Mfa } else { Acr::Sfa }
    }

    /// Whether an asked class was reached. A class above the reached one is not; a class below it is.
    pub fn reaches(&self, asked: Acr) -> bool {
        match asked {
            Acr::Sfa => !self.is_empty(),
            Acr::Mfa => self.is_multi_factor(),
            Acr::Phr => self.0.iter().any(|p| matches!(p.factor, Factor::Passkey { user_verified: true, .. })),
        }
    }

    /// OIDC Core §2: when the person authenticated. The oldest proof the `acr` rests on, so that it never looks fresher.
    pub fn auth_time(&self) -> Option<Instant> {
        self.0.iter().map(|p| p.at).min()
    }
}
