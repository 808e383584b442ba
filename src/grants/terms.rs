//! What a yes buys at the token endpoint, and for how long (RULES 9). The same for every grant.
use super::held::Held;
use crate::protocol::token::TokenError;
use crate::{
    mint::{Mint, MintError},
    porter::Cleared,
    store::{AccessOrder, Format, IdTokenOrder, ResourceRow, StoreError, Tx},
};
use ostiary_gate::domain::{
    client::Client,
    grant::Keeping,
    scope::{STANDARD, Scope},
    tenant::Tenant,
    time::{Instant, Span},
};

pub const ACCESS_LIFE: Span = Span::minutes(5);
pub const ID_TOKEN_LIFE: Span = Span::hours(1);
const OFFLINE_IDLE: Span = Span::days(30);
const OFFLINE_ABSOLUTE: Span = Span::days(365);

/// Until when a refresh token of this grant may be used, if nothing ends it before.
pub(super) async fn refresh_until(tx: &mut Tx, held: &Held, cleared: &Cleared) -> Result<Instant, StoreError> {
    let shortest = |limit: fn(&Tenant) -> Span| cleared.rules.tenants.iter().map(limit).min().unwrap_or(Span::ZERO);
    let given = held.row.authorised_at();
    match held.keeping {
        Keeping::Machine => Ok(cleared.now),
        Keeping::Offline => {
            let whole = OFFLINE_ABSOLUTE.min(shortest(|tenant| tenant.policy.offline_max_age));
            Ok(cleared.now.plus(OFFLINE_IDLE).min(given.plus(whole)))
        }
        Keeping::Online => {
            let session = match held.row.session()? {
                Some(id) => tx.session(&id).await?.map(|row| row.facts()).transpose()?,
                None => None,
            };
            let began = session.map_or(given, |session| session.started_at);
            Ok(began.plus(shortest(|tenant| tenant.policy.session_absolute)))
        }
    }
}

/// An access token for the resource, in the resource's own form (RFC 8707); without one it is for us.
pub(super) fn access(issuer: &str, cleared: &Cleared, until: Instant) -> Result<AccessOrder, StoreError> {
    let expires_at = cleared.now.plus(ACCESS_LIFE).min(until);
    let Some(row) = &cleared.resource else {
        let format = Format::Jwt(cleared.rules.client.access_token_alg);
        return Ok(AccessOrder { audience: issuer.to_owned(), format, expires_at });
    };
    let format = match row.token_format.as_str() {
        "jwt" => Format::Jwt(row.algorithm()?),
        "opaque" => Format::Opaque,
        other => return Err(StoreError::unreadable("token format", other)),
    };
    Ok(AccessOrder { audience: row.identifier.clone(), format, expires_at })
}

/// A token for one API does not carry another's scopes (RFC 9700 §2.3).
pub(super) fn scope_for(resource: Option<&ResourceRow>, granted: &Scope) -> Result<Scope, StoreError> {
    let Some(row) = resource else { return Ok(granted.clone()) };
    let its = row.scopes()?;
    let strange = granted.words().filter(|word| !STANDARD.contains(word) && !its.has(word));
    Ok(strange.fold(granted.clone(), |scope, word| scope.without(word)))
}

/// RFC 8707 §2: whether the client may ask for this resource. It is its default, or one of its scopes is the client's.
/// What is not registered at all, the porter refuses in the same words.
pub(super) async fn check_target(tx: &mut Tx, client: &Client, wanted: Option<&str>) -> Result<(), TokenError> {
    let Some(wanted) = wanted else { return Ok(()) };
    let Some(row) = tx.resource(wanted).await? else { return Err(TokenError::InvalidTarget) };
    let is_default = client.default_resource.as_deref() == Some(wanted);
    let shares = row.scopes()?.words().any(|word| client.scope.has(word));
    if is_default || shares { Ok(()) } else { Err(TokenError::InvalidTarget) }
}

/// RFC 8707 §2.2: what was granted for one resource is refreshed for that one only.
pub(super) fn bound_target(held: &Held, asked: Option<&str>) -> Result<Option<String>, TokenError> {
    match (held.row.resource.as_deref(), asked) {
        (Some(granted), Some(asked)) if granted != asked => Err(TokenError::InvalidTarget),
        (Some(granted), _) => Ok(Some(granted.to_owned())),
        (None, asked) => Ok(asked.map(str::to_owned)),
    }
}

/// Before anything is spent: an answer that could not be signed would be lost.
pub(super) fn can_be_signed(mint: &Mint, access: &AccessOrder, id: Option<&IdTokenOrder>) -> Result<(), MintError> {
    let of_access = match access.format {
        Format::Jwt(alg) => Some(alg),
        Format::Opaque => None,
    };
    match of_access.into_iter().chain(id.map(|order| order.alg)).find(|alg| !mint.can_sign(*alg)) {
        Some(alg) => Err(MintError::KeyNotReady(alg)),
        None => Ok(()),
    }
}
