//! The edge over a real store: what every answer carries, who may post a form, and the way from `/authorize` to a code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod door;
mod edge;
mod enrol;
mod letters;
mod logout;
