//! `/static/…`: the style sheet, the script, the mark. And what is prepared once and sent often.
use super::Route;
use crate::views::assets;
use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

pub fn routes() -> Vec<Route> {
    vec![Route::open("/static/{name}", file)]
}

async fn file(Path(name): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let Some(asset) = assets::asset(&name) else { return StatusCode::NOT_FOUND.into_response() };
    // Under its own version the body never changes; under any other address it must be asked for again.
    let is_its_own = query.as_deref().and_then(|query| query.strip_prefix("v=")) == Some(&asset.version);
    let caching = if is_its_own { "public, max-age=31536000, immutable" } else { "no-cache" };
    prepared(&headers, &asset.etag, caching, asset.content_type, asset.body.into_owned())
}

/// Bytes with an entity tag: sent, or known already (RFC 9110 §13.1.2).
pub fn prepared(
    asked: &HeaderMap,
    etag: &str,
    caching: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
) -> Response {
    let caching = HeaderValue::from_static(caching);
    let Ok(tag) = HeaderValue::from_str(etag) else { return (StatusCode::OK, body).into_response() };
    let standing = [(header::ETAG, tag), (header::CACHE_CONTROL, caching)];
    if is_known(asked, etag) {
        return (StatusCode::NOT_MODIFIED, standing).into_response();
    }
    (standing, [(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response()
}

/// Weak comparison, as the RFC asks for.
fn is_known(asked: &HeaderMap, etag: &str) -> bool {
    let lines = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// Another app with a script may read it (Fetch, CORS): it is the same for everybody.
pub fn for_any_origin(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer
}
