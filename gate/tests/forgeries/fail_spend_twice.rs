//! Spending one twice.
use ostiary_gate::gate::Clearance;

fn spend(_: Clearance<'_>) {}

fn forge(one: Clearance<'_>) {
    spend(one);
    spend(one);
}

fn main() {}
