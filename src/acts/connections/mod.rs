//! A clinic's agreements with apps: made and ended by its admin with a fresh code (RULES 4, JOURNEYS B6).
//!
//! An app that demands two factors of everyone is connected together with the box: ticked now, or from a start until which
//! the connection waits. While such a connection is live nothing is lowered; ending it ends what the app holds here.
mod here;
#[cfg(test)]
mod tests;

pub use here::{NotConnectedHere, clinic_of, connect_here, needs_code};

use super::{
    Desk,
    guard::{Caller, Fresh, Stop, admin},
    policy::{self, Change, PolicyError, TheBox, Wish},
};
use crate::{
    crypto::dice,
    store::{End, Lock, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    Blame,
    audit::{Actor, Entry, Event},
    client::{Client, ConnectionNeed},
    ids::{ClientId, ConnectionId, PersonId, TenantId},
    scope::{STANDARD, Scope},
    tenant::{Connection, Standing, Tenant},
    time::Instant,
};

/// Why nothing was connected or ended.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// Not there, not in service, another clinic's, or nothing that is connected.
    #[error("no app that can be connected")]
    NoSuchApp,
    #[error("it is connected already")]
    Connected,
    #[error("nothing to end")]
    NotConnected,
    /// The app demands two factors of everyone and the box is off: when should it start?
    #[error("it must be said when two factors start")]
    NoStart,
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl From<Stop> for ConnectionError {
    fn from(stop: Stop) -> Self {
        Self::Policy(stop.into())
    }
}

impl From<StoreError> for ConnectionError {
    fn from(fault: StoreError) -> Self {
        Self::Policy(fault.into())
    }
}

impl Blame for ConnectionError {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Policy(cause) if cause.is_ours())
    }
}

/// What an admin agrees to. `start`: when the box is ticked, where the app needs that and it is not.
pub async fn connect(
    desk: &Desk,
    caller: &Caller,
    tenant: &TenantId,
    client: &ClientId,
    start: Option<TheBox>,
) -> Result<(), ConnectionError> {
    let mut unit = desk.store.begin().await?;
    let answer = connect_in(desk, unit.tx(), caller, (tenant, client), start).await;
    unit.settle(answer).await
}

async fn connect_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (tenant, client): (&TenantId, &ClientId),
    start: Option<TheBox>,
) -> Result<(), ConnectionError> {
    tx.alone(&[Lock::Tenant(tenant.clone()), Lock::Client(client.clone())]).await?;
    let now = tx.now(&*desk.clock).await?;
    admin(tx, caller, tenant, Fresh::Yes, now).await?;
    connect_as(desk, tx, &caller.person, (tenant, client), start, now).await
}

/// Under the locks, by an admin who was asked for a fresh code.
async fn connect_as(
    desk: &Desk,
    tx: &mut Tx,
    admin: &PersonId,
    (tenant, client): (&TenantId, &ClientId),
    start: Option<TheBox>,
    now: Instant,
) -> Result<(), ConnectionError> {
    let before = tx.tenant(tenant).await?.ok_or(ConnectionError::NoSuchApp)?;
    let row = tx.client(client).await?.ok_or(ConnectionError::NoSuchApp)?;
    let client = row.client()?;
    if !may_connect(&client, &before) {
        return Err(ConnectionError::NoSuchApp);
    }
    if before.connections.iter().any(|c| c.client == client.id) {
        return Err(ConnectionError::Connected);
    }
    let actor = Actor::Person(admin.clone());
    if client.requires_tenant_two_factor && !before.box_is_ticked(now) {
        ticked(desk, tx, (&before, admin), start, now).await?;
    }
    agree(desk, tx, &actor, (&before, &client), agreed_scope(&client), now).await
}

