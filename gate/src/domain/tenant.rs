//! A clinic: its policy, the change that is coming, and what is in force now.
use super::{
    ids::{ClientId, ConnectionId, TenantId},
    scope::Scope,
    time::{Instant, Span},
};
use serde::{Deserialize, Serialize};

/// Whether a tenant, client or person is in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Active,
    Disabled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TwoFactor {
    Off,
    Required,
}

/// What a first binding asks besides the password (RULES 6). Ordered from the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirstBinding {
    Password,
    Mail,
    SetupCode,
}

/// What a tenant's admin decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub two_factor: TwoFactor,
    /// Whether a passkey counts as the second factor here; an authenticator app always does.
    pub passkey_counts: bool,
    /// Whether a mobile number on file is part of being set up.
    pub phone_required: bool,
    /// How long a code shown in a session counts; none: as long as the session.
    pub second_factor_max_age: Option<Span>,
    pub session_idle: Span,
    pub session_absolute: Span,
    pub offline_max_age: Span,
    pub first_binding: FirstBinding,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            two_factor: TwoFactor::Off,
            passkey_counts: false,
            phone_required: true,
            second_factor_max_age: None,
            session_idle: Span::hours(1),
            session_absolute: Span::hours(24),
            offline_max_age: Span::days(90),
            first_binding: FirstBinding::Mail,
        }
    }
}

impl Policy {
    /// Whether no part of `self` is weaker than the same part of `other`.
    pub fn is_at_least(&self, other: &Self) -> bool {
        self.joined(other) == *self
    }

    /// The stricter side of each part. There is no way to subtract.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        Self {
            two_factor: self.two_factor.max(other.two_factor),
            passkey_counts: self.passkey_counts && other.passkey_counts,
            phone_required: self.phone_required || other.phone_required,
            second_factor_max_age: match (self.second_factor_max_age, other.second_factor_max_age) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
            session_idle: self.session_idle.min(other.session_idle),
            session_absolute: self.session_absolute.min(other.session_absolute),
            offline_max_age: self.offline_max_age.min(other.offline_max_age),
            first_binding: self.first_binding.max(other.first_binding),
        }
    }
}

/// A change that is to come. It can only be "required": a pending change never loosens (RULES 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub starts_at: Instant,
}

/// A tenant's agreement with a client, as far as the gate needs it. Whether it is live is computed, never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    pub id: ConnectionId,
    pub client: ClientId,
    pub client_name: String,
    /// The client demands that *everyone* in a connected tenant uses two factors.
    pub requires_two_factor: bool,
    pub scope: Scope,
    pub agreed_at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    Waiting,
    Live,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub slug: String,
    pub name: String,
    pub time_zone: String,
    pub locale: String,
    pub phone_country: String,
    pub standing: Standing,
    pub policy: Policy,
    /// When the box was last ticked; none while it is off.
    pub required_since: Option<Instant>,
    pub pending: Option<Pending>,
    /// Agreed and not ended.
    pub connections: Vec<Connection>,
    pub revision: i64,
}

impl Tenant {
    /// The box itself: stored, or a pending change whose start has come. No scheduler needs to fire.
    pub fn box_is_ticked(&self, now: Instant) -> bool {
        self.policy.two_factor == TwoFactor::Required || self.pending.is_some_and(|p| now >= p.starts_at)
    }

    /// RULES 4: live means agreed, and the demand met by the box.
    pub fn connection_state(&self, connection: &Connection, now: Instant) -> ConnectionState {
        if !connection.requires_two_factor || self.box_is_ticked(now) {
            ConnectionState::Live
        } else {
            ConnectionState::Waiting
        }
    }

    pub fn live_connection(&self, client: &ClientId, now: Instant) -> Option<&Connection> {
        self.connections.iter().find(|c| c.client == *client && self.connection_state(c, now) == ConnectionState::Live)
    }

    /// The live connections because of which nobody can untick the box.
    pub fn locks(&self, now: Instant) -> impl Iterator<Item = &Connection> {
        self.connections
            .iter()
            .filter(move |c| c.requires_two_factor && self.connection_state(c, now) == ConnectionState::Live)
    }

    /// Since when two factors are demanded of everyone here, or nothing while they are not.
    pub fn requires_two_factor(&self, now: Instant) -> Option<Instant> {
        if self.policy.two_factor == TwoFactor::Required {
            // A row that says "required" and not since when is still required.
            return Some(self.required_since.unwrap_or(Instant(0)));
        }
        self.pending.filter(|p| now >= p.starts_at).map(|p| p.starts_at)
    }
}
