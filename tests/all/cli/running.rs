//! `serve`: how it begins, what it refuses to begin with, how it listens and how it ends.
use super::{get, ostiary, said, serve, signal};
use crate::harness::{
    client::Client,
    server::{Backend, Options, Server},
};
use http::StatusCode;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

#[test]
fn an_empty_directory_becomes_a_deployment_that_answers_within_a_moment() {
    let dir = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let (mut child, port) = serve(dir.path(), &["serve", "--dev"]).ok().unwrap();
    let answer = get(port, "/.well-known/openid-configuration");
    // The figure is 300 ms on a quiet machine; this one runs other tests meanwhile.
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(&format!("http://localhost:{port}")), "{answer}");
    signal(&child, "-TERM");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    for private in ["ostiary.db", "keys/root.key"] {
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(dir.path().join(private)).unwrap().permissions());
        assert_eq!(mode & 0o077, 0, "{private} is for nobody else");
    }
}

#[test]
fn whoever_is_being_answered_when_it_stops_gets_the_answer_and_nobody_new_is_let_in() {
    let dir = tempfile::tempdir().unwrap();
    let (mut child, port) = serve(dir.path(), &["serve", "--dev"]).ok().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let body = "grant_type=authorization_code&code=x";
    let head = "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded";
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{}", body.len(), &body[..10]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "-TERM");
    std::thread::sleep(Duration::from_millis(500));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the door is shut");
    stream.write_all(&body.as_bytes()[10..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn http_2_needs_no_asking() {
    let dir = tempfile::tempdir().unwrap();
    let (mut child, port) = serve(dir.path(), &["serve", "--dev"]).ok().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    // The preface and an empty SETTINGS frame (RFC 9113 3.4); what comes back must begin with SETTINGS too.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").unwrap();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).unwrap();
    assert_eq!(frame[3], 4, "{frame:?}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_lost_root_key_is_never_replaced() {
    let here = ["serve", "--dev", "--issuer", "http://localhost:9400"];
    let dir = tempfile::tempdir().unwrap();
    let (mut child, _) = serve(dir.path(), &here).ok().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let key = dir.path().join("keys/root.key");
    fs::rename(&key, dir.path().join("elsewhere")).unwrap();
    let refused = serve(dir.path(), &here).map(|_| ()).expect_err("it must not start");
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("put it back from its backup"), "{}", refused.err);
    assert!(!key.exists(), "none was made");
    // Another key than the one that sealed is refused too.
    let other = tempfile::tempdir().unwrap();
    let (mut child, _) = serve(other.path(), &here).ok().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    fs::copy(other.path().join("keys/root.key"), &key).unwrap();
    assert!(serve(dir.path(), &here).err().unwrap().err.contains("another root key"));
    fs::rename(dir.path().join("elsewhere"), &key).unwrap();
    let (mut child, _) = serve(dir.path(), &here).expect("with its own key it starts again");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn development_and_production_refuse_each_others_database() {
    let (dev, live) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut child, _) = serve(dev.path(), &["serve", "--dev"]).ok().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let issuer = ["serve", "--issuer", "https://id.example"];
    let refused = serve(dev.path(), &issuer).err().unwrap();
    assert!(refused.code == 1 && refused.err.contains("made by `serve --dev`"), "{}", refused.err);
    let (mut child, _) = serve(live.path(), &issuer).ok().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let refused = serve(live.path(), &["serve", "--dev"]).err().unwrap();
    assert!(refused.code == 1 && refused.err.contains("production database"), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_clock_cannot_be_read_nothing_is_decided() {
    let server = Server::start(Backend::Sqlite, Options::default()).await;
    let mut client = Client::new();
    assert_eq!(client.open(server.at("/readyz")).await.status, StatusCode::OK);
    fs::remove_file(server.clock().file()).unwrap();
    assert_eq!(client.open(server.at("/readyz")).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(client.open(server.admin_at("/readyz")).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(client.open(server.at("/healthz")).await.status, StatusCode::OK);
    assert_eq!(client.open(server.at("/.well-known/openid-configuration")).await.status, StatusCode::OK);
    fs::write(server.clock().file(), "+0s").unwrap();
    assert_eq!(client.open(server.at("/readyz")).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_tls_itself_where_it_is_given_a_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let file =
        |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/tls").join(name).display().to_string();
    let (cert, key) = (file("cert.pem"), file("key.pem"));
    let args = ["serve", "--issuer", "https://localhost", "--tls-cert-file", &cert, "--tls-key-file", &key];
    let (mut child, port) = serve(dir.path(), &args).ok().unwrap();
    let root = reqwest::Certificate::from_pem(&fs::read(&cert).unwrap()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([root]).build().unwrap();
    let answer = client.get(format!("https://localhost:{port}/.well-known/openid-configuration")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let discovery: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(discovery["issuer"], "https://localhost");
    let mut plain = TcpStream::connect(("127.0.0.1", port)).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = vec![];
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "plain http is not answered");
    child.kill().unwrap();
    child.wait().unwrap();
    let swapped = ["serve", "--issuer", "https://localhost", "--tls-cert-file", &key, "--tls-key-file", &cert];
    assert!(serve(dir.path(), &swapped).err().unwrap().err.contains("tls_cert_file"));
}

#[test]
fn the_log_of_production_is_json_and_holds_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let (port, admin) = (crate::harness::ports::free(), crate::harness::ports::free());
    let (listen, admin) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{admin}"));
    let env = [("OSTIARY_ISSUER", "https://id.example"), ("OSTIARY_LISTEN", &listen), ("OSTIARY_ADMIN_LISTEN", &admin)];
    let mut child = ostiary(dir.path(), &env, &["serve", "--log", "debug,hyper=warn,h2=warn"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    for path in [
        "/login/reset?token=hush-hush",
        "/setup?token=hush-hush",
        "/authorize?client_id=x&state=hush-hush",
        "/nowhere?hush-hush",
    ] {
        get(port, path);
    }
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let body = "grant_type=refresh_token&refresh_token=hush-hush&client_id=web&client_secret=hush-hush";
    let head = "POST /token HTTP/1.1\r\nHost: id.example\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded";
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    stream.read_to_string(&mut String::new()).unwrap();
    signal(&child, "-TERM");
    let log = said(&child.wait_with_output().unwrap()).err;
    assert!(log.lines().count() > 5, "{log}");
    for line in log.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "no JSON: {line}");
        assert!(!line.contains("hush-hush"), "a secret in the log: {line}");
    }
}
