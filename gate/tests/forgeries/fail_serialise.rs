//! Writing one to text, to be carried elsewhere.
use ostiary_gate::gate::Clearance;

fn write<T: serde::Serialize>(_: &T) {}

fn forge(one: &Clearance<'_>) {
    write(one);
}

fn main() {}
