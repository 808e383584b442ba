//! A clinic's people: who belongs to it and in what role, how they come in, and how one is helped back in (RULES 1 and 6).
//! An admin acts on memberships only: never on a name, an address, a password or a number, and nothing of other clinics
//! is ever read here. Whatever could take a clinic's last admin away is counted under the clinic's lock.
mod help;
mod invite;
mod join;
mod list;
mod membership;
mod reset;
#[cfg(test)]
mod tests;

pub use help::{give_setup_code, waiting};
pub use invite::{address, invite, withdraw};
pub use join::{Invitation, Newcomer, NotJoined, accept, join, look, look_at_setup, set_up};
pub use list::{Listed, Somebody, list, somebody};
pub use membership::{Membering, change, change_by};
pub use reset::{Checked, NumberOnFile, ResetBy, number_on_file, reset, reset_by, waits_for_second};

use super::guard::Stop;
use crate::store::StoreError;
use ostiary_gate::domain::{Blame, time::Instant};

/// Why an act on somebody was not done.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    #[error(transparent)]
    Stop(#[from] Stop),
    /// Nobody of this clinic, or not in a state in which this can be done.
    #[error("nobody like this here")]
    NotHere,
    /// RULES 1: nothing takes a clinic's last admin away.
    #[error("this is the clinic's last admin")]
    LastAdmin,
    #[error("nobody does this to themselves")]
    Yourself,
    /// RULES 6: the number or the address changed within 72 hours; another admin must do the same.
    #[error("a second admin must agree")]
    SecondAdmin,
    /// There is no number, or one that proves nobody.
    #[error("the number on file cannot be called")]
    CannotCall,
    /// No page of this person shows these two words.
    #[error("nobody waits with these words")]
    NoSuchWords,
    #[error("not an address")]
    NotAnAddress,
    #[error("too many; paused")]
    PausedUntil(Instant),
}

impl From<StoreError> for PeopleError {
    fn from(fault: StoreError) -> Self {
        Self::Stop(Stop::Store(fault))
    }
}

impl Blame for PeopleError {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Stop(stop) if stop.is_ours())
    }
}
