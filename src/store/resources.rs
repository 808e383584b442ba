//! Resources: the registered APIs that access tokens are for (RFC 8707).
use super::{Sql, StoreError, Tx, row, run, text, unword, word};
use crate::crypto::{hash, root::Kind};
use ostiary_gate::domain::{
    client::Algorithm, ids::ClientId, scope::Scope, secret::Secret, tenant::Standing, time::Instant,
};

row! {
    pub struct ResourceRow {
        pub identifier: String,
        scopes: String,
        /// `jwt` or `opaque`.
        pub token_format: String,
        token_alg: String,
        /// By which name it introspects.
        pub client_id: String,
        secret_hash: String,
        standing: String,
    }
}

macro_rules! resource_where {
    ($rest:literal) => {
        text!(concat!(
            "select identifier, scopes, token_format, token_alg, client_id, secret_hash, standing from resources ",
            $rest
        ))
    };
}
const BY_IDENTIFIER: Sql = resource_where!("where identifier = $1");
const BY_CLIENT: Sql = resource_where!("where client_id = $1");
const ALL: Sql = resource_where!("order by identifier");
const UPSERT: Sql = text!(
    "insert into resources (identifier, scopes, token_format, token_alg, client_id, secret_hash, standing, revision, made_at)
     values ($1, $2, $3, $4, $5, $6, 'active', 1, $7)
     on conflict (identifier) do update set scopes = excluded.scopes, token_format = excluded.token_format,
        token_alg = excluded.token_alg, client_id = excluded.client_id, secret_hash = excluded.secret_hash,
        revision = resources.revision + 1"
);
const UPDATE: Sql = text!(
    "update resources set scopes = $2, token_format = $3, token_alg = $4, client_id = $5, revision = revision + 1
      where identifier = $1"
);
const STANDING: Sql = text!("update resources set standing = $2, revision = revision + 1 where identifier = $1");

impl ResourceRow {
    pub fn scopes(&self) -> Result<Scope, StoreError> {
        Scope::parse(&self.scopes).map_err(|e| StoreError::unreadable("resource", e))
    }

    pub fn algorithm(&self) -> Result<Algorithm, StoreError> {
        Algorithm::parse(&self.token_alg).ok_or_else(|| StoreError::unreadable("resource", &self.token_alg))
    }

    pub fn is_active(&self) -> Result<bool, StoreError> {
        Ok(unword::<Standing>("standing", self.standing.clone())? == Standing::Active)
    }
}

impl Tx {
    pub async fn resource(&mut self, identifier: &str) -> Result<Option<ResourceRow>, StoreError> {
        Ok(run!(self, fetch::<ResourceRow>, BY_IDENTIFIER, identifier)?.pop())
    }

    pub async fn resource_by_client(&mut self, client: &ClientId) -> Result<Option<ResourceRow>, StoreError> {
        Ok(run!(self, fetch::<ResourceRow>, BY_CLIENT, client.as_str())?.pop())
    }

    pub async fn resources(&mut self) -> Result<Vec<ResourceRow>, StoreError> {
        run!(self, fetch::<ResourceRow>, ALL)
    }

    pub async fn put_resource(
        &mut self,
        identifier: &str,
        scopes: &Scope,
        format: (&str, Algorithm),
        credentials: (&ClientId, &Secret),
        now: Instant,
    ) -> Result<(), StoreError> {
        let (client, secret) = credentials;
        let hash = self.shared.root.keyed_hash(Kind::ClientSecret, client.as_str(), secret.expose().as_bytes());
        let (form, alg) = (format.0, word("algorithm", &format.1)?);
        run!(self, execute, UPSERT, identifier, scopes.to_string(), form, alg, client.as_str(), hash, now.0)?;
        Ok(())
    }

    /// All but its secret.
    pub async fn set_resource(
        &mut self,
        identifier: &str,
        scopes: &Scope,
        format: (&str, Algorithm),
        client: &ClientId,
    ) -> Result<(), StoreError> {
        let alg = word("algorithm", &format.1)?;
        run!(self, execute, UPDATE, identifier, scopes.to_string(), format.0, alg, client.as_str())?;
        Ok(())
    }

    pub async fn set_resource_standing(&mut self, identifier: &str, standing: Standing) -> Result<(), StoreError> {
        run!(self, execute, STANDING, identifier, word("standing", &standing)?)?;
        Ok(())
    }

    /// In constant time.
    pub fn resource_secret_matches(&self, row: &ResourceRow, presented: &Secret) -> bool {
        hash::same(
            &row.secret_hash,
            self.shared.root.keyed_hash(Kind::ClientSecret, &row.client_id, presented.expose().as_bytes()),
        )
    }
}
