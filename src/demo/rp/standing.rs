//! Whether tokens still stand: asked of the provider at every save and every click, because a clinic's rule takes effect
//! at once and the app's own cookie knows nothing of it.
use super::{
    Away, Provider, RelyingParty,
    answer::{self, AnyNonce, SignedIn, Tokens},
    causes,
    proof::SignIn,
    wire::{Listening, Refused, TenantClaims},
};
use openidconnect::{
    AccessToken, CsrfToken, LogoutRequest, PostLogoutRedirectUrl, RequestTokenError, TokenIntrospectionResponse,
    TokenResponse, UserInfoError,
    core::CoreGenderClaim,
    http::{HeaderMap, header::WWW_AUTHENTICATE},
    url::Url,
};
use ostiary_gate::domain::time::{Instant, Span};

pub enum Standing {
    /// As the provider says right now; with new tokens where the old access token was spent.
    Good(SignIn, Option<Box<Tokens>>),
    /// The sign-in is not enough any more: send the person to the authorization endpoint.
    Suspended(Suspended),
    /// The grant is gone.
    Ended(Refused),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspended {
    pub description: String,
    pub challenge: Challenge,
}

/// RFC 9470 §3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    pub acr_values: Vec<String>,
    pub max_age: Option<Span>,
}

impl RelyingParty {
    /// Introspects the access token; when it is not active any more, refreshes, because only that answer says why.
    pub async fn standing(&self, signed_in: &SignedIn) -> Result<Standing, Away> {
        let provider = self.provider().await?;
        if let Some(said) = self.introspected(&provider, &signed_in.tokens.access).await? {
            return Ok(match same_grant(&signed_in.sign_in, &said) {
                Ok(()) => Standing::Good(said, None),
                Err(refused) => Standing::Ended(refused),
            });
        }
        let Some(refresh) = &signed_in.tokens.refresh else {
            return self.challenged(&provider, signed_in, ended("the access token has ended")).await;
        };
        let request = provider.client.exchange_refresh_token(refresh);
        let request = request.map_err(|fault| Away::Discovery(causes(&fault)))?;
        let answer = match request.request_async(self.http()).await {
            Ok(answer) => answer,
            Err(RequestTokenError::ServerResponse(refused)) if refused.error == "invalid_grant" => {
                return self.challenged(&provider, signed_in, refused).await;
            }
            Err(RequestTokenError::ServerResponse(refused)) => return Err(Away::Silent(refused.to_string())),
            Err(fault) => return Err(Away::Silent(causes(&fault))),
        };
        self.refreshed(signed_in, &answer).await
    }

    async fn refreshed(&self, signed_in: &SignedIn, answer: &super::wire::TokenAnswer) -> Result<Standing, Away> {
        let Tokens { refresh, id_token, .. } = &signed_in.tokens;
        let mut tokens = answer::tokens(answer, answer.id_token().unwrap_or(id_token).clone());
        // Without a new one the old one goes on (RFC 6749 §6).
        tokens.refresh = tokens.refresh.or_else(|| refresh.clone());
        let mut said = signed_in.sign_in.clone();
        if let Some(id_token) = answer.id_token() {
            match self.verified(id_token, Some(&tokens.access), AnyNonce).await {
                Ok(claims) => said = answer::sign_in(&claims),
                Err(fault) => return Ok(Standing::Ended(ended(&fault.to_string()))),
            }
        }
        Ok(match same_grant(&signed_in.sign_in, &said) {
            Ok(()) => Standing::Good(said, Some(Box::new(tokens))),
            Err(refused) => Standing::Ended(refused),
        })
    }

    /// What the provider says of a token of ours; nothing when it is not active.
    async fn introspected(&self, provider: &Provider, access: &AccessToken) -> Result<Option<SignIn>, Away> {
        let answer = provider.client.introspect(access).set_token_type_hint("access_token");
        let answer = answer.request_async(self.http()).await.map_err(|fault| Away::Silent(causes(&fault)))?;
        let Some(sub) = answer.sub().filter(|_| answer.active()) else { return Ok(None) };
        let more = answer.extra_fields();
        Ok(Some(SignIn {
            sub: sub.to_owned(),
            acr: more.acr.clone(),
            amr: more.amr.clone().unwrap_or_default(),
            auth_time: more.auth_time.map(Instant::from_seconds),
            tenant_id: more.tenant_id.clone(),
        }))
    }

