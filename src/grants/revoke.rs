//! Revocation (RFC 7009). A refresh token ends its grant, and all that hangs from it; an access token ends itself. A token
//! that is nobody's or another client's ends nothing, and the answer is the same.
use super::{held::Held, log_in_each, presented::Named};
use crate::{
    acts::Desk,
    crypto::hash::sha256_base64url,
    protocol::token::TokenError,
    store::{End, StoreError, Tx, Which},
};
use ostiary_gate::domain::{audit::Event, client::Client, ids::GrantId, secret::Secret};

pub async fn revoke(desk: &Desk, client: &Client, token: &Secret) -> Result<(), TokenError> {
    let named = Named::read(desk.porter.mint(), token);
    let hash = sha256_base64url(token.expose().as_bytes());
    let mut unit = desk.store.begin().await?;
    revoke_in(unit.tx(), desk, client, (&named, &hash)).await?;
    Ok(unit.commit().await?)
}

async fn revoke_in(tx: &mut Tx, desk: &Desk, client: &Client, token: (&Named, &str)) -> Result<(), StoreError> {
    let (named, hash) = token;
    let now = tx.now(&*desk.clock).await?;
    if let Some(access) = named.find(tx, now).await? {
        if access.held.row.client()? == client.id {
            named.end(tx).await?;
        }
        return Ok(());
    }
    // Spent ones too: whoever holds any of the family may end it.
    let Some(refresh) = tx.find_refresh(hash).await? else { return Ok(()) };
    let Some(held) = of_client(tx, &refresh.grant()?, client).await? else { return Ok(()) };
    if tx.end_grants(Which::One(&held.id), End::All, "revoked by the client", now).await? > 0 {
        let person = held.row.person()?;
        let about = (Event::GrantEnded, client, person.as_ref(), &held.id);
        log_in_each(tx, desk, held.tenants(), about, now).await?;
    }
    Ok(())
}

async fn of_client(tx: &mut Tx, id: &GrantId, client: &Client) -> Result<Option<Held>, StoreError> {
    let Some(held) = Held::read(tx, id).await? else { return Ok(None) };
    Ok((held.row.client()? == client.id).then_some(held))
}
