//! The answer to an authorization request: checked against what was asked, exchanged for tokens, and those checked too.
use super::{
    Away, Provider, RelyingParty,
    ask::Pending,
    causes,
    proof::{self, Short, SignIn},
    wire::{HttpFault, IdToken, IdTokenClaims, Refused, TenantClaims, TokenAnswer, UserInfo},
};
use chrono::{DateTime, Utc};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthorizationCode, ClaimsVerificationError, Nonce, NonceVerifier,
    OAuth2TokenResponse, PkceCodeVerifier, RefreshToken, RequestTokenError, SignatureVerificationError, TokenResponse,
};
use ostiary_gate::domain::time::Instant;
use serde::Deserialize;

/// What the provider's redirect carries (RFC 6749 §4.1.2, RFC 9207). A doubled parameter is refused when it is read.
#[derive(Debug, Default, Deserialize)]
pub struct Returned {
    pub code: Option<String>,
    pub state: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
    pub error_description: Option<String>,
    pub error_uri: Option<String>,
}

#[derive(Clone)]
pub struct Tokens {
    pub access: AccessToken,
    pub refresh: Option<RefreshToken>,
    /// For hints; its claims were checked when it came.
    pub id_token: IdToken,
}

/// The clinic that the tokens are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub id: String,
    pub slug: String,
    pub name: String,
    pub is_admin: bool,
    /// From then on the clinic asks for a second factor.
    pub second_factor_from: Option<Instant>,
}

