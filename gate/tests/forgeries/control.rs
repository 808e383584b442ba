//! The honest way: the gate decides, the clearance is spent once, within its unit of work.
#![forbid(unsafe_code)]
use ostiary_gate::domain::time::Instant;
use ostiary_gate::gate::{Ask, Bond, Clearance, Facts, Revisions, Verdict, decide};

fn spend(clearance: Clearance<'_>) -> Revisions {
    clearance.revisions().clone()
}

pub fn issue(ask: Ask<'_>, facts: &Facts, now: Instant) -> Option<Revisions> {
    let bond = Bond::new(1);
    match decide(&bond, ask, facts, now) {
        Verdict::Cleared(clearance) => Some(spend(clearance)),
        Verdict::Step(..) | Verdict::Refused(..) => None,
    }
}

fn main() {}
