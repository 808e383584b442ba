//! The decisions of the gate in the words of the help article: who does what, and what happens.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod table;
mod world;

use ostiary_gate::domain::client::Client;
use ostiary_gate::domain::ids::PersonId;
use ostiary_gate::domain::tenant::Tenant;
use ostiary_gate::gate::{Choice, Met, Origin, Outcome, Pin, Refusal, Step, Subject, Verdict, choose_tenants, rungs};
use std::collections::BTreeSet;
use table::Line;
use world::{RIVERSIDE, ago, days, people, scene, tenant_id};

fn all() -> Vec<Line> {
    [
        table::signing_in::lines(),
        table::ages::lines(),
        table::asking::lines(),
        table::clinics::lines(),
        table::apps::lines(),
        table::later::lines(),
    ]
    .concat()
}

#[test]
fn every_line_of_the_table_comes_out_as_it_says() {
    let wrong: Vec<String> = all()
        .iter()
        .filter(|line| line.scene.outcome() != line.expected)
        .map(|line| format!("{}\n   says {:?}, came out {:?}", line.sentence, line.expected, line.scene.outcome()))
        .collect();
    assert!(wrong.is_empty(), "{} of {} lines:\n{}", wrong.len(), all().len(), wrong.join("\n"));
}

#[test]
fn no_sentence_stands_twice() {
    let mut seen = BTreeSet::new();
    for line in all() {
        assert!(seen.insert(line.sentence), "twice: {}", line.sentence);
    }
}

/// A step or refusal that no line reaches would be a rule without a test.
#[test]
fn every_answer_of_the_gate_stands_in_the_table() {
    let expected: Vec<Outcome> = all().into_iter().map(|line| line.expected).collect();
    let steps = [
        Step::SignIn,
        Step::SignInAgain,
        Step::ChooseTenant,
        Step::SecondFactor,
        Step::SetUpCode,
        Step::Enrol,
        Step::Complete,
        Step::Connect,
        Step::Consent,
    ];
    let refusals = [
        Refusal::ClientDisabled,
        Refusal::TenantDisabled,
        Refusal::PersonDisabled,
        Refusal::NotAMember,
        Refusal::GrantEnded,
        Refusal::GrantTooOld,
        Refusal::Unmeetable,
        Refusal::NotConnected,
        Refusal::ScopeNotAgreed,
    ];
    for step in steps {
        assert!(expected.contains(&Outcome::Step(step)), "no line leads to {step:?}");
    }
    for refusal in refusals {
        assert!(expected.contains(&Outcome::Refused(refusal)), "no line is refused with {refusal:?}");
    }
}

#[test]
fn deciding_and_judging_never_differ() {
    for line in all() {
        let judgement = line.scene.judgement();
        line.scene.decided(|verdict| match verdict {
            Verdict::Cleared(clearance) => {
                assert_eq!(judgement.outcome, Outcome::Clear, "{}", line.sentence);
                assert_eq!(clearance.reasons(), judgement.reasons, "{}", line.sentence);
                assert_eq!(*clearance.evidence(), judgement.evidence, "{}", line.sentence);
            }
            Verdict::Step(step, reasons) => {
                assert_eq!((judgement.outcome, judgement.reasons), (Outcome::Step(step), reasons), "{}", line.sentence);
            }
            Verdict::Refused(refusal, reasons) => {
                let said = (Outcome::Refused(refusal), reasons);
                assert_eq!((judgement.outcome, judgement.reasons), said, "{}", line.sentence);
            }
        });
    }
}

#[test]
fn nothing_is_cleared_with_an_unmet_reason() {
    for line in all().into_iter().filter(|line| line.expected == Outcome::Clear) {
        let unmet = line.scene.judgement().reasons.into_iter().find(|reason| reason.met != Met::Yes);
        assert_eq!(unmet, None, "{}", line.sentence);
    }
}

#[test]
fn a_clearance_says_what_it_rests_on() {
    scene::door(world::web(), people::alice()).password().code().decided(|verdict| {
        let Verdict::Cleared(clearance) = verdict else { panic!("not cleared: {verdict:?}") };
        assert_eq!(*clearance.client(), world::client_id("web"));
        assert_eq!(*clearance.subject(), Subject::Person(world::person_id("alice")));
        assert_eq!(clearance.person().map(PersonId::as_str), Some("per_alice000000000000000000000"));
        assert_eq!(clearance.revisions().tenants, [(tenant_id(RIVERSIDE), 7)]);
        assert_eq!((clearance.revisions().client, clearance.revisions().person), (3, Some(5)));
        assert_eq!((clearance.decided_at(), clearance.auth_time()), (world::NOW, Some(world::NOW)));
        assert_eq!(*clearance.references(), clearance.evidence().references());
        assert_eq!(clearance.bond().serial(), 1);
    });
}

#[test]
fn a_machines_clearance_is_about_nobody() {
    scene::machine(world::svc(), RIVERSIDE).decided(|verdict| {
        let Verdict::Cleared(clearance) = verdict else { panic!("not cleared: {verdict:?}") };
        assert_eq!((clearance.subject(), clearance.person()), (&Subject::Machine, None));
        assert_eq!((clearance.auth_time(), clearance.revisions().person), (None, None));
        assert!(clearance.references().is_empty() && clearance.evidence().is_empty());
    });
}

