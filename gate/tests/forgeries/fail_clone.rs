//! Making two of one.
use ostiary_gate::gate::Clearance;

fn forge<'a>(one: &Clearance<'a>) -> Clearance<'a> {
    Clone::clone(one)
}

fn main() {}
