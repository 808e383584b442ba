//! The console through the whole of the edge, in process, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use crate::{
    acts::testing::{House, houses},
    http::own_tests::Screen,
};
use http::StatusCode;
use ostiary_gate::domain::{person::Role, tenant::TwoFactor, time::Span};
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
