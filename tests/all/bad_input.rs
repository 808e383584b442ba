//! Bad input at every address (ABUSE O-05, O-66): a clear answer, nothing let in, nothing of ours broken. What is wrong
//! below the level of fields (packed, endless or huge bodies) is thrown in `door`.
use crate::{
    door::{ALICE, authorize, password},
    harness::{
        client::Client,
        page::Page,
        server::{Backend, Options, Server},
    },
};
use http::{HeaderMap, HeaderValue, Method, header};
use ostiary::http::{Kind, routes};
use url::form_urlencoded::byte_serialize;

/// Values as they stand on the wire: encoded, or broken on purpose.
fn pack() -> Vec<String> {
    let plain = ["", " ", "null", "undefined", "[]", "{}", "-1", "1e5", "../../etc/passwd", "<script>", "' or 1=1--"];
    let encoded = plain.iter().map(|text| byte_serialize(text.as_bytes()).collect());
    let broken = ["%", "%zz", "%00", "%ff%fe", "%e2%80%ae", "%0d%0aSet-Cookie:%20a=b", "%F0%9F%98%80"];
    let nested = format!("{{{}", "%7B%22a%22:".repeat(2000));
    encoded.chain(broken.map(str::to_owned)).chain([nested, "9".repeat(6000)]).collect()
}

/// The fields that the addresses of this house read.
const FIELDS: [&str; 24] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "prompt",
    "max_age",
    "claims",
    "id_token_hint",
    "tenant",
    "grant_type",
    "code",
    "refresh_token",
    "token",
    "resource",
    "visit",
    "csrf",
    "username",
    "password",
    "email",
    "phone",
    "recovery_code",
    "mail_code",
    "then",
];

#[tokio::test]
async fn no_field_at_any_address_breaks_anything() {
    let server = Server::start(Backend::Sqlite, Options::default()).await;
    let (pack, mut visitor) = (pack(), Client::new());
    let mut asked = 0_usize;
    for route in routes() {
        for (turn, field) in FIELDS.iter().enumerate() {
            // Another part of the pack for each address and field: all of it, many times over, in a bounded number.
            let bad = &pack[(asked + turn) % pack.len()];
            let sent = format!("{field}={bad}&{field}[]={bad}&client_id=web");
            let page = send(&server, &mut visitor, (&route.method, route.path), &sent).await;
            asked += 1;
            let at = format!("{} {} with {field}={}", route.method, route.path, &bad[..bad.len().min(40)]);
            assert!(!page.status.is_server_error(), "{at}: {page}");
            assert!(page.answer("code").is_none() && !page.body.contains("\"access_token\""), "{at}: {page}");
            assert!(page.header("set-cookie").is_none_or(|cookie| !cookie.starts_with("a=b")), "{at}: {page}");
            if route.kind == Kind::Wire && page.status.is_client_error() {
                let told = page.header("www-authenticate").is_some() || page.body.contains("error");
                assert!(told || page.status.as_u16() != 400, "{at}: no registered error in {page}");
            }
        }
    }
    println!("{asked} requests");
    assert!(!server.log_text().contains("panic"), "{}", server.log_text());
}

async fn send(server: &Server, visitor: &mut Client, (method, path): (&Method, &str), sent: &str) -> Page {
    let mut url =
        server.at(&path.replace("{slug}", "riverside").replace("{person}", "per_x").replace("{client}", "web"));
    let mut headers = HeaderMap::new();
    headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
    if *method == Method::GET {
        url.set_query(Some(sent));
        return visitor.send(Method::GET, &url, headers, None).await;
    }
    headers.insert(header::ORIGIN, HeaderValue::from_str(server.issuer()).unwrap());
    visitor.send(method.clone(), &url, headers, Some(sent.to_owned())).await
}

#[tokio::test]
async fn no_code_but_the_right_one_gets_anybody_in() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default().at("2026-03-02T09:00:00Z")).await;
        let mut browser = Client::new();
        let page = browser.open(authorize(&server, &[])).await;
        let page = password(&mut browser, &page, "alice@riverside.example").await;
        let form = page.form("code");
        let right = server.totp(ALICE);
        let wrong = if right == "000000" { "000001" } else { "000000" };
        let wide: String = right.chars().filter_map(|digit| char::from_u32(0xff10 + digit.to_digit(10)?)).collect();
        let arabic: String = right.chars().filter_map(|digit| char::from_u32(0x660 + digit.to_digit(10)?)).collect();
        let mut twice = form.clone().with("code", &right);
        twice.fields.push(("code".to_owned(), wrong.to_owned()));
        let mut other_way = form.clone().with("code", wrong);
        other_way.fields.push(("code".to_owned(), right.clone()));
        let mut array = form.clone().without("code");
        array.fields.push(("code[]".to_owned(), right.clone()));
        let odd = ["", " ", "null", "undefined", "[]", "1e5", "-1", "\0", &wide, &arabic, &format!("{right}0"), wrong];
        let typed = odd.iter().map(|text| form.clone().with("code", text));
        for sent in [twice, other_way, array, form.clone().without("code")].into_iter().chain(typed) {
            let answer = browser.submit(&sent).await;
            assert!(answer.status.is_client_error(), "{backend:?} {:?}: {answer}", sent.fields);
        }
        let answer = browser.fill(&page, "code", &[("code", &right)]).await;
        assert!(answer.answer("code").is_some(), "{backend:?}: the right one still does: {answer}");
    }
}
