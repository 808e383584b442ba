//! The clinic app's pages.
use super::{
    book::Note,
    session::{Paused, Session},
};
use crate::demo::{
    rp::{answer::Tenant, proof::SignIn},
    web::{day_and_time, time_of_day},
};
use askama::Template;
use ostiary_gate::domain::time::{Instant, Span};

/// Around every page of somebody who is signed in.
pub struct Frame<'a> {
    pub form_token: &'a str,
    pub person: &'a str,
    pub tenant: &'a Tenant,
    pub how: How,
}

impl<'a> Frame<'a> {
    pub fn new(session: &'a Session, form_token: &'a str) -> Self {
        let how = How::new(&session.said, session.checked_at);
        Self { form_token, person: &session.signed_in.name, tenant: &session.signed_in.tenant, how }
    }

    /// The start of the clinic's rule, while it lies ahead and this sign-in would not meet it.
    fn coming(&self) -> Option<String> {
        let from = self.tenant.second_factor_from.filter(|from| *from > self.how.checked_at)?;
        (!self.how.amr.iter().any(|word| word == "otp")).then(|| day_and_time(from))
    }
}

/// The panel "Signed in with": what the token says, as the provider confirmed it a moment ago.
pub struct How {
    pub amr: Vec<String>,
    pub acr: String,
    pub auth_time: String,
    pub ago: String,
    pub checked: String,
    checked_at: Instant,
}

impl How {
    pub fn new(said: &SignIn, checked_at: Instant) -> Self {
        let ago = said.auth_time.map(|at| checked_at.since(at));
        Self {
            amr: said.amr.clone(),
            acr: said.acr.clone().unwrap_or_default(),
            auth_time: said.auth_time.map(time_of_day).unwrap_or_default(),
            ago: ago.map(long_ago).unwrap_or_default(),
            checked: time_of_day(checked_at),
            checked_at,
        }
    }
}

fn long_ago(span: Span) -> String {
    match span.as_seconds().max(0) {
        0..60 => "just now".to_owned(),
        60..120 => "a minute ago".to_owned(),
        seconds @ 120..7_200 => format!("{} minutes ago", seconds / 60),
        seconds => format!("{} hours ago", seconds / 3_600),
    }
}

/// Nobody is signed in.
#[derive(Template)]
#[template(path = "demo/clinic/front.html")]
pub struct Front<'a> {
    pub signed_out: bool,
    pub viewer: &'a str,
}

#[derive(Template)]
#[template(path = "demo/clinic/list.html")]
pub struct List<'a> {
    pub frame: Frame<'a>,
    pub sub: &'a str,
    pub notes: &'a [Note],
}

impl List<'_> {
    /// What stands beside an appointment, and whether it is one's own to write.
    fn state(&self, note: &Note) -> String {
        match (&note.author, note.saved_at) {
            (Some(author), Some(at)) if author.sub == self.sub => format!("Your note, saved {}", time_of_day(at)),
            (Some(author), _) => format!("Note by {}", author.name),
            (None, _) => "No note yet".to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "demo/clinic/note.html")]
pub struct Editor<'a> {
    pub frame: Frame<'a>,
    pub note: &'a Note,
    /// Somebody else's: to read.
    pub colleague: Option<&'a str>,
    /// What was just sent and could not be saved; stands in the field instead of what is stored.
    pub unsaved: Option<Unsaved<'a>>,
}

pub struct Unsaved<'a> {
    pub text: &'a str,
    pub why: String,
}

impl Editor<'_> {
    fn text(&self) -> &str {
        self.unsaved.as_ref().map_or(self.note.text.as_str(), |unsaved| unsaved.text)
    }

    fn saved(&self) -> String {
        self.note.saved_at.map_or_else(|| "Not saved yet".to_owned(), |at| format!("Saved {}", time_of_day(at)))
    }

    fn restored(&self) -> Option<String> {
        self.note.restored_at.map(time_of_day)
    }
}

/// The provider wants more: nothing can be read here, and what was written is kept.
#[derive(Template)]
#[template(path = "demo/clinic/paused.html")]
pub struct Stopped<'a> {
    pub form_token: &'a str,
    pub clinic: &'a str,
    pub note: Option<u16>,
    /// A text was just taken into the draft lane, or one is there.
    pub kept: bool,
    pub said: &'a str,
}

impl<'a> Stopped<'a> {
    pub fn new(session: &'a Session, form_token: &'a str, note: Option<u16>, kept: bool) -> Self {
        let said = session.paused.as_ref().map_or("", |Paused { suspended, .. }| suspended.description.as_str());
        Self { form_token, clinic: &session.signed_in.tenant.name, note, kept, said }
    }
}

/// Signed out from afar, or a sign-in that did not come about. With the text that was sent along, for copying: it is the
/// sender's own, and stored nowhere.
#[derive(Template)]
#[template(path = "demo/clinic/refused.html")]
pub struct Refusal<'a> {
    pub title: &'a str,
    pub text: String,
    /// The provider's own words.
    pub said: Option<String>,
    pub unsaved: Option<&'a str>,
    pub again: bool,
}
