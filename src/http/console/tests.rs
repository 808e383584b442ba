//! The console through the whole of the edge, in process, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use crate::{
    acts::testing::PASSWORD,
    grants::door::{Onward, show_code, sign_in},
};
use crate::{
    acts::testing::{House, houses},
    http::own_tests::Screen,
};
use http::StatusCode;
use ostiary_gate::{
    domain::{audit::Event, ids::VisitId, person::Role, secret::Secret, tenant::TwoFactor, time::Span},
    gate::{Refusal, Step},
};
use std::path::Path;

const SECURITY: &str = "/console/hilltop/settings/general/security";

/// Dave is an admin of hilltop, whose box is off, and signed in.
async fn begun(dir: &Path) -> Vec<(House, Screen)> {
    let mut all = Vec::new();
    for house in houses(dir).await {
        house.join(&house.dave, &house.hilltop, Role::Admin).await;
        let screen = Screen::signed_in(&house, "dave", Some("hilltop")).await;
        // The next code is another one.
        house.clock.advance(Span::seconds(60));
        all.push((house, screen));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_box_is_ticked_looked_over_and_saved_with_a_fresh_code() {
    let dir = tempfile::tempdir().unwrap();
    for (house, mut screen) in begun(dir.path()).await {
        let page = screen.get(SECURITY).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("1 of 2 people"), "{}", page.body);
        let review = screen.post(&page, SECURITY, &[("two_factor", "required"), ("start", "now")]).await;
        assert_eq!(review.status, StatusCode::OK, "{}", review.body);
        assert!(review.body.contains("id=\"security-save\""));
        assert_eq!(house.tenant(&house.hilltop).await.policy.two_factor, TwoFactor::Off, "nothing saved yet");
        let revision = review.field("revision");
        let mut fields =
            vec![("two_factor", "required"), ("start", "now"), ("save", "yes"), ("revision", revision.as_str())];
        let missing = screen.post(&review, SECURITY, &fields).await;
        assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY, "no code, no save");
        let code = house.code();
        fields.push(("code", &code));
        let saved = screen.post(&review, SECURITY, &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        assert_eq!(house.tenant(&house.hilltop).await.policy.two_factor, TwoFactor::Required);
        let page = screen.get(&saved.location).await;
        assert_eq!(page.status, StatusCode::OK, "the session goes on under its new name");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_admin_is_told_whom_to_ask_and_a_stranger_finds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for (house, _) in begun(dir.path()).await {
        let mut gina = Screen::signed_in(&house, "gina", None).await;
        let page = gina.get(SECURITY).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("dave Test"), "members see who the admins are");
        assert!(!page.body.contains("security-review"), "and no button");
        let refused = gina.post(&page, SECURITY, &[("two_factor", "required"), ("start", "now")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let mut alice = Screen::signed_in(&house, "alice", None).await;
        let form = alice.get("/account/details").await;
        let foreign = alice.post(&form, SECURITY, &[("two_factor", "required"), ("start", "now")]).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        let log = house.logged(&house.hilltop).await;
        let tries = log.iter().filter(|(event, _)| *event == Event::PolicyChangeRefused).count();
        assert_eq!(tries, 2, "each try stands in the log: {log:?}");
        let stranger = gina.get("/console/riverside/settings/general/security").await;
        let nowhere = gina.get("/console/nowhere/settings/general/security").await;
        assert_eq!((stranger.status, nowhere.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        let mut nobody = Screen::new(&house);
        let page = nobody.get(SECURITY).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        assert!(page.location.starts_with("/login?visit="), "{}", page.location);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_is_chosen_in_the_clinics_zone_and_taken_back_only_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    for (house, mut screen) in begun(dir.path()).await {
        let page = screen.get(SECURITY).await;
        let start = [("two_factor", "required"), ("start", "date"), ("start_at", "2026-03-05T20:00")];
        let review = screen.post(&page, SECURITY, &start).await;
        assert!(review.body.contains("Thursday 5 March, 8:00"), "{}", review.body);
        let (code, revision) = (house.code(), review.field("revision"));
        let save = [("save", "yes"), ("revision", &*revision), ("code", &*code)];
        let saved = screen.post(&review, SECURITY, &[&start[..], &save[..]].concat()).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        let pending = house.tenant(&house.hilltop).await.pending.unwrap();
        assert_eq!(pending.starts_at.as_seconds(), 1_772_701_200, "9:00 UTC");
        let page = screen.get(SECURITY).await;
        assert!(page.body.contains("checked"), "what is coming is ticked");
        for bad in ["2026-03-01T20:00", "yesterday", ""] {
            let refused = screen.post(&page, SECURITY, &[start[0], start[1], ("start_at", bad)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
        let review = screen.post(&page, SECURITY, &[]).await;
        let (code, revision) = (house.code(), review.field("revision"));
        let silent = [("save", "yes"), ("revision", &*revision), ("code", &*code)];
        let refused = screen.post(&review, SECURITY, &silent).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("reason-wrong"), "{}", refused.body);
        house.clock.advance(Span::seconds(60));
        let code = house.code();
        let said = [("save", "yes"), ("revision", &*revision), ("code", &*code), ("reason", "stocktaking")];
        let saved = screen.post(&review, SECURITY, &said).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        assert_eq!(house.tenant(&house.hilltop).await.pending, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unticking_is_refused_by_page_and_by_form_while_an_app_that_demands_it_is_connected() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut dave = Screen::signed_in(&house, "dave", Some("riverside")).await;
        let security = "/console/riverside/settings/general/security";
        let before = dave.get(security).await;
        let ledgerly = house.ledgerly().await;
        house.connected(&house.riverside, &ledgerly).await;
        let page = dave.get(security).await;
        assert!(page.body.contains("Ledgerly") && page.body.contains("disabled"), "{}", page.body);
        house.clock.advance(Span::seconds(60));
        let (code, revision) = (house.code(), house.tenant(&house.riverside).await.revision.to_string());
        let fields = [("save", "yes"), ("revision", &*revision), ("code", &*code), ("reason", "no")];
        let refused = dave.post(&before, security, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("Ledgerly"), "{}", refused.body);
        assert_eq!(house.tenant(&house.riverside).await.policy.two_factor, TwoFactor::Required);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_console_is_there_for_an_admin_and_for_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    for (house, mut dave) in begun(dir.path()).await {
        let pages = ["", "/people", "/people?mfa=none&q=gi", "/people/invite", "/apps", "/log", "/log?kind=signed-in"];
        let somebody = format!("/people/{}", house.gina);
        let mut gina = Screen::signed_in(&house, "gina", None).await;
        let mut alice = Screen::signed_in(&house, "alice", None).await;
        for page in pages.into_iter().chain([&*somebody]) {
            let address = format!("/console/hilltop{page}");
            let seen = dave.get(&address).await;
            assert_eq!(seen.status, StatusCode::OK, "{address}: {}", seen.body);
            let member = gina.get(&address).await;
            let told = member.status == StatusCode::FORBIDDEN || member.location.ends_with("/security");
            assert!(told, "{address}: {}", member.status);
            assert_eq!(alice.get(&address).await.status, StatusCode::NOT_FOUND, "{address}");
            let nobody = Screen::new(&house).get(&address).await;
            assert!(nobody.location.starts_with("/login?visit="), "{address}");
        }
        let list = dave.get("/console/hilltop/people").await;
        assert!(list.body.contains("gina Test") && !list.body.contains("alice"), "{}", list.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chooser_leads_to_the_only_clinic_and_lists_several() {
    let dir = tempfile::tempdir().unwrap();
    for (house, mut dave) in begun(dir.path()).await {
        let both = dave.get("/console").await;
        assert!(both.body.contains("/console/riverside") && both.body.contains("/console/hilltop"), "{}", both.body);
        let mut gina = Screen::signed_in(&house, "gina", None).await;
        assert_eq!(gina.get("/console").await.location, "/console/hilltop");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_reset_only_after_a_fresh_code_and_by_an_admin_who_says_how_they_checked() {
    let dir = tempfile::tempdir().unwrap();
    for (house, _) in begun(dir.path()).await {
        let mut dave = Screen::signed_in(&house, "dave", Some("riverside")).await;
        let address = format!("/console/riverside/people/{}", house.alice);
        let page = dave.get(&address).await;
        assert!(page.body.contains("person-reset"), "{}", page.body);
        let reset = format!("{address}/reset");
        let unsaid = dave.post(&page, &reset, &[]).await;
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
        house.clock.advance(Span::minutes(6));
        let stale = dave.post(&page, &reset, &[("checked", "face")]).await;
        assert!(stale.location.starts_with("/console/confirm?then="), "{}", stale.location);
        let confirm = dave.get(&stale.location).await;
        assert!(confirm.body.contains("stepup-submit"), "{}", confirm.body);
        let (then, code) = (confirm.field("then"), house.code());
        let wrong = dave.post(&confirm, "/console/confirm", &[("then", &then), ("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let back = dave.post(&confirm, "/console/confirm", &[("then", &then), ("code", &code)]).await;
        assert_eq!(back.location, address, "{}", back.body);
        let page = dave.get(&address).await;
        let done = dave.post(&page, &reset, &[("checked", "face")]).await;
        assert_eq!(done.location, format!("{address}?done=yes"), "{}", done.body);
        let page = dave.get(&done.location).await;
        assert!(page.body.contains("reset"), "{}", page.body);
        let log = dave.get("/console/riverside/log").await;
        assert!(log.body.contains("dave Test reset the authenticator app of alice Test"), "{}", log.body);
        let own = dave.get(&format!("/console/riverside/people/{}", house.dave)).await;
        assert!(!own.body.contains("id=\"person-reset\""), "not oneself");
        let standing = format!("/console/riverside/people/{}/standing", house.dave);
        let last = dave.post(&own, &standing, &[("what", "end")]).await;
        assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY, "the last admin stays");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_demands_the_box_is_connected_together_with_it_and_disconnected() {
    let dir = tempfile::tempdir().unwrap();
    for (house, mut dave) in begun(dir.path()).await {
        house.ledgerly().await;
        let page = dave.get("/console/hilltop/apps").await;
        assert!(page.body.contains("Ledgerly"), "{}", page.body);
        let connect = "/console/hilltop/apps/connect";
        let question = dave.get(&format!("{connect}?client=ledgerly")).await;
        assert!(question.body.contains("requires two-factor authentication for everyone"), "{}", question.body);
        let unsaid = dave.post(&question, connect, &[("client", "ledgerly")]).await;
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = dave.post(&question, connect, &[("client", "ledgerly"), ("start", "now")]).await;
        assert_eq!(done.location, "/console/hilltop/apps", "{}", done.body);
        let tenant = house.tenant(&house.hilltop).await;
        assert_eq!(tenant.policy.two_factor, TwoFactor::Required, "{}", house.name);
        let security = dave.get(SECURITY).await;
        assert!(security.body.contains("Ledgerly") && security.body.contains("disabled"), "{}", security.body);
        let page = dave.get("/console/hilltop/apps").await;
        let id = page.field("connection");
        let ended = dave.post(&page, "/console/hilltop/apps/disconnect", &[("connection", &id)]).await;
        assert_eq!(ended.location, "/console/hilltop/apps");
        assert!(house.tenant(&house.hilltop).await.connections.is_empty(), "{}", house.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_says_that_it_was_sent_and_whom_it_is_for() {
    let dir = tempfile::tempdir().unwrap();
    for (_, mut dave) in begun(dir.path()).await {
        let invite = "/console/hilltop/people/invite";
        let page = dave.get(invite).await;
        for bad in ["", "nobody"] {
            let refused = dave.post(&page, invite, &[("email", bad), ("role", "member")]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
        let sent = dave.post(&page, invite, &[("email", "mei@tran.example"), ("role", "member")]).await;
        let list = dave.get(&sent.location).await;
        assert!(list.body.contains("We’ve invited <strong>mei@tran.example"), "{}", list.body);
        assert!(list.body.contains("Invited"), "{}", list.body);
    }
}

/// The nightly app asks on behalf of somebody who has shown password and code.
async fn stopped(house: &House, screen: &Screen, name: &str) -> Result<VisitId, Refusal> {
    let ledgerly = house.ledgerly().await;
    let wanted = [("tenant", "hilltop"), ("scope", "openid offline_access"), ("prompt", "consent")];
    let (opening, browser) = (house.opening_to(&ledgerly, &wanted).await, screen.browser());
    let email = format!("{name}@example.com");
    let mut onward = sign_in(&house.desk, opening, &browser, (&email, Secret::new(PASSWORD)), false).await.unwrap();
    if let Onward::Step { step: Step::SecondFactor, visit: Some(visit), .. } = onward {
        onward = show_code(&house.desk, &visit, &browser, &house.code()).await.unwrap();
    }
    match onward {
        Onward::Step { step: Step::Connect, visit: Some(visit), .. } => Ok(visit),
        Onward::Refused { refusal, .. } => Err(refusal),
        _ => panic!("neither stopped nor refused"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_connects_an_app_in_the_middle_of_its_request_and_a_member_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for (house, _) in begun(dir.path()).await {
        assert_eq!(stopped(&house, &Screen::new(&house), "gina").await, Err(Refusal::NotConnected), "{}", house.name);
        let mut dave = Screen::new(&house);
        let visit = stopped(&house, &dave, "dave").await.unwrap();
        let address = format!("/connect?visit={visit}");
        let page = dave.get(&address).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(!page.body.contains("id=\"code\""), "one was shown just now");
        let visit = visit.to_string();
        let unsaid = dave.post(&page, "/connect", &[("visit", &visit)]).await;
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unsaid.body);
        house.clock.advance(Span::minutes(6));
        let page = dave.get(&address).await;
        assert!(page.body.contains("id=\"code\""), "it is too old by now");
        let fields = [("visit", &*visit), ("start", "now")];
        let stale = dave.post(&page, "/connect", &fields).await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", stale.body);
        assert!(house.tenant(&house.hilltop).await.connections.is_empty());
        let code = house.code();
        let done = dave.post(&page, "/connect", &[fields[0], fields[1], ("code", &code)]).await;
        assert!(done.location.starts_with("https://app.example/cb?"), "{} {}", done.location, done.body);
        assert!(done.location.contains("code="), "{}", done.location);
        let tenant = house.tenant(&house.hilltop).await;
        assert_eq!((tenant.connections.len(), tenant.policy.two_factor), (1, TwoFactor::Required), "{}", house.name);
    }
}
