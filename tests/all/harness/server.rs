//! The real program, `ostiary serve --dev`, on a database, a clock and a mailbox of its own.
use super::{
    FIXTURE,
    clock::{Clock, Reading},
    mail::Mailbox,
    pg::Pg,
    ports,
};
use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};
use tempfile::TempDir;
use url::Url;

/// How long a start may take on a machine that also runs other tests.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    /// The databases to test on here; a missing PostgreSQL is said, or fails where it must not be missing.
    pub fn all() -> Vec<Self> {
        let mut found = vec![Self::Sqlite];
        if Pg::is_there() {
            found.push(Self::Postgres);
        }
        found
    }
}

pub struct Options {
    /// What to apply before the first request, in the language of `ostiary apply`; none: an empty deployment.
    pub state: Option<String>,
    pub clock: Reading,
    /// Settings beside, or instead of, those the harness makes.
    pub env: Vec<(String, String)>,
}

impl Default for Options {
    /// The fixture, and the real time.
    fn default() -> Self {
        Self { state: Some(FIXTURE.to_owned()), clock: Reading::Ahead(jiff::SignedDuration::ZERO), env: vec![] }
    }
}

impl Options {
    pub fn empty() -> Self {
        Self { state: None, ..Self::default() }
    }

    /// The fixture with `find` replaced once.
    pub fn fixture_with(find: &str, replace: &str) -> Self {
        assert!(FIXTURE.contains(find), "the fixture has no {find:?}");
        Self { state: Some(FIXTURE.replacen(find, replace, 1)), ..Self::default() }
    }

    pub fn at(self, instant: &str) -> Self {
        Self { clock: Reading::At(instant.parse().expect("an RFC 3339 instant")), ..self }
    }

    pub fn with_env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// One deployment. Dropping it kills the program and removes all it wrote.
pub struct Server {
    issuer: Url,
    admin: Url,
    env: Vec<(String, String)>,
    clock: Clock,
    mails: Mailbox,
    child: Option<Child>,
    // After `child`, which still writes there.
    pg: Option<Pg>,
    dir: TempDir,
}

impl Server {
    pub async fn start(backend: Backend, options: Options) -> Self {
        let dir = TempDir::with_prefix("ostiary-test.").unwrap();
        let pg = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(Pg::fresh().await),
        };
        let clock = Clock::new(dir.path().join("clock"), options.clock);
        let mails = Mailbox::new(dir.path().join("mail"));
        let keys = dir.path().join("keys");
        fs::create_dir(&keys).unwrap();
        let (port, admin) = (ports::free(), ports::free());
        let issuer = format!("http://localhost:{port}");
        let database =
            pg.as_ref().map_or_else(|| format!("sqlite://{}", dir.path().join("ostiary.db").display()), Pg::url);
        let mut env: Vec<(String, String)> = [
            ("OSTIARY_ISSUER", issuer.clone()),
            ("OSTIARY_LISTEN", format!("127.0.0.1:{port}")),
            ("OSTIARY_ADMIN_LISTEN", format!("127.0.0.1:{admin}")),
            ("OSTIARY_DATABASE_URL", database),
            ("OSTIARY_KEYS_DIR", keys.display().to_string()),
            ("OSTIARY_MAIL_DIR", mails.dir().display().to_string()),
            ("OSTIARY_TEST_CLOCK", clock.file().display().to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        env.extend(options.env);
        let mut server = Self {
            issuer: Url::parse(&issuer).unwrap(),
            admin: Url::parse(&format!("http://127.0.0.1:{admin}")).unwrap(),
            env,
            clock,
            mails,
            child: None,
            pg,
            dir,
        };
        server.resume();
        if let Some(state) = options.state {
            server.apply(&state);
        }
        server
    }

    /// Without a trailing slash, as tokens say it.
    pub fn issuer(&self) -> &str {
        self.issuer.as_str().trim_end_matches('/')
    }

    /// A page or endpoint of this deployment: `at("/authorize?…")`.
    pub fn at(&self, path: &str) -> Url {
        self.issuer.join(path).unwrap()
    }

    /// The second listener: metrics.
    pub fn admin_at(&self, path: &str) -> Url {
        self.admin.join(path).unwrap()
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn mails(&self) -> &Mailbox {
        &self.mails
    }

    pub fn pg(&self) -> Option<&Pg> {
        self.pg.as_ref()
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The process to send signals to; `None` while it is down.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// The 6-digit code now, by the deployment's clock.
    pub fn totp(&self, secret_base32: &str) -> String {
        super::totp(secret_base32, self.clock.now())
    }

    /// The same program with the same settings and another verb: `cli(&["explain", "…"])`.
    pub fn cli(&self, args: &[&str]) -> Output {
        self.command().args(args).stdin(Stdio::null()).output().unwrap()
    }

    /// Applies a state file to the running deployment and returns what it said; it must succeed.
    pub fn apply(&self, state: &str) -> String {
        let file = self.dir.path().join("state.toml");
        fs::write(&file, state).unwrap();
        let answer = self.cli(&["apply", "-f", &file.display().to_string()]);
        let (out, err) = (String::from_utf8_lossy(&answer.stdout), String::from_utf8_lossy(&answer.stderr));
        assert!(answer.status.success(), "apply failed ({}):\n{out}{err}", answer.status);
        out.into_owned()
    }

    /// As a crash: no time to finish anything.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts the program again on what it left; the clock and all settings stay.
    pub fn resume(&mut self) {
        assert!(self.child.is_none(), "it is running");
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let mut child = self
            .command()
            .args(["serve", "--dev"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.try_clone().unwrap())
            .spawn()
            .unwrap();
        let lines = lines_of(&mut child, log);
        self.child = Some(child);
        let ready = format!("ready {}", self.issuer());
        loop {
            match lines.recv_timeout(PATIENCE) {
                Ok(line) if line == ready => return,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => panic!("not ready after {PATIENCE:?}"),
                Err(RecvTimeoutError::Disconnected) => panic!("`serve` ended before it was ready"),
            }
        }
    }

    /// Everything the program wrote so far, both streams.
    pub fn log_text(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    fn log_tail(&self) -> String {
        let text = self.log_text();
        let lines: Vec<&str> = text.lines().collect();
        format!("\n--- the program's last words\n{}", lines[lines.len().saturating_sub(60)..].join("\n"))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ostiary"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("OSTIARY_")) {
            command.env_remove(name);
        }
        command.current_dir(self.dir.path()).envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A failed test, or a failed start: the program's side of it.
        if thread::panicking() {
            eprintln!("{}", self.log_tail());
        }
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The program's standard output, line by line, copied to the log. Reading goes on to the end, so it never blocks.
fn lines_of(child: &mut Child, mut log: File) -> Receiver<String> {
    let (sender, receiver) = channel();
    let out = BufReader::new(child.stdout.take().expect("stdout is piped"));
    thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            let _ = writeln!(log, "{line}");
            let _ = sender.send(line);
        }
    });
    receiver
}
