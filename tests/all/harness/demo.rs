//! The real program, `ostiary demo`, on ports and a clock of its own.
use super::{
    clock::{Clock, Reading},
    ports,
};
use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_mins(1);

/// Dropping it ends the program as Ctrl-C does.
pub struct Demo {
    port: u16,
    /// What it prints when it is ready.
    pub said: Vec<String>,
    clock: Clock,
    child: Child,
    dir: TempDir,
}

impl Demo {
    pub fn start() -> Self {
        let dir = TempDir::with_prefix("ostiary-demo-test.").unwrap();
        let clock = Clock::new(dir.path().join("clock"), Reading::Ahead(jiff::SignedDuration::ZERO));
        fs::create_dir(dir.path().join("tmp")).unwrap();
        let port = ports::ten();
        let log = File::create(dir.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ostiary"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("OSTIARY_")) {
            command.env_remove(name);
        }
        command.args(["demo", "--port", &port.to_string()]).current_dir(dir.path());
        command.env("OSTIARY_TEST_CLOCK", clock.file()).env("TMPDIR", dir.path().join("tmp"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log.try_clone().unwrap());
        let mut child = command.spawn().unwrap();
        let said = match said(&mut child, log) {
            Ok(said) => said,
            Err(why) => {
                let _ = child.kill();
                let _ = child.wait();
                panic!("{why}:\n{}", fs::read_to_string(dir.path().join("log")).unwrap_or_default());
            }
        };
        Self { port, said, clock, child, dir }
    }

    pub fn issuer(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    pub fn clinic(&self) -> String {
        format!("http://127.0.0.1:{}", self.port + 1)
    }

    pub fn ledgerly(&self) -> String {
        format!("http://127.0.0.1:{}", self.port + 2)
    }

    pub fn viewer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port + 3)
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The password in the ten lines.
    pub fn password(&self, email: &str) -> &str {
        let line = self.said.iter().find(|line| line.trim_start().starts_with(email));
        line.and_then(|line| line.split_whitespace().nth(1))
            .unwrap_or_else(|| panic!("nobody says how {email} signs in"))
    }

    /// What it has written to disk so far.
    pub fn traces(&self) -> Vec<PathBuf> {
        fs::read_dir(self.dir.path().join("tmp")).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    /// As Ctrl-C does; waits until it has gone.
    pub fn interrupt(&mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if thread::panicking() {
            let log = fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("\n--- the demo's last words\n{}", lines[lines.len().saturating_sub(60)..].join("\n"));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first ten lines; the rest goes to the log.
fn said(child: &mut Child, mut log: File) -> Result<Vec<String>, String> {
    let (sender, receiver) = channel();
    let out = BufReader::new(child.stdout.take().expect("stdout is piped"));
    thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            let _ = writeln!(log, "{line}");
            let _ = sender.send(line);
        }
    });
    let mut lines = vec![];
    while lines.len() < 10 {
        match receiver.recv_timeout(PATIENCE) {
            Ok(line) => lines.push(line),
            Err(RecvTimeoutError::Timeout) => return Err(format!("only {lines:?} after {PATIENCE:?}")),
            Err(RecvTimeoutError::Disconnected) => return Err(format!("it ended after {lines:?}")),
        }
    }
    Ok(lines)
}
