//! Locks, now, what was presented, rules and facts, the gate, the spend, the record, the commit, the mint: in this order,
//! for every grant.
use super::{
    Porter,
    claim::Claim,
    hearing::{Heard, NoRules, hear, locks_for},
};
use crate::{
    mint::{MintError, Tokens},
    store::{Known, Lock, Order, Recorded, ResourceRow, StoreError, Tx},
};
use ostiary_gate::{
    domain::{
        Blame,
        amr::{Acr, Evidence},
        audit::{Actor, Entry, Event},
        person::Person,
        tenant::Tenant,
        time::Instant,
    },
    gate::{Bond, Reason, Refusal, Rules, Step, Verdict, decide},
};
use std::future::Future;

/// What a road may know after the gate's yes. Not the clearance.
pub struct Cleared {
    pub now: Instant,
    pub rules: Rules,
    pub person: Option<Person>,
    pub evidence: Evidence,
    pub acr: Acr,
    pub resource: Option<ResourceRow>,
    /// The tenant that tokens name: none for clients that are not `tenant_aware`.
    pub names: Option<Tenant>,
}

/// The gate's no, with its reasons.
#[derive(Debug)]
pub enum No {
    Step(Step, Vec<Reason>),
    Refused(Refusal, Vec<Reason>),
    UnknownClient,
    UnknownResource,
}

/// One way to come by a token.
pub trait Road: Send {
    type Error: Blame + From<StoreError> + From<MintError> + Send;

    /// How the person is held: alone where this road writes them.
    fn known(&self) -> Known {
        Known::Held
    }

    /// Without locks and without writing: what the decision will be about, so that it is known what to lock. None: nothing
    /// is known of what was presented. Not called where one writer is the lock.
    fn look(&mut self, tx: &mut Tx) -> impl Future<Output = Result<Option<Claim>, Self::Error>> + Send;

    /// Under the locks, before the gate: reads again what was presented and checks whose it is. An `Err` that is not our
    /// fault is a refusal that stands: what it wrote (a reuse that ends a family) is committed. May be called again in
    /// another unit if the locks turned out to be the wrong ones.
    fn present(&mut self, tx: &mut Tx, now: Instant) -> impl Future<Output = Result<Claim, Self::Error>> + Send;

    /// After the yes, in the same unit: what works once is spent here, and the order says what it buys.
    fn spend<'a>(
        &'a mut self,
        tx: &mut Tx,
        cleared: &'a Cleared,
    ) -> impl Future<Output = Result<Order<'a>, Self::Error>> + Send;

    /// The no, in this surface's words. What it writes is committed.
    fn refuse(&mut self, tx: &mut Tx, no: No, now: Instant) -> impl Future<Output = Self::Error> + Send;
}

enum Tried {
    Recorded(Box<Recorded>),
    /// The reads named others than were locked.
    Again(Vec<Lock>),
}

/// How often the locks may turn out to be the wrong ones: memberships do not change that fast.
const TRIES: usize = 4;

impl Porter {
    /// Goes one road to its end. A refusal is committed, a fault rolled back.
    pub async fn issue<R: Road>(&self, road: &mut R) -> Result<Tokens, R::Error> {
        let mut locks = self.first_locks(road).await?;
        for _ in 0..TRIES {
            let mut unit = self.store.begin().await?;
            let (bond, tx) = unit.parts();
            match self.attempt(bond, tx, &locks, road).await {
                Ok(Tried::Recorded(recorded)) => {
                    let issued = unit.issue(*recorded).await?;
                    return Ok(self.mint.mint(issued)?);
                }
                Ok(Tried::Again(others)) => locks = others,
                Err(refusal) => return unit.settle(Err(refusal)).await,
            }
        }
        Err(StoreError::Busy.into())
    }

    async fn first_locks<R: Road>(&self, road: &mut R) -> Result<Vec<Lock>, R::Error> {
        if !self.store.locks_matter() {
            return Ok(vec![]);
        }
        let mut unit = self.store.look().await?;
        let tx = unit.tx();
        let locks = match road.look(tx).await? {
            Some(claim) => locks_for(tx, &claim).await?,
            None => vec![],
        };
        unit.commit().await?;
        Ok(locks)
    }

    async fn attempt<R: Road>(
        &self,
        bond: &Bond,
        tx: &mut Tx,
        locks: &[Lock],
        road: &mut R,
    ) -> Result<Tried, R::Error> {
        tx.share(locks).await?;
        let now = tx.now(&*self.clock).await?;
        let claim = road.present(tx, now).await?;
        let mut heard = match hear(tx, &claim, None, road.known(), now).await? {
            Ok(heard) => heard,
            Err(NoRules::UnknownClient) => return Err(road.refuse(tx, No::UnknownClient, now).await),
            Err(NoRules::UnknownResource) => return Err(road.refuse(tx, No::UnknownResource, now).await),
        };
        let needed = heard.locks();
        if self.store.locks_matter() && !needed.iter().all(|lock| locks.contains(lock)) {
            return Ok(Tried::Again(needed));
        }
        self.start_what_is_due(tx, &mut heard).await?;
        let clearance = match decide(bond, heard.ask(), &heard.facts, now) {
            Verdict::Cleared(clearance) => clearance,
            Verdict::Step(step, reasons) => return Err(road.refuse(tx, No::Step(step, reasons), now).await),
            Verdict::Refused(refusal, reasons) => {
                return Err(road.refuse(tx, No::Refused(refusal, reasons), now).await);
            }
        };
        let cleared = Cleared::of(heard, clearance.evidence().clone());
        let order = road.spend(tx, &cleared).await?;
        Ok(Tried::Recorded(Box::new(tx.record(clearance, order, &*self.dice).await?)))
    }

    /// RULES 7: the first writing decision past the start stores the flip. What is in force does not change by it.
    async fn start_what_is_due(&self, tx: &mut Tx, heard: &mut Heard) -> Result<(), StoreError> {
        for tenant in &mut heard.rules.tenants {
            let Some(pending) = tenant.pending.filter(|p| heard.now >= p.starts_at) else { continue };
            if tx.start_pending(&tenant.id, pending).await? {
                let entry = Entry {
                    tenant: Some(tenant.id.clone()),
                    actor: Actor::System,
                    event: Event::TwoFactorStarted,
                    person: None,
                    client: None,
                    detail: String::new(),
                };
                tx.log(&entry, None, heard.now, &*self.dice).await?;
            }
            if let Some(stored) = tx.tenant(&tenant.id).await? {
                *tenant = stored;
            }
        }
        Ok(())
    }
}

impl Cleared {
    pub(super) fn of(heard: Heard, evidence: Evidence) -> Self {
        let aware = heard.rules.client.tenant_aware;
        let names = match heard.rules.tenants.as_slice() {
            [one] if aware => Some(one.clone()),
            [] | [..] => None,
        };
        Self {
            now: heard.now,
            acr: evidence.acr(),
            evidence,
            person: heard.facts.person,
            resource: heard.resource,
            names,
            rules: heard.rules,
        }
    }
}
