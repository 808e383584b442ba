//! One function per parameter. The order is that of the specifications where it matters: what decides where errors go
//! comes first.
use super::{AuthorizeError, AuthorizeRequest, Display, MAX_OPAQUE, PageFault, Prompt, split_pin};
use crate::protocol::{
    claims::ClaimsRequest,
    error::AuthorizationCode as Code,
    form::{Duplicated, Params},
    locales,
    pkce::Challenge,
    redirect::{self, ResponseMode},
    resource,
};
use ostiary_gate::domain::{client::Client, scope::Scope, time::Span};
use std::{borrow::Cow, collections::BTreeSet};

/// The longest `login_hint`; a longer one is no name anybody has here.
const MAX_HINT: usize = 320;
/// The longest name of a tenant.
const MAX_TENANT: usize = 128;
/// The most `acr_values`, and the longest that can name a class.
const MAX_ACR_VALUES: usize = 20;
const MAX_ACR_VALUE: usize = 255;

/// An error and its words, before it is known where they go.
pub(super) struct Refusal(Code, Cow<'static, str>);

type Read<T> = Result<T, Refusal>;

fn invalid<T>(description: &'static str) -> Read<T> {
    Err(Refusal(Code::InvalidRequest, description.into()))
}

impl From<Duplicated> for Refusal {
    fn from(Duplicated(name): Duplicated) -> Self {
        Self(Code::InvalidRequest, format!("{name} is included more than once").into())
    }
}

/// Where answers to this request go.
pub(super) struct Way {
    redirect_uri: String,
    state: Option<String>,
    response_mode: ResponseMode,
}

impl Way {
    /// Without errors: a bad `state` is not echoed, and a bad `response_mode` is answered in the query.
    pub(super) fn of(params: &Params<'_>, redirect_uri: String) -> Self {
        let mode = params.one("response_mode").ok().flatten().and_then(ResponseMode::parse);
        let state = opaque(params, "state").ok().flatten();
        Self { redirect_uri, state, response_mode: mode.unwrap_or_default() }
    }

    pub(super) fn refuse(&self, Refusal(code, description): Refusal) -> AuthorizeError {
        AuthorizeError::Redirect {
            code,
            description,
            redirect_uri: self.redirect_uri.clone(),
            state: self.state.clone(),
            response_mode: self.response_mode,
        }
    }
}

/// OIDC Core §3.1.2.1: required, even where one URI is registered.
pub(super) fn redirect_uri(params: &Params<'_>, client: &Client) -> Result<String, AuthorizeError> {
    match params.one("redirect_uri") {
        Err(_) => Err(AuthorizeError::redirect_uri(PageFault::Duplicated, None, client)),
        Ok(None) => Err(AuthorizeError::redirect_uri(PageFault::Missing, None, client)),
        Ok(Some(sent)) if redirect::registered(client, sent).is_some() => Ok(sent.to_owned()),
        Ok(Some(sent)) => Err(AuthorizeError::redirect_uri(PageFault::Unregistered, Some(sent), client)),
    }
}

pub(super) fn request(params: &Params<'_>, client: &Client, way: &Way) -> Read<AuthorizeRequest> {
    known_once(params)?;
    unsupported(params)?;
    response_type(params)?;
    let response_mode = response_mode(params)?;
    if !client.grant_types.contains("authorization_code") {
        return Err(Refusal(
            Code::UnauthorizedClient,
            "the client is not registered for the authorization code grant".into(),
        ));
    }
    let state = opaque(params, "state")?;
    let (scope, pin) = scope(params, client)?;
    Ok(AuthorizeRequest {
        client: client.id.clone(),
        redirect_uri: way.redirect_uri.clone(),
        response_mode,
        scope,
        state,
        nonce: opaque(params, "nonce")?,
        code_challenge: code_challenge(params, client)?,
        prompt: prompt(params)?,
        max_age: max_age(params)?,
        acr_values: acr_values(params)?,
        claims: claims(params)?,
        tenant: tenant(params, client, pin)?,
        login_hint: login_hint(params)?,
        id_token_hint: id_token_hint(params)?,
        ui_locales: locales::parse(params.one("ui_locales")?),
        claims_locales: locales::parse(params.one("claims_locales")?),
        display: params.one("display")?.map(Display::parse).unwrap_or_default(),
        resource: resource(params)?,
        draft_kept: params.one("ostiary_draft")? == Some("kept"),
    })
}

/// RFC 6749 §3.1, before anything is read: a request said in two voices is not answered to either. `resource` may repeat.
fn known_once(params: &Params<'_>) -> Read<()> {
    for name in ["client_id", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge"] {
        params.one(name)?;
    }
    Ok(())
}

/// OIDC Core §3.1.2.6: what is not done here is refused, not ignored; a client that signed its request relies on it.
fn unsupported(params: &Params<'_>) -> Read<()> {
    for (name, code, why) in [
        ("request", Code::RequestNotSupported, "request objects are not supported"),
        ("request_uri", Code::RequestUriNotSupported, "request_uri is not supported"),
        ("registration", Code::RegistrationNotSupported, "registration within a request is not supported"),
    ] {
        if params.one(name)?.is_some() {
            return Err(Refusal(code, why.into()));
        }
    }
    Ok(())
}

/// RFC 9700 §2.1.2: the code flow and nothing else; no token leaves by this endpoint.
fn response_type(params: &Params<'_>) -> Read<()> {
    match params.one("response_type")? {
        Some("code") => Ok(()),
        Some(_) => Err(Refusal(Code::UnsupportedResponseType, "only response_type=code is supported".into())),
        None => invalid("response_type is missing"),
    }
}

fn response_mode(params: &Params<'_>) -> Read<ResponseMode> {
    match params.one("response_mode")? {
        None => Ok(ResponseMode::default()),
        Some(sent) => ResponseMode::parse(sent).map_or_else(|| invalid("response_mode is not supported"), Ok),
    }
}

/// `state` and `nonce`: kept byte for byte or refused, never cut (RFC 6749 appendix A.5; we forgive what is not ASCII).
fn opaque(params: &Params<'_>, name: &'static str) -> Read<Option<String>> {
    match params.one(name)? {
        Some(text) if text.len() > MAX_OPAQUE => invalid("state or nonce is longer than 2048 bytes"),
        Some(text) if text.chars().any(char::is_control) => invalid("state or nonce has a control character"),
        kept => Ok(kept.map(str::to_owned)),
    }
}

/// Words that the client is not registered for are skipped (RFC 6749 §3.3 "partially ignore"); the answer says what was
/// granted. Nothing left is an error.
fn scope(params: &Params<'_>, client: &Client) -> Read<(Scope, Option<String>)> {
    let refuse = |why: &'static str| Refusal(Code::InvalidScope, why.into());
    let asked = params.one("scope")?.ok_or_else(|| refuse("scope is missing"))?;
    let asked = Scope::parse(asked).map_err(|_| refuse("scope has a character it cannot have"))?;
    let (asked, pin) = if client.tenant_aware { split_pin(&asked).map_err(refuse)? } else { (asked, None) };
    let scope = asked.meet(&client.scope);
    if scope.is_empty() {
        return Err(refuse("the client is registered for none of the scope it asks for"));
    }
    Ok((scope, pin))
}

/// RFC 7636 §4.3 and RFC 9700 §2.1.1.
fn code_challenge(params: &Params<'_>, client: &Client) -> Read<Option<Challenge>> {
    let method = params.one("code_challenge_method")?;
    let Some(challenge) = params.one("code_challenge")? else {
        return match method {
            Some(_) => invalid("code_challenge is missing beside code_challenge_method"),
            None if client.pkce_is_required() => {
                invalid("code_challenge is missing: this client must use PKCE with S256")
            }
            None => Ok(None),
        };
    };
    match method {
        Some("S256") => Challenge::parse(challenge)
            .map_or_else(|_| invalid("code_challenge is not 43 characters of base64url"), |c| Ok(Some(c))),
        Some(_) => invalid("code_challenge_method must be S256"),
        None => invalid("code_challenge_method is missing, which would mean plain; it must be S256"),
    }
}

/// OIDC Core §3.1.2.1: `none` stands alone.
fn prompt(params: &Params<'_>) -> Read<BTreeSet<Prompt>> {
    let mut prompts = BTreeSet::new();
    for word in params.one("prompt")?.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
        let Some(prompt) = Prompt::parse(word) else { return invalid("prompt has a value that is not supported") };
        prompts.insert(prompt);
    }
    if prompts.contains(&Prompt::None) && prompts.len() > 1 {
        return invalid("prompt=none cannot be combined with other values");
    }
    Ok(prompts)
}

