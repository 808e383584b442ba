//! Ledgerly's pages.
use super::{
    Session,
    sync::{Outcome, Run},
};
use crate::demo::{
    clinic::Export,
    rp::{answer::Tenant, machine::Inspected, wire::Refused},
    web::time_of_day,
};
use askama::Template;

/// Nobody is signed in.
#[derive(Template)]
#[template(path = "demo/ledgerly/front.html")]
pub struct Front<'a> {
    pub signed_out: bool,
    /// What the provider would have had to ask, when it was told to ask nothing.
    pub quietly: Option<&'a str>,
    pub viewer: &'a str,
}

impl Front<'_> {
    fn in_words(&self) -> &'static str {
        match self.quietly {
            Some("login_required") => "nobody is signed in to Ostiary in this browser",
            Some("consent_required") => "Ostiary would have to ask whether you agree",
            Some("account_selection_required") => "Ostiary would have to ask for which clinic",
            Some(_) | None => "Ostiary would have to ask you for something, such as a 6-digit code",
        }
    }
}

#[derive(Template)]
#[template(path = "demo/ledgerly/books.html")]
pub struct Books<'a> {
    session: &'a Session,
    form_token: &'a str,
    run: Option<Shown<'a>>,
    issuer: &'a str,
}

/// The last sync.
struct Shown<'a> {
    at: String,
    outcome: &'a Outcome,
}

impl<'a> Books<'a> {
    pub fn new(session: &'a Session, form_token: &'a str, run: Option<&'a Run>, issuer: &'a str) -> Self {
        let run = run.map(|run| Shown { at: time_of_day(run.at), outcome: &run.outcome });
        Self { session, form_token, run, issuer }
    }

    fn tenant(&self) -> &Tenant {
        &self.session.signed_in.tenant
    }

    fn acr(&self) -> &str {
        self.session.said.acr.as_deref().unwrap_or_default()
    }

    fn auth_time(&self) -> String {
        self.session.said.auth_time.map(time_of_day).unwrap_or_default()
    }

    fn checked(&self) -> String {
        time_of_day(self.session.checked_at)
    }

    fn console(&self) -> String {
        format!("{}/console/{}/apps", self.issuer, self.tenant().slug)
    }
}

impl Shown<'_> {
    fn came(&self) -> Option<(&Inspected, &Export)> {
        match self.outcome {
            Outcome::Came { inspected, export } => Some((inspected, export)),
            Outcome::Refused(_) | Outcome::NotTaken(_) => None,
        }
    }

    fn refused(&self) -> Option<&Refused> {
        match self.outcome {
            Outcome::Refused(refused) => Some(refused),
            Outcome::Came { .. } | Outcome::NotTaken(_) => None,
        }
    }

    fn not_taken(&self) -> Option<&str> {
        match self.outcome {
            Outcome::NotTaken(why) => Some(why),
            Outcome::Came { .. } | Outcome::Refused(_) => None,
        }
    }

    fn expires(&self) -> String {
        self.came().and_then(|(inspected, _)| inspected.expires_at).map(time_of_day).unwrap_or_default()
    }

    fn total(&self) -> String {
        dollars(self.came().map_or(0, |(_, export)| export.treatments.iter().map(|row| row.fee).sum()))
    }
}

fn dollars(cents: u32) -> String {
    format!("${}.{:02}", cents / 100, cents % 100)
}

/// A sign-in that did not come about, or has ended.
#[derive(Template)]
#[template(path = "demo/ledgerly/refused.html")]
pub struct Refusal<'a> {
    pub title: &'a str,
    pub text: &'a str,
    /// The provider's own words.
    pub said: Option<String>,
}
