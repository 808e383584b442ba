//! The demo's own life: ten lines, one process, nothing left.
use super::{LOOKS, hand::Person};
use crate::harness::{chromium::Look, client::Client, demo::Demo};
use http::StatusCode;
use url::Url;

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_says_in_ten_lines_who_can_sign_in_and_leaves_nothing_behind() {
    let mut demo = Demo::start();
    assert_eq!(demo.said.len(), 10, "{:#?}", demo.said);
    assert!(demo.said.iter().all(|line| line.chars().count() <= 160), "{:#?}", demo.said);
    for email in ["sam@riverside", "priya@riverside", "tom@riverside", "lee@hilltop", "mei@harbour"] {
        assert!(demo.said.iter().any(|line| line.contains(email)), "{email}");
    }
    let mut browser = Client::new();
    for site in [demo.clinic(), demo.ledgerly(), demo.viewer()] {
        assert!(demo.said.iter().any(|line| line.contains(&site)), "{site}");
        assert_eq!(browser.open(Url::parse(&site).unwrap()).await.status, StatusCode::OK);
    }
    assert_eq!(demo.traces().len(), 1);
    assert!(demo.interrupt().success());
    assert!(demo.traces().is_empty(), "{:?}", demo.traces());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_demos_do_not_meet() {
    let (one, other) = (Demo::start(), Demo::start());
    let mut browser = Client::new();
    for demo in [&one, &other] {
        let document =
            browser.open(Url::parse(&format!("{}/.well-known/openid-configuration", demo.issuer())).unwrap());
        assert!(document.await.body.contains(&format!("\"issuer\":\"{}\"", demo.issuer())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_at_the_entrance_is_fit_for_everybody() {
    let demo = Demo::start();
    for look in LOOKS.into_iter().chain([Look::DESK.dark(), Look::PHONE.dark()]) {
        let Some(visitor) = Person::at(&demo, "nobody", look).await else { return };
        let name = |page: &str| if look.dark { format!("{page}-dark") } else { page.to_owned() };
        for (page, address) in [("clinic", demo.clinic()), ("ledgerly", demo.ledgerly()), ("viewer", demo.viewer())] {
            visitor.go(&address).await;
            visitor.sound(&name(page)).await;
        }
        visitor.go(&format!("{}/nothing-here", demo.clinic())).await;
        visitor.sound(&name("nothing")).await;
        visitor.go(&format!("{}/callback?state=x", demo.ledgerly())).await;
        visitor.sound(&name("unknown-sign-in")).await;
    }
}
