//! Agreements with apps, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::{
    acts::{
        guard::Caller,
        policy::Refused,
        testing::{House, houses},
    },
    grants::door::{Onward, arrive},
};
use ostiary_gate::{
    domain::{
        person::Role,
        tenant::{ConnectionState, TwoFactor},
        time::Span,
    },
    gate::{Refusal, Step},
};
use std::path::Path;

/// Dave is an admin of hilltop, whose box is off, with a fresh code.
async fn begun(dir: &Path) -> Vec<(House, Caller, ClientId)> {
    let mut all = Vec::new();
    for house in houses(dir).await {
        house.join(&house.dave, &house.hilltop, Role::Admin).await;
        let ledgerly = house.ledgerly().await;
        let dave = house.at_the_console("dave", "hilltop").await.caller;
        all.push((house, dave, ledgerly));
    }
    all
}

impl House {
    async fn is_connected(&self, tenant: &TenantId) -> Option<ConnectionState> {
        let tenant = self.tenant(tenant).await;
        tenant.connections.first().map(|c| tenant.connection_state(c, self.clock.now()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_demands_it_of_everyone_is_connected_together_with_the_box() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave, ledgerly) in begun(dir.path()).await {
        let unsaid = connect(&house.desk, &dave, &house.hilltop, &ledgerly, None).await;
        assert!(matches!(unsaid, Err(ConnectionError::NoStart)), "{}", house.name);
        connect(&house.desk, &dave, &house.hilltop, &ledgerly, Some(TheBox::On)).await.unwrap();
        let tenant = house.tenant(&house.hilltop).await;
        assert_eq!(tenant.policy.two_factor, TwoFactor::Required, "{}", house.name);
        assert_eq!(house.is_connected(&house.hilltop).await, Some(ConnectionState::Live));
        let twice = connect(&house.desk, &dave, &house.hilltop, &ledgerly, None).await;
        assert!(matches!(twice, Err(ConnectionError::Connected)), "{}", house.name);
        let wish = Wish::the_box(&tenant, TheBox::Off);
        let change = Change { tenant: &house.hilltop, wish, reason: "no", revision: None };
        let locked = policy::save(&house.desk, &dave, &change).await;
        assert!(matches!(locked, Err(PolicyError::Refused(Refused::Locked(_)))), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_waits_until_the_start_and_is_live_from_then_on() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave, ledgerly) in begun(dir.path()).await {
        let starts_at = house.clock.now().plus(Span::hours(8));
        connect(&house.desk, &dave, &house.hilltop, &ledgerly, Some(TheBox::From(starts_at))).await.unwrap();
        assert_eq!(house.is_connected(&house.hilltop).await, Some(ConnectionState::Waiting), "{}", house.name);
        house.clock.advance(Span::hours(8));
        assert_eq!(house.is_connected(&house.hilltop).await, Some(ConnectionState::Live), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_a_connection_ends_what_the_app_holds_here() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave, ledgerly) in begun(dir.path()).await {
        connect(&house.desk, &dave, &house.hilltop, &ledgerly, Some(TheBox::On)).await.unwrap();
        let offline = [("tenant", "hilltop"), ("scope", "openid offline_access"), ("prompt", "consent")];
        house.clock.advance(Span::seconds(31));
        let seat = house.at_the_console("dave", "hilltop").await;
        let granted = arrive(&house.desk, house.opening_to(&ledgerly, &offline).await, &seat.browser).await;
        assert!(matches!(granted, Ok(Onward::Code { .. })), "{}", house.name);
        assert_eq!(house.grants(&house.dave).await.len(), 1);
        disconnect(&house.desk, &seat.caller, &house.hilltop, &ledgerly).await.unwrap();
        assert!(house.grants(&house.dave).await.is_empty(), "{}", house.name);
        let again = arrive(&house.desk, house.opening_to(&ledgerly, &offline).await, &seat.browser).await;
        assert!(matches!(again, Ok(Onward::Step { step: Step::Connect, .. })), "an admin may connect it again");
        let twice = disconnect(&house.desk, &seat.caller, &house.hilltop, &ledgerly).await;
        assert!(matches!(twice, Err(ConnectionError::NotConnected)), "{}", house.name);
        let log: Vec<_> = house.logged(&house.hilltop).await.into_iter().map(|(event, _)| event).collect();
        assert!(log.contains(&Event::ConnectionMade) && log.contains(&Event::ConnectionEnded), "{log:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_an_admin_with_a_fresh_code_connects_and_only_what_can_be_connected() {
    let dir = tempfile::tempdir().unwrap();
    for (house, dave, ledgerly) in begun(dir.path()).await {
        let gina = house.seat("gina", house.own_page("/account", None)).await.caller;
        let stranger = connect(&house.desk, &gina, &house.riverside, &ledgerly, None).await;
        let refused = |e: &Result<(), ConnectionError>, what: Refusal| matches!(e, Err(ConnectionError::Policy(PolicyError::Stop(Stop::Refused(r, _)))) if *r == what);
        assert!(refused(&stranger, Refusal::NotAMember), "{}", house.name);
        let web = ClientId::parse("web").unwrap();
        let plain = connect(&house.desk, &dave, &house.hilltop, &web, None).await;
        assert!(matches!(plain, Err(ConnectionError::NoSuchApp)), "{}: it needs no connection", house.name);
        house.clock.advance(Span::minutes(6));
        let stale = connect(&house.desk, &dave, &house.hilltop, &ledgerly, Some(TheBox::On)).await;
        let stopped =
            matches!(stale, Err(ConnectionError::Policy(PolicyError::Stop(Stop::Step(Step::SecondFactor, _)))));
        assert!(stopped, "{}", house.name);
        assert_eq!(house.tenant(&house.hilltop).await.policy.two_factor, TwoFactor::Off);
    }
}
