//! What must be known before the unit begins: what to lock, and whose passwords to hash. Nothing of it is believed
//! later; whoever finds something else under the locks begins again.
use super::{NotApplied, Options};
use crate::{
    acts::{
        Desk,
        apply::state::{PasswordWanted, Presence, State},
    },
    store::{Lock, StoreError, Tx},
};
use ostiary_gate::domain::secret::Secret;
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Seen {
    pub(super) locks: BTreeSet<Lock>,
    /// Whose password will be set, by address.
    to_hash: Vec<(String, Secret)>,
}

pub(super) async fn look(desk: &Desk, state: &State, options: &Options) -> Result<Seen, StoreError> {
    let mut unit = desk.store.look().await?;
    let tx = unit.tx();
    let mut locks = BTreeSet::new();
    for slug in slugs(state) {
        locks.extend(tx.tenant_by_slug(slug).await?.map(Lock::Tenant));
    }
    for client in &state.clients {
        locks.insert(Lock::Client(client.id.clone()));
        locks.extend(tx.tenants_connected_to(&client.id).await?.into_iter().map(Lock::Tenant));
    }
    for connection in &state.connections {
        locks.insert(Lock::Client(connection.client.value.clone()));
    }
    let mut to_hash = vec![];
    for person in &state.people {
        let known = tx.person_by_email(&person.email).await?;
        if let Some(id) = &known {
            locks.extend(tx.memberships(id).await?.into_iter().map(|m| Lock::Tenant(m.tenant)));
        }
        if person.presence != Presence::Absent
            && (known.is_none() || options.reseed)
            && let Some(PasswordWanted::Plain(password)) = &person.password
            && !is_already(tx, desk, known.as_ref(), password).await?
        {
            to_hash.push((person.email.clone(), password.clone()));
        }
    }
    Ok(Seen { locks, to_hash })
}

/// Whether this is the password already; only asked where it would be replaced.
async fn is_already(
    tx: &mut Tx,
    desk: &Desk,
    person: Option<&ostiary_gate::domain::ids::PersonId>,
    password: &Secret,
) -> Result<bool, StoreError> {
    let Some(person) = person else { return Ok(false) };
    let stored = tx.person(person).await?.and_then(|row| row.password_hash);
    let now = tx.now(&*desk.clock).await?;
    Ok(stored.is_some() && matches!(desk.hashing.check(stored, password.clone(), now).await, Ok(Some(_))))
}

fn slugs(state: &State) -> BTreeSet<&str> {
    let tenants = state.tenants.iter().map(|tenant| tenant.slug.as_str());
    let bound = state.clients.iter().filter_map(|client| client.tenant.as_ref());
    let members = state.people.iter().flat_map(|person| person.memberships.iter().map(|m| &m.tenant));
    let connected = state.connections.iter().map(|connection| &connection.tenant);
    tenants.chain(bound.chain(members).chain(connected).map(|slug| slug.value.as_str())).collect()
}

/// In chunks that the pool has room for. What was hashed in an earlier round is not hashed again.
pub(super) async fn hash(desk: &Desk, seen: &Seen, hashes: &mut BTreeMap<String, String>) -> Result<(), NotApplied> {
    let missing: Vec<_> = seen.to_hash.iter().filter(|(email, _)| !hashes.contains_key(email)).cloned().collect();
    for chunk in missing.chunks(8) {
        let mut running = tokio::task::JoinSet::new();
        for (email, password) in chunk.iter().cloned() {
            let hashing = desk.hashing.clone();
            running.spawn(async move { hashing.hash(password).await.map(|phc| (email, phc)) });
        }
        for done in running.join_all().await {
            let (email, phc) = done?;
            hashes.insert(email, phc);
        }
    }
    Ok(())
}
