//! `/login/recovery`: a backup code lets a person link a new authenticator, and nothing else (JOURNEYS A8.2).
use crate::views::{
    frame::{Fault, Frame, Page},
    words::Phrase,
};
use askama::Template;

#[derive(Template)]
#[template(path = "door/recovery.html")]
pub struct Recovery {
    pub frame: Frame,
    pub error: Option<RecoveryError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryError {
    Empty,
    /// Not 15 characters of the alphabet.
    NotACode,
    Wrong,
    Used,
    Throttled {
        minutes: u32,
    },
}

impl Page for Recovery {
    fn title(&self) -> Phrase {
        self.frame.t("recovery-title")
    }

    fn fault(&self) -> Option<Fault> {
        let at = |key| Fault::at("recovery_code", self.frame.t(key));
        Some(match self.error? {
            RecoveryError::Empty => at("recovery-empty"),
            RecoveryError::NotACode => at("recovery-not-a-code"),
            RecoveryError::Wrong => at("recovery-wrong"),
            RecoveryError::Used => at("recovery-used"),
            RecoveryError::Throttled { minutes } => {
                Fault::general(self.frame.t("code-throttled").count("minutes", minutes))
            }
        })
    }
}

/// The code was accepted, once. The only way on is to link a new phone.
#[derive(Template)]
#[template(path = "door/recovered.html")]
pub struct Recovered {
    pub frame: Frame,
    pub codes_left: u32,
}

impl Page for Recovered {
    fn title(&self) -> Phrase {
        self.frame.t("recovered-title")
    }
}