/// Whole seconds, digits only. Nonsense is refused: to ignore it would be to forget that freshness was asked for.
fn max_age(params: &Params<'_>) -> Read<Option<Span>> {
    let Some(text) = params.one("max_age")? else { return Ok(None) };
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<i64>().ok().filter(|seconds| digits && *seconds <= i64::MAX / 1_000_000) {
        Some(seconds) => Ok(Some(Span::seconds(seconds))),
        None => invalid("max_age is not a number of seconds"),
    }
}

fn acr_values(params: &Params<'_>) -> Read<Vec<String>> {
    let words = params.one("acr_values")?.unwrap_or_default().split(' ');
    Ok(words.filter(|word| (1..=MAX_ACR_VALUE).contains(&word.len())).take(MAX_ACR_VALUES).map(str::to_owned).collect())
}

fn claims(params: &Params<'_>) -> Read<ClaimsRequest> {
    let Some(text) = params.one("claims")? else { return Ok(ClaimsRequest::default()) };
    ClaimsRequest::parse(text).map_err(|cause| Refusal(Code::InvalidRequest, cause.to_string().into()))
}

/// RULES 3. A client that cannot tell tenants apart has its tenant parameters ignored: it is gated by all of them.
fn tenant(params: &Params<'_>, client: &Client, pin: Option<String>) -> Read<Option<String>> {
    let named = params.one("tenant")?;
    if !client.tenant_aware {
        return Ok(None);
    }
    if let (Some(named), Some(pin)) = (named, &pin)
        && named != pin
    {
        return invalid("tenant and scope name different tenants");
    }
    match named.map(str::to_owned).or(pin) {
        Some(tenant) if tenant.len() > MAX_TENANT => invalid("the name of the tenant is too long"),
        tenant => Ok(tenant),
    }
}

/// A hint is never an error (OIDC Core §3.1.2.1); one that cannot be a name here is dropped.
fn login_hint(params: &Params<'_>) -> Read<Option<String>> {
    let fits = |hint: &&str| hint.len() <= MAX_HINT && !hint.chars().any(char::is_control);
    Ok(params.one("login_hint")?.filter(fits).map(str::to_owned))
}

/// Only whether it can be a JWS at all; dropping it would drop the wish for one particular person.
fn id_token_hint(params: &Params<'_>) -> Read<Option<String>> {
    let Some(hint) = params.one("id_token_hint")? else { return Ok(None) };
    let fits = hint.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if fits { Ok(Some(hint.to_owned())) } else { invalid("id_token_hint is not a token") }
}

fn resource(params: &Params<'_>) -> Read<Option<String>> {
    let one = resource::parse(params).map_err(|cause| Refusal(Code::InvalidTarget, cause.to_string().into()))?;
    Ok(one.map(str::to_owned))
}
