//! Who is at the other end of the connection: the peer, or whom a trusted proxy names. Forwarded headers from anybody else
//! are not read (RFC 9700 §4.13).
use http::HeaderMap;
use std::net::IpAddr;

/// As many hops as are looked at, from the near end.
const HOPS: usize = 32;

/// The networks whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    base: u128,
    mask: u128,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an address nor a network like 10.0.0.0/8")]
pub struct NotANetwork(pub String);

impl Proxies {
    /// From `trusted_proxies`: addresses and networks, IPv4 or IPv6.
    pub fn parse<'a>(list: impl IntoIterator<Item = &'a str>) -> Result<Self, NotANetwork> {
        list.into_iter()
            .map(|text| Network::parse(text).ok_or_else(|| NotANetwork(text.to_owned())))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        let bits = bits(address);
        self.0.iter().any(|network| bits & network.mask == network.base)
    }

    /// Whom to count: the peer, unless it is trusted; then the nearest hop that is not. What cannot be read ends the walk at
    /// the last hop that could, so that a made-up header never buys a fresh limit.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        let hops = lines.flat_map(|line| line.as_bytes().rsplit(|b| *b == b','));
        for hop in hops.take(HOPS) {
            if !self.trusts(nearest) {
                break;
            }
            match std::str::from_utf8(hop).ok().and_then(|text| text.trim().parse::<IpAddr>().ok()) {
                Some(address) => nearest = address.to_canonical(),
                None => break,
            }
        }
        nearest
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.trim().split_once('/') {
            Some((address, length)) => (address.parse::<IpAddr>().ok()?, Some(length.parse::<u32>().ok()?)),
            None => (text.trim().parse::<IpAddr>().ok()?, None),
        };
        let (widest, offset) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let length = length.unwrap_or(widest);
        if length > widest {
            return None;
        }
        let mask = match 128 - (length + offset) {
            128 => 0,
            free => u128::MAX << free,
        };
        Some(Self { base: bits(address) & mask, mask })
    }
}

/// IPv4 as its mapped IPv6 address, so that one comparison serves both.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use http::HeaderValue;

    fn seen(trusted: &[&str], peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let proxies = Proxies::parse(trusted.iter().copied()).unwrap();
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn nobody_is_believed_unless_named() {
        assert_eq!(seen(&[], "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen(&["10.0.0.0/8"], "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen(&["10.0.0.0/8"], "::ffff:203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_names_the_nearest_hop_that_is_not_one() {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"];
        assert_eq!(seen(&trusted, "10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen(&trusted, "::ffff:10.1.2.3", &["6.6.6.6, 198.51.100.1, 10.9.9.9"]), "198.51.100.1");
        assert_eq!(seen(&trusted, "2001:db8::1", &["6.6.6.6", "198.51.100.1,10.9.9.9"]), "198.51.100.1");
        assert_eq!(seen(&trusted, "10.1.2.3", &[]), "10.1.2.3");
        assert_eq!(seen(&["10.1.2.3"], "10.1.2.4", &["198.51.100.1"]), "10.1.2.4");
    }

    #[test]
    fn what_cannot_be_read_never_buys_a_fresh_limit() {
        for line in ["a", "", "fe80::1%eth0", "1.2.3.4:80", "\u{e9}", "_hidden", "6.6.6.6, a"] {
            assert_eq!(seen(&["10.0.0.0/8"], "10.1.2.3", &[line]), "10.1.2.3", "{line}");
        }
        let long = "10.0.0.1,".repeat(40_000);
        assert_eq!(seen(&["10.0.0.0/8"], "10.1.2.3", &[&format!("6.6.6.6,{long}10.0.0.1")]), "10.0.0.1");
    }

    #[test]
    fn a_network_is_written_as_one() {
        for bad in ["", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "localhost", "10.0.0/8"] {
            assert_eq!(Proxies::parse([bad]), Err(NotANetwork(bad.to_owned())));
        }
        assert_eq!(seen(&["0.0.0.0/0"], "203.0.113.9", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen(&["0.0.0.0/0"], "2001:db8::1", &["198.51.100.1"]), "2001:db8::1");
    }
}
