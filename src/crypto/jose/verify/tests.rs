//! The confusion pack of RFC 8725, and mutations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::crypto::{
    dice::{Dice, SeededDice, SystemDice},
    jose::sign::{self, SigningKey},
};
use aws_lc_rs::hmac;

const ANY: Typ<'static> = Typ::Optional(&["JWT"]);

fn made(alg: Alg) -> (SigningKey, Vec<VerificationKey>) {
    let key = SigningKey::load(alg, &sign::make(alg, &SystemDice::new()).unwrap().private).unwrap();
    let keys = vec![key.verification_key().unwrap()];
    (key, keys)
}

/// A token with the header it is told to have, signed all the same.
fn signed(key: &SigningKey, head: &str, payload: &str) -> String {
    let through = key.sign(None, payload.as_bytes()).unwrap();
    let payload = through.split('.').nth(1).unwrap().to_owned();
    let message = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(head));
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(key.raw_signature(message.as_bytes())))
}

#[test]
fn the_header_of_a_right_token_is_understood_in_any_order_and_unknown_members_are_ignored() {
    let (key, keys) = made(Alg::Es256);
    let head = format!(r#"{{"x5t":"abc","kid":"{}","iat":{{"a":[1]}},"alg":"ES256"}}"#, key.kid());
    assert_eq!(verify(&signed(&key, &head, "{}"), &keys, ANY).unwrap(), b"{}");
}

#[test]
fn the_es256_token_of_rfc_7515_appendix_a_3_is_verified() {
    let keys = crate::crypto::jose::jwk::read_set(
        br#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#,
    );
    let token = concat!(
        "eyJhbGciOiJFUzI1NiJ9",
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    );
    let payload = verify(token, &keys.unwrap(), ANY).unwrap();
    assert!(payload.starts_with(br#"{"iss":"joe","#));
}

#[test]
fn alg_none_is_refused_with_and_without_a_signature() {
    let (key, keys) = made(Alg::Es256);
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let head = format!(r#"{{"alg":"{none}","kid":"{}"}}"#, key.kid());
        let token = signed(&key, &head, "{}");
        assert_eq!(verify(&token, &keys, ANY), Err(Refused::Alg), "{none}");
        let bare = token.rsplit_once('.').unwrap().0;
        assert_eq!(verify(&format!("{bare}."), &keys, ANY), Err(Refused::Alg));
        assert_eq!(verify(bare, &keys, ANY), Err(Refused::NotThreeParts));
    }
}

#[test]
fn a_public_key_is_no_hmac_password() {
    let (key, keys) = made(Alg::Rs256);
    for secret in [serde_json::to_string(key.public()).unwrap(), key.public().n.clone().unwrap()] {
        for alg in ["HS256", "RS256"] {
            let head = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, key.kid()));
            let message = format!("{head}.e30");
            let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
            let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac));
            let expected = if alg == "HS256" { Refused::Alg } else { Refused::Signature };
            assert_eq!(verify(&token, &keys, ANY), Err(expected));
        }
    }
}

