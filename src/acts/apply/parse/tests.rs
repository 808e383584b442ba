//! Files that are right, and files that are wrong in many ways at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::acts::apply::state::{Age, Moment};
use ostiary_gate::domain::{
    tenant::TwoFactor,
    time::{Instant, Span},
};

const FIXTURE: &str = include_str!("../../../../tests/all/fixture.toml");

fn faults(text: &str) -> Vec<String> {
    match read(text, PathBuf::new()) {
        Ok(_) => vec![],
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn the_fixture_of_the_tests_is_understood() {
    let state = match read(FIXTURE, PathBuf::new()) {
        Ok(state) => state,
        Err(faults) => panic!("{faults:#?}"),
    };
    assert_eq!((state.tenants.len(), state.clients.len(), state.people.len()), (4, 8, 9));
    let riverside = &state.tenants[0];
    assert_eq!(riverside.policy.two_factor, Some(TwoFactor::Required));
    assert_eq!(riverside.policy.second_factor_max_age, Some(Age::At(Span::hours(12))));
    assert_eq!(riverside.policy.passkey_counts, Some(false));
    let alice = &state.people[0];
    assert_eq!(alice.phone.as_deref(), Some("+61491570006"));
    assert_eq!(alice.claims["birthdate"], "1987-04-12");
    assert!(alice.totp.is_some() && alice.password.is_some() && alice.email_verified == Some(true));
}

#[test]
fn every_fault_is_told_at_once_and_says_where() {
    let found = faults(
        r#"
[[tenant]]
slug = "River Side"
time_zone = "Australia/Sidney"
[tenant.policy]
two_factor = "require"
sesion_idle = "1h"
session_idle = "13h"
second_factors = ["passkey", "sms"]
[tenant.pending]
two_factor = "off"

[[client]]
client_id = "web"
client_secret = "short"
redirect_uris = ["https://*.example/cb", "http://app.example/cb"]
grant_types = ["authorisation_code"]
require_amr = ["otpp"]
default_acr_values = ["mfaa"]

[[person]]
email = "alice"
phone_number = "0491 570 006"
password = "short"
totp_secret = "1"
memberships = [{ tenant = "a", rôle = 1 }, { tenant = "a" }]
"#,
    );
    let all = found.join("\n");
    for wanted in [
        "line 3, column 8: `slug`: must be",
        "line 4, column 13: `time_zone`: is no time zone",
        "line 6, column 14: `two_factor`: \"require\" is not known; did you mean \"required\"?",
        "line 7, column 1: unknown key `sesion_idle`; did you mean `session_idle`?",
        "line 8, column 16: `session_idle`: must be between a minute and 12 hours",
        "\"sms\" is no second factor",
        "`starts_at` is missing",
        "a pending change can only tighten",
        "line 15, column 17: a secret is 24 to 512",
        "has a wildcard",
        "uses http; only https",
        "did you mean \"authorization_code\"?",
        "did you mean \"otp\"?",
        "did you mean \"mfa\"?",
        "line 22, column 9: `email`: must be an e-mail address",
        "`phone_number`: must be a mobile number",
        "a password has at least 8",
        "`totp_secret`:",
    ] {
        assert!(all.contains(wanted), "no {wanted:?} in\n{all}");
    }
}

#[test]
fn what_is_here_twice_is_told_with_its_first_line() {
    let found = faults(
        "[[tenant]]\nslug = \"a\"\n[[tenant]]\nslug = \"a\"\n[[client]]\nclient_id = \"x\"\n[[resource]]\nidentifier = \"https://x.example\"\nclient_id = \"x\"\n",
    );
    assert!(found.iter().any(|f| f.contains("tenant \"a\" is here twice; first in line 1")), "{found:?}");
    assert!(found.iter().any(|f| f.contains("client_id \"x\" is here twice")), "{found:?}");
}

#[test]
fn the_operators_own_tenant_cannot_be_declared() {
    assert!(faults("[[tenant]]\nslug = \"operator\"\n")[0].contains("built in"));
}

#[test]
fn lengths_of_time_are_read_and_nonsense_is_not() {
    for (text, seconds) in [("90d", 7_776_000), ("12h", 43_200), ("1h 30m", 5400), ("45s", 45), ("2w", 1_209_600)] {
        assert_eq!(words::span(text), Ok(Span::seconds(seconds)), "{text}");
    }
    for text in ["", "0h", "12", "h", "-1h", "1y", "99999999999999999999d", "200000d", "1.5h"] {
        assert!(words::span(text).is_err(), "{text}");
    }
}

#[test]
fn phone_numbers_are_kept_in_one_form_and_landlines_are_told() {
    assert_eq!(words::phone("+61 491 570 006").as_deref(), Ok("+61491570006"));
    assert_eq!(words::phone("+44 7400 123456").as_deref(), Ok("+447400123456"));
    assert_eq!(words::phone("+1 (201) 555-0123").as_deref(), Ok("+12015550123"));
    assert!(words::phone("+61 2 5550 1234").unwrap_err().contains("landline"));
    for text in ["", "0491570006", "+61", "+999123456789", "+6149157000655555", &"+".repeat(5000)] {
        assert!(words::phone(text).is_err(), "{text:.20}");
    }
}

#[test]
fn addresses_of_mail_are_found_whatever_their_case() {
    assert_eq!(words::email("Zoë.O'Hara+x@Riverside.Example").as_deref(), Ok("zoë.o'hara+x@riverside.example"));
    for text in ["", "a", "@b.example", "a@", "a@b", "a@b..example", "a b@c.example", "a@b@c.example", "<a@b.example>"]
    {
        assert!(words::email(text).is_err(), "{text}");
    }
}

#[test]
fn a_moment_is_on_the_clinics_clock_or_an_instant() {
    assert!(matches!(words::moment("2026-12-01T20:00:00"), Ok(Moment::Local(_))));
    assert!(matches!(words::moment("2026-12-01 20:00"), Ok(Moment::Local(_))));
    let Ok(Moment::Exact(at)) = words::moment("2026-12-01T20:00:00+11:00") else { panic!() };
    assert_eq!(Instant(at.as_microsecond()), Instant::from_seconds(1_796_115_600));
    assert!(words::moment("tomorrow").is_err());
}

#[test]
fn birthdates_may_keep_the_year_to_themselves() {
    for good in ["1987-04-12", "1987", "0000-02-29"] {
        assert!(words::birthdate(good).is_ok(), "{good}");
    }
    for bad in ["1987-13-01", "12.4.1987", "87", "1987-04"] {
        assert!(words::birthdate(bad).is_err(), "{bad}");
    }
}
