//! `/console/{tenant}/log`: what happened, in sentences, in the clinic's zone (JOURNEYS B9).
use super::Desk;
use crate::views::{
    frame::{Frame, Page},
    log::{self, Line},
    words::Phrase,
};
use askama::Template;
use ostiary_gate::domain::audit::Event;

#[derive(Template)]
#[template(path = "console/log.html")]
pub struct Log {
    pub frame: Frame,
    pub desk: Desk,
    pub lines: Vec<Line>,
    pub kind: Option<Event>,
    /// The query for the next, older page.
    pub older: Option<String>,
}

/// An option of the filter.
struct KindOption {
    value: &'static str,
    text: Phrase,
    is_chosen: bool,
}

impl Log {
    fn kinds(&self) -> Vec<KindOption> {
        log::KINDS
            .into_iter()
            .map(|kind| KindOption {
                value: log::value(kind),
                text: log::named(&self.frame, kind),
                is_chosen: self.kind == Some(kind),
            })
            .collect()
    }
}

impl Page for Log {
    fn title(&self) -> Phrase {
        self.frame.t("desk-log")
    }
}
