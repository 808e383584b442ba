//! `/login` (JOURNEYS A1).
use crate::views::{
    frame::{Fault, Frame, Page},
    words::Phrase,
};
use askama::Template;

/// Both fields on one page, so that password managers fill at once.
#[derive(Template)]
#[template(path = "door/signin.html")]
pub struct SignIn {
    pub frame: Frame,
    /// What was typed, or `login_hint`; never shown on a shared computer's next visit.
    pub username: String,
    pub shared: bool,
    pub notice: Option<Notice>,
    pub error: Option<SignInError>,
}

/// Why the person is here again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The visit expired; a pending set-up was kept.
    Away,
    PasswordChanged,
}

/// The same for names that exist and names that do not (RULES 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInError {
    NoUsername,
    NoPassword,
    WrongPair,
    /// The right password of somebody whom the app did not ask for.
    OtherPerson,
    Throttled {
        minutes: u32,
    },
    /// Hashing sheds (503).
    Busy,
}

impl SignIn {
    fn said(&self, notice: &Notice) -> Phrase {
        match notice {
            Notice::Away => self.frame.t("sign-in-away"),
            Notice::PasswordChanged => self.frame.t("sign-in-password-changed"),
        }
    }
}

impl Page for SignIn {
    fn title(&self) -> Phrase {
        self.frame.t("sign-in-title")
    }

    fn fault(&self) -> Option<Fault> {
        let t = |key| self.frame.t(key);
        Some(match self.error? {
            SignInError::NoUsername => Fault::at("username", t("sign-in-no-username")),
            SignInError::NoPassword => Fault::at("password", t("sign-in-no-password")),
            SignInError::WrongPair => Fault::at("password", t("sign-in-wrong-pair")),
            SignInError::OtherPerson => {
                Fault::at("username", t("sign-in-other-person").with("app", self.frame.wanted()))
            }
            SignInError::Throttled { minutes } => Fault::general(t("throttled").count("minutes", minutes)),
            SignInError::Busy => Fault::general(t("busy")),
        })
    }
}