#[test]
fn a_token_may_not_bring_fetch_or_change_its_own_rules() {
    let (key, keys) = made(Alg::Es256);
    let public = serde_json::to_string(key.public()).unwrap();
    for member in [
        format!(r#""jwk":{public}"#),
        r#""jku":"https://evil.example/jwks""#.to_owned(),
        r#""x5u":"https://evil.example/cert""#.to_owned(),
        r#""x5c":["AA"]"#.to_owned(),
        r#""crit":["exp"]"#.to_owned(),
        r#""crit":[]"#.to_owned(),
        r#""crit":"exp""#.to_owned(),
        r#""b64":false"#.to_owned(),
        r#""zip":"DEF""#.to_owned(),
        r#""enc":"A256GCM""#.to_owned(),
        r#""cty":"JWT""#.to_owned(),
        r#""alg":"ES256""#.to_owned(),
        r#""kid":"a""#.to_owned(),
        r#""\u0061lg":"ES256""#.to_owned(),
        r#""a":1,"a":2"#.to_owned(),
        r#""typ":["JWT"]"#.to_owned(),
        r#""typ":1"#.to_owned(),
        (0..20).map(|n| format!(r#""a{n}":1"#)).collect::<Vec<_>>().join(","),
    ] {
        let head = format!(r#"{{"alg":"ES256","kid":"{}",{member}}}"#, key.kid());
        assert_eq!(verify(&signed(&key, &head, "{}"), &keys, ANY), Err(Refused::Header), "{member}");
    }
    for head in ["", "null", "[]", "\"ES256\"", r#"{"kid":"a"}"#, r#"{"alg":null}"#, r#"{"alg":["ES256"]}"#, "{} {}"] {
        assert_eq!(verify(&signed(&key, head, "{}"), &keys, ANY), Err(Refused::Header), "{head}");
    }
}

#[test]
fn a_kid_names_one_of_our_keys_and_is_never_anything_else() {
    let (key, keys) = made(Alg::Es256);
    for kid in ["../../etc/passwd", "' or 1=1 --", "", "\\u0000", &"k".repeat(5000), "https://evil.example"] {
        let head = format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#);
        assert_eq!(verify(&signed(&key, &head, "{}"), &keys, ANY), Err(Refused::Kid), "{kid:.30}");
    }
    assert_eq!(verify(&signed(&key, r#"{"alg":"ES256"}"#, "{}"), &keys, ANY), Err(Refused::Kid));
    assert_eq!(verify(&key.sign(None, b"{}").unwrap(), &[], ANY), Err(Refused::Kid));
}

#[test]
fn the_key_decides_the_algorithm() {
    let (rsa, mut keys) = made(Alg::Rs256);
    let (ec, ec_keys) = made(Alg::Es256);
    keys.extend(ec_keys);
    for alg in ["PS256", "ES256", "EdDSA"] {
        let head = format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, rsa.kid());
        assert_eq!(verify(&signed(&rsa, &head, "{}"), &keys, ANY), Err(Refused::Alg), "{alg}");
    }
    let crossed = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, ec.kid());
    assert_eq!(verify(&signed(&rsa, &crossed, "{}"), &keys, ANY), Err(Refused::Signature));
}

#[test]
fn a_client_key_without_a_name_checks_tokens_without_one() {
    let (key, _) = made(Alg::Es256);
    let nameless = Jwk { kid: None, ..key.public().clone() };
    let keys = vec![VerificationKey::from_jwk(&nameless, Alg::Es256).unwrap()];
    let token = signed(&key, r#"{"alg":"ES256"}"#, "{}");
    assert!(verify(&token, &keys, ANY).is_ok());
    assert_eq!(verify(&key.sign(None, b"{}").unwrap(), &keys, ANY), Err(Refused::Kid));
    let twice = [keys.clone(), keys].concat();
    assert_eq!(verify(&token, &twice, ANY), Err(Refused::Kid), "which of two is not for the token to leave open");
}

#[test]
fn one_kind_of_token_does_not_pass_for_another() {
    let (key, keys) = made(Alg::EdDsa);
    let access = |typ| verify(&key.sign(typ, b"{}").unwrap(), &keys, Typ::Required(&["at+jwt"]));
    assert!(access(Some("at+jwt")).is_ok());
    assert!(access(Some("AT+JWT")).is_ok());
    assert!(access(Some("application/at+jwt")).is_ok());
    assert!(access(Some("Application/at+jwt")).is_ok());
    for other in [None, Some("JWT"), Some("logout+jwt"), Some("at+jwt "), Some("x/at+jwt"), Some("application/")] {
        assert_eq!(access(other), Err(Refused::Typ), "{other:?}");
    }
    let id_token = |typ| verify(&key.sign(typ, b"{}").unwrap(), &keys, ANY);
    assert!(id_token(None).is_ok() && id_token(Some("JWT")).is_ok() && id_token(Some("jwt")).is_ok());
    assert_eq!(id_token(Some("logout+jwt")), Err(Refused::Typ));
    assert_eq!(id_token(Some("")), Err(Refused::Typ));
}

#[test]
fn claims_that_are_repeated_or_no_object_are_refused() {
    let (key, keys) = made(Alg::EdDsa);
    for payload in
        [r#"{"sub":"a","sub":"b"}"#, r#"{"sub":"a","\u0073ub":"b"}"#, "[]", "\"e30\"", "", "{}{}", "eyJh.e30.AA"]
    {
        let token = key.sign(None, payload.as_bytes()).unwrap();
        assert_eq!(verify(&token, &keys, ANY), Err(Refused::Claims), "{payload}");
    }
}

#[test]
fn size_and_shape_are_checked_before_anything_is_decoded() {
    let (_, keys) = made(Alg::EdDsa);
    assert_eq!(verify(&"a".repeat(1 << 20), &keys, ANY), Err(Refused::TooLong));
    for odd in ["", ".", "a", "a.b", "a.b.c.d", "a.b.c.d.e"] {
        assert_eq!(verify(odd, &keys, ANY), Err(Refused::NotThreeParts), "{odd}");
    }
    for odd in ["..", "=.e30.AA", "e30=.e30.AA", "e3 0.e30.AA", "ä.ö.ü", "e31.e30.AA"] {
        assert!(matches!(verify(odd, &keys, ANY), Err(Refused::NotBase64Url | Refused::Header)), "{odd}");
    }
}

#[test]
fn signatures_of_zeros_or_of_another_length_are_refused() {
    for alg in Alg::ALL {
        let (key, keys) = made(alg);
        let token = key.sign(None, b"{}").unwrap();
        let bare = token.rsplit_once('.').unwrap().0;
        for length in [0, 1, 63, 64, 65, 96, 255, 256, 257] {
            for byte in [0_u8, 0xff] {
                let forged = format!("{bare}.{}", URL_SAFE_NO_PAD.encode(vec![byte; length]));
                assert_eq!(verify(&forged, &keys, ANY), Err(Refused::Signature), "{alg:?} {length}");
            }
        }
    }
}

#[test]
fn no_mutation_is_accepted_and_none_panics() {
    let dice = SeededDice::new(20_261_124);
    for alg in Alg::ALL {
        let (key, keys) = made(alg);
        let token = key.sign(Some("JWT"), br#"{"sub":"per_a","aud":"web","exp":1800000000}"#).unwrap();
        for _ in 0..6000 {
            let mutated = mutated(&dice, &token);
            let verdict = verify(&mutated, &keys, ANY);
            assert!(verdict.is_err() || mutated == token, "{mutated}");
        }
    }
}

/// One to three bytes replaced, dropped, doubled or swapped with another place.
fn mutated(dice: &SeededDice, token: &str) -> String {
    let mut bytes = token.as_bytes().to_vec();
    let mut throws = [0_u8; 16];
    dice.fill(&mut throws).unwrap();
    for throw in throws[1..].chunks_exact(5).take(1 + usize::from(throws[0] % 3)) {
        let at = usize::from(u16::from_be_bytes([throw[0], throw[1]])) % bytes.len();
        let other = usize::from(u16::from_be_bytes([throw[2], throw[3]])) % bytes.len();
        match throw[4] % 4 {
            0 => bytes[at] = b"ABCxyz019-_.=+/ \0{\"\x7f"[other % 20],
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, bytes[other]),
            _ => bytes.swap(at, other),
        }
    }
    String::from_utf8(bytes).unwrap()
}
