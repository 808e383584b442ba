//! `/invite` and `/setup`: how people come in. Never a password form for a person who exists (RULES 1).
use super::{
    door::password::NewPasswordError,
    frame::{Fault, Frame, Page},
    words::Phrase,
};
use askama::Template;

/// A new person says who they are and chooses a password.
#[derive(Template)]
#[template(path = "door/join.html")]
pub struct Join {
    pub frame: Frame,
    pub link: LinkKind,
    /// The link's token; the form brings it back.
    pub token: String,
    pub email: String,
    pub given_name: String,
    pub family_name: String,
    pub error: Option<JoinError>,
}

/// Which link led here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Mailed by an admin, whose name stands in the mail.
    Invitation,
    /// `init` printed it for the first operator.
    FirstAdmin,
}

impl LinkKind {
    fn action(&self) -> &'static str {
        match self {
            Self::Invitation => "/invite",
            Self::FirstAdmin => "/setup",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinError {
    NoGivenName,
    NoFamilyName,
    Password(NewPasswordError),
}

impl Page for Join {
    fn title(&self) -> Phrase {
        match self.link {
            LinkKind::Invitation => self.frame.t("join-title").with("clinic", self.frame.owner()),
            LinkKind::FirstAdmin => self.frame.t("join-title-first"),
        }
    }

    fn fault(&self) -> Option<Fault> {
        Some(match self.error? {
            JoinError::NoGivenName => Fault::at("given_name", self.frame.t("join-no-given-name")),
            JoinError::NoFamilyName => Fault::at("family_name", self.frame.t("join-no-family-name")),
            JoinError::Password(error) => error.fault(&self.frame),
        })
    }
}

/// A person who exists, signed in already, says yes.
#[derive(Template)]
#[template(path = "door/accept.html")]
pub struct Accept {
    pub frame: Frame,
    pub token: String,
    /// Who would be joining.
    pub account: String,
}

impl Page for Accept {
    fn title(&self) -> Phrase {
        self.frame.t("join-title").with("clinic", self.frame.owner())
    }
}
