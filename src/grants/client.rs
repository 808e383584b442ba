//! Who asks at the back channel: clients, and resources that introspect. One answer, after the same work, for a name that
//! nobody has, a wrong secret, another method than the registered one, and whoever is out of service.
use crate::{
    protocol::{client_auth::Presented, token::TokenError},
    store::{ResourceRow, Store, StoreError, Tx},
};
use ostiary_gate::domain::{client::Client, tenant::Standing};

/// Who may ask about tokens (RFC 7662 §2.1).
pub enum Asker {
    Client(Box<Client>),
    Resource(Box<ResourceRow>),
}

/// RFC 6749 §2.3. The registered method only; a public client has none.
pub async fn authenticate(store: &Store, presented: &Presented) -> Result<Client, TokenError> {
    let mut unit = store.look().await?;
    let found = client(unit.tx(), presented).await?;
    found.ok_or_else(|| presented.refusal())
}

/// As [`authenticate`], for clients with a secret and for resources.
pub async fn authenticate_asker(store: &Store, presented: &Presented) -> Result<Asker, TokenError> {
    // A name alone proves nothing, and introspection tells (RFC 7662 §4).
    let Some(secret) = presented.secret() else { return Err(presented.refusal()) };
    let mut unit = store.look().await?;
    let tx = unit.tx();
    if let Some(client) = client(tx, presented).await? {
        return Ok(Asker::Client(Box::new(client)));
    }
    let Some(row) = tx.resource_by_client(presented.client_id()).await? else { return Err(presented.refusal()) };
    // An API has no registered method: its secret may come either way.
    if tx.resource_secret_matches(&row, secret) && row.is_active()? {
        Ok(Asker::Resource(Box::new(row)))
    } else {
        Err(presented.refusal())
    }
}

async fn client(tx: &mut Tx, presented: &Presented) -> Result<Option<Client>, StoreError> {
    let Some(row) = tx.client(presented.client_id()).await? else {
        if let Some(secret) = presented.secret() {
            tx.match_no_secret(presented.client_id(), secret);
        }
        return Ok(None);
    };
    let client = row.client()?;
    let proved = match presented.secret() {
        Some(secret) => tx.secret_matches(&row, secret),
        None => client.is_public(),
    };
    let fits = proved && presented.method() == client.auth_method && client.standing == Standing::Active;
    Ok(fits.then_some(client))
}
