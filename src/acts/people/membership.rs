//! Role and standing of somebody in a clinic: raised, lowered, suspended, restored, ended, signed out (RULES 1 and 5).
use super::PeopleError;
use crate::{
    acts::{
        Desk,
        guard::{Caller, Fresh, admin},
    },
    store::{End, Known, Lock, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    audit::{Actor, Entry, Event},
    ids::{PersonId, TenantId},
    person::{Membership, MembershipState, Role},
    tenant::Standing,
    time::Instant,
};

/// What becomes of a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membering {
    Role(Role),
    Suspend,
    Restore,
    End,
    /// Out of this clinic's apps, everywhere: what was shown before no longer counts here.
    SignOut,
}

impl Membering {
    /// Signing out only ever takes away what a sign-in gives back.
    fn fresh(self) -> Fresh {
        match self {
            Self::SignOut => Fresh::No,
            Self::Role(_) | Self::Suspend | Self::Restore | Self::End => Fresh::Yes,
        }
    }

    fn said(self) -> &'static str {
        match self {
            Self::Role(Role::Admin) => "role admin",
            Self::Role(Role::Member) => "role member",
            Self::Suspend => "suspended",
            Self::Restore => "restored",
            Self::End => "ended",
            Self::SignOut => "signed out",
        }
    }
}

/// An admin does it, in the console.
pub async fn change(
    desk: &Desk,
    caller: &Caller,
    tenant: &TenantId,
    person: &PersonId,
    what: Membering,
) -> Result<(), PeopleError> {
    let mut unit = desk.store.begin().await?;
    let answer = change_in(desk, unit.tx(), caller, (tenant, person), what).await;
    unit.settle(answer).await
}

async fn change_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (tenant, person): (&TenantId, &PersonId),
    what: Membering,
) -> Result<(), PeopleError> {
    tx.alone(&[Lock::Tenant(tenant.clone())]).await?;
    let now = tx.now(&*desk.clock).await?;
    admin(tx, caller, tenant, what.fresh(), now).await?;
    change_by(desk, tx, &Actor::Person(caller.person.clone()), (tenant, person), what, now).await
}

/// The one way to change a membership that is there. The caller holds the tenant's lock alone and has settled who may ask.
pub async fn change_by(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    (tenant, person): (&TenantId, &PersonId),
    what: Membering,
    now: Instant,
) -> Result<(), PeopleError> {
    let facts = tx.person_facts(person, Known::ToWrite).await?.ok_or(PeopleError::NotHere)?;
    let before = facts.membership(tenant).filter(|m| m.state != MembershipState::Ended).ok_or(PeopleError::NotHere)?;
    let after = after(before, what, now).ok_or(PeopleError::NotHere)?;
    let counts = |m: &Membership| m.role == Role::Admin && m.state == MembershipState::Live;
    let loses_one = counts(before) && !counts(&after) && facts.standing == Standing::Active;
    if loses_one && tx.other_admins(tenant, person).await? == 0 {
        return Err(PeopleError::LastAdmin);
    }
    tx.put_membership(person, &after).await?;
    if matches!(what, Membering::Suspend | Membering::End | Membering::SignOut) {
        leave(tx, (tenant, person), what.said(), now).await?;
    }
    let entry = Entry {
        tenant: Some(tenant.clone()),
        actor: actor.clone(),
        event: Event::MembershipChanged,
        person: Some(person.clone()),
        client: None,
        detail: what.said().to_owned(),
    };
    Ok(tx.log(&entry, None, now, &*desk.dice).await?)
}

/// None: it is not in a state in which this can be done.
fn after(before: &Membership, what: Membering, now: Instant) -> Option<Membership> {
    let mut after = before.clone();
    match (what, before.state) {
        (Membering::Role(role), _) if role == before.role => return None,
        (Membering::Role(role), MembershipState::Invited | MembershipState::Live | MembershipState::Suspended) => {
            // What was shown by a member is not an admin's.
            if role == Role::Admin {
                after.proofs_not_before = now;
            }
            after.role = role;
        }
        (Membering::Suspend, MembershipState::Live) => after.state = MembershipState::Suspended,
        (Membering::Restore, MembershipState::Suspended) => {
            after.state = MembershipState::Live;
            after.proofs_not_before = now;
        }
        (Membering::End, _) => after.state = MembershipState::Ended,
        (Membering::SignOut, MembershipState::Live) => after.proofs_not_before = now,
        (Membering::Role(_) | Membering::Suspend | Membering::Restore | Membering::SignOut, _) => return None,
    }
    Some(after)
}

/// The table of ends, "in T": grants of every kind, and visits that are for this clinic.
pub(super) async fn leave(
    tx: &mut Tx,
    (tenant, person): (&TenantId, &PersonId),
    why: &str,
    now: Instant,
) -> Result<(), StoreError> {
    tx.end_grants(Which::OfPersonIn(person, tenant), End::All, why, now).await?;
    tx.end_visits_in(person, tenant, why, now).await?;
    Ok(())
}
