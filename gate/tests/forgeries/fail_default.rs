//! Asking for an empty one.
use ostiary_gate::gate::Clearance;

fn forge() -> Clearance<'static> {
    Default::default()
}

fn main() {}
