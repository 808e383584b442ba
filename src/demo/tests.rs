//! The sites as their browsers see them, without a provider behind: what is refused before anybody is asked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{
    Ports,
    cast::{self, Secrets},
    clinic::{self, Clinic},
    ledgerly::{self, Ledgerly},
    rp::{Registration, RelyingParty, World, wire::Http},
    viewer::{self, Viewer},
    web::Site,
};
use crate::{cli::clock::SystemClock, crypto::dice::SystemDice};
use axum::{Router, body::Body};
use http::{Request, StatusCode, header};
use std::{path::PathBuf, sync::Arc};
use tower::ServiceExt;

/// Nothing listens there.
const NOBODY: u16 = 1;

struct Stage {
    clinic: Router,
    ledgerly: Router,
    viewer: Router,
    mails: PathBuf,
    _directory: tempfile::TempDir,
}

fn stage() -> Stage {
    let ports = Ports { issuer: NOBODY, ..Ports::from(9400).unwrap() };
    let world = World { clock: Arc::new(SystemClock), dice: Arc::new(SystemDice::new()) };
    let http = Http::new().unwrap();
    let site = |cookie, base: String| Site { cookie, base, issuer: ports.issuer(), clock: Arc::clone(&world.clock) };
    let rp = |base: String| {
        let (client_id, client_secret) = ("app".to_owned(), "secret".to_owned());
        let registration = Registration { client_id, client_secret, posts_secret: false, base };
        RelyingParty::new(registration, &ports.issuer(), world.clone(), http.clone())
    };
    let directory = tempfile::tempdir().unwrap();
    let mails = directory.path().to_owned();
    let secrets = Secrets { clinic: "c".into(), api: "a".into(), ledgerly: "l".into() };
    let people = cast::people(&cast::state(&ports, &secrets)).unwrap();
    let clinic = Clinic::new(site("bluegum", ports.clinic()), rp(ports.clinic()), rp(ports.clinic()), ports.viewer());
    let ledgerly = Ledgerly::new(site("ledgerly", ports.ledgerly()), rp(ports.ledgerly()), "x".into(), ports.viewer());
    let apps = [ports.clinic(), ports.ledgerly()];
    let viewer = Viewer::new(site("viewer", ports.viewer()), world.clone(), people, mails.clone(), apps);
    Stage {
        clinic: clinic::router(&clinic),
        ledgerly: ledgerly::router(&ledgerly),
        viewer: viewer::router(&viewer),
        mails,
        _directory: directory,
    }
}

struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    body: String,
}

impl Answer {
    fn cookie(&self) -> String {
        let set = self.headers[header::SET_COOKIE].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }

    fn form_token(&self) -> String {
        let (_, from) = self.body.split_once("name=\"form_token\" value=\"").unwrap();
        from.split('"').next().unwrap().to_owned()
    }
}

async fn send(router: &Router, port: u16, head: &[(&str, &str)], path: &str, form: Option<&str>) -> Answer {
    let mut request = Request::builder().uri(path).header("host", format!("127.0.0.1:{port}"));
    for (name, value) in head {
        request.headers_mut().unwrap().remove(*name);
        request = request.header(*name, *value);
    }
    if form.is_some() {
        request = request.method("POST").header("content-type", "application/x-www-form-urlencoded");
    }
    let request = request.body(Body::from(form.unwrap_or_default().to_owned())).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

#[tokio::test]
async fn a_site_answers_to_its_own_name_only() {
    let stage = stage();
    for (router, port) in [(&stage.clinic, 9401), (&stage.ledgerly, 9402), (&stage.viewer, 9403)] {
        assert_eq!(send(router, port, &[], "/", None).await.status, StatusCode::OK);
        for host in ["evil.example", "127.0.0.1:9400", "localhost:9401", "127.0.0.1"] {
            let answer = send(router, port, &[("host", host)], "/", None).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        }
    }
}

#[tokio::test]
async fn every_answer_says_what_a_page_may_do() {
    let stage = stage();
    for path in ["/", "/nothing", "/demo.css", "/callback", "/notes/x", "/api/treatments"] {
        let answer = send(&stage.clinic, 9401, &[], path, None).await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{path}");
    }
}

#[tokio::test]
async fn nobody_changes_anything_from_elsewhere_or_without_the_forms_token() {
    let stage = stage();
    let home = send(&stage.viewer, 9403, &[], "/", None).await;
    let (cookie, token) = (home.cookie(), home.form_token());
    let key = format!("form_token={token}&key=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&label=Mine");
    let post = async |head: &[(&str, &str)], form: &str| {
        send(&stage.viewer, 9403, &[&[("cookie", cookie.as_str())], head].concat(), "/phone", Some(form)).await.status
    };
    assert_eq!(post(&[("sec-fetch-site", "same-site")], &key).await, StatusCode::FORBIDDEN);
    assert_eq!(post(&[("origin", "http://127.0.0.1:9401")], &key).await, StatusCode::FORBIDDEN);
    assert_eq!(post(&[], &key.replace(&token, "x")).await, StatusCode::FORBIDDEN);
    assert_eq!(post(&[], "key=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").await, StatusCode::FORBIDDEN);
    assert_eq!(send(&stage.viewer, 9403, &[], "/phone", Some(&key)).await.status, StatusCode::FORBIDDEN, "no cookie");
    let before = send(&stage.viewer, 9403, &[("cookie", &cookie)], "/", None).await;
    assert!(!before.body.contains("Mine"));
    assert_eq!(post(&[("sec-fetch-site", "same-origin")], &key).await, StatusCode::SEE_OTHER);
    let after = send(&stage.viewer, 9403, &[("cookie", &cookie)], "/", None).await;
    assert!(after.body.contains("Mine"));
}

#[tokio::test]
async fn without_a_provider_nothing_is_shown_and_nothing_is_lost() {
    let stage = stage();
    for (router, port) in [(&stage.clinic, 9401), (&stage.ledgerly, 9402)] {
        let answer = send(router, port, &[], "/sign-in", None).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        let unknown = send(router, port, &[], "/callback?code=c&state=s&iss=x", None).await;
        assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
        assert!(unknown.body.contains("not known here"));
    }
    let answer = send(&stage.clinic, 9401, &[], "/notes", None).await;
    assert_eq!((answer.status, answer.headers[header::LOCATION].to_str().unwrap()), (StatusCode::SEE_OTHER, "/"));
    let answer = send(&stage.clinic, 9401, &[], "/api/treatments", None).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_doubled_parameter_is_refused_where_the_answer_is_read() {
    let stage = stage();
    let answer = send(&stage.clinic, 9401, &[], "/callback?state=a&state=b&code=c", None).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_viewer_shows_mails_as_text() {
    let stage = stage();
    let mail = "To: sam@riverside.example\nSubject: <b>Hello</b>\n\nYour code\n\n123456\n<script>alert(1)</script>";
    std::fs::write(stage.mails.join("m1.eml"), mail).unwrap();
    let list = send(&stage.viewer, 9403, &[], "/", None).await;
    assert!(list.body.contains(r#"data-mailed-to="sam@riverside.example">123456<"#), "{}", list.body);
    let letter = send(&stage.viewer, 9403, &[], "/mails/m1", None).await;
    assert!(letter.body.contains("&#60;script&#62;") && !letter.body.contains("<b>Hello"), "{}", letter.body);
    for path in ["/mails/m2", "/mails/..%2Fm1", "/mails/m1.eml"] {
        assert_eq!(send(&stage.viewer, 9403, &[], path, None).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
