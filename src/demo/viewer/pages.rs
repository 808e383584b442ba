//! The viewer's pages.
use super::{
    Viewer,
    mail::{Mail, Piece},
    phone::{NotAdded, Shown, shown},
};
use crate::demo::{cast::Member, web::time_of_day};
use askama::Template;
use ostiary_gate::domain::time::Instant;

#[derive(Template)]
#[template(path = "demo/viewer/everything.html")]
pub struct Everything<'a> {
    pub app: &'a Viewer,
    pub mails: &'a [Mail],
    pub phone: Vec<Shown>,
    pub form_token: &'a str,
    pub fault: Option<NotAdded>,
    pub typed: &'a str,
    pub now: Instant,
}

impl Everything<'_> {
    fn code(&self, person: &Member) -> Option<Shown> {
        person.seed.as_ref().map(|seed| shown(&person.name, seed, self.now))
    }
}

#[derive(Template)]
#[template(path = "demo/viewer/mail.html")]
pub struct Letter<'a> {
    pub mail: &'a Mail,
}

impl Mail {
    fn time(&self) -> String {
        time_of_day(Instant::from_seconds(self.at))
    }
}
