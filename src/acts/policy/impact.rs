//! Whom ticking the box will hit: who is not set up, who is signed in now and where, which grants will be suspended, who
//! demands it. Judged by the gate's own decision on rules that do not exist yet. Of other clinics nothing is said: a
//! grant counts only if it is for this one (RULES 1).
use crate::{
    acts::standing::{self, Standing},
    store::{GrantRow, Known, StoreError, Tx},
};
use ostiary_gate::domain::{
    grant::Keeping,
    ids::{PersonId, TenantId},
    person::{Membership, MembershipState, Person},
    tenant::{Policy, Standing as Service, Tenant},
    time::{Instant, Span},
};

/// An app was used just now within this.
const JUST_NOW: Span = Span::minutes(60);
const USUAL: Span = Span::days(30);
/// Fewer sign-ins say nothing about somebody's hours.
const OFTEN: usize = 5;

/// How far somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    NotYet,
    ResetWaiting,
}

/// Whether they are in the middle of something here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Now {
    Using { app: String, since: Span },
    Idle,
    NotSignedIn,
}

/// Somebody who is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    pub person: PersonId,
    pub name: String,
    pub now: Now,
    /// The middle one of their sign-ins here by time of day, where there were enough of them lately.
    pub usually_at: Option<Instant>,
    pub readiness: Readiness,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// Everybody who belongs here.
    pub people: usize,
    /// Those who are not ready, by name.
    pub affected: Vec<Affected>,
    /// Grants that work now and would not.
    pub suspended: usize,
    /// Apps, connected or waiting, that demand it.
    pub demanded_by: Vec<String>,
}

impl Impact {
    pub fn signed_in(&self) -> usize {
        self.affected.iter().filter(|one| one.now != Now::NotSignedIn).count()
    }
}

/// Whether somebody would be let through without a page. A waiting reset stops them whatever they have.
pub fn readiness(person: &Person, membership: &Membership, policy: &Policy) -> Readiness {
    if membership.reset_waiting.is_some() {
        return Readiness::ResetWaiting;
    }
    let tenant = &membership.tenant;
    let acceptable = person.has_totp(tenant) || (policy.passkey_counts && person.has_passkey(tenant));
    let complete = person.codes_saved && (person.has_phone || !policy.phone_required);
    if acceptable && complete { Readiness::Ready } else { Readiness::NotYet }
}

/// Of a tenant whose box is off, or will be on.
pub async fn impact(tx: &mut Tx, tenant: &Tenant, now: Instant) -> Result<Impact, StoreError> {
    let requires = |c: &&ostiary_gate::domain::tenant::Connection| c.requires_two_factor;
    let demanded_by = tenant.connections.iter().filter(requires).map(|c| c.client_name.clone()).collect();
    let mut impact = Impact { demanded_by, ..Impact::default() };
    for (id, membership) in tx.members(&tenant.id).await? {
        if membership.state != MembershipState::Live {
            continue;
        }
        let Some(person) = tx.person_facts(&id, Known::AsPicture).await? else { continue };
        if person.standing != Service::Active {
            continue;
        }
        impact.people += 1;
        let seen = grants_seen(tx, &id, &tenant.id, now).await?;
        impact.suspended += seen.suspended;
        let readiness = readiness(&person, &membership, &tenant.policy);
        if readiness == Readiness::Ready {
            continue;
        }
        let name = tx.person(&id).await?.map(|row| row.full_name()).unwrap_or_default();
        let now = seen.in_the_middle_of;
        impact.affected.push(Affected { person: id, name, now, usually_at: seen.usually_at, readiness });
    }
    impact.affected.sort_by(|a, b| (&a.name, &a.person).cmp(&(&b.name, &b.person)));
    Ok(impact)
}

struct Seen {
    suspended: usize,
    in_the_middle_of: Now,
    usually_at: Option<Instant>,
}

async fn grants_seen(tx: &mut Tx, person: &PersonId, tenant: &TenantId, now: Instant) -> Result<Seen, StoreError> {
    let mut seen = Seen { suspended: 0, in_the_middle_of: Now::NotSignedIn, usually_at: None };
    let mut latest: Option<GrantRow> = None;
    for row in tx.grants_of_in(person, tenant).await? {
        let Some(mut heard) = standing::hear_grant(tx, &row, now).await? else { continue };
        if standing::of(&heard) != Standing::Works {
            continue;
        }
        if standing::with_the_box(&mut heard, tenant) != Standing::Works {
            seen.suspended += 1;
        }
        if latest.as_ref().is_none_or(|other| other.used_at < row.used_at) {
            latest = Some(row);
        }
    }
    if let Some(row) = latest {
        let since = now.since(Instant(row.used_at));
        let app = tx.client(&row.client()?).await?.map(|client| client.client()).transpose()?;
        seen.in_the_middle_of = match app {
            Some(app) if since <= JUST_NOW => Now::Using { app: app.name, since },
            // What outlives its session says nothing about who sits at a desk.
            Some(_) | None if row.keeping()? == Keeping::Online => Now::Idle,
            Some(_) | None => Now::NotSignedIn,
        };
    }
    let times = tx.authorised_since(person, tenant, now.minus(USUAL)).await?;
    seen.usually_at = middle_of_the_day(times);
    Ok(seen)
}

/// A specimen of the usual hour: the middle one by time of day. Which zone it is said in does not change which it is,
/// as long as nobody works over midnight.
fn middle_of_the_day(mut times: Vec<Instant>) -> Option<Instant> {
    if times.len() < OFTEN {
        return None;
    }
    times.sort_by_key(|at| at.0.rem_euclid(Span::days(1).0));
    times.get(times.len() / 2).copied()
}
