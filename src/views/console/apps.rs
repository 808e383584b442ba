//! `/console/{tenant}/apps`: connections, made and ended by the clinic's admin (JOURNEYS B6, RULES 4).
use super::Desk;
use crate::views::{
    frame::{Fault, Frame, Page},
    words::{Phrase, Rich},
};
use askama::Template;
use ostiary_gate::domain::{tenant::ConnectionState, time::Instant};

#[derive(Template)]
#[template(path = "console/apps.html")]
pub struct Apps {
    pub frame: Frame,
    pub desk: Desk,
    pub connected: Vec<Connected>,
    pub available: Vec<Available>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// `con_…`, the value of `name=connection`.
    pub id: String,
    pub app: String,
    pub state: ConnectionState,
    pub agreed_at: Instant,
    /// While it is live, the box cannot be unticked.
    pub requires_two_factor: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Available {
    /// The client's id, percent-encoded where it goes into an address.
    pub client: String,
    pub app: String,
    pub requires_two_factor: bool,
}

impl Apps {
    fn state(&self, connected: &Connected) -> (&'static str, Phrase) {
        match connected.state {
            ConnectionState::Live => ("good", self.frame.t("connection-live")),
            ConnectionState::Waiting => ("wait", self.frame.t("connection-waiting")),
        }
    }

    fn address(&self, available: &Available) -> String {
        self.desk.to(&format!("/apps/connect?client={}", crate::views::frame::in_query(&available.client)))
    }
}

impl Page for Apps {
    fn title(&self) -> Phrase {
        self.frame.t("desk-apps")
    }
}

/// `/console/{tenant}/apps/connect`
#[derive(Template)]
#[template(path = "console/connect.html")]
pub struct Connect {
    pub frame: Frame,
    pub desk: Desk,
    pub client: String,
    pub app: String,
    pub question: Question,
    pub nothing_chosen: bool,
}

/// What connecting means for the clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The app demands nothing of everyone, or the box is ticked already.
    Simple,
    /// The app demands the box, and it is off.
    TwoFactor { not_ready: u32, people: u32, recommended: Instant },
}

impl Connect {
    fn demand(&self) -> Rich {
        match self.question {
            Question::Simple => self.frame.t("connect-simple").with("app", &self.app).rich(),
            Question::TwoFactor { not_ready, .. } => {
                self.frame.t("connect-requires").with("app", &self.app).count("n", not_ready).rich()
            }
        }
    }

    fn start(&self) -> Option<Phrase> {
        match self.question {
            Question::Simple => None,
            Question::TwoFactor { recommended, .. } => {
                Some(self.frame.t("connect-later").with("when", self.frame.when(&recommended).long()))
            }
        }
    }
}

impl Page for Connect {
    fn title(&self) -> Phrase {
        self.frame.t("connect-title").with("app", &self.app)
    }

    fn fault(&self) -> Option<Fault> {
        self.nothing_chosen.then(|| Fault::at("start-now", self.frame.t("security-no-start")))
    }
}
