//! The building blocks against themselves: a harness that is wrong makes every suite above it worthless.
use super::{
    FIXTURE,
    chromium::{Chromium, Look},
    client::{Client, basic_credentials},
    clock::{Clock, Reading},
    cookies::Jar,
    mail::{Mail, Mailbox},
    page::Page,
    pg::Pg,
    ports, totp,
};
use http::{HeaderMap, StatusCode};
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    thread,
};
use url::Url;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn page(body: &str) -> Page {
    let (url, status) = (url("http://localhost:1/login?visit=v"), StatusCode::OK);
    Page { url, status, headers: HeaderMap::new(), body: body.to_owned() }
}

#[test]
fn an_authenticator_app_shows_the_codes_of_rfc_6238() {
    // Appendix B, SHA-1, the last six of the eight digits there.
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
        assert_eq!(totp(secret, jiff::Timestamp::from_second(at).unwrap()), code);
    }
}

#[test]
fn a_form_sends_what_a_browser_would_send() {
    let form = page(
        r#"<form id="other"><input name="x"></form>
        <form method="post" action="/login/totp?visit=v&amp;n=1">
          <input type="hidden" name="token" value="a&amp;b"> <input name="code"> <input type="checkbox" name="saved">
          <input type="checkbox" name="two_factor" checked> <input type="radio" name="start" value="now">
          <input type="radio" name="start" value="later" checked> <input name="gone" disabled value="1">
          <select name="country"><option value="NZ">NZ<option value="AU" selected>Australia</select>
          <button id="totp-submit" name="act" value="go">Go</button>
        </form><input name="far" form="other" value="7">"#,
    );
    assert_eq!(form.form("far").field("far"), Some("7"), "a field may stand outside its form");
    let code = form.form("code");
    assert!(code.is_post && code.action.as_str() == "http://localhost:1/login/totp?visit=v&n=1", "{code:?}");
    let sent = |form: &super::page::Form| form.fields.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>();
    assert_eq!(sent(&code), ["token=a&b", "code=", "two_factor=on", "start=later", "country=AU"]);
    let filled = code.with("code", "123456").without("two_factor").pressing("totp-submit");
    assert_eq!(sent(&filled), ["token=a&b", "start=later", "country=AU", "code=123456", "act=go"]);
    assert_eq!(form.forms().len(), 2);
    assert_eq!(page("<ul id=c><li>one <li> two\n three</ul>").texts("#c li"), ["one", "two three"]);
}

#[test]
fn cookies_go_by_host_and_path_and_not_by_port() {
    let mut jar = Jar::default();
    let here = url("http://localhost:1000/login/totp");
    jar.keep(&here, "session=s1; Path=/; HttpOnly; SameSite=Lax; Secure");
    jar.keep(&here, "visit=v1; Path=/login");
    jar.keep(&here, "narrow=n1");
    jar.keep(&here, "stranger=x; Domain=example.com; Path=/");
    jar.keep(&here, "__Host-fake=x; Path=/");
    jar.keep(&here, "__Host-real=y; Path=/; Secure");
    let sent = |jar: &Jar, to: &str| jar.header(&url(to)).unwrap_or_default();
    assert_eq!(sent(&jar, "http://localhost:2000/login"), "narrow=n1; visit=v1; __Host-real=y; session=s1");
    assert_eq!(sent(&jar, "http://localhost:2000/loginx"), "__Host-real=y; session=s1");
    assert_eq!(sent(&jar, "http://127.0.0.1:1000/login"), "");
    let before = jar.clone();
    jar.keep(&here, "session=; Path=/; Max-Age=0");
    jar.keep(&here, "__Host-real=; Path=/; Secure; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(jar.all().map(|(name, _)| name).collect::<Vec<_>>(), ["narrow", "visit"]);
    assert_eq!(before.get("session"), Some("s1"), "a copied jar is another browser");
    jar.forge("visit", "v2");
    assert_eq!(sent(&jar, "http://localhost/login/x"), "narrow=n1; visit=v2");
}

#[test]
fn a_mail_reads_as_its_person_reads_it() {
    use lettre::message::{MultiPart, header::ContentType};
    let text = "Hallo Zoë,\n\nyour code is 123 456. It works for 10 minutes – once.\n\
        Or follow http://localhost:9400/login/reset?token=abc=def_ghi-0123456789012345678901234567890123456789.\n";
    let html = "<p>something else: 999 999</p>";
    let message = lettre::Message::builder()
        .from("Riverside <no-reply@riverside.example>".parse().unwrap())
        .to("Zoë Ng <zoe@riverside.example>".parse().unwrap())
        .subject("Your 6-digit code for Riverside Physio – and a subject that must be folded, it is so long")
        .multipart(MultiPart::alternative_plain_html(text.to_owned(), html.to_owned()))
        .unwrap();
    let mail = Mail::parse(&String::from_utf8(message.formatted()).unwrap());
    assert_eq!(mail.text.trim_end(), text.trim_end());
    assert_eq!(mail.to, "Zoë Ng <zoe@riverside.example>");
    assert_eq!(
        mail.subject,
        "Your 6-digit code for Riverside Physio – and a subject that must be folded, it is so long"
    );
    assert_eq!(mail.code(), "123456");
    assert!(mail.link("/login/reset").ends_with("ghi-0123456789012345678901234567890123456789"), "{}", mail.text);

    let plain = lettre::Message::builder()
        .from("a@b.example".parse().unwrap())
        .to("c@d.example".parse().unwrap())
        .header(ContentType::TEXT_PLAIN)
        .body("żółć ".repeat(40))
        .unwrap();
    let mail = Mail::parse(&String::from_utf8(plain.formatted()).unwrap());
    assert_eq!(mail.text.trim_end(), "żółć ".repeat(40).trim_end());
}

#[tokio::test]
async fn the_newest_mail_to_somebody_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let mailbox = Mailbox::new(dir.path().join("mail"));
    for (file, to, subject) in [("2", "a@x", "first"), ("1", "a@x", "second"), ("3", "b@x", "third")] {
        fs::write(mailbox.dir().join(format!("{file}.eml")), format!("To: {to}\nSubject: {subject}\n\nHi")).unwrap();
        thread::sleep(std::time::Duration::from_millis(15));
    }
    fs::write(mailbox.dir().join("4.tmp"), "To: a@x\n\nhalf-writt").unwrap();
    assert_eq!(mailbox.newest_to("a@x", "").await.subject, "second");
    assert_eq!(mailbox.newest_to("a@x", "first").await.subject, "first");
    assert_eq!(mailbox.all().len(), 3);
}

