//! Who works at the clinics, and what they have set up.
use super::{HILLTOP, RIVERSIDE, ago, authenticator_id, days, person_id, tenant_id};
use ostiary_gate::domain::{
    amr::Reach,
    person::{Authenticator, AuthenticatorKind, Membership, MembershipState, Person, Role},
    tenant::Standing,
    time::Instant,
};

pub fn belongs(clinic: &str, role: Role) -> Membership {
    Membership {
        tenant: tenant_id(clinic),
        role,
        state: MembershipState::Live,
        proofs_not_before: Instant(0),
        reset_waiting: None,
        accepted_at: Some(ago(days(60))),
        revision: 2,
    }
}

pub fn authenticator(kind: AuthenticatorKind, reach: Reach) -> Authenticator {
    let name = match kind {
        AuthenticatorKind::Totp => "app",
        AuthenticatorKind::Passkey => "key",
    };
    Authenticator { id: authenticator_id(name), kind, reach, confirmed_at: ago(days(40)) }
}

pub fn app_on_phone() -> Authenticator {
    authenticator(AuthenticatorKind::Totp, Reach::everywhere())
}

pub fn security_key() -> Authenticator {
    authenticator(AuthenticatorKind::Passkey, Reach::everywhere())
}

/// Alice works at Riverside, has an authenticator app, a phone number on file and saved codes.
pub fn alice() -> Person {
    Person {
        id: person_id("alice"),
        standing: Standing::Active,
        authenticators: vec![app_on_phone()],
        has_phone: true,
        codes_saved: true,
        memberships: vec![belongs(RIVERSIDE, Role::Member)],
        revision: 5,
    }
}

/// Bob works at Riverside and never set anything up.
pub fn bob() -> Person {
    Person { id: person_id("bob"), authenticators: Vec::new(), has_phone: false, codes_saved: false, ..alice() }
}

/// Dave runs Riverside and works at Hilltop.
pub fn dave() -> Person {
    let memberships = vec![belongs(RIVERSIDE, Role::Admin), belongs(HILLTOP, Role::Member)];
    Person { id: person_id("dave"), memberships, ..alice() }
}

/// The same person, working at that clinic only.
pub fn of(clinic: &str, person: Person) -> Person {
    Person { memberships: vec![belongs(clinic, Role::Member)], ..person }
}

/// The same person, working at that clinic too.
pub fn also_of(clinic: &str, mut person: Person) -> Person {
    person.memberships.push(belongs(clinic, Role::Member));
    person
}
