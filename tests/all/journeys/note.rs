//! The first story: the clinic's admin ticks the box while somebody writes a note.
use super::{LOOKS, hand::Person};
use crate::harness::{chromium::Look, demo::Demo};

const PRIYA: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const FIRST: &str = "Pain down to 3 of 10.";
const SECOND: &str = " Full range, home exercises again.";

#[tokio::test(flavor = "multi_thread")]
async fn a_note_survives_the_box_and_its_writer_comes_back_with_a_code() {
    for look in LOOKS {
        let demo = Demo::start();
        let Some(mut sam) = Person::at(&demo, "sam@riverside.example", look).await else { return };
        let Some(priya) = Person::at(&demo, "priya@riverside.example", look).await else { return };
        writes_with_a_password(&sam).await;
        ticks_the_box(&priya.with_authenticator(PRIYA)).await;
        is_stopped_with_the_note_kept(&sam).await;
        sam.enrols("0491 570 156").await;
        is_back_in_the_note(&sam).await;
    }
}

async fn writes_with_a_password(sam: &Person<'_>) {
    sam.go(&sam.demo.clinic()).await;
    sam.sound("clinic-front").await;
    sam.click("#sign-in").await;
    sam.see("#login-submit").await;
    sam.sound("login").await;
    sam.password().await;
    sam.arrives("/notes").await;
    sam.sound("clinic-list").await;
    assert_eq!(sam.amr().await, ["pwd"]);
    assert_eq!(sam.text("#clinic").await, "Riverside Physio");
    sam.click("#notes li a").await;
    sam.fill("text", FIRST).await;
    saves(sam).await;
    sam.reads("#status", |text| text.starts_with("Saved ")).await;
    sam.sound("clinic-note").await;
}

/// By the button; with scripts it needs none.
async fn saves(sam: &Person<'_>) {
    if !sam.has_scripts() {
        sam.click("#save").await;
    }
}

async fn ticks_the_box(priya: &Person<'_>) {
    let security = format!("{}/console/riverside/settings/general/security", priya.demo.issuer());
    priya.go(&security).await;
    priya.password().await;
    priya.see("#totp-submit").await;
    priya.sound("code").await;
    priya.show_code("#totp-submit").await;
    priya.see("#security-review").await;
    priya.sound("console-security").await;
    priya.click("#two_factor").await;
    if !priya.sees("#start-now").await {
        priya.click("#security-review").await;
    }
    priya.click("#start-now").await;
    priya.click("#security-review").await;
    priya.see("#security-save").await;
    priya.sound("console-review").await;
    priya.show_code("#security-save").await;
    priya.see(".note.done").await;
    priya.sound("console-saved").await;
}

async fn is_stopped_with_the_note_kept(sam: &Person<'_>) {
    sam.see("#text").await.send_keys(SECOND).await.unwrap();
    saves(sam).await;
    if sam.has_scripts() {
        sam.see("#kept[open]").await;
    } else {
        sam.see("#paused").await;
    }
    sam.sound("clinic-kept").await;
    sam.click("#continue").await;
    sam.see("#enrol-start").await;
    let page = sam.text("main").await;
    assert!(page.contains("Bluegum Notes has kept your work"), "{page}");
}

async fn is_back_in_the_note(sam: &Person<'_>) {
    sam.arrives(&format!("{}/notes/1", sam.demo.clinic())).await;
    assert_eq!(sam.amr().await, ["pwd", "otp", "mfa"]);
    assert_eq!(sam.text("#acr").await, "https://refeds.org/profile/mfa");
    let text = sam.see("#text").await.prop("value").await.unwrap().unwrap();
    assert_eq!(text, format!("{FIRST}{SECOND}"));
    sam.see("#restored").await;
    sam.sound("clinic-back").await;
    sam.see("#text").await.send_keys(" Done.").await.unwrap();
    saves(sam).await;
    sam.reads("#status", |text| text.starts_with("Saved ")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_at_the_same_computer_does_not_get_the_note() {
    let demo = Demo::start();
    let Some(sam) = Person::at(&demo, "sam@riverside.example", Look::DESK).await else { return };
    let Some(priya) = Person::at(&demo, "priya@riverside.example", Look::DESK).await else { return };
    let priya = priya.with_authenticator(PRIYA);
    writes_with_a_password(&sam).await;
    ticks_the_box(&priya).await;
    is_stopped_with_the_note_kept(&sam).await;
    // Sam walks away; Priya signs in at this browser. Whatever she asks for, she does not see what was not saved.
    sam.go(&format!("{}/notes/1", demo.clinic())).await;
    sam.see("#paused").await;
    assert!(!sam.text("body").await.contains(FIRST), "a paused session reads nothing");
    sam.click("#sign-out").await;
    if sam.path().await == "/logout" {
        sam.click("#logout-confirm").await;
    }
    sam.go(&format!("{}/sign-in?note=1", demo.clinic())).await;
    sam.fill("username", priya.email).await;
    sam.fill("password", demo.password(priya.email)).await;
    sam.click("#login-submit").await;
    sam.fill("code", &priya.code()).await;
    sam.click("#totp-submit").await;
    sam.arrives("/notes/1").await;
    let page = sam.text("main").await;
    assert!(page.contains(FIRST) && !page.contains(SECOND.trim()), "{page}");
    assert!(page.contains("Written by Sam Okafor"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_draft_lane_closes_after_a_quarter_of_an_hour_and_says_so() {
    let demo = Demo::start();
    let Some(sam) = Person::at(&demo, "sam@riverside.example", Look::DESK.without_javascript()).await else { return };
    let Some(priya) = Person::at(&demo, "priya@riverside.example", Look::DESK).await else { return };
    writes_with_a_password(&sam).await;
    let page = sam.browser.another_tab().await;
    sam.go(&format!("{}/notes/1", demo.clinic())).await;
    ticks_the_box(&priya.with_authenticator(PRIYA)).await;
    sam.fill("text", "Kept.").await;
    sam.click("#save").await;
    sam.see("#paused").await;
    // A page from before, sent when the lane has closed: not taken, and not lost either.
    demo.clock().advance(jiff::SignedDuration::from_mins(16));
    sam.browser.switch_to_window(page).await.unwrap();
    sam.fill("text", "Too late.").await;
    sam.click("#save").await;
    let typed = sam.see("#unsaved").await.prop("value").await.unwrap().unwrap();
    assert_eq!(typed, "Too late.");
    assert!(sam.text("#refused").await.contains("not saved"));
    sam.sound("clinic-not-taken").await;
}
