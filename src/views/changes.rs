//! `/account/password`, `/account/details` and the page before new backup codes: one's own things, changed (JOURNEYS A11).
use super::{
    door::password::NewPasswordError,
    frame::{Fault, Frame, Page},
    words::Phrase,
};
use askama::Template;

#[derive(Template)]
#[template(path = "account/password.html")]
pub struct NewPassword {
    pub frame: Frame,
    /// For password managers only.
    pub username: String,
    pub error: Option<NewPasswordError>,
}

impl Page for NewPassword {
    fn title(&self) -> Phrase {
        self.frame.t("account-change-password")
    }

    fn fault(&self) -> Option<Fault> {
        Some(self.error?.fault(&self.frame))
    }
}

#[derive(Template)]
#[template(path = "account/details.html")]
pub struct NewDetails {
    pub frame: Frame,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    /// In full: it is the person's own page.
    pub phone: Option<String>,
    /// A number is changed with a second factor only (RULES 6).
    pub may_change_phone: bool,
    pub error: Option<DetailsError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailsError {
    NoGivenName,
    NoFamilyName,
}

impl Page for NewDetails {
    fn title(&self) -> Phrase {
        self.frame.t("account-change-details")
    }

    fn fault(&self) -> Option<Fault> {
        Some(match self.error? {
            DetailsError::NoGivenName => Fault::at("given_name", self.frame.t("join-no-given-name")),
            DetailsError::NoFamilyName => Fault::at("family_name", self.frame.t("join-no-family-name")),
        })
    }
}

/// Asked first: with this the old ones are gone.
#[derive(Template)]
#[template(path = "account/codes.html")]
pub struct BeforeNewCodes {
    pub frame: Frame,
    pub codes_left: u32,
}

impl Page for BeforeNewCodes {
    fn title(&self) -> Phrase {
        self.frame.t("account-codes-new")
    }
}
