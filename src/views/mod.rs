//! Pages and mails: words and askama structs. Pure: renders what it is given; never reads a clock, a store or a request.
//!
//! Every page is a struct with a [`frame::Frame`] whose state cannot be wrong; `askama::Template::render` makes the HTML.
#![allow(clippy::trivially_copy_pass_by_ref, reason = "templates hand references to what they call")]

pub mod account;
pub mod assets;
pub mod changes;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod checks;
pub mod console;
pub mod countries;
pub mod door;
pub mod enrol;
pub mod frame;
pub mod gallery;
pub mod join;
pub mod leave;
pub mod log;
pub mod mail;
pub mod qr;
pub mod reasons;
pub mod trouble;
pub mod when;
pub mod words;
