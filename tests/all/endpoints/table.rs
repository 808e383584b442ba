//! What every address answers: method, address, and the answers to the four of `super::scene::Situation`, in their order: box
//! off, on and not enrolled, on and not proven, suspended. Forms are sent with their token and nothing filled in.

/// The answers are in the words of `super::seen`.
pub type Row = (&'static str, &'static str, [&'static str; 4]);

pub const TABLE: &[Row] = &[
    // What is the same for everybody.
    ("GET", "/healthz", ["200"; 4]),
    ("GET", "/readyz", ["200"; 4]),
    ("GET", "/static/{name}", ["200"; 4]),
    ("GET", "/.well-known/openid-configuration", ["200"; 4]),
    ("GET", "/.well-known/oauth-authorization-server", ["200"; 4]),
    ("GET", "/jwks", ["200"; 4]),
    // What apps hold.
    (
        "POST",
        "/token",
        ["200 tokens", "400 invalid_grant, suspended", "400 invalid_grant", "400 invalid_grant, suspended"],
    ),
    (
        "GET",
        "/userinfo",
        ["200", "401 insufficient_user_authentication", "401 invalid_token", "401 insufficient_user_authentication"],
    ),
    (
        "POST",
        "/userinfo",
        ["200", "401 insufficient_user_authentication", "401 invalid_token", "401 insufficient_user_authentication"],
    ),
    ("POST", "/introspect", ["200 active: true", "200 active: false", "200 active: false", "200 active: false"]),
    ("POST", "/revoke", ["200"; 4]),
    (
        "GET",
        "/authorize",
        ["→ app: code", "→ app: interaction_required", "→ app: login_required", "→ app: interaction_required"],
    ),
    ("POST", "/authorize", ["→ /authorize"; 4]),
    // The door.
    ("GET", "/", ["→ /account"; 4]),
    ("GET", "/errors/second-factor", ["200"; 4]),
    ("GET", "/login", ["200", "→ /enrol", "200", "→ /enrol"]),
    ("POST", "/login", ["422"; 4]),
    ("POST", "/login/cancel", ["→ app: access_denied"; 4]),
    ("GET", "/login/totp", ["→ /login", "→ /enrol", "200", "→ /enrol"]),
    ("POST", "/login/totp", ["→ /login", "→ /enrol", "422", "→ /enrol"]),
    ("GET", "/login/tenant", ["→ /login", "→ /enrol", "→ /login/totp", "→ /enrol"]),
    ("POST", "/login/tenant", ["→ /login", "→ /enrol", "→ /login/totp", "→ /enrol"]),
    ("GET", "/consent", ["→ /login", "→ /enrol", "→ /login/totp", "→ /enrol"]),
    ("POST", "/consent", ["→ app: access_denied"; 4]),
    ("GET", "/login/help", ["200"; 4]),
    ("POST", "/login/help", ["422"; 4]),
    ("GET", "/login/forgot", ["200"; 4]),
    ("POST", "/login/forgot", ["422"; 4]),
    ("GET", "/login/reset", ["404"; 4]),
    ("POST", "/login/reset", ["404"; 4]),
    ("GET", "/logout", ["200", "200", "→ /logout/done", "200"]),
    ("POST", "/logout", ["→ /logout/done"; 4]),
    ("GET", "/logout/done", ["200"; 4]),
    ("GET", "/login/recovery", ["→ /login", "→ /enrol/mail-code", "200", "→ /enrol/mail-code"]),
    ("POST", "/login/recovery", ["→ /login", "422", "422", "422"]),
    // Set-up.
    ("GET", "/enrol", ["→ /login", "200", "→ /login/totp", "200"]),
    ("POST", "/enrol", ["→ /login", "→ /enrol/mail-code", "→ /login/totp", "→ /enrol/mail-code"]),
    ("GET", "/enrol/cannot", ["→ /login", "200", "200", "200"]),
    ("GET", "/enrol/mail-code", ["→ /login", "200", "→ /login/totp", "200"]),
    ("POST", "/enrol/mail-code", ["→ /login", "422", "→ /login/totp", "422"]),
    ("GET", "/enrol/setup-code", ["→ /login", "200", "→ /login/totp", "200"]),
    ("POST", "/enrol/setup-code", ["→ /login", "422", "→ /login/totp", "422"]),
    ("GET", "/enrol/phone", ["→ /login", "→ /enrol/mail-code", "→ /login/totp", "→ /enrol/mail-code"]),
    ("POST", "/enrol/phone", ["→ /login", "422", "422", "422"]),
    ("GET", "/enrol/app", ["→ /login", "→ /enrol/mail-code", "→ /login/totp", "→ /enrol/mail-code"]),
    ("POST", "/enrol/app", ["→ /login", "→ /enrol/mail-code", "→ /login/totp", "→ /enrol/mail-code"]),
    ("GET", "/enrol/link", ["→ /login", "→ /enrol/mail-code", "→ /login/totp", "→ /enrol/mail-code"]),
    ("POST", "/enrol/link", ["→ /login", "→ /enrol/mail-code", "→ /login/totp", "→ /enrol/mail-code"]),
    ("GET", "/enrol/codes", ["→ /login", "→ /enrol/mail-code", "→ /login/totp", "→ /enrol/mail-code"]),
    ("POST", "/enrol/codes", ["→ /login", "→ /enrol/mail-code", "→ /login/totp", "→ /enrol/mail-code"]),
    ("GET", "/enrol/codes/download", ["→ /login", "→ /enrol/mail-code", "→ /login/totp", "→ /enrol/mail-code"]),
    ("GET", "/not-me", ["404"; 4]),
    ("POST", "/not-me", ["404"; 4]),
    ("GET", "/not-me/done", ["200"; 4]),
    // Our own pages.
    ("GET", "/account/confirm", ["→ /login", "→ /enrol", "→ /login", "→ /login"]),
    ("POST", "/account/confirm", ["→ /login", "→ /enrol", "→ /login", "→ /login"]),
    ("GET", "/console/confirm", ["→ /login", "→ /enrol", "→ /login", "→ /login"]),
    ("POST", "/console/confirm", ["→ /login", "→ /enrol", "→ /login", "→ /login"]),
    ("GET", "/console/{tenant}/settings/general/security", ["200", "→ /enrol", "→ /login", "200"]),
    ("POST", "/console/{tenant}/settings/general/security", ["403", "→ /enrol", "→ /login", "403"]),
];
