//! The endpoint table: every address of the house in four situations, each answer expected by name. An address that the
//! table does not know fails the test, so nobody adds a door without saying who gets through.
mod scene;
mod table;

use crate::harness::{page::Page, server::Backend};
use http::{Method, StatusCode};
use ostiary::http::{Kind, routes};
use scene::{SITUATIONS, Scene, Situation};
use table::TABLE;

#[tokio::test]
async fn every_address_answers_as_expected_in_every_situation() {
    for backend in Backend::all() {
        let mut wrong = vec![];
        for (column, situation) in SITUATIONS.into_iter().enumerate() {
            let posts = routes().iter().filter(|route| route.method == Method::POST).count();
            let mut scene = Scene::build(backend, situation, posts).await;
            for route in routes() {
                let (method, path) = (route.method.clone(), route.path);
                let seen = scene.ask(&method, path, route.kind).await;
                let expected = TABLE.iter().find(|row| row.0 == method.as_str() && row.1 == path);
                match expected.map(|row| row.2[column]) {
                    Some(expected) if expected == seen => {}
                    expected => wrong.push(format!("{situation:?} {method} {path}: {seen:?}, expected {expected:?}")),
                }
            }
        }
        assert!(wrong.is_empty(), "{backend:?}: {} answers\n{}", wrong.len(), wrong.join("\n"));
    }
}

#[test]
fn the_table_knows_no_address_that_is_not_there() {
    let gone: Vec<_> = TABLE
        .iter()
        .filter(|row| !routes().iter().any(|route| route.method.as_str() == row.0 && route.path == row.1))
        .collect();
    assert!(gone.is_empty(), "{gone:?}");
}

/// An answer in a few words: the status, where it leads, what error or token it carries.
fn seen(page: &Page) -> String {
    let status = page.status.as_u16();
    if let Some(to) = page.location() {
        if to.port() == page.url.port() {
            return format!("→ {}", to.path());
        }
        let what =
            if page.answer("code").is_some() { "code".to_owned() } else { page.answer("error").unwrap_or_default() };
        return format!("→ app: {what}");
    }
    match serde_json::from_str::<serde_json::Value>(&page.body) {
        Ok(json) if json.get("access_token").is_some() => format!("{status} tokens"),
        Ok(json) if json.get("active").is_some() => format!("{status} active: {}", json["active"]),
        Ok(json) if json.get("error").is_some() => {
            let grant = json.get("grant").and_then(|grant| grant.as_str()).map(|grant| format!(", {grant}"));
            format!("{status} {}{}", json["error"].as_str().unwrap_or_default(), grant.unwrap_or_default())
        }
        Ok(_) | Err(_) if page.status == StatusCode::UNAUTHORIZED => {
            let challenge = page.header("www-authenticate").unwrap_or_default();
            let error = challenge.split("error=\"").nth(1).and_then(|rest| rest.split('"').next());
            format!("{status} {}", error.unwrap_or_default())
        }
        Ok(_) | Err(_) => status.to_string(),
    }
}

/// ABUSE, the oracle G: nothing that leaves in these situations is a code or a token.
fn carries_nothing(page: &Page, situation: Situation) {
    if situation != Situation::Off {
        assert!(page.answer("code").is_none(), "{situation:?}: {page}");
        for token in ["\"access_token\":", "\"id_token\":", "\"refresh_token\":", "\"active\":true"] {
            assert!(!page.body.contains(token), "{situation:?}: {page}");
        }
    }
    let fine = !page.status.is_server_error();
    assert!(fine, "{situation:?}: {page}");
}

/// Whether an address has a form of ours, which must not be had without its token.
fn is_a_form(method: &Method, kind: Kind) -> bool {
    kind == Kind::Page && method == Method::POST
}
