//! A browser for this room's tests: cookies, forms and redirects, straight into the router over a real store.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate
)]
use super::{App, Edge, router};
use crate::acts::testing::House;
use axum::{Router, body::Body, extract::Request};
use http::{HeaderMap, Method, StatusCode, header};
use scraper::{Html, Selector};
use std::collections::BTreeMap;
use tower::ServiceExt;

pub const ISSUER: &str = "http://localhost:9400";

#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    /// Sent with every request.
    pub headers: HeaderMap,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// What was asked.
    pub path: String,
}

/// What a form would send.
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

pub fn app(house: &House) -> App {
    App::new(house.desk.clone(), Edge { explains: true, ..Edge::default() })
}

impl Browser {
    pub fn new(house: &House) -> Self {
        Self::of(router(app(house)))
    }

    pub fn of(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new(), headers: HeaderMap::new() }
    }

    pub async fn send(&mut self, method: Method, path: &str, more: &[(&str, &str)], body: String) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !self.cookies.is_empty() {
            let line: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, line.join("; "));
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        for set in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie::Cookie::parse(set.to_str().unwrap().to_owned()).unwrap();
            if cookie.max_age() == Some(cookie::time::Duration::ZERO) {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, body, path: path.to_owned() }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[("sec-fetch-site", "none")], String::new()).await
    }

    /// Sends a form as the browser that shows it would.
    pub async fn submit(&mut self, form: &Form) -> Answer {
        let more = [
            ("sec-fetch-site", "same-origin"),
            ("origin", ISSUER),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(Method::POST, &form.action, &more, encoded(&form.fields)).await
    }

    /// Goes where an answer leads, while it leads to us.
    pub async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            match answer.location().filter(|to| to.starts_with('/')) {
                Some(to) => answer = self.get(&to).await,
                None => return answer,
            }
        }
        panic!("a loop: {answer:?}");
    }

    pub async fn open(&mut self, path: &str) -> Answer {
        let answer = self.get(path).await;
        self.follow(answer).await
    }

    /// Fills in the form with this field or button, sends it and goes where that leads.
    pub async fn fill(&mut self, page: &Answer, of: &str, fields: &[(&str, &str)]) -> Answer {
        let form = fields.iter().fold(page.form(of), |form, (name, value)| form.with(name, value));
        let answer = self.submit(&form).await;
        self.follow(answer).await
    }
}

impl Answer {
    pub fn location(&self) -> Option<String> {
        self.headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A parameter of the redirect.
    pub fn told(&self, name: &str) -> Option<String> {
        let to = self.location()?;
        let (_, query) = to.split_once('?')?;
        let found = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }

    pub fn has(&self, css: &str) -> bool {
        Html::parse_document(&self.body).select(&Selector::parse(css).unwrap()).next().is_some()
    }

    pub fn text(&self, css: &str) -> String {
        let html = Html::parse_document(&self.body);
        let found = html.select(&Selector::parse(css).unwrap()).next();
        found.map(|one| one.text().collect::<String>().trim().to_owned()).unwrap_or_default()
    }

    pub fn value(&self, name: &str) -> String {
        let html = Html::parse_document(&self.body);
        let found = html.select(&Selector::parse(&format!("[name={name}]")).unwrap()).next();
        found.and_then(|one| one.attr("value")).unwrap_or_default().to_owned()
    }

    /// The form with this field, or with the button of this id.
    pub fn form(&self, of: &str) -> Form {
        let html = Html::parse_document(&self.body);
        let about = Selector::parse(&format!("[name={of}], #{of}")).unwrap();
        let forms = Selector::parse("form").unwrap();
        let hidden = Selector::parse("input[type=hidden], input[type=text], input[type=email]").unwrap();
        let form = html.select(&forms).find(|form| form.select(&about).next().is_some());
        let form = form.unwrap_or_else(|| panic!("no form about {of}: {self:?}"));
        let field = |name: &str, of: &scraper::ElementRef<'_>| of.attr(name).unwrap_or_default().to_owned();
        Form {
            action: field("action", &form),
            fields: form.select(&hidden).map(|one| (field("name", &one), field("value", &one))).collect(),
        }
    }
}

impl Form {
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }
}

pub fn encoded(fields: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The address of a good request of the client `web`, with these parameters added, replaced, or (empty) left out.
pub fn authorize(more: &[(&str, &str)]) -> String {
    let mut sent = vec![
        ("client_id", "web"),
        ("response_type", "code"),
        ("redirect_uri", "https://app.example/cb"),
        ("scope", "openid email"),
        ("state", "s"),
        ("code_challenge_method", "S256"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ];
    for (name, value) in more {
        sent.retain(|(known, _)| known != name);
        sent.push((name, value));
    }
    sent.retain(|(_, value)| !value.is_empty());
    format!("/authorize?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(sent).finish())
}
