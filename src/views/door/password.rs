//! `/login/forgot` and `/login/reset`. Neither says whether an address is known.
use crate::views::{
    frame::{Fault, Frame, Page},
    words::Phrase,
};
use askama::Template;

#[derive(Template)]
#[template(path = "door/forgot.html")]
pub struct Forgot {
    pub frame: Frame,
    pub email: String,
    pub error: Option<ForgotError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgotError {
    Empty,
    NotAnAddress,
    Throttled { minutes: u32 },
}

impl Page for Forgot {
    fn title(&self) -> Phrase {
        self.frame.t("forgot-title")
    }

    fn fault(&self) -> Option<Fault> {
        Some(match self.error? {
            ForgotError::Empty => Fault::at("email", self.frame.t("sign-in-no-username")),
            ForgotError::NotAnAddress => Fault::at("email", self.frame.t("email-not-an-address")),
            ForgotError::Throttled { minutes } => Fault::general(self.frame.t("throttled").count("minutes", minutes)),
        })
    }
}

/// The same page for known and unknown addresses.
#[derive(Template)]
#[template(path = "door/forgot_sent.html")]
pub struct ForgotSent {
    pub frame: Frame,
    /// As it was typed.
    pub email: String,
}

impl Page for ForgotSent {
    fn title(&self) -> Phrase {
        self.frame.t("forgot-sent-title")
    }
}

/// The mailed link leads here.
#[derive(Template)]
#[template(path = "door/reset.html")]
pub struct Reset {
    pub frame: Frame,
    /// The link's token; the form brings it back.
    pub token: String,
    /// For password managers only.
    pub username: String,
    pub error: Option<NewPasswordError>,
}

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPasswordError {
    Empty,
    TooShort {
        at_least: u32,
    },
    TooLong {
        at_most: u32,
    },
    /// Guessable: a common word, a pattern, the person's own name or address.
    TooEasy,
    SameAsBefore,
}

impl NewPasswordError {
    pub(in crate::views) fn fault(self, frame: &Frame) -> Fault {
        let text = match self {
            Self::Empty => frame.t("new-password-empty"),
            Self::TooShort { at_least } => frame.t("new-password-too-short").count("n", at_least),
            Self::TooLong { at_most } => frame.t("new-password-too-long").count("n", at_most),
            Self::TooEasy => frame.t("new-password-too-easy"),
            Self::SameAsBefore => frame.t("new-password-same"),
        };
        Fault::at("new_password", text)
    }
}

impl Page for Reset {
    fn title(&self) -> Phrase {
        self.frame.t("reset-title")
    }

    fn fault(&self) -> Option<Fault> {
        Some(self.error?.fault(&self.frame))
    }
}
