//! `/not-me`: "Not you?" at the end of a letter. The link only asks; the button acts, because mail scanners follow links.
use crate::views::{
    frame::{Frame, Page},
    words::Phrase,
};
use askama::Template;

#[derive(Template)]
#[template(path = "door/not_me.html")]
pub struct NotMe {
    pub frame: Frame,
    /// The link's token; the form brings it back.
    pub token: String,
}

impl Page for NotMe {
    fn title(&self) -> Phrase {
        self.frame.t("not-me-title")
    }
}

/// All that was open has ended.
#[derive(Template)]
#[template(path = "door/not_me_done.html")]
pub struct NotMeDone {
    pub frame: Frame,
}

impl Page for NotMeDone {
    fn title(&self) -> Phrase {
        self.frame.t("not-me-done-title")
    }
}
