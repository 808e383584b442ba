//! `/console/{tenant}/apps`: connections, made and ended by the clinic's admin (JOURNEYS B6, RULES 4).
use super::Desk;
use crate::views::{
    door::code::CodeError,
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
    pub error: Option<ConnectError>,
}

/// `/connect`: the same question in the middle of the app's own request, with the fresh code on the page.
#[derive(Template)]
#[template(path = "door/connect.html")]
pub struct ConnectHere {
    pub frame: Frame,
    pub app: String,
    pub question: Question,
    /// None was shown within five minutes.
    pub asks_code: bool,
    /// An admin without an authenticator sets one up first, in the console.
    pub console: Option<String>,
    pub error: Option<ConnectError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectError {
    NothingChosen,
    Code(CodeError),
    /// An authenticator and saved codes of one's own come first.
    YourselfFirst,
}

impl ConnectError {
    fn fault(self, frame: &Frame) -> Fault {
        match self {
            Self::NothingChosen => Fault::at("start-now", frame.t("security-no-start")),
            Self::Code(error) => error.fault(frame, frame.owner()),
            Self::YourselfFirst => Fault::general(frame.t("security-yourself-first")),
        }
    }
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
        self.question.demand(&self.frame, &self.app)
    }

    fn start(&self) -> Option<Phrase> {
        self.question.start(&self.frame)
    }
}

impl ConnectHere {
    fn demand(&self) -> Rich {
        self.question.demand(&self.frame, &self.app)
    }

    fn start(&self) -> Option<Phrase> {
        self.question.start(&self.frame)
    }
}

impl Question {
    /// The start that is offered, as it stands on the page: what is agreed to is what was read.
    fn offered(self, frame: &Frame) -> Option<String> {
        match self {
            Self::Simple => None,
            Self::TwoFactor { recommended, .. } => Some(frame.zone.field(&recommended)),
        }
    }

    fn demand(self, frame: &Frame, app: &str) -> Rich {
        match self {
            Self::Simple => frame.t("connect-simple").with("app", app).rich(),
            Self::TwoFactor { not_ready, .. } => {
                frame.t("connect-requires").with("app", app).count("n", not_ready).rich()
            }
        }
    }

    fn start(self, frame: &Frame) -> Option<Phrase> {
        match self {
            Self::Simple => None,
            Self::TwoFactor { recommended, .. } => {
                Some(frame.t("connect-later").with("when", frame.when(&recommended).long()))
            }
        }
    }
}

impl Page for ConnectHere {
    fn title(&self) -> Phrase {
        self.frame.t("connect-title").with("app", &self.app)
    }

    fn fault(&self) -> Option<Fault> {
        Some(self.error?.fault(&self.frame))
    }
}

impl Page for Connect {
    fn title(&self) -> Phrase {
        self.frame.t("connect-title").with("app", &self.app)
    }

    fn fault(&self) -> Option<Fault> {
        Some(self.error?.fault(&self.frame))
    }
}
