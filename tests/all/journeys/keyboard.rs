//! Without a mouse: signing in and setting up, by Tab, Space and Enter alone.
use super::hand::Person;
use crate::harness::{chromium::Look, demo::Demo, totp};
use thirtyfour::prelude::*;

impl Person<'_> {
    /// Waits for what has this id, tabs to it and presses a key on it.
    async fn tab_and_press(&self, id: &str, keys: impl Into<TypingData>) {
        self.see(&format!("#{id}")).await;
        self.browser.tab_to(id).await;
        self.browser.press(keys).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_setting_up_need_no_mouse() {
    for look in [Look::DESK, Look::PHONE.without_javascript()] {
        let demo = Demo::start();
        let Some(lee) = Person::at(&demo, "lee@hilltop.example", look).await else { return };
        lee.go(&demo.ledgerly()).await;
        lee.tab_and_press("sign-in", Key::Enter).await;
        lee.tab_and_press("username", lee.email).await;
        lee.tab_and_press("password", demo.password(lee.email)).await;
        lee.tab_and_press("login-submit", Key::Enter).await;
        lee.tab_and_press("enrol-start", Key::Enter).await;
        lee.see("#mail-code-submit").await;
        let code = lee.mailed_code().await;
        lee.tab_and_press("mail_code", code).await;
        lee.tab_and_press("mail-code-submit", Key::Enter).await;
        lee.tab_and_press("phone", "07400 123456").await;
        lee.tab_and_press("phone-submit", Key::Enter).await;
        lee.tab_and_press("app-submit", Key::Enter).await;
        let key = lee.see("#totp-key").await.prop("textContent").await.unwrap().unwrap();
        let secret: String = key.split_whitespace().collect();
        // As somebody finds the key who cannot scan: the words above it open by keyboard.
        let opened = lee.browser.find(By::XPath("//*[@id='totp-key']/ancestor::details/summary")).await.unwrap();
        opened.send_keys(Key::Enter).await.unwrap();
        assert!(lee.see("#totp-key").await.is_displayed().await.unwrap());
        demo.clock().next_step();
        lee.tab_and_press("code", totp(&secret, demo.clock().now())).await;
        lee.tab_and_press("link-submit", Key::Enter).await;
        lee.tab_and_press("saved", " ").await;
        lee.tab_and_press("codes-submit", Key::Enter).await;
        lee.see("#consent-allow, #books").await;
        if lee.sees("#consent-allow").await {
            lee.tab_and_press("consent-allow", Key::Enter).await;
        }
        lee.arrives("/books").await;
        assert_eq!(lee.amr().await, ["pwd", "otp", "mfa"]);
    }
}
