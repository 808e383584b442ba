//! What an authorization request asked that later answers need: kept with the grant, as a document.
use crate::{acts::visit::demand_of, protocol::authorize::AuthorizeRequest};
use ostiary_gate::{
    domain::{
        client::Client,
        ids::{ClientId, SessionId, TenantId},
    },
    gate::Demand,
};
use serde::{Deserialize, Serialize};

/// Read back at redemption, refresh and userinfo. Members that an older edition did not write are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The whole request, without what only mattered on the way: `state`, hints.
    pub request: Option<Box<AuthorizeRequest>>,
    /// `acr` strings asked for, the binding ones first, then wishes and defaults.
    pub acr: Vec<String>,
}

impl Asked {
    pub fn of(request: &AuthorizeRequest, client: &Client) -> Self {
        let essential =
            request.claims.acr.iter().filter(|ask| ask.essential).flat_map(|ask| ask.values.iter().cloned());
        let acr = essential.chain(request.wished_acr(client)).collect();
        let mut kept = request.clone();
        kept.state = None;
        kept.nonce = None;
        kept.login_hint = None;
        kept.id_token_hint = None;
        kept.ui_locales = vec![];
        Self { request: Some(Box::new(kept)), acr }
    }

    /// The binding clauses of the request: joined again at redemption.
    pub fn demand(&self) -> Demand {
        self.request.as_deref().map(demand_of).unwrap_or_default()
    }
}

/// `sid` of tokens and logout: one per session, client and, for clients that can tell, tenant (RULES 3).
pub fn sid(session: &SessionId, client: &ClientId, tenant: Option<&TenantId>) -> String {
    let named = tenant.map_or("", TenantId::as_str);
    crate::crypto::hash::sha256_base64url(format!("{session} {client} {named}").as_bytes())
}
