//! Reading one from text.
use ostiary_gate::gate::Clearance;

fn read<'de, T: serde::Deserialize<'de>>() {}

fn forge() {
    read::<Clearance<'static>>();
}

fn main() {}
