//! `/login/tenant`: which clinic, asked only if the request does not pin one (JOURNEYS A10).
use crate::views::{
    frame::{Fault, Frame, Page},
    words::Phrase,
};
use askama::Template;

#[derive(Template)]
#[template(path = "door/tenant.html")]
pub struct WhichClinic {
    pub frame: Frame,
    pub clinics: Vec<Clinic>,
    /// The one this browser used last.
    pub chosen: Option<String>,
    pub nothing_chosen: bool,
}

/// A clinic the person belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clinic {
    /// `ten_…`
    pub id: String,
    pub name: String,
}

impl WhichClinic {
    fn is_chosen(&self, id: &str) -> bool {
        self.chosen.as_deref() == Some(id)
    }
}

impl Page for WhichClinic {
    fn title(&self) -> Phrase {
        self.frame.t("tenant-title")
    }

    fn fault(&self) -> Option<Fault> {
        self.nothing_chosen.then(|| Fault::at("tenant-1", self.frame.t("tenant-nothing-chosen")))
    }
}
