//! For the tests of our own pages: a browser in process, past no socket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{App, Edge, router};
use crate::{
    acts::{
        session::Browser,
        testing::{House, PASSWORD},
    },
    crypto::{
        dice::{SystemDice, token},
        hash,
    },
    grants::door::{Onward, show_code, sign_in},
    views::frame::in_query,
};
use axum::body::{Body, to_bytes};
use http::{Method, Request, StatusCode, header};
use ostiary_gate::{domain::secret::Secret, gate::Step};
use std::collections::BTreeMap;
use tower::ServiceExt;

/// A browser with its cookies.
pub struct Screen {
    router: axum::Router,
    cookies: BTreeMap<String, String>,
}

pub struct Page {
    pub status: StatusCode,
    pub location: String,
    pub body: String,
}

impl Page {
    /// The value of a hidden field.
    pub fn field(&self, name: &str) -> String {
        let found = self.body.split(&format!("name=\"{name}\" value=\"")).nth(1);
        let found = found.unwrap_or_else(|| panic!("no field {name} on:\n{}", self.body));
        found.split('"').next().unwrap().replace("&#38;", "&")
    }
}

impl Screen {
    pub fn new(house: &House) -> Self {
        let browser = token(&SystemDice::new()).unwrap().expose().to_owned();
        Self {
            router: router(App::new(house.desk.clone(), Edge::default())),
            cookies: BTreeMap::from([("ostiary_browser".to_owned(), browser)]),
        }
    }

    /// What acts see of it.
    pub fn browser(&self) -> Browser {
        Browser {
            hash: hash::sha256_base64url(self.cookies["ostiary_browser"].as_bytes()),
            session_hash: None,
            address: "192.0.2.7".parse().unwrap(),
            user_agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/149.0".to_owned(),
        }
    }

    /// Signed in at the account, or at a clinic's console.
    pub async fn signed_in(house: &House, name: &str, clinic: Option<&str>) -> Self {
        let mut screen = Self::new(house);
        let browser = screen.browser();
        let email = format!("{name}@example.com");
        let page = house.own_page("/account", clinic);
        let mut onward = sign_in(&house.desk, page, &browser, (&email, Secret::new(PASSWORD)), false).await.unwrap();
        if let Onward::Step { step: Step::SecondFactor, visit: Some(visit), .. } = onward {
            onward = show_code(&house.desk, &visit, &browser, &house.code()).await.unwrap();
        }
        let Onward::OwnPage { cookie: Some(cookie), .. } = onward else { panic!("{name} is not signed in") };
        screen.cookies.insert("ostiary_session".to_owned(), cookie.expose().to_owned());
        screen
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.send(Method::GET, path, Body::empty()).await
    }

    /// A form of `page`, with its token.
    pub async fn post(&mut self, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = page.field("csrf");
        let pairs = [("csrf", &*csrf)].into_iter().chain(fields.iter().copied());
        let body: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", in_query(value))).collect();
        self.send(Method::POST, path, Body::from(body.join("&"))).await
    }

    async fn send(&mut self, method: Method, path: &str, body: Body) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(body)
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        for set in answer.headers().get_all(header::SET_COOKIE) {
            let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
        }
        let location = answer.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        Page { status, location: location.unwrap_or_default(), body: String::from_utf8(body.to_vec()).unwrap() }
    }
}
