//! The case as the rungs see it: each tenant's demand, and what counts there, worked out once.
use super::{
    Ask, Facts, Occasion, Reason,
    demand::{Clause, Demand, Origin, counted},
    ladder::{Step, Unmet},
};
use crate::domain::{
    amr::{Evidence, Proof},
    grant::Grant,
    person::{Membership, Person},
    tenant::{Connection, Tenant},
    time::Instant,
};

/// One tenant's part of the case.
pub(super) struct Place<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) membership: Option<&'a Membership>,
    pub(super) demand: Demand,
    pub(super) evidence: Evidence,
}

/// Everything the rungs look at, worked out once.
pub(super) struct Case<'a> {
    pub(super) ask: Ask<'a>,
    pub(super) facts: &'a Facts,
    pub(super) now: Instant,
    pub(super) as_of: Instant,
    pub(super) places: Vec<Place<'a>>,
}

impl<'a> Case<'a> {
    pub(super) fn new(ask: Ask<'a>, facts: &'a Facts, now: Instant) -> Self {
        let as_of = ages_as_of(ask.wants.occasion, facts.grant.as_ref(), now);
        let proofs = young_enough(ask, &facts.proofs);
        let place = |tenant: &'a Tenant| {
            let membership = facts.person.as_ref().and_then(|p| p.membership(&tenant.id));
            // Who is no member has nothing that counts here.
            let evidence = membership.map(|m| counted(&proofs, &tenant.id, m.proofs_not_before)).unwrap_or_default();
            Place { tenant, membership, demand: demand_in(ask, facts, tenant, now), evidence }
        };
        let places = ask.rules.tenants.iter().map(place).collect();
        Self { ask, facts, now, as_of, places }
    }

    /// Every clause in every tenant. A clause counts in each tenant by what reaches it.
    pub(super) fn reasons(&self) -> Vec<Reason> {
        let of = |place: &Place<'_>| {
            let judged = |clause: &Clause| Reason {
                clause: clause.clone(),
                tenant: Some(place.tenant.id.clone()),
                met: clause.met(&place.evidence, self.as_of),
            };
            place.demand.clauses().map(judged).collect::<Vec<_>>()
        };
        self.places.iter().flat_map(of).collect()
    }

    /// What was really shown and counted somewhere: what tokens say.
    pub(super) fn evidence(&self) -> Evidence {
        self.places.iter().fold(Evidence::default(), |shown, p| shown.beside(p.evidence.clone()))
    }

    pub(super) fn person(&self) -> Result<&'a Person, Unmet> {
        self.facts.person.as_ref().ok_or(Unmet::Step(Step::SignIn))
    }

    pub(super) fn is_machine(&self) -> bool {
        self.ask.wants.occasion == Occasion::Machine
    }

    /// The person is at the door, so a page can be shown.
    pub(super) fn is_at_the_door(&self) -> bool {
        match self.ask.wants.occasion {
            Occasion::Authorize { .. } | Occasion::OwnPages { .. } => true,
            Occasion::Redeem { .. } | Occasion::Online | Occasion::Offline | Occasion::Machine => false,
        }
    }
}

/// RULES 2: at the door against the visit's start, at redemption against the code's issue, for online grants against
/// now, for offline grants against the moment they were authorised.
fn ages_as_of(occasion: Occasion, grant: Option<&Grant>, now: Instant) -> Instant {
    match occasion {
        Occasion::Authorize { visit_began } | Occasion::OwnPages { visit_began } => visit_began,
        Occasion::Redeem { code_issued } => code_issued,
        Occasion::Online | Occasion::Machine => now,
        Occasion::Offline => grant.map_or(now, |g| g.authorised_at),
    }
}

/// OIDC Core §3.1.2.1 `max_age`, `prompt=login`: what is older does not count for this request, whatever its kind.
fn young_enough(ask: Ask<'_>, proofs: &[Proof]) -> Vec<Proof> {
    match (ask.wants.fresh, ask.wants.occasion) {
        (Some(limit), Occasion::Authorize { visit_began } | Occasion::OwnPages { visit_began }) => {
            proofs.iter().filter(|p| visit_began.since(p.at) <= limit).cloned().collect()
        }
        // Request ages bind the authorization only.
        (Some(_), Occasion::Redeem { .. } | Occasion::Online | Occasion::Offline | Occasion::Machine) | (None, _) => {
            proofs.to_vec()
        }
    }
}

/// tenant ⊔ connection ⊔ client ⊔ request ⊔ person, in one tenant.
fn demand_in(ask: Ask<'_>, facts: &Facts, tenant: &Tenant, now: Instant) -> Demand {
    let client = &ask.rules.client;
    if ask.wants.occasion == Occasion::Machine {
        return Demand::default();
    }
    let mut demand = Demand::from_iter([Clause::primary(Origin::SignIn)]);
    if let Some(since) = tenant.requires_two_factor(now) {
        let policy = &tenant.policy;
        let second = |origin| Clause::second(policy.passkey_counts, policy.second_factor_max_age, origin);
        let origin = Origin::Tenant { tenant: tenant.id.clone(), since };
        demand = demand.and(Demand::from_iter([Clause::primary(origin.clone()), second(origin)]));
        let connection = |c: &Connection| {
            second(Origin::Connection { tenant: tenant.id.clone(), client: c.client.clone(), since: c.agreed_at })
        };
        demand = demand.and(tenant.locks(now).map(connection).collect());
    }
    demand = demand
        .and(Clause::floor(&client.require_amr, Origin::Client { client: client.id.clone() }).into_iter().collect());
    let joins_person = match ask.wants.occasion {
        Occasion::Authorize { .. } | Occasion::OwnPages { .. } | Occasion::Redeem { .. } => true,
        // Never joined for grants given before.
        Occasion::Online | Occasion::Offline | Occasion::Machine => false,
    };
    if joins_person && facts.person.as_ref().is_some_and(|p| p.has_authenticator(&tenant.id)) {
        demand = demand.and(Demand::from_iter([Clause::second(true, None, Origin::Person)]));
    }
    demand.and(ask.wants.demand.clone())
}
