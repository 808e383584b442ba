//! The security page's second half: check before you save, with a fresh code (JOURNEYS B3, B5).
//! It stays on the same path and brings the whole decision back, so that what is saved is what was shown.
use super::{Desk, security::Start};
use crate::views::{
    door::code::CodeError,
    frame::{Fault, Frame, Page},
    words::{Phrase, Rich},
};
use askama::Template;
use ostiary_gate::domain::time::Instant;

#[derive(Template)]
#[template(path = "console/review.html")]
pub struct Review {
    pub frame: Frame,
    pub desk: Desk,
    pub change: Change,
    /// The edition of the policy that the decision was made on.
    pub revision: i64,
    pub reason: String,
    pub error: Option<ReviewError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    TurnOnNow {
        not_ready: u32,
        interrupted: u32,
    },
    TurnOnAt {
        at: Instant,
        not_ready: u32,
    },
    /// A later start than the one that was set: loosening, so it needs what turning off needs (RULES 7).
    Postpone {
        was: Instant,
        at: Instant,
        not_ready: u32,
    },
    /// Needs a reason; all admins are told.
    TurnOff,
    /// Loosening too, so it needs what turning off needs (RULES 7).
    Cancel {
        at: Instant,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewError {
    Code(CodeError),
    NoReason,
}

impl Review {
    fn needs_reason(&self) -> bool {
        matches!(self.change, Change::TurnOff | Change::Cancel { .. } | Change::Postpone { .. })
    }

    fn ticked(&self) -> bool {
        matches!(self.change, Change::TurnOnNow { .. } | Change::TurnOnAt { .. } | Change::Postpone { .. })
    }

    fn start(&self) -> Option<Start> {
        match self.change {
            Change::TurnOnNow { .. } => Some(Start::Now),
            Change::TurnOnAt { .. } | Change::Postpone { .. } => Some(Start::Date),
            Change::TurnOff | Change::Cancel { .. } => None,
        }
    }

    fn start_at(&self) -> Option<String> {
        match &self.change {
            Change::TurnOnAt { at, .. } | Change::Postpone { at, .. } => Some(self.frame.zone.field(at)),
            Change::TurnOnNow { .. } | Change::TurnOff | Change::Cancel { .. } => None,
        }
    }

    fn said(&self) -> Vec<Rich> {
        let t = |key| self.frame.t(key).with("clinic", self.frame.owner());
        match &self.change {
            Change::TurnOnNow { not_ready, interrupted } => vec![
                t("review-on-now").rich(),
                t("review-interrupted").count("n", interrupted).rich(),
                t("review-mails").count("n", not_ready).rich(),
            ],
            Change::TurnOnAt { at, not_ready } => {
                let place = self.frame.zone.place();
                vec![
                    t("review-on-at").with("when", self.frame.when(at).long()).with("place", place).rich(),
                    t("review-mails-before").count("n", not_ready).rich(),
                ]
            }
            Change::Postpone { was, at, not_ready } => {
                let place = self.frame.zone.place();
                vec![
                    t("review-postpone").with("was", self.frame.when(was).long()).rich(),
                    t("review-on-at").with("when", self.frame.when(at).long()).with("place", place).rich(),
                    t("review-mails-before").count("n", not_ready).rich(),
                    t("review-admins-told").rich(),
                ]
            }
            Change::TurnOff => vec![t("review-off").rich(), t("review-admins-told").rich()],
            Change::Cancel { at } => {
                vec![t("review-cancel").with("when", self.frame.when(at).long()).rich(), t("review-admins-told").rich()]
            }
        }
    }
}

impl Page for Review {
    fn title(&self) -> Phrase {
        self.frame.t("review-title")
    }

    fn fault(&self) -> Option<Fault> {
        Some(match self.error? {
            ReviewError::Code(error) => error.fault(&self.frame, self.frame.owner()),
            ReviewError::NoReason => Fault::at("reason", self.frame.t("review-no-reason")),
        })
    }
}
