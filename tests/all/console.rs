//! The console and the account from outside: the box bites at once and is locked while an app needs it; somebody is let
//! back in; somebody new comes in. The real program, on each database.
use crate::{
    door::{authorize, password},
    harness::{
        client::Client,
        page::Page,
        server::{Backend, Options, Server},
    },
};
use jiff::SignedDuration;

const HUGO: &str = "OBQXG43XN5ZGIIDPMYQHI2DFEB2HE5LF";
const DAVE: &str = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU";
const IVY: &str = "MRSW45DJON2HE6JAMRSW45DJON2HE6JA";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const WEB: Option<(&str, &str)> = Some(("web", "web-secret-web-secret-web-secret-0001"));
const SECURITY: &str = "/console/northside/settings/general/security";

/// Signs in on the way to one of our pages, with the code of somebody who has an app.
async fn at(server: &Server, path: &str, email: &str, secret: &str) -> (Client, Page) {
    let mut browser = Client::new();
    let page = browser.open(server.at(path)).await;
    assert_eq!(page.url.path(), "/login", "{page}");
    let page = password(&mut browser, &page, email).await;
    assert_eq!(page.url.path(), "/login/totp", "{page}");
    let page = browser.fill(&page, "code", &[("code", &server.totp(secret))]).await;
    assert_eq!(page.url.path(), path, "{page}");
    // The next code is another one.
    server.clock().next_step();
    (browser, page)
}

async fn tokens(server: &Server, page: &Page) -> (String, String) {
    let code = page.answer("code").unwrap_or_else(|| panic!("no code: {page}"));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", "http://127.0.0.1:9501/callback"),
        ("code_verifier", VERIFIER),
    ];
    let answer = Client::new().post(&server.at("/token"), WEB, &fields).await.json();
    let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned();
    (text("access_token"), text("refresh_token"))
}

async fn refresh(server: &Server, token: &str) -> serde_json::Value {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    Client::new().post(&server.at("/token"), WEB, &fields).await.json()
}

/// Ticks, looks over, saves with a fresh code.
async fn tick(server: &Server, admin: &mut Client, page: &Page, secret: &str) -> Page {
    let review = admin.fill(page, "security-review", &[("two_factor", "required"), ("start", "now")]).await;
    assert!(review.has("#security-save"), "{review}");
    admin.fill(&review, "security-save", &[("code", &server.totp(secret)), ("save", "yes")]).await
}

#[tokio::test]
async fn a_member_who_holds_a_refresh_token_is_suspended_from_the_moment_the_box_is_saved() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let mut gina = Client::new();
        let page = gina.open(authorize(&server, &[])).await;
        let page = password(&mut gina, &page, "gina@northside.example").await;
        let (access, held) = tokens(&server, &page).await;
        let (mut hugo, page) = at(&server, SECURITY, "hugo@northside.example", HUGO).await;
        assert!(page.text("table").contains("Gina Park"), "{page}");
        assert!(page.text("table").contains("Bluegum Appointments"), "she is in the middle of something: {page}");
        let saved = tick(&server, &mut hugo, &page, HUGO).await;
        assert!(saved.text("#security-state").contains("is on for everyone"), "{saved}");
        let refused = refresh(&server, &held).await;
        assert_eq!((&refused["error"], &refused["grant"]), (&"invalid_grant".into(), &"suspended".into()), "{refused}");
        let seen = Client::new().get_with(&server.at("/userinfo"), &access).await;
        assert!(seen.header("www-authenticate").unwrap().contains("insufficient_user_authentication"), "{seen}");
        let next = gina.open(authorize(&server, &[])).await;
        assert_eq!(next.url.path(), "/enrol", "{next}");
        let again = refresh(&server, &held).await;
        assert_eq!(again["grant"], "suspended", "a refused refresh spends nothing: {again}");
        let mail = server.mails().newest_to("gina@northside.example", "phone").await;
        assert!(!mail.link("/account").is_empty(), "she is told how to go on");
    }
}

#[tokio::test]
async fn nobody_unticks_the_box_while_an_app_that_needs_it_is_connected() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let security = "/console/ledgers/settings/general/security";
        let (mut ivy, page) = at(&server, security, "ivy@ledgers.example", IVY).await;
        assert!(page.text("form").contains("Ledgerly"), "{page}");
        assert!(!page.has("#security-review"), "no button to change it: {page}");
        let form = page.forms().into_iter().find(|form| form.action.path() == security).unwrap();
        let code = server.totp(IVY);
        for revision in ["1", "2", "3"] {
            // As somebody would forge it: the page has no button for this.
            let mut form = form.clone();
            for (name, value) in [("save", "yes"), ("reason", "no"), ("revision", revision), ("code", &code)] {
                form.fields.push((name.to_owned(), value.to_owned()));
            }
            let refused = ivy.submit(&form).await;
            assert_eq!(refused.status, 422, "{refused}");
            assert!(refused.text("#fault").contains("Ledgerly"), "{refused}");
        }
        let page = ivy.open(server.at("/console/ledgers/apps")).await;
        let page = ivy.submit(&page.form("connection")).await;
        let page = ivy.follow(page).await;
        assert_eq!(page.url.path(), "/console/ledgers/apps", "{page}");
        let page = ivy.open(server.at(security)).await;
        assert!(page.has("#security-review"), "disconnected, it may be changed: {page}");
    }
}

