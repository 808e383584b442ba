//! Ostiary, the doorkeeper: an OpenID Connect provider for software that serves many clinics.
//!
//! The rooms, from the ground up; a room looks only into rooms listed before it (`tests/all/architecture.rs` says so).
//! `domain` and `gate` are the crate [`ostiary_gate`]. `docs/house.md` is the map.
pub mod acts;
pub mod cli;
pub mod crypto;
pub mod demo;
pub mod factors;
pub mod grants;
pub mod http;
pub mod jobs;
pub mod mint;
pub mod outgoing;
pub mod porter;
pub mod protocol;
pub mod store;
pub mod views;
