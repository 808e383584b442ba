//! Mail: over SMTP, or in `--dev` as files in a directory. Owns the message on the wire: its parts, headers and who it
//! says it is from. One try at a time; who tries again is the caller.
mod directory;
#[cfg(test)]
mod tests;

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        client::{Certificate, CertificateStore, Tls, TlsParameters},
        extension::ClientId,
    },
};
use ostiary_gate::domain::{secret::Secret, time::Instant};
use std::{
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};
use url::{Host, Url};

/// One answer of the mail server.
const ANSWER: Duration = Duration::from_secs(15);
/// One mail, from the connection to the last answer. A claim in the outbox lives longer.
pub const PATIENCE: Duration = Duration::from_secs(45);

/// Where mails go.
pub enum Way {
    /// One `.eml` each.
    Directory(PathBuf),
    Smtp {
        /// `smtps://user:password@host:465`: TLS from the first byte. `smtp://…`: STARTTLS or nothing, except to this
        /// machine itself, or where the operator wrote `?tls=none`. Never a password in the clear.
        url: Secret,
        /// Trusted besides the usual roots, PEM.
        extra_ca: Option<PathBuf>,
    },
    /// Nothing is configured; what cannot be sent waits.
    Nowhere,
}

/// What is sent.
pub struct Mail {
    /// 1 to 64 letters and digits, the same at every try: becomes the `Message-ID`.
    pub id: String,
    /// The clinic's name; none: as configured.
    pub from_name: Option<String>,
    pub to: String,
    pub subject: String,
    pub text: Secret,
    pub html: Secret,
    pub at: Instant,
}

/// A mail was not sent. The words hold neither the address nor the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// Try again: the server is away, slow, or said "later".
    #[error("{0}")]
    Later(String),
    /// It will never do: the server refuses this mail for good, or it cannot be written.
    #[error("{0}")]
    Never(String),
}

/// What is wrong with the settings. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    #[error("`mail_from` is no address: {0}")]
    From(String),
    #[error("`smtp_url`: {0}")]
    Smtp(String),
    #[error("`extra_ca_file`: {0}")]
    Certificates(String),
}

/// A way out for mails. Cheap to share behind an `Arc`.
pub struct Mailer {
    sender: Sender,
    from: Mailbox,
    /// The issuer's host: the right side of the `Message-ID`.
    host: String,
}

enum Sender {
    Directory(directory::Directory),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Nowhere,
}

impl Mailer {
    /// Within the runtime: idle connections are looked after there.
    /// `from`: `Ostiary <no-reply@id.example.com>`; none: `no-reply@` the issuer's host.
    pub fn new(way: &Way, from: Option<&str>, issuer: &str) -> Result<Self, Wrong> {
        let host = host_of(issuer);
        let from = match from {
            Some(from) => from.parse().map_err(|_| Wrong::From(from.to_owned()))?,
            None => Mailbox::new(None, Address::new("no-reply", &host).map_err(|e| Wrong::From(e.to_string()))?),
        };
        let sender = match way {
            Way::Directory(path) => Sender::Directory(directory::Directory::new(path.clone())),
            Way::Smtp { url, extra_ca } => Sender::Smtp(transport(url, extra_ca.as_deref(), &host)?),
            Way::Nowhere => Sender::Nowhere,
        };
        Ok(Self { sender, from, host })
    }

    /// Sends one mail, once.
    pub async fn send(&self, mail: &Mail) -> Result<(), NotSent> {
        let message = self.message(mail)?;
        match &self.sender {
            Sender::Directory(directory) => directory.put(mail, message.formatted()).await,
            Sender::Smtp(transport) => match tokio::time::timeout(PATIENCE, transport.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(why)) => Err(judged(&why)),
                Err(_) => Err(NotSent::Later("the mail server did not answer in time".into())),
            },
            Sender::Nowhere => Err(NotSent::Later("no mail server is configured".into())),
        }
    }

    /// RFC 5322, with the plain part first (RFC 2046 §5.1.4) and marked as nobody's own writing (RFC 3834 §5).
    fn message(&self, mail: &Mail) -> Result<Message, NotSent> {
        let never = |why: String| NotSent::Never(why);
        let to: Address = mail.to.parse().map_err(|_| never("the address is none".into()))?;
        let name = mail.from_name.clone().map(|name| one_line(&name)).or_else(|| self.from.name.clone());
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
        let micros = u64::try_from(mail.at.0).unwrap_or_default();
        Message::builder()
            .from(Mailbox::new(name, self.from.email.clone()))
            .to(Mailbox::new(None, to))
            .subject(one_line(&mail.subject))
            .date(UNIX_EPOCH + Duration::from_micros(micros))
            .message_id(Some(format!("<{}@{}>", mail.id, self.host)))
            .raw_header(automatic)
            .multipart(MultiPart::alternative_plain_html(mail.text.expose().to_owned(), mail.html.expose().to_owned()))
            .map_err(|why| never(why.to_string()))
    }
}

