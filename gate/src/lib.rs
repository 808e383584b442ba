//! May a token leave? This crate answers that and nothing else.
//!
//! [`domain`] says what is true about tenants, people, clients and proofs; [`gate`] decides over it. Both are pure: no
//! clock, no dice, no SQL, no HTTP, no async. Being a crate of its own makes privacy a wall: nothing outside can build a
//! [`gate::Clearance`], and `tests/forgeries` tries.
#![deny(clippy::wildcard_enum_match_arm)]

pub mod domain;
pub mod gate;
