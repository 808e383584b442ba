//! How what a client holds stands now: the gate's answer to its next request, asked without consequences. Suspension is
//! no state (RULES 5), so the console, the account and the preview all ask here.
use crate::{
    porter::{Claim, Heard, Whose, hear},
    store::{GrantRow, Known, StoreError, Tx},
};
use ostiary_gate::{
    domain::{grant::Keeping, ids::TenantId, time::Instant},
    gate::{Demand, Occasion, Outcome, Pin, judge},
};

/// What became of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its next request is answered.
    Works,
    /// The gate refuses it now; what was given up for it is not lost.
    Suspended,
    /// Nothing brings it back.
    Over,
}

/// The claim of a grant's next request, a refresh or a look at userinfo.
pub async fn claim_of_grant(tx: &mut Tx, row: &GrantRow) -> Result<Claim, StoreError> {
    let tenants = tx.grant_tenants(&row.id()?).await?;
    let keeping = row.keeping()?;
    // A grant that cannot tell clinics apart is gated by all of the person's, so it pins to none.
    let pin = match (row.tenant_aware || keeping == Keeping::Machine, tenants.as_slice()) {
        (true, [one]) => Pin::To(one.clone()),
        (true | false, _) => Pin::None,
    };
    Ok(Claim {
        client: row.client()?,
        whose: Whose::Grant(row.id()?),
        pin,
        occasion: match keeping {
            Keeping::Online => Occasion::Online,
            Keeping::Offline => Occasion::Offline,
            Keeping::Machine => Occasion::Machine,
        },
        scope: row.scope()?,
        resource: row.resource.clone(),
        demand: Demand::default(),
        wishes: vec![],
        fresh: None,
        only: None,
        consented: true,
    })
}

/// What was read for it; none if its client or resource is no longer there.
pub async fn hear_grant(tx: &mut Tx, row: &GrantRow, now: Instant) -> Result<Option<Heard>, StoreError> {
    let claim = claim_of_grant(tx, row).await?;
    Ok(hear(tx, &claim, None, Known::AsPicture, now).await?.ok())
}

pub async fn of_grant(tx: &mut Tx, row: &GrantRow, now: Instant) -> Result<Standing, StoreError> {
    Ok(hear_grant(tx, row, now).await?.map_or(Standing::Over, |heard| of(&heard)))
}

pub fn of(heard: &Heard) -> Standing {
    match judge(heard.ask(), &heard.facts, heard.now).outcome {
        Outcome::Clear => Standing::Works,
        Outcome::Step(_) => Standing::Suspended,
        Outcome::Refused(_) => Standing::Over,
    }
}

/// How it would stand with the box of `tenant` ticked: the same decision, on rules that do not exist yet.
pub fn with_the_box(heard: &mut Heard, tenant: &TenantId) -> Standing {
    for one in heard.rules.tenants.iter_mut().filter(|one| one.id == *tenant) {
        one.policy.two_factor = ostiary_gate::domain::tenant::TwoFactor::Required;
        one.required_since = Some(heard.now);
    }
    of(heard)
}
