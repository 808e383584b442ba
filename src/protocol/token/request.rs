//! What the token endpoint is asked. Each grant reads its own parameters; who the client is was settled before.
use super::TokenError;
use crate::protocol::{
    authorize::split_pin,
    form::Params,
    resource::{self, NotAResource},
};
use ostiary_gate::domain::{scope::Scope, secret::Secret};

/// A request to the token endpoint: which grant, and its parameters. No `Debug`: there are codes and secrets in it.
#[derive(Clone, Copy)]
pub struct TokenRequest<'a> {
    pub grant_type: &'a str,
    pub params: Params<'a>,
}

impl<'a> TokenRequest<'a> {
    /// Errors: `invalid_request` without a `grant_type` or with two.
    pub fn parse(params: Params<'a>) -> Result<Self, TokenError> {
        let grant_type = params.one("grant_type")?.ok_or(TokenError::InvalidRequest("grant_type is missing"))?;
        Ok(Self { grant_type, params })
    }

    /// RFC 6749 §4.1.3.
    pub fn code_redemption(&self) -> Result<CodeRedemption<'a>, TokenError> {
        Ok(CodeRedemption {
            code: secret(self.params, "code", "code is missing")?,
            redirect_uri: self.params.one("redirect_uri")?,
            code_verifier: self.params.one("code_verifier")?.map(Secret::new),
            resource: self.resource()?,
        })
    }

    /// RFC 6749 §6.
    pub fn refresh(&self) -> Result<Refresh<'a>, TokenError> {
        Ok(Refresh {
            refresh_token: secret(self.params, "refresh_token", "refresh_token is missing")?,
            scope: self.scope()?,
            resource: self.resource()?,
        })
    }

    /// RFC 6749 §4.4.2. The tenant may be pinned by parameter or by a word of the scope (RULES 3).
    pub fn client_credentials(&self) -> Result<ClientCredentials<'a>, TokenError> {
        let asked = self.scope()?.unwrap_or_default();
        let (scope, word) = split_pin(&asked).map_err(TokenError::InvalidScope)?;
        let tenant = match (self.params.one("tenant")?, word) {
            (Some(named), Some(word)) if named != word => {
                return Err(TokenError::InvalidRequest("tenant and scope name different tenants"));
            }
            (named, word) => named.map(str::to_owned).or(word),
        };
        Ok(ClientCredentials { scope, tenant, resource: self.resource()? })
    }

    fn scope(&self) -> Result<Option<Scope>, TokenError> {
        let Some(text) = self.params.one("scope")? else { return Ok(None) };
        Scope::parse(text).map(Some).map_err(|_| TokenError::InvalidScope("scope has a character it cannot have"))
    }

    fn resource(&self) -> Result<Option<&'a str>, TokenError> {
        resource::parse(&self.params).map_err(|NotAResource| TokenError::InvalidTarget)
    }
}

fn secret(params: Params<'_>, name: &'static str, missing: &'static str) -> Result<Secret, TokenError> {
    params.one(name)?.map(Secret::new).ok_or(TokenError::InvalidRequest(missing))
}

/// A code to be redeemed.
pub struct CodeRedemption<'a> {
    pub code: Secret,
    /// Must equal that of the authorization request; missing is unequal.
    pub redirect_uri: Option<&'a str>,
    pub code_verifier: Option<Secret>,
    pub resource: Option<&'a str>,
}

/// A refresh token to be rotated.
pub struct Refresh<'a> {
    pub refresh_token: Secret,
    /// Nothing: what was granted.
    pub scope: Option<Scope>,
    pub resource: Option<&'a str>,
}

/// What a machine wants.
pub struct ClientCredentials<'a> {
    pub scope: Scope,
    /// The slug or id that was asked for. Unknown and foreign ones get the same answer.
    pub tenant: Option<String>,
    pub resource: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::protocol::{error::TokenCode, testing::pairs};

    fn refused<T>(answer: Result<T, TokenError>) -> TokenCode {
        answer.err().expect("a refusal").wire().1
    }

    #[test]
    fn a_code_comes_with_its_redirect_uri_and_verifier() {
        let sent =
            pairs(&[("grant_type", "authorization_code"), ("code", "c"), ("redirect_uri", "u"), ("code_verifier", "")]);
        let request = TokenRequest::parse(Params::new(&sent)).ok().unwrap();
        assert_eq!(request.grant_type, "authorization_code");
        let redemption = request.code_redemption().ok().unwrap();
        assert_eq!((redemption.code.expose(), redemption.redirect_uri), ("c", Some("u")));
        assert!(redemption.code_verifier.is_none());
    }

    #[test]
    fn what_is_missing_or_there_twice_is_an_invalid_request() {
        for sent in [
            pairs(&[("code", "c")]),
            pairs(&[("grant_type", ""), ("code", "c")]),
            pairs(&[("grant_type", "a"), ("grant_type", "a")]),
            pairs(&[("grant_type", "a"), ("code", "")]),
            pairs(&[("grant_type", "a"), ("code", "1"), ("code", "2")]),
            pairs(&[("grant_type", "a"), ("code", "1"), ("code_verifier", "2"), ("code_verifier", "2")]),
        ] {
            let answer =
                TokenRequest::parse(Params::new(&sent)).and_then(|request| request.code_redemption().map(|_| ()));
            assert_eq!(refused(answer), TokenCode::InvalidRequest, "{sent:?}");
        }
    }

    #[test]
    fn a_resource_is_one_absolute_uri_without_fragment() {
        let ask = |resources: &[&str]| {
            let mut sent = pairs(&[("grant_type", "refresh_token"), ("refresh_token", "r")]);
            sent.extend(resources.iter().map(|r| ("resource".to_owned(), (*r).to_owned())));
            TokenRequest::parse(Params::new(&sent)).and_then(|r| Ok(r.refresh()?.resource.map(str::to_owned)))
        };
        assert_eq!(ask(&["https://api.example/"]).ok().unwrap().as_deref(), Some("https://api.example/"));
        assert_eq!(ask(&[]).ok().unwrap(), None);
        for bad in [&["/api"][..], &["https://api.example/#f"], &["https://a.example/", "https://b.example/"]] {
            assert_eq!(refused(ask(bad)), TokenCode::InvalidTarget, "{bad:?}");
        }
    }

    #[test]
    fn a_machine_names_its_tenant_once() {
        let ask = |scope: &str, tenant: &str| {
            let sent = pairs(&[("grant_type", "client_credentials"), ("scope", scope), ("tenant", tenant)]);
            TokenRequest::parse(Params::new(&sent))
                .and_then(|r| Ok((r.client_credentials()?.tenant, r.client_credentials()?.scope)))
        };
        let (tenant, scope) = ask("export:read tenant:riverside", "").ok().unwrap();
        assert_eq!((tenant.as_deref(), scope.to_string()), (Some("riverside"), "export:read".to_owned()));
        assert!(ask("export:read tenant:riverside", "riverside").is_ok());
        assert_eq!(refused(ask("export:read tenant:riverside", "hilltop")), TokenCode::InvalidRequest);
        assert_eq!(refused(ask("tenant:riverside tenant:hilltop", "")), TokenCode::InvalidScope);
        assert_eq!(refused(ask("export\"read", "")), TokenCode::InvalidScope);
    }
}
