//! Every page in every state from fixtures: for looking at, for the accessibility checks and for the tests of this room.
//! Serves nobody; the people and clinics here do not exist.
mod account;
mod console;
mod console_security;
mod door;
mod enrol;
mod mail;
mod trouble;

use super::{frame::Frame, mail::Letter, when::Zone, words::Locale};
use askama::Template;
use ostiary_gate::domain::time::Instant;

/// A page's name and its HTML.
pub type Picture = (String, Result<String, askama::Error>);

/// All pages, drawn.
pub fn pages() -> Vec<Picture> {
    let mut album = Album(Vec::new());
    door::draw(&mut album);
    enrol::draw(&mut album);
    trouble::draw(&mut album);
    account::draw(&mut album);
    console::draw(&mut album);
    album.0
}

/// All mails, written.
pub fn letters() -> Vec<(String, Result<Letter, askama::Error>)> {
    mail::letters()
}

struct Album(Vec<Picture>);

impl Album {
    fn add(&mut self, name: &str, page: &impl Template) {
        self.0.push((name.to_owned(), page.render()));
    }

    /// One page in each of several states.
    fn each<S, P: Template>(&mut self, name: &str, states: impl IntoIterator<Item = S>, page: impl Fn(S) -> P) {
        for (n, state) in states.into_iter().enumerate() {
            self.add(&format!("{name}-{}", n + 1), &page(state));
        }
    }
}

/// Tuesday 3 March 2026, 8:00 pm in Sydney.
const CLOSING: Instant = Instant::from_seconds(1_772_528_400);

/// A visit to Riverside Physio from Bluegum Appointments.
pub(in crate::views) fn frame() -> Frame {
    Frame {
        locale: Locale::default(),
        zone: Zone::named("Australia/Sydney").unwrap_or_else(Zone::utc),
        clinic: Some("Riverside Physio".to_owned()),
        client: Some("Bluegum Appointments".to_owned()),
        issuer: "https://id.bluegum.example".to_owned(),
        csrf: "csrf-of-the-gallery".to_owned(),
        visit: Some("vis_gallery".to_owned()),
    }
}

/// A page of one's own, outside any visit.
fn own() -> Frame {
    Frame { client: None, visit: None, ..frame() }
}
