//! The box: what a clinic demands of everyone, who may change it, and when it starts (JOURNEYS B2 to B5, RULES 4 and 7).
//!
//! Every change of a policy goes through [`change`]: the console's, a connection's, `apply`'s. It is written under the
//! tenant's lock taken alone, so after the answer no node issues anything that the new policy forbids.
mod impact;
mod reminders;
mod start;
#[cfg(test)]
mod tests;
mod told;
mod weigh;

pub use impact::{Affected, Impact, Now, Readiness, impact, readiness};
pub use reminders::send_reminders;
pub use start::{NotAStart, local, recommended};
pub use weigh::{Move, Refused, TheBox, Weighed, Wish, weigh};

use super::{
    Desk,
    guard::{self, Caller, Fresh, Stop},
    names,
};
use crate::store::{Budget, Lock, StoreError, Tx};
use ostiary_gate::domain::{
    Blame,
    audit::{Actor, Entry, Event},
    ids::{PersonId, TenantId},
    tenant::{Policy, Tenant},
    time::{Instant, Span},
};

/// A change as somebody asks for it.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    pub tenant: &'a TenantId,
    pub wish: Wish,
    /// Why, where something is loosened.
    pub reason: &'a str,
    /// The edition that was looked at when this was decided; another one now: somebody else was faster. None: joins
    /// whatever there is.
    pub revision: Option<i64>,
}

/// Why a policy was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error(transparent)]
    Stop(#[from] Stop),
    #[error("no such tenant")]
    NoSuchTenant,
    /// RULES 1: an authenticator of one's own and saved codes come first.
    #[error("the saver has not saved backup codes")]
    NotPrepared,
    #[error("somebody else saved in between")]
    ChangedMeanwhile,
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl From<StoreError> for PolicyError {
    fn from(fault: StoreError) -> Self {
        Self::Stop(Stop::Store(fault))
    }
}

impl Blame for PolicyError {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Stop(stop) if stop.is_ours())
    }
}

/// An admin saves, in the console: with a code not older than five minutes.
pub async fn save(desk: &Desk, caller: &Caller, wanted: &Change<'_>) -> Result<Weighed, PolicyError> {
    let mut unit = desk.store.begin().await?;
    let answer = save_in(desk, unit.tx(), caller, wanted).await;
    unit.settle(answer).await
}

async fn save_in(desk: &Desk, tx: &mut Tx, caller: &Caller, wanted: &Change<'_>) -> Result<Weighed, PolicyError> {
    tx.alone(&[Lock::Tenant(wanted.tenant.clone())]).await?;
    let now = tx.now(&*desk.clock).await?;
    let actor = Actor::Person(caller.person.clone());
    if let Err(stop) = guard::admin(tx, caller, wanted.tenant, Fresh::Yes, now).await {
        return refuse(desk, tx, (wanted.tenant, &actor), stop.into(), now).await;
    }
    if !is_prepared(tx, &caller.person).await? {
        return refuse(desk, tx, (wanted.tenant, &actor), PolicyError::NotPrepared, now).await;
    }
    change(desk, tx, wanted, &actor, now).await
}

/// How often those not ready may be reminded.
const REMINDERS: Budget = Budget { per_window: 1, window: Span::hours(1), pause: Span::hours(1), stop_after: None };

/// "Email them first": those who are not ready are asked to set it up. How many; none: they were asked within the hour.
pub async fn remind(desk: &Desk, caller: &Caller, tenant: &TenantId) -> Result<Option<u32>, PolicyError> {
    let mut unit = desk.store.begin().await?;
    let answer = remind_in(desk, unit.tx(), caller, tenant).await;
    unit.settle(answer).await
}

async fn remind_in(desk: &Desk, tx: &mut Tx, caller: &Caller, tenant: &TenantId) -> Result<Option<u32>, PolicyError> {
    let now = tx.now(&*desk.clock).await?;
    guard::admin(tx, caller, tenant, Fresh::No, now).await?;
    Ok(told::remind(desk, tx, tenant, now).await?)
}

