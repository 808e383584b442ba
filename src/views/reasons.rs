//! "Why am I being asked for this?": the gate's reasons in sentences.
use super::{
    frame::Frame,
    words::{Phrase, Rich},
};
use ostiary_gate::domain::time::Instant;

/// One clause of a demand, ready to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub origin: Origin,
    /// Since when it has been demanded, where that is known.
    pub since: Option<Instant>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The clinic's box, by the clinic's name.
    Clinic(String),
    /// An app the clinic connected which demands it of everyone, by its name.
    Connection(String),
    /// The app that sent the person here demands it of its users always.
    App(String),
    /// The app asked for it with this request.
    Request(String),
    /// The person has an authenticator; it is asked for at every sign-in from then on.
    Yourself,
    /// Admins are asked for it in the console, box or no box.
    Console,
}

impl Reason {
    pub fn said(&self, frame: &Frame) -> Rich {
        let told = |plain: Phrase, dated: Phrase| match self.since {
            Some(since) => dated.with("since", frame.when(&since).day()),
            None => plain,
        };
        let phrase = match &self.origin {
            Origin::Clinic(name) => told(frame.t("reason-clinic"), frame.t("reason-clinic-since")).with("clinic", name),
            Origin::Connection(name) => {
                told(frame.t("reason-connection"), frame.t("reason-connection-since")).with("app", name)
            }
            Origin::App(name) => frame.t("reason-app").with("app", name),
            Origin::Request(name) => frame.t("reason-request").with("app", name),
            Origin::Yourself => told(frame.t("reason-yourself"), frame.t("reason-yourself-since")),
            Origin::Console => frame.t("reason-console"),
        };
        phrase.rich()
    }
}
