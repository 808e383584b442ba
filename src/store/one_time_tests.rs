//! What works once works once: codes and links under 32 at once, with tries, ends and strangers; and consents.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{
    tests::{World, stores, tail, winners, world},
    *,
};
use ostiary_gate::domain::{
    ids::{PersonId, VisitId},
    scope::Scope,
    secret::Secret,
    time::Span,
};

const NOW: Instant = Instant::from_seconds(1_800_000_000);
const CODES: [CodeKind; 2] = [CodeKind::Mail, CodeKind::SetUp];
const LINKS: [LinkKind; 5] =
    [LinkKind::PasswordReset, LinkKind::Invitation, LinkKind::FirstAdmin, LinkKind::NotMe, LinkKind::SetUpWords];

fn visit() -> VisitId {
    VisitId::from_tail(&tail()).unwrap()
}

fn for_visit<'a>(world: &'a World, visit: &'a VisitId) -> NewOneTime<'a, ()> {
    NewOneTime {
        person: &world.person,
        tenant: Some(&world.tenant),
        visit: Some(visit),
        detail: &(),
        expires_at: NOW.plus(Span::minutes(10)),
    }
}

async fn tried(tx: &mut Tx, kind: CodeKind, whose: (&PersonId, &VisitId), code: &str, now: Instant) -> Typed {
    let guess = Guess { person: whose.0, visit: whose.1, code: &Secret::new(code), most: 5 };
    tx.try_code(kind, &guess, now).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_who_use_one_code_or_one_link_one_wins() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let visit = visit();
        let mut unit = store.begin().await.unwrap();
        for kind in CODES {
            unit.tx().put_code(kind, "123456", &for_visit(&world, &visit), NOW).await.unwrap();
        }
        for kind in LINKS {
            unit.tx().put_link(kind, &Secret::new("a token"), &for_visit(&world, &visit), NOW).await.unwrap();
        }
        unit.commit().await.unwrap();
        for kind in CODES {
            let won = winners(&store, |store| {
                let (person, visit) = (world.person.clone(), visit.clone());
                async move {
                    let mut unit = store.begin().await.unwrap();
                    // More tries than people, so that it is the spending that decides.
                    let code = Secret::new("123456");
                    let guess = Guess { person: &person, visit: &visit, code: &code, most: 100 };
                    let won = unit.tx().try_code(kind, &guess, NOW).await.unwrap();
                    unit.commit().await.unwrap();
                    matches!(won, Typed::Right(_))
                }
            });
            assert_eq!(won.await, 1, "{name}: {kind:?}");
        }
        for kind in LINKS {
            let won = winners(&store, |store| async move {
                let mut unit = store.begin().await.unwrap();
                let won = unit.tx().spend_link(kind, &Secret::new("a token"), NOW).await.unwrap();
                unit.commit().await.unwrap();
                won.is_some()
            });
            assert_eq!(won.await, 1, "{name}: {kind:?}");
            let mut unit = store.look().await.unwrap();
            let row = unit.tx().link(kind, &Secret::new("a token")).await.unwrap().unwrap();
            assert_eq!(row.state(NOW), LinkState::Used, "{name}: {kind:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_guesses_at_one_code_five_are_compared_and_then_the_right_one_is_too_late() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        for kind in CODES {
            let visit = visit();
            let mut unit = store.begin().await.unwrap();
            unit.tx().put_code(kind, "123456", &for_visit(&world, &visit), NOW).await.unwrap();
            unit.commit().await.unwrap();
            let compared = winners(&store, |store| {
                let (person, visit) = (world.person.clone(), visit.clone());
                async move {
                    let mut unit = store.begin().await.unwrap();
                    let answer = tried(unit.tx(), kind, (&person, &visit), "654321", NOW).await;
                    unit.commit().await.unwrap();
                    matches!(answer, Typed::Wrong { .. })
                }
            });
            assert_eq!(compared.await, 5, "{name}: {kind:?}");
            let mut unit = store.begin().await.unwrap();
            let late = tried(unit.tx(), kind, (&world.person, &visit), "123456", NOW).await;
            assert!(matches!(late, Typed::Over), "{name}: {kind:?}");
        }
    }
}

