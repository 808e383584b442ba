//! What is refused, and whether the browser may leave.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{
    tests::{CHALLENGE, request_with},
    *,
};
use crate::protocol::{
    error::AuthorizationCode as Code,
    near::Difference,
    redirect::Rendered,
    testing::{native, pairs, web},
};

fn refused(client: &Client, more: &[(&str, &str)]) -> AuthorizeError {
    parse(&Params::new(&request_with(more)), client).expect_err("a refusal")
}

fn code(client: &Client, more: &[(&str, &str)]) -> Code {
    match refused(client, more) {
        AuthorizeError::Redirect { code, .. } => code,
        AuthorizeError::Page { parameter, fault, .. } => panic!("a page about {parameter}: {fault:?}"),
    }
}

#[test]
fn a_client_nobody_knows_stays_on_our_page() {
    let of = |sent: &[(&str, &str)]| client_id(&Params::new(&pairs(sent))).expect_err("a refusal");
    let fault = |error: AuthorizeError| match error {
        AuthorizeError::Page { parameter: "client_id", fault, .. } => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(fault(of(&[])), PageFault::Missing);
    assert_eq!(fault(of(&[("client_id", "")])), PageFault::Missing);
    assert_eq!(fault(of(&[("client_id", "web"), ("client_id", "web")])), PageFault::Duplicated);
    assert_eq!(fault(of(&[("client_id", "we b")])), PageFault::Unregistered);
    let disabled = Client { standing: Standing::Disabled, ..web() };
    assert_eq!(fault(refused(&disabled, &[])), PageFault::ClientDisabled);
    assert!(refused(&disabled, &[]).answer("https://id.example").is_none());
}

#[test]
fn a_redirect_uri_that_is_not_registered_is_never_redirected_to() {
    for sent in [
        "https://app.example@evil/cb",
        "https://app.example/cb?x=1",
        "https://app.example/CB",
        "javascript:alert(1)",
        "",
    ] {
        let error = refused(&web(), &[("redirect_uri", sent)]);
        assert!(matches!(&error, AuthorizeError::Page { parameter: "redirect_uri", .. }), "{sent}");
        assert!(error.answer("https://id.example").is_none());
    }
    let twice = [("redirect_uri", "https://app.example/cb"), ("redirect_uri", "https://evil.example/cb")];
    assert!(matches!(refused(&web(), &twice), AuthorizeError::Page { fault: PageFault::Duplicated, .. }));
}

#[test]
fn a_developer_sees_what_was_sent_what_is_registered_and_what_differs() {
    let AuthorizeError::Page { sent, registered, near, .. } =
        refused(&web(), &[("redirect_uri", "https://app.example/cb/")])
    else {
        panic!("a page was expected");
    };
    assert_eq!(sent.as_deref(), Some("https://app.example/cb/"));
    assert_eq!(registered, web().redirect_uris);
    let near = near.unwrap();
    assert_eq!((near.registered.as_str(), near.difference), ("https://app.example/cb", Difference::SlashTooMany));
}

#[test]
fn only_the_code_flow_is_served() {
    for other in ["token", "id_token", "code id_token", "id_token code", "none", "CODE", "code "] {
        assert_eq!(code(&web(), &[("response_type", other)]), Code::UnsupportedResponseType, "{other}");
    }
    assert_eq!(code(&web(), &[("response_type", "")]), Code::InvalidRequest);
    assert_eq!(code(&web(), &[("response_mode", "query.jwt")]), Code::InvalidRequest);
    let machine = Client { grant_types: ["client_credentials".to_owned()].into(), ..web() };
    assert_eq!(code(&machine, &[]), Code::UnauthorizedClient);
}

#[test]
fn what_is_not_supported_is_refused_by_its_own_name() {
    assert_eq!(code(&web(), &[("request", "a.b.c")]), Code::RequestNotSupported);
    assert_eq!(code(&web(), &[("request_uri", "urn:x")]), Code::RequestUriNotSupported);
    assert_eq!(code(&web(), &[("registration", "{}")]), Code::RegistrationNotSupported);
}

#[test]
fn a_known_parameter_sent_twice_is_an_invalid_request() {
    for name in [
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
        "claims_locales",
        "display",
        "request",
        "request_uri",
        "registration",
        "ostiary_draft",
    ] {
        assert_eq!(code(&web(), &[(name, ""), (name, "x")]), Code::InvalidRequest, "{name}");
    }
}

#[test]
fn pkce_cannot_be_talked_down() {
    let method = |m: &'static str| [("code_challenge_method", m)];
    for client in [web(), Client { require_pkce: false, ..web() }] {
        assert_eq!(code(&client, &method("plain")), Code::InvalidRequest);
        assert_eq!(code(&client, &method("s256")), Code::InvalidRequest);
        assert_eq!(code(&client, &method("")), Code::InvalidRequest);
        for challenge in ["", &CHALLENGE[1..], "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"] {
            assert_eq!(code(&client, &[("code_challenge", challenge)]), Code::InvalidRequest, "{challenge}");
        }
    }
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    assert_eq!(code(&web(), &none), Code::InvalidRequest);
    let public = Client { require_pkce: false, redirect_uris: web().redirect_uris, ..native() };
    assert_eq!(code(&public, &none), Code::InvalidRequest);
}

#[test]
fn prompts_and_ages_that_make_no_sense_are_refused() {
    for prompt in ["none login", "consent none", "create", "Login", "login,consent"] {
        assert_eq!(code(&web(), &[("prompt", prompt)]), Code::InvalidRequest, "{prompt}");
    }
    for age in ["-1", "+1", "1.5", "1e3", "soon", "9223372036855", "99999999999999999999", "\u{661}"] {
        assert_eq!(code(&web(), &[("max_age", age)]), Code::InvalidRequest, "{age}");
    }
}

#[test]
fn a_state_or_nonce_too_long_to_keep_is_refused_and_not_echoed() {
    let long = "s".repeat(MAX_OPAQUE + 1);
    for bad in [long.as_str(), "a\r\nSet-Cookie: x"] {
        let AuthorizeError::Redirect { code, state, .. } = refused(&web(), &[("state", bad)]) else {
            panic!("a redirect")
        };
        assert_eq!((code, state), (Code::InvalidRequest, None));
        let AuthorizeError::Redirect { code, state, .. } = refused(&web(), &[("nonce", bad)]) else {
            panic!("a redirect")
        };
        assert_eq!((code, state.as_deref()), (Code::InvalidRequest, Some("s/t=a&t%e")));
    }
}

#[test]
fn a_scope_of_which_nothing_is_left_is_an_invalid_scope() {
    for scope in ["", "   ", "zebra", "open\"id", "tenant:riverside", "openid tenant:a tenant:b"] {
        assert_eq!(code(&web(), &[("scope", scope)]), Code::InvalidScope, "{scope}");
    }
}

#[test]
fn two_pins_to_different_tenants_are_refused() {
    assert_eq!(code(&web(), &[("scope", "openid tenant:a"), ("tenant", "b")]), Code::InvalidRequest);
    assert_eq!(code(&web(), &[("tenant", &"t".repeat(129))]), Code::InvalidRequest);
    let long = format!("openid tenant:{}", "t".repeat(129));
    assert_eq!(code(&web(), &[("scope", &long)]), Code::InvalidRequest);
}

#[test]
fn a_resource_that_is_not_one_absolute_uri_is_an_invalid_target() {
    assert_eq!(code(&web(), &[("resource", "/api")]), Code::InvalidTarget);
    assert_eq!(code(&web(), &[("resource", "https://a.example/#x")]), Code::InvalidTarget);
    assert_eq!(
        code(&web(), &[("resource", "https://a.example/"), ("resource", "https://b.example/")]),
        Code::InvalidTarget
    );
}

#[test]
fn claims_and_hints_of_the_wrong_kind_are_refused() {
    let deep = "[".repeat(100_000);
    for bad in [deep.as_str(), "{", "[]", r#"{"userinfo":7}"#] {
        assert_eq!(code(&web(), &[("claims", bad)]), Code::InvalidRequest);
    }
    assert_eq!(code(&web(), &[("id_token_hint", "<a.b.c>")]), Code::InvalidRequest);
}

#[test]
fn the_client_gets_the_error_in_the_mode_it_asked_for_with_state_and_issuer() {
    let error = refused(&web(), &[("response_mode", "form_post"), ("prompt", "create")]);
    let Rendered::Form { fields, .. } = error.answer("https://id.example").unwrap().render() else { panic!("a form") };
    let names: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(names[0], ("error", "invalid_request"));
    assert_eq!(names[2..], [("state", "s/t=a&t%e"), ("iss", "https://id.example")]);
}
