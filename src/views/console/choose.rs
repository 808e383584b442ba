//! `/console`: which clinic, for whoever belongs to several.
use crate::views::{
    frame::{Frame, Page},
    words::Phrase,
};
use askama::Template;

#[derive(Template)]
#[template(path = "console/choose.html")]
pub struct Choose {
    pub frame: Frame,
    pub clinics: Vec<Clinic>,
}

/// A clinic whose console this person may see something of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clinic {
    pub slug: String,
    pub name: String,
    pub is_admin: bool,
}

impl Page for Choose {
    fn title(&self) -> Phrase {
        self.frame.t("choose-title")
    }
}
