//! `/account` and `/account/apps`: one's own details, ways to sign in, sessions, apps (JOURNEYS A11, RULES 5).
use super::{
    frame::{Fault, Frame, Page},
    leave::Asked,
    log::Line,
    words::{Phrase, Rich},
};
use askama::Template;
use ostiary_gate::domain::time::Instant;

#[derive(Template)]
#[template(path = "account/account.html")]
pub struct Account {
    pub frame: Frame,
    pub details: Details,
    pub authenticator: AuthenticatorState,
    pub codes_left: u32,
    pub sessions: Vec<Session>,
    pub activity: Vec<Line>,
    /// How many grants the gate refuses now; they wait on `/account/apps`.
    pub paused_apps: u32,
    pub done: Option<Done>,
}

/// The person's own data. Only they and the operator may change it (RULES 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    /// In full: it is the person's own page, behind their own sign-in.
    pub phone: Option<String>,
    pub clinics: Vec<Membership>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub clinic: String,
    pub is_admin: bool,
    /// Its address in the console, for admins.
    pub console: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthenticatorState {
    None,
    Confirmed {
        since: Instant,
        /// The clinics that demand it; while there is one it can be replaced, not removed.
        required_by: Vec<String>,
    },
}

/// A browser this person is signed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: String,
    /// "Chrome on Windows"
    pub browser: String,
    pub apps: Vec<String>,
    pub seen_at: Instant,
    pub is_this_one: bool,
}

/// What was just done, said once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Saved,
    SignedOut,
    CodesMade,
    PasswordChanged,
}

impl Account {
    fn done(&self) -> Option<Phrase> {
        Some(self.frame.t(match self.done? {
            Done::Saved => "account-saved",
            Done::SignedOut => "account-signed-out",
            Done::CodesMade => "account-codes-made",
            Done::PasswordChanged => "account-password-changed",
        }))
    }

    fn apps_of(session: &Session) -> String {
        session.apps.join(", ")
    }
}

impl Page for Account {
    fn title(&self) -> Phrase {
        self.frame.t("account-title")
    }
}

/// Apps allowed and apps paused.
#[derive(Template)]
#[template(path = "account/apps.html")]
pub struct Apps {
    pub frame: Frame,
    /// Grants the gate refuses now: what the app holds was given with less than is demanded today.
    pub paused: Vec<Paused>,
    pub allowed: Vec<Allowed>,
    pub error: Option<ResumeError>,
    pub resumed: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paused {
    /// `gra_…`, the value of `name=grant`.
    pub grant: String,
    pub app: String,
    pub clinic: Option<String>,
    pub authorised_at: Instant,
    /// Otherwise the person signs in to the app again, which makes a new grant (RULES 5).
    pub can_resume: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The client's id, the value of `name=client` in the form that withdraws.
    pub client: String,
    pub app: String,
    pub since: Instant,
    pub asked: Vec<Asked>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResumeError {
    NothingChosen,
    /// Within 24 hours of a first binding or a recovery nothing is resumed (RULES 5).
    TooSoon,
}

impl Apps {
    fn can_resume_any(&self) -> bool {
        self.paused.iter().any(|paused| paused.can_resume)
    }

    fn given(&self, paused: &Paused) -> Rich {
        let phrase = match &paused.clinic {
            Some(clinic) => self.frame.t("apps-paused-at").with("clinic", clinic),
            None => self.frame.t("apps-paused"),
        };
        phrase.with("app", &paused.app).with("day", self.frame.when(&paused.authorised_at).day()).rich()
    }

    fn wishes(&self, allowed: &Allowed) -> String {
        allowed.asked.iter().map(|asked| asked.said(&self.frame)).collect::<Vec<_>>().join("; ")
    }
}

impl Page for Apps {
    fn title(&self) -> Phrase {
        self.frame.t("apps-title")
    }

    fn fault(&self) -> Option<Fault> {
        Some(match self.error? {
            ResumeError::NothingChosen => Fault::general(self.frame.t("apps-nothing-chosen")),
            ResumeError::TooSoon => Fault::general(self.frame.t("apps-too-soon")),
        })
    }
}