/// Ticks the box as the admin said, or leaves the start that is set.
async fn ticked(
    desk: &Desk,
    tx: &mut Tx,
    (tenant, admin): (&Tenant, &PersonId),
    start: Option<TheBox>,
    now: Instant,
) -> Result<(), ConnectionError> {
    let the_box = match (start, tenant.pending) {
        (Some(start @ (TheBox::On | TheBox::From(_))), _) => start,
        (Some(TheBox::Stays | TheBox::Off) | None, Some(_)) => return Ok(()),
        (Some(TheBox::Stays | TheBox::Off) | None, None) => return Err(ConnectionError::NoStart),
    };
    // RULES 1: what the saver demands of others they have done themselves.
    if !policy::is_prepared(tx, admin).await? {
        return Err(PolicyError::NotPrepared.into());
    }
    let wish = Wish::the_box(tenant, the_box);
    let change = Change { tenant: &tenant.id, wish, reason: "", revision: None };
    match policy::change(desk, tx, &change, &Actor::Person(admin.clone()), now).await {
        Ok(_) | Err(PolicyError::Refused(policy::Refused::NothingChanged)) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// The one way to write an agreement down. The caller holds tenant and client alone and has settled who may ask.
pub async fn agree(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    (tenant, client): (&Tenant, &Client),
    scope: Scope,
    now: Instant,
) -> Result<(), ConnectionError> {
    let tail = dice::tail(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let connection = Connection {
        id: ConnectionId::from_tail(&tail).map_err(|e| StoreError::unreadable("connection id", e))?,
        client: client.id.clone(),
        client_name: client.name.clone(),
        requires_two_factor: client.requires_tenant_two_factor,
        scope,
        agreed_at: now,
    };
    let by = match actor {
        Actor::Person(id) => id.to_string(),
        Actor::Client(id) => id.to_string(),
        Actor::Operator(name) => name.clone(),
        Actor::System => String::new(),
    };
    tx.insert_connection(&tenant.id, &connection, &by).await?;
    write_down(desk, tx, (actor, &tenant.id, &client.id), Event::ConnectionMade, now).await
}

/// An admin ends an agreement; everything the app holds for this clinic ends with it, machines' grants too (RULES 5).
pub async fn disconnect(
    desk: &Desk,
    caller: &Caller,
    tenant: &TenantId,
    client: &ClientId,
) -> Result<(), ConnectionError> {
    let mut unit = desk.store.begin().await?;
    let answer = disconnect_in(desk, unit.tx(), caller, (tenant, client)).await;
    unit.settle(answer).await
}

async fn disconnect_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (tenant, client): (&TenantId, &ClientId),
) -> Result<(), ConnectionError> {
    tx.alone(&[Lock::Tenant(tenant.clone()), Lock::Client(client.clone())]).await?;
    let now = tx.now(&*desk.clock).await?;
    admin(tx, caller, tenant, Fresh::Yes, now).await?;
    end(desk, tx, &Actor::Person(caller.person.clone()), (tenant, client), now).await
}

/// The one way to end an agreement. The caller holds tenant and client alone and has settled who may ask.
pub async fn end(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    (tenant, client): (&TenantId, &ClientId),
    now: Instant,
) -> Result<(), ConnectionError> {
    if !tx.end_connection(tenant, client, now).await? {
        return Err(ConnectionError::NotConnected);
    }
    tx.end_grants(Which::OfClientIn(client, tenant), End::All, "disconnected", now).await?;
    write_down(desk, tx, (actor, tenant, client), Event::ConnectionEnded, now).await
}

async fn write_down(
    desk: &Desk,
    tx: &mut Tx,
    (actor, tenant, client): (&Actor, &TenantId, &ClientId),
    event: Event,
    now: Instant,
) -> Result<(), ConnectionError> {
    let entry = Entry {
        tenant: Some(tenant.clone()),
        actor: actor.clone(),
        event,
        person: None,
        client: Some(client.clone()),
        detail: String::new(),
    };
    Ok(tx.log(&entry, None, now, &*desk.dice).await?)
}

/// Apps that a clinic can connect, by name: in service, of all clinics or its own, and nothing that is connected.
pub async fn available(tx: &mut Tx, tenant: &Tenant) -> Result<Vec<Client>, StoreError> {
    let mut found = Vec::new();
    for id in tx.client_ids().await? {
        let Some(row) = tx.client(&id).await? else { continue };
        let client = row.client()?;
        if may_connect(&client, tenant) && !tenant.connections.iter().any(|c| c.client == id) {
            found.push(client);
        }
    }
    found.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(found)
}

fn may_connect(client: &Client, tenant: &Tenant) -> bool {
    let is_ours = client.tenant.as_ref().is_none_or(|own| *own == tenant.id);
    // RULES 3: a machine that serves all clinics works in one only by its word.
    let is_machine = client.grant_types.contains("client_credentials");
    is_ours && client.standing == Standing::Active && (client.connection != ConnectionNeed::None || is_machine)
}

/// What the clinic agrees to: the scopes of APIs that the app is registered for; about people it asks each of them.
fn agreed_scope(client: &Client) -> Scope {
    STANDARD.iter().fold(client.scope.clone(), |scope, word| scope.without(word))
}
