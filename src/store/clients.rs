//! Clients: the registration as a document, beside what SQL must see.
use super::{Sql, StoreError, Tx, document, json, row, run, text, unword, word};
use crate::crypto::{hash, root::Kind};
use ostiary_gate::domain::{client::Client, ids::ClientId, secret::Secret, tenant::Standing, time::Instant};

row! {
    pub struct ClientRow {
        pub id: String,
        standing: String,
        secret_hash: Option<String>,
        metadata: String,
        revision: i64,
    }
}
row! { struct Id { id: String } }

const BY_ID: Sql = text!("select id, standing, secret_hash, metadata, revision from clients where id = $1");
const ALL: Sql = text!("select id from clients order by id");
const UPSERT: Sql = text!(
    "insert into clients (id, name, standing, secret_hash, tenant_id, requires_tenant_two_factor, metadata, revision, made_at)
     values ($1, $2, 'active', $3, $4, $5, $6, 1, $7)
     on conflict (id) do update set name = excluded.name, secret_hash = coalesce(excluded.secret_hash, clients.secret_hash),
        tenant_id = excluded.tenant_id, requires_tenant_two_factor = excluded.requires_tenant_two_factor,
        metadata = excluded.metadata, revision = clients.revision + 1"
);
const STANDING: Sql = text!("update clients set standing = $2, revision = revision + 1 where id = $1");

impl ClientRow {
    /// The registration; standing and revision come from their own columns.
    pub fn client(&self) -> Result<Client, StoreError> {
        let mut client: Client = document("client", &self.metadata)?;
        client.standing = unword("standing", self.standing.clone())?;
        client.revision = self.revision;
        Ok(client)
    }

    pub fn has_secret(&self) -> bool {
        self.secret_hash.is_some()
    }
}

impl Tx {
    pub async fn client(&mut self, id: &ClientId) -> Result<Option<ClientRow>, StoreError> {
        Ok(run!(self, fetch::<ClientRow>, BY_ID, id.as_str())?.pop())
    }

    pub async fn client_ids(&mut self) -> Result<Vec<ClientId>, StoreError> {
        let rows = run!(self, fetch::<Id>, ALL)?;
        rows.iter().map(|r| ClientId::parse(&r.id).map_err(|e| StoreError::unreadable("client", e))).collect()
    }

    /// Makes or replaces a registration; without a secret the old one stays.
    pub async fn put_client(
        &mut self,
        client: &Client,
        secret: Option<&Secret>,
        now: Instant,
    ) -> Result<(), StoreError> {
        let hash =
            secret.map(|s| self.shared.root.keyed_hash(Kind::ClientSecret, client.id.as_str(), s.expose().as_bytes()));
        let tenant = client.tenant.as_ref().map(|t| t.as_str().to_owned());
        let metadata = json("client", client)?;
        let (id, name, requires) = (client.id.as_str(), client.name.as_str(), client.requires_tenant_two_factor);
        run!(self, execute, UPSERT, id, name, hash, tenant, requires, metadata, now.0)?;
        Ok(())
    }

    pub async fn set_client_standing(&mut self, id: &ClientId, standing: Standing) -> Result<(), StoreError> {
        run!(self, execute, STANDING, id.as_str(), word("standing", &standing)?)?;
        Ok(())
    }

    /// The work of [`Tx::secret_matches`] for a name that nobody has.
    pub fn match_no_secret(&self, name: &ClientId, presented: &Secret) {
        let presented = self.shared.root.keyed_hash(Kind::ClientSecret, name.as_str(), presented.expose().as_bytes());
        std::hint::black_box(hash::same(&presented, &presented));
    }

    /// In constant time; a client without a secret matches nothing.
    pub fn secret_matches(&self, row: &ClientRow, presented: &Secret) -> bool {
        let presented = self.shared.root.keyed_hash(Kind::ClientSecret, &row.id, presented.expose().as_bytes());
        row.secret_hash.as_deref().is_some_and(|stored| hash::same(stored, &presented))
    }
}
