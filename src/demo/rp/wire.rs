//! How the sample apps speak to the provider: the HTTP client under the crate `openidconnect`, and that crate's types with
//! what Ostiary says beyond the standards (tenant claims, a suspended grant).
use http::HeaderMap;
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, AsyncHttpClient, EmptyExtraTokenFields, EndSessionUrl,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, ErrorResponse, ExtraTokenFields, HttpClientError, HttpRequest,
    HttpResponse, IdTokenFields, IntrospectionUrl, ProviderMetadata, StandardTokenIntrospectionResponse,
    StandardTokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGenderClaim,
        CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
        CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreSubjectIdentifierType, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 1024 * 1024;

/// Follows no redirects: an answer from elsewhere is no answer of the provider's.
#[derive(Clone)]
pub struct Http(reqwest::Client);

pub type HttpFault = HttpClientError<reqwest::Error>;

impl Http {
    pub fn new() -> Result<Self, reqwest::Error> {
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        builder.timeout(Duration::from_secs(15)).build().map(Self)
    }

    pub fn plain(&self) -> &reqwest::Client {
        &self.0
    }

    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
        let mut response = self.0.execute(request.try_into().map_err(Box::new)?).await.map_err(Box::new)?;
        let mut built = http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            built = built.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(Box::new)? {
            if body.len() + piece.len() > MAX_ANSWER {
                return Err(HttpClientError::Other("the answer is longer than 1 MiB".to_owned()));
            }
            body.extend_from_slice(&piece);
        }
        Ok(built.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Keeps the headers of the last answer: the crate does not hand out those of a refusal, and the challenge of RFC 9470
/// stands there.
pub struct Listening {
    http: Http,
    headers: Arc<Mutex<Option<HeaderMap>>>,
}

impl Listening {
    pub fn new(http: Http) -> Self {
        Self { http, headers: Arc::default() }
    }

    pub fn heard(self) -> Option<HeaderMap> {
        self.headers.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<'c> AsyncHttpClient<'c> for Listening {
    type Error = HttpFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let response = self.http.send(request).await?;
            *self.headers.lock().unwrap_or_else(PoisonError::into_inner) = Some(response.headers().clone());
            Ok(response)
        })
    }
}

/// What Ostiary tells a `tenant_aware` client of the tenant that a token is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantClaims {
    pub tenant_id: Option<String>,
    pub tenant_slug: Option<String>,
    pub tenant_name: Option<String>,
    pub tenant_role: Option<String>,
    /// Seconds since 1970: from then on the tenant asks for a second factor.
    pub second_factor_from: Option<i64>,
}

impl AdditionalClaims for TenantClaims {}

/// Beside the standard members of an introspection answer (RFC 9470 §6.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidOfToken {
    pub acr: Option<String>,
    pub amr: Option<Vec<String>>,
    pub auth_time: Option<i64>,
    pub tenant_id: Option<String>,
}

impl ExtraTokenFields for SaidOfToken {}

/// A refusal of the token endpoint (RFC 6749 §5.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub error: String,
    pub error_description: Option<String>,
    pub error_uri: Option<String>,
    /// `suspended`: the grant is not gone, the person has to show more.
    pub grant: Option<String>,
}

impl Refused {
    pub fn is_suspended(&self) -> bool {
        self.error == "invalid_grant" && self.grant.as_deref() == Some("suspended")
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error, self.error_description.as_deref().unwrap_or("no more is said"))
    }
}

impl ErrorResponse for Refused {}

/// Of the discovery document, beside what OIDC Discovery names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoreEndpoints {
    pub introspection_endpoint: IntrospectionUrl,
    pub end_session_endpoint: EndSessionUrl,
}

impl AdditionalProviderMetadata for MoreEndpoints {}

pub type Metadata = ProviderMetadata<
    MoreEndpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

pub type IdToken =
    openidconnect::IdToken<TenantClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

pub type IdTokenClaims = openidconnect::IdTokenClaims<TenantClaims, CoreGenderClaim>;

pub type TokenAnswer = StandardTokenResponse<
    IdTokenFields<
        TenantClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

pub type UserInfo = openidconnect::UserInfoClaims<TenantClaims, CoreGenderClaim>;

pub type Introspected = StandardTokenIntrospectionResponse<SaidOfToken, CoreTokenType>;

pub type Client = openidconnect::Client<
    TenantClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    Refused,
    TokenAnswer,
    Introspected,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;
