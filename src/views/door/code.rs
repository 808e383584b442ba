//! `/login/totp`, and the same question before an act at `/account/confirm` and `/console/confirm` (JOURNEYS A2, A12).
use crate::views::{
    frame::{Fault, Frame, Page},
    reasons::Reason,
    words::Phrase,
};
use askama::Template;

/// One text field, no six boxes, no sending by script.
#[derive(Template)]
#[template(path = "door/code.html")]
pub struct Code {
    pub frame: Frame,
    pub purpose: Purpose,
    /// What the entry in the app is called: the clinic, or the vendor where a person belongs to several.
    pub entry: String,
    pub reasons: Vec<Reason>,
    pub error: Option<CodeError>,
}

/// What the code is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    SignIn,
    /// A fresh code before an act on one's own account; `then` comes back with the form.
    Account {
        then: String,
    },
    /// A fresh code before an act in the console.
    Console {
        then: String,
    },
}

impl Purpose {
    fn action(&self) -> &'static str {
        match self {
            Self::SignIn => "/login/totp",
            Self::Account { .. } => "/account/confirm",
            Self::Console { .. } => "/console/confirm",
        }
    }

    fn submit_id(&self) -> &'static str {
        match self {
            Self::SignIn => "totp-submit",
            Self::Account { .. } | Self::Console { .. } => "stepup-submit",
        }
    }

    /// Where nothing was changed.
    fn back(&self) -> Option<&'static str> {
        match self {
            Self::SignIn => None,
            Self::Account { .. } => Some("/account"),
            Self::Console { .. } => Some("/console"),
        }
    }

    fn then(&self) -> Option<&str> {
        match self {
            Self::SignIn => None,
            Self::Account { then } | Self::Console { then } => Some(then),
        }
    }
}

/// JOURNEYS A12.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    Empty,
    NotSixDigits,
    Wrong,
    /// Wrong for the third time: the two usual causes are named.
    WrongAgain,
    Replayed,
    Throttled {
        minutes: u32,
    },
    /// Twenty wrong in a row: only a backup code or the clinic helps.
    Stopped,
    /// What was typed looked like a backup code and had been used.
    BackupCodeUsed,
    Busy,
}

impl CodeError {
    /// The fault at the field `code`; `entry` is the name of the entry in the app.
    pub(in crate::views) fn fault(self, frame: &Frame, entry: &str) -> Fault {
        let t = |key| frame.t(key);
        match self {
            Self::Empty => Fault::at("code", t("code-empty")),
            Self::NotSixDigits => Fault::at("code", t("code-not-six-digits")),
            Self::Wrong => Fault::at("code", t("code-wrong")),
            Self::WrongAgain => Fault::at("code", t("code-wrong-again").with("entry", entry)),
            Self::Replayed => Fault::at("code", t("code-replayed")),
            Self::Throttled { minutes } => Fault::general(t("code-throttled").count("minutes", minutes)),
            Self::Stopped => Fault::general(t("code-stopped")),
            Self::BackupCodeUsed => Fault::at("code", t("recovery-used")),
            Self::Busy => Fault::general(t("busy")),
        }
    }
}

impl Page for Code {
    fn title(&self) -> Phrase {
        match self.purpose {
            Purpose::SignIn => self.frame.t("code-title"),
            Purpose::Account { .. } | Purpose::Console { .. } => self.frame.t("code-title-confirm"),
        }
    }

    fn fault(&self) -> Option<Fault> {
        Some(self.error?.fault(&self.frame, &self.entry))
    }
}