#[tokio::test]
async fn a_code_works_for_its_kind_person_and_visit_only_and_for_its_time() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let (here, elsewhere) = (visit(), visit());
        let stranger = PersonId::from_tail(&tail()).unwrap();
        let mut unit = store.begin().await.unwrap();
        let tx = unit.tx();
        tx.put_code(CodeKind::Mail, "123456", &for_visit(&world, &here), NOW).await.unwrap();
        for (what, kind, whose) in [
            ("kind", CodeKind::SetUp, (&world.person, &here)),
            ("person", CodeKind::Mail, (&stranger, &here)),
            ("visit", CodeKind::Mail, (&world.person, &elsewhere)),
        ] {
            assert!(matches!(tried(tx, kind, whose, "123456", NOW).await, Typed::Missing), "{name}: {what}");
        }
        let whose = (&world.person, &here);
        let late = NOW.plus(Span::minutes(10));
        assert!(matches!(tried(tx, CodeKind::Mail, whose, "123456", late).await, Typed::Over), "{name}: at its end");
        let last = late.minus(Span(1));
        assert!(matches!(tried(tx, CodeKind::Mail, whose, "123457", last).await, Typed::Wrong { left: 4 }), "{name}");
        let Typed::Right(row) = tried(tx, CodeKind::Mail, whose, "123456", last).await else { panic!("{name}") };
        assert_eq!(row.person().unwrap(), world.person, "{name}");
        assert_eq!(row.tenant().unwrap(), Some(world.tenant.clone()), "{name}");
        assert!(matches!(tried(tx, CodeKind::Mail, whose, "123456", last).await, Typed::Over), "{name}: twice");
    }
}

#[tokio::test]
async fn a_newer_one_takes_the_place_of_those_it_replaces_and_of_no_others() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let (here, elsewhere) = (visit(), visit());
        let mut unit = store.begin().await.unwrap();
        let tx = unit.tx();
        let (a, b) = (for_visit(&world, &here), for_visit(&world, &elsewhere));
        tx.put_code(CodeKind::Mail, "111111", &a, NOW).await.unwrap();
        tx.put_code(CodeKind::Mail, "222222", &b, NOW).await.unwrap();
        tx.put_code(CodeKind::Mail, "333333", &a, NOW.plus(Span(1))).await.unwrap();
        let (a_, b_) = ((&world.person, &here), (&world.person, &elsewhere));
        assert!(matches!(tried(tx, CodeKind::Mail, a_, "111111", NOW).await, Typed::Wrong { .. }), "{name}");
        assert!(matches!(tried(tx, CodeKind::Mail, a_, "333333", NOW).await, Typed::Right(_)), "{name}");
        assert!(matches!(tried(tx, CodeKind::Mail, b_, "222222", NOW).await, Typed::Right(_)), "{name}: another visit");
        tx.put_code(CodeKind::SetUp, "H4TQ9KXM2RWD", &a, NOW).await.unwrap();
        tx.put_code(CodeKind::SetUp, "H4TQ9KXM2RWE", &b, NOW).await.unwrap();
        assert!(matches!(tried(tx, CodeKind::SetUp, a_, "H4TQ9KXM2RWD", NOW).await, Typed::Over), "{name}");
        assert!(matches!(tried(tx, CodeKind::SetUp, b_, "H4TQ9KXM2RWE", NOW).await, Typed::Right(_)), "{name}");
        for (kind, older) in [(LinkKind::PasswordReset, LinkState::Over), (LinkKind::NotMe, LinkState::Live)] {
            for token in ["one", "two"] {
                tx.put_link(kind, &Secret::new(token), &a, NOW).await.unwrap();
            }
            let one = tx.link(kind, &Secret::new("one")).await.unwrap().unwrap();
            assert_eq!(one.state(NOW), older, "{name}: {kind:?}");
            assert_eq!(
                tx.spend_link(kind, &Secret::new("one"), NOW).await.unwrap().is_some(),
                older == LinkState::Live
            );
            assert!(tx.spend_link(kind, &Secret::new("two"), NOW).await.unwrap().is_some(), "{name}: {kind:?}");
        }
    }
}

