//! The sample apps as relying parties: an answer that is not the one that was asked for opens nothing.
use crate::harness::{client::Client, demo::Demo, page::Page, totp};
use http::StatusCode;
use url::Url;

const MEI: &str = "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK";

/// A browser without a screen, between app and provider: it sees every redirect.
struct Visitor<'a> {
    demo: &'a Demo,
    browser: Client,
}

impl<'a> Visitor<'a> {
    fn of(demo: &'a Demo) -> Self {
        Self { demo, browser: Client::new() }
    }

    /// Where the clinic app sends the browser.
    async fn sets_out(&mut self) -> Url {
        self.browser.get(format!("{}/sign-in", self.demo.clinic())).await.location().expect("a way to the provider")
    }

    /// Signs in as Mei, who chooses this clinic if she is asked, up to the redirect back to the app.
    async fn signs_in(&mut self, authorize: Url, clinic: &str) -> Url {
        let mut page = self.browser.open(authorize).await;
        for _ in 0..6 {
            if let Some(back) = page.location() {
                return back;
            }
            page = match page.url.path() {
                "/login" => {
                    let password = self.demo.password("mei@harbour.example");
                    let fields = [("username", "mei@harbour.example"), ("password", password)];
                    self.browser.fill(&page, "username", &fields).await
                }
                "/login/tenant" => {
                    let id = chosen(&page, clinic);
                    self.browser.fill(&page, "tenant", &[("tenant", &id)]).await
                }
                "/login/totp" => {
                    self.demo.clock().next_step();
                    let code = totp(MEI, self.demo.clock().now());
                    self.browser.fill(&page, "code", &[("code", &code)]).await
                }
                other => panic!("{other} is no page of a sign-in: {page}"),
            };
        }
        panic!("no end: {page}")
    }
}

fn chosen(page: &Page, clinic: &str) -> String {
    let html = scraper::Html::parse_document(&page.body);
    let css = |text: &str| scraper::Selector::parse(text).unwrap();
    let (labels, radio) = (css("label.tick"), css("input[name=tenant]"));
    let label = html.select(&labels).find(|label| label.text().collect::<String>().contains(clinic));
    let radio = label.expect("the clinic").select(&radio).next().expect("a button");
    radio.value().attr("value").expect("a value").to_owned()
}

/// The address with a parameter replaced, or taken out.
fn with(url: &Url, name: &str, value: Option<&str>) -> Url {
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(n, _)| n != name).collect();
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    changed
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_for_another_clinic_than_the_one_asked_for_is_refused() {
    let demo = Demo::start();
    let mut mei = Visitor::of(&demo);
    let first = mei.sets_out().await;
    let back = mei.signs_in(first, "Harbour Street").await;
    let arrived = mei.browser.open(back).await;
    assert_eq!((arrived.status, arrived.text("#clinic").as_str()), (StatusCode::OK, "Harbour Street Clinic"));

    // The app asks for Harbour Street again; on the way somebody makes it Hilltop, where Mei belongs as well.
    let again = mei.sets_out().await;
    assert!(again.query_pairs().any(|(name, value)| name == "tenant" && value == "harbour"), "{again}");
    let bent = with(&with(&again, "tenant", Some("hilltop")), "id_token_hint", None);
    let back = mei.signs_in(bent, "Hilltop").await;
    assert!(back.query_pairs().any(|(name, _)| name == "code"), "for the provider it was a request like any: {back}");
    let refused = mei.browser.open(back).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text("#refused").contains("another clinic"), "{refused}");
    // What was there before is as it was.
    let list = mei.browser.open(format!("{}/notes", demo.clinic())).await;
    assert_eq!(list.text("#clinic"), "Harbour Street Clinic");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_in_the_browser_that_asked_and_from_the_issuer_that_was_asked() {
    let demo = Demo::start();
    let mut mei = Visitor::of(&demo);
    let first = mei.sets_out().await;
    let back = mei.signs_in(first, "Hilltop").await;

    let elsewhere = Client::new().open(&back).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST, "another browser: {elsewhere}");
    let strange = mei.browser.open(with(&back, "iss", Some("https://evil.example"))).await;
    assert_eq!(strange.status, StatusCode::FORBIDDEN, "another issuer: {strange}");
    let after = mei.browser.open(&back).await;
    assert_eq!(after.status, StatusCode::BAD_REQUEST, "the state was spent on the stranger: {after}");

    let second = mei.sets_out().await;
    let back = mei.signs_in(second, "Hilltop").await;
    let none = mei.browser.clone().open(with(&back, "state", None)).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST, "no state: {none}");
    let arrived = mei.browser.open(&back).await;
    assert_eq!(arrived.text("#clinic"), "Hilltop Clinic", "{arrived}");
    assert_eq!(mei.browser.open(&back).await.status, StatusCode::BAD_REQUEST, "twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_asked_for_with_another_verifier_or_nonce_opens_nothing() {
    let demo = Demo::start();
    for (name, value) in [("nonce", "mine"), ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")] {
        let mut mei = Visitor::of(&demo);
        let bent = with(&mei.sets_out().await, name, Some(value));
        let back = mei.signs_in(bent, "Hilltop").await;
        let refused = mei.browser.open(back).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{name}: {refused}");
        let list = mei.browser.open(format!("{}/notes", demo.clinic())).await;
        assert!(!list.has("#notes"), "{name}: {list}");
    }
}
