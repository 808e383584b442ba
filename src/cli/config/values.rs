//! What the value of a setting may be.
use super::Mode;
use crate::http::address::{NotANetwork, Proxies};
use ipnet::IpNet;
use std::{
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    path::PathBuf,
};
use url::{Host, Url};

/// Whether outgoing calls may go where the internet does not reach (RULES 8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrivateOutgoing {
    No,
    Everywhere,
    Only(Vec<Reachable>),
}

/// A network and one port of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reachable {
    pub network: IpNet,
    pub port: u16,
}

pub(super) fn some(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("is empty") } else { Ok(text.trim().to_owned()) }
}

pub(super) fn path(text: &str) -> Result<PathBuf, &'static str> {
    some(text).map(PathBuf::from)
}

/// `127.0.0.1:9400`, `[::1]:9400`, `localhost:9400`.
pub(super) fn address(text: &str) -> Result<SocketAddr, &'static str> {
    const FORM: &str = "must be an address and a port: 127.0.0.1:9400, [::]:9400";
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    match text.rsplit_once(':') {
        Some(("localhost", port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
            text.to_socket_addrs().ok().and_then(|mut found| found.next()).ok_or(FORM)
        }
        _ => Err(FORM),
    }
}

/// An origin, without a trailing slash.
pub(super) fn issuer(text: &str, mode: Mode) -> Result<String, String> {
    let url = Url::parse(text).map_err(|why| format!("is no URL ({why}): https://id.example.com"))?;
    if url.cannot_be_a_base() || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err("must be scheme, host and perhaps port, nothing else: https://id.example.com".into());
    }
    if url.path() != "/" {
        return Err("has a path; Ostiary serves a host of its own: https://id.example.com".into());
    }
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err("has no host".into()),
    };
    let canonical = url.as_str().trim_end_matches('/').to_owned();
    if canonical != text.trim_end_matches('/') {
        return Err(format!("clients would compare it letter for letter; write it as {canonical}"));
    }
    match url.scheme() {
        "https" => Ok(canonical),
        "http" if mode == Mode::Dev && local => Ok(canonical),
        "http" if mode == Mode::Dev => Err("plain http is for localhost only, --dev or not".into()),
        "http" => Err("http is for --dev on localhost only; give the https address".into()),
        other => Err(format!("must begin with https://, not {other}:")),
    }
}

pub(super) fn smtp(text: &str) -> Result<String, &'static str> {
    let scheme = Url::parse(text).ok().filter(Url::has_host).map(|url| url.scheme().to_owned());
    match scheme.as_deref() {
        Some("smtp" | "smtps") => Ok(text.to_owned()),
        _ => Err("must be smtps://user:password@host:465 or smtp://host:25"),
    }
}

pub(super) fn proxies(text: &str) -> Result<Proxies, NotANetwork> {
    Proxies::parse(words(text))
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .map(|net| net.trunc())
        .or_else(|_| address())
        .map_err(|_| format!("\"{text}\" is neither an address nor a network such as 10.0.0.0/8"))
}

pub(super) fn private_outgoing(text: &str) -> Result<PrivateOutgoing, String> {
    match text.to_ascii_lowercase().as_str() {
        "" | "false" | "no" | "0" => return Ok(PrivateOutgoing::No),
        "true" | "yes" | "1" => return Ok(PrivateOutgoing::Everywhere),
        _ => {}
    }
    let one = |word: &str| {
        let (net, port) =
            word.rsplit_once(':').ok_or_else(|| format!("\"{word}\": a network and a port, 10.1.0.0/16:8443"))?;
        let port = port.parse().map_err(|_| format!("\"{port}\" is no port"))?;
        Ok(Reachable { network: network(net.trim_start_matches('[').trim_end_matches(']'))?, port })
    };
    words(text).map(one).collect::<Result<_, String>>().map(PrivateOutgoing::Only)
}

pub(super) fn filter(text: &str) -> Result<String, String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(why) => Err(why.to_string()),
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty())
}
