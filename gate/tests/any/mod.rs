//! Anything: strategies that make up policies, proofs, people and whole scenes, sensible or not.
use crate::world::{
    self, HILLTOP, NORTHSIDE, NOW, RIVERSIDE, ago, authenticator_id, client_id, clinics_named, floor,
    people::{alice, authenticator, belongs},
    person_id,
    scene::{Scene, door, offline, online, own_pages, redeem},
    tenant_id,
};
use ostiary_gate::domain::{
    amr::{Acr, Factor, Key, Proof, Reach, Reference},
    client::Client,
    ids::TenantId,
    person::{AuthenticatorKind, Membership, MembershipState, Person, Role},
    tenant::{FirstBinding, Pending, Policy, Tenant, TwoFactor},
    time::{Instant, Span},
};
use ostiary_gate::gate::{Clause, Demand, Means, Origin};
use proptest::{collection::vec, option, prelude::*, sample::select, sample::subsequence};

const CLINICS: [&str; 3] = [RIVERSIDE, HILLTOP, NORTHSIDE];
const ROLES: [Role; 2] = [Role::Member, Role::Admin];

pub fn clinic_name() -> impl Strategy<Value = &'static str> {
    select(&CLINICS[..])
}

/// Up to two days, in steps that meet the limits of the policies exactly.
pub fn age() -> impl Strategy<Value = Span> {
    (0..=96_i64).prop_map(|n| Span::minutes(n * 30))
}

pub fn reach() -> impl Strategy<Value = Reach> {
    let some = || subsequence(CLINICS.to_vec(), 0..=3).prop_map(|names| clinics_named(&names));
    prop_oneof![3 => Just(Reach::everywhere()), 1 => some().prop_map(Reach::Except), 1 => some().prop_map(Reach::Only)]
}

pub fn factor() -> impl Strategy<Value = Factor> {
    let key = select(vec![Key::Hardware, Key::Synced, Key::Unknown]);
    let passkey = (any::<bool>(), key).prop_map(|(user_verified, key)| Factor::Passkey { user_verified, key });
    prop_oneof![2 => Just(Factor::Password), 2 => Just(Factor::Totp), 2 => passkey]
}

pub fn proof() -> impl Strategy<Value = Proof> {
    (factor(), age(), reach()).prop_map(|(factor, age, reach)| Proof {
        factor,
        at: ago(age),
        authenticator: Some(authenticator_id("any")),
        reach,
    })
}

/// Enough of them that the gate is often content.
pub fn proofs() -> impl Strategy<Value = Vec<Proof>> {
    vec(proof(), 0..=6)
}

pub fn acr() -> impl Strategy<Value = Acr> {
    select(vec![Acr::Sfa, Acr::Mfa, Acr::Phr])
}

fn means() -> impl Strategy<Value = Means> {
    prop_oneof![
        select(vec![Means::Password, Means::Totp, Means::Passkey, Means::VerifiedPasskey]),
        select(&Reference::ALL[..]).prop_map(Means::Reference),
        acr().prop_map(Means::Class),
    ]
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![
        Just(Origin::SignIn),
        Just(Origin::Request),
        Just(Origin::OwnPages),
        clinic_name().prop_map(|name| Origin::Tenant { tenant: tenant_id(name), since: NOW }),
        Just(Origin::Client { client: client_id("web") }),
    ]
}

pub fn clause() -> impl Strategy<Value = Clause> {
    let any_of = vec(vec(means(), 1..=2).prop_map(|set| set.into_iter().collect()), 0..=3);
    (any_of, option::of(age()), origin()).prop_map(|(any_of, not_older_than, origin)| Clause {
        any_of: any_of.into_iter().collect(),
        not_older_than,
        origin,
    })
}

pub fn demand() -> impl Strategy<Value = Demand> {
    vec(clause(), 0..=4).prop_map(Demand::from_iter)
}

pub fn policy() -> impl Strategy<Value = Policy> {
    let first = select(vec![FirstBinding::Password, FirstBinding::Mail, FirstBinding::SetupCode]);
    let spans = (option::of(age()), age(), age(), age());
    (any::<bool>(), any::<bool>(), any::<bool>(), spans, first).prop_map(|(on, passkey_counts, phone, spans, first)| {
        let (second_factor_max_age, session_idle, session_absolute, offline_max_age) = spans;
        Policy {
            two_factor: if on { TwoFactor::Required } else { TwoFactor::Off },
            passkey_counts,
            phone_required: phone,
            second_factor_max_age,
            session_idle,
            session_absolute,
            offline_max_age,
            first_binding: first,
        }
    })
}

