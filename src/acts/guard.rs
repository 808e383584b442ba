//! Who may act on our own pages: asked anew, in the unit of the act, under its locks. A page that was shown is no
//! permission.
use super::visit::{Asked, Visitor, own_claim};
use crate::{
    porter::{Heard, Whose, hear},
    store::{Known, StoreError, Tx},
};
use ostiary_gate::{
    domain::{
        Blame,
        ids::{PersonId, SessionId, TenantId},
        person::{Membership, Role},
        time::{Instant, Span},
    },
    gate::{Clause, Demand, Origin, Outcome, Reason, Refusal, Step},
};

/// A step-up lasts this long (RULES 9).
pub const FRESH: Span = Span::minutes(5);

/// Somebody signed in, by the live session of this browser.
#[derive(Clone, Debug)]
pub struct Caller {
    pub person: PersonId,
    pub session: SessionId,
}

/// Whether an act asks for a code shown just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fresh {
    /// The second factor of this session will do.
    No,
    /// Not older than [`FRESH`].
    Yes,
}

/// Why somebody may not act.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// They can put this right: the page for it comes next, then back.
    #[error("not yet: {0:?}")]
    Step(Step, Vec<Reason>),
    #[error("refused: {0:?}")]
    Refused(Refusal, Vec<Reason>),
    #[error("not an admin of this clinic")]
    NotAdmin,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for Stop {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

/// An admin of a tenant, as the gate let them in.
pub struct Admin {
    pub heard: Heard,
    pub membership: Membership,
}

/// A live admin of `tenant`, with a second factor always (RULES 1), fresh where the act asks for it.
pub async fn admin(tx: &mut Tx, caller: &Caller, tenant: &TenantId, fresh: Fresh, now: Instant) -> Result<Admin, Stop> {
    admin_of(tx, whose(caller), tenant, fresh, now).await
}

/// The same in the middle of a visit: what it has shown counts beside what its session did.
pub async fn admin_at(
    tx: &mut Tx,
    visitor: &Visitor,
    tenant: &TenantId,
    fresh: Fresh,
    now: Instant,
) -> Result<Admin, Stop> {
    let (person, session, visit) = (visitor.person.clone(), visitor.session.clone(), visitor.visit.clone());
    admin_of(tx, Whose::AtTheDoor { person, session, visit }, tenant, fresh, now).await
}

async fn admin_of(tx: &mut Tx, whose: Whose, tenant: &TenantId, fresh: Fresh, now: Instant) -> Result<Admin, Stop> {
    let demand = Demand::from_iter([second_factor(fresh)]);
    let heard = allowed(tx, own_claim(whose, now, Some(tenant.clone()), demand)?, now).await?;
    let membership = heard.person().and_then(|p| p.live_membership(tenant)).filter(|m| m.role == Role::Admin).cloned();
    match membership {
        Some(membership) => Ok(Admin { heard, membership }),
        None => Err(Stop::NotAdmin),
    }
}

/// A live member of `tenant`, who may look but not act.
pub async fn member(tx: &mut Tx, caller: &Caller, tenant: &TenantId, now: Instant) -> Result<Heard, Stop> {
    allowed(tx, own_claim(whose(caller), now, Some(tenant.clone()), Demand::default())?, now).await
}

/// A person in their own account: the join of all their tenants (RULES 1). A fresh act asks a second factor only of who
/// has one, and the password of who has not.
pub async fn account(tx: &mut Tx, caller: &Caller, fresh: Fresh, now: Instant) -> Result<Heard, Stop> {
    let mut demand = Demand::default();
    if fresh == Fresh::Yes {
        let has_one = tx.person_facts(&caller.person, Known::AsPicture).await?;
        let clause = if has_one.is_some_and(|p| !p.authenticators.is_empty()) {
            second_factor(fresh)
        } else {
            Clause { not_older_than: Some(FRESH), ..Clause::primary(Origin::OwnPages) }
        };
        demand = Demand::from_iter([clause]);
    }
    allowed(tx, own_claim(whose(caller), now, None, demand)?, now).await
}

fn whose(caller: &Caller) -> Whose {
    Whose::AtTheDoor { person: caller.person.clone(), session: Some(caller.session.clone()), visit: None }
}

fn second_factor(fresh: Fresh) -> Clause {
    Clause::second(true, (fresh == Fresh::Yes).then_some(FRESH), Origin::OwnPages)
}

async fn allowed(tx: &mut Tx, asked: Asked, now: Instant) -> Result<Heard, Stop> {
    let heard = hear(tx, &asked.claim, asked.own.as_ref(), Known::AsPicture, now).await?;
    // Our own client is no row, and asks for no resource.
    let heard = heard.map_err(|_| Stop::NotAdmin)?;
    let judgement = heard.judgement();
    match judgement.outcome {
        Outcome::Clear => Ok(heard),
        Outcome::Step(step) => Err(Stop::Step(step, judgement.reasons)),
        Outcome::Refused(refusal) => Err(Stop::Refused(refusal, judgement.reasons)),
    }
}
