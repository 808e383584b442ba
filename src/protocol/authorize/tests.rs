//! What is accepted, and what comes of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::protocol::{
    redirect::Rendered,
    testing::{native, pairs, web},
};
use ostiary_gate::domain::Blame;
use proptest::prelude::*;

pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A good request with some parameters more, or others in their place.
pub(super) fn request_with(more: &[(&str, &str)]) -> Vec<(String, String)> {
    let good = [
        ("client_id", "web"),
        ("redirect_uri", "https://app.example/cb"),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "s/t=a&t%e"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = good.into_iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    pairs(&kept.chain(more.iter().copied()).collect::<Vec<_>>())
}

fn ask(client: &Client, more: &[(&str, &str)]) -> AuthorizeRequest {
    parse(&Params::new(&request_with(more)), client).unwrap()
}

#[test]
fn a_plain_request_is_read_and_survives_being_sealed() {
    let request = ask(&web(), &[("nonce", "n ö"), ("unknown", "extra")]);
    assert_eq!(request.client.as_str(), "web");
    assert_eq!(request.redirect_uri, "https://app.example/cb");
    assert_eq!((request.state.as_deref(), request.nonce.as_deref()), (Some("s/t=a&t%e"), Some("n ö")));
    assert_eq!(request.code_challenge.as_ref().map(Challenge::as_str), Some(CHALLENGE));
    assert!(request.is_openid() && request.prompt.is_empty() && !request.draft_kept);
    let sealed = serde_json::to_string(&request).unwrap();
    assert!(sealed.len() < 350, "{sealed}");
    assert_eq!(serde_json::from_str::<AuthorizeRequest>(&sealed).unwrap(), request);
}

#[test]
fn everything_that_can_be_asked_survives_being_sealed() {
    let request = ask(
        &web(),
        &[
            ("response_mode", "form_post"),
            ("prompt", "consent login"),
            ("max_age", "0"),
            ("acr_values", "phr  mfa"),
            ("claims", r#"{"id_token":{"acr":{"essential":true,"value":"mfa"}}}"#),
            ("tenant", "riverside"),
            ("login_hint", "alice@riverside.example"),
            ("id_token_hint", "a.b-_.c"),
            ("ui_locales", "fr en"),
            ("claims_locales", "de"),
            ("display", "popup"),
            ("resource", "https://api.bluegum.example/"),
            ("ostiary_draft", "kept"),
        ],
    );
    assert_eq!(request.response_mode, ResponseMode::FormPost);
    assert_eq!(request.prompt, BTreeSet::from([Prompt::Login, Prompt::Consent]));
    assert_eq!(request.max_age, Some(Span::ZERO));
    assert_eq!(request.acr_values, ["phr", "mfa"]);
    assert_eq!(request.tenant.as_deref(), Some("riverside"));
    assert_eq!(request.display, Display::Popup);
    assert_eq!(request.resource.as_deref(), Some("https://api.bluegum.example/"));
    assert!(request.draft_kept);
    let sealed = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<AuthorizeRequest>(&sealed).unwrap(), request);
}

#[test]
fn scope_the_client_is_not_registered_for_is_skipped() {
    let request = ask(&web(), &[("scope", "zebra profile openid admin  notes")]);
    assert_eq!(request.scope.to_string(), "notes openid profile");
    assert!(!ask(&web(), &[("scope", "notes")]).is_openid());
}

#[test]
fn an_aware_client_pins_a_tenant_by_parameter_or_by_scope() {
    assert_eq!(ask(&web(), &[("tenant", "riverside")]).tenant.as_deref(), Some("riverside"));
    let request = ask(&web(), &[("scope", "openid tenant:riverside")]);
    assert_eq!((request.tenant.as_deref(), request.scope.to_string()), (Some("riverside"), "openid".to_owned()));
    assert_eq!(ask(&web(), &[("scope", "openid tenant:a"), ("tenant", "a")]).tenant.as_deref(), Some("a"));
}

#[test]
fn a_client_that_cannot_tell_tenants_apart_has_its_tenant_parameters_ignored() {
    let unaware = Client { tenant_aware: false, ..web() };
    let request = ask(&unaware, &[("scope", "openid tenant:riverside"), ("tenant", "hilltop")]);
    assert_eq!((request.tenant, request.scope.to_string()), (None, "openid".to_owned()));
}

#[test]
fn a_confidential_client_without_pkce_is_accepted_only_if_registered_so() {
    let lax = Client { require_pkce: false, ..web() };
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    assert_eq!(ask(&lax, &without).code_challenge, None);
    assert!(ask(&lax, &[]).code_challenge.is_some());
}

#[test]
fn the_port_of_a_public_clients_loopback_address_is_kept_as_sent() {
    let request = ask(&native(), &[("client_id", "desk"), ("redirect_uri", "http://127.0.0.1:51004/callback")]);
    assert_eq!(request.redirect_uri, "http://127.0.0.1:51004/callback");
}

#[test]
fn hints_and_manners_are_never_an_error() {
    let long = "a".repeat(400);
    for (name, value) in [
        ("display", "hologram"),
        ("ui_locales", "<script> xx-"),
        ("claims_locales", "se"),
        ("login_hint", long.as_str()),
        ("login_hint", "a\nb"),
        ("acr_values", "urn:gold"),
        ("ostiary_draft", "lost"),
        ("extra", "foobar"),
    ] {
        let request = ask(&web(), &[(name, value)]);
        assert_eq!((request.display, request.login_hint, request.draft_kept), (Display::Page, None, false), "{name}");
    }
}

#[test]
fn markup_in_state_comes_through_unchanged() {
    let state = "</script><img src=x onerror=alert(1)>";
    assert_eq!(ask(&web(), &[("state", state)]).state.as_deref(), Some(state));
    let long = "s".repeat(MAX_OPAQUE);
    assert_eq!(ask(&web(), &[("state", &long)]).state, Some(long));
}

#[test]
fn freshness_is_the_strictest_of_prompt_request_and_registration() {
    let hourly = Client { default_max_age: Some(Span::hours(1)), ..web() };
    assert_eq!(ask(&web(), &[]).freshness(&web()), None);
    assert_eq!(ask(&web(), &[("max_age", "60")]).freshness(&web()), Some(Span::minutes(1)));
    assert_eq!(ask(&web(), &[("max_age", "60")]).freshness(&hourly), Some(Span::minutes(1)));
    assert_eq!(ask(&web(), &[("max_age", "99999")]).freshness(&hourly), Some(Span::hours(1)));
    assert_eq!(ask(&web(), &[("prompt", "login")]).freshness(&hourly), Some(Span::ZERO));
}

#[test]
fn wishes_come_from_the_request_and_else_from_the_registration() {
    let wishing = Client { default_acr_values: vec!["mfa".to_owned()], ..web() };
    assert_eq!(ask(&wishing, &[]).wished_acr(&wishing), ["mfa"]);
    assert_eq!(ask(&wishing, &[("acr_values", "phr")]).wished_acr(&wishing), ["phr"]);
    let voluntary = ask(&wishing, &[("claims", r#"{"id_token":{"acr":{"values":["phr"]}}}"#)]);
    assert_eq!(voluntary.wished_acr(&wishing), ["phr"]);
    let binding = ask(&wishing, &[("claims", r#"{"id_token":{"acr":{"essential":true,"value":"phr"}}}"#)]);
    assert!(binding.wished_acr(&wishing).is_empty());
}

#[test]
fn a_granted_and_a_refused_request_go_back_the_same_way() {
    let request = ask(&web(), &[("response_mode", "fragment")]);
    let code = Secret::new("c0de");
    let told = |answer: Answer<'_>| match answer.render() {
        Rendered::Location(location) => location,
        Rendered::Form { .. } => panic!("a redirect was expected"),
    };
    let back = "state=s%2Ft%3Da%26t%25e&iss=https%3A%2F%2Fid.example";
    assert_eq!(told(request.granted("https://id.example", &code)), format!("https://app.example/cb#code=c0de&{back}"));
    let error = request.refused(AuthorizationCode::AccessDenied, "cancelled");
    let expected = format!("https://app.example/cb#error=access_denied&error_description=cancelled&{back}");
    assert_eq!(told(error.answer("https://id.example").unwrap()), expected);
    assert!(!error.is_ours() && request.refused(AuthorizationCode::ServerError, "").is_ours());
}

const NAMES: [&str; 20] = [
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "acr_values",
    "claims",
    "tenant",
    "login_hint",
    "id_token_hint",
    "ui_locales",
    "display",
    "resource",
    "request",
    "client_id",
];

proptest! {
    #[test]
    fn whatever_is_sent_is_read_or_refused(sent in proptest::collection::vec((proptest::sample::select(&NAMES[..]), any::<String>()), 0..12)) {
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let _ = parse(&Params::new(&pairs(&sent)), &web());
        let _ = parse(&Params::new(&request_with(&sent)), &web());
        let _ = client_id(&Params::new(&pairs(&sent)));
    }

    #[test]
    fn no_redirect_uri_but_a_registered_one_is_ever_redirected_to(uri in "(https?://)?(app\\.example|127\\.0\\.0\\.1)?[a-z:/@.?#0-9]{0,12}") {
        match parse(&Params::new(&request_with(&[("redirect_uri", uri.as_str()), ("prompt", "bad")])), &web()) {
            Err(AuthorizeError::Redirect { redirect_uri, .. }) => prop_assert!(web().redirect_uris.contains(&redirect_uri)),
            Err(AuthorizeError::Page { .. }) => {}
            Ok(_) => prop_assert!(false, "a bad prompt was accepted"),
        }
    }
}
