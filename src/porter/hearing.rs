//! Rules and facts of a claim, and a judgement of them that opens nothing: pages, previews, `explain`.
use super::claim::{Claim, Whose};
use crate::store::{Known, Lock, ResourceRow, StoreError, Tx};
use ostiary_gate::{
    domain::{
        client::Client,
        ids::{ClientId, PersonId, TenantId},
        person::Person,
        time::Instant,
    },
    gate::{Ask, Choice, Facts, Judgement, Occasion, Rules, Wants, judge},
};

/// Why a claim cannot even be put before the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRules {
    UnknownClient,
    /// RFC 8707 §2: not registered, not in service, or not there.
    UnknownResource,
}

/// What was read for one claim.
pub struct Heard {
    pub rules: Rules,
    pub facts: Facts,
    pub wants: Wants,
    pub resource: Option<ResourceRow>,
    pub now: Instant,
}

impl Heard {
    pub fn ask(&self) -> Ask<'_> {
        Ask { rules: &self.rules, wants: &self.wants }
    }

    pub fn judgement(&self) -> Judgement {
        judge(self.ask(), &self.facts, self.now)
    }

    /// What must be locked for this decision.
    pub(super) fn locks(&self) -> Vec<Lock> {
        let tenants = self.rules.tenants.iter().map(|t| Lock::Tenant(t.id.clone()));
        tenants.chain([Lock::Client(self.rules.client.id.clone())]).collect()
    }
}

/// Reads what a claim rests on. `own` is Ostiary itself, which is no row.
///
/// # Errors
/// The store's; the claim's own faults are inside.
pub async fn hear(
    tx: &mut Tx,
    claim: &Claim,
    own: Option<&Client>,
    known: Known,
    now: Instant,
) -> Result<Result<Heard, NoRules>, StoreError> {
    let Some(client) = client_of(tx, &claim.client, own).await? else { return Ok(Err(NoRules::UnknownClient)) };
    let facts = facts(tx, claim, known).await?;
    let tenants = claim.choice(&client, facts.person.as_ref());
    let mut found = Vec::with_capacity(tenants.tenants().len());
    for id in tenants.tenants() {
        found.extend(tx.tenant(id).await?);
    }
    let Ok(resource) = resource(tx, claim, &client).await? else { return Ok(Err(NoRules::UnknownResource)) };
    let wants = wants(claim, tenants);
    Ok(Ok(Heard { rules: Rules { tenants: found, client }, facts, wants, resource, now }))
}

fn wants(claim: &Claim, tenants: Choice) -> Wants {
    Wants {
        occasion: claim.occasion,
        scope: claim.scope.clone(),
        resource_scope: claim.asks_an_api(),
        demand: claim.demand.clone(),
        wishes: claim.wishes.clone(),
        fresh: claim.fresh,
        only: claim.only.clone(),
        tenants,
    }
}

async fn client_of(tx: &mut Tx, id: &ClientId, own: Option<&Client>) -> Result<Option<Client>, StoreError> {
    match own {
        Some(own) => Ok(Some(own.clone())),
        None => tx.client(id).await?.map(|row| row.client()).transpose(),
    }
}

async fn facts(tx: &mut Tx, claim: &Claim, known: Known) -> Result<Facts, StoreError> {
    let mut facts = Facts { consented: claim.consented, ..Facts::default() };
    match &claim.whose {
        Whose::Nobody | Whose::Machine => {}
        Whose::AtTheDoor { person, session, visit } => {
            facts.person = tx.person_facts(person, known).await?;
            if let Some(id) = session
                && let Some(row) = tx.session(id).await?
                && row.person()? == *person
            {
                facts.session = Some(row.facts()?);
                // What an ended session once showed is nobody's.
                if row.facts()?.ended_at.is_none() {
                    facts.proofs = row.proofs()?;
                }
            }
            if let Some((id, browser)) = visit
                && let Some(row) = tx.visit(id, browser).await?
                && row.person()? == *person
                && row.has_not_ended()
            {
                facts.proofs.extend(row.proofs()?);
            }
        }
        Whose::Grant(id) => {
            // A grant that is not there is no grant: the gate refuses who comes without one.
            let Some(row) = tx.grant(id).await? else { return Ok(facts) };
            // Somebody else's grant is no grant either.
            if row.client()? != claim.client {
                return Ok(facts);
            }
            facts.grant = Some(tx.grant_facts(&row).await?);
            facts.proofs = row.proofs()?;
            if let Some(person) = row.person()? {
                facts.person = tx.person_facts(&person, known).await?;
            }
        }
    }
    Ok(facts)
}

async fn resource(tx: &mut Tx, claim: &Claim, client: &Client) -> Result<Result<Option<ResourceRow>, ()>, StoreError> {
    let Some(wanted) = claim.resource.as_ref().or(client.default_resource.as_ref()) else { return Ok(Ok(None)) };
    match tx.resource(wanted).await? {
        Some(row) if row.is_active()? => Ok(Ok(Some(row))),
        Some(_) | None => Ok(Err(())),
    }
}

/// What to lock, from a look without locks.
pub(super) async fn locks_for(tx: &mut Tx, claim: &Claim) -> Result<Vec<Lock>, StoreError> {
    let heard = hear(tx, claim, None, Known::AsPicture, Instant(0)).await?;
    Ok(heard.map(|heard| heard.locks()).unwrap_or_default())
}

impl Heard {
    /// The person, where the claim is about one.
    pub fn person(&self) -> Option<&Person> {
        self.facts.person.as_ref()
    }

    pub fn person_id(&self) -> Option<&PersonId> {
        self.person().map(|p| &p.id)
    }

    pub fn tenants(&self) -> impl Iterator<Item = &TenantId> {
        self.rules.tenants.iter().map(|t| &t.id)
    }

    pub fn is_machine(&self) -> bool {
        self.wants.occasion == Occasion::Machine
    }
}
