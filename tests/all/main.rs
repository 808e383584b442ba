//! The test house: one binary, because each would link the whole world again.
//!
//! `architecture` reads our own source; `harness` holds what the black-box suites are built from. What drives a program
//! from outside lives in the outside world, so real time and randomness are allowed here and a failed test may panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::disallowed_methods)]
mod architecture;
mod bad_input;
mod cli;
mod console;
mod door;
mod endpoints;
mod enrolment;
mod gallery;
mod harness;
mod journeys;
mod letters;
mod tokens;
