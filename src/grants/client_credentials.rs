//! `client_credentials`: a machine, for one clinic (RFC 6749 §4.4, RULES 3 and 4). No person, so never `openid`, never a
//! refresh token; what it may do is what the clinic's admin agreed to.
use super::{
    Answer, Grant, refusal,
    terms::{ACCESS_LIFE, access, can_be_signed, check_target, scope_for},
};
use crate::{
    acts::{Desk, visit::named},
    crypto::dice,
    porter::{Claim, Cleared, No, Road, Whose},
    protocol::token::{self, TokenError, TokenRequest},
    store::{NewGrant, Order, StoreError, Tx},
};
use ostiary_gate::{
    domain::{
        client::Client,
        grant::Keeping,
        ids::GrantId,
        scope::{STANDARD, Scope},
        time::Instant,
    },
    gate::{Demand, Occasion},
};
use serde_json::json;

pub struct ClientCredentials;

impl Grant for ClientCredentials {
    fn name(&self) -> &'static str {
        "client_credentials"
    }

    fn give<'a>(&self, desk: &'a Desk, client: &'a Client, request: TokenRequest<'a>) -> Answer<'a> {
        Box::pin(async move {
            // RFC 6749 §4.4: confidential clients only, whatever a registration says.
            if client.is_public() {
                return Err(TokenError::UnauthorizedClient("a public client is no machine that could be trusted"));
            }
            let asked = request.client_credentials()?;
            if client.tenant.is_none() && asked.tenant.is_none() {
                return Err(TokenError::InvalidRequest("for which clinic? say it with tenant or scope tenant:..."));
            }
            let scope = wanted(client, &asked.scope)?;
            let tail = dice::tail(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
            let grant = GrantId::from_tail(&tail).map_err(|e| StoreError::unreadable("grant id", e))?;
            desk.porter.issue(&mut Machine { desk, client, asked, scope, grant, asked_nothing: json!({}) }).await
        })
    }
}

/// Without a scope, all that an API of somebody's might know it by.
fn wanted(client: &Client, asked: &Scope) -> Result<Scope, TokenError> {
    if asked.words().any(|word| STANDARD.contains(&word)) {
        return Err(TokenError::InvalidScope("these scopes are about a person, and a machine is none"));
    }
    let own = STANDARD.iter().fold(client.scope.clone(), |scope, word| scope.without(word));
    match (asked.is_empty(), asked.is_within(&own)) {
        (true, _) => Ok(own),
        (false, true) => Ok(asked.clone()),
        (false, false) => Err(TokenError::InvalidScope("this client is not registered for this scope")),
    }
}

struct Machine<'a> {
    desk: &'a Desk,
    client: &'a Client,
    asked: token::ClientCredentials<'a>,
    scope: Scope,
    grant: GrantId,
    /// What the order borrows.
    asked_nothing: serde_json::Value,
}

impl Machine<'_> {
    async fn claim(&self, tx: &mut Tx) -> Result<Claim, StoreError> {
        Ok(Claim {
            client: self.client.id.clone(),
            whose: Whose::Machine,
            pin: named(tx, self.asked.tenant.as_deref()).await?,
            occasion: Occasion::Machine,
            scope: self.scope.clone(),
            resource: self.asked.resource.map(str::to_owned),
            demand: Demand::default(),
            wishes: vec![],
            fresh: None,
            only: None,
            consented: true,
        })
    }
}

impl Road for Machine<'_> {
    type Error = TokenError;

    async fn look(&mut self, tx: &mut Tx) -> Result<Option<Claim>, TokenError> {
        Ok(Some(self.claim(tx).await?))
    }

    async fn present(&mut self, tx: &mut Tx, _: Instant) -> Result<Claim, TokenError> {
        check_target(tx, self.client, self.asked.resource).await?;
        Ok(self.claim(tx).await?)
    }

    async fn spend<'a>(&'a mut self, _: &mut Tx, cleared: &'a Cleared) -> Result<Order<'a>, TokenError> {
        let client = &cleared.rules.client;
        self.scope = scope_for(cleared.resource.as_ref(), &self.scope)?;
        let access = access(&self.desk.settings.issuer, cleared, cleared.now.plus(ACCESS_LIFE))?;
        can_be_signed(self.desk.porter.mint(), &access, None)?;
        let new_grant = NewGrant {
            id: &self.grant,
            session: None,
            keeping: Keeping::Machine,
            scope: &self.scope,
            resource: cleared.resource.as_ref().map(|row| row.identifier.as_str()),
            sid: None,
            tenant_aware: client.tenant_aware,
            asked: &self.asked_nothing,
        };
        Ok(Order {
            occasion: "client_credentials",
            grant: &self.grant,
            new_grant: Some(new_grant),
            scope: &self.scope,
            sid: None,
            names_tenant: cleared.names.as_ref().map(|tenant| &tenant.id),
            code: None,
            access: Some(access),
            refresh: None,
            id_token: None,
        })
    }

    async fn refuse(&mut self, _: &mut Tx, no: No, _: Instant) -> TokenError {
        refusal::of_machine(&no)
    }
}
