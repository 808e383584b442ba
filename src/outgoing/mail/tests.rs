//! Mails as they arrive: in the directory, and at a mail server that is played here over a real socket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use std::fs;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

const ISSUER: &str = "https://id.bluegum.example";

fn mail() -> Mail {
    Mail {
        id: "abc123".into(),
        from_name: Some("Riverside Physio\r\nBcc: all@example.com".into()),
        to: "sam@riverside.example".into(),
        subject: "Your code for Röse\r\nX-Evil: 1".into(),
        text: Secret::new("Your code to continue is 123 456.\n\nPlain.\n"),
        html: Secret::new("<p>Your code to continue is 123 456.</p>"),
        at: Instant::from_seconds(1_772_528_400),
    }
}

fn headers(eml: &str) -> Vec<String> {
    let head = eml.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
    head.split("\r\n").map(str::to_owned).collect()
}

fn is_wrong(url: &str) -> bool {
    let way = Way::Smtp { url: Secret::new(url), extra_ca: None };
    Mailer::new(&way, None, ISSUER).is_err()
}

#[tokio::test]
async fn a_mail_in_the_directory_is_whole_and_says_who_when_and_that_nobody_wrote_it() {
    let dir = tempfile::tempdir().unwrap();
    let box_ = dir.path().join("made/when/needed");
    let mailer = Mailer::new(&Way::Directory(box_.clone()), None, ISSUER).unwrap();
    mailer.send(&mail()).await.unwrap();
    mailer.send(&Mail { id: "aaa".into(), ..mail() }).await.unwrap();
    let mut names: Vec<_> =
        fs::read_dir(&box_).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["00001772528400000000-000000-abc123.eml", "00001772528400000000-000001-aaa.eml"]);
    let eml = fs::read_to_string(box_.join(&names[0])).unwrap();
    let headers = headers(&eml);
    let has = |line: &str| assert!(headers.iter().any(|h| h == line), "no {line:?} in {headers:#?}");
    has("To: sam@riverside.example");
    has("Message-ID: <abc123@id.bluegum.example>");
    has("Date: Tue, 03 Mar 2026 09:00:00 +0000");
    has("Auto-Submitted: auto-generated");
    assert!(!headers.iter().any(|h| h.starts_with("Bcc:") || h.starts_with("X-Evil:")), "{headers:#?}");
    let from = headers.iter().find(|h| h.starts_with("From:")).unwrap();
    assert!(from.ends_with(" <no-reply@id.bluegum.example>") && from.contains("=?utf-8?"), "{from}");
    let (plain, html) = (eml.find("text/plain").unwrap(), eml.find("text/html").unwrap());
    assert!(plain < html, "the plain part comes first");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(box_.join(&names[0])).unwrap().permissions());
        assert_eq!(mode & 0o077, 0, "codes are for their owner");
    }
}

#[tokio::test]
async fn what_is_no_address_is_never_sent_and_without_a_way_out_mails_wait() {
    let dir = tempfile::tempdir().unwrap();
    let mailer = Mailer::new(&Way::Directory(dir.path().into()), None, ISSUER).unwrap();
    for to in ["", "sam", "sam@x.example\r\nRCPT TO:<eve@x.example>", "a@b@c", "sam@ riverside.example"] {
        let sent = mailer.send(&Mail { to: to.into(), ..mail() }).await;
        assert!(matches!(sent, Err(NotSent::Never(_))), "{to:?}");
    }
    let nowhere = Mailer::new(&Way::Nowhere, None, ISSUER).unwrap();
    assert!(matches!(nowhere.send(&mail()).await, Err(NotSent::Later(_))));
}

#[tokio::test]
async fn senders_addresses_are_checked_at_the_start() {
    let ok = |from| Mailer::new(&Way::Nowhere, from, ISSUER).is_ok();
    assert!(ok(None) && ok(Some("Ostiary <no-reply@id.example>")) && ok(Some("no-reply@id.example")));
    assert!(!ok(Some("no-reply")) && !ok(Some("")));
    for issuer in ["http://localhost:9400", "http://127.0.0.1:9400", "http://[::1]:9400"] {
        assert!(Mailer::new(&Way::Nowhere, None, issuer).is_ok(), "{issuer}");
    }
}

