//! The metadata document as prepared bytes. Written anew only when another key can sign.
use super::paths;
use crate::{
    crypto::hash,
    grants::GRANTS,
    http::files,
    protocol::discovery::{Metadata, Offer, Paths},
};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use ostiary_gate::domain::{client::Algorithm, scope::STANDARD};
use std::sync::{Arc, PoisonError, RwLock};

pub struct Discovery {
    issuer: String,
    written: RwLock<Option<Arc<Written>>>,
}

struct Written {
    algorithms: Vec<Algorithm>,
    body: Vec<u8>,
    etag: String,
}

impl Discovery {
    pub fn new(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), written: RwLock::default() }
    }

    /// The document for keys of these algorithms.
    pub fn answer(&self, algorithms: &[Algorithm], asked: &HeaderMap) -> Response {
        match self.written(algorithms) {
            Some(written) => {
                files::prepared(asked, &written.etag, "public, max-age=600", "application/json", written.body.clone())
            }
            None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }

    fn written(&self, algorithms: &[Algorithm]) -> Option<Arc<Written>> {
        let known = self.written.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.algorithms == algorithms) {
            return Some(known);
        }
        let grants: Vec<&str> = GRANTS.iter().map(|grant| grant.name()).collect();
        let body = serde_json::to_vec(&Metadata::new(&self.offer(algorithms, &grants))).ok()?;
        let etag = format!("\"{}\"", hash::sha256_base64url(&body));
        let written = Arc::new(Written { algorithms: algorithms.to_vec(), body, etag });
        *self.written.write().unwrap_or_else(PoisonError::into_inner) = Some(written.clone());
        Some(written)
    }

    fn offer<'a>(&'a self, algorithms: &'a [Algorithm], grants: &'a [&'a str]) -> Offer<'a> {
        Offer {
            issuer: &self.issuer,
            paths: Paths {
                authorization: paths::AUTHORIZATION,
                token: paths::TOKEN,
                userinfo: paths::USERINFO,
                jwks: paths::JWKS,
                introspection: paths::INTROSPECTION,
                revocation: paths::REVOCATION,
                end_session: paths::END_SESSION,
            },
            grant_types: grants,
            id_token_algorithms: algorithms,
            scopes: STANDARD,
            locales: &["en"],
            service_documentation: None,
        }
    }
}
