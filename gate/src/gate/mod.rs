//! The gate: the one place that decides whether a token may leave.
//!
//! [`judge`] is pure and total: it climbs the [`ladder`] and answers with the first unmet rung, or with "clear", and
//! always with its reasons. [`decide`] is the same for one unit of work and yields the [`Clearance`] without which
//! nothing can be recorded or signed. Preview, what-if and `explain` use [`judge`].
mod case;
mod choice;
mod clearance;
mod demand;
mod ladder;

pub use choice::{Choice, Pin, choose_tenants};
pub use clearance::{Bond, Clearance, Revisions};
pub use demand::{Clause, Demand, Means, Met, Origin};
pub use ladder::{Refusal, Step, rungs};

use crate::domain::{
    amr::{Acr, Evidence, Proof},
    client::Client,
    grant::{Grant, Session},
    ids::{PersonId, TenantId},
    person::Person,
    scope::Scope,
    tenant::Tenant,
    time::{Instant, Span},
};
use serde::Serialize;

/// The road on which somebody comes. It settles which ages count, and against which instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The authorization endpoint, with the person there since the visit began.
    Authorize { visit_began: Instant },
    /// A code is redeemed; the person was there when it was issued.
    Redeem { code_issued: Instant },
    /// Refresh, userinfo or introspection of a grant that ends with its session.
    Online,
    /// The same of a grant that outlives its session.
    Offline,
    /// No person: `client_credentials`.
    Machine,
    /// Our own account and console pages.
    OwnPages { visit_began: Instant },
}

/// What is wanted, by whom it may be had, and what this request itself demands.
#[derive(Clone, Debug)]
pub struct Wants {
    pub occasion: Occasion,
    pub scope: Scope,
    /// A scope of a registered resource is among them.
    pub resource_scope: bool,
    /// Clauses of the request: essential `acr` and `amr`, or our own pages' fresh code.
    pub demand: Demand,
    /// `acr_values`: wishes, met when any of them is.
    pub wishes: Vec<Acr>,
    /// `max_age` and `prompt=login` (zero): older proofs do not count at all for this request.
    pub fresh: Option<Span>,
    /// `id_token_hint`, `claims.id_token.sub`: only this person.
    pub only: Option<PersonId>,
    /// Which tenants this is for.
    pub tenants: Choice,
}

/// The stored rules: of each tenant it is for, and of the client.
#[derive(Clone, Debug)]
pub struct Rules {
    pub tenants: Vec<Tenant>,
    pub client: Client,
}

/// What the store knows about who asks. Only the store makes these up.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub person: Option<Person>,
    pub proofs: Vec<Proof>,
    pub grant: Option<Grant>,
    pub session: Option<Session>,
    pub consented: bool,
}

/// What is asked of the gate.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub rules: &'a Rules,
    pub wants: &'a Wants,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Person(PersonId),
    Machine,
}

/// One clause as it was judged in one tenant (none: it does not depend on a tenant).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub clause: Clause,
    pub tenant: Option<TenantId>,
    pub met: Met,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Clear,
    /// The person can put this right: send them to the matching page.
    Step(Step),
    /// Nobody at the door can put this right.
    Refused(Refusal),
}

/// A judgement without power: it explains, and opens nothing.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub outcome: Outcome,
    /// Every clause that was joined, met or not.
    pub reasons: Vec<Reason>,
    /// What counted.
    pub evidence: Evidence,
}

#[derive(Debug)]
#[must_use]
pub enum Verdict<'bond> {
    Cleared(Clearance<'bond>),
    Step(Step, Vec<Reason>),
    Refused(Refusal, Vec<Reason>),
}

/// What a clearance is made of. Private to the gate.
struct Judged {
    subject: Subject,
    evidence: Evidence,
    person_revision: Option<i64>,
    reasons: Vec<Reason>,
}

/// Judges without consequences.
pub fn judge(ask: Ask<'_>, facts: &Facts, now: Instant) -> Judgement {
    let case = case::Case::new(ask, facts, now);
    let outcome = ladder::climb(&case);
    Judgement { outcome, reasons: case.reasons(), evidence: case.evidence() }
}

/// Decides for one unit of work.
pub fn decide<'bond>(bond: &'bond Bond, ask: Ask<'_>, facts: &Facts, now: Instant) -> Verdict<'bond> {
    let judgement = judge(ask, facts, now);
    match judgement.outcome {
        Outcome::Step(step) => Verdict::Step(step, judgement.reasons),
        Outcome::Refused(refusal) => Verdict::Refused(refusal, judgement.reasons),
        Outcome::Clear => {
            let subject = match (ask.wants.occasion, &facts.person) {
                (Occasion::Machine, None) => Subject::Machine,
                (_, Some(person)) => Subject::Person(person.id.clone()),
                // The ladder lets nobody through who is neither; said again here so that it cannot be forgotten there.
                (_, None) => return Verdict::Step(Step::SignIn, judgement.reasons),
            };
            let judged = Judged {
                subject,
                evidence: judgement.evidence,
                person_revision: facts.person.as_ref().map(|p| p.revision),
                reasons: judgement.reasons,
            };
            Verdict::Cleared(Clearance::grant(bond, &ask, judged, now))
        }
    }
}
