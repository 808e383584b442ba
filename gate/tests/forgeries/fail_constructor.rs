//! Calling the gate's own constructor.
#![allow(unreachable_code)]
use ostiary_gate::domain::time::Instant;
use ostiary_gate::gate::{Ask, Bond, Clearance};

fn forge<'a>(bond: &'a Bond, ask: &Ask<'_>) -> Clearance<'a> {
    Clearance::grant(bond, ask, loop {}, Instant(0))
}

fn main() {}
