//! Proof that the gate said yes, and the bond that ties it to one unit of work.
use super::{Ask, Judged, Subject};
use crate::domain::{
    amr::{Evidence, Reference},
    ids::{ClientId, PersonId, TenantId},
    time::Instant,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// One per unit of work, made by the store when the unit begins. A clearance borrows it, so it cannot outlive the unit,
/// and carries its serial, so it cannot be spent in another.
#[derive(Debug)]
pub struct Bond {
    serial: u64,
}

impl Bond {
    /// For the store alone, which gives every unit of work of this process another serial (an architecture test says so).
    pub fn new(serial: u64) -> Self {
        Self { serial }
    }

    pub fn serial(&self) -> u64 {
        self.serial
    }
}

/// The editions of everything a decision rested on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Revisions {
    pub tenants: Vec<(TenantId, i64)>,
    pub client: i64,
    pub person: Option<i64>,
}

/// One yes, for one issuance in one unit of work. No `Clone`, no `Default`, no deserialising: spend it or drop it.
#[derive(Debug)]
#[must_use]
pub struct Clearance<'bond> {
    bond: &'bond Bond,
    client: ClientId,
    subject: Subject,
    evidence: Evidence,
    references: BTreeSet<Reference>,
    revisions: Revisions,
    decided_at: Instant,
    reasons: Vec<super::Reason>,
}

impl<'bond> Clearance<'bond> {
    pub(super) fn grant(bond: &'bond Bond, ask: &Ask<'_>, judged: Judged, now: Instant) -> Self {
        let rules = ask.rules;
        Self {
            bond,
            client: rules.client.id.clone(),
            subject: judged.subject,
            references: judged.evidence.references(),
            evidence: judged.evidence,
            revisions: Revisions {
                tenants: rules.tenants.iter().map(|t| (t.id.clone(), t.revision)).collect(),
                client: rules.client.revision,
                person: judged.person_revision,
            },
            decided_at: now,
            reasons: judged.reasons,
        }
    }

    pub fn bond(&self) -> &Bond {
        self.bond
    }
    pub fn client(&self) -> &ClientId {
        &self.client
    }
    pub fn subject(&self) -> &Subject {
        &self.subject
    }
    pub fn person(&self) -> Option<&PersonId> {
        match &self.subject {
            Subject::Person(person) => Some(person),
            Subject::Machine => None,
        }
    }
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
    pub fn references(&self) -> &BTreeSet<Reference> {
        &self.references
    }
    pub fn auth_time(&self) -> Option<Instant> {
        self.evidence.auth_time()
    }
    pub fn revisions(&self) -> &Revisions {
        &self.revisions
    }
    pub fn decided_at(&self) -> Instant {
        self.decided_at
    }
    pub fn reasons(&self) -> &[super::Reason] {
        &self.reasons
    }
}
