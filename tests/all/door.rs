//! The door from outside: the real program, its cookies and headers, and what is thrown at it.
use crate::harness::{
    client::Client,
    page::Page,
    server::{Backend, Options, Server},
};
use http::{HeaderValue, StatusCode};
use std::time::Duration;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

pub const ALICE: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A good request of the client `web`, with these parameters added, replaced, or (empty) left out.
pub fn authorize(server: &Server, more: &[(&str, &str)]) -> url::Url {
    let mut sent = vec![
        ("client_id", "web"),
        ("response_type", "code"),
        ("redirect_uri", "http://127.0.0.1:9501/callback"),
        ("scope", "openid email offline_access"),
        ("state", "s"),
        ("code_challenge_method", "S256"),
        ("code_challenge", CHALLENGE),
    ];
    for (name, value) in more {
        sent.retain(|(known, _)| known != name);
        sent.push((name, value));
    }
    sent.retain(|(_, value)| !value.is_empty());
    let mut url = server.at("/authorize");
    url.query_pairs_mut().extend_pairs(sent);
    url
}

/// Types the fixture's password of somebody.
pub async fn password(browser: &mut Client, page: &Page, email: &str) -> Page {
    let name = email.split('@').next().unwrap();
    let password = format!("correct horse battery staple {name}");
    browser.fill(page, "login-submit", &[("username", email), ("password", &password)]).await
}

#[tokio::test]
async fn somebody_enrolled_comes_back_to_the_app_with_a_code() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        let mut browser = Client::new();
        let page = browser.open(authorize(&server, &[])).await;
        assert_eq!(page.url.path(), "/login", "{page}");
        let page = password(&mut browser, &page, "alice@riverside.example").await;
        assert_eq!(page.url.path(), "/login/totp", "{page}");
        assert!(page.text("details").contains("Riverside Physio requires two-factor authentication"), "{page}");
        let answer = browser.fill(&page, "code", &[("code", &server.totp(ALICE))]).await;
        assert!(answer.answer("code").is_some(), "{answer}");
        assert_eq!(answer.answer("iss").as_deref(), Some(server.issuer()));
        let log = server.log_text();
        for secret in ["correct horse", &answer.answer("code").unwrap()] {
            assert!(!log.contains(secret), "a secret in the log");
        }
    }
}

/// One request as it is written, and the first line of the answer.
async fn raw(server: &Server, request: Vec<u8>) -> String {
    let address = format!("127.0.0.1:{}", server.at("/").port().unwrap());
    let talk = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // Whoever is refused early closes early: the rest cannot be written, and need not be.
        let _ = stream.write_all(&request).await;
        let mut line = String::new();
        let _ = BufReader::new(stream).read_line(&mut line).await;
        line.trim_end().to_owned()
    };
    tokio::time::timeout(Duration::from_secs(5), talk).await.unwrap_or_else(|_| "no answer in 5 s".to_owned())
}

/// ABUSE O-66.
#[tokio::test]
async fn whatever_is_thrown_at_an_address_is_refused_and_the_next_is_served() {
    let server = Server::start(Backend::Sqlite, Options::default()).await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let mut wrong = vec![];
    let mut expect = |what: String, line: &str| {
        let status: u16 = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        if !(400..500).contains(&status) {
            wrong.push(format!("{what}: {line:?}"));
        }
    };
    let queries =
        ["a=%zz", "a=%ff", "client_id=%00", "client_id=a&client_id=b", &"a=1&".repeat(10_000), &"claims=[".repeat(999)];
    for query in queries {
        let line = raw(&server, format!("GET /authorize?{query} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes()).await;
        expect(format!("GET /authorize?{query:.20}"), &line);
    }
    for path in [
        "/authorize",
        "/token",
        "/userinfo",
        "/introspect",
        "/revoke",
        "/login",
        "/login/totp",
        "/enrol/phone",
        "/logout",
    ] {
        let post = |head: &str, body: &[u8]| {
            let mut all = format!("POST {path} HTTP/1.1\r\nHost: x\r\n{form}{head}\r\n").into_bytes();
            all.extend_from_slice(body);
            all
        };
        let sized = |body: &str| post(&format!("Content-Length: {}\r\n", body.len()), body.as_bytes());
        let chunk = format!("4000\r\n{}\r\n", "a".repeat(0x4000));
        let deep = format!("claims={}", "[".repeat(10_000));
        for (what, request) in [
            ("a body of 10 MB", sized(&"a".repeat(10_000_000))),
            ("10,000 parameters", sized(&"a=1&".repeat(10_000))),
            ("broken percent", sized("a=%zz")),
            ("broken UTF-8", sized("a=%ff")),
            ("NUL", sized("a=%00")),
            ("deep claims", sized(&deep)),
            ("5 GiB announced", post("Content-Length: 5368709120\r\n", b"a=1")),
            ("no end of chunks", post("Transfer-Encoding: chunked\r\n", &chunk.as_bytes().repeat(8))),
            ("packed", post("Content-Encoding: gzip\r\nContent-Length: 4\r\n", b"\x1f\x8b\x08\x00")),
            ("a cookie of 1 MB", post(&format!("Cookie: a={}\r\nContent-Length: 0\r\n", "c".repeat(1_000_000)), b"")),
        ] {
            // A logout that is none of ours goes on as a GET; what it says is read there.
            let line = raw(&server, request).await;
            if !(path == "/logout" && line.contains("303")) {
                expect(format!("POST {path}, {what}"), &line);
            }
        }
        let json = post("", b"");
        let json =
            String::from_utf8(json).unwrap().replace(form, "Content-Type: application/json\r\nContent-Length: 13\r\n");
        expect(format!("POST {path}, JSON"), &raw(&server, format!("{json}{{\"code\":true}}").into_bytes()).await);
    }
    assert!(wrong.is_empty(), "{} answers\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(Client::new().get(server.at("/healthz")).await.status, StatusCode::OK);
    assert!(!server.log_text().contains("panicked"));
}

/// ABUSE O-65, against the budget of an address (RULES 9).
#[tokio::test]
async fn a_made_up_forwarded_header_buys_no_fresh_limit() {
    for (trusted, told_apart) in [("", false), ("127.0.0.0/8", true)] {
        let options = Options::default().with_env("OSTIARY_TRUSTED_PROXIES", trusted);
        let options = if trusted.is_empty() { Options::default() } else { options };
        let server = Server::start(Backend::Sqlite, options).await;
        let mut browser = Client::new();
        let page = browser.open(authorize(&server, &[])).await;
        let from = |browser: &mut Client, address: &str| {
            browser.headers.insert("x-forwarded-for", HeaderValue::from_str(address).unwrap());
        };
        for n in 0..100 {
            from(&mut browser, "198.51.100.7");
            let name = format!("nobody{n}@riverside.example");
            let wrong = browser.fill(&page, "login-submit", &[("username", &name), ("password", "x")]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}: {wrong}");
        }
        for (address, is_other) in [("198.51.100.7", false), ("203.0.113.5", true), ("6.6.6.6, 198.51.100.7", false)] {
            from(&mut browser, address);
            let name = format!("{}@riverside.example", address.len());
            let answer = browser.fill(&page, "login-submit", &[("username", &name), ("password", "x")]).await;
            let is_paused = answer.status == StatusCode::TOO_MANY_REQUESTS;
            assert_eq!(is_paused, !(told_apart && is_other), "{trusted:?} {address}: {answer}");
        }
    }
}
