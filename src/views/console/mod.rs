//! The clinic's console: what a practice manager sees (JOURNEYS B1 to B9). Of other clinics nothing is ever shown here.
pub mod apps;
pub mod choose;
pub mod help;
pub mod log;
pub mod overview;
pub mod people;
pub mod review;
pub mod security;

use crate::views::words::Key;

/// Who is at the console, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// The clinic's slug, as it stands in `/console/{tenant}`.
    pub tenant: String,
    pub section: Section,
    /// Their name.
    pub person: String,
    /// Members see one page: who the admins are.
    pub is_admin: bool,
    /// Whether this person belongs to other clinics too.
    pub may_switch: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Overview,
    People,
    Security,
    Apps,
    Log,
}

impl Section {
    const ALL: [Self; 5] = [Self::Overview, Self::People, Self::Security, Self::Apps, Self::Log];

    fn label(self) -> Key {
        match self {
            Self::Overview => Key("desk-overview"),
            Self::People => Key("desk-people"),
            Self::Security => Key("desk-security"),
            Self::Apps => Key("desk-apps"),
            Self::Log => Key("desk-log"),
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::People => "/people",
            Self::Security => "/settings/general/security",
            Self::Apps => "/apps",
            Self::Log => "/log",
        }
    }
}

/// An entry of the navigation.
struct Entry {
    label: Key,
    address: String,
    is_current: bool,
}

impl Desk {
    /// `path` within this clinic's console.
    pub fn to(&self, path: &str) -> String {
        format!("/console/{}{path}", self.tenant)
    }

    fn entries(&self) -> impl Iterator<Item = Entry> {
        let may_see = |section: &Section| self.is_admin || *section == Section::Security;
        Section::ALL.into_iter().filter(may_see).map(|section| Entry {
            label: section.label(),
            address: self.to(section.path()),
            is_current: section == self.section,
        })
    }

    fn security(&self) -> String {
        self.to(Section::Security.path())
    }
}

/// How far somebody is, in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    NotYet,
    /// An admin reset it, and nothing was bound since.
    ResetWaiting,
}

impl Readiness {
    fn label(self) -> Key {
        match self {
            Self::Ready => Key("ready-yes"),
            Self::NotYet => Key("ready-not-yet"),
            Self::ResetWaiting => Key("ready-reset-waiting"),
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Ready => "good",
            Self::NotYet => "bad",
            Self::ResetWaiting => "wait",
        }
    }
}

/// The box as the console shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TwoFactorBox {
    Off,
    Pending {
        starts_at: ostiary_gate::domain::time::Instant,
    },
    On {
        since: ostiary_gate::domain::time::Instant,
        /// The connected apps because of which nobody can turn it off.
        locked_by: Vec<String>,
    },
}
