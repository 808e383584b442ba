//! What a wish about a policy comes to, and whether it may be. Pure: page, `apply` and connections all come through here.
use ostiary_gate::domain::{
    tenant::{Policy, Tenant, TwoFactor},
    time::{Instant, Span},
};

/// What the box should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TheBox {
    Off,
    On,
    /// Off until then.
    From(Instant),
    /// As it is, and what is coming comes.
    Stays,
}

/// A policy as somebody wants it. `rest.two_factor` means nothing; the box says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub the_box: TheBox,
    pub rest: Policy,
}

/// What happens to the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Stays,
    TurnedOn,
    Scheduled { starts_at: Instant },
    Postponed { was: Instant, starts_at: Instant },
    Cancelled { was: Instant },
    TurnedOff,
}

/// A wish that may be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    pub moved: Move,
    pub policy: Policy,
    pub required_since: Option<Instant>,
    pub starts_at: Option<Instant>,
    /// Somebody gets away with less than before: needs a reason, and all admins are told.
    pub loosens: bool,
    /// Whether anything but the box changes.
    pub rest_changes: bool,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("nothing would change")]
    NothingChanged,
    #[error("the start has passed")]
    InThePast,
    /// These apps demand two factors of everyone: nothing may be lowered while they are connected.
    #[error("connected apps demand it: {}", .0.join(", "))]
    Locked(Vec<String>),
    #[error("loosening needs a reason")]
    NoReason,
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
}

/// RULES 9: a session may idle this long at most.
const LONGEST_IDLE: Span = Span::hours(12);
const SHORTEST: Span = Span::minutes(1);
const LONGEST: Span = Span::days(365);
/// A change that is further away than this is a slip of the pen.
const FARTHEST: Span = Span::days(366);

impl Wish {
    /// Only the box.
    pub fn the_box(tenant: &Tenant, the_box: TheBox) -> Self {
        Self { the_box, rest: tenant.policy.clone() }
    }
}

/// A pending change whose start has come must have been stored before: started stays started (RULES 7).
pub fn weigh(tenant: &Tenant, wish: &Wish, reason: &str, now: Instant) -> Result<Weighed, Refused> {
    let moved = move_of(tenant, wish.the_box, now)?;
    let required = match moved {
        Move::TurnedOn => TwoFactor::Required,
        Move::TurnedOff => TwoFactor::Off,
        Move::Stays | Move::Scheduled { .. } | Move::Postponed { .. } | Move::Cancelled { .. } => {
            tenant.policy.two_factor
        }
    };
    let policy = Policy { two_factor: required, ..wish.rest.clone() };
    let before = Policy { two_factor: required, ..tenant.policy.clone() };
    let rest_changes = policy != before;
    if rest_changes {
        in_range(&policy)?;
    }
    if moved == Move::Stays && !rest_changes {
        return Err(Refused::NothingChanged);
    }
    let rest_loosens = !policy.is_at_least(&before);
    let loosens = rest_loosens || matches!(moved, Move::TurnedOff | Move::Cancelled { .. } | Move::Postponed { .. });
    if loosens {
        let apps = demanding(tenant, moved, now);
        if !apps.is_empty() {
            return Err(Refused::Locked(apps));
        }
        if reason.trim().is_empty() {
            return Err(Refused::NoReason);
        }
    }
    let (required_since, starts_at) = match moved {
        Move::Stays => (tenant.required_since, tenant.pending.map(|p| p.starts_at)),
        Move::TurnedOn => (Some(now), None),
        Move::Scheduled { starts_at } | Move::Postponed { starts_at, .. } => (None, Some(starts_at)),
        Move::Cancelled { .. } | Move::TurnedOff => (None, None),
    };
    Ok(Weighed { moved, policy, required_since, starts_at, loosens, rest_changes })
}

fn move_of(tenant: &Tenant, wanted: TheBox, now: Instant) -> Result<Move, Refused> {
    if tenant.box_is_ticked(now) {
        return Ok(match wanted {
            TheBox::Off => Move::TurnedOff,
            // There is no later start of what has started.
            TheBox::On | TheBox::From(_) | TheBox::Stays => Move::Stays,
        });
    }
    let coming = tenant.pending.map(|p| p.starts_at);
    match (wanted, coming) {
        (TheBox::On, _) => Ok(Move::TurnedOn),
        (TheBox::Stays, _) | (TheBox::Off, None) => Ok(Move::Stays),
        (TheBox::Off, Some(was)) => Ok(Move::Cancelled { was }),
        (TheBox::From(at), _) if at <= now => Err(Refused::InThePast),
        (TheBox::From(at), _) if at.since(now) > FARTHEST => Err(Refused::OutOfRange("start")),
        (TheBox::From(at), Some(was)) if at == was => Ok(Move::Stays),
        (TheBox::From(at), Some(was)) if at > was => Ok(Move::Postponed { was, starts_at: at }),
        (TheBox::From(at), _) => Ok(Move::Scheduled { starts_at: at }),
    }
}

/// RULES 4 and 7: while one that demands it is live nothing is lowered; a start for which one waits stands.
fn demanding(tenant: &Tenant, moved: Move, now: Instant) -> Vec<String> {
    let waits_too = matches!(moved, Move::Cancelled { .. } | Move::Postponed { .. });
    let live: Vec<_> = tenant.locks(now).map(|c| &c.id).collect();
    let holds =
        |c: &&ostiary_gate::domain::tenant::Connection| live.contains(&&c.id) || (waits_too && c.requires_two_factor);
    tenant.connections.iter().filter(holds).map(|c| c.client_name.clone()).collect()
}

fn in_range(policy: &Policy) -> Result<(), Refused> {
    let within = |name, span: Span, least: Span, most: Span| {
        if (least..=most).contains(&span) { Ok(()) } else { Err(Refused::OutOfRange(name)) }
    };
    within("session_idle", policy.session_idle, SHORTEST, LONGEST_IDLE)?;
    within("session_absolute", policy.session_absolute, policy.session_idle, LONGEST)?;
    within("offline_max_age", policy.offline_max_age, SHORTEST, LONGEST)?;
    policy.second_factor_max_age.map_or(Ok(()), |age| within("second_factor_max_age", age, SHORTEST, LONGEST))
}