/// Somebody who is no admin here tried to change something: their try stands in the clinic's log.
pub async fn note_attempt(desk: &Desk, caller: &Caller, tenant: &TenantId) -> Result<(), PolicyError> {
    let mut unit = desk.store.begin().await?;
    let answer = note_attempt_in(desk, unit.tx(), caller, tenant).await;
    unit.settle(answer).await
}

async fn note_attempt_in(desk: &Desk, tx: &mut Tx, caller: &Caller, tenant: &TenantId) -> Result<(), PolicyError> {
    let now = tx.now(&*desk.clock).await?;
    let Err(stop) = guard::admin(tx, caller, tenant, Fresh::No, now).await else { return Ok(()) };
    let actor = Actor::Person(caller.person.clone());
    refuse(desk, tx, (tenant, &actor), stop.into(), now).await.map(|_| ())
}

/// Whether somebody may demand of others what they have done themselves. That they hold an authenticator here was shown
/// with the fresh code.
pub async fn is_prepared(tx: &mut Tx, person: &PersonId) -> Result<bool, StoreError> {
    Ok(tx.person(person).await?.is_some_and(|row| row.codes_saved_at.is_some()))
}

/// The one way to change a policy. The caller holds the tenant's lock alone and has settled who may ask.
///
/// # Errors
/// Refusals are already in the activity log; settle them.
pub async fn change(
    desk: &Desk,
    tx: &mut Tx,
    wanted: &Change<'_>,
    actor: &Actor,
    now: Instant,
) -> Result<Weighed, PolicyError> {
    let Some(stored) = tx.tenant(wanted.tenant).await? else { return Err(PolicyError::NoSuchTenant) };
    let seen = stored.revision;
    let before = start_what_is_due(desk, tx, stored, now).await?;
    if wanted.revision.is_some_and(|revision| revision != seen) {
        return refuse(desk, tx, (wanted.tenant, actor), PolicyError::ChangedMeanwhile, now).await;
    }
    let weighed = match weigh(&before, &wanted.wish, wanted.reason, now) {
        Ok(weighed) => weighed,
        Err(Refused::NothingChanged) => return Err(Refused::NothingChanged.into()),
        Err(refused) => return refuse(desk, tx, (wanted.tenant, actor), refused.into(), now).await,
    };
    tx.set_policy(&before.id, &weighed.policy, weighed.required_since).await?;
    if weighed.starts_at != before.pending.map(|p| p.starts_at) {
        tx.set_pending(&before.id, weighed.starts_at).await?;
    }
    write_down(desk, tx, &before, &weighed, (actor, wanted.reason), now).await?;
    let by = names::of_actor(tx, actor).await?;
    told::tell(desk, tx, &before, &weighed, (&by, wanted.reason), now).await?;
    Ok(weighed)
}

/// RULES 7: the first writing decision past the start stores the flip.
async fn start_what_is_due(desk: &Desk, tx: &mut Tx, tenant: Tenant, now: Instant) -> Result<Tenant, PolicyError> {
    let Some(pending) = tenant.pending.filter(|p| now >= p.starts_at) else { return Ok(tenant) };
    if tx.start_pending(&tenant.id, pending).await? {
        let entry = Entry {
            tenant: Some(tenant.id.clone()),
            actor: Actor::System,
            event: Event::TwoFactorStarted,
            person: None,
            client: None,
            detail: String::new(),
        };
        tx.log(&entry, None, now, &*desk.dice).await?;
    }
    tx.tenant(&tenant.id).await?.ok_or(PolicyError::NoSuchTenant)
}

