//! What the operator configures: TOML file < environment < flags. Owns the names, the precedence, what values may be and
//! what only `--dev` allows. What a tenant's admin may change is in the database and never here.
pub mod keys;
pub mod layers;
#[cfg(test)]
mod tests;
mod values;

pub use values::{PrivateOutgoing, Reachable};

use crate::{http::address::Proxies, store::Address};
use keys::Key;
use layers::{Given, Layers};
use ostiary_gate::domain::secret::Secret;
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

/// Whether the process may do what only development may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Live,
    Dev,
}

/// Where mails go.
pub enum Mail {
    /// `--dev`: one file each.
    Directory(PathBuf),
    Smtp(Secret),
    /// Nothing is configured; what cannot be sent waits.
    Nowhere,
}

pub struct Settings {
    pub mode: Mode,
    /// Without a trailing slash, as tokens say it.
    pub issuer: String,
    /// The issuer is http on this machine: cookies cannot be `Secure`.
    pub plain_http: bool,
    pub listen: SocketAddr,
    pub admin_listen: SocketAddr,
    pub database: Address,
    pub keys_dir: PathBuf,
    pub mail: Mail,
    pub mail_from: Option<String>,
    pub test_clock: Option<PathBuf>,
    pub trusted_proxies: Proxies,
    pub extra_ca_file: Option<PathBuf>,
    pub private_outgoing: PrivateOutgoing,
    /// Certificate chain and private key.
    pub tls: Option<(PathBuf, PathBuf)>,
    pub log: String,
}

/// What is wrong with the configuration, all at once. For the operator.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is wrong:\n{}", .0.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n"))]
pub struct Wrong(pub Vec<String>);

impl Settings {
    /// For `serve`: what only `--dev` allows is refused without it.
    pub fn to_serve(layers: &Layers, mode: Mode) -> Result<Self, Wrong> {
        let mut reader = Reader { layers, faults: layers.faults.clone() };
        let settings = reader.settings(mode);
        if let Some(settings) = &settings {
            match mode {
                Mode::Dev => reader.loopback_only(settings),
                Mode::Live => reader.nothing_of_dev(settings),
            }
        }
        settings.filter(|_| reader.faults.is_empty()).ok_or(Wrong(reader.faults))
    }

    /// For verbs that work on a deployment which is there: what they may do follows from what it was born as, so that
    /// `--dev` need not be repeated.
    pub fn to_work(layers: &Layers) -> Result<Self, Wrong> {
        let mut reader = Reader { layers, faults: layers.faults.clone() };
        let settings = reader.settings(Mode::Dev);
        settings.filter(|_| reader.faults.is_empty()).ok_or(Wrong(reader.faults))
    }
}

struct Reader<'a> {
    layers: &'a Layers,
    faults: Vec<String>,
}

impl Reader<'_> {
    fn settings(&mut self, mode: Mode) -> Option<Settings> {
        let listen = self.read(&keys::LISTEN, values::address);
        let issuer = match (self.given(&keys::ISSUER), listen) {
            (None, Some(listen)) if mode == Mode::Dev => Some(format!("http://localhost:{}", listen.port())),
            (None, _) => {
                self.faults.push("`issuer` is missing: the public address of this deployment, https://…".into());
                None
            }
            (Some(_), _) => self.read(&keys::ISSUER, |text| values::issuer(text, mode)),
        };
        let admin_listen = self.read(&keys::ADMIN_LISTEN, values::address);
        let database = self.read(&keys::DATABASE_URL, |text| {
            Address::parse(text).ok_or("must be sqlite://path or postgres://user:password@host/name")
        });
        let smtp = self.read(&keys::SMTP_URL, values::smtp).map(Secret::new);
        let mail_dir = self.read(&keys::MAIL_DIR, values::path);
        let proxies = self.read(&keys::TRUSTED_PROXIES, values::proxies).unwrap_or_default();
        let tls = match (self.read(&keys::TLS_CERT_FILE, values::path), self.read(&keys::TLS_KEY_FILE, values::path)) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            (_, _) => {
                self.faults.push("`tls_cert_file` and `tls_key_file` belong together: give both or neither".into());
                None
            }
        };
        let private = self.read(&keys::ALLOW_PRIVATE_OUTGOING, values::private_outgoing);
        let issuer = issuer?;
        Some(Settings {
            mode,
            plain_http: issuer.starts_with("http://"),
            issuer,
            listen: listen?,
            admin_listen: admin_listen?,
            database: database?,
            keys_dir: self.read(&keys::KEYS_DIR, values::path)?,
            mail: match (mail_dir, smtp) {
                (Some(dir), _) => Mail::Directory(dir),
                (None, Some(url)) => Mail::Smtp(url),
                (None, None) => Mail::Nowhere,
            },
            mail_from: self.read(&keys::MAIL_FROM, values::some),
            test_clock: self.read(&keys::TEST_CLOCK, values::path),
            trusted_proxies: proxies,
            extra_ca_file: self.read(&keys::EXTRA_CA_FILE, values::path),
            private_outgoing: private.unwrap_or(PrivateOutgoing::No),
            tls,
            log: self.read(&keys::LOG, values::filter)?,
        })
    }

    fn given(&self, key: &Key) -> Option<&Given> {
        self.layers.given.get(key.name)
    }

    fn read<T, E: std::fmt::Display>(&mut self, key: &Key, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let given = self.layers.given.get(key.name)?;
        match parse(&given.value) {
            Ok(value) => Some(value),
            Err(why) => {
                self.faults.push(format!("`{}` ({}): {why}", key.name, given.origin));
                None
            }
        }
    }

    /// RULES 8: a development deployment is for this machine.
    fn loopback_only(&mut self, settings: &Settings) {
        for (key, at) in [(&keys::LISTEN, settings.listen), (&keys::ADMIN_LISTEN, settings.admin_listen)] {
            if !is_loopback(at.ip()) {
                self.faults
                    .push(format!("`{}`: with --dev only addresses of this machine, 127.0.0.1 or [::1]", key.name));
            }
        }
    }

    fn nothing_of_dev(&mut self, settings: &Settings) {
        let mut only_dev = |key: &Key, is_set: bool| {
            if is_set {
                let origin = self.layers.given.get(key.name).map(|given| given.origin.to_string()).unwrap_or_default();
                self.faults.push(format!("`{}` ({origin}) is for --dev only", key.name));
            }
        };
        only_dev(&keys::MAIL_DIR, matches!(settings.mail, Mail::Directory(_)));
        only_dev(&keys::TEST_CLOCK, settings.test_clock.is_some());
        if settings.plain_http {
            self.faults.push("`issuer`: http is for --dev on localhost only; give the https address".into());
        }
    }
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}
