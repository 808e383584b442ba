//! Where outgoing calls may go (RULES 8): to the public internet by https; elsewhere only where the operator's list of
//! network and port says so. A name is resolved once, every address it has is checked, and the call goes to one of those
//! and nowhere else: a name that answers differently the second time has nothing to answer. Pure but for the resolving.
use ipnet::IpNet;
use std::{
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};
use url::{Host, Url};

/// Whether calls may go where the internet does not reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Private {
    No,
    Everywhere,
    /// A network and one port of it, each.
    Only(Vec<(IpNet, u16)>),
}

#[derive(Clone, Debug)]
pub struct Policy {
    private: Private,
}

/// An address that may be called. Connect to one of `addresses`, under the name `host`, and follow no redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub host: String,
    pub addresses: Vec<SocketAddr>,
}

/// Why nothing is called. Says nothing that a tenant could map a network with.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("not an address that can be called")]
    NotAnAddress,
    /// Plain http, and not to where the operator allowed it.
    #[error("must begin with https://")]
    NotSecure,
    #[error("not a public address")]
    NotPublic,
    #[error("the name cannot be resolved")]
    Unresolved(#[source] io::Error),
}

impl Policy {
    pub fn new(private: Private) -> Self {
        Self { private }
    }

    /// Resolves by the system, and checks.
    pub async fn admit(&self, url: &Url) -> Result<Target, Refused> {
        self.admit_by(
            url,
            |name, port| async move { tokio::net::lookup_host((name, port)).await.map(Iterator::collect) },
        )
        .await
    }

    /// As [`Policy::admit`], with a resolver of one's own; it is asked once, and not at all for an address.
    pub async fn admit_by<F>(&self, url: &Url, resolve: impl FnOnce(String, u16) -> F + Send) -> Result<Target, Refused>
    where
        F: Future<Output = io::Result<Vec<SocketAddr>>> + Send,
    {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::NotAnAddress);
        }
        let port = url.port_or_known_default().ok_or(Refused::NotAnAddress)?;
        let (host, addresses) = match url.host().ok_or(Refused::NotAnAddress)? {
            Host::Ipv4(ip) => (ip.to_string(), vec![SocketAddr::from((ip, port))]),
            Host::Ipv6(ip) => (ip.to_string(), vec![SocketAddr::from((ip, port))]),
            Host::Domain(name) => {
                let found = resolve(name.to_owned(), port).await.map_err(Refused::Unresolved)?;
                (name.to_owned(), found)
            }
        };
        self.check(url.scheme(), &addresses)?;
        Ok(Target { host, addresses })
    }

    /// One bad address among good ones spoils them all: which of them is called is not the caller's to choose.
    fn check(&self, scheme: &str, addresses: &[SocketAddr]) -> Result<(), Refused> {
        if addresses.is_empty() {
            return Err(Refused::NotPublic);
        }
        let listed = addresses.iter().all(|address| self.is_listed(*address));
        match scheme {
            "https" | "http" if listed => Ok(()),
            "https" if addresses.iter().all(|a| self.is_listed(*a) || is_public(a.ip())) => Ok(()),
            "https" => Err(Refused::NotPublic),
            "http" => Err(Refused::NotSecure),
            _ => Err(Refused::NotAnAddress),
        }
    }

    fn is_listed(&self, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        match &self.private {
            Private::No => false,
            Private::Everywhere => true,
            Private::Only(list) => list.iter().any(|(net, port)| *port == address.port() && net.contains(&ip)),
        }
    }
}

