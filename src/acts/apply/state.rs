//! What a state file asks for, checked as far as a file alone can be. An absent key is untouched, so nearly everything is
//! optional. No `Debug`: there are secrets in it.
use super::reading::{Noted, Place};
use crate::{factors::totp::Seed, store::Profile};
use ostiary_gate::domain::{
    client::{Algorithm, AuthMethod, ConnectionNeed, RequireAmr},
    ids::ClientId,
    person::Role,
    scope::Scope,
    secret::Secret,
    tenant::{FirstBinding, TwoFactor},
    time::Span,
};
use std::collections::BTreeSet;

/// Whether something should be there. Said by nobody: it is made if missing, and left as it is if it was taken out of
/// service meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Unsaid,
    Present,
    Absent,
}

#[derive(Default)]
pub struct State {
    pub tenants: Vec<TenantWanted>,
    pub resources: Vec<ResourceWanted>,
    pub clients: Vec<ClientWanted>,
    pub people: Vec<PersonWanted>,
    pub connections: Vec<ConnectionWanted>,
}

pub struct TenantWanted {
    pub place: Place,
    pub presence: Presence,
    pub slug: String,
    pub name: Option<String>,
    pub time_zone: Option<String>,
    pub locale: Option<String>,
    pub phone_country: Option<String>,
    pub policy: PolicyWanted,
    pub pending: Option<PendingWanted>,
}

#[derive(Clone, Default)]
pub struct PolicyWanted {
    pub two_factor: Option<TwoFactor>,
    pub passkey_counts: Option<bool>,
    pub phone_required: Option<bool>,
    pub second_factor_max_age: Option<Age>,
    pub session_idle: Option<Span>,
    pub session_absolute: Option<Span>,
    pub offline_max_age: Option<Span>,
    pub first_binding: Option<FirstBinding>,
}

/// How long a code counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    OfSession,
    At(Span),
}

/// "Required" from then on; a pending change can be nothing else.
pub struct PendingWanted {
    pub starts_at: Noted<Moment>,
}

/// As written: on the clinic's wall clock, or an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Local(jiff::civil::DateTime),
    Exact(jiff::Timestamp),
}

pub struct ResourceWanted {
    pub place: Place,
    pub presence: Presence,
    pub identifier: String,
    pub scopes: Option<Scope>,
    pub format: Option<&'static str>,
    pub algorithm: Option<Algorithm>,
    pub client_id: Option<Noted<ClientId>>,
    pub secret: Option<Secret>,
}

pub struct ClientWanted {
    pub place: Place,
    pub presence: Presence,
    pub id: ClientId,
    pub name: Option<String>,
    pub secret: Option<Secret>,
    pub auth_method: Option<AuthMethod>,
    pub redirect_uris: Option<Vec<String>>,
    pub post_logout_redirect_uris: Option<Vec<String>>,
    pub grant_types: Option<BTreeSet<String>>,
    pub scope: Option<Noted<Scope>>,
    pub default_resource: Option<Noted<String>>,
    pub first_party: Option<bool>,
    pub tenant_aware: Option<bool>,
    pub tenant: Option<Noted<String>>,
    pub keeps_suspended_grants: Option<bool>,
    pub require_pkce: Option<bool>,
    pub require_amr: Option<RequireAmr>,
    pub requires_tenant_two_factor: Option<bool>,
    pub connection: Option<ConnectionNeed>,
    pub default_max_age: Option<Span>,
    pub default_acr_values: Option<Vec<String>>,
    pub id_token_alg: Option<Algorithm>,
    pub access_token_alg: Option<Algorithm>,
}

pub struct PersonWanted {
    pub place: Place,
    pub presence: Presence,
    /// Lower case.
    pub email: String,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub claims: Profile,
    pub password: Option<PasswordWanted>,
    /// E.164.
    pub phone: Option<String>,
    pub totp: Option<Seed>,
    pub memberships: Vec<MembershipWanted>,
    pub email_verified: Option<bool>,
    pub phone_claim: Option<bool>,
}

#[derive(Clone)]
pub enum PasswordWanted {
    Plain(Secret),
    /// A PHC string that may be imported.
    Hash(String),
}

pub struct MembershipWanted {
    pub presence: Presence,
    pub tenant: Noted<String>,
    pub role: Role,
}

pub struct ConnectionWanted {
    pub place: Place,
    pub presence: Presence,
    pub tenant: Noted<String>,
    pub client: Noted<ClientId>,
    pub scope: Option<Noted<Scope>>,
}