#[test]
fn bob_is_told_who_asks_and_since_when() {
    let judgement = scene::door(world::ledgerly(), people::bob()).connected(RIVERSIDE).password().judgement();
    let unmet: Vec<Origin> = judgement
        .reasons
        .into_iter()
        .filter(|reason| reason.met != Met::Yes)
        .map(|reason| {
            assert_eq!(reason.tenant, Some(tenant_id(RIVERSIDE)));
            reason.clause.origin
        })
        .collect();
    let (tenant, client) = (tenant_id(RIVERSIDE), world::client_id("ledgerly"));
    for origin in [
        Origin::Tenant { tenant: tenant.clone(), since: ago(days(30)) },
        Origin::Connection { tenant, client: client.clone(), since: ago(days(20)) },
        Origin::Client { client },
    ] {
        assert!(unmet.contains(&origin), "{origin:?} is missing in {unmet:?}");
    }
    assert_eq!(unmet.len(), 3, "{unmet:?}");
}

/// The ledger keeps these: who asked for what, met or not.
#[test]
fn a_yes_names_every_clause_that_was_met() {
    let scene = scene::door(world::ledgerly(), people::alice()).connected(RIVERSIDE).password().code();
    let mut named: Vec<Origin> = scene.judgement().reasons.into_iter().map(|reason| reason.clause.origin).collect();
    named.sort();
    let (tenant, client) = (tenant_id(RIVERSIDE), world::client_id("ledgerly"));
    let clinic = Origin::Tenant { tenant: tenant.clone(), since: ago(days(30)) };
    let connection = Origin::Connection { tenant, client: client.clone(), since: ago(days(20)) };
    // The clinic's two: something to start with, and a second factor.
    let asked = [Origin::SignIn, clinic.clone(), clinic, connection, Origin::Client { client }, Origin::Person];
    assert_eq!(named, asked);
}

#[test]
fn only_a_live_connection_that_wants_two_factors_locks_the_box() {
    let locks = |tenant: &Tenant| tenant.locks(world::NOW).count();
    let mut riverside = world::riverside();
    assert_eq!(locks(&riverside), 0);
    riverside.connections.push(world::agreement());
    assert_eq!(locks(&riverside), 1);
    riverside.connections[0].requires_two_factor = false;
    assert_eq!(locks(&riverside), 0, "it does not care");
    let mut hilltop = world::hilltop();
    hilltop.connections.push(world::agreement());
    assert_eq!(locks(&hilltop), 0, "it waits");
}

#[test]
fn nobody_signed_in_settles_nothing() {
    let pins = [Pin::None, Pin::Unknown, Pin::To(tenant_id(RIVERSIDE))];
    for client in [world::web(), world::spa(), world::svc()] {
        for pin in &pins {
            assert_eq!(choose_tenants(&client, pin, None), Choice::Unsettled);
        }
    }
}

/// A person's clause is named too, so that the page can say "because you set it up".
#[test]
fn alice_is_told_that_her_own_code_is_asked_for() {
    let judgement = scene::door(world::web(), people::of(world::HILLTOP, people::alice())).password().judgement();
    assert!(judgement.reasons.iter().any(|r| r.clause.origin == Origin::Person && r.met == Met::No));
}

#[test]
fn an_old_code_is_told_apart_from_none() {
    let strict = scene::door(world::web(), people::alice())
        .password()
        .clinic(RIVERSIDE, |t| t.policy.second_factor_max_age = Some(world::hours(12)));
    let tenants_second = |scene: scene::Scene| {
        let aged = |r: &&ostiary_gate::gate::Reason| r.clause.not_older_than.is_some();
        scene.judgement().reasons.iter().find(aged).map(|r| r.met)
    };
    assert_eq!(tenants_second(strict.clone()), Some(Met::No));
    assert_eq!(tenants_second(strict.clone().code_ago(world::hours(13))), Some(Met::TooOld));
    assert_eq!(tenants_second(strict.code()), Some(Met::Yes));
}

#[test]
fn the_rungs_stand_in_the_order_in_which_a_person_meets_them() {
    let names: Vec<_> = rungs().collect();
    assert_eq!(names.len(), 17);
    let at = |name: &str| names.iter().position(|n| *n == name).unwrap();
    assert_eq!(names[0], "the app is in service");
    assert!(at("it is clear for which clinic") < at("the person belongs to the clinic"));
    assert!(at("what they have was shown") < at("no reset is waiting"), "show what you have");
    assert!(at("no reset is waiting") < at("what the clinic wants on file is there"));
    assert!(at("what the clinic wants on file is there") < at("what is demanded was shown"), "complete, then demanded");
    assert_eq!(names.last(), Some(&"the person agreed"));
}

#[test]
fn pages_and_apps_agree_on_who_needs_the_clinics_word() {
    let needs = |client: &Client, text: &str, machine, resource| {
        client.needs_connection(&world::scope(text), machine, resource)
    };
    let ledgerly = world::ledgerly();
    assert!(!needs(&ledgerly, "openid", false, false));
    assert!(needs(&ledgerly, "openid offline_access", false, false));
    assert!(needs(&ledgerly, "openid", true, false));
    assert!(needs(&ledgerly, "openid", false, true));
    assert!(!needs(&world::web(), "openid offline_access", true, true));
}
