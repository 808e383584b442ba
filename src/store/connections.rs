//! Connections: a tenant's agreement with a client. Whether one is live is computed by the domain, never stored.
use super::{Sql, StoreError, Tx, row, run, text};
use ostiary_gate::domain::{
    ids::{ClientId, ConnectionId, TenantId},
    scope::Scope,
    tenant::Connection,
    time::Instant,
};

row! {
    struct ConnectionRow {
        id: String,
        client_id: String,
        client_name: String,
        requires: bool,
        scope: String,
        agreed_at: i64,
    }
}
row! { struct TenantOf { tenant_id: String } }

const OF_TENANT: Sql = text!(
    "select k.id, k.client_id, c.name as client_name, c.requires_tenant_two_factor as requires, k.scope, k.agreed_at
       from connections k join clients c on c.id = k.client_id
      where k.tenant_id = $1 and k.ended_at is null
      order by k.agreed_at, k.id"
);
const TENANTS_OF: Sql =
    text!("select tenant_id from connections where client_id = $1 and ended_at is null order by tenant_id");
const INSERT: Sql = text!(
    "insert into connections (id, tenant_id, client_id, scope, agreed_by, agreed_at) values ($1, $2, $3, $4, $5, $6)"
);
const END: Sql =
    text!("update connections set ended_at = $3 where tenant_id = $1 and client_id = $2 and ended_at is null");
const TOUCH: Sql = text!("update tenants set revision = revision + 1 where id = $1");
const SCOPE: Sql =
    text!("update connections set scope = $3 where tenant_id = $1 and client_id = $2 and ended_at is null");

impl Tx {
    pub(super) async fn connections_of(&mut self, tenant: &TenantId) -> Result<Vec<Connection>, StoreError> {
        let rows = run!(self, fetch::<ConnectionRow>, OF_TENANT, tenant.as_str())?;
        let read = |row: ConnectionRow| {
            let broken = |why: String| StoreError::unreadable("connection", why);
            Ok(Connection {
                id: ConnectionId::parse(&row.id).map_err(|e| broken(e.to_string()))?,
                client: ClientId::parse(&row.client_id).map_err(|e| broken(e.to_string()))?,
                client_name: row.client_name,
                requires_two_factor: row.requires,
                scope: Scope::parse(&row.scope).map_err(|e| broken(e.to_string()))?,
                agreed_at: Instant(row.agreed_at),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// The tenants that have agreed with this client.
    pub async fn tenants_connected_to(&mut self, client: &ClientId) -> Result<Vec<TenantId>, StoreError> {
        let rows = run!(self, fetch::<TenantOf>, TENANTS_OF, client.as_str())?;
        rows.iter()
            .map(|r| TenantId::parse(&r.tenant_id).map_err(|e| StoreError::unreadable("connection", e)))
            .collect()
    }

    pub async fn insert_connection(
        &mut self,
        tenant: &TenantId,
        connection: &Connection,
        agreed_by: &str,
    ) -> Result<(), StoreError> {
        let (id, client, scope) = (connection.id.as_str(), connection.client.as_str(), connection.scope.to_string());
        run!(self, execute, INSERT, id, tenant.as_str(), client, scope, agreed_by, connection.agreed_at.0)?;
        self.bump_tenant(tenant).await
    }

    /// Whether there was one to end.
    pub async fn end_connection(
        &mut self,
        tenant: &TenantId,
        client: &ClientId,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let ended = run!(self, execute, END, tenant.as_str(), client.as_str(), now.0)? > 0;
        self.bump_tenant(tenant).await?;
        Ok(ended)
    }

    pub async fn set_connection_scope(
        &mut self,
        tenant: &TenantId,
        client: &ClientId,
        scope: &Scope,
    ) -> Result<(), StoreError> {
        run!(self, execute, SCOPE, tenant.as_str(), client.as_str(), scope.to_string())?;
        self.bump_tenant(tenant).await
    }

    /// What a tenant agreed to is part of the edition that decisions rest on.
    async fn bump_tenant(&mut self, tenant: &TenantId) -> Result<(), StoreError> {
        run!(self, execute, TOUCH, tenant.as_str())?;
        Ok(())
    }
}
