//! `/enrol`: stopped because set-up is needed (JOURNEYS A3), and "I can't do this now" at `/enrol/cannot` (A9).
use crate::views::{
    frame::{Frame, Helpers, Page},
    reasons::Reason,
    words::Phrase,
};
use askama::Template;
use ostiary_gate::domain::time::{Instant, Span};

#[derive(Template)]
#[template(path = "enrol/stop.html")]
pub struct Stop {
    pub frame: Frame,
    pub urgency: Urgency,
    /// The relying party said `ostiary_draft=kept` and is registered to say so.
    pub draft_kept: bool,
    pub reasons: Vec<Reason>,
}

/// Whether it can wait. No address decides this, only the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    Now,
    /// The clinic starts later; `now` is when the page is drawn.
    Before {
        deadline: Instant,
        now: Instant,
    },
}

impl Urgency {
    fn left(self, frame: &Frame) -> Option<Phrase> {
        let Self::Before { deadline, now } = self else { return None };
        let left = deadline.since(now);
        let whole = |unit: Span| u32::try_from(left.as_seconds() / unit.as_seconds()).unwrap_or_default();
        let phrase = if left >= Span::days(2) {
            frame.t("stop-deadline-days").count("n", whole(Span::days(1)))
        } else {
            frame.t("stop-deadline-hours").count("n", whole(Span::hours(1)))
        };
        Some(phrase.with("deadline", frame.when(&deadline).long()))
    }
}

impl Page for Stop {
    fn title(&self) -> Phrase {
        self.frame.t("stop-title")
    }
}

/// "You can't use Bluegum Notes until this is set up."
#[derive(Template)]
#[template(path = "enrol/cannot.html")]
pub struct Cannot {
    pub frame: Frame,
    /// When the clinic decided it.
    pub decided: Option<Instant>,
    pub helpers: Helpers,
    pub draft_kept: bool,
}

impl Cannot {
    fn helpers(&self) -> String {
        self.helpers.said(&self.frame)
    }
}

impl Page for Cannot {
    fn title(&self) -> Phrase {
        self.frame.t("cannot-title").with("app", self.frame.wanted())
    }
}
