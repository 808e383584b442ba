//! From text to what it asks for. Finds everything that is wrong with the file itself; what depends on the deployment is
//! found when it is done.
mod client;
mod connection;
mod person;
mod policy;
mod resource;
mod tenant;
#[cfg(test)]
mod tests;
mod words;

pub use words::{email, time_zone};

use super::{
    reading::{Fault, Fields, Paper, Place},
    state::{Presence, State},
};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::PathBuf,
};

/// Reads a state file. Files named by `…_file` keys are looked for `beside`.
///
/// # Errors
/// Every fault, each with its place.
pub fn read(text: &str, beside: PathBuf) -> Result<State, Vec<Fault>> {
    let (paper, table) = Paper::open(text, beside);
    let mut root = paper.fields(&table);
    let state = State {
        tenants: each(&mut root, "tenant", tenant::read),
        resources: each(&mut root, "resource", resource::read),
        clients: each(&mut root, "client", client::read),
        people: each(&mut root, "person", person::read),
        connections: each(&mut root, "connection", connection::read),
    };
    root.finish();
    none_twice(&paper, &state);
    let faults = paper.faults();
    if faults.is_empty() { Ok(state) } else { Err(faults) }
}

fn each<T>(root: &mut Fields<'_, '_>, key: &'static str, read: impl Fn(&mut Fields<'_, '_>) -> Option<T>) -> Vec<T> {
    let mut found = vec![];
    for mut fields in root.tables(key) {
        found.extend(read(&mut fields));
        fields.finish();
    }
    found
}

/// `state = "absent"`
fn presence(fields: &mut Fields<'_, '_>) -> Presence {
    let words = [("present", Presence::Present), ("absent", Presence::Absent)];
    fields.choice("state", &words).map_or(Presence::Unsaid, |noted| noted.value)
}

fn none_twice(paper: &Paper<'_>, state: &State) {
    let mut seen = BTreeMap::new();
    let mut once = |what: String, place: Place| match seen.entry(what) {
        Entry::Vacant(free) => {
            free.insert(place);
        }
        Entry::Occupied(taken) => {
            paper.note(Some(place), format!("{} is here twice; first in line {}", taken.key(), taken.get().line));
        }
    };
    for tenant in &state.tenants {
        once(format!("tenant \"{}\"", tenant.slug), tenant.place);
    }
    for resource in &state.resources {
        once(format!("resource \"{}\"", resource.identifier), resource.place);
        if let Some(id) = &resource.client_id {
            once(format!("client_id \"{}\"", id.value), id.place);
        }
    }
    for client in &state.clients {
        once(format!("client_id \"{}\"", client.id), client.place);
    }
    for person in &state.people {
        once(format!("person \"{}\"", person.email), person.place);
        for membership in &person.memberships {
            let of = format!("membership of \"{}\" in \"{}\"", person.email, membership.tenant.value);
            once(of, membership.tenant.place);
        }
    }
    for connection in &state.connections {
        once(
            format!("connection of \"{}\" with \"{}\"", connection.tenant.value, connection.client.value),
            connection.place,
        );
    }
}
