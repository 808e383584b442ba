//! Why a verb did not do what it was asked: a message that names the next step, and an exit code. 1: refused or failed;
//! 2: asked wrongly.
use super::config::Wrong;
use crate::{crypto::root::NoRootKey, mint::MintError, store::StoreError};
use std::{fmt, process::ExitCode};

pub struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    pub fn refused(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }

    pub fn code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<StoreError> for Failure {
    fn from(why: StoreError) -> Self {
        Self::refused(match why {
            StoreError::Refused(why) => why,
            StoreError::Busy => "the database is busy: nothing was changed, try again".into(),
            StoreError::Unknown => "the disk did not answer in time: look before you try again".into(),
            StoreError::Postgres(why) => format!("the database cannot be used: {why}"),
            other => other.to_string(),
        })
    }
}

impl From<NoRootKey> for Failure {
    fn from(why: NoRootKey) -> Self {
        Self::refused(why.to_string())
    }
}

impl From<Wrong> for Failure {
    fn from(why: Wrong) -> Self {
        Self::usage(why.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(why: std::io::Error) -> Self {
        Self::refused(why.to_string())
    }
}

impl From<MintError> for Failure {
    fn from(why: MintError) -> Self {
        match why {
            MintError::Store(why) => why.into(),
            other => Self::refused(other.to_string()),
        }
    }
}
