//! The command line as an operator meets it: the real program, its words and its exit codes.
mod running;

use crate::harness::{
    FIXTURE,
    client::Client,
    server::{Backend, Options, Server},
};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// The program in a directory of its own, with these settings and no others.
fn ostiary(dir: &Path, env: &[(&str, &str)], args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ostiary"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("OSTIARY_")) {
        command.env_remove(name);
    }
    command.current_dir(dir).envs(env.iter().copied()).args(args).stdin(Stdio::null());
    command
}

#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

fn said(output: &Output) -> Said {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

fn run(dir: &Path, env: &[(&str, &str)], args: &[&str]) -> Said {
    said(&ostiary(dir, env, args).output().unwrap())
}

/// `serve --dev` in `dir`, when it says that it is ready; what it answers until then, where it never does.
fn serve(dir: &Path, args: &[&str]) -> Result<(Child, u16), Said> {
    let (port, admin) = (crate::harness::ports::free(), crate::harness::ports::free());
    let (listen, admin) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{admin}"));
    let mut command = ostiary(dir, &[("OSTIARY_LISTEN", &listen), ("OSTIARY_ADMIN_LISTEN", &admin)], args);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    if line.starts_with("ready ") { Ok((child, port)) } else { Err(said(&child.wait_with_output().unwrap())) }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn what_only_development_may_do_is_refused_in_production() {
    let dir = tempfile::tempdir().unwrap();
    for (name, value) in
        [("OSTIARY_MAIL_DIR", "mail"), ("OSTIARY_TEST_CLOCK", "clock"), ("OSTIARY_ISSUER", "http://localhost:1")]
    {
        let env = [("OSTIARY_ISSUER", "https://id.example"), (name, value)];
        let refused = run(dir.path(), &env, &["serve"]);
        assert!(refused.code == 2 && refused.err.contains("--dev"), "{name}: {}", refused.err);
    }
    for env in [("OSTIARY_LISTEN", "0.0.0.0:9400"), ("OSTIARY_ISSUER", "http://id.example")] {
        assert_eq!(run(dir.path(), &[env], &["serve", "--dev"]).code, 2, "{env:?}");
    }
    assert!(fs::read_dir(dir.path()).unwrap().next().is_none(), "and nothing was written");
}

#[test]
fn settings_are_checked_and_shown_with_their_origin_and_without_secrets() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ostiary.toml"), "issuer = \"https://id.example\"\nlog = \"warn\"\n").unwrap();
    let env = [("OSTIARY_DATABASE_URL", "postgres://ostiary:hush@db.example/ostiary"), ("OSTIARY_LOG", "debug")];
    assert_eq!(run(dir.path(), &env, &["config", "check"]).code, 0);
    let shown = run(dir.path(), &env, &["config", "show", "--origin", "--listen", "127.0.0.1:1"]);
    assert!(!shown.out.contains("hush"), "{}", shown.out);
    for line in [
        "issuer = \"https://id.example\"  # ostiary.toml line 1",
        "log = \"debug\"  # environment OSTIARY_LOG",
        "listen = \"127.0.0.1:1\"  # flag --listen",
        "keys_dir = \"keys\"  # default",
        "database_url = \"postgres://ostiary:****@db.example/ostiary\"",
    ] {
        assert!(shown.out.contains(line), "no {line} in\n{}", shown.out);
    }
    let json = run(dir.path(), &env, &["config", "show", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["issuer"]["value"], "https://id.example");

    fs::write(dir.path().join("ostiary.toml"), "isuer = \"https://id.example\"\nlisten = \"here\"\n").unwrap();
    let wrong = run(dir.path(), &[("OSTIARY_ADMIN_LISTN", "x")], &["config", "check"]);
    assert_eq!(wrong.code, 2);
    for part in ["line 1", "did you mean `issuer`?", "`listen`", "did you mean `OSTIARY_ADMIN_LISTEN`?"] {
        assert!(wrong.err.contains(part), "no {part} in\n{}", wrong.err);
    }
    assert_eq!(run(dir.path(), &[], &["serv"]).code, 2);
    assert_eq!(run(dir.path(), &[], &["apply"]).code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_file_applies_to_a_running_deployment_and_again_changes_nothing() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::default()).await;
        assert!(server.apply(FIXTURE).contains("nothing to change"));
        let exported = said(&server.cli(&["export"]));
        assert_eq!(exported.code, 0, "{}", exported.err);
        for secret in ["correct horse", "argon2", "-secret-", "JBSWY3DPEHPK3PXP"] {
            assert!(!exported.out.contains(secret), "{secret} is exported");
        }
        assert!(server.apply(&exported.out).contains("nothing to change"));
        let on = "[[tenant]]\nslug = \"northside\"\n[tenant.policy]\ntwo_factor = \"required\"\n";
        let file = server.dir().join("on.toml");
        fs::write(&file, on).unwrap();
        let file = file.display().to_string();
        let rehearsed = said(&server.cli(&["apply", "--dry-run", "-f", &file]));
        assert!(rehearsed.out.contains("will be asked to set it up: Gina Park"), "{}", rehearsed.out);
        let listed = |out: &Said| -> serde_json::Value { serde_json::from_str(&out.out).unwrap() };
        let northside = |list: &serde_json::Value| {
            list.as_array().unwrap().iter().find(|row| row["slug"] == "northside").unwrap()["two_factor"].clone()
        };
        assert_eq!(northside(&listed(&said(&server.cli(&["tenant", "list", "--json"])))), "off");
        assert!(server.apply(on).contains("two_factor off → required"));
        assert_eq!(northside(&listed(&said(&server.cli(&["tenant", "list", "--json"])))), "required");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_state_file_is_refused_whole_with_every_fault_and_its_line() {
    let server = Server::start(Backend::Sqlite, Options::default()).await;
    let mut child = ostiary(server.dir(), &[], &["apply", "-f", "-", "--issuer", server.issuer()]);
    let database = format!("sqlite://{}", server.dir().join("ostiary.db").display());
    let mut child = child
        .args(["--database-url", &database, "--keys-dir", &server.dir().join("keys").display().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = "[[tenant]]\nslug = \"new\"\nname = \"New\"\ntime_zone = \"Europe/Berlin\"\n[[person]]\nemail = \"x@new.example\"\n\
                given_name = \"X\"\nfamily_name = \"Y\"\nmemberships = [{ tenant = \"riversid\" }]\n[[connection]]\n\
                tenant = \"new\"\nclient_id = \"ledgrly\"\n";
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let refused = said(&child.wait_with_output().unwrap());
    assert_eq!(refused.code, 1);
    for part in
        ["line 9", "did you mean \"riverside\"?", "line 12", "did you mean \"ledgerly\"?", "nothing was applied"]
    {
        assert!(refused.err.contains(part), "no {part} in\n{}", refused.err);
    }
    assert!(!said(&server.cli(&["tenant", "list"])).out.contains("new"));
    let no_reason = server.cli(&["apply", "-f", "x.toml", "--weaken", "riverside"]);
    assert_eq!(said(&no_reason).code, 2, "weakening needs a reason");
    assert_eq!(said(&server.cli(&["apply", "-f", "nowhere.toml"])).code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_which_clause_is_whose() {
    let server = Server::start(Backend::Sqlite, Options::default()).await;
    let json = said(&server.cli(&["explain", "--user", "Bob@Riverside.example", "--client", "web", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap_or_else(|_| panic!("{}", json.err));
    let case = &json["cases"][0];
    assert_eq!(
        (&case["gets_a_token"], &case["outcome"]),
        (&false.into(), &"is led through setting up an authenticator".into())
    );
    let demands = case["demands"].to_string();
    assert!(demands.contains("Riverside Physio requires two-factor since"), "{demands}");
    let alice = said(&server.cli(&["explain", "--user", "alice@riverside.example", "--client", "web"]));
    assert!(alice.out.contains("gets a token, amr [pwd, otp, mfa]"), "{}", alice.out);
    let machine = said(&server.cli(&["explain", "--client", "svc", "--scope", "export:read"]));
    assert!(machine.out.contains("gets a token"), "{}{}", machine.out, machine.err);
    let slip = said(&server.cli(&["explain", "--user", "alice@riverside.example", "--client", "wob"]));
    assert!(slip.code == 1 && slip.err.contains("did you mean web?"), "{}", slip.err);
    assert_eq!(said(&server.cli(&["explain"])).code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_while_it_serves() {
    for backend in Backend::all() {
        let server = Server::start(backend, Options::empty()).await;
        let mut client = Client::new();
        let published = async |client: &mut Client| -> usize {
            let page = client.open(server.at("/jwks")).await;
            serde_json::from_str::<serde_json::Value>(&page.body).unwrap()["keys"].as_array().unwrap().len()
        };
        let patience = Instant::now();
        while published(&mut client).await < 3 {
            assert!(patience.elapsed() < Duration::from_secs(30), "RSA never came");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert_eq!(said(&server.cli(&["keys", "rotate", "--alg", "ES256"])).code, 0);
        let patience = Instant::now();
        while published(&mut client).await < 4 {
            assert!(patience.elapsed() < Duration::from_secs(30), "the new key was never announced");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let keys: serde_json::Value =
            serde_json::from_str(&said(&server.cli(&["keys", "list", "--json"])).out).unwrap();
        let states: Vec<_> = keys.as_array().unwrap().iter().map(|key| key["state"].as_str().unwrap()).collect();
        assert_eq!(states.iter().filter(|state| **state == "announced").count(), 1, "{states:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_by_the_operator_is_of_one_tenant_and_is_mailed() {
    let server = Server::start(Backend::Sqlite, Options::default()).await;
    let several = said(&server.cli(&["user", "reset-2fa", "dave@riverside.example", "--yes"]));
    assert!(several.code == 2 && several.err.contains("hilltop, riverside"), "{}", several.err);
    assert_eq!(said(&server.cli(&["user", "reset-2fa", "dave@riverside.example", "--tenant", "hilltop"])).code, 2);
    let done = said(&server.cli(&["user", "reset-2fa", "dave@riverside.example", "--tenant", "hilltop", "--yes"]));
    assert_eq!(done.code, 0, "{}", done.err);
    let explained =
        said(&server.cli(&["explain", "--user", "dave@riverside.example", "--client", "web", "--tenant", "hilltop"]));
    assert!(explained.out.contains("set-up code from an admin"), "{}", explained.out);
    let elsewhere =
        said(&server.cli(&["explain", "--user", "dave@riverside.example", "--client", "web", "--tenant", "riverside"]));
    assert!(elsewhere.out.contains("gets a token"), "{}", elsewhere.out);
    server.mails().newest_to("dave@riverside.example", "reset").await;
    server.mails().newest_to("frank@hilltop.example", "reset").await;
}

#[test]
fn init_gives_a_link_once_and_no_password() {
    let dir = tempfile::tempdir().unwrap();
    let init = |email: &str| run(dir.path(), &[], &["init", "--issuer", "https://id.example", "--email", email]);
    let first = init("Ana@ops.example");
    assert_eq!(first.code, 0, "{}", first.err);
    let link = |said: &Said| {
        said.out.split_whitespace().find(|w| w.starts_with("https://id.example/setup?token=")).map(str::to_owned)
    };
    let (first, again) = (link(&first).unwrap(), init("ana@ops.example"));
    assert_ne!(link(&again).unwrap(), first, "a new link takes the old one's place");
    let other = init("ben@ops.example");
    assert!(other.code == 1 && other.err.contains("ana@ops.example was named"), "{}", other.err);
    assert_eq!(run(dir.path(), &[], &["init", "--issuer", "https://id.example"]).code, 2, "nobody was named");
    let written = fs::read_to_string(dir.path().join("ostiary.toml")).unwrap();
    assert!(written.contains("issuer = \"https://id.example\""), "{written}");
    let listed = run(dir.path(), &[], &["tenant", "list"]);
    assert!(
        listed.out.contains("operator   required") || listed.out.contains("operator  required"),
        "{}{}",
        listed.out,
        listed.err
    );
    assert_eq!(run(dir.path(), &[], &["doctor"]).code, 0);
}
