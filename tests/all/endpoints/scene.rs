//! One situation, made with the real program: somebody's browsers, a visit on its way, what an app holds for them.
use super::{carries_nothing, is_a_form, seen};
use crate::{
    door::{authorize, password},
    harness::{
        FIXTURE,
        client::Client,
        page::Page,
        server::{Backend, Options, Server},
    },
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use ostiary::http::Kind;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    /// Signed in with a password at a clinic whose box is off.
    Off,
    /// The same browsers and tokens after the box was ticked; never enrolled.
    NotEnrolled,
    /// Enrolled at a clinic that requires it, and has shown a password only.
    NotProven,
    /// Signed in at a clinic whose box is off; the app has raised its own floor, so that what it holds is suspended.
    Suspended,
}

pub const SITUATIONS: [Situation; 4] =
    [Situation::Off, Situation::NotEnrolled, Situation::NotProven, Situation::Suspended];

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const WEB: Option<(&str, &str)> = Some(("web", "web-secret-web-secret-web-secret-0001"));

pub struct Scene {
    situation: Situation,
    server: Server,
    /// Each signed in before anything was tightened; a form that ends a session ends one of them.
    browsers: Vec<Client>,
    access: String,
    refresh: String,
}

/// A visit on its page, and the token of forms outside any visit.
struct Held {
    browser: Client,
    visit: String,
    csrf: String,
    own_csrf: String,
}

impl Scene {
    pub async fn build(backend: Backend, situation: Situation, posts: usize) -> Self {
        let server = Server::start(backend, Options::default()).await;
        let mut scene = Self { situation, server, browsers: vec![], access: "none".into(), refresh: "none".into() };
        if situation == Situation::NotProven {
            return scene;
        }
        for _ in 0..=posts {
            let mut browser = Client::new();
            let page = browser.open(authorize(&scene.server, &[])).await;
            let answer = password(&mut browser, &page, "gina@northside.example").await;
            let code = answer.answer("code").unwrap_or_else(|| panic!("no code: {answer}"));
            if scene.browsers.is_empty() {
                scene.redeem(&code).await;
            }
            scene.browsers.push(browser);
        }
        match situation {
            Situation::Off | Situation::NotProven => {}
            Situation::NotEnrolled => {
                let name = "name = \"Northside Osteopathy\"\ntime_zone = \"Pacific/Auckland\"\n\n[tenant.policy]\ntwo_factor = ";
                scene.tighten(&format!("{name}\"off\""), &format!("{name}\"required\""));
            }
            Situation::Suspended => {
                let flag = "keeps_suspended_grants = true\n";
                scene.tighten(flag, &format!("{flag}require_amr = [\"otp\"]\n"));
            }
        }
        scene
    }

    fn tighten(&self, from: &str, to: &str) {
        assert!(FIXTURE.contains(from), "the fixture has no {from:?}");
        self.server.apply(&FIXTURE.replacen(from, to, 1));
    }

