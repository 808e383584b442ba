//! `/console/{tenant}/people/{person}`: somebody, and how to help them back in (JOURNEYS B7, RULES 6).
use super::{Desk, Readiness, people};
use crate::views::{
    frame::{Fault, Frame, Page},
    words::{Phrase, Rich},
};
use askama::Template;
use ostiary_gate::domain::{person::Role, secret::Secret, time::Instant};

#[derive(Template)]
#[template(path = "console/person.html")]
pub struct Person {
    pub frame: Frame,
    pub desk: Desk,
    /// `per_…`
    pub id: String,
    pub name: String,
    pub given_name: String,
    pub email: String,
    pub role: Role,
    pub readiness: Readiness,
    pub phone: Option<Phone>,
    pub help: Help,
    /// What else an admin may do to their membership.
    pub standing: Standing,
    /// Something was done just now.
    pub done: bool,
    pub error: Option<HelpError>,
}

/// Whether they may use the clinic's apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Live,
    Suspended,
}

/// The number on file, and how it got there: a number the disputed sign-in itself set is no proof of anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    pub number: String,
    pub set_at: Instant,
    pub origin: PhoneOrigin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneOrigin {
    TypedBySelf,
    FromOperator,
    /// Set in the session that bound the factor in dispute: not to be called.
    Disputed,
}

/// Where the helping stands.
pub enum Help {
    /// Admins cannot reset themselves; a second admin or the operator can.
    Yourself,
    /// Nothing was done yet.
    Offered,
    /// The authenticator was reset; nobody has come to the set-up page yet.
    Waiting,
    /// One or more visits wait; the admin picks the two words the person reads out.
    Choose { words: Vec<(String, String)> },
    /// To be read out, once.
    Read { code: Secret, words: (String, String), until: Instant },
    /// The address or the number changed within 72 hours: a second admin must agree.
    SecondAdmin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpError {
    NotChecked,
    NoWords,
    /// The number on file is none that may be called.
    CannotCall,
    /// Nothing takes a clinic's last admin away (RULES 1).
    LastAdmin,
    /// One admin's word is noted; another's is missing.
    SecondNoted,
}

impl Person {
    fn base(&self) -> String {
        self.desk.to(&format!("/people/{}", self.id))
    }

    fn role(&self) -> Phrase {
        people::role(&self.frame, self.role)
    }

    fn needs_second(&self) -> bool {
        matches!(self.help, Help::SecondAdmin)
    }

    fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    fn is_suspended(&self) -> bool {
        self.standing == Standing::Suspended
    }

    fn readiness(&self) -> Phrase {
        self.frame.locale.say(self.readiness.label())
    }

    fn check(&self) -> Rich {
        let phrase = match &self.phone {
            Some(Phone { origin: PhoneOrigin::Disputed, .. }) | None => self.frame.t("help-check-face"),
            Some(phone) => self.frame.t("help-check-call").with("number", &phone.number),
        };
        phrase.with("name", &self.given_name).rich()
    }

    /// Whether calling the number on file counts.
    fn may_call(&self) -> bool {
        matches!(&self.phone, Some(phone) if phone.origin != PhoneOrigin::Disputed)
    }

    fn origin(&self, phone: &Phone) -> Phrase {
        let phrase = match phone.origin {
            PhoneOrigin::TypedBySelf => self.frame.t("help-phone-self"),
            PhoneOrigin::FromOperator => self.frame.t("help-phone-operator"),
            PhoneOrigin::Disputed => self.frame.t("help-phone-disputed"),
        };
        phrase.with("day", self.frame.when(&phone.set_at).day())
    }
}

impl Page for Person {
    fn title(&self) -> Phrase {
        self.frame.t("person-title").with("name", &self.name)
    }

    fn fault(&self) -> Option<Fault> {
        Some(match self.error? {
            HelpError::NotChecked => Fault::at(
                if self.may_call() { "checked-call" } else { "checked-face" },
                self.frame.t("help-not-checked").with("name", &self.given_name),
            ),
            HelpError::NoWords => Fault::at("words-1", self.frame.t("help-no-words")),
            HelpError::CannotCall => Fault::at("checked-face", self.frame.t("person-cannot-call")),
            HelpError::LastAdmin => Fault::general(self.frame.t("person-last-admin")),
            HelpError::SecondNoted => Fault::general(self.frame.t("person-second-noted")),
        })
    }
}
