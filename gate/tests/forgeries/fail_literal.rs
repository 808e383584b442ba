//! Writing a clearance down, field by field.
use ostiary_gate::domain::{amr::Evidence, ids::ClientId, time::Instant};
use ostiary_gate::gate::{Bond, Clearance, Revisions, Subject};

fn forge<'a>(bond: &'a Bond, client: ClientId, subject: Subject, revisions: Revisions) -> Clearance<'a> {
    let evidence = Evidence::default();
    Clearance {
        bond,
        client,
        subject,
        references: evidence.references(),
        evidence,
        revisions,
        decided_at: Instant(0),
        reasons: Vec::new(),
    }
}

fn main() {}
