//! A person: a browser, what they know, and what lies on their desk.
use crate::harness::{
    chromium::{Chromium, Look},
    client::Client,
    demo::Demo,
    totp,
};
use scraper::{Html, Selector};
use std::time::Duration;
use thirtyfour::prelude::*;
use url::Url;

pub struct Person<'a> {
    pub demo: &'a Demo,
    pub browser: Chromium,
    pub email: &'static str,
    look: Look,
    secret: Option<String>,
}

impl<'a> Person<'a> {
    /// `None` where there is no browser and need not be one.
    pub async fn at(demo: &'a Demo, email: &'static str, look: Look) -> Option<Self> {
        let browser = Chromium::start(look).await?;
        Some(Self { demo, browser, email, look, secret: None })
    }

    /// Somebody whose authenticator is set up already.
    pub fn with_authenticator(self, secret: &str) -> Self {
        Self { secret: Some(secret.to_owned()), ..self }
    }

    pub fn has_scripts(&self) -> bool {
        self.look.javascript
    }

    pub async fn go(&self, address: &str) {
        self.browser.goto(address).await.unwrap();
    }

    /// Waits: pages come when they come.
    pub async fn see(&self, css: &str) -> WebElement {
        for _ in 0..100 {
            if let Ok(found) = self.browser.find(By::Css(css)).await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} does not see {css:?} at {}", self.email, self.here().await)
    }

    pub async fn sees(&self, css: &str) -> bool {
        self.browser.find(By::Css(css)).await.is_ok()
    }

    pub async fn click(&self, css: &str) {
        let mut last = None;
        for _ in 0..30 {
            let found = self.see(css).await;
            // Pages scroll gently, and a click does not wait for that.
            let there = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
            let _ = self.browser.execute(there, vec![found.to_json().unwrap()]).await;
            match found.click().await {
                Ok(()) => return,
                Err(why) => last = Some(why),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} cannot click {css:?}: {last:?} at {}", self.email, self.here().await)
    }

    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.see(&format!("[name={name}]:not([type=hidden])")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub async fn text(&self, css: &str) -> String {
        self.see(css).await.text().await.unwrap()
    }

    /// Waits until the text of the element is what it should be.
    pub async fn reads(&self, css: &str, is: impl Fn(&str) -> bool) -> String {
        let mut last = String::new();
        for _ in 0..100 {
            if let Ok(found) = self.browser.find(By::Css(css)).await
                && let Ok(text) = found.text().await
            {
                last = text;
                if is(&last) {
                    return last;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} still reads {last:?} in {css:?} at {}", self.email, self.here().await)
    }

    /// The words of the panel "Signed in with".
    pub async fn amr(&self) -> Vec<String> {
        self.see("#amr").await;
        let words = self.browser.find_all(By::Css("#amr li")).await.unwrap();
        let mut amr = vec![];
        for word in words {
            amr.push(word.text().await.unwrap());
        }
        amr
    }

    pub async fn path(&self) -> String {
        self.browser.current_url().await.unwrap().path().to_owned()
    }

    /// Waits for a page of this site, or of this path on any.
    pub async fn arrives(&self, at: &str) {
        for _ in 0..150 {
            let url = self.browser.current_url().await.unwrap();
            if url.as_str().starts_with(at) || url.path() == at {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} does not get to {at:?} but to {}", self.email, self.here().await)
    }

    /// The page is fit for everybody: nothing for axe-core to find, nothing to scroll sideways.
    pub async fn sound(&self, name: &str) {
        let what = format!("{name}-{}-{}", self.look.width, if self.look.javascript { "js" } else { "plain" });
        self.browser.shot(&what).await;
        assert!(!self.browser.overflows().await, "{what} can be scrolled sideways: {}", self.here().await);
        if let Some(faults) = self.browser.axe().await {
            assert!(faults.is_empty(), "{what}: {faults:#?} at {}", self.here().await);
        }
    }

    /// Address and text of the page, for whoever reads the failure.
    async fn here(&self) -> String {
        let url = self.browser.current_url().await.map_or_else(|_| "nowhere".to_owned(), String::from);
        let text = match self.browser.find(By::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        format!("{url}\n---\n{text}\n---")
    }

    pub async fn password(&self) {
        self.fill("username", self.email).await;
        self.fill("password", self.demo.password(self.email)).await;
        self.click("#login-submit").await;
    }

    /// The code their authenticator shows next: never one that was used.
    pub fn code(&self) -> String {
        self.demo.clock().next_step();
        totp(self.secret.as_deref().expect("an authenticator"), self.demo.clock().now())
    }

    pub async fn show_code(&self, submit: &str) {
        self.fill("code", &self.code()).await;
        self.click(submit).await;
    }

    /// From the stop page to the end of enrolment, as in JOURNEYS A3 to A7; looks at each page.
    pub async fn enrols(&mut self, phone: &str) {
        self.see("#enrol-start").await;
        self.sound("enrol-stop").await;
        self.click("#enrol-start").await;

        self.see("#mail-code-submit").await;
        self.sound("enrol-mail-code").await;
        self.fill("mail_code", &self.mailed_code().await).await;
        self.click("#mail-code-submit").await;

        self.see("#phone-submit").await;
        self.sound("enrol-phone").await;
        self.fill("phone", phone).await;
        self.click("#phone-submit").await;

        self.see("#app-submit").await;
        self.sound("enrol-app").await;
        self.click("#app-submit").await;

        self.see("#link-submit").await;
        self.sound("enrol-link").await;
        assert!(self.sees("#totp-qr").await);
        let key = self.see("#totp-key").await.prop("textContent").await.unwrap().unwrap();
        let code = self.put_into_the_pretend_phone(&key).await;
        self.secret = Some(key.split_whitespace().collect());
        self.fill("code", &code).await;
        self.click("#link-submit").await;

        self.see("#backup-codes").await;
        self.sound("enrol-codes").await;
        assert_eq!(self.browser.find_all(By::Css("#backup-codes li")).await.unwrap().len(), 10);
        self.click("#saved").await;
        self.click("#codes-submit").await;
    }

    /// The visitor without a phone: the viewer in another tab. Comes back with the code it shows.
    async fn put_into_the_pretend_phone(&self, key: &str) -> String {
        let page = self.browser.another_tab().await;
        self.go(&self.demo.viewer()).await;
        self.fill("key", key).await;
        self.sound("viewer").await;
        self.click("#key-submit").await;
        let code = self.text("[data-typed-in]").await;
        self.browser.close_window().await.unwrap();
        self.browser.switch_to_window(page).await.unwrap();
        code
    }

    /// From the newest mail to them, as the viewer lists it.
    pub async fn mailed_code(&self) -> String {
        let (viewer, codes) = (Url::parse(&self.demo.viewer()).unwrap(), Selector::parse("[data-mailed-to]").unwrap());
        for _ in 0..150 {
            let page = Client::new().open(viewer.clone()).await;
            let html = Html::parse_document(&page.body);
            let mut to_them = html
                .select(&codes)
                .filter(|code| code.value().attr("data-mailed-to").is_some_and(|address| address.contains(self.email)));
            if let Some(code) = to_them.next() {
                return code.text().collect();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no code was mailed to {}", self.email)
    }
}
