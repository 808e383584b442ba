//! `/console/{tenant}/people` and its invitation form (JOURNEYS B8).
use super::{Desk, Readiness};
use crate::views::{
    frame::{Fault, Frame, Page},
    words::Phrase,
};
use askama::Template;
use ostiary_gate::domain::{person::Role, time::Instant};

#[derive(Template)]
#[template(path = "console/people.html")]
pub struct People {
    pub frame: Frame,
    pub desk: Desk,
    pub rows: Vec<Row>,
    pub filter: Filter,
    /// What was searched for.
    pub search: String,
    /// The address just invited. The answer is the same for known and unknown addresses (RULES 1).
    pub invited: Option<String>,
    /// The query for the next page.
    pub more: Option<String>,
}

/// Somebody of this clinic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `per_…` for the person's page; none until an invitation is accepted.
    pub person: Option<String>,
    /// Until acceptance the address that was typed.
    pub name: String,
    pub role: Role,
    pub standing: RowStanding,
    pub codes_left: u32,
    /// The last sign-in *here*.
    pub last_sign_in: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStanding {
    Live(Readiness),
    Invited,
    Suspended,
}

/// Filters are links: `?mfa=none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    Everyone,
    NotReady,
    Admins,
}

/// A filter as a link.
struct FilterLink {
    text: Phrase,
    address: String,
    is_current: bool,
}

impl People {
    fn filters(&self) -> [FilterLink; 3] {
        [
            (Filter::Everyone, self.frame.t("people-everyone"), ""),
            (Filter::NotReady, self.frame.t("people-not-ready"), "?mfa=none"),
            (Filter::Admins, self.frame.t("people-admins"), "?role=admin"),
        ]
        .map(|(filter, text, query)| FilterLink {
            text,
            address: self.desk.to(&format!("/people{query}")),
            is_current: filter == self.filter,
        })
    }

    fn standing(&self, row: &Row) -> (&'static str, Phrase) {
        match row.standing {
            RowStanding::Live(readiness) => (readiness.class(), self.frame.locale.say(readiness.label())),
            RowStanding::Invited => ("wait", self.frame.t("people-invited")),
            RowStanding::Suspended => ("bad", self.frame.t("people-suspended")),
        }
    }

    /// It can be taken back; until then only the address that was typed is known.
    fn is_invited(&self, row: &Row) -> bool {
        row.standing == RowStanding::Invited
    }

    fn role(&self, row: &Row) -> Phrase {
        role(&self.frame, row.role)
    }

    fn last(&self, row: &Row) -> String {
        row.last_sign_in.map_or_else(|| self.frame.t("people-never").to_string(), |at| self.frame.when(&at).short())
    }
}

pub(super) fn role(frame: &Frame, role: Role) -> Phrase {
    match role {
        Role::Admin => frame.t("role-admin"),
        Role::Member => frame.t("role-member"),
    }
}

impl Page for People {
    fn title(&self) -> Phrase {
        self.frame.t("desk-people")
    }
}

/// `/console/{tenant}/people/invite`
#[derive(Template)]
#[template(path = "console/invite.html")]
pub struct Invite {
    pub frame: Frame,
    pub desk: Desk,
    pub email: String,
    pub role: Role,
    pub error: Option<InviteError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteError {
    NoEmail,
    NotAnAddress,
    Throttled { minutes: u32 },
}

impl Invite {
    fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

impl Page for Invite {
    fn title(&self) -> Phrase {
        self.frame.t("people-invite")
    }

    fn fault(&self) -> Option<Fault> {
        Some(match self.error? {
            InviteError::NoEmail => Fault::at("email", self.frame.t("people-no-email")),
            InviteError::NotAnAddress => Fault::at("email", self.frame.t("email-not-an-address")),
            InviteError::Throttled { minutes } => Fault::general(self.frame.t("throttled").count("minutes", minutes)),
        })
    }
}