/// A start up to two days before or after now.
pub fn pending() -> impl Strategy<Value = Option<Pending>> {
    option::of(
        (age(), any::<bool>())
            .prop_map(|(age, before)| Pending { starts_at: if before { NOW.minus(age) } else { NOW.plus(age) } }),
    )
}

pub fn clinic(name: &'static str) -> impl Strategy<Value = Tenant> {
    (policy(), pending(), any::<bool>()).prop_map(move |(policy, pending, connected)| Tenant {
        id: tenant_id(name),
        required_since: (policy.two_factor == TwoFactor::Required).then_some(ago(Span::days(3))),
        policy,
        pending,
        connections: if connected { vec![world::agreement()] } else { Vec::new() },
        ..world::hilltop()
    })
}

fn membership(name: &'static str) -> impl Strategy<Value = Membership> {
    use MembershipState::{Ended, Invited, Live, Suspended};
    let state = prop_oneof![6 => Just(Live), 1 => select(vec![Invited, Suspended, Ended])];
    let not_before = prop_oneof![4 => Just(Instant(0)), 1 => age().prop_map(ago)];
    (state, select(&ROLES[..]), not_before, proptest::bool::weighted(0.05)).prop_map(
        move |(state, role, proofs_not_before, reset)| Membership {
            state,
            proofs_not_before,
            reset_waiting: reset.then_some(NOW),
            ..belongs(name, role)
        },
    )
}

pub fn person() -> impl Strategy<Value = Person> {
    let kind = select(vec![AuthenticatorKind::Totp, AuthenticatorKind::Passkey]);
    let authenticators = vec((kind, reach()).prop_map(|(kind, reach)| authenticator(kind, reach)), 0..=2);
    let memberships = subsequence(CLINICS.to_vec(), 1..=3)
        .prop_flat_map(|names| names.into_iter().map(membership).collect::<Vec<_>>());
    (authenticators, memberships, proptest::bool::weighted(0.9)).prop_map(|(authenticators, memberships, complete)| {
        Person {
            id: person_id("anybody"),
            authenticators,
            has_phone: complete,
            codes_saved: complete,
            memberships,
            ..alice()
        }
    })
}

pub fn client() -> impl Strategy<Value = Client> {
    let of = vec![world::web(), world::spa(), world::ledgerly()];
    let bound = prop_oneof![4 => Just(None::<TenantId>), 1 => clinic_name().prop_map(|name| Some(tenant_id(name)))];
    let otp = proptest::bool::weighted(0.2);
    (select(of), bound, otp).prop_map(|(client, tenant, otp)| Client {
        tenant,
        require_amr: if otp { floor(&[&[Reference::Otp], &[Reference::Swk]]) } else { client.require_amr.clone() },
        ..client
    })
}

/// Anybody, anywhere, on any road that a person takes. More often than not somebody is really there.
pub fn scene() -> impl Strategy<Value = Scene> {
    let clinics = (clinic(RIVERSIDE), clinic(HILLTOP), clinic(NORTHSIDE)).prop_map(|(a, b, c)| vec![a, b, c]);
    let request = (option::weighted(0.3, clause()), option::weighted(0.3, age()), option::weighted(0.3, acr()));
    let road = (0..5_u8, age(), option::of(clinic_name()));
    (client(), person(), clinics, proofs(), request, road).prop_map(
        |(client, person, clinics, proofs, request, road)| {
            let (clause, fresh, wish) = request;
            let (road, span, at) = road;
            let mut scene = match road {
                0 => door(client, person),
                1 => own_pages(client, person),
                2 => redeem(client, person, span),
                3 => online(client, person),
                _ => offline(client, person, span),
            };
            scene.clinics = clinics;
            scene.facts.proofs = proofs;
            scene.wants.demand = clause.into_iter().collect();
            scene.wants.fresh = fresh;
            scene.wants.wishes = wish.into_iter().collect();
            match at {
                Some(name) => scene.at(name),
                None => scene,
            }
        },
    )
}

/// A scene in which the gate says yes: password and code were shown just now, where they count, whatever else was.
pub fn likely_scene() -> impl Strategy<Value = Scene> {
    (scene(), any::<bool>(), any::<bool>()).prop_map(|(scene, code, passkey)| {
        let scene = scene.password();
        let scene = if code { scene.code() } else { scene };
        if passkey { scene.passkey() } else { scene }
    })
}
