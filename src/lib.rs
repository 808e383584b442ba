//! Ostiary, the doorkeeper: an OpenID Connect provider for software that serves many clinics.
//!
//! The rooms, from the ground up; a room looks only into rooms listed before it (`tests/all/architecture.rs` says so).
//! `domain` and `gate` are the crate [`ostiary_gate`]. `docs/house.md` is the map.
pub mod crypto;
pub mod factors;
pub mod protocol;
pub mod store;
pub mod mint;
pub mod porter;
pub mod outgoing;
pub mod acts;
pub mod grants;
pub mod views;
pub mod jobs;
pub mod http;
pub mod cli;
pub mod demo;
