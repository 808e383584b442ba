//! What black-box tests are built from: the real program, databases, clocks, mailboxes and browsers, each made for one
//! test and gone with it. Knows the contracts of the product (environment, ports, files), never its insides.
#![allow(dead_code)] // Building blocks: not every suite uses every one.
pub mod chromium;
pub mod client;
pub mod clock;
pub mod cookies;
pub mod demo;
pub mod mail;
pub mod page;
pub mod pg;
pub mod ports;
mod selftest;
pub mod server;

use std::env;

/// The tenants, people and clients of the abuse cases and journeys, in the language of `ostiary apply`.
pub const FIXTURE: &str = include_str!("../fixture.toml");

/// Whether a thing that tests need must be here: on CI, and when `variable` is set. A skipped test is no test.
pub fn must_be_here(variable: &str) -> bool {
    env::var("CI").is_ok_and(|ci| ci == "true") || env::var_os(variable).is_some_and(|v| !v.is_empty())
}

/// Says that a test did not run, or refuses to leave it out.
pub fn skip(variable: &str, missing: &str) {
    assert!(!must_be_here(variable), "{missing} is missing, and it must not be (tests/run brings it)");
    println!("skipped: {missing} is missing (tests/run brings it)");
}

/// The 6-digit code that an authenticator app with this secret shows at `at` (RFC 6238, SHA-1, 30 s).
pub fn totp(secret_base32: &str, at: jiff::Timestamp) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret_base32).expect("a base32 secret");
    let seconds = u64::try_from(at.as_second()).expect("an instant after 1970");
    totp_rs::Builder::new().with_secret(secret).build().expect("a usable secret").generate(seconds).to_string()
}