/// A header's value is one line, whatever a name holds.
fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The host, as the right side of an address; an IP literal as RFC 5321 §4.1.3 writes it.
fn host_of(issuer: &str) -> String {
    match Url::parse(issuer).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(ip)) => format!("[{ip}]"),
        Some(Host::Ipv6(ip)) => format!("[IPv6:{ip}]"),
        None => "localhost".to_owned(),
    }
}

fn transport(url: &Secret, extra_ca: Option<&Path>, hello: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, Wrong> {
    let wrong = |why: &str| Wrong::Smtp(why.to_owned());
    let mut parsed = Url::parse(url.expose()).map_err(|_| wrong("is no URL"))?;
    let host = parsed.host_str().ok_or_else(|| wrong("names no host"))?.to_owned();
    let plain = match (parsed.scheme(), parsed.query()) {
        ("smtps", None) | ("smtp", Some("tls=required")) => false,
        ("smtp", Some("tls=none")) => true,
        ("smtp", None) => is_this_machine(&parsed),
        ("smtp" | "smtps", Some(_)) => return Err(wrong("the only parameters are tls=required and tls=none")),
        (_, _) => return Err(wrong("must begin with smtps:// or smtp://")),
    };
    if plain && parsed.password().is_some() && !is_this_machine(&parsed) {
        return Err(wrong("a password is not sent without TLS"));
    }
    let wrapped = parsed.scheme() == "smtps";
    parsed.set_query(None);
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(parsed.as_str());
    let mut builder = builder.map_err(|_| wrong("cannot be used"))?;
    if !plain {
        let tls = tls(host, extra_ca)?;
        // STARTTLS without a port is submission (RFC 6409), not relay.
        builder = match (wrapped, parsed.port()) {
            (true, _) => builder.tls(Tls::Wrapper(tls)),
            (false, Some(_)) => builder.tls(Tls::Required(tls)),
            (false, None) => builder.tls(Tls::Required(tls)).port(587),
        };
    }
    Ok(builder.hello_name(ClientId::Domain(hello.to_owned())).timeout(Some(ANSWER)).build())
}

fn tls(host: String, extra_ca: Option<&Path>) -> Result<TlsParameters, Wrong> {
    let mut builder = TlsParameters::builder(host).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(path) = extra_ca {
        let wrong = |why: String| Wrong::Certificates(format!("{}: {why}", path.display()));
        let pem = std::fs::read(path).map_err(|why| wrong(why.to_string()))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|why| wrong(why.to_string()))?);
    }
    builder.build().map_err(|why| Wrong::Smtp(why.to_string()))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        // Of a scheme that is no web scheme, hosts are not parsed: an address may still be a domain here.
        Some(Host::Domain(name)) => {
            let ip = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
            name == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The server's words may repeat the address, so only its code is kept.
fn judged(why: &lettre::transport::smtp::Error) -> NotSent {
    let code = why.status().map(|code| format!("the mail server answered {code}"));
    match (why.is_permanent(), code) {
        (true, Some(code)) => NotSent::Never(code),
        (_, Some(code)) => NotSent::Later(code),
        (_, None) if why.is_timeout() => NotSent::Later("the mail server did not answer in time".into()),
        (_, None) if why.is_tls() => NotSent::Later("no TLS with the mail server".into()),
        (_, None) => NotSent::Later("the mail server cannot be reached".into()),
    }
}