#[tokio::test]
async fn an_authenticator_is_reset_and_the_person_needs_a_set_up_code_from_then_on() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let (mut dave, page) = at(&server, "/console/riverside/people", "dave@riverside.example", DAVE).await;
        let alice = page.link("a[href*='/people/per_']");
        let person = dave.open(alice).await;
        assert!(person.has("#person-reset"), "{person}");
        let form = person.form("checked").with("checked", "face");
        let done = dave.submit(&form).await;
        let done = dave.follow(done).await;
        assert!(done.text("main").contains("Reset waiting"), "{done}");
        let mut alice = Client::new();
        let page = alice.open(authorize(&server, &[])).await;
        let page = password(&mut alice, &page, "alice@riverside.example").await;
        assert_eq!(page.url.path(), "/enrol/setup-code", "{page}");
        let helper = dave.open(done.url.clone()).await;
        let words = helper.form("words");
        let shown = page.text("main");
        let pair = helper.texts("label").into_iter().find(|pair| {
            let mut both = pair.split(" · ");
            pair.contains(" · ") && both.all(|word| shown.contains(word.trim()))
        });
        let pair = pair.unwrap_or_else(|| panic!("no words: {helper}"));
        let given = dave.submit(&words.with("words", &pair.replace(" · ", " "))).await;
        let code = given.text("#setup-code");
        assert_eq!(code.trim().len(), 14, "{given}");
        let page = alice.fill(&page, "setup_code", &[("setup_code", code.trim())]).await;
        assert!(["/enrol", "/enrol/app", "/enrol/phone"].contains(&page.url.path()), "{page}");
        let log = dave.open(server.at("/console/riverside/log")).await;
        assert!(log.text("table").contains("Dave Reed gave Alice Ng a set-up code"), "{log}");
    }
}

#[tokio::test]
async fn somebody_new_is_invited_by_mail_and_enrols_on_the_way_in() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let invite = "/console/riverside/people/invite";
        let (mut dave, page) = at(&server, invite, "dave@riverside.example", DAVE).await;
        let sent = dave.fill(&page, "email", &[("email", "mei@tran.example"), ("role", "member")]).await;
        assert!(sent.text("main").contains("mei@tran.example"), "{sent}");
        let link = server.mails().newest_to("mei@tran.example", "invited").await.link("/invite?token=");
        let mut mei = Client::new();
        let page = mei.open(&link).await;
        let fields =
            [("given_name", "Mei"), ("family_name", "Tran"), ("new_password", "seven green ladders by the river")];
        let page = mei.fill(&page, "invite-submit", &fields).await;
        assert_eq!(page.url.path(), "/enrol", "{page}");
        let page = mei.fill(&page, "enrol-start", &[]).await;
        assert_eq!(page.url.path(), "/enrol/phone", "the mailed link stood for the mailed code: {page}");
        let used = mei.open(&link).await;
        assert_eq!(used.status, 410, "{used}");
    }
}

#[tokio::test]
async fn a_scheduled_start_comes_by_itself() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default().at("2026-03-02T21:00:00Z")).await;
        let (mut hugo, page) = at(&server, SECURITY, "hugo@northside.example", HUGO).await;
        let start = [("two_factor", "required"), ("start", "date"), ("start_at", "2026-03-03T20:00")];
        let review = hugo.fill(&page, "security-review", &start).await;
        assert!(review.text("main").contains("Tuesday 3 March, 8:00 pm (Auckland)"), "{review}");
        let saved = hugo.fill(&review, "security-save", &[("code", &server.totp(HUGO)), ("save", "yes")]).await;
        assert!(saved.text("#security-state").contains("starts"), "{saved}");
        let mut gina = Client::new();
        let page = gina.open(authorize(&server, &[])).await;
        let page = password(&mut gina, &page, "gina@northside.example").await;
        assert!(page.answer("code").is_some(), "not yet: {page}");
        server.clock().advance(SignedDuration::from_hours(11));
        let mut gina = Client::new();
        let page = gina.open(authorize(&server, &[])).await;
        let page = password(&mut gina, &page, "gina@northside.example").await;
        assert_eq!(page.url.path(), "/enrol", "{page}");
    }
}
