//! What holds whoever asks, for whatever, with whatever proofs: demands only join, stricter never opens, and two
//! factors are said only where two were shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod any;
mod world;

use ostiary_gate::domain::{
    amr::{Acr, Evidence, Factor, Proof, Reach, Reference},
    client::Client,
    ids::TenantId,
    tenant::{Tenant, TwoFactor},
    time::{Instant, Span},
};
use ostiary_gate::gate::{Choice, Demand, Met, Outcome, Pin, Verdict, choose_tenants};
use proptest::{prelude::*, test_runner::Config};
use std::collections::BTreeSet;
use world::{NOW, floor, scene::Scene, tenant_id};

/// 256 cases each; `PROPTEST_CASES` raises it.
fn config() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}

fn clauses(demand: &Demand) -> BTreeSet<ostiary_gate::gate::Clause> {
    demand.clauses().cloned().collect()
}

/// The clinics whose two factors are demanded of this scene.
fn demanding(scene: &Scene) -> Vec<Tenant> {
    scene.parts().0.tenants.into_iter().filter(|t| t.requires_two_factor(scene.now).is_some()).collect()
}

/// The references by which a second factor of this clinic can be known.
fn shows_second_factor(references: &BTreeSet<Reference>, tenant: &Tenant) -> bool {
    let passkey = [Reference::Hwk, Reference::Swk, Reference::Pop].iter().any(|r| references.contains(r));
    references.contains(&Reference::Otp) || (tenant.policy.passkey_counts && passkey)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn joining_demands_is_a_semilattice(a in any::demand(), b in any::demand(), c in any::demand()) {
        prop_assert_eq!(a.clone().and(b.clone()), b.clone().and(a.clone()));
        prop_assert_eq!(a.clone().and(b.clone()).and(c.clone()), a.clone().and(b.clone().and(c)));
        prop_assert_eq!(a.clone().and(a.clone()), a.clone());
        prop_assert_eq!(a.clone().and(Demand::default()), a.clone());
        let both = &clauses(&a) | &clauses(&b);
        prop_assert_eq!(clauses(&a.and(b)), both, "no clause is lost or made up");
    }

    #[test]
    fn joining_policies_is_a_semilattice(a in any::policy(), b in any::policy(), c in any::policy()) {
        prop_assert_eq!(a.joined(&b), b.joined(&a));
        prop_assert_eq!(a.joined(&b).joined(&c), a.joined(&b.joined(&c)));
        prop_assert_eq!(a.joined(&a), a.clone());
        prop_assert!(a.joined(&b).is_at_least(&a) && a.joined(&b).is_at_least(&b));
        prop_assert!(!(a.is_at_least(&b) && b.is_at_least(&a)) || a == b);
        prop_assert!(!(a.is_at_least(&b) && b.is_at_least(&c)) || a.is_at_least(&c));
    }

    /// Said part by part, so that "at least" cannot be true of a policy with a weaker part.
    #[test]
    fn at_least_means_no_part_is_weaker(a in any::policy(), b in any::policy(), joined in any::<bool>()) {
        let a = if joined { a.joined(&b) } else { a };
        let age_is_not_longer = match (a.second_factor_max_age, b.second_factor_max_age) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(a), Some(b)) => a <= b,
        };
        let no_part_is_weaker = a.two_factor >= b.two_factor
            && (b.passkey_counts || !a.passkey_counts)
            && (a.phone_required || !b.phone_required)
            && age_is_not_longer
            && a.session_idle <= b.session_idle
            && a.session_absolute <= b.session_absolute
            && a.offline_max_age <= b.offline_max_age
            && a.first_binding >= b.first_binding;
        prop_assert_eq!(a.is_at_least(&b), no_part_is_weaker);
    }

    #[test]
    fn one_more_clause_never_opens(scene in any::likely_scene(), clause in any::clause()) {
        prop_assert!(scene.is_clear() || !scene.demands(clause).is_clear());
    }

    #[test]
    fn one_more_clinic_never_opens(scene in any::likely_scene(), clinic in any::clinic_name()) {
        let (_, wants, _) = scene.parts();
        let mut chosen: BTreeSet<TenantId> = wants.tenants.tenants().iter().cloned().collect();
        // Where nothing was chosen, it was not this clinic's lack that closed the gate.
        let chose = !chosen.is_empty();
        chosen.insert(tenant_id(clinic));
        let more = scene.clone().for_exactly(Choice::These(chosen.into_iter().collect()));
        prop_assert!(!chose || scene.is_clear() || !more.is_clear());
    }

    /// An app that cannot tell clinics apart gains nothing by a membership that its person has on top.
    #[test]
    fn one_more_membership_never_opens_an_unaware_app(scene in any::likely_scene(), clinic in any::clinic_name()) {
        let scene = scene.client(|c| { c.tenant_aware = false; c.tenant = None; });
        let fewer = scene.clone().person(|p| p.memberships.retain(|m| m.tenant != tenant_id(clinic)));
        // Whoever is left with no clinic at all is refused for that.
        let left = !fewer.parts().1.tenants.tenants().is_empty();
        prop_assert!(!left || fewer.is_clear() || !scene.is_clear());
    }

    #[test]
    fn a_higher_floor_never_opens(scene in any::likely_scene(), n in 0..7_usize) {
        let unfloored = scene.client(|c| c.require_amr = floor(&[]));
        let floored = unfloored.clone().client(|c| c.require_amr = floor(&[&[Reference::ALL[n]]]));
        prop_assert!(unfloored.is_clear() || !floored.is_clear());
    }

    #[test]
    fn a_shorter_max_age_never_opens(scene in any::likely_scene(), limit in any::age()) {
        let tighter = Span(scene.wants.fresh.map_or(limit.0, |f| f.0.min(limit.0)));
        prop_assert!(scene.is_clear() || !scene.fresh(tighter).is_clear());
    }

    #[test]
    fn a_stricter_policy_never_opens(
        scene in any::likely_scene(), clinic in any::clinic_name(), with in any::policy(),
    ) {
        // A ticked box may wake a waiting connection; that is what agreeing to it was for.
        let scene = scene.client(|c| c.connection = ostiary_gate::domain::client::ConnectionNeed::None);
        let tighter = scene.clone().clinic(clinic, |t| t.policy = t.policy.joined(&with));
        prop_assert!(scene.is_clear() || !tighter.is_clear());
    }

    /// `has_authenticator` may go with a proof, but a proof that is taken away never helps.
    #[test]
    fn fewer_proofs_never_open(scene in any::likely_scene(), drop in 0..8_usize) {
        let fewer = scene.clone().facts(|f| if drop < f.proofs.len() { f.proofs.remove(drop); });
        prop_assert!(scene.is_clear() || !fewer.is_clear());
    }

    #[test]
    fn an_older_proof_never_opens(scene in any::likely_scene(), which in 0..8_usize, by in any::age()) {
        let older = scene.clone().facts(|f| if let Some(p) = f.proofs.get_mut(which) { p.at = p.at.minus(by); });
        prop_assert!(scene.is_clear() || !older.is_clear());
    }

    #[test]
    fn a_proof_out_of_reach_changes_nothing(scene in any::likely_scene(), proof in any::proof()) {
        let (_, wants, _) = scene.parts();
        let out = Proof { reach: Reach::Except(wants.tenants.tenants().iter().cloned().collect()), ..proof.clone() };
        let nowhere = Proof { reach: Reach::Only(BTreeSet::new()), ..proof };
        let before = scene.judgement();
        for useless in [out, nowhere] {
            let after = scene.clone().proof(useless).judgement();
            prop_assert_eq!((after.outcome, after.evidence), (before.outcome.clone(), before.evidence.clone()));
            prop_assert_eq!(&after.reasons, &before.reasons);
        }
    }

    /// The promise: no token for a person of a clinic that requires two factors without two factors.
    #[test]
    fn where_two_factors_are_required_a_clearance_says_two(scene in any::likely_scene()) {
        let demanding = demanding(&scene);
        scene.decided(|verdict| {
            if let Verdict::Cleared(clearance) = verdict {
                for tenant in &demanding {
                    prop_assert!(shows_second_factor(clearance.references(), tenant), "{:?}", clearance);
                    prop_assert!(clearance.references().contains(&Reference::Mfa), "{:?}", clearance);
                    prop_assert_eq!(clearance.evidence().acr(), Acr::Mfa);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_clearance_never_looks_fresher_than_its_proofs(scene in any::likely_scene()) {
        let now = scene.now;
        scene.decided(|verdict| {
            if let Verdict::Cleared(clearance) = verdict {
                let auth_time = clearance.auth_time();
                prop_assert!(auth_time.is_some_and(|at| at <= now));
                for proof in clearance.evidence().proofs() {
                    prop_assert!(auth_time.is_some_and(|at| at <= proof.at));
                }
                prop_assert!(clearance.reasons().iter().all(|reason| reason.met == Met::Yes));
            }
            Ok(())
        })?;
    }

    /// Two clinics may each count another proof of the same factor: neither is lost, the older one sets `auth_time`.
    #[test]
    fn what_counted_in_each_clinic_is_in_the_evidence(scene in any::likely_scene()) {
        let judgement = scene.judgement();
        let (rules, wants, facts) = scene.parts();
        for tenant in &rules.tenants {
            let alone = scene.clone().for_exactly(Choice::These(vec![tenant.id.clone()]));
            for proof in alone.judgement().evidence.proofs() {
                prop_assert!(judgement.evidence.proofs().contains(proof), "{:?} of {:?}", proof, facts.proofs);
                prop_assert!(judgement.evidence.auth_time().is_some_and(|at| at <= proof.at));
            }
        }
        prop_assert!(!wants.tenants.tenants().is_empty() || judgement.evidence.is_empty());
        prop_assert!(judgement.evidence.proofs().iter().all(|p| facts.proofs.contains(p)), "nothing is made up");
    }

    #[test]
    fn deciding_agrees_with_judging(scene in any::likely_scene()) {
        let judgement = scene.judgement();
        let said = scene.decided(|verdict| match verdict {
            Verdict::Cleared(clearance) => (Outcome::Clear, clearance.reasons().to_vec()),
            Verdict::Step(step, reasons) => (Outcome::Step(step), reasons),
            Verdict::Refused(refusal, reasons) => (Outcome::Refused(refusal), reasons),
        });
        prop_assert_eq!(said, (judgement.outcome, judgement.reasons));
    }

    #[test]
    fn amr_is_said_in_one_order_and_only_of_what_was_shown(proofs in any::proofs()) {
        let evidence: Evidence = proofs.iter().cloned().collect();
        let said: Vec<&str> = evidence.references().into_iter().map(Reference::as_str).collect();
        let order = ["pwd", "otp", "hwk", "swk", "pop", "user", "mfa"];
        let places: Vec<_> = said.iter().map(|r| order.iter().position(|o| o == r).unwrap()).collect();
        prop_assert!(places.is_sorted(), "{:?}", said);
        let shown = |fits: fn(&Factor) -> bool| proofs.iter().any(|p| fits(&p.factor));
        prop_assert_eq!(said.contains(&"pwd"), shown(|f| matches!(f, Factor::Password)));
        prop_assert_eq!(said.contains(&"otp"), shown(|f| matches!(f, Factor::Totp)));
        prop_assert_eq!(said.contains(&"user"), shown(|f| matches!(f, Factor::Passkey { .. })));
        let kinds = ["pwd", "otp", "user"].iter().filter(|kind| said.contains(kind)).count();
        let knew_its_owner = shown(|f| matches!(f, Factor::Passkey { user_verified: true, .. }));
        prop_assert_eq!(said.contains(&"mfa"), kinds > 1 || knew_its_owner, "two of one kind are one");
        prop_assert_eq!(evidence.reaches(Acr::Phr), knew_its_owner);
        prop_assert_eq!(said.contains(&"mfa"), evidence.acr() == Acr::Mfa);
        prop_assert_eq!(said.contains(&"mfa"), evidence.reaches(Acr::Mfa));
        prop_assert_eq!(evidence.reaches(Acr::Sfa), !proofs.is_empty());
    }

    #[test]
    fn evidence_does_not_depend_on_the_order_of_proofs(proofs in any::proofs(), turn in 0..6_usize) {
        let mut turned = proofs.clone();
        turned.rotate_left(turn.min(proofs.len()));
        let (a, b): (Evidence, Evidence) = (proofs.into_iter().collect(), turned.into_iter().collect());
        prop_assert_eq!(a.auth_time(), b.auth_time());
        prop_assert_eq!(a.references(), b.references());
    }

    /// The box part of time: with the same proofs, a moment later is never laxer than the moment before.
    #[test]
    fn a_planned_start_only_tightens(tenant in any::clinic(world::RIVERSIDE), a in any::age(), b in any::age()) {
        let (earlier, later) = (world::ago(Span(a.0.max(b.0))), NOW.plus(Span(a.0.min(b.0))));
        prop_assert!(!tenant.box_is_ticked(earlier) || tenant.box_is_ticked(later));
        for now in [earlier, later] {
            prop_assert_eq!(tenant.box_is_ticked(now), tenant.requires_two_factor(now).is_some());
            prop_assert!(tenant.policy.two_factor == TwoFactor::Off || tenant.box_is_ticked(now));
            prop_assert!(tenant.requires_two_factor(now).is_none_or(|since| since <= now));
            let demands = tenant.locks(now).count() > 0;
            prop_assert!(!demands || tenant.box_is_ticked(now), "a live connection that wants two factors has them");
        }
    }

    #[test]
    fn a_planned_start_never_opens_what_was_closed(scene in any::likely_scene(), wait in any::age()) {
        let scene = scene.client(|c| c.connection = ostiary_gate::domain::client::ConnectionNeed::None);
        let later = scene.clone().when(scene.now.plus(wait));
        prop_assert!(scene.is_clear() || !later.is_clear());
    }

    #[test]
    fn a_reset_takes_reach_away_in_one_clinic_only(reach in any::reach(), clinic in any::clinic_name()) {
        let after = reach.clone().without(&tenant_id(clinic));
        prop_assert!(!after.covers(&tenant_id(clinic)));
        for other in [world::RIVERSIDE, world::HILLTOP, world::NORTHSIDE].into_iter().filter(|name| *name != clinic) {
            prop_assert_eq!(after.covers(&tenant_id(other)), reach.covers(&tenant_id(other)));
        }
    }

    /// A parameter in the browser chooses among what the person has, and nothing else.
    #[test]
    fn a_pin_never_reaches_a_clinic_the_person_has_not(
        client in any::client(), person in any::person(), clinic in any::clinic_name(), how in 0..3_u8,
    ) {
        let pin = match how { 0 => Pin::None, 1 => Pin::Unknown, _ => Pin::To(tenant_id(clinic)) };
        let choice = choose_tenants(&client, &pin, Some(&person));
        for tenant in choice.tenants() {
            prop_assert!(person.live_membership(tenant).is_some());
        }
        if let Choice::These(tenants) = &choice {
            let live = person.memberships.iter().filter(|m| person.live_membership(&m.tenant).is_some()).count();
            let expected = if client.tenant_aware || client.tenant.is_some() { 1 } else { live };
            prop_assert_eq!(tenants.len(), expected, "one clinic, or all of them for an app that cannot tell");
        }
        let unaware = Client { tenant_aware: false, ..client };
        prop_assert_eq!(
            choose_tenants(&unaware, &pin, Some(&person)),
            choose_tenants(&unaware, &Pin::None, Some(&person)),
            "an app that cannot tell clinics apart has no say"
        );
    }
}

/// The properties above would be empty if the gate never said yes to a made-up scene.
#[test]
fn made_up_scenes_are_often_cleared_and_often_not() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut clear, mut strict) = (0, 0);
    for _ in 0..400 {
        let scene = any::likely_scene().new_tree(&mut runner).unwrap().current();
        if scene.is_clear() {
            clear += 1;
            strict += u32::from(!demanding(&scene).is_empty());
        }
    }
    assert!((40..=360).contains(&clear), "{clear} of 400 were cleared");
    assert!(strict >= 20, "{strict} of 400 were cleared where two factors are required");
}

#[test]
fn no_time_overflows() {
    assert_eq!(Instant(i64::MIN).since(Instant(i64::MAX)), Span(i64::MIN));
    assert_eq!(Instant(i64::MAX).plus(Span::days(1)), Instant(i64::MAX));
    assert_eq!(Instant(i64::MIN).minus(Span::days(1)), Instant(i64::MIN));
}
