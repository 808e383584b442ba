//! One human: what they belong to and what they can prove with.
use super::{
    amr::Reach,
    ids::{AuthenticatorId, PersonId, TenantId},
    tenant::Standing,
    time::Instant,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Member,
    Admin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MembershipState {
    Invited,
    Live,
    Suspended,
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub tenant: TenantId,
    pub role: Role,
    pub state: MembershipState,
    /// Proofs older than this do not count in this tenant: reset, signed out by the admin, role raised, restored.
    pub proofs_not_before: Instant,
    /// An admin reset this person's authenticator here and nothing was bound since.
    pub reset_waiting: Option<Instant>,
    pub accepted_at: Option<Instant>,
    pub revision: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthenticatorKind {
    Totp,
    Passkey,
}

/// A confirmed authenticator. A pending one is nobody's factor and does not appear here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticator {
    pub id: AuthenticatorId,
    pub kind: AuthenticatorKind,
    pub reach: Reach,
    pub confirmed_at: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub standing: Standing,
    pub authenticators: Vec<Authenticator>,
    pub has_phone: bool,
    pub codes_saved: bool,
    pub memberships: Vec<Membership>,
    pub revision: i64,
}

impl Person {
    pub fn membership(&self, tenant: &TenantId) -> Option<&Membership> {
        self.memberships.iter().find(|m| m.tenant == *tenant)
    }

    pub fn live_membership(&self, tenant: &TenantId) -> Option<&Membership> {
        self.membership(tenant).filter(|m| m.state == MembershipState::Live)
    }

    /// Any authenticator that counts in this tenant, of whatever kind.
    pub fn has_authenticator(&self, tenant: &TenantId) -> bool {
        self.authenticators.iter().any(|a| a.reach.covers(tenant))
    }

    pub fn has_totp(&self, tenant: &TenantId) -> bool {
        self.authenticators.iter().any(|a| a.kind == AuthenticatorKind::Totp && a.reach.covers(tenant))
    }

    pub fn has_passkey(&self, tenant: &TenantId) -> bool {
        self.authenticators.iter().any(|a| a.kind == AuthenticatorKind::Passkey && a.reach.covers(tenant))
    }
}
