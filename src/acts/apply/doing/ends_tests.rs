//! What a state file takes away, and who is told: on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{
    tests::{FIXTURE, NOW, by, desks, done, person, state, tenant, try_to},
    *,
};
use crate::store::{LogRow, NewSession, tests::tail};
use ostiary_gate::domain::{
    audit::{Actor, Event},
    ids::{PersonId, SessionId, TenantId},
    person::{MembershipState, Role},
    tenant::Standing,
    time::Instant,
};

async fn signed_in(desk: &Desk, id: &PersonId) -> SessionId {
    let session = SessionId::from_tail(&tail()).unwrap();
    let mut unit = desk.store.begin().await.unwrap();
    let (cookie, browser) = (tail(), "browser");
    let new = NewSession {
        id: &session,
        cookie_hash: &cookie,
        person: id,
        browser_hash: browser,
        shared_computer: false,
        proofs: &[],
        user_agent: "",
    };
    unit.tx().insert_session(&new, NOW).await.unwrap();
    unit.commit().await.unwrap();
    session
}

#[tokio::test]
async fn whoever_is_absent_is_disabled_signed_out_and_comes_back_only_when_said() {
    let gone = "[[person]]\nemail = \"alice@riverside.example\"\nstate = \"absent\"\n";
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        let alice = person(&desk, "alice@riverside.example").await;
        let session = signed_in(&desk, &alice).await;
        done(&desk, gone).await;
        assert!(done(&desk, gone).await.changes_nothing());
        let mut unit = desk.store.look().await.unwrap();
        assert!(unit.tx().session(&session).await.unwrap().unwrap().facts().unwrap().ended_at.is_some());
        assert_eq!(unit.tx().person(&alice).await.unwrap().unwrap().standing().unwrap(), Standing::Disabled);
        drop(unit);
        let said = done(&desk, FIXTURE).await;
        assert!(said.changes_nothing() && said.kept[0].what == "disabled", "{said}");
        done(&desk, &gone.replace("absent", "present")).await;
        let row = desk.store.look().await.unwrap().tx().person(&alice).await.unwrap().unwrap();
        assert_eq!(row.standing().unwrap(), Standing::Active);
    }
}

#[tokio::test]
async fn a_tenants_last_admin_stays_unless_another_is_named_or_it_is_said_twice() {
    let demote = "[[person]]\nemail = \"dave@riverside.example\"\nmemberships = [{ tenant = \"riverside\", role = \"member\" }]\n";
    let raise = "[[person]]\nemail = \"erin@riverside.example\"\nmemberships = [{ tenant = \"riverside\", role = \"admin\" }]\n";
    let gone = "[[person]]\nemail = \"erin@riverside.example\"\nstate = \"absent\"\n";
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        let said = try_to(&desk, demote, &by("ana")).await.unwrap_err();
        assert!(said.contains("riverside would have no admin left"), "{said}");
        done(&desk, &format!("{demote}{raise}")).await;
        let erin = person(&desk, "erin@riverside.example").await;
        let mut unit = desk.store.look().await.unwrap();
        let membership = unit.tx().memberships(&erin).await.unwrap().remove(0);
        assert_eq!(
            (membership.role, membership.proofs_not_before),
            (Role::Admin, NOW),
            "older proofs do not count for it"
        );
        drop(unit);
        assert!(try_to(&desk, gone, &by("ana")).await.is_err());
        try_to(&desk, gone, &Options { yes: true, ..by("ana") }).await.unwrap();
    }
}

#[tokio::test]
async fn an_ended_membership_stays_ended_until_it_is_said() {
    let m = |state: &str| {
        format!(
            "[[person]]\nemail = \"alice@riverside.example\"\nmemberships = [{{ tenant = \"riverside\", state = \"{state}\" }}]\n"
        )
    };
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        done(&desk, &m("absent")).await;
        let said = done(&desk, FIXTURE).await;
        assert!(said.changes_nothing() && said.kept[0].what == "not in force", "{said}");
        done(&desk, &m("present")).await;
        let alice = person(&desk, "alice@riverside.example").await;
        let found = desk.store.look().await.unwrap().tx().memberships(&alice).await.unwrap().remove(0);
        assert_eq!((found.state, found.proofs_not_before), (MembershipState::Live, NOW));
    }
}

