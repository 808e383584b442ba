//! Set-up: what a half session may do on its way to an authenticator that counts (RULES 6). Show what you have, complete
//! what is missing, show what is demanded. Owns where somebody stands, the phone number, the pending secret and its
//! confirmation, the backup codes. Opens nothing: after each act the gate is asked anew.
pub mod codes;
mod first_binding;
pub mod link;
pub mod number;
pub mod phone;
mod scene;
#[cfg(test)]
pub(in crate::acts) mod tests;

pub use first_binding::Asks;
pub(super) use scene::begin_counting;
pub use scene::{Scene, begin, look};

use crate::{crypto::Fault, factors::totp::NoCode, store::StoreError};
use number::NoNumber;
use ostiary_gate::domain::{
    Blame,
    time::{Instant, Span},
};

/// Where somebody stands. Each is a page, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// They have an authenticator and have not shown it.
    ShowOwn,
    SetUpCode,
    MailCode,
    Phone,
    App,
    Link,
    Codes,
    /// Nothing is left to set up here: ask the gate.
    Elsewhere,
}

/// Why a step of set-up was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotEnrolled {
    /// Ended, run out, or of another browser.
    #[error("this visit is over")]
    VisitOver,
    /// It is not this step's turn: reached by Back, another tab, or a forged form.
    #[error("another step is next: {0:?}")]
    Next(Place),
    #[error(transparent)]
    Number(#[from] NoNumber),
    /// A number on file changes only with a second factor or a set-up code.
    #[error("the number on file may not be changed here")]
    NumberStays,
    /// What was typed is no code; no try was counted.
    #[error(transparent)]
    NoCode(#[from] NoCode),
    /// `again`: at least the third time in this visit. `drift`: how far ahead of ours the phone's clock seems to be.
    #[error("the code does not fit")]
    WrongCode { again: bool, drift: Option<Span> },
    /// The secret that this browser was shown is too old, or was dropped: there is a new one to link.
    #[error("there is a new key to link")]
    NewKey,
    #[error("too many tries; paused")]
    PausedUntil(Instant),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NotEnrolled {
    fn is_ours(&self) -> bool {
        match self {
            Self::Store(_) => true,
            Self::VisitOver
            | Self::Next(_)
            | Self::Number(_)
            | Self::NumberStays
            | Self::NoCode(_)
            | Self::WrongCode { .. }
            | Self::NewKey
            | Self::PausedUntil(_) => false,
        }
    }
}

impl From<Fault> for NotEnrolled {
    fn from(fault: Fault) -> Self {
        Self::Store(StoreError::Crypto(fault.to_string()))
    }
}
