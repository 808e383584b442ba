//! Time-based one-time codes (RFC 6238): SHA-1, six digits, 30 seconds, the one form every authenticator app
//! understands. Owns seeds, the reading of codes and their check; the store keeps the last accepted step and spends the
//! new one.
mod enrolment;
mod seed;

pub use enrolment::{Enrolment, enrolment};
pub use seed::{NotASeed, Seed};

use super::{
    Factor, Verified,
    recovery::RecoveryCode,
    typed::{self, Unreadable},
};
use ostiary_gate::domain::{
    amr::{self, Reach, Reference},
    ids::AuthenticatorId,
    time::{Instant, Span},
};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// The length of a step in seconds (RFC 6238 §5.2).
pub const STEP_SECONDS: i64 = 30;
/// Steps accepted before and after the current one: one, for clocks that drift and fingers that are slow (RFC 6238 §6,
///
pub const WINDOW: i64 = 1;
/// How far [`drift`] looks, in steps.
const DRIFT: i64 = 10;

/// Of this factor in [`super::FACTORS`].
pub struct Totp;

impl Factor for Totp {
    fn slug(&self) -> &'static str {
        "totp"
    }
    fn field(&self) -> &'static str {
        "code"
    }
    fn reference(&self) -> Reference {
        Reference::Otp
    }
    fn is_second(&self) -> bool {
        true
    }
}

/// Six digits as typed by somebody. Every spelling of one code is the same value, so limits and replay are keyed on the
/// code and not on its spelling.
pub struct Code([u8; 6]);

/// Reads what was typed into the field for the code.
pub fn read(text: &str) -> Result<Code, NoCode> {
    match typed::six_digits(text) {
        Ok(digits) => Ok(Code(digits)),
        Err(Unreadable::Empty) => Err(NoCode::Empty),
        Err(Unreadable::Malformed) if RecoveryCode::read(text).is_ok() => Err(NoCode::LooksLikeRecoveryCode),
        Err(Unreadable::Malformed) => Err(NoCode::Malformed),
    }
}

/// What was typed is no six-digit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCode {
    #[error("nothing was typed")]
    Empty,
    #[error("not six digits")]
    Malformed,
    /// Fifteen characters of the other alphabet: the person is on the wrong page and should be led to the right one.
    #[error("a recovery code, not a six-digit code")]
    LooksLikeRecoveryCode,
}

/// An authenticator as stored.
pub struct Enrolled<'a> {
    pub seed: &'a Seed,
    /// The last step that was accepted; 0 if none was.
    pub last_step: i64,
    pub authenticator: &'a AuthenticatorId,
    pub reach: &'a Reach,
}

/// A code was right. The store must still spend the step, `where last_step < step`, before anything is answered.
#[must_use = "a step that is not spent can be replayed"]
pub struct Accepted {
    pub verified: Verified,
    pub step: i64,
}

/// Checks a code: those of the step before, the current one and the one after are right, unless that step or a later
/// one was accepted already (RFC 6238 §5.2). Takes the same time whichever is right, if any.
pub fn check(enrolled: &Enrolled<'_>, code: &Code, now: Instant) -> Result<Accepted, Wrong> {
    let current = step_at(now);
    // Of two steps with the same code the later counts, so that the code is not good again when its turn comes.
    let step = matching(enrolled.seed, code, current - WINDOW..=current + WINDOW).ok_or(Wrong::Mismatch)?;
    if step <= enrolled.last_step {
        return Err(Wrong::Replayed);
    }
    let verified = Verified {
        factor: amr::Factor::Totp,
        at: now,
        authenticator: Some(enrolled.authenticator.clone()),
        reach: enrolled.reach.clone(),
    };
    Ok(Accepted { verified, step })
}

/// Why a code was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("not the code")]
    Mismatch,
    /// Right once. The person should wait for the next one.
    #[error("the code has been used")]
    Replayed,
}

/// How far ahead of ours the phone's clock seems to be, behind if negative, in whole steps, when a code that did not
/// match was right up to five minutes ago or will be within five. To explain a failed enrolment, never to accept
/// anything.
pub fn drift(seed: &Seed, code: &Code, now: Instant) -> Option<Span> {
    let current = step_at(now);
    let early = matching(seed, code, current - DRIFT..=current - WINDOW - 1);
    let late = matching(seed, code, current + WINDOW + 1..=current + DRIFT);
    let steps = [early, late].into_iter().flatten().map(|step| step - current).min_by_key(|steps| steps.abs())?;
    Some(Span::seconds(steps * STEP_SECONDS))
}

/// The code of a seed at an instant: for the demo and for tests, which have no phone.
pub fn code_at(seed: &Seed, now: Instant) -> String {
    seed.code_of(step_at(now))
}

fn step_at(now: Instant) -> i64 {
    now.as_seconds().div_euclid(STEP_SECONDS)
}

/// The last of `steps` whose code this is. Looks at all of them, always.
fn matching(seed: &Seed, code: &Code, steps: std::ops::RangeInclusive<i64>) -> Option<i64> {
    let (mut found, mut at) = (Choice::from(0), 0);
    for step in steps {
        let right = seed.code_of(step).as_bytes().ct_eq(&code.0) & Choice::from(u8::from(step > 0));
        at.conditional_assign(&step, right);
        found |= right;
    }
    bool::from(found).then_some(at)
}

#[cfg(test)]
mod tests;
