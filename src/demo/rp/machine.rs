//! Without a person: a client's own token for a clinic that has connected it, and a resource's look at a token it is shown.
use super::{
    Away, RelyingParty, causes,
    wire::{Introspected, Refused},
};
use openidconnect::{AccessToken, OAuth2TokenResponse, RequestTokenError, Scope, TokenIntrospectionResponse};
use ostiary_gate::domain::time::Instant;

/// For which clinic (by slug), for which interface (RFC 8707), to do what.
pub struct Wanted<'a> {
    pub scope: &'a str,
    pub tenant: &'a str,
    pub resource: &'a str,
}

/// What a token is good for, as the provider says it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    pub client_id: Option<String>,
    pub sub: Option<String>,
    pub scope: Vec<String>,
    pub audience: Vec<String>,
    pub tenant_id: Option<String>,
    pub expires_at: Option<Instant>,
    pub amr: Vec<String>,
}

impl RelyingParty {
    /// `client_credentials` for one clinic. The outer error: nothing can be concluded; the inner: the provider says no.
    pub async fn machine_token(&self, wanted: &Wanted<'_>) -> Result<Result<AccessToken, Refused>, Away> {
        let provider = self.provider().await?;
        let request = provider.client.exchange_client_credentials();
        let request = request.map_err(|fault| Away::Discovery(causes(&fault)))?;
        let request = request
            .add_scope(Scope::new(wanted.scope.to_owned()))
            .add_extra_param("tenant", wanted.tenant.to_owned())
            .add_extra_param("resource", wanted.resource.to_owned());
        match request.request_async(self.http()).await {
            Ok(answer) => Ok(Ok(answer.access_token().clone())),
            Err(RequestTokenError::ServerResponse(refused)) => Ok(Err(refused)),
            Err(fault) => Err(Away::Silent(causes(&fault))),
        }
    }

    /// RFC 7662, as whoever we are registered as: a client asks about its own tokens, a resource about those for it.
    pub async fn inspect(&self, access: &AccessToken) -> Result<Option<Inspected>, Away> {
        let provider = self.provider().await?;
        let answer = provider.client.introspect(access).set_token_type_hint("access_token");
        let answer = answer.request_async(self.http()).await.map_err(|fault| Away::Silent(causes(&fault)))?;
        Ok(answer.active().then(|| inspected(&answer)))
    }
}

fn inspected(answer: &Introspected) -> Inspected {
    let more = answer.extra_fields();
    Inspected {
        client_id: answer.client_id().map(|id| id.as_str().to_owned()),
        sub: answer.sub().map(str::to_owned),
        scope: answer.scopes().into_iter().flatten().map(|scope| scope.as_str().to_owned()).collect(),
        audience: answer.aud().cloned().unwrap_or_default(),
        tenant_id: more.tenant_id.clone(),
        expires_at: answer.exp().map(|at| Instant::from_seconds(at.timestamp())),
        amr: more.amr.clone().unwrap_or_default(),
    }
}
