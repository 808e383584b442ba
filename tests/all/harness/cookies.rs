//! A browser's cookies, kept as browsers keep them (RFC 6265bis): per host and path, whatever the port. Never ages them:
//! the time that counts in tests is the deployment's clock.
use std::collections::BTreeMap;
use url::Url;

/// Host, path, name.
type Key = (String, String, String);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jar(BTreeMap<Key, Kept>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    value: String,
    is_secure: bool,
}

impl Jar {
    /// Takes in one `Set-Cookie` header of an answer from `url`; what a browser would refuse is left out.
    pub fn keep(&mut self, url: &Url, header: &str) {
        let Ok(cookie) = cookie::Cookie::parse(header.to_owned()) else { return };
        let host = url.host_str().unwrap_or_default().to_owned();
        let is_secure = cookie.secure() == Some(true);
        let is_trustworthy = url.scheme() == "https" || ["localhost", "127.0.0.1", "[::1]"].contains(&host.as_str());
        let foreign = cookie.domain().is_some_and(|domain| domain.trim_start_matches('.') != host);
        let broken_prefix = (cookie.name().starts_with("__Secure-") && !is_secure)
            || (cookie.name().starts_with("__Host-")
                && !(is_secure && cookie.path() == Some("/") && cookie.domain().is_none()));
        if foreign || broken_prefix || (is_secure && !is_trustworthy) {
            return;
        }
        let path = match cookie.path() {
            Some(path) if path.starts_with('/') => path.to_owned(),
            Some(_) | None => default_path(url),
        };
        let key = (host, path, cookie.name().to_owned());
        let is_over = cookie.max_age().is_some_and(|age| !age.is_positive())
            || cookie.expires_datetime().is_some_and(|end| end.year() < 2000);
        if is_over {
            self.0.remove(&key);
        } else {
            self.0.insert(key, Kept { value: cookie.value().to_owned(), is_secure });
        }
    }

    /// The `Cookie` header of a request to `url`, longest path first (§5.8.3).
    pub fn header(&self, url: &Url) -> Option<String> {
        let mut sent: Vec<(&Key, &Kept)> = self.0.iter().filter(|(key, _)| goes_to(key, url)).collect();
        sent.sort_by_key(|(key, _)| std::cmp::Reverse(key.1.len()));
        let pairs: Vec<String> = sent.iter().map(|(key, kept)| format!("{}={}", key.2, kept.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.2 == name).map(|(_, kept)| kept.value.as_str())
    }

    /// Overwrites the value of a cookie that is there: the forger's tool.
    pub fn forge(&mut self, name: &str, value: &str) {
        let kept = self.0.iter_mut().find(|(key, _)| key.2 == name).unwrap_or_else(|| panic!("no cookie {name}")).1;
        value.clone_into(&mut kept.value);
    }

    pub fn remove(&mut self, name: &str) {
        self.0.retain(|key, _| key.2 != name);
    }

    /// Every name and value, for cases that try all of them elsewhere.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, kept)| (key.2.as_str(), kept.value.as_str()))
    }
}

fn default_path(url: &Url) -> String {
    match url.path().rsplit_once('/') {
        Some(("", _)) | None => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
    }
}

fn goes_to((host, path, _): &Key, url: &Url) -> bool {
    let asked = url.path();
    let below = asked == path
        || asked.strip_prefix(path.as_str()).is_some_and(|rest| path.ends_with('/') || rest.starts_with('/'));
    url.host_str() == Some(host) && below
}
