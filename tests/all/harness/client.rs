//! A browser without a screen: cookies, forms and the headers that browsers send; and a relying party's plain requests.
//! Follows a redirect only when told to.
use super::{
    cookies::Jar,
    page::{Form, Page},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use url::Url;

/// More redirects than this in a row are a loop.
const TOO_MANY: usize = 20;

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    pub jar: Jar,
    /// Sent with every request: an `Accept-Language`, a forwarded header.
    pub headers: HeaderMap,
}

impl Client {
    pub fn new() -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_mins(1))
            .build()
            .unwrap();
        Self { http, jar: Jar::default(), headers: HeaderMap::new() }
    }

    /// Types an address: one request, no redirect followed.
    pub async fn get(&mut self, url: impl AsRef<str>) -> Page {
        let url = Url::parse(url.as_ref()).unwrap();
        self.send(Method::GET, &url, navigation("none"), None).await
    }

    /// Types an address and goes where it leads, on the same origin. Ends at the first page, or at the redirect that leaves
    /// the origin: the answer to the relying party.
    pub async fn open(&mut self, url: impl AsRef<str>) -> Page {
        let page = self.get(url).await;
        self.follow(page).await
    }

    /// Goes where `page` leads, as [`Client::open`] does.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..TOO_MANY {
            match page.location().filter(|to| to.origin() == page.url.origin()) {
                Some(to) => page = self.send(Method::GET, &to, navigation("same-origin"), None).await,
                None => return page,
            }
        }
        panic!("more than {TOO_MANY} redirects in a row: {page}")
    }

    /// Sends a form as the browser that shows it would; no redirect followed.
    pub async fn submit(&mut self, form: &Form) -> Page {
        let mut headers = navigation("same-origin");
        if form.is_post {
            headers.insert(header::ORIGIN, value(&form.action.origin().ascii_serialization()));
            let body = encoded(form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            return self.send(Method::POST, &form.action, headers, Some(body)).await;
        }
        let mut url = form.action.clone();
        url.query_pairs_mut().clear().extend_pairs(&form.fields);
        self.send(Method::GET, &url, headers, None).await
    }

    /// Fills in the form about `of`, sends it and goes where that leads.
    pub async fn fill(&mut self, page: &Page, of: &str, fields: &[(&str, &str)]) -> Page {
        let form = fields.iter().fold(page.form(of), |form, (name, value)| form.with(name, value));
        let answer = self.submit(&form).await;
        self.follow(answer).await
    }

    /// Sends a form from a page of another site: what cross-site request forgery looks like.
    pub async fn submit_from(&mut self, origin: &str, form: &Form) -> Page {
        let mut headers = navigation("cross-site");
        headers.insert(header::ORIGIN, value(origin));
        let body = encoded(form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.send(Method::POST, &form.action, headers, Some(body)).await
    }

    /// A relying party's back-channel request: a form, no browser headers; `basic` is the client's id and secret, encoded
    /// as RFC 6749 §2.3.1 says.
    pub async fn post(&mut self, url: &Url, basic: Option<(&str, &str)>, fields: &[(&str, &str)]) -> Page {
        let mut headers = HeaderMap::new();
        if let Some((id, secret)) = basic {
            headers.insert(header::AUTHORIZATION, value(&basic_credentials(id, secret)));
        }
        self.send(Method::POST, url, headers, Some(encoded(fields.iter().copied()))).await
    }

    /// A request with a bearer token (RFC 6750 §2.1).
    pub async fn get_with(&mut self, url: &Url, token: &str) -> Page {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value(&format!("Bearer {token}")));
        self.send(Method::GET, url, headers, None).await
    }

    /// Any request, with the cookies; `body` is an encoded form.
    pub async fn send(&mut self, method: Method, url: &Url, mut headers: HeaderMap, body: Option<String>) -> Page {
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        if let Some(cookies) = self.jar.header(url) {
            headers.insert(header::COOKIE, value(&cookies));
        }
        let mut request = self.http.request(method, url.clone());
        if let Some(body) = body {
            headers
                .entry(header::CONTENT_TYPE)
                .or_insert(HeaderValue::from_static("application/x-www-form-urlencoded"));
            request = request.body(body);
        }
        let answer = request.headers(headers).send().await.unwrap_or_else(|e| panic!("no answer from {url}: {e:?}"));
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            self.jar.keep(url, cookie.to_str().unwrap());
        }
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.unwrap_or_else(|e| panic!("half an answer from {url}: {e:?}"));
        Page { url: url.clone(), status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }
}

/// `Authorization: Basic` with both parts form-encoded first (RFC 6749 §2.3.1).
pub fn basic_credentials(id: &str, secret: &str) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(id), encode(secret));
    format!("Basic {}", data_encoding::BASE64.encode(pair.as_bytes()))
}

fn encoded<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// What browsers send when a page is loaded (Fetch Metadata).
fn navigation(site: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8"));
    headers.insert(HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static(site));
    headers.insert(HeaderName::from_static("sec-fetch-mode"), HeaderValue::from_static("navigate"));
    headers.insert(HeaderName::from_static("sec-fetch-dest"), HeaderValue::from_static("document"));
    headers
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| panic!("{text:?} cannot stand in a header"))
}
