//! The edge over a real store: what every answer carries, who may post a form, and the way from `/authorize` to a code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod door;
mod edge;
mod enrol;
mod letters;
mod logout;
mod visits;

use super::testing::{Answer, Browser, authorize};
use crate::acts::testing::{House, PASSWORD};
use ostiary_gate::domain::time::Span;

async fn password(browser: &mut Browser, name: &str, more: &[(&str, &str)]) -> Answer {
    let page = browser.open(&authorize(more)).await;
    typed(browser, &page, name).await
}

async fn typed(browser: &mut Browser, page: &Answer, name: &str) -> Answer {
    let email = format!("{name}@example.com");
    browser.fill(page, "login-submit", &[("username", &email), ("password", PASSWORD)]).await
}

async fn signed_in(house: &House, name: &str) -> Browser {
    let mut browser = Browser::new(house);
    let mut answer = password(&mut browser, name, &[]).await;
    if answer.has("#totp-submit") {
        answer = browser.fill(&answer, "totp-submit", &[("code", &house.code())]).await;
        house.clock.advance(Span::seconds(30));
    }
    assert!(answer.told("code").is_some(), "{answer:?}");
    browser
}