/// Whether an address is one of the internet's (IANA's special-purpose registries). What is unsure is not.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// What carries an IPv4 address in it is judged by that: mapped (RFC 4291 §2.5.5.2) and translated (RFC 6052 §2.1).
fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        // Of the global space: protocol assignments with Teredo, documentation, 6to4.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    async fn admit(private: &Private, url: &str, resolves_to: &[&str]) -> Result<Target, Refused> {
        let addresses: Vec<IpAddr> = resolves_to.iter().map(|ip| ip.parse().unwrap()).collect();
        let resolve =
            move |_, port| async move { Ok(addresses.iter().map(|ip| SocketAddr::from((*ip, port))).collect()) };
        Policy::new(private.clone()).admit_by(&Url::parse(url).unwrap(), resolve).await
    }

    fn only(net: &str, port: u16) -> Private {
        Private::Only(vec![(net.parse().unwrap(), port)])
    }

    #[tokio::test]
    async fn what_is_not_the_internet_s_is_refused_however_it_is_written() {
        for literal in [
            "127.0.0.1",
            "0x7f.1",
            "2130706433",
            "017700000001",
            "127.1",
            "0.0.0.0",
            "10.0.0.8",
            "100.64.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "192.0.2.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[64:ff9b::7f00:1]",
            "[fe80::1]",
            "[fd00::1]",
            "[2002:7f00:1::]",
            "[2001:0:1::1]",
            "[2001:db8::1]",
            "[ff02::1]",
            "[::127.0.0.1]",
        ] {
            let admitted = admit(&Private::No, &format!("https://{literal}/"), &[]).await;
            assert!(matches!(admitted, Err(Refused::NotPublic)), "{literal}: {admitted:?}");
        }
        for name in ["127.0.0.1", "::ffff:10.0.0.1", "fd00::1", "169.254.169.254"] {
            assert!(admit(&Private::No, "https://rp.example/", &[name]).await.is_err(), "{name}");
            let mixed = admit(&Private::No, "https://rp.example/", &["93.184.215.14", name]).await;
            assert!(matches!(mixed, Err(Refused::NotPublic)), "one bad address spoils the good: {name}");
        }
        assert!(admit(&Private::No, "https://rp.example/", &[]).await.is_err(), "a name without an address");
    }

    #[tokio::test]
    async fn public_addresses_are_called_as_they_were_resolved_and_by_https_only() {
        let target =
            admit(&Private::No, "https://rp.example:8443/x", &["93.184.215.14", "2606:4700::1"]).await.unwrap();
        let expected = ["93.184.215.14:8443", "[2606:4700::1]:8443"].map(|a| a.parse().unwrap());
        assert_eq!(target, Target { host: "rp.example".into(), addresses: expected.to_vec() });
        for url in ["https://93.184.215.14/", "https://[2606:4700::1]/", "https://[64:ff9b::5db8:d70e]/"] {
            assert!(admit(&Private::No, url, &[]).await.is_ok(), "{url}");
        }
        assert!(matches!(admit(&Private::No, "http://rp.example/", &["93.184.215.14"]).await, Err(Refused::NotSecure)));
        for odd in
            ["ftp://rp.example/", "https://user@rp.example/", "https://user:x@rp.example/", "mailto:a@rp.example"]
        {
            assert!(admit(&Private::No, odd, &["93.184.215.14"]).await.is_err(), "{odd}");
        }
    }

    #[tokio::test]
    async fn the_operator_s_list_opens_a_network_at_one_port_and_nothing_beside_it() {
        let list = only("10.1.0.0/16", 8443);
        assert!(admit(&list, "https://rp.lan:8443/", &["10.1.2.3"]).await.is_ok());
        assert!(
            admit(&list, "http://10.1.2.3:8443/", &[]).await.is_ok(),
            "also without TLS: it is the operator's network"
        );
        assert!(admit(&list, "https://[::ffff:10.1.2.3]:8443/", &[]).await.is_ok());
        for url in ["https://10.1.2.3/", "https://10.2.0.1:8443/", "http://10.1.2.3:8080/", "https://127.0.0.1:8443/"] {
            assert!(admit(&list, url, &[]).await.is_err(), "{url}");
        }
        assert!(matches!(admit(&list, "http://rp.example:8443/", &["93.184.215.14"]).await, Err(Refused::NotSecure)));
        assert!(admit(&Private::Everywhere, "http://127.0.0.1:9501/", &[]).await.is_ok());
    }
}
