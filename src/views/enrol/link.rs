//! `/enrol/link`: scan, type the key, or tap; then show one code (JOURNEYS A6, A12).
use super::Steps;
use crate::views::{
    door::code::CodeError,
    frame::{Fault, Frame, Helpers, Page},
    qr,
    words::Phrase,
};
use askama::Template;
use ostiary_gate::domain::secret::Secret;

#[derive(Template)]
#[template(path = "enrol/link.html")]
pub struct Link {
    pub frame: Frame,
    /// None when a person replaces their authenticator on the account page.
    pub steps: Option<Steps>,
    /// What the entry will be called in the app.
    pub entry: String,
    /// The account's name in the app.
    pub account: String,
    /// The key in base32, without spaces.
    pub key: Secret,
    /// `otpauth://totp/…`
    pub uri: Secret,
    /// A touch device may hold the app itself.
    pub touch: bool,
    pub helpers: Helpers,
    pub error: Option<LinkError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    Code(CodeError),
    /// The code fits another time: looked for ±10 steps away, never accepted.
    Drift {
        minutes: u32,
        direction: Direction,
    },
    /// The pending key was too old or not this browser's: the page shows a new one.
    NewKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Slow,
    Fast,
}

/// The drawn square.
struct Square {
    path: String,
    side: i32,
}

impl Link {
    fn action(&self) -> &'static str {
        if self.steps.is_some() { "/enrol/link" } else { "/account/authenticator" }
    }

    /// Four characters at a time, as people type them.
    fn grouped_key(&self) -> String {
        let mut text = String::with_capacity(48);
        for (n, c) in self.key.expose().chars().filter(|c| !c.is_whitespace()).enumerate() {
            if n > 0 && n % 4 == 0 {
                text.push(' ');
            }
            text.push(c);
        }
        text
    }

    fn square(&self) -> Option<Square> {
        qr::path(self.uri.expose()).map(|(path, side)| Square { path, side })
    }

    fn helpers(&self) -> String {
        self.helpers.said(&self.frame)
    }
}

impl Page for Link {
    fn title(&self) -> Phrase {
        self.frame.t("link-title")
    }

    fn fault(&self) -> Option<Fault> {
        let t = |key| self.frame.t(key);
        Some(match self.error? {
            LinkError::Code(error) => error.fault(&self.frame, &self.entry),
            LinkError::Drift { minutes, direction: Direction::Slow } => {
                Fault::at("code", t("link-drift-slow").count("minutes", minutes))
            }
            LinkError::Drift { minutes, direction: Direction::Fast } => {
                Fault::at("code", t("link-drift-fast").count("minutes", minutes))
            }
            LinkError::NewKey => Fault::at("code", t("link-new-key")),
        })
    }
}
