//! The account, and how people come in, through the whole of the edge, in process, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use crate::{
    acts::{
        letters::{Addressed, Letter},
        testing::{House, houses},
    },
    factors::totp::{Seed, code_at},
    http::own_tests::{Page, Screen},
};
use http::StatusCode;
use ostiary_gate::domain::{person::MembershipState, secret::Secret, time::Span};

/// Past the page of the fresh code, and back to where it leads.
async fn confirmed(house: &House, screen: &mut Screen, stopped: &Page) -> Page {
    assert!(stopped.location.starts_with("/account/confirm?then="), "{} {}", stopped.location, stopped.body);
    let confirm = screen.get(&stopped.location).await;
    let (then, code) = (confirm.field("then"), house.code());
    let back = screen.post(&confirm, "/account/confirm", &[("then", &then), ("code", &code)]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
    screen.get(&back.location).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_their_own_account_and_its_pages() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut alice = Screen::signed_in(&house, "alice", None).await;
        let page = alice.get("/account").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        for said in ["alice@example.com", "+61491570006", "riverside requires this", "Chrome on Linux"] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        assert!(!page.body.contains("account-authenticator-remove"), "nobody removes what a clinic requires");
        for path in ["apps", "password", "details", "phone", "codes", "authenticator"] {
            let page = alice.get(&format!("/account/{path}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
            let nobody = Screen::new(&house).get(&format!("/account/{path}")).await;
            assert!(nobody.location.starts_with("/login?visit="), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_is_asked_a_fresh_code_first() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut alice = Screen::signed_in(&house, "alice", None).await;
        house.clock.advance(Span::minutes(6));
        let page = alice.get("/account/password").await;
        let new = [("new_password", "seven green ladders")];
        let stopped = alice.post(&page, "/account/password", &new).await;
        let page = confirmed(&house, &mut alice, &stopped).await;
        let weak = alice.post(&page, "/account/password", &[("new_password", "alice")]).await;
        assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", weak.body);
        let done = alice.post(&page, "/account/password", &new).await;
        assert_eq!(done.location, "/account?done=password", "{}", done.body);
        assert_eq!(alice.get(&done.location).await.status, StatusCode::OK, "this session stays");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_backup_codes_are_seen_once_and_a_missing_tick_shows_the_same_again() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut alice = Screen::signed_in(&house, "alice", None).await;
        let page = alice.get("/account/codes").await;
        let made = alice.post(&page, "/account/codes", &[]).await;
        let codes = |page: &Page| page.body.split("id=\"backup-codes\"").nth(1).unwrap()[..400].to_owned();
        let kept = made.field("kept");
        let again = alice.post(&made, "/account/codes", &[("kept", &kept)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(codes(&made), codes(&again), "{}", house.name);
        let saved = alice.post(&again, "/account/codes", &[("kept", &kept), ("saved", "yes")]).await;
        assert_eq!(saved.location, "/account?done=codes", "{}", saved.body);
        let mut dave = Screen::signed_in(&house, "dave", None).await;
        let page = dave.get("/account/codes").await;
        let stolen = dave.post(&page, "/account/codes", &[("kept", &kept)]).await;
        assert_eq!(stolen.status, StatusCode::SEE_OTHER, "another's are not opened");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_is_linked_and_the_old_one_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut alice = Screen::signed_in(&house, "alice", None).await;
        let page = alice.get("/account/authenticator").await;
        let key = page.body.split("id=\"totp-key\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
        let wrong = alice.post(&page, "/account/authenticator", &[("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let code = code_at(&Seed::from_base32(&key).unwrap(), house.clock.now());
        let done = alice.post(&page, "/account/authenticator", &[("code", &code)]).await;
        assert_eq!(done.location, "/account?done=saved", "{}", done.body);
        assert_eq!(alice.get("/account").await.status, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_takes_this_browser_along() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut alice = Screen::signed_in(&house, "alice", None).await;
        let page = alice.get("/account").await;
        let out = alice.post(&page, "/account/sessions", &[("session", "all")]).await;
        assert_eq!(out.location, "/logout/done", "{}", out.body);
        assert!(alice.get("/account").await.location.starts_with("/login?visit="));
    }
}

async fn invitation(house: &House) -> Secret {
    let claimed = house.set(async |tx, now| tx.claim_outbox(50, Span::minutes(1), now).await.unwrap()).await;
    let letters = claimed.into_iter().map(|one| serde_json::from_slice::<Addressed>(&one.body.unwrap()).unwrap());
    let found = letters.map(|one| one.letter).find_map(|letter| match letter {
        Letter::Invitation { token, .. } => Some(token),
        _ => None,
    });
    found.expect("an invitation was mailed")
}

async fn invited(house: &House, email: &str) -> String {
    let mut dave = Screen::signed_in(house, "dave", Some("riverside")).await;
    let page = dave.get("/console/riverside/people/invite").await;
    let sent = dave.post(&page, "/console/riverside/people/invite", &[("email", email), ("role", "member")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    format!("/invite?token={}", invitation(house).await.expose())
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_is_led_from_the_invitation_to_set_up() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let link = invited(&house, "mei@tran.example").await;
        let mut mei = Screen::new(&house);
        let page = mei.get(&link).await;
        assert!(page.body.contains("mei@tran.example"), "{}", page.body);
        let token = page.field("token");
        let missing = mei.post(&page, "/invite", &[("token", &token), ("new_password", "seven green ladders")]).await;
        assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = [
            ("token", &*token),
            ("given_name", "Mei"),
            ("family_name", "Tran"),
            ("new_password", "seven green ladders"),
        ];
        let on = mei.post(&page, "/invite", &fields).await;
        assert!(on.location.starts_with("/enrol?visit=vis_"), "{} {}", on.location, on.body);
        let used = mei.get(&link).await;
        assert_eq!(used.status, StatusCode::GONE);
        for bad in ["/invite", "/invite?token=a", "/setup?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(mei.get(bad).await.status, StatusCode::GONE, "{bad}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_exists_signs_in_and_says_yes() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let link = invited(&house, "gina@example.com").await;
        let page = Screen::new(&house).get(&link).await;
        assert!(page.location.starts_with("/login?visit="), "{} {}", page.location, page.body);
        let mut gina = Screen::signed_in(&house, "gina", None).await;
        let page = gina.get(&link).await;
        assert!(!page.body.contains("new_password"), "never a password form for who exists");
        let token = page.field("token");
        let done = gina.post(&page, "/invite", &[("token", &token)]).await;
        assert_eq!(done.location, "/account", "{}", done.body);
        let all = house.set(async |tx, _| tx.memberships(&house.gina).await.unwrap()).await;
        assert!(all.iter().all(|m| m.state == MembershipState::Live) && all.len() == 2, "{}", house.name);
        let next = gina.get("/account").await;
        assert!(next.location.starts_with("/enrol?visit="), "riverside asks for more: {}", next.location);
    }
}