    /// A suspended grant is one that says so, or whose userinfo answers with a challenge. The challenge names what would do.
    async fn challenged(&self, provider: &Provider, signed_in: &SignedIn, refused: Refused) -> Result<Standing, Away> {
        let challenge = self.challenge(provider, &signed_in.tokens.access).await?;
        if challenge.is_none() && !refused.is_suspended() {
            return Ok(Standing::Ended(refused));
        }
        let description = refused.error_description.unwrap_or_default();
        Ok(Standing::Suspended(Suspended { description, challenge: challenge.unwrap_or_default() }))
    }

    async fn challenge(&self, provider: &Provider, access: &AccessToken) -> Result<Option<Challenge>, Away> {
        let request = provider.client.user_info(access.clone(), None);
        let request = request.map_err(|fault| Away::Discovery(causes(&fault)))?;
        let listening = Listening::new(self.http().clone());
        let answer = request.request_async::<TenantClaims, _, CoreGenderClaim>(&listening).await;
        if let Err(UserInfoError::Request(fault)) = answer {
            return Err(Away::Silent(causes(&fault)));
        }
        Ok(listening.heard().as_ref().and_then(Challenge::read))
    }

    /// RP-Initiated Logout 1.0: the address that ends the provider's session too.
    pub async fn sign_out(&self, tokens: &Tokens, state: &str) -> Result<Url, Away> {
        let provider = self.provider().await?;
        let back = PostLogoutRedirectUrl::new(self.registration.post_logout_redirect_uri())?;
        let request = LogoutRequest::from(provider.end_session.clone()).set_id_token_hint(&tokens.id_token);
        Ok(request.set_post_logout_redirect_uri(back).set_state(CsrfToken::new(state.to_owned())).http_get_url())
    }
}

impl Challenge {
    /// Of `WWW-Authenticate: Bearer error="insufficient_user_authentication", …`; nothing for any other challenge.
    fn read(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let value = values.into_iter().find(|value| value.starts_with("Bearer"))?;
        (parameter(value, "error")? == "insufficient_user_authentication").then(|| Self {
            acr_values: parameter(value, "acr_values")
                .unwrap_or_default()
                .split(' ')
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
            max_age: parameter(value, "max_age").and_then(|text| text.parse().ok()).map(Span::seconds),
        })
    }
}

/// A quoted parameter of a challenge (RFC 9110 §11.2). Those we read hold no quotes.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    let start = challenge.find(&format!(" {name}=\""))? + name.len() + 3;
    challenge.get(start..)?.split('"').next()
}

/// A token that has come to speak of somebody else, or of another clinic, is no token of this session.
fn same_grant(then: &SignIn, now: &SignIn) -> Result<(), Refused> {
    if then.sub != now.sub {
        return Err(ended("the token is another person's"));
    }
    if then.tenant_id != now.tenant_id {
        return Err(ended("the token is for another clinic"));
    }
    Ok(())
}

fn ended(why: &str) -> Refused {
    Refused { error: "invalid_grant".to_owned(), error_description: Some(why.to_owned()), error_uri: None, grant: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openidconnect::http::HeaderValue;

    fn heard(value: &'static str) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(value));
        Challenge::read(&headers)
    }

    #[test]
    fn a_challenge_says_what_would_do() {
        let said = heard(
            "Bearer realm=\"ostiary\", error=\"insufficient_user_authentication\", error_description=\"more is needed\", \
             acr_values=\"https://refeds.org/profile/mfa mfa\", max_age=\"3600\"",
        );
        let acr_values = ["https://refeds.org/profile/mfa", "mfa"].map(str::to_owned).into();
        assert_eq!(said, Some(Challenge { acr_values, max_age: Some(Span::hours(1)) }));
    }

    #[test]
    fn another_refusal_is_no_challenge() {
        assert_eq!(heard("Bearer realm=\"ostiary\", error=\"invalid_token\""), None);
        assert_eq!(heard("Bearer realm=\"ostiary\""), None);
        assert_eq!(heard("Basic realm=\"x\", error=\"insufficient_user_authentication\""), None);
    }

    #[test]
    fn a_token_of_another_clinic_ends_the_session() {
        let sign_in = |tenant: &str| SignIn {
            sub: "per_a".to_owned(),
            acr: None,
            amr: vec![],
            auth_time: None,
            tenant_id: Some(tenant.to_owned()),
        };
        assert!(same_grant(&sign_in("ten_a"), &sign_in("ten_a")).is_ok());
        assert!(same_grant(&sign_in("ten_a"), &sign_in("ten_b")).is_err());
    }
}
