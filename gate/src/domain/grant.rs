//! What a client holds for a person or a machine.
use super::{
    ids::{GrantId, SessionId},
    time::Instant,
};
use serde::{Deserialize, Serialize};

/// How long a grant may live. "Suspended" is not here: it is the gate's answer, never a state (RULES 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeping {
    /// Ends with its session.
    Online,
    /// `offline_access`: outlives it.
    Offline,
    Machine,
}

/// A grant as the gate sees it. An ended one is no grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub id: GrantId,
    pub keeping: Keeping,
    pub authorised_at: Instant,
    pub ended_at: Option<Instant>,
    pub session: Option<Session>,
}

/// A browser's session as the gate sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub started_at: Instant,
    /// Acts at our pages only; a refresh is no act.
    pub seen_at: Instant,
    pub ended_at: Option<Instant>,
    pub shared_computer: bool,
}
