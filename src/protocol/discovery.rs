//! The metadata document (OIDC Discovery §3, RFC 8414 §2). It says what the lists of the other rooms say: grants, keys,
//! scopes, classes. No key of our own invention: readers are told to distrust those.
use super::{
    authorize::{Display, Prompt},
    claims_out,
    redirect::ResponseMode,
};
use ostiary_gate::domain::{
    amr::ACR_VALUES,
    client::{Algorithm, AuthMethod},
};
use serde::Serialize;

/// Claims that say something about the sign-in rather than the person.
const OF_THE_SIGN_IN: [&str; 9] = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr"];

/// Paths below the issuer, each with its leading slash. None: not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paths<'a> {
    pub authorization: &'a str,
    pub token: &'a str,
    pub userinfo: &'a str,
    pub jwks: &'a str,
    pub introspection: &'a str,
    pub revocation: &'a str,
    pub end_session: &'a str,
}

/// What the document is made of. The lists come from where the things are done, so that it cannot promise more.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// Without a slash at the end.
    pub issuer: &'a str,
    pub paths: Paths<'a>,
    /// By the names of `GRANTS`.
    pub grant_types: &'a [&'a str],
    /// Those with a live key. RS256 must be among them (OIDC Discovery §3).
    pub id_token_algorithms: &'a [Algorithm],
    pub scopes: &'a [&'a str],
    /// BCP 47.
    pub locales: &'a [&'a str],
    pub service_documentation: Option<&'a str>,
}

/// The document. Field names are the registered ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the registered metadata are flags")]
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    pub jwks_uri: String,
    pub introspection_endpoint: String,
    pub revocation_endpoint: String,
    pub end_session_endpoint: String,
    pub scopes_supported: Vec<String>,
    pub response_types_supported: Vec<&'static str>,
    pub response_modes_supported: Vec<&'static str>,
    pub grant_types_supported: Vec<String>,
    pub acr_values_supported: Vec<&'static str>,
    pub subject_types_supported: Vec<&'static str>,
    pub id_token_signing_alg_values_supported: Vec<&'static str>,
    /// What a signed request would have to use; none is taken (`request_parameter_supported`), and never `none`.
    pub request_object_signing_alg_values_supported: Vec<&'static str>,
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    pub introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    pub revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    pub code_challenge_methods_supported: Vec<&'static str>,
    pub prompt_values_supported: Vec<&'static str>,
    pub display_values_supported: Vec<&'static str>,
    pub claim_types_supported: Vec<&'static str>,
    pub claims_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ui_locales_supported: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_documentation: Option<String>,
    pub claims_parameter_supported: bool,
    pub request_parameter_supported: bool,
    pub request_uri_parameter_supported: bool,
    pub require_request_uri_registration: bool,
    pub authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    pub fn new(offer: &Offer<'_>) -> Self {
        let at = |path: &str| format!("{}{path}", offer.issuer);
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let methods: Vec<&str> = AuthMethod::ALL.iter().map(|method| method.as_str()).collect();
        let authenticated =
            AuthMethod::ALL.iter().filter(|method| **method != AuthMethod::None).map(|method| method.as_str());
        Self {
            issuer: offer.issuer.to_owned(),
            authorization_endpoint: at(offer.paths.authorization),
            token_endpoint: at(offer.paths.token),
            userinfo_endpoint: at(offer.paths.userinfo),
            jwks_uri: at(offer.paths.jwks),
            introspection_endpoint: at(offer.paths.introspection),
            revocation_endpoint: at(offer.paths.revocation),
            end_session_endpoint: at(offer.paths.end_session),
            scopes_supported: owned(offer.scopes),
            response_types_supported: vec!["code"],
            response_modes_supported: ResponseMode::ALL.iter().map(|mode| mode.as_str()).collect(),
            grant_types_supported: owned(offer.grant_types),
            acr_values_supported: ACR_VALUES.iter().map(|(name, _)| *name).collect(),
            subject_types_supported: vec!["public"],
            id_token_signing_alg_values_supported: offer.id_token_algorithms.iter().map(|alg| alg.as_str()).collect(),
            request_object_signing_alg_values_supported: Algorithm::ALL.iter().map(|alg| alg.as_str()).collect(),
            introspection_endpoint_auth_methods_supported: authenticated.collect(),
            revocation_endpoint_auth_methods_supported: methods.clone(),
            token_endpoint_auth_methods_supported: methods,
            code_challenge_methods_supported: vec!["S256"],
            prompt_values_supported: Prompt::ALL.iter().map(|prompt| prompt.as_str()).collect(),
            display_values_supported: Display::ALL.iter().map(|display| display.as_str()).collect(),
            claim_types_supported: vec!["normal"],
            claims_supported: OF_THE_SIGN_IN.into_iter().chain(claims_out::standard()).collect(),
            ui_locales_supported: owned(offer.locales),
            service_documentation: offer.service_documentation.map(str::to_owned),
            claims_parameter_supported: true,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            require_request_uri_registration: false,
            authorization_response_iss_parameter_supported: true,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use serde_json::{Value, json};

    fn document() -> Value {
        let offer = Offer {
            issuer: "https://id.example",
            paths: Paths {
                authorization: "/authorize",
                token: "/token",
                userinfo: "/userinfo",
                jwks: "/jwks",
                introspection: "/introspect",
                revocation: "/revoke",
                end_session: "/logout",
            },
            grant_types: &["authorization_code", "refresh_token"],
            id_token_algorithms: &Algorithm::ALL,
            scopes: ostiary_gate::domain::scope::STANDARD,
            locales: &["en-AU", "de"],
            service_documentation: None,
        };
        serde_json::to_value(Metadata::new(&offer)).unwrap()
    }

    #[test]
    fn what_is_required_is_there() {
        let said = document();
        assert_eq!(said["authorization_endpoint"], "https://id.example/authorize");
        assert_eq!(said["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(said["subject_types_supported"], json!(["public"]));
        assert_eq!(said["response_modes_supported"], json!(["query", "fragment", "form_post"]));
        assert_eq!(said["prompt_values_supported"], json!(["none", "login", "consent", "select_account"]));
        assert_eq!(said["acr_values_supported"].as_array().unwrap().len(), 5);
        let has = |key: &str, value: &str| said[key].as_array().unwrap().contains(&json!(value));
        assert!(has("id_token_signing_alg_values_supported", "RS256"));
        assert!(has("scopes_supported", "openid"));
        assert!(has("claims_supported", "phone_number_verified") && !has("claims_supported", "tenant_slug"));
        assert!(!has("introspection_endpoint_auth_methods_supported", "none"));
    }

    #[test]
    fn request_objects_are_refused_openly_and_never_unsigned() {
        let said = document();
        assert_eq!(said["request_parameter_supported"], false);
        assert_eq!(said["request_uri_parameter_supported"], false);
        assert_eq!(said["require_request_uri_registration"], false);
        let algorithms = said["request_object_signing_alg_values_supported"].as_array().unwrap();
        assert!(!algorithms.is_empty() && !algorithms.contains(&json!("none")));
    }

    #[test]
    fn there_is_no_key_of_our_own_invention_and_none_without_a_value() {
        for (key, value) in document().as_object().unwrap() {
            let registered = ["issuer", "jwks_uri", "require_request_uri_registration"].contains(&key.as_str())
                || key.ends_with("_supported")
                || key.ends_with("_endpoint");
            assert!(registered && !key.contains("ostiary") && key != "amr_values_supported", "{key}");
            assert!(!value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()), "{key}");
        }
    }
}
