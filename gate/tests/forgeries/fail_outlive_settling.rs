//! Settling the unit of work, which ends its bond, and spending afterwards.
use ostiary_gate::domain::time::Instant;
use ostiary_gate::gate::{Ask, Bond, Clearance, Facts, Verdict, decide};

fn settle(_: Bond) {}
fn spend(_: Clearance<'_>) {}

fn forge(bond: Bond, ask: Ask<'_>, facts: &Facts) {
    let Verdict::Cleared(clearance) = decide(&bond, ask, facts, Instant(0)) else { return };
    settle(bond);
    spend(clearance);
}

fn main() {}
