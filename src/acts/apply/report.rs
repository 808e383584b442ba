//! What an apply did, or would do: for people line by line, for programs as JSON.
use ostiary_gate::domain::time::Instant;
use serde::Serialize;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    Made,
    Changed,
    Ended,
}

/// One thing that is now as the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub sign: Sign,
    /// "tenant riverside"
    pub of: String,
    /// `two_factor off → required`; empty where the sign says it all.
    pub what: String,
}

/// One thing that stays as it was although the file says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    pub of: String,
    pub what: String,
    /// Why, and what would change it.
    pub why: String,
}

/// Whom a ticked box stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stops {
    pub tenant: String,
    /// None: at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    pub people: usize,
    /// Not set up, by name.
    pub not_ready: Vec<String>,
    pub signed_in_now: usize,
    pub grants_suspended: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub changes: Vec<Change>,
    pub kept: Vec<Kept>,
    pub impact: Vec<Stops>,
    pub notes: Vec<String>,
}

impl Report {
    pub fn changes_nothing(&self) -> bool {
        self.changes.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Change { sign, of, what } in &self.changes {
            let sign = match sign {
                Sign::Made => '+',
                Sign::Changed => '~',
                Sign::Ended => '-',
            };
            if what.is_empty() { writeln!(f, "{sign} {of}")? } else { writeln!(f, "{sign} {of}: {what}")? }
        }
        for Kept { of, what, why } in &self.kept {
            writeln!(f, "= {of}: {what} is kept: {why}")?;
        }
        for stops in &self.impact {
            let when = stops.from.as_deref().map_or_else(|| "from now on".to_owned(), |from| format!("from {from}"));
            let (ready, people) = (stops.people - stops.not_ready.len(), stops.people);
            writeln!(f, "! {}: two-factor is required {when}; {ready} of {people} people are set up", stops.tenant)?;
            if !stops.not_ready.is_empty() {
                writeln!(f, "!   will be asked to set it up: {}", stops.not_ready.join(", "))?;
            }
            if stops.signed_in_now > 0 || stops.grants_suspended > 0 {
                let (people, grants) = (stops.signed_in_now, stops.grants_suspended);
                writeln!(f, "!   signed in now: {people}; grants suspended until then: {grants}")?;
            }
        }
        for note in &self.notes {
            writeln!(f, "  {note}")?;
        }
        Ok(())
    }
}

/// As people at the clinic would read it.
pub(super) fn local(at: Instant, zone: &str) -> String {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let at = jiff::Timestamp::from_microsecond(at.0).unwrap_or_default();
    at.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M %:z").to_string()
}