/// A person in a clinic, and the tokens that say so. Authorised by (`iss`, `sub`, `tenant_id`): there is one issuer here.
#[derive(Clone)]
pub struct SignedIn {
    pub sign_in: SignIn,
    pub name: String,
    pub email: Option<String>,
    pub tenant: Tenant,
    pub tokens: Tokens,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum NotSignedIn {
    #[error("the answer is not the provider's: {0}")]
    NotTheirs(&'static str),
    /// At the authorization endpoint.
    #[error("{0}")]
    Refused(Refused),
    /// At the token endpoint.
    #[error("{0}")]
    NoTokens(Refused),
    #[error("a token is not to be trusted: {0}")]
    BadToken(String),
    #[error(transparent)]
    Short(#[from] Short),
    #[error(transparent)]
    Away(#[from] Away),
}

impl RelyingParty {
    pub async fn receive(&self, pending: Pending, returned: Returned) -> Result<SignedIn, NotSignedIn> {
        // RFC 9207 §2.4, before anything else is believed.
        if returned.iss.as_deref() != Some(self.issuer.as_str()) {
            return Err(NotSignedIn::NotTheirs("iss names another issuer, or none"));
        }
        if let Some(error) = returned.error {
            let Returned { error_description, error_uri, .. } = returned;
            return Err(NotSignedIn::Refused(Refused { error, error_description, error_uri, grant: None }));
        }
        let code = returned.code.ok_or(NotSignedIn::NotTheirs("it holds neither a code nor an error"))?;
        let provider = self.provider().await?;
        let exchange = provider.client.exchange_code(AuthorizationCode::new(code));
        let exchange = exchange.map_err(|fault| Away::Discovery(causes(&fault)))?;
        let verifier = PkceCodeVerifier::new(pending.verifier.expose().to_owned());
        let answer = exchange.set_pkce_verifier(verifier).request_async(self.http()).await.map_err(not_exchanged)?;

        let id_token = answer.id_token().ok_or_else(|| NotSignedIn::BadToken("there is no ID token".to_owned()))?;
        let claims = self.verified(id_token, Some(answer.access_token()), &pending.nonce).await?;
        let told = self.user_info(&provider, answer.access_token(), &claims).await?;
        let sign_in = sign_in(&claims);
        proof::check(&pending.expects, &sign_in, self.world.now().map_err(Away::from)?)?;
        let tenant = tenant(claims.additional_claims(), told.as_ref().map(UserInfo::additional_claims))?;
        let (name, email) = names(told.as_ref(), &claims);
        Ok(SignedIn { sign_in, name, email, tenant, tokens: tokens(&answer, id_token.clone()) })
    }

    /// OIDC Core §3.1.3.7 and §3.1.3.8. A signature by a key that we do not know yet has the keys read again.
    pub(super) async fn verified<N>(
        &self,
        id_token: &IdToken,
        access: Option<&AccessToken>,
        nonce: N,
    ) -> Result<IdTokenClaims, NotSignedIn>
    where
        N: NonceVerifier + Clone,
    {
        let provider = self.provider().await?;
        let mut read = self.verify(&provider, id_token, access, nonce.clone());
        if matches!(read, Err(Distrust::UnknownKey)) {
            read = self.verify(&*self.provider_again().await?, id_token, access, nonce);
        }
        read.map_err(|fault| NotSignedIn::BadToken(fault.to_string()))
    }

    fn verify(
        &self,
        provider: &Provider,
        id_token: &IdToken,
        access: Option<&AccessToken>,
        nonce: impl NonceVerifier,
    ) -> Result<IdTokenClaims, Distrust> {
        let now = self.world.now().map_err(|fault| Distrust::Other(fault.to_string()))?;
        let now = DateTime::<Utc>::from_timestamp(now.as_seconds(), 0).unwrap_or_default();
        let verifier = provider.client.id_token_verifier().set_time_fn(move || now);
        let claims = id_token.claims(&verifier, nonce)?.clone();
        if let (Some(expected), Some(access)) = (claims.access_token_hash(), access) {
            let (alg, key) = (id_token.signing_alg()?, id_token.signing_key(&verifier)?);
            let actual = AccessTokenHash::from_token(access, alg, key).map_err(|e| Distrust::Other(e.to_string()))?;
            if actual != *expected {
                return Err(Distrust::Other("at_hash belongs to another access token".to_owned()));
            }
        }
        Ok(claims)
    }

    /// Name and address, from userinfo; `sub` must be that of the ID token (OIDC Core §5.3.2). The sign-in stands without
    /// it, unless the answer is somebody else's.
    async fn user_info(
        &self,
        provider: &Provider,
        access: &AccessToken,
        claims: &IdTokenClaims,
    ) -> Result<Option<UserInfo>, NotSignedIn> {
        let request = provider.client.user_info(access.clone(), Some(claims.subject().clone()));
        let request = request.map_err(|fault| Away::Discovery(causes(&fault)))?;
        match request.request_async::<TenantClaims, _, _>(self.http()).await {
            Ok(told) => Ok(Some(told)),
            Err(openidconnect::UserInfoError::ClaimsVerification(fault)) => {
                Err(NotSignedIn::BadToken(format!("userinfo: {}", causes(&fault))))
            }
            Err(fault) => {
                tracing::warn!(cause = causes(&fault), "userinfo was not answered");
                Ok(None)
            }
        }
    }
}

/// Why an ID token is not believed.
#[derive(Debug, thiserror::Error)]
enum Distrust {
    #[error("it is signed with a key that the provider does not publish")]
    UnknownKey,
    #[error("{0}")]
    Other(String),
}

impl From<ClaimsVerificationError> for Distrust {
    fn from(fault: ClaimsVerificationError) -> Self {
        match fault {
            // A key that is new, or the first of its kind.
            ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey | SignatureVerificationError::DisallowedAlg(_),
            ) => Self::UnknownKey,
            other => Self::Other(causes(&other)),
        }
    }
}

impl From<SignatureVerificationError> for Distrust {
    fn from(fault: SignatureVerificationError) -> Self {
        Self::Other(causes(&fault))
    }
}

/// A refreshed ID token need not carry a nonce (OIDC Core §12.2).
#[derive(Clone, Copy)]
pub(super) struct AnyNonce;

impl NonceVerifier for AnyNonce {
    fn verify(self, _: Option<&Nonce>) -> Result<(), String> {
        Ok(())
    }
}

fn not_exchanged(fault: RequestTokenError<HttpFault, Refused>) -> NotSignedIn {
    match fault {
        RequestTokenError::ServerResponse(refused) => NotSignedIn::NoTokens(refused),
        other => NotSignedIn::Away(Away::Silent(causes(&other))),
    }
}

pub(super) fn tokens(answer: &TokenAnswer, id_token: IdToken) -> Tokens {
    Tokens { access: answer.access_token().clone(), refresh: answer.refresh_token().cloned(), id_token }
}

pub(super) fn sign_in(claims: &IdTokenClaims) -> SignIn {
    let amr = claims.auth_method_refs().into_iter().flatten().map(|reference| reference.as_str().to_owned());
    SignIn {
        sub: claims.subject().as_str().to_owned(),
        acr: claims.auth_context_ref().map(|acr| acr.as_str().to_owned()),
        amr: amr.collect(),
        auth_time: claims.auth_time().map(|at| Instant::from_seconds(at.timestamp())),
        tenant_id: claims.additional_claims().tenant_id.clone(),
    }
}

/// The id from the signed token; slug, name and role from userinfo where the token leaves them out.
fn tenant(signed: &TenantClaims, told: Option<&TenantClaims>) -> Result<Tenant, NotSignedIn> {
    let id = signed.tenant_id.clone().ok_or(Short::NoTenant)?;
    let told = told.filter(|told| told.tenant_id.as_ref().is_none_or(|other| *other == id));
    let either = |of: fn(&TenantClaims) -> &Option<String>| of(signed).clone().or_else(|| of(told?).clone());
    let slug = either(|claims| &claims.tenant_slug).unwrap_or_else(|| id.clone());
    Ok(Tenant {
        name: either(|claims| &claims.tenant_name).unwrap_or_else(|| slug.clone()),
        is_admin: either(|claims| &claims.tenant_role).as_deref() == Some("admin"),
        second_factor_from: signed.second_factor_from.or_else(|| told?.second_factor_from).map(Instant::from_seconds),
        slug,
        id,
    })
}

fn names(told: Option<&UserInfo>, claims: &IdTokenClaims) -> (String, Option<String>) {
    let email = told.and_then(UserInfo::email).or_else(|| claims.email()).map(|email| email.as_str().to_owned());
    let whole = told.and_then(UserInfo::name).or_else(|| claims.name());
    let name = whole.and_then(|name| name.get(None)).map(|name| name.as_str().to_owned());
    (name.or_else(|| email.clone()).unwrap_or_else(|| "Somebody without a name".to_owned()), email)
}