    async fn redeem(&mut self, code: &str) {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", "http://127.0.0.1:9501/callback"),
            ("code_verifier", VERIFIER),
        ];
        let answer = Client::new().post(&self.server.at("/token"), WEB, &fields).await;
        let tokens: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer}"));
        let text = |name: &str| tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned();
        (self.access, self.refresh) = (text("access_token"), text("refresh_token"));
    }

    /// Asks one address as this person would, and says what came of it.
    pub async fn ask(&mut self, method: &Method, path: &str, kind: Kind) -> String {
        let page = match kind {
            Kind::Wire => self.call(method, path).await,
            Kind::Page | Kind::Open if is_a_form(method, kind) => self.post(path).await,
            Kind::Page | Kind::Open => self.get(path).await,
        };
        carries_nothing(&page, self.situation);
        seen(&page)
    }

    /// A browser in this situation, on its way to the app.
    async fn held(&mut self, spend: bool) -> Held {
        let again = [("prompt", "login")];
        let (mut browser, page) = if self.situation == Situation::NotProven {
            let mut browser = Client::new();
            let page = browser.open(authorize(&self.server, &[])).await;
            let page = password(&mut browser, &page, "alice@riverside.example").await;
            (browser, page)
        } else {
            let mut browser = if spend { self.browsers.pop().unwrap() } else { self.browsers.first().unwrap().clone() };
            let more: &[(&str, &str)] = if self.situation == Situation::Off { &again } else { &[] };
            let page = browser.open(authorize(&self.server, more)).await;
            (browser, page)
        };
        let form = page.forms().into_iter().find(|form| form.field("visit").is_some());
        let form = form.unwrap_or_else(|| panic!("no visit: {page}"));
        let field = |name: &str| form.field(name).unwrap_or_default().to_owned();
        let (visit, csrf) = (field("visit"), field("csrf"));
        let own = browser.get(self.server.at("/login/forgot")).await;
        let own_csrf = own.form("email").field("csrf").unwrap_or_default().to_owned();
        Held { browser, visit, csrf, own_csrf }
    }

    fn address(&self, path: &str) -> url::Url {
        let nobody = "per_00000000000000000000000000";
        let path =
            path.replace("{name}", "ostiary.css").replace("{tenant}", "northside").replace("{slug}", "northside");
        let path = path.replace("{person}", nobody).replace("{id}", nobody);
        assert!(!path.contains('{'), "an address with a piece that the test does not know: {path}");
        self.server.at(&path)
    }

    async fn get(&mut self, path: &str) -> Page {
        let mut held = self.held(false).await;
        if path == "/authorize" {
            return held.browser.get(authorize(&self.server, &[("prompt", "none")])).await;
        }
        let mut url = self.address(path);
        if in_a_visit(path) {
            url.query_pairs_mut().append_pair("visit", &held.visit);
        }
        held.browser.get(url).await
    }

    /// A form with its token and nothing filled in; before that, without: refused.
    async fn post(&mut self, path: &str) -> Page {
        let mut held = self.held(true).await;
        let url = self.address(path);
        let visit = in_a_visit(path).then_some(("visit", held.visit.as_str()));
        let csrf = if visit.is_some() { &held.csrf } else { &held.own_csrf };
        let encode = |fields: Vec<(&str, &str)>| {
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
        };
        let bare = encode(visit.into_iter().collect());
        let forged = held.browser.send(Method::POST, &url, self.headers("same-origin"), Some(bare)).await;
        let is_logout = path == "/logout";
        assert_eq!(seen(&forged), if is_logout { "→ /logout" } else { "403" }, "{path} without a token");
        let good = encode(visit.into_iter().chain([("csrf", csrf.as_str())]).collect());
        let foreign = held.browser.send(Method::POST, &url, self.headers("cross-site"), Some(good.clone())).await;
        assert_eq!(seen(&foreign), if is_logout { "→ /logout" } else { "403" }, "{path} from another site");
        held.browser.send(Method::POST, &url, self.headers("same-origin"), Some(good)).await
    }

    fn headers(&self, site: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let origin = if site == "same-origin" { self.server.issuer() } else { "http://evil.example" };
        headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        headers.insert(HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static(site));
        headers
    }

    /// What an app, or a resource, sends with what it holds for this person.
    async fn call(&mut self, method: &Method, path: &str) -> Page {
        let (access, refresh) = (self.access.clone(), self.refresh.clone());
        let url = self.server.at(path);
        let mut app = Client::new();
        match (method.as_str(), path) {
            ("POST", "/token") => {
                app.post(&url, WEB, &[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await
            }
            ("POST", "/introspect") => app.post(&url, WEB, &[("token", &access)]).await,
            ("POST", "/revoke") => app.post(&url, WEB, &[("token", "nobody's")]).await,
            ("POST", "/userinfo") => app.post(&url, None, &[("access_token", &access)]).await,
            ("GET", "/userinfo") => app.get_with(&url, &access).await,
            ("POST", "/authorize") => {
                let asked = authorize(&self.server, &[]);
                let pairs: Vec<(String, String)> = asked.query_pairs().into_owned().collect();
                let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                app.post(&url, None, &pairs).await
            }
            (method, path) => panic!("say here how {method} {path} is called"),
        }
    }
}

/// Pages that belong to a visit.
fn in_a_visit(path: &str) -> bool {
    ["/login", "/enrol", "/consent", "/connect"].iter().any(|room| path.starts_with(room))
        && !path.starts_with("/login/forgot")
        && !path.starts_with("/login/reset")
}
