//! The activity log, written in the transaction of what it records. Append only.
use super::{Sql, StoreError, Tx, document, json, row, run, text, unword, word};
use crate::crypto::dice::{self, Dice};
use ostiary_gate::domain::{
    audit::{Actor, Entry, Event},
    ids::{ClientId, EntryId, PersonId, TenantId},
    time::Instant,
};

row! {
    struct AuditRow {
        at: i64,
        tenant_id: Option<String>,
        actor: String,
        event: String,
        person_id: Option<String>,
        client_id: Option<String>,
        detail: String,
        reference: Option<String>,
    }
}

/// One row as the console reads it.
pub struct LogRow {
    pub at: Instant,
    pub entry: Entry,
    pub reference: Option<String>,
}

const INSERT: Sql = text!(
    "insert into audit (id, at, tenant_id, actor, event, person_id, client_id, detail, reference)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
);
macro_rules! audit_where {
    ($rest:literal) => {
        text!(concat!("select at, tenant_id, actor, event, person_id, client_id, detail, reference from audit ", $rest))
    };
}
const OF_TENANT: Sql = audit_where!("where tenant_id = $1 and at < $2 order by at desc, id desc limit $3");
const OF_PERSON: Sql = audit_where!("where person_id = $1 and at < $2 order by at desc, id desc limit $3");
const BY_REFERENCE: Sql = audit_where!("where reference = $1 order by at desc limit 5");

fn read(row: AuditRow) -> Result<LogRow, StoreError> {
    let broken = |why: String| StoreError::unreadable("audit", why);
    let entry = Entry {
        tenant: row.tenant_id.as_deref().map(TenantId::parse).transpose().map_err(|e| broken(e.to_string()))?,
        actor: document::<Actor>("actor", &row.actor)?,
        event: unword::<Event>("event", row.event)?,
        person: row.person_id.as_deref().map(PersonId::parse).transpose().map_err(|e| broken(e.to_string()))?,
        client: row.client_id.as_deref().map(ClientId::parse).transpose().map_err(|e| broken(e.to_string()))?,
        detail: row.detail,
    };
    Ok(LogRow { at: Instant(row.at), entry, reference: row.reference })
}

row! { struct Latest { at: Option<i64> } }
const SIGNED_IN: Sql =
    text!("select max(at) as at from audit where person_id = $1 and tenant_id = $2 and event = 'signed_in'");

impl Tx {
    /// When this person last signed in to anything in this tenant. What they did elsewhere is not this tenant's (RULES 1).
    pub async fn last_signed_in(
        &mut self,
        person: &PersonId,
        tenant: &TenantId,
    ) -> Result<Option<Instant>, StoreError> {
        let row = run!(self, fetch::<Latest>, SIGNED_IN, person.as_str(), tenant.as_str())?.pop();
        Ok(row.and_then(|row| row.at).map(Instant))
    }

    /// One row. `reference` is what the person was shown, where they were shown one.
    pub async fn log(
        &mut self,
        entry: &Entry,
        reference: Option<&str>,
        now: Instant,
        dice: &dyn Dice,
    ) -> Result<(), StoreError> {
        let tail = dice::tail(dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
        let id = EntryId::from_tail(&tail).map_err(|e| StoreError::unreadable("entry id", e))?;
        run!(
            self,
            execute,
            INSERT,
            id.as_str(),
            now.0,
            entry.tenant.as_ref().map(TenantId::as_str),
            json("actor", &entry.actor)?,
            word("event", &entry.event)?,
            entry.person.as_ref().map(PersonId::as_str),
            entry.client.as_ref().map(ClientId::as_str),
            entry.detail.as_str(),
            reference
        )?;
        Ok(())
    }

    /// Newest first, older than `before`.
    pub async fn log_of_tenant(
        &mut self,
        tenant: &TenantId,
        before: Instant,
        most: i64,
    ) -> Result<Vec<LogRow>, StoreError> {
        run!(self, fetch::<AuditRow>, OF_TENANT, tenant.as_str(), before.0, most)?.into_iter().map(read).collect()
    }

    pub async fn log_of_person(
        &mut self,
        person: &PersonId,
        before: Instant,
        most: i64,
    ) -> Result<Vec<LogRow>, StoreError> {
        run!(self, fetch::<AuditRow>, OF_PERSON, person.as_str(), before.0, most)?.into_iter().map(read).collect()
    }

    pub async fn log_by_reference(&mut self, reference: &str) -> Result<Vec<LogRow>, StoreError> {
        run!(self, fetch::<AuditRow>, BY_REFERENCE, reference)?.into_iter().map(read).collect()
    }
}
