//! Adding an `amr` value that was never shown, through what the clearance lends.
use ostiary_gate::domain::amr::Reference;
use ostiary_gate::gate::Clearance;

fn forge(one: &mut Clearance<'_>) {
    one.references().insert(Reference::Otp);
}

fn main() {}
