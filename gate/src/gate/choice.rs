//! Which tenants a token is for (RULES 3). A browser parameter can only choose among what the person has.
use crate::domain::{
    client::Client,
    ids::TenantId,
    person::{MembershipState, Person},
};

/// Where the request pins a tenant: the `tenant` parameter, scope `tenant:<slug>` or the grant behind `id_token_hint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pin {
    None,
    To(TenantId),
    /// A slug that names no tenant: the same answer as for one where the person is not a member.
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// For exactly these; never empty.
    These(Vec<TenantId>),
    /// The person has to say which of these.
    Open(Vec<TenantId>),
    /// None at all: `access_denied`.
    Nowhere,
    /// Nobody is signed in yet, so it is not known.
    Unsettled,
}

impl Choice {
    pub fn tenants(&self) -> &[TenantId] {
        match self {
            Self::These(tenants) => tenants,
            Self::Open(_) | Self::Nowhere | Self::Unsettled => &[],
        }
    }
}

/// A client that cannot tell tenants apart is gated by all of them; otherwise the weak clinic would be a side door to the
/// strict one. An aware client gets the one it is bound to, asked for, or the person's only one; else the person says.
pub fn choose_tenants(client: &Client, pin: &Pin, person: Option<&Person>) -> Choice {
    let Some(person) = person else { return Choice::Unsettled };
    let live = |tenant: &TenantId| person.live_membership(tenant).is_some();
    let exactly = |tenant: &TenantId| {
        if live(tenant) { Choice::These(vec![tenant.clone()]) } else { Choice::Nowhere }
    };
    if let Some(bound) = &client.tenant {
        // A pin elsewhere asks for what this client can never have; an unaware client's parameters are ignored.
        let elsewhere = match pin {
            Pin::None => false,
            Pin::To(tenant) => tenant != bound,
            Pin::Unknown => true,
        };
        return if client.tenant_aware && elsewhere { Choice::Nowhere } else { exactly(bound) };
    }
    let all: Vec<TenantId> =
        person.memberships.iter().filter(|m| m.state == MembershipState::Live).map(|m| m.tenant.clone()).collect();
    if all.is_empty() {
        return Choice::Nowhere;
    }
    if !client.tenant_aware {
        return Choice::These(all);
    }
    match pin {
        Pin::To(tenant) => exactly(tenant),
        Pin::Unknown => Choice::Nowhere,
        Pin::None if all.len() == 1 => Choice::These(all),
        Pin::None => Choice::Open(all),
    }
}