#[tokio::test]
async fn a_tenant_a_client_or_a_resource_that_is_absent_is_out_of_service() {
    let gone = "[[tenant]]\nslug = \"hilltop\"\nstate = \"absent\"\n[[client]]\nclient_id = \"xch\"\nstate = \"absent\"\n\
                [[resource]]\nidentifier = \"https://api.bluegum.example/\"\nstate = \"absent\"\n";
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        assert_eq!(done(&desk, gone).await.changes.len(), 3);
        assert!(done(&desk, gone).await.changes_nothing());
        assert_eq!(tenant(&desk, "hilltop").await.standing, Standing::Disabled);
        let said = done(&desk, FIXTURE).await;
        assert_eq!(said.kept.iter().filter(|kept| kept.what == "disabled").count(), 3, "{said}");
        assert_eq!(done(&desk, &gone.replace("absent", "present")).await.changes.len(), 3);
        let mut unit = desk.store.look().await.unwrap();
        let row = unit.tx().resource("https://api.bluegum.example/").await.unwrap().unwrap();
        assert!(row.is_active().unwrap());
    }
}

#[tokio::test]
async fn the_admins_of_a_tenant_are_mailed_what_the_operator_did_there_but_not_of_its_making() {
    let touch = "[[person]]\nemail = \"dave@riverside.example\"\ngiven_name = \"David\"\n";
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        let waiting = async || desk.store.look().await.unwrap().tx().outbox_backlog().await.unwrap().pending;
        assert_eq!(waiting().await, 0, "nobody is told that their clinic was made");
        let rehearse = Options { rehearse: true, ..by("ana") };
        try_to(&desk, touch, &rehearse).await.unwrap();
        assert_eq!(waiting().await, 0);
        done(&desk, touch).await;
        assert_eq!(waiting().await, 2, "one admin at riverside, one at hilltop");
        done(&desk, touch).await;
        assert_eq!(waiting().await, 2);
    }
}

#[tokio::test]
async fn every_touched_tenants_log_names_the_operator() {
    let touch = "[[person]]\nemail = \"dave@riverside.example\"\ngiven_name = \"David\"\n\
                 [[client]]\nclient_id = \"ledgerly\"\nclient_name = \"Ledgerly 2\"\n";
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        try_to(&desk, touch, &by("omar as root")).await.unwrap();
        for (slug, event) in
            [("riverside", Event::PersonChanged), ("hilltop", Event::PersonChanged), ("ledgers", Event::ClientChanged)]
        {
            let id: TenantId = tenant(&desk, slug).await.id;
            let mut unit = desk.store.look().await.unwrap();
            let log = unit.tx().log_of_tenant(&id, Instant(i64::MAX), 100).await.unwrap();
            let by_omar = |row: &&LogRow| row.entry.actor == Actor::Operator("omar as root".into());
            let events: Vec<_> = log.iter().filter(by_omar).map(|row| row.entry.event).collect();
            assert_eq!(events, [event], "{slug}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_who_apply_at_once_come_to_the_same_deployment() {
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        let start = |name: &'static str| {
            let desk = desk.clone();
            tokio::spawn(
                async move { apply(&desk, &state(FIXTURE), &by(name)).await.map(|report| report.changes.len()) },
            )
        };
        let both = [start("ana"), start("ben")];
        let mut made = vec![];
        for one in both {
            match one.await.unwrap() {
                Ok(changes) => made.push(changes),
                // On PostgreSQL two that make the same rows at the same moment: one fails whole.
                Err(NotApplied::Store(_) | NotApplied::Overtaken) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert!(made.iter().any(|n| *n > 0), "{made:?}");
        assert!(done(&desk, FIXTURE).await.changes_nothing());
    }
}