#[test]
fn the_clock_file_says_an_instant_or_an_offset() {
    let dir = tempfile::tempdir().unwrap();
    let read = |clock: &Clock| fs::read_to_string(clock.file()).unwrap();
    let still = Clock::new(dir.path().join("a"), Reading::At("2026-03-01T10:00:07Z".parse().unwrap()));
    assert_eq!(read(&still), "2026-03-01T10:00:07Z");
    still.next_step();
    assert_eq!(read(&still), "2026-03-01T10:00:30Z");
    still.advance(jiff::SignedDuration::from_hours(-1));
    assert_eq!(read(&still), "2026-03-01T09:00:30Z");
    assert_eq!(still.now().to_string(), read(&still));

    let running = Clock::new(dir.path().join("b"), Reading::Ahead(jiff::SignedDuration::from_secs(90)));
    assert_eq!(read(&running), "+90s");
    running.advance(jiff::SignedDuration::from_secs(-120));
    assert_eq!(read(&running), "-30s");
    assert!(running.now() < jiff::Timestamp::now());
}

#[test]
fn client_credentials_are_encoded_before_they_are_joined() {
    assert_eq!(basic_credentials("a:b", "c d"), format!("Basic {}", data_encoding::BASE64.encode(b"a%3Ab:c+d")));
}

#[test]
fn no_port_is_handed_out_twice() {
    let ports: BTreeSet<u16> = (0..40).map(|_| ports::free()).collect();
    assert_eq!(ports.len(), 40);
}

#[test]
fn the_fixture_is_whole() {
    let state: toml::Table = FIXTURE.parse().unwrap();
    let list = |of: &str| state[of].as_array().unwrap().clone();
    let names = |of: &str, key: &str| -> BTreeSet<String> {
        list(of).iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
    };
    let (tenants, clients) = (names("tenant", "slug"), names("client", "client_id"));
    for client in ["web", "spa", "acct", "dev", "xch", "svc", "web2", "ledgerly"] {
        assert!(clients.contains(client), "no client {client}");
    }
    for person in list("person") {
        let email = person["email"].as_str().unwrap();
        for membership in person["memberships"].as_array().unwrap() {
            assert!(tenants.contains(membership["tenant"].as_str().unwrap()), "{email} belongs nowhere");
        }
        if let Some(secret) = person.get("totp_secret") {
            assert_eq!(totp(secret.as_str().unwrap(), jiff::Timestamp::UNIX_EPOCH).len(), 6, "{email}");
        }
    }
    for connection in list("connection") {
        assert!(tenants.contains(connection["tenant"].as_str().unwrap()), "{connection}");
        assert!(clients.contains(connection["client_id"].as_str().unwrap()), "{connection}");
    }
}