#[tokio::test]
async fn the_latest_code_is_the_live_one_also_while_a_test_clock_stands_still() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let here = visit();
        let mut unit = store.begin().await.unwrap();
        let tx = unit.tx();
        for n in 0..20 {
            tx.put_code(CodeKind::Mail, &format!("{n:06}"), &for_visit(&world, &here), NOW).await.unwrap();
            let latest = tx.latest_code(CodeKind::Mail, &world.person, &here).await.unwrap().unwrap();
            assert_eq!(latest.state(NOW), LinkState::Live, "{name}: {n}");
        }
    }
}

#[tokio::test]
async fn a_link_is_good_for_its_own_purpose_and_time() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let here = visit();
        let token = Secret::new("a token");
        let mut unit = store.begin().await.unwrap();
        let tx = unit.tx();
        for kind in LINKS {
            tx.put_link(kind, &Secret::new(format!("{kind:?}")), &for_visit(&world, &here), NOW).await.unwrap();
        }
        for made in LINKS {
            for used in LINKS.into_iter().filter(|used| *used != made) {
                let token = Secret::new(format!("{made:?}"));
                assert!(tx.link(used, &token).await.unwrap().is_none(), "{name}: {made:?} as {used:?}");
                assert!(tx.spend_link(used, &token, NOW).await.unwrap().is_none(), "{name}: {made:?} as {used:?}");
            }
        }
        tx.put_link(LinkKind::PasswordReset, &token, &for_visit(&world, &here), NOW).await.unwrap();
        let late = NOW.plus(Span::minutes(10));
        assert!(tx.spend_link(LinkKind::PasswordReset, &token, late).await.unwrap().is_none(), "{name}: too late");
        let row = tx.link(LinkKind::PasswordReset, &token).await.unwrap().unwrap();
        assert_eq!([row.state(NOW), row.state(late)], [LinkState::Live, LinkState::Over], "{name}");
        assert_eq!(tx.end_one_time(&world.person, NOW).await.unwrap(), 1, "{name}");
        assert!(tx.spend_link(LinkKind::PasswordReset, &token, NOW).await.unwrap().is_none(), "{name}: ended");
        let open = tx.open_links(LinkKind::Invitation, &world.person, NOW).await.unwrap();
        assert_eq!(open.len(), 1, "{name}: an invitation does not end with the person's own codes");
    }
}

#[tokio::test]
async fn a_consent_is_remembered_by_scope_until_it_is_withdrawn() {
    let dir = tempfile::tempdir().unwrap();
    let scope = |text| Scope::parse(text).unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let (person, client) = (&world.person, &world.client);
        let mut unit = store.begin().await.unwrap();
        let tx = unit.tx();
        assert!(!tx.consent_covers(person, client, &scope("openid")).await.unwrap(), "{name}");
        tx.remember_consent(person, client, &scope("openid email"), NOW).await.unwrap();
        tx.remember_consent(person, client, &scope("openid phone"), NOW).await.unwrap();
        assert!(tx.consent_covers(person, client, &scope("email phone")).await.unwrap(), "{name}: joined");
        assert!(!tx.consent_covers(person, client, &scope("email address")).await.unwrap(), "{name}: one is new");
        assert_eq!(tx.consents_of(person).await.unwrap().len(), 1, "{name}");
        assert!(tx.withdraw_consent(person, client, NOW).await.unwrap(), "{name}");
        assert!(!tx.withdraw_consent(person, client, NOW).await.unwrap(), "{name}: once");
        assert!(!tx.consent_covers(person, client, &scope("openid")).await.unwrap(), "{name}");
        tx.remember_consent(person, client, &scope("openid"), NOW).await.unwrap();
        assert!(
            !tx.consent_covers(person, client, &scope("email")).await.unwrap(),
            "{name}: what was withdrawn stays so"
        );
    }
}
