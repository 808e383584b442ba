//! Before a start: those who are not set up are reminded a day and two hours before (JOURNEYS B3). Each start, each clinic,
//! each reminder once, whichever node gets to it.
use super::told::to_those_not_ready;
use crate::{
    acts::{Desk, letters::Letter},
    store::{Attempts, Budget, StoreError, Tx},
};
use ostiary_gate::domain::{
    ids::TenantId,
    tenant::Tenant,
    time::{Instant, Span},
};

/// A mark that is taken once: by the time it could be taken again the start is past.
const ONCE: Budget = Budget { per_window: 1, window: Span::days(3), pause: Span::days(3), stop_after: None };

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reminder {
    DayBefore,
    SoonBefore,
}

impl Reminder {
    const ALL: [Self; 2] = [Self::DayBefore, Self::SoonBefore];

    fn before(self) -> Span {
        match self {
            Self::DayBefore => Span::days(1),
            Self::SoonBefore => Span::hours(2),
        }
    }

    fn letter(self, starts_at: Instant) -> Letter {
        match self {
            Self::DayBefore => Letter::Tomorrow { starts_at },
            Self::SoonBefore => Letter::Scheduled { starts_at },
        }
    }

    fn subject(self, tenant: &TenantId, starts_at: Instant) -> String {
        format!("before {tenant} {} {}", starts_at.0, self.before().0)
    }
}

/// Sends what is due everywhere. How many letters were queued.
pub async fn send_reminders(desk: &Desk) -> Result<u32, StoreError> {
    let mut unit = desk.store.look().await?;
    let coming = unit.tx().tenants_with_a_start().await?;
    unit.commit().await?;
    let mut told = 0;
    for id in coming {
        let mut unit = desk.store.begin().await?;
        told += remind_of(desk, unit.tx(), &id).await?;
        unit.commit().await?;
    }
    Ok(told)
}

async fn remind_of(desk: &Desk, tx: &mut Tx, id: &TenantId) -> Result<u32, StoreError> {
    let now = tx.now(&*desk.clock).await?;
    let Some(tenant) = tx.tenant(id).await? else { return Ok(0) };
    let Some(starts_at) = tenant.pending.map(|p| p.starts_at).filter(|at| *at > now) else { return Ok(0) };
    let mut told = 0;
    for reminder in due(starts_at, now) {
        if taken(tx, reminder, &tenant.id, starts_at, now).await? {
            let letter = || reminder.letter(starts_at);
            told += to_those_not_ready(desk, tx, &tenant, letter, now).await?;
        }
    }
    Ok(told)
}

fn due(starts_at: Instant, now: Instant) -> impl Iterator<Item = Reminder> {
    Reminder::ALL.into_iter().filter(move |reminder| starts_at.since(now) <= reminder.before())
}

/// Whether this call is the one that sends it.
async fn taken(
    tx: &mut Tx,
    reminder: Reminder,
    tenant: &TenantId,
    starts_at: Instant,
    now: Instant,
) -> Result<bool, StoreError> {
    let subject = reminder.subject(tenant, starts_at);
    Ok(tx.reserve_attempt(&subject, ONCE, now).await? == Attempts::Reserved)
}

/// What is due when a start is set, the letter about the setting says already.
pub(super) async fn said_already(
    tx: &mut Tx,
    tenant: &Tenant,
    starts_at: Instant,
    now: Instant,
) -> Result<(), StoreError> {
    for reminder in due(starts_at, now) {
        taken(tx, reminder, &tenant.id, starts_at, now).await?;
    }
    Ok(())
}
