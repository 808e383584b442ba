//! `/login/help`: lost or new phone (JOURNEYS A8). No dead ends: every way leads on or to a human.
use crate::views::{
    frame::{Fault, Frame, Helpers, Page},
    words::{Phrase, Rich},
};
use askama::Template;

/// The ways back in, as `name=way` says them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    BackupCode,
    NewPhone,
    PhoneAtHome,
}

impl Way {
    pub const ALL: [Self; 3] = [Self::BackupCode, Self::NewPhone, Self::PhoneAtHome];

    pub fn value(self) -> &'static str {
        match self {
            Self::BackupCode => "backup-code",
            Self::NewPhone => "new-phone",
            Self::PhoneAtHome => "phone-at-home",
        }
    }

    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.value() == value)
    }
}

/// "How can we get you in?"
#[derive(Template)]
#[template(path = "door/help.html")]
pub struct Help {
    pub frame: Frame,
    pub chosen: Option<Way>,
    /// The form came back without a choice.
    pub nothing_chosen: bool,
}

impl Help {
    fn label(&self, way: &Way) -> Phrase {
        match way {
            Way::BackupCode => self.frame.t("help-way-backup-code"),
            Way::NewPhone => self.frame.t("help-way-new-phone"),
            Way::PhoneAtHome => self.frame.t("help-way-phone-at-home"),
        }
    }

    fn is_chosen(&self, way: &Way) -> bool {
        self.chosen == Some(*way)
    }
}

impl Page for Help {
    fn title(&self) -> Phrase {
        self.frame.t("help-title")
    }

    fn fault(&self) -> Option<Fault> {
        self.nothing_chosen.then(|| Fault::at("backup-code", self.frame.t("help-nothing-chosen")))
    }
}

/// "Ask your clinic to let you back in."
#[derive(Template)]
#[template(path = "door/ask_clinic.html")]
pub struct AskClinic {
    pub frame: Frame,
    /// The phone is at home: a backup code would help at once.
    pub phone_at_home: bool,
    pub helpers: Helpers,
    /// The last digits of the number on file, only in browsers known to the person (RULES 6).
    pub phone_ends_in: Option<String>,
    pub asked: Asked,
}

/// Whether the clinic was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    NotYet,
    Told,
    /// Told a little while ago; no second mail goes out.
    ToldBefore,
}

impl AskClinic {
    fn call(&self) -> Rich {
        match &self.phone_ends_in {
            Some(digits) => self.frame.t("ask-call-ending").with("digits", digits).rich(),
            None => self.frame.t("ask-call").rich(),
        }
    }

    fn helpers(&self) -> String {
        self.helpers.said(&self.frame)
    }

    fn status(&self) -> Option<Phrase> {
        match self.asked {
            Asked::NotYet => None,
            Asked::Told => Some(self.frame.t("ask-told")),
            Asked::ToldBefore => Some(self.frame.t("ask-told-before")),
        }
    }
}

impl Page for AskClinic {
    fn title(&self) -> Phrase {
        self.frame.t("ask-title")
    }
}
