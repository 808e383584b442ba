//! The authorization request: code flow with PKCE, `state` and `nonce`, and what this one time is asked for beside it.
use super::{
    Away, RelyingParty,
    proof::{Expects, TWO_FACTORS},
    wire::IdToken,
};
use crate::crypto::{dice, hash};
use openidconnect::{
    AuthenticationContextClass, AuthenticationFlow, CsrfToken, LoginHint, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    Scope,
    core::{CoreAuthPrompt, CoreResponseType},
    url::Url,
};
use ostiary_gate::domain::{
    secret::Secret,
    time::{Instant, Span},
};
use std::time::Duration;

/// One request. `Default` is a plain sign-in.
#[derive(Clone, Default)]
pub struct Ask<'a> {
    /// Beside `openid`.
    pub scopes: &'a [&'a str],
    /// The clinic's slug and its id: the first is asked for, the second must come back.
    pub tenant: Option<(&'a str, &'a str)>,
    /// The person who is to come back: the ID token and its `sub`.
    pub person: Option<(&'a IdToken, &'a str)>,
    pub login_hint: Option<&'a str>,
    /// The app has kept unsaved work, and the provider's pages may say so.
    pub draft_kept: bool,
    pub prompt: Option<CoreAuthPrompt>,
    pub max_age: Option<Span>,
    /// Two factors, binding (`acr` as an essential claim, OIDC Core §5.5.1.1), checked by us as well.
    pub code: bool,
    /// A wish (OIDC Core §3.1.2.1), such as a resource named it (RFC 9470 §4).
    pub acr_values: &'a [String],
}

/// What the app keeps until the answer comes, in the browser that asked.
#[derive(Clone)]
pub struct Pending {
    pub state: Secret,
    pub nonce: Nonce,
    pub verifier: Secret,
    pub expects: Expects,
    pub began_at: Instant,
}

impl RelyingParty {
    /// The address to send the browser to, and what to keep.
    pub async fn ask(&self, ask: &Ask<'_>) -> Result<(Url, Pending), Away> {
        let provider = self.provider().await?;
        let dice = self.world.dice.as_ref();
        let (state, nonce, verifier) = (dice::token(dice)?, dice::token(dice)?, dice::token(dice)?);
        let nonce = Nonce::new(nonce.expose().to_owned());
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.expose().to_owned()));
        let (sent_state, sent_nonce) = (CsrfToken::new(state.expose().to_owned()), nonce.clone());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let mut request = provider.client.authorize_url(flow, || sent_state, || sent_nonce);
        request = request.set_pkce_challenge(challenge);
        request = request.add_scopes(ask.scopes.iter().map(|scope| Scope::new((*scope).to_owned())));
        for value in ask.acr_values {
            request = request.add_auth_context_value(AuthenticationContextClass::new(value.clone()));
        }
        if let Some(prompt) = &ask.prompt {
            request = request.add_prompt(prompt.clone());
        }
        if let Some(max_age) = ask.max_age {
            request = request.set_max_age(Duration::from_secs(u64::try_from(max_age.as_seconds()).unwrap_or(0)));
        }
        if let Some((id_token, _)) = ask.person {
            request = request.set_id_token_hint(id_token);
        }
        if let Some(hint) = ask.login_hint {
            request = request.set_login_hint(LoginHint::new(hint.to_owned()));
        }
        if let Some((slug, _)) = ask.tenant {
            request = request.add_extra_param("tenant", slug.to_owned());
        }
        if ask.draft_kept {
            request = request.add_extra_param("ostiary_draft", "kept");
        }
        if ask.code {
            request = request.add_extra_param("claims", essential_acr());
        }
        let (url, ..) = request.url();
        let expects = Expects {
            tenant_id: ask.tenant.map(|(_, id)| id.to_owned()),
            sub: ask.person.map(|(_, sub)| sub.to_owned()),
            code: ask.code || ask.acr_values.iter().any(|value| TWO_FACTORS.contains(&value.as_str())),
            max_age: ask.max_age,
        };
        Ok((url, Pending { state, nonce, verifier, expects, began_at: self.world.now()? }))
    }
}

impl Pending {
    pub fn is_for(&self, state: &str) -> bool {
        hash::same(self.state.expose(), state)
    }
}

/// OIDC Core §5.5. The crate has no words for this parameter.
fn essential_acr() -> String {
    let [refeds, ..] = TWO_FACTORS;
    serde_json::json!({ "id_token": { "acr": { "essential": true, "values": [refeds] } } }).to_string()
}
