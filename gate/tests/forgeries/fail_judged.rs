//! Building what a clearance is made of.
use ostiary_gate::domain::amr::Evidence;
use ostiary_gate::gate::{Judged, Subject};

fn forge(subject: Subject) -> Judged {
    Judged { subject, evidence: Evidence::default(), person_revision: None, reasons: Vec::new() }
}

fn main() {}
