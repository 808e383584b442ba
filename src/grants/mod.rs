//! What the token endpoint gives, one file per grant, and the authorization endpoint's part of it: how a visit becomes a
//! code. A grant says what was presented and what a yes buys; the porter does the rest. To add one: a file here and a line
//! in [`GRANTS`]; discovery, registration and the tests iterate that list.
pub mod asked;
pub mod authorize;
pub mod client;
mod client_credentials;
mod code;
#[cfg(test)]
mod code_tests;
pub mod door;
#[cfg(test)]
mod flip_tests;
pub mod held;
pub mod introspect;
#[cfg(test)]
mod machine_tests;
mod presented;
mod refresh;
#[cfg(test)]
mod refresh_tests;
pub mod refusal;
pub mod revoke;
mod terms;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod userinfo;

use crate::{
    acts::Desk,
    mint::Tokens,
    protocol::token::{TokenAnswer, TokenError, TokenRequest, TokenType},
    store::{StoreError, Tx},
};
use ostiary_gate::domain::{
    audit::{Actor, Entry, Event},
    client::Client,
    ids::{GrantId, PersonId, TenantId},
    time::Instant,
};
use std::{future::Future, pin::Pin};

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Tokens, TokenError>> + Send + 'a>>;

/// One way to come by tokens. It reads its own parameters and goes its own road; it cannot say yes: only the gate can.
pub trait Grant: Sync {
    /// The `grant_type` on the wire.
    fn name(&self) -> &'static str;

    /// For a client that was authenticated and is registered for this grant.
    fn give<'a>(&self, desk: &'a Desk, client: &'a Client, request: TokenRequest<'a>) -> Answer<'a>;
}

/// Every grant there is.
pub const GRANTS: &[&dyn Grant] =
    &[&code::AuthorizationCode, &refresh::RefreshToken, &client_credentials::ClientCredentials];

/// The token endpoint (RFC 6749 §3.2), for a client that was authenticated.
pub async fn give(desk: &Desk, client: &Client, request: TokenRequest<'_>) -> Result<TokenAnswer, TokenError> {
    let grant = GRANTS.iter().find(|grant| grant.name() == request.grant_type);
    let grant = grant.ok_or(TokenError::UnsupportedGrantType)?;
    if !client.grant_types.contains(grant.name()) {
        return Err(TokenError::UnauthorizedClient("this client is not registered for this grant_type"));
    }
    let tokens = grant.give(desk, client, request).await?;
    let access_token = tokens.access_token.ok_or_else(|| StoreError::unreadable("issue", "no access token"))?;
    Ok(TokenAnswer {
        access_token,
        token_type: TokenType::Bearer,
        expires_in: tokens.expires_in,
        refresh_token: tokens.refresh_token,
        id_token: tokens.id_token,
        scope: tokens.scope,
    })
}

/// Says in the log of each tenant what happened to a grant.
async fn log_in_each(
    tx: &mut Tx,
    desk: &Desk,
    tenants: &[TenantId],
    about: (Event, &Client, Option<&PersonId>, &GrantId),
    now: Instant,
) -> Result<(), StoreError> {
    let (event, client, person, grant) = about;
    for tenant in tenants {
        let entry = Entry {
            tenant: Some(tenant.clone()),
            actor: Actor::Client(client.id.clone()),
            event,
            person: person.cloned(),
            client: Some(client.id.clone()),
            detail: grant.to_string(),
        };
        tx.log(&entry, None, now, &*desk.dice).await?;
    }
    Ok(())
}
