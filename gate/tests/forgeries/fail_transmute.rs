//! Taking bytes for one. The workspace forbids `unsafe`, and what is forbidden cannot be allowed again.
#![forbid(unsafe_code)]
use ostiary_gate::gate::Clearance;

fn forge(bytes: [u8; size_of::<Clearance<'static>>()]) -> Clearance<'static> {
    unsafe { std::mem::transmute(bytes) }
}

fn main() {}
