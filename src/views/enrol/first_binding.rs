//! What a first binding asks besides the password: `/enrol/mail-code` and `/enrol/setup-code` (RULES 6).
use crate::views::{
    frame::{Fault, Frame, Helpers, Page},
    words::Phrase,
};
use askama::Template;

/// "We sent a code to s•••@riverside.example."
#[derive(Template)]
#[template(path = "enrol/mail_code.html")]
pub struct MailCode {
    pub frame: Frame,
    /// The address, masked by the caller.
    pub address: String,
    /// The code was sent a second time.
    pub sent_again: bool,
    pub error: Option<MailCodeError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailCodeError {
    Empty,
    NotSixDigits,
    Wrong,
    /// Older than its ten minutes, or its five tries are used up: a new one is on its way.
    Expired,
    /// Too many mails in this hour.
    Throttled {
        minutes: u32,
    },
}

impl Page for MailCode {
    fn title(&self) -> Phrase {
        self.frame.t("mail-code-title")
    }

    fn fault(&self) -> Option<Fault> {
        let at = |key| Fault::at("mail_code", self.frame.t(key));
        Some(match self.error? {
            MailCodeError::Empty => at("mail-code-empty"),
            MailCodeError::NotSixDigits => at("code-not-six-digits"),
            MailCodeError::Wrong => at("mail-code-wrong"),
            MailCodeError::Expired => at("mail-code-expired"),
            MailCodeError::Throttled { minutes } => Fault::general(self.frame.t("throttled").count("minutes", minutes)),
        })
    }
}

/// The admin reads a code out; two words on both screens show that it is for this visit.
#[derive(Template)]
#[template(path = "enrol/setup_code.html")]
pub struct SetupCode {
    pub frame: Frame,
    pub words: (String, String),
    pub helpers: Helpers,
    pub error: Option<SetupCodeError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupCodeError {
    Empty,
    /// Not 12 characters of the alphabet.
    NotACode,
    Wrong,
    /// Older than its 15 minutes, or its five tries are used up.
    Expired,
    Throttled {
        minutes: u32,
    },
}

impl SetupCode {
    fn helpers(&self) -> String {
        self.helpers.said(&self.frame)
    }
}

impl Page for SetupCode {
    fn title(&self) -> Phrase {
        self.frame.t("setup-code-title")
    }

    fn fault(&self) -> Option<Fault> {
        let at = |key| Fault::at("setup_code", self.frame.t(key));
        Some(match self.error? {
            SetupCodeError::Empty => at("setup-code-empty"),
            SetupCodeError::NotACode => at("setup-code-not-a-code"),
            SetupCodeError::Wrong => at("setup-code-wrong"),
            SetupCodeError::Expired => at("setup-code-expired"),
            SetupCodeError::Throttled { minutes } => {
                Fault::general(self.frame.t("throttled").count("minutes", minutes))
            }
        })
    }
}
