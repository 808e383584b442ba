//! The locks of RULES 7, in a statement of their own, before anything is read. SQLite's one writer is the lock.
//!
//! Whoever decides shares them; whoever tightens, connects, unticks or disables takes them alone. [measured] Advisory
//! locks and not `for share`: under 64 issuers `for share` alone starved the flip; taken inside the reading statement,
//! the lock came too late and the answer was still "off".
use super::{StoreError, Tx, Work};
use ostiary_gate::domain::ids::{ClientId, TenantId};

/// What to lock. Order does not matter here; it is made the same for everybody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    Tenant(TenantId),
    Client(ClientId),
}

impl Lock {
    fn name(&self) -> String {
        match self {
            Self::Tenant(id) => format!("tenant {id}"),
            Self::Client(id) => format!("client {id}"),
        }
    }
}

impl Tx {
    /// Shared: any number decide at once, nobody changes what they rest on.
    pub async fn share(&mut self, locks: &[Lock]) -> Result<(), StoreError> {
        const SHARE: &str = "select pg_advisory_xact_lock_shared(hashtextextended(name, 0))
                               from unnest($1::text[]) with ordinality as wanted (name, place) order by place";
        self.take(SHARE, locks).await
    }

    /// Alone: waits for those who decide now; those who come later wait and then see the change.
    pub async fn alone(&mut self, locks: &[Lock]) -> Result<(), StoreError> {
        const ALONE: &str = "select pg_advisory_xact_lock(hashtextextended(name, 0))
                               from unnest($1::text[]) with ordinality as wanted (name, place) order by place";
        self.take(ALONE, locks).await
    }

    async fn take(&mut self, sql: &'static str, locks: &[Lock]) -> Result<(), StoreError> {
        let Work::Postgres(tx) = &mut self.work else { return Ok(()) };
        let mut sorted = locks.to_vec();
        // Tenants before clients, then by id: the same order for all, so nobody waits in a circle. The database hashes the names, so every node agrees on the keys.
        sorted.sort();
        sorted.dedup();
        let names: Vec<String> = sorted.iter().map(Lock::name).collect();
        sqlx::query(sql).bind(names).execute(&mut **tx).await?;
        Ok(())
    }
}
