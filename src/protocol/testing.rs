//! What the tests of this room share.
use ostiary_gate::domain::{
    client::{Algorithm, AuthMethod, Client, ConnectionNeed, RequireAmr},
    ids::ClientId,
    scope::Scope,
    tenant::Standing,
};

pub fn pairs(sent: &[(&str, &str)]) -> Vec<(String, String)> {
    sent.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A confidential, tenant-aware client as an operator would register it.
#[allow(clippy::unwrap_used, clippy::missing_panics_doc)]
pub fn web() -> Client {
    Client {
        id: ClientId::parse("web").unwrap(),
        name: "Bluegum Appointments".to_owned(),
        standing: Standing::Active,
        auth_method: AuthMethod::ClientSecretBasic,
        redirect_uris: vec!["https://app.example/cb".to_owned(), "https://app.example/cb2?x=1".to_owned()],
        post_logout_redirect_uris: vec!["https://app.example/bye".to_owned()],
        grant_types: ["authorization_code".to_owned(), "refresh_token".to_owned()].into(),
        scope: Scope::parse("openid profile email phone address tenant offline_access notes").unwrap(),
        default_resource: None,
        first_party: true,
        tenant_aware: true,
        tenant: None,
        keeps_suspended_grants: false,
        require_pkce: true,
        require_amr: RequireAmr::default(),
        requires_tenant_two_factor: false,
        connection: ConnectionNeed::None,
        default_max_age: None,
        default_acr_values: Vec::new(),
        id_token_alg: Algorithm::RS256,
        access_token_alg: Algorithm::ES256,
        revision: 1,
    }
}

/// A public client: an app on somebody's own machine.
#[allow(clippy::unwrap_used, clippy::missing_panics_doc)]
pub fn native() -> Client {
    Client {
        id: ClientId::parse("desk").unwrap(),
        auth_method: AuthMethod::None,
        redirect_uris: vec![
            "http://127.0.0.1/callback".to_owned(),
            "http://[::1]:7000/callback".to_owned(),
            "http://localhost:7000/callback".to_owned(),
            "com.bluegum.desk:/callback".to_owned(),
        ],
        ..web()
    }
}
