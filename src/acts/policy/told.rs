//! Whom a change of policy is told by mail, in its unit: admins of what was turned on or loosened, and those who are not
//! set up yet of what is coming to them (JOURNEYS 9).
use super::{Move, Readiness, Weighed, one_line, readiness, reminders::said_already};
use crate::{
    acts::{
        Desk,
        letters::{Letter, To, post, post_to_admins},
    },
    store::{Known, StoreError, Tx},
};
use ostiary_gate::domain::{ids::TenantId, person::MembershipState, tenant::Tenant, time::Instant};

/// `by` and `reason` as the letters say them.
pub(super) async fn tell(
    desk: &Desk,
    tx: &mut Tx,
    tenant: &Tenant,
    weighed: &Weighed,
    (by, reason): (&str, &str),
    now: Instant,
) -> Result<(), StoreError> {
    let (by, reason) = (one_line(by), one_line(reason));
    let admins = match weighed.moved {
        Move::Stays | Move::Scheduled { .. } => None,
        Move::TurnedOn => Some(Told::TurnedOn),
        Move::Postponed { starts_at, .. } => Some(Told::Postponed(starts_at)),
        Move::Cancelled { .. } => Some(Told::Cancelled),
        Move::TurnedOff => Some(Told::TurnedOff),
    };
    let loosened = weighed.rest_changes && weighed.loosens && weighed.moved == Move::Stays;
    if let Some(told) = admins.or_else(|| loosened.then_some(Told::Loosened)) {
        post_to_admins(tx, || told.letter(&by, &reason), &tenant.id, now, &*desk.dice).await?;
    }
    match weighed.moved {
        Move::Scheduled { starts_at } | Move::Postponed { starts_at, .. } => {
            said_already(tx, tenant, starts_at, now).await?;
            to_those_not_ready(desk, tx, tenant, || Letter::Scheduled { starts_at }, now).await.map(|_| ())
        }
        Move::TurnedOn => to_those_not_ready(desk, tx, tenant, || Letter::Required, now).await.map(|_| ()),
        Move::Stays | Move::Cancelled { .. } | Move::TurnedOff => Ok(()),
    }
}

/// What admins are told.
#[derive(Clone, Copy)]
enum Told {
    TurnedOn,
    Postponed(Instant),
    Cancelled,
    TurnedOff,
    Loosened,
}

impl Told {
    fn letter(self, by: &str, reason: &str) -> Letter {
        let (by, reason) = (by.to_owned(), reason.to_owned());
        match self {
            Self::TurnedOn => Letter::TurnedOn { by },
            Self::Postponed(starts_at) => Letter::StartPostponed { by, reason, starts_at },
            Self::Cancelled => Letter::StartCancelled { by, reason },
            Self::TurnedOff => Letter::TurnedOff { by, reason },
            Self::Loosened => Letter::Loosened { by, reason },
        }
    }
}

/// How many were written to.
pub(super) async fn to_those_not_ready(
    desk: &Desk,
    tx: &mut Tx,
    tenant: &Tenant,
    letter: impl Fn() -> Letter + Send + Sync,
    now: Instant,
) -> Result<u32, StoreError> {
    let mut told = 0;
    for id in not_ready(tx, tenant).await? {
        let to = To { person: &id, tenant: Some(&tenant.id) };
        told += u32::from(post(tx, letter(), to, now, &*desk.dice).await?);
    }
    Ok(told)
}

async fn not_ready(tx: &mut Tx, tenant: &Tenant) -> Result<Vec<ostiary_gate::domain::ids::PersonId>, StoreError> {
    let mut found = Vec::new();
    for (id, membership) in tx.members(&tenant.id).await? {
        if membership.state != MembershipState::Live {
            continue;
        }
        let Some(person) = tx.person_facts(&id, Known::AsPicture).await? else { continue };
        let is_active = person.standing == ostiary_gate::domain::tenant::Standing::Active;
        if is_active && readiness(&person, &membership, &tenant.policy) != Readiness::Ready {
            found.push(id);
        }
    }
    Ok(found)
}

/// "Email them first": those not ready are told what they could do already. How many; none: they were told just now.
pub(super) async fn remind(desk: &Desk, tx: &mut Tx, id: &TenantId, now: Instant) -> Result<Option<u32>, StoreError> {
    let Some(tenant) = tx.tenant(id).await? else { return Ok(None) };
    let subject = format!("reminder {id}");
    if tx.reserve_attempt(&subject, super::REMINDERS, now).await? != crate::store::Attempts::Reserved {
        return Ok(None);
    }
    let starts_at = tenant.pending.map(|p| p.starts_at).filter(|at| *at > now);
    let letter = || match starts_at {
        Some(starts_at) => Letter::Scheduled { starts_at },
        None => Letter::Reminder,
    };
    to_those_not_ready(desk, tx, &tenant, letter, now).await.map(Some)
}
