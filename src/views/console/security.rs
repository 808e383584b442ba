//! `/console/{tenant}/settings/general/security`: the box, whom it hits, and when it starts (JOURNEYS B2, B4, B5).
use super::{Desk, Readiness, TwoFactorBox};
use crate::views::{
    frame::{Fault, Frame, Helpers, Page},
    words::{Phrase, Rich},
};
use askama::Template;
use ostiary_gate::domain::time::Instant;

#[derive(Template)]
#[template(path = "console/security.html")]
pub struct Security {
    pub frame: Frame,
    pub desk: Desk,
    pub two_factor: TwoFactorBox,
    pub viewer: Viewer,
    pub impact: Impact,
    pub form: Form,
    pub done: Option<Done>,
    pub error: Option<SecurityError>,
}

/// Who looks, and what therefore is possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// May look only; is told whom to ask.
    Member {
        admins: Helpers,
    },
    /// Must confirm an authenticator and save codes before saving the box.
    UnpreparedAdmin,
    /// If this one loses the phone, only the operator can help.
    OnlyAdmin,
    Admin,
}

/// Whom it hits. All of it comes from what an identity provider has; no shift plan is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    pub people: u32,
    pub not_ready: u32,
    /// Of those not ready, how many are signed in at this moment.
    pub signed_in: u32,
    /// Grants the gate would refuse.
    pub paused_apps: u32,
    pub rows: Vec<Affected>,
    /// Connected or waiting apps which demand it.
    pub demanded_by: Vec<String>,
}

/// Somebody who is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    pub name: String,
    pub now: RightNow,
    /// A specimen of the usual time; only after five sign-ins in thirty days.
    pub usually_at: Option<Instant>,
    pub readiness: Readiness,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RightNow {
    Using { app: String, minutes: u32 },
    Idle,
    NotSignedIn,
}

/// What the form holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub ticked: bool,
    pub start: Option<Start>,
    /// The first closing time after at least four hours.
    pub recommended: Option<Instant>,
    /// The value of `start_at`, in the clinic's zone: `2026-03-03T20:00`.
    pub start_at: String,
}

/// `name=start`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Recommended,
    Date,
    Now,
}

impl Start {
    pub const ALL: [Self; 3] = [Self::Recommended, Self::Date, Self::Now];

    pub fn value(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::Date => "date",
            Self::Now => "now",
        }
    }

    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|start| start.value() == value)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Saved,
    Reminded { people: u32 },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityError {
    NoStart,
    NotADate,
    InThePast,
    NothingChanged,
    /// Refused: these apps demand it.
    Locked {
        apps: Vec<String>,
    },
    /// Somebody else saved in between.
    ChangedMeanwhile,
}

impl Security {
    /// The apps because of which nobody can turn it off.
    fn locks(&self) -> Option<String> {
        match &self.two_factor {
            TwoFactorBox::On { locked_by, .. } if !locked_by.is_empty() => Some(locked_by.join(", ")),
            TwoFactorBox::On { .. } | TwoFactorBox::Off | TwoFactorBox::Pending { .. } => None,
        }
    }

    fn may_change(&self) -> bool {
        matches!(self.viewer, Viewer::OnlyAdmin | Viewer::Admin) && self.locks().is_none()
    }

    /// Whether there is a start to choose: not while it is on.
    fn asks_when(&self) -> bool {
        !matches!(self.two_factor, TwoFactorBox::On { .. })
    }

    /// Who is not set up is the admins' to know.
    fn shows_impact(&self) -> bool {
        self.asks_when() && !matches!(self.viewer, Viewer::Member { .. })
    }

    fn state(&self) -> Option<Rich> {
        match &self.two_factor {
            TwoFactorBox::Off => None,
            TwoFactorBox::Pending { starts_at } => Some(
                self.frame
                    .t("security-pending")
                    .with("when", self.frame.when(starts_at).long())
                    .with("place", self.frame.zone.place())
                    .count("ready", self.impact.people.saturating_sub(self.impact.not_ready))
                    .count("people", self.impact.people)
                    .rich(),
            ),
            TwoFactorBox::On { since, .. } => {
                Some(self.frame.t("security-on").with("day", self.frame.when(since).day()).rich())
            }
        }
    }

    fn hit(&self) -> Rich {
        self.frame
            .t("security-hit")
            .count("n", self.impact.not_ready)
            .count("people", self.impact.people)
            .count("in", self.impact.signed_in)
            .rich()
    }

    fn done(&self) -> Option<Phrase> {
        Some(match self.done? {
            Done::Saved => self.frame.t("account-saved"),
            Done::Reminded { people } => self.frame.t("security-reminded").count("n", people),
        })
    }

    fn admins(&self) -> Option<String> {
        match &self.viewer {
            Viewer::Member { admins } => Some(admins.said(&self.frame)),
            Viewer::UnpreparedAdmin | Viewer::OnlyAdmin | Viewer::Admin => None,
        }
    }

    fn starts(&self, start: Start) -> bool {
        self.form.start == Some(start)
    }

    fn now(&self, row: &Affected) -> Phrase {
        match &row.now {
            RightNow::Using { app, minutes } => {
                self.frame.t("security-using").with("app", app).count("minutes", minutes)
            }
            RightNow::Idle => self.frame.t("security-idle"),
            RightNow::NotSignedIn => self.frame.t("security-not-signed-in"),
        }
    }

    fn usually(&self, row: &Affected) -> Phrase {
        match &row.usually_at {
            Some(at) => self.frame.t("security-usually-at").with("clock", self.frame.when(at).clock()),
            None => self.frame.t("security-not-often"),
        }
    }

    fn readiness(&self, row: &Affected) -> Phrase {
        self.frame.locale.say(row.readiness.label())
    }
}

impl Page for Security {
    fn title(&self) -> Phrase {
        self.frame.t("desk-security")
    }

    fn fault(&self) -> Option<Fault> {
        let t = |key| self.frame.t(key);
        Some(match self.error.as_ref()? {
            SecurityError::NoStart => Fault::at("start-date", t("security-no-start")),
            SecurityError::NotADate => Fault::at("start_at", t("security-not-a-date")),
            SecurityError::InThePast => Fault::at("start_at", t("security-in-the-past")),
            SecurityError::NothingChanged => Fault::at("two_factor", t("security-nothing-changed")),
            SecurityError::Locked { apps } => Fault::general(t("security-refused").with("apps", apps.join(", "))),
            SecurityError::ChangedMeanwhile => Fault::general(t("security-changed-meanwhile")),
        })
    }
}
