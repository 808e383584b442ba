//! What relying parties speak: discovery, keys, the authorization endpoint.
mod authorize;
pub mod discovery;
mod introspection;
mod revocation;
#[cfg(test)]
mod tests;
mod token;
mod userinfo;
mod wire;

use super::{App, Route, files};
use axum::{extract::State, response::Response, routing::MethodFilter};
use http::HeaderMap;

/// Below the issuer; discovery says them, the routes serve them.
pub mod paths {
    pub const AUTHORIZATION: &str = "/authorize";
    pub const TOKEN: &str = "/token";
    pub const USERINFO: &str = "/userinfo";
    pub const JWKS: &str = "/jwks";
    pub const INTROSPECTION: &str = "/introspect";
    pub const REVOCATION: &str = "/revoke";
    pub const END_SESSION: &str = "/logout";
}

pub fn routes() -> Vec<Route> {
    vec![
        Route::open("/.well-known/openid-configuration", configuration),
        Route::open("/.well-known/oauth-authorization-server", configuration),
        Route::open(paths::JWKS, keys),
        Route::wire(MethodFilter::POST, paths::TOKEN, token::token),
        Route::wire(MethodFilter::GET, paths::USERINFO, userinfo::get),
        Route::wire(MethodFilter::POST, paths::USERINFO, userinfo::post),
        Route::wire(MethodFilter::POST, paths::INTROSPECTION, introspection::introspection),
        Route::wire(MethodFilter::POST, paths::REVOCATION, revocation::revocation),
        Route::page(paths::AUTHORIZATION, authorize::get),
        Route::wire(MethodFilter::POST, paths::AUTHORIZATION, authorize::post),
    ]
}

async fn configuration(State(app): State<App>, headers: HeaderMap) -> Response {
    files::for_any_origin(app.discovery.answer(&app.desk.porter.mint().algorithms(), &headers))
}

/// A relying party may keep it for as long as a new key is announced before it signs.
async fn keys(State(app): State<App>, headers: HeaderMap) -> Response {
    let published = app.desk.porter.mint().jwks();
    let body = published.body.clone();
    files::for_any_origin(files::prepared(
        &headers,
        &published.etag,
        "public, max-age=600",
        "application/jwk-set+json",
        body,
    ))
}
