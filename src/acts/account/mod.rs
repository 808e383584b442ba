//! What a person sees and does about themselves: their sessions, apps, password, codes, authenticator and number, and the
//! fresh code that most of it asks for (JOURNEYS A11, RULES 1 and 5). Judged by the join of all their clinics.
mod apps;
mod confirm;
mod own;
mod replace;
mod secrets;
mod sessions;
#[cfg(test)]
mod tests;

pub use apps::{AllowedApp, PausedApp, apps, resume, withdraw};
pub use confirm::{ConfirmError, confirm};
pub use own::{Own, OwnSession, own};
pub use replace::{Linking, NotReplaced, begin_replacing, remove_authenticator, replace};
pub use secrets::{NewCodes, change_details, change_password, change_phone, codes_saved, make_codes};
pub use sessions::{sign_out_everywhere, sign_out_of};

use super::{enrol::number::NoNumber, guard::Stop, hashing::Busy};
use crate::{crypto::Fault, factors::password::TooWeak, store::StoreError};
use ostiary_gate::domain::Blame;

/// Why something of one's own was not done.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error(transparent)]
    Stop(#[from] Stop),
    /// Not this person's, ended, or nothing of the kind.
    #[error("nothing like this of yours")]
    NotYours,
    #[error(transparent)]
    Password(#[from] TooWeak),
    #[error("the new password is the old one")]
    SamePassword,
    #[error("a name is missing")]
    NoName,
    #[error(transparent)]
    Number(#[from] NoNumber),
    /// RULES 5: not within 24 hours of a first binding or a recovery.
    #[error("too soon after an authenticator was bound")]
    TooSoon,
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StoreError> for AccountError {
    fn from(fault: StoreError) -> Self {
        Self::Stop(Stop::Store(fault))
    }
}

impl From<Fault> for AccountError {
    fn from(fault: Fault) -> Self {
        StoreError::Crypto(fault.to_string()).into()
    }
}

impl Blame for AccountError {
    fn is_ours(&self) -> bool {
        match self {
            Self::Stop(stop) => stop.is_ours(),
            Self::Busy(_) => true,
            Self::NotYours
            | Self::Password(_)
            | Self::SamePassword
            | Self::NoName
            | Self::Number(_)
            | Self::TooSoon => false,
        }
    }
}
