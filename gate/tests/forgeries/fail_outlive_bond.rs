//! Keeping one after its unit of work is over.
use ostiary_gate::domain::time::Instant;
use ostiary_gate::gate::{Ask, Bond, Clearance, Facts, Verdict, decide};

fn forge(ask: Ask<'_>, facts: &Facts) -> Option<u64> {
    let kept: Clearance<'_> = {
        let bond = Bond::new(1);
        match decide(&bond, ask, facts, Instant(0)) {
            Verdict::Cleared(clearance) => clearance,
            Verdict::Step(..) | Verdict::Refused(..) => return None,
        }
    };
    Some(kept.bond().serial())
}

fn main() {}
