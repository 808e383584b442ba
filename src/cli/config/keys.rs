//! Every setting there is, by its one name: `listen` in the file, `OSTIARY_LISTEN` in the environment, `--listen` as a flag.

pub struct Key {
    pub name: &'static str,
    /// What the value looks like, in the help text.
    pub form: &'static str,
    pub help: &'static str,
    /// Of a secret, which is masked wherever it is shown: the name under which a file that holds it may be given instead.
    pub file_name: Option<&'static str>,
    pub default: Option<&'static str>,
}

const fn key(name: &'static str, form: &'static str, help: &'static str) -> Key {
    Key { name, form, help, file_name: None, default: None }
}

impl Key {
    const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    const fn secret(self, file_name: &'static str) -> Self {
        Self { file_name: Some(file_name), ..self }
    }

    pub fn is_secret(&self) -> bool {
        self.file_name.is_some()
    }

    /// `OSTIARY_LISTEN`
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name.to_uppercase())
    }

    /// `listen`, of the flag `--listen`
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }
}

pub const PREFIX: &str = "OSTIARY_";

pub const ISSUER: Key = key("issuer", "URL", "Public address, the `iss` of every token: https://id.example.com");
pub const LISTEN: Key =
    key("listen", "ADDRESS:PORT", "Where sign-in pages and endpoints are served").or("127.0.0.1:9400");
pub const ADMIN_LISTEN: Key =
    key("admin_listen", "ADDRESS:PORT", "Where health is served, for the host only").or("127.0.0.1:9409");
pub const DATABASE_URL: Key = key("database_url", "URL", "sqlite://path or postgres://user:password@host/name")
    .or("sqlite://ostiary.db")
    .secret("database_url_file");
pub const KEYS_DIR: Key = key("keys_dir", "DIRECTORY", "Where the root key is").or("keys");
pub const SMTP_URL: Key = key("smtp_url", "URL", "Mail server: smtps://user:password@host:465").secret("smtp_url_file");
pub const MAIL_FROM: Key = key("mail_from", "ADDRESS", "Sender of mails: Ostiary <no-reply@id.example.com>");
pub const MAIL_DIR: Key = key("mail_dir", "DIRECTORY", "With --dev: mails become files here, one .eml each");
pub const TEST_CLOCK: Key = key("test_clock", "FILE", "With --dev: the file that says what time it is");
pub const TRUSTED_PROXIES: Key = key(
    "trusted_proxies",
    "NETWORKS",
    "Reverse proxies whose forwarded headers count: 10.0.0.0/8,192.0.2.7; nobody's count otherwise",
);
pub const EXTRA_CA_FILE: Key =
    key("extra_ca_file", "FILE", "Certificates (PEM) trusted for outgoing calls besides the usual ones");
pub const ALLOW_PRIVATE_OUTGOING: Key = key(
    "allow_private_outgoing",
    "true, false or NETWORK:PORT,…",
    "Whether outgoing calls may go to private addresses, or to which: 10.1.0.0/16:8443",
)
.or("false");
pub const TLS_CERT_FILE: Key = key("tls_cert_file", "FILE", "Certificate chain (PEM), where Ostiary speaks TLS itself");
pub const TLS_KEY_FILE: Key = key("tls_key_file", "FILE", "Its private key (PEM)");
pub const LOG: Key =
    key("log", "FILTER", "error, warn, info, debug, or per module: info,ostiary::porter=debug").or("info");

pub const KEYS: [&Key; 15] = [
    &ISSUER,
    &LISTEN,
    &ADMIN_LISTEN,
    &DATABASE_URL,
    &KEYS_DIR,
    &SMTP_URL,
    &MAIL_FROM,
    &MAIL_DIR,
    &TEST_CLOCK,
    &TRUSTED_PROXIES,
    &EXTRA_CA_FILE,
    &ALLOW_PRIVATE_OUTGOING,
    &TLS_CERT_FILE,
    &TLS_KEY_FILE,
    &LOG,
];
