//! The world of the tests: three clinics, three people, four apps, and a scene in which one of them asks for a token.
//!
//! Every test starts from here and says only what is different. Ages are "so long ago", seen from [`NOW`].
#![allow(dead_code, reason = "each test binary uses its own part of the world")]

pub mod people;
pub mod scene;

use ostiary_gate::domain::{
    amr::{Factor, Key, Proof, Reach, Reference},
    client::{Algorithm, AuthMethod, Client, ConnectionNeed, RequireAmr},
    ids::{AuthenticatorId, ClientId, ConnectionId, GrantId, PersonId, SessionId, TenantId},
    scope::Scope,
    tenant::{Connection, Policy, Standing, Tenant, TwoFactor},
    time::{Instant, Span},
};
use std::collections::BTreeSet;

/// Tuesday, 3 March 2026, ten o'clock.
pub const NOW: Instant = Instant::from_seconds(1_772_532_000);
pub const RIVERSIDE: &str = "riverside";
pub const HILLTOP: &str = "hilltop";
pub const NORTHSIDE: &str = "northside";
/// What an admin agreed that Ledgerly may do at night.
pub const AGREED: &str = "invoices.read invoices.write";

pub fn ago(span: Span) -> Instant {
    NOW.minus(span)
}

pub fn minutes(n: i64) -> Span {
    Span::minutes(n)
}

pub fn hours(n: i64) -> Span {
    Span::hours(n)
}

pub fn days(n: i64) -> Span {
    Span::days(n)
}

/// A name as the 26 characters behind an id's prefix.
fn tail(name: &str) -> String {
    format!("{name:0<26}")
}

pub fn tenant_id(name: &str) -> TenantId {
    TenantId::from_tail(&tail(name)).unwrap()
}

pub fn person_id(name: &str) -> PersonId {
    PersonId::from_tail(&tail(name)).unwrap()
}

pub fn authenticator_id(name: &str) -> AuthenticatorId {
    AuthenticatorId::from_tail(&tail(name)).unwrap()
}

pub fn session_id(name: &str) -> SessionId {
    SessionId::from_tail(&tail(name)).unwrap()
}

pub fn grant_id(name: &str) -> GrantId {
    GrantId::from_tail(&tail(name)).unwrap()
}

pub fn client_id(name: &str) -> ClientId {
    ClientId::parse(name).unwrap()
}

pub fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

/// These clinics, as a reach or an exception to one.
pub fn clinics_named(names: &[&str]) -> BTreeSet<TenantId> {
    names.iter().copied().map(tenant_id).collect()
}

/// A clinic whose box is off.
fn clinic(name: &str) -> Tenant {
    Tenant {
        id: tenant_id(name),
        slug: name.to_owned(),
        name: name.to_owned(),
        time_zone: "Australia/Sydney".to_owned(),
        locale: "en-AU".to_owned(),
        phone_country: "AU".to_owned(),
        standing: Standing::Active,
        policy: Policy::default(),
        required_since: None,
        pending: None,
        connections: Vec::new(),
        revision: 7,
    }
}

/// Riverside has ticked the box, a month ago.
pub fn riverside() -> Tenant {
    let mut tenant = clinic(RIVERSIDE);
    tick(&mut tenant);
    tenant
}

pub fn hilltop() -> Tenant {
    clinic(HILLTOP)
}

pub fn northside() -> Tenant {
    clinic(NORTHSIDE)
}

pub fn tick(tenant: &mut Tenant) {
    tenant.policy.two_factor = TwoFactor::Required;
    tenant.required_since = Some(ago(days(30)));
}

pub fn untick(tenant: &mut Tenant) {
    tenant.policy.two_factor = TwoFactor::Off;
    tenant.required_since = None;
}

/// The agreement with Ledgerly, which wants two factors of everyone.
pub fn agreement() -> Connection {
    Connection {
        id: ConnectionId::from_tail(&tail("ledgerly")).unwrap(),
        client: client_id("ledgerly"),
        client_name: "Ledgerly".to_owned(),
        requires_two_factor: true,
        scope: scope(AGREED),
        agreed_at: ago(days(20)),
    }
}

fn app(name: &str) -> Client {
    Client {
        id: client_id(name),
        name: name.to_owned(),
        standing: Standing::Active,
        auth_method: AuthMethod::ClientSecretBasic,
        redirect_uris: vec![format!("https://{name}.example/back")],
        post_logout_redirect_uris: Vec::new(),
        grant_types: BTreeSet::from(["authorization_code".to_owned(), "refresh_token".to_owned()]),
        scope: scope("openid profile offline_access"),
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
        id_token_alg: Algorithm::ES256,
        access_token_alg: Algorithm::ES256,
        revision: 3,
    }
}

/// The clinic app: its tokens name the clinic.
pub fn web() -> Client {
    app("web")
}

/// A public app in the browser that cannot tell clinics apart.
pub fn spa() -> Client {
    Client { auth_method: AuthMethod::None, tenant_aware: false, ..app("spa") }
}

/// The accounting integration: a code from everyone who signs in to it, two factors from everyone in the clinic.
pub fn ledgerly() -> Client {
    Client {
        first_party: false,
        require_amr: floor(&[&[Reference::Otp]]),
        requires_tenant_two_factor: true,
        connection: ConnectionNeed::Offline,
        ..app("ledgerly")
    }
}

/// A machine of Riverside's own.
pub fn svc() -> Client {
    Client {
        grant_types: BTreeSet::from(["client_credentials".to_owned()]),
        tenant: Some(tenant_id(RIVERSIDE)),
        ..app("svc")
    }
}

pub fn floor(alternatives: &[&[Reference]]) -> RequireAmr {
    RequireAmr(alternatives.iter().map(|set| set.iter().copied().collect()).collect())
}

pub const PASSKEY: Factor = Factor::Passkey { user_verified: true, key: Key::Synced };
/// A key that was only touched.
pub const TOUCH: Factor = Factor::Passkey { user_verified: false, key: Key::Synced };
pub const OTHER_TOUCH: Factor = Factor::Passkey { user_verified: false, key: Key::Unknown };

/// A proof that counts everywhere.
pub fn shown(factor: Factor, age: Span) -> Proof {
    Proof { factor, at: ago(age), authenticator: None, reach: Reach::everywhere() }
}
