//! Adding a factor that was never shown.
use ostiary_gate::domain::amr::Evidence;
use ostiary_gate::gate::Clearance;

fn forge<'a>(mut one: Clearance<'a>, better: Evidence) -> Clearance<'a> {
    one.evidence = better;
    one
}

fn main() {}
