//! The third story: the clinic has two-factor off, and the app demands it all the same.
use super::{LOOKS, hand::Person};
use crate::harness::demo::Demo;

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_demands_a_code_leads_to_enrolment_first_and_the_token_then() {
    for look in LOOKS {
        let demo = Demo::start();
        let Some(mut lee) = Person::at(&demo, "lee@hilltop.example", look).await else { return };
        // For the clinic app a password is enough.
        lee.go(&format!("{}/sign-in", demo.clinic())).await;
        lee.password().await;
        lee.arrives("/notes").await;
        assert_eq!(lee.amr().await, ["pwd"]);
        // Not for Ledgerly, and not without a question.
        lee.go(&demo.ledgerly()).await;
        lee.click("#quietly").await;
        assert!(lee.text("#quiet").await.contains("6-digit code"));
        lee.click("#sign-in").await;
        lee.enrols("07400 123456").await;
        lee.see("#consent-allow, #books").await;
        if lee.sees("#consent-allow").await {
            lee.click("#consent-allow").await;
        }
        lee.arrives("/books").await;
        assert_eq!(lee.amr().await, ["pwd", "otp", "mfa"]);
        lee.sound("ledgerly-enrolled").await;
        // What the clinic app was given is as it was: a step-up never raises a grant.
        lee.go(&format!("{}/notes", demo.clinic())).await;
        assert_eq!(lee.amr().await, ["pwd"]);
    }
}
