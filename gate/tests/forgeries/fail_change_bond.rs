//! Giving the bond of this unit of work the serial of another.
use ostiary_gate::gate::Bond;

fn forge(bond: &mut Bond, other: &Bond) {
    bond.serial = other.serial();
}

fn main() {}