async fn refuse(
    desk: &Desk,
    tx: &mut Tx,
    (tenant, actor): (&TenantId, &Actor),
    error: PolicyError,
    now: Instant,
) -> Result<Weighed, PolicyError> {
    if !error.is_ours() && tx.tenant(tenant).await?.is_some() {
        let entry = Entry {
            tenant: Some(tenant.clone()),
            actor: actor.clone(),
            event: Event::PolicyChangeRefused,
            person: None,
            client: None,
            detail: why(&error),
        };
        tx.log(&entry, None, now, &*desk.dice).await?;
    }
    Err(error)
}

fn why(error: &PolicyError) -> String {
    match error {
        PolicyError::Stop(Stop::NotAdmin | Stop::Refused(..)) => "not an admin".to_owned(),
        PolicyError::Stop(Stop::Step(..)) => "no fresh code".to_owned(),
        PolicyError::Stop(Stop::Store(_)) | PolicyError::NoSuchTenant => String::new(),
        PolicyError::NotPrepared | PolicyError::ChangedMeanwhile | PolicyError::Refused(_) => error.to_string(),
    }
}

async fn write_down(
    desk: &Desk,
    tx: &mut Tx,
    before: &Tenant,
    weighed: &Weighed,
    (actor, reason): (&Actor, &str),
    now: Instant,
) -> Result<(), StoreError> {
    let reason = one_line(reason);
    let on_local_clocks = |at: Instant| start::said(at, &before.time_zone);
    let moved = match weighed.moved {
        Move::Stays => None,
        Move::TurnedOn => Some((Event::TwoFactorRequired, String::new())),
        Move::Scheduled { starts_at } => Some((Event::TwoFactorScheduled, on_local_clocks(starts_at))),
        Move::Postponed { was, starts_at } => {
            let detail = format!("{}, not {}: {reason}", on_local_clocks(starts_at), on_local_clocks(was));
            Some((Event::TwoFactorScheduled, detail))
        }
        Move::Cancelled { .. } => Some((Event::TwoFactorScheduleCancelled, reason.clone())),
        Move::TurnedOff => Some((Event::TwoFactorTurnedOff, reason.clone())),
    };
    let rest = weighed.rest_changes.then(|| {
        let changed = differences(&before.policy, &weighed.policy);
        (Event::PolicyChanged, if weighed.loosens { format!("{changed}: {reason}") } else { changed })
    });
    for (event, detail) in moved.into_iter().chain(rest) {
        let entry =
            Entry { tenant: Some(before.id.clone()), actor: actor.clone(), event, person: None, client: None, detail };
        tx.log(&entry, None, now, &*desk.dice).await?;
    }
    Ok(())
}

/// A log's detail is one line and not a letter.
fn one_line(text: &str) -> String {
    text.split(char::is_control)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(200)
        .collect()
}

/// Old and new value of each setting but the box, by the names of `apply`'s file.
fn differences(before: &Policy, after: &Policy) -> String {
    let span = |span: Span| match span.as_seconds() {
        seconds if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    };
    let age = |age: Option<Span>| age.map_or_else(|| "as long as the session".to_owned(), span);
    let binding = |p: &Policy| serde_json::to_value(p.first_binding).map(|v| v.as_str().unwrap_or_default().to_owned());
    let lines = [
        ("passkey_counts", before.passkey_counts.to_string(), after.passkey_counts.to_string()),
        ("phone_required", before.phone_required.to_string(), after.phone_required.to_string()),
        ("second_factor_max_age", age(before.second_factor_max_age), age(after.second_factor_max_age)),
        ("session_idle", span(before.session_idle), span(after.session_idle)),
        ("session_absolute", span(before.session_absolute), span(after.session_absolute)),
        ("offline_max_age", span(before.offline_max_age), span(after.offline_max_age)),
        ("first_binding", binding(before).unwrap_or_default(), binding(after).unwrap_or_default()),
    ];
    let changed = lines.into_iter().filter(|(_, old, new)| old != new);
    changed.map(|(name, old, new)| format!("{name} {old} → {new}")).collect::<Vec<_>>().join(", ")
}