/// A web server of a few lines: gives each request's head and body back, and answers with what `answer` makes of the path.
fn web(answer: impl Fn(&str) -> String + Send + 'static) -> (Url, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = url(&format!("http://localhost:{}/", listener.local_addr().unwrap().port()));
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
            let length =
                head.to_lowercase().split("content-length: ").nth(1).and_then(|l| l.lines().next()?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).unwrap();
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let _ = sender.send(format!("{head}{}", String::from_utf8_lossy(&body)));
            let _ = reader.get_mut().write_all(answer(&path).as_bytes());
        }
    });
    (base, receiver)
}

fn html(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_browser_without_a_screen_walks_to_the_answer() {
    let (base, requests) = web(|path| {
        match path {
        "/authorize" => "HTTP/1.1 303 See Other\r\nLocation: /login\r\nSet-Cookie: v=1; Path=/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".into(),
        "/login" => html("<form method=post action=/login><input type=hidden name=t value=1><input name=username></form>"),
        _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".into(),
    }
    });
    let mut browser = Client::new();
    let login = browser.open(base.join("authorize").unwrap()).await;
    assert_eq!(login.url.path(), "/login");
    let form = login.form("username").with("username", "a b@c");
    browser.submit(&form).await;
    let requests: Vec<String> = requests.try_iter().map(|r| r.to_lowercase()).collect();
    assert!(requests[0].contains("sec-fetch-site: none") && !requests[0].contains("cookie:"), "{}", requests[0]);
    assert!(requests[1].contains("cookie: v=1"), "{}", requests[1]);
    let post = &requests[2];
    let origin = base.as_str().trim_end_matches('/');
    assert!(post.contains(&format!("origin: {origin}\r\n")) && post.contains("sec-fetch-site: same-origin"), "{post}");
    assert!(post.ends_with("t=1&username=a+b%40c"), "{post}");

    let mut away = login.clone();
    away.status = StatusCode::SEE_OTHER;
    away.headers.insert("location", "http://127.0.0.1:9501/callback?code=c&state=s".parse().unwrap());
    let answer = browser.follow(away).await;
    assert_eq!((answer.answer("code").as_deref(), answer.answer("error")), (Some("c"), None));
}

#[tokio::test]
async fn a_database_of_ones_own_is_gone_afterwards() {
    use sqlx::{Connection, Row};
    if !Pg::is_there() {
        return;
    }
    let (one, other) = (Pg::fresh().await, Pg::fresh().await);
    sqlx::raw_sql("create table t (a bigint)").execute(&mut one.connect().await).await.unwrap();
    sqlx::raw_sql("create table t (a bigint)").execute(&mut other.connect().await).await.unwrap();
    let (url, name) = (one.url(), url(&one.url()).path().trim_start_matches('/').to_owned());
    drop(one);
    assert!(sqlx::PgConnection::connect(&url).await.is_err(), "{name} is still there");
    let left = "select count(*) from pg_database where datname = $1";
    let row = sqlx::query(left).bind(name).fetch_one(&mut other.connect().await).await.unwrap();
    assert_eq!(row.get::<i64, _>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_browser_runs_scripts_only_when_told_to() {
    let (base, _requests) = web(|_| {
        html(
            "<!doctype html><html lang=en><title>without</title><main><h1>Hello</h1><label for=a>A</label><input id=a>\
            <button id=b>Go</button><div style='width:400px'>wide</div></main><script>document.title = 'with'</script>",
        )
    });
    let Some(plain) = Chromium::start(Look::PHONE.without_javascript()).await else { return };
    plain.goto(base.as_str()).await.unwrap();
    assert_eq!(plain.title().await.unwrap(), "without");
    assert!(plain.overflows().await, "400 px do not fit into 320");
    drop(plain);

    let browser = Chromium::start(Look::DESK).await.expect("it was there a moment ago");
    browser.goto(base.as_str()).await.unwrap();
    assert_eq!(browser.title().await.unwrap(), "with");
    assert!(!browser.overflows().await);
    browser.tab_to("a").await;
    browser.press("hello").await;
    browser.tab_to("b").await;
    let typed = browser.find(thirtyfour::By::Id("a")).await.unwrap().prop("value").await.unwrap();
    assert_eq!(typed.as_deref(), Some("hello"));
    assert!(fs::metadata(browser.shot("harness").await).unwrap().len() > 1000);
    if let Some(faults) = browser.axe().await {
        assert!(faults.is_empty(), "{faults:?}");
        let spoil = "document.querySelector('label').remove()";
        browser.execute(spoil, vec![]).await.unwrap();
        let faults = browser.axe().await.unwrap();
        assert!(faults.iter().any(|fault| fault.starts_with("label ")), "axe does not see a missing label: {faults:?}");
    }
}
