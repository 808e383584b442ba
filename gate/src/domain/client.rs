//! A registered relying party, by the names of RFC 7591 where it has them.
use super::{
    amr::Reference,
    ids::{ClientId, TenantId},
    scope::Scope,
    tenant::Standing,
    time::Span,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    None,
    ClientSecretBasic,
    ClientSecretPost,
}

impl AuthMethod {
    pub const ALL: [Self; 3] = [Self::None, Self::ClientSecretBasic, Self::ClientSecretPost];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
        }
    }
}

/// Signature algorithms of tokens (RFC 7518 §3.1, RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    RS256,
    ES256,
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    pub const ALL: [Self; 3] = [Self::RS256, Self::ES256, Self::EdDsa];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::ES256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.as_str() == text)
    }
}

/// What of a client's wishes needs the tenant's agreement (RULES 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionNeed {
    None,
    /// `offline_access`, machine grants and the scopes of a resource; plain sign-in stays possible.
    Offline,
    All,
}

/// Alternatives, each a set of references that must all be there: `["otp"]` is one alternative.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequireAmr(pub Vec<BTreeSet<Reference>>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "registration metadata are flags, each with its own name")]
pub struct Client {
    pub id: ClientId,
    pub name: String,
    pub standing: Standing,
    pub auth_method: AuthMethod,
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    pub grant_types: BTreeSet<String>,
    pub scope: Scope,
    pub default_resource: Option<String>,
    /// Consent is the operator's word.
    pub first_party: bool,
    /// Its tokens name the tenant and it compares; an unaware client is gated by all of the person's tenants.
    pub tenant_aware: bool,
    /// Bound to one tenant; none: serves all.
    pub tenant: Option<TenantId>,
    pub keeps_suspended_grants: bool,
    pub require_pkce: bool,
    pub require_amr: RequireAmr,
    pub requires_tenant_two_factor: bool,
    pub connection: ConnectionNeed,
    pub default_max_age: Option<Span>,
    pub default_acr_values: Vec<String>,
    pub id_token_alg: Algorithm,
    pub access_token_alg: Algorithm,
    pub revision: i64,
}

impl Client {
    pub fn is_public(&self) -> bool {
        self.auth_method == AuthMethod::None
    }

    /// PKCE is demanded of public clients always, of others unless their registration says otherwise.
    pub fn pkce_is_required(&self) -> bool {
        self.is_public() || self.require_pkce
    }

    /// Whether what is wanted needs the tenant's agreement.
    pub fn needs_connection(&self, scope: &Scope, is_machine: bool, has_resource_scope: bool) -> bool {
        match self.connection {
            ConnectionNeed::None => false,
            ConnectionNeed::Offline => is_machine || has_resource_scope || scope.has("offline_access"),
            ConnectionNeed::All => true,
        }
    }
}
