//! What is said where, and which of it counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{
    Mode, PrivateOutgoing, Settings,
    layers::{Layers, Origin, Surroundings},
};
use crate::http::address::Proxies;
use std::collections::BTreeMap;

fn around(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> (tempfile::TempDir, Surroundings) {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("ostiary.toml");
    std::fs::write(&config, file).unwrap();
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let flags: BTreeMap<String, String> = flags.iter().map(owned).collect();
    (dir, Surroundings { environment: environment.iter().map(owned).collect(), flags, config: Some(config) })
}

fn read(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Layers {
    Layers::read(&around(file, environment, flags).1)
}

fn faults(environment: &[(&str, &str)], mode: Mode) -> String {
    match Settings::to_serve(&read("", environment, &[]), mode) {
        Ok(_) => String::new(),
        Err(wrong) => wrong.to_string(),
    }
}

#[test]
fn a_flag_beats_the_environment_and_that_the_file_and_each_says_where_it_stood() {
    let file = "issuer = \"https://file.example\"\nlisten = \"127.0.0.1:1\"\nkeys_dir = \"a\"\n";
    let layers = read(file, &[("OSTIARY_LISTEN", "127.0.0.1:2"), ("OSTIARY_KEYS_DIR", "b")], &[("keys_dir", "c")]);
    assert_eq!(layers.faults, Vec::<String>::new());
    let said = |name: &str| (layers.given[name].value.as_str(), &layers.given[name].origin);
    assert!(matches!(said("issuer"), ("https://file.example", Origin::File { line: 1, .. })));
    assert_eq!(said("listen"), ("127.0.0.1:2", &Origin::Environment("OSTIARY_LISTEN".into())));
    assert_eq!(said("keys_dir"), ("c", &Origin::Flag("keys-dir".into())));
    assert_eq!(said("log"), ("info", &Origin::Default));
}

#[test]
fn names_that_are_no_settings_are_refused_with_the_nearest() {
    let layers = read("isuer = 1\ndev = true\n", &[("OSTIARY_ISUER", "x"), ("OSTIARY_DEV", "1")], &[]);
    let all = layers.faults.join("\n");
    for wanted in
        ["`isuer`; did you mean `issuer`", "--dev is a flag only", "`OSTIARY_ISUER`; did you mean `OSTIARY_ISSUER`"]
    {
        assert!(all.contains(wanted), "{all}");
    }
    let pods = [("OSTIARY_SERVICE_HOST", "10.0.0.1"), ("OSTIARY_PORT", "tcp://10.0.0.1:80")];
    assert!(read("", &pods, &[]).faults.is_empty(), "Kubernetes sets these for a service called ostiary");
}

#[test]
fn a_secret_may_come_from_a_file_and_not_from_two_places_of_one_layer() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    std::fs::write(&path, "postgres://o:pw@db/o\n").unwrap();
    let path = path.to_str().unwrap();
    let layers = read("", &[("OSTIARY_DATABASE_URL_FILE", path)], &[]);
    assert_eq!(layers.given["database_url"].value, "postgres://o:pw@db/o");
    let both = read("", &[("OSTIARY_DATABASE_URL", "sqlite://x"), ("OSTIARY_DATABASE_URL_FILE", path)], &[]);
    assert!(both.faults[0].contains("give one"), "{:?}", both.faults);
    let gone = read("smtp_url_file = \"nowhere\"", &[], &[]);
    assert!(gone.faults[0].contains("cannot be read"), "{:?}", gone.faults);
}

#[test]
fn without_dev_its_clock_its_mails_and_plain_http_are_errors() {
    let live = [
        ("OSTIARY_ISSUER", "http://localhost:9400"),
        ("OSTIARY_MAIL_DIR", "mail"),
        ("OSTIARY_TEST_CLOCK", "clock"),
        ("OSTIARY_LISTEN", "0.0.0.0:443"),
    ];
    let said = faults(&live[..1], Mode::Live);
    assert!(said.contains("http is for --dev"), "{said}");
    let https = ("OSTIARY_ISSUER", "https://id.example");
    for one in [live[1], live[2]] {
        let said = faults(&[https, one], Mode::Live);
        assert!(said.contains("is for --dev only") && said.contains(one.0), "{said}");
    }
    assert_eq!(faults(&[https, live[3]], Mode::Live), "");
    assert!(faults(&[], Mode::Live).contains("`issuer` is missing"));
}

#[test]
fn dev_listens_to_this_machine_only_and_its_issuer_is_here_or_https() {
    assert_eq!(faults(&[("OSTIARY_MAIL_DIR", "m"), ("OSTIARY_TEST_CLOCK", "c")], Mode::Dev), "");
    for (name, value) in [
        ("OSTIARY_LISTEN", "0.0.0.0:9400"),
        ("OSTIARY_LISTEN", "[::]:9400"),
        ("OSTIARY_ADMIN_LISTEN", "10.0.0.1:9409"),
        ("OSTIARY_ISSUER", "http://id.example"),
        ("OSTIARY_ISSUER", "http://localhost.evil.example"),
    ] {
        assert_ne!(faults(&[(name, value)], Mode::Dev), "", "{name}={value}");
    }
    let layers = read("", &[("OSTIARY_LISTEN", "127.0.0.1:7000")], &[]);
    let settings = Settings::to_serve(&layers, Mode::Dev).map_err(|e| e.to_string()).ok().unwrap();
    assert_eq!((settings.issuer.as_str(), settings.plain_http), ("http://localhost:7000", true));
}

#[test]
fn values_that_cannot_be_are_told_with_their_origin() {
    for (name, value) in [
        ("OSTIARY_ISSUER", "https://id.example/auth"),
        ("OSTIARY_ISSUER", "https://ID.example"),
        ("OSTIARY_ISSUER", "https://id.example?x"),
        ("OSTIARY_ISSUER", "id.example"),
        ("OSTIARY_LISTEN", "9400"),
        ("OSTIARY_DATABASE_URL", "mysql://x"),
        ("OSTIARY_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("OSTIARY_ALLOW_PRIVATE_OUTGOING", "10.0.0.0/8"),
        ("OSTIARY_TLS_CERT_FILE", "cert.pem"),
        ("OSTIARY_LOG", "loud=="),
        ("OSTIARY_SMTP_URL", "mail.example"),
    ] {
        let said = faults(&[(name, value)], Mode::Dev);
        assert!(said.contains(&name["OSTIARY_".len()..].to_lowercase()), "{name}={value}: {said}");
    }
}

#[test]
fn networks_ports_and_slashes_are_read_as_meant() {
    let environment = [
        ("OSTIARY_ISSUER", "https://id.example/"),
        ("OSTIARY_TRUSTED_PROXIES", "10.1.2.3/8, 192.0.2.7"),
        ("OSTIARY_ALLOW_PRIVATE_OUTGOING", "127.0.0.1:9501,10.1.0.0/16:8443"),
    ];
    let settings = Settings::to_serve(&read("", &environment, &[]), Mode::Live).ok().unwrap();
    assert_eq!(settings.issuer, "https://id.example");
    assert_eq!(settings.trusted_proxies, Proxies::parse(["10.0.0.0/8", "192.0.2.7/32"]).unwrap());
    assert!(
        matches!(settings.private_outgoing, PrivateOutgoing::Only(list) if list.len() == 2 && list[1].port == 8443)
    );
}
