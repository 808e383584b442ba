//! Passwords: hashed with argon2id, checked at the same price whether or not the person exists, judged when chosen.
//! Owns the parameters and the rules; the bounded pool it must run on is the caller's.
mod imported;
mod rules;
#[cfg(test)]
mod tests;

pub use imported::{NotAccepted, accept_import};
pub use rules::{MAX_BYTES, MIN_CHARACTERS, TooWeak, judge_new};

use super::{Factor, Verified};
use crate::crypto::{Fault, dice::Dice};
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::{Output, PasswordHash},
};
use ostiary_gate::domain::{
    Blame,
    amr::{self, Reach, Reference},
    secret::Secret,
    time::Instant,
};

/// Memory in KiB, passes, lanes: the least that OWASP recommends for argon2id, about 20 ms of one core.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// What one of our own hashes costs, in KiB written.
const WORK: u32 = MEMORY * PASSES;

/// Of this factor in [`super::FACTORS`].
pub struct Password;

impl Factor for Password {
    fn slug(&self) -> &'static str {
        "password"
    }
    fn field(&self) -> &'static str {
        "password"
    }
    fn reference(&self) -> Reference {
        Reference::Pwd
    }
    fn is_second(&self) -> bool {
        false
    }
}

/// Hashes a new password: a PHC string with a salt of 128 bits. Dear on purpose; run it on the pool.
pub fn hash(password: &Secret, dice: &dyn Dice) -> Result<String, Fault> {
    let mut salt = [0; 16];
    dice.fill(&mut salt)?;
    let made = ours()?.hash_password_with_salt(password.expose().as_bytes(), &salt);
    made.map(|phc| phc.to_string()).map_err(|_| Fault("hashing a password"))
}

/// Checks an attempt against the stored PHC string; `None` is a person who does not exist or has no password, and costs
/// the same. The whole attempt is hashed, however long: nothing is cut (SP 800-63B-4 §3.1.1.2).
///
/// An imported hash that is cheaper than ours is topped up to the same price, right or wrong. One that is dearer takes
/// longer than an unknown name until its person's next sign-in replaces it ([`is_outdated`]).
pub fn check(phc: Option<&str>, attempt: &Secret, now: Instant) -> Result<Verified, Wrong> {
    let attempt = attempt.expose().as_bytes();
    let Some(phc) = phc else {
        spend(WORK, attempt)?;
        return Err(Wrong::Mismatch);
    };
    let Some(stored) = imported::within_limits(phc) else {
        spend(WORK, attempt)?;
        return Err(Wrong::Unreadable);
    };
    let answer = ours()?.verify_password(attempt, &stored.phc);
    spend(WORK.saturating_sub(stored.work), attempt)?;
    match answer {
        Ok(()) => {
            let reach = Reach::everywhere();
            Ok(Verified { factor: amr::Factor::Password, at: now, authenticator: None, reach })
        }
        Err(argon2::password_hash::Error::PasswordInvalid) => Err(Wrong::Mismatch),
        Err(_) => Err(Wrong::Unreadable),
    }
}

/// Whether a hash that was just shown to be right should be replaced by one of today's parameters.
pub fn is_outdated(phc: &str) -> bool {
    imported::within_limits(phc).is_none_or(|stored| !stored.is_ours)
}

/// Why a password was not accepted. The person is told the same either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("not the password")]
    Mismatch,
    /// Somebody wrote what is no hash, or one too dear to compute. Closed, and the operator should know.
    #[error("the stored password hash cannot be read")]
    Unreadable,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Blame for Wrong {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Fault(_))
    }
}

fn ours() -> Result<Argon2<'static>, Fault> {
    with(MEMORY, PASSES)
}

fn with(memory: u32, passes: u32) -> Result<Argon2<'static>, Fault> {
    let params = Params::new(memory, passes, LANES, Some(Output::MAX_LENGTH / 2));
    params.map(|params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params)).map_err(|_| Fault("argon2"))
}

/// Does the work of a hash for nothing. Less than what can be measured is left out.
fn spend(work: u32, attempt: &[u8]) -> Result<(), Fault> {
    let (memory, passes) = if work == WORK { (MEMORY, PASSES) } else { (work, 1) };
    if work < 64 {
        return Ok(());
    }
    let mut out = [0; Output::MAX_LENGTH / 2];
    let spent = with(memory, passes)?.hash_password_into(attempt, b"nobody's password", &mut out);
    std::hint::black_box(out);
    spent.map_err(|_| Fault("hashing a password"))
}

/// A stored hash that may be computed.
struct Stored {
    phc: PasswordHash,
    /// In KiB written.
    work: u32,
    is_ours: bool,
}
