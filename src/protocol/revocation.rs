//! Token revocation (RFC 7009). Its refusals are those of the token endpoint.
use super::{form::Params, named_token::NamedToken, token::TokenError};
use http::StatusCode;

/// RFC 7009 §2.2: for a token revoked, unknown, ended or another client's alike, so that nothing can be learned.
pub const DONE: StatusCode = StatusCode::OK;

/// The request, beside the client's authentication.
pub fn parse(params: &Params<'_>) -> Result<NamedToken, TokenError> {
    NamedToken::parse(params)
}
