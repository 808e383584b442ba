//! The `resource` parameter (RFC 8707 §2): which registered API a token is for.
use super::form::Params;

/// Why it is an `invalid_target`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("resource must be one absolute URI without a fragment")]
pub struct NotAResource;

/// The one resource asked for. The parameter may be repeated; a token of ours is for one resource, so more are refused
/// openly. Whether it exists and is allowed is for others to say.
pub fn parse<'a>(params: &Params<'a>) -> Result<Option<&'a str>, NotAResource> {
    match params.all("resource").as_slice() {
        [] => Ok(None),
        [one] if !one.contains('#') && url::Url::parse(one).is_ok() => Ok(Some(one)),
        _ => Err(NotAResource),
    }
}
