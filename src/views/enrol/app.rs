//! `/enrol/app`: get an authenticator app (JOURNEYS A5).
use super::Steps;
use crate::views::{
    frame::{Frame, Page},
    words::Phrase,
};
use askama::Template;

#[derive(Template)]
#[template(path = "enrol/app.html")]
pub struct App {
    pub frame: Frame,
    pub steps: Steps,
    /// The platform of this device comes first; the other stays visible.
    pub platform: Platform,
    /// The clinic's own recommendation, above the general ones.
    pub recommended: Option<Recommended>,
    /// An old entry must be deleted from the app: this is a replacement.
    pub replaces: bool,
}

/// From `Sec-CH-UA-Platform` or the user agent; a guess that only orders the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    Iphone,
    Android,
}

/// An app by name, as the clinic set it. The addresses are `https` (checked where they are set).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommended {
    pub name: String,
    pub app_store: String,
    pub google_play: String,
    pub sentence: String,
}

impl App {
    fn platforms(&self) -> [Platform; 2] {
        match self.platform {
            Platform::Iphone => [Platform::Iphone, Platform::Android],
            Platform::Android => [Platform::Android, Platform::Iphone],
        }
    }
}

impl Page for App {
    fn title(&self) -> Phrase {
        self.frame.t("app-title")
    }
}
