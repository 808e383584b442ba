//! What somebody says they are owed. Nothing in it is trusted: who it is about and what was shown is read from the rows
//! that it names.
use ostiary_gate::{
    domain::{
        amr::Acr,
        client::{Algorithm, AuthMethod, Client, ConnectionNeed, RequireAmr},
        ids::{ClientId, GrantId, PersonId, SessionId, TenantId, VisitId},
        person::Person,
        scope::{STANDARD, Scope},
        tenant::Standing,
        time::Span,
    },
    gate::{Choice, Demand, Occasion, Pin, choose_tenants},
};
use std::collections::BTreeSet;

/// Whose proofs count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Nobody is signed in.
    Nobody,
    /// `client_credentials`.
    Machine,
    /// A person at the door: what their live session in this browser shows, and what this visit has shown so far.
    AtTheDoor { person: PersonId, session: Option<SessionId>, visit: Option<(VisitId, String)> },
    /// What was shown when this grant was given.
    Grant(GrantId),
}

#[derive(Clone, Debug)]
pub struct Claim {
    pub client: ClientId,
    pub whose: Whose,
    /// Where the request, or the grant, pins a tenant.
    pub pin: Pin,
    pub occasion: Occasion,
    pub scope: Scope,
    /// RFC 8707; none: the client's default.
    pub resource: Option<String>,
    /// Clauses of the request, or of our own pages.
    pub demand: Demand,
    pub wishes: Vec<Acr>,
    pub fresh: Option<Span>,
    pub only: Option<PersonId>,
    pub consented: bool,
}

impl Claim {
    /// RULES 3: a machine is for one clinic, the one it is bound to or asks for; its agreement is the gate's to check.
    pub(super) fn choice(&self, client: &Client, person: Option<&Person>) -> Choice {
        if self.occasion != Occasion::Machine {
            return choose_tenants(client, &self.pin, person);
        }
        match (&client.tenant, &self.pin) {
            (Some(bound), Pin::None) => Choice::These(vec![bound.clone()]),
            (Some(bound), Pin::To(asked)) if asked == bound => Choice::These(vec![bound.clone()]),
            (None, Pin::To(asked)) => Choice::These(vec![asked.clone()]),
            (Some(_) | None, Pin::Unknown | Pin::To(_)) | (None, Pin::None) => Choice::Nowhere,
        }
    }

    /// Whatever is not one of OpenID Connect's own words is some API's.
    pub(super) fn asks_an_api(&self) -> bool {
        self.scope.words().any(|word| !STANDARD.contains(&word))
    }
}

/// Ostiary's own pages, as the gate sees them: no row, no redirect, nothing to be had. The account is gated by all of the
/// person's tenants, the console by the one it shows.
pub fn own_client(id: ClientId, tenant: Option<TenantId>) -> Client {
    Client {
        id,
        name: "Ostiary".to_owned(),
        standing: Standing::Active,
        auth_method: AuthMethod::None,
        redirect_uris: vec![],
        post_logout_redirect_uris: vec![],
        grant_types: BTreeSet::new(),
        scope: Scope::default(),
        default_resource: None,
        first_party: true,
        tenant_aware: false,
        tenant,
        keeps_suspended_grants: false,
        require_pkce: true,
        require_amr: RequireAmr::default(),
        requires_tenant_two_factor: false,
        connection: ConnectionNeed::None,
        default_max_age: None,
        default_acr_values: vec![],
        id_token_alg: Algorithm::RS256,
        access_token_alg: Algorithm::ES256,
        revision: 0,
    }
}
