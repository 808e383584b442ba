//! What must be told to the outside, written in the transaction of what it tells: either both happened or neither.
//! Owns claiming, retrying and forgetting; what is told, and how, its sender knows. Bodies are sealed, and wiped as
//! soon as they are told: they hold links and codes.
use super::{Sql, StoreError, Tx, row, run, text};
use crate::crypto::{
    dice::{self, Dice},
    seal::Place,
};
use ostiary_gate::domain::{
    ids::{PersonId, TenantId},
    time::{Instant, Span},
};
use zeroize::Zeroizing;

/// Something to be told.
pub struct Telling<'a> {
    /// Which sender takes it: `mail`.
    pub kind: &'a str,
    pub tenant: Option<&'a TenantId>,
    pub person: Option<&'a PersonId>,
    pub body: &'a [u8],
    /// Not told later than this.
    pub expires_at: Instant,
}

/// Something claimed: nobody else tells it until the claim runs out.
pub struct Claimed {
    /// Stays the same over all tries: a receiver can see by it that something came twice.
    pub id: String,
    pub kind: String,
    pub tenant: Option<TenantId>,
    pub person: Option<PersonId>,
    /// Sealed for somebody else, or unreadable: never to be told.
    pub body: Result<Zeroizing<Vec<u8>>, StoreError>,
    pub made_at: Instant,
    pub expires_at: Instant,
    /// This one included.
    pub tries: i64,
    /// The claim's own instant: a later claim is another.
    since: i64,
}

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    pub pending: i64,
    /// When the oldest of them was made.
    pub oldest: Option<Instant>,
}

row! {
    struct OutboxRow {
        id: String,
        kind: String,
        tenant_id: Option<String>,
        person_id: Option<String>,
        sealed: String,
        made_at: i64,
        expires_at: i64,
        tries: i64,
    }
}
row! { struct Due { n: i64 } }
row! { struct Waiting { pending: i64, oldest: Option<i64> } }

const INSERT: Sql = text!(
    "insert into outbox (id, kind, tenant_id, person_id, sealed, due_at, expires_at, tries, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, 0, $6)"
);
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "update outbox set claimed_at = $1, tries = tries + 1
              where id in (select id from outbox
                            where done_at is null and due_at <= $1 and (claimed_at is null or claimed_at <= $2)
                            order by due_at, id limit $3",
            $lock,
            ") returning id, kind, tenant_id, person_id, sealed, made_at, expires_at, tries"
        )
    };
}
/// On PostgreSQL nodes pass over what another is claiming; on SQLite the writer is the lock.
const CLAIM: Sql = Sql { sqlite: claim!(""), postgres: claim!(" for update skip locked") };
const DUE: Sql = text!(
    "select count(*) as n from (select id from outbox
      where done_at is null and due_at <= $1 and (claimed_at is null or claimed_at <= $2) limit 1) as due"
);
const DONE: Sql = text!(
    "update outbox set done_at = $3, claimed_at = null, sealed = '', last_error = $4
      where id = $1 and claimed_at = $2 and done_at is null"
);
const AGAIN: Sql = text!(
    "update outbox set due_at = $3, claimed_at = null, last_error = $4
      where id = $1 and claimed_at = $2 and done_at is null"
);
const BACKLOG: Sql = text!("select count(*) as pending, min(made_at) as oldest from outbox where done_at is null");

fn place<'a>(id: &'a str, person: Option<&'a str>, tenant: Option<&'a str>) -> Place<'a> {
    Place { table: "outbox", column: "sealed", row: id, owner: person.or(tenant).unwrap_or(""), epoch: 1 }
}

impl Tx {
    /// Writes it down, due at once. Its id comes back.
    pub async fn put_outbox(
        &mut self,
        telling: &Telling<'_>,
        now: Instant,
        dice: &dyn Dice,
    ) -> Result<String, StoreError> {
        let crypto = |e: crate::crypto::Fault| StoreError::Crypto(e.to_string());
        let id = dice::tail(dice).map_err(crypto)?;
        let (person, tenant) = (telling.person.map(PersonId::as_str), telling.tenant.map(TenantId::as_str));
        let sealed = self.shared.root.seal(&place(&id, person, tenant), telling.body).map_err(crypto)?;
        let (kind, expires) = (telling.kind, telling.expires_at.0);
        run!(self, execute, INSERT, id.as_str(), kind, tenant, person, sealed, now.0, expires)?;
        Ok(id)
    }

    /// Whether there is anything to claim: a look, so that a quiet outbox costs no writer anything.
    pub async fn outbox_is_due(&mut self, lease: Span, now: Instant) -> Result<bool, StoreError> {
        let row = run!(self, fetch::<Due>, DUE, now.0, now.minus(lease).0)?.pop();
        Ok(row.is_some_and(|row| row.n > 0))
    }

    /// Takes up to `most` that are due, oldest first. A claim older than `lease` is of a node that died.
    pub async fn claim_outbox(&mut self, most: i64, lease: Span, now: Instant) -> Result<Vec<Claimed>, StoreError> {
        let rows = run!(self, fetch::<OutboxRow>, CLAIM, now.0, now.minus(lease).0, most)?;
        let read = |row: OutboxRow| {
            let place = place(&row.id, row.person_id.as_deref(), row.tenant_id.as_deref());
            let body = self.shared.root.open(&place, &row.sealed).map_err(|e| StoreError::Crypto(e.to_string()));
            Claimed {
                body,
                // What is no id was not written by us, and then the seal does not open either.
                tenant: row.tenant_id.and_then(|id| TenantId::parse(&id).ok()),
                person: row.person_id.and_then(|id| PersonId::parse(&id).ok()),
                id: row.id,
                kind: row.kind,
                made_at: Instant(row.made_at),
                expires_at: Instant(row.expires_at),
                tries: row.tries,
                since: now.0,
            }
        };
        let mut claimed: Vec<_> = rows.into_iter().map(read).collect();
        claimed.sort_by(|a, b| (a.made_at, &a.id).cmp(&(b.made_at, &b.id)));
        Ok(claimed)
    }

    /// Told, or given up with the reason. Whether the claim was still ours.
    pub async fn outbox_done(
        &mut self,
        claimed: &Claimed,
        gave_up: Option<&str>,
        now: Instant,
    ) -> Result<bool, StoreError> {
        Ok(run!(self, execute, DONE, claimed.id.as_str(), claimed.since, now.0, gave_up)? == 1)
    }

    /// Not told this time: again at `due`. `why` holds no address and no secret.
    pub async fn outbox_again(&mut self, claimed: &Claimed, due: Instant, why: &str) -> Result<bool, StoreError> {
        Ok(run!(self, execute, AGAIN, claimed.id.as_str(), claimed.since, due.0, why)? == 1)
    }

    pub async fn outbox_backlog(&mut self) -> Result<Backlog, StoreError> {
        let row = run!(self, fetch::<Waiting>, BACKLOG)?.pop();
        let row = row.ok_or_else(|| StoreError::unreadable("outbox", "no count"))?;
        Ok(Backlog { pending: row.pending, oldest: row.oldest.map(Instant) })
    }
}