#[tokio::test]
async fn a_password_never_travels_in_the_clear_and_odd_addresses_are_refused() {
    for url in [
        "smtp://user:hush@mail.example?tls=none",
        "smtp://mail.example?tls=opportunistic",
        "smtps://mail.example?tls=none",
        "http://mail.example",
        "mail.example:25",
        "smtp:",
    ] {
        assert!(is_wrong(url), "{url}");
    }
    for url in [
        "smtps://user:hu%40sh@mail.example:465",
        "smtp://user:hush@mail.example:587",
        "smtp://mail.example",
        "smtp://relay.lan:25?tls=none",
        "smtp://127.0.0.1:2525",
        "smtp://[::1]:2525",
    ] {
        assert!(!is_wrong(url), "{url}");
    }
}

/// Plays a mail server for one connection: what it heard, with `answer` to the recipient.
async fn server(answer: &'static str, starttls: bool) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let (mut heard, mut in_data) = (vec![], false);
        stream.write_all(b"220 here\r\n").await.unwrap();
        let mut line = String::new();
        while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
            heard.push(line.trim_end().to_owned());
            let said = line.trim_end().to_ascii_uppercase();
            line.clear();
            let reply = match (in_data, said.as_str()) {
                (true, ".") => "250 taken\r\n",
                (true, _) => continue,
                (false, said) if said.starts_with("EHLO") && starttls => "250-here\r\n250 STARTTLS\r\n",
                (false, said) if said.starts_with("RCPT") => answer,
                (false, "DATA") => "354 go on\r\n",
                (false, "QUIT") => "221 bye\r\n",
                (false, "STARTTLS") => "454 not today\r\n",
                (false, _) => "250 ok\r\n",
            };
            in_data = reply.starts_with("354");
            stream.write_all(reply.as_bytes()).await.unwrap();
        }
        heard
    });
    (port, heard)
}

async fn sent(answer: &'static str) -> (Result<(), NotSent>, Vec<String>) {
    let (port, heard) = server(answer, false).await;
    let url = Secret::new(format!("smtp://127.0.0.1:{port}"));
    let mailer =
        Mailer::new(&Way::Smtp { url, extra_ca: None }, Some("Ostiary <post@bluegum.example>"), ISSUER).unwrap();
    let answer = mailer.send(&mail()).await;
    drop(mailer);
    (answer, heard.await.unwrap())
}

#[tokio::test]
async fn a_mail_server_gets_it_once_and_its_no_is_told_apart_from_its_later() {
    let (answer, heard) = sent("250 ok\r\n").await;
    assert_eq!(answer, Ok(()));
    assert!(heard.contains(&"EHLO id.bluegum.example".to_owned()), "{heard:?}");
    assert!(heard.contains(&"MAIL FROM:<post@bluegum.example>".to_owned()), "{heard:?}");
    assert_eq!(heard.iter().filter(|line| line.starts_with("RCPT TO:")).count(), 1, "no other recipients");
    let (answer, _) = sent("550 no such sam@riverside.example\r\n").await;
    assert_eq!(answer, Err(NotSent::Never("the mail server answered 550".into())));
    let (answer, _) = sent("451 sam@riverside.example later\r\n").await;
    assert_eq!(answer, Err(NotSent::Later("the mail server answered 451".into())));
}

#[tokio::test]
async fn where_tls_is_asked_for_nothing_is_said_without_it() {
    for offers in [false, true] {
        let (port, heard) = server("250 ok\r\n", offers).await;
        let url = Secret::new(format!("smtp://user:hush@127.0.0.1:{port}?tls=required"));
        let mailer = Mailer::new(&Way::Smtp { url, extra_ca: None }, None, ISSUER).unwrap();
        assert!(matches!(mailer.send(&mail()).await, Err(NotSent::Later(_))));
        drop(mailer);
        let heard = heard.await.unwrap();
        assert!(!heard.iter().any(|line| ["AUTH", "MAIL", "RCPT"].iter().any(|w| line.starts_with(w))), "{heard:?}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let url = Secret::new(format!("smtp://127.0.0.1:{closed}"));
    let mailer = Mailer::new(&Way::Smtp { url, extra_ca: None }, None, ISSUER).unwrap();
    assert_eq!(mailer.send(&mail()).await, Err(NotSent::Later("the mail server cannot be reached".into())));
}
