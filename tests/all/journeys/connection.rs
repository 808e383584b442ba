//! The second story: an app that demands two-factor of everybody is connected, and the box is locked.
use super::{LOOKS, hand::Person};
use crate::harness::{chromium::Look, demo::Demo};

const PRIYA: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

#[tokio::test(flavor = "multi_thread")]
async fn connecting_ledgerly_locks_the_box_and_brings_the_nightly_sync() {
    for look in LOOKS {
        let demo = Demo::start();
        let Some(priya) = Person::at(&demo, "priya@riverside.example", look).await else { return };
        let priya = priya.with_authenticator(PRIYA);
        signs_in_to_ledgerly(&priya).await;
        nothing_comes_before_the_clinic_is_connected(&priya).await;
        connects(&priya).await;
        the_sync_brings_treatments(&priya).await;
        the_box_is_locked(&priya).await;
    }
}

async fn signs_in_to_ledgerly(priya: &Person<'_>) {
    priya.go(&priya.demo.ledgerly()).await;
    priya.sound("ledgerly-front").await;
    priya.click("#quietly").await;
    assert!(priya.text("#quiet").await.contains("nobody is signed in"));
    priya.click("#sign-in").await;
    priya.password().await;
    priya.show_code("#totp-submit").await;
    allows(priya).await;
    priya.arrives("/books").await;
    priya.sound("ledgerly-books").await;
    assert_eq!(priya.amr().await, ["pwd", "otp", "mfa"]);
}

/// Ledgerly is no app of the house: the first time it asks for something, the person is asked.
async fn allows(priya: &Person<'_>) {
    priya.see("#consent-allow, #books").await;
    if priya.sees("#consent-allow").await {
        priya.sound("consent").await;
        priya.click("#consent-allow").await;
    }
}

async fn nothing_comes_before_the_clinic_is_connected(priya: &Person<'_>) {
    priya.click("#sync-now").await;
    let why = priya.text("#sync-refused").await;
    assert!(why.contains("has not connected Ledgerly"), "{why}");
    priya.sound("ledgerly-sync-refused").await;
}

async fn connects(priya: &Person<'_>) {
    priya.click("#connect").await;
    priya.see("#connect-submit").await;
    priya.sound("connect").await;
    priya.click("#start-now").await;
    // Shown a moment ago, to sign in to Ledgerly: fresh enough, unless a slow machine made it old.
    if priya.sees("[name=code]").await {
        priya.show_code("#connect-submit").await;
    } else {
        priya.click("#connect-submit").await;
    }
    allows(priya).await;
    priya.arrives("/books").await;
}

async fn the_sync_brings_treatments(priya: &Person<'_>) {
    priya.click("#sync-now").await;
    let came = priya.text("#sync-came").await;
    assert!(came.contains("Hannah Fisk") && came.contains("client_id"), "{came}");
    assert!(came.contains("nobody signed in for it"), "{came}");
    priya.sound("ledgerly-sync-came").await;
}

async fn the_box_is_locked(priya: &Person<'_>) {
    let security = format!("{}/console/riverside/settings/general/security", priya.demo.issuer());
    priya.go(&security).await;
    let box_ = priya.see("#two_factor").await;
    assert!(box_.is_selected().await.unwrap() && !box_.is_enabled().await.unwrap());
    let page = priya.text("main").await;
    assert!(page.contains("Ledgerly"), "{page}");
    priya.sound("console-locked").await;
    unticking_is_refused_whatever_the_page_says(priya).await;
}

/// By a form that no page shows: no tick, a reason, a fresh code.
async fn unticking_is_refused_whatever_the_page_says(priya: &Person<'_>) {
    let script = "const form = document.querySelector('form[action$=\"/security\"]');
        for (const [name, value] of [['save', 'yes'], ['reason', 'because'], ['code', arguments[0]]]) {
            const field = document.createElement('input');
            [field.type, field.name, field.value] = ['hidden', name, value];
            form.append(field);
        }
        form.elements.two_factor.remove();
        form.submit()";
    priya.browser.execute(script, vec![priya.code().into()]).await.unwrap();
    let refused = priya.reads("main", |text| text.contains("There is a problem")).await;
    assert!(refused.contains("Ledgerly"), "{refused}");
    priya.sound("console-refused").await;
    priya.go(&format!("{}/console/riverside/settings/general/security", priya.demo.issuer())).await;
    assert!(priya.see("#two_factor").await.is_selected().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_cannot_connect_the_clinic_and_is_told_whom_to_ask() {
    let demo = Demo::start();
    let Some(mut lee) = Person::at(&demo, "lee@hilltop.example", Look::DESK).await else { return };
    lee.go(&format!("{}/sign-in", demo.ledgerly())).await;
    lee.password().await;
    lee.enrols("07400 123456").await;
    allows(&lee).await;
    lee.arrives("/books").await;
    assert!(!lee.sees("#connect").await);
    assert!(lee.text("#ask-admin").await.contains("Only an admin of Hilltop Clinic"));
}
