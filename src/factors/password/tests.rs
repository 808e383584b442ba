//! What passwords cost, open and refuse.
#![allow(clippy::disallowed_methods)] // a test may time what it calls
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::crypto::dice::SystemDice;
use std::time::{Duration, Instant as Stopwatch};

const NOW: Instant = Instant(1_795_000_000_000_000);

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

/// What another system may have stored for `correct horse`.
fn other(algorithm: Algorithm, memory: u32, passes: u32) -> String {
    let params = Params::new(memory, passes, 1, None).unwrap();
    let argon2 = Argon2::new(algorithm, Version::V0x13, params);
    argon2.hash_password_with_salt(b"correct horse", b"a salt of sixteen").unwrap().to_string()
}

#[test]
fn a_password_is_verified_by_what_was_hashed_and_by_nothing_else() {
    let phc = hash(&secret("correct horse"), &SystemDice::new()).unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    let verified = check(Some(&phc), &secret("correct horse"), NOW).unwrap();
    assert_eq!((verified.factor(), verified.at()), (amr::Factor::Password, NOW));
    assert_eq!((verified.authenticator(), verified.reach()), (None, &Reach::everywhere()));
    for wrong in ["correct hors", "correct horse ", "Correct horse", ""] {
        assert_eq!(check(Some(&phc), &secret(wrong), NOW).err(), Some(Wrong::Mismatch), "{wrong:?}");
    }
}

#[test]
fn nothing_is_cut_off_a_long_password() {
    let long = "x".repeat(200);
    let phc = hash(&secret(&long), &SystemDice::new()).unwrap();
    assert!(check(Some(&phc), &secret(&long), NOW).is_ok());
    assert!(check(Some(&phc), &secret(&long[..199]), NOW).is_err());
}

#[test]
fn the_same_password_hashes_to_another_string_each_time() {
    let twice = [(); 2].map(|()| hash(&secret("correct horse"), &SystemDice::new()).unwrap());
    assert_ne!(twice[0], twice[1]);
}

#[test]
fn the_hash_is_that_of_the_reference_implementation() {
    let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assert!(check(Some(phc), &secret("password"), NOW).is_ok());
    assert_eq!(check(Some(phc), &secret("passwort"), NOW).err(), Some(Wrong::Mismatch));
}

#[test]
fn a_person_who_does_not_exist_is_never_let_in() {
    for attempt in ["", "password", "nobody's password"] {
        assert_eq!(check(None, &secret(attempt), NOW).err(), Some(Wrong::Mismatch));
    }
}

#[test]
fn a_stored_hash_that_cannot_be_read_is_closed() {
    for odd in ["", "*", "plain", "$argon2id$", "$2b$10$abcdefghijklmnopqrstuu", &"$".repeat(5000)] {
        assert_eq!(check(Some(odd), &secret(odd), NOW).err(), Some(Wrong::Unreadable), "{odd:.30}");
    }
}

/// Nanoseconds that this thread spent on a processor: unlike the wall clock, the same on a busy machine.
#[cfg(target_os = "linux")]
fn processor_time() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    told.split_whitespace().next().unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn an_unknown_name_and_a_cheap_import_cost_what_a_wrong_password_costs() {
    let phc = hash(&secret("correct horse"), &SystemDice::new()).unwrap();
    let cheap = other(Algorithm::Argon2i, 4096, 3);
    let cost = |phc: Option<&str>| -> u64 {
        let once = || {
            let started = processor_time();
            assert!(check(phc, &secret("wrong"), NOW).is_err());
            processor_time() - started
        };
        (0..9).map(|_| once()).min().unwrap()
    };
    let known = cost(Some(&phc));
    // Without topping up the cheap one would take a third, and the unknown name nothing.
    for (name, other) in [("unknown", cost(None)), ("cheap", cost(Some(&cheap))), ("broken", cost(Some("*")))] {
        assert!(other * 10 > known * 7 && other * 7 < known * 10, "{name}: {other} ns, known: {known} ns");
    }
}

#[test]
fn imported_hashes_are_verified_and_then_outdated() {
    for (algorithm, name) in
        [(Algorithm::Argon2i, "argon2i"), (Algorithm::Argon2d, "argon2d"), (Algorithm::Argon2id, "argon2id")]
    {
        let phc = accept_import(&other(algorithm, 4096, 3)).unwrap();
        assert!(phc.starts_with(&format!("${name}$")));
        assert!(check(Some(&phc), &secret("correct horse"), NOW).is_ok(), "{name}");
        assert!(check(Some(&phc), &secret("correct house"), NOW).is_err(), "{name}");
        assert!(is_outdated(&phc));
    }
    assert!(!is_outdated(&hash(&secret("correct horse"), &SystemDice::new()).unwrap()));
}

#[test]
fn what_is_too_dear_broken_or_of_another_scheme_is_not_imported() {
    let tail = "c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    for (phc, why) in [
        (format!("$argon2id$v=19$m=1048576,t=1,p=1${tail}"), NotAccepted::TooDear),
        (format!("$argon2id$v=19$m=65536,t=5,p=1${tail}"), NotAccepted::TooDear),
        (format!("$argon2id$v=19$m=8,t=4294967295,p=1${tail}"), NotAccepted::TooDear),
        (format!("$argon2id$v=19$m=65536,t=1,p=200${tail}"), NotAccepted::TooDear),
        (format!("$argon2id$v=18$m=4096,t=3,p=1${tail}"), NotAccepted::Malformed),
        (format!("$argon2x$v=19$m=4096,t=3,p=1${tail}"), NotAccepted::Malformed),
        (format!("$argon2id$v=19${tail}"), NotAccepted::Malformed),
        ("$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHRzb21lc2FsdA".to_owned(), NotAccepted::Malformed),
        ("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW".to_owned(), NotAccepted::UnknownScheme),
        ("pbkdf2_sha256$260000$abc$def".to_owned(), NotAccepted::UnknownScheme),
        (String::new(), NotAccepted::UnknownScheme),
    ] {
        assert_eq!(accept_import(&phc), Err(why), "{phc}");
        let started = Stopwatch::now();
        assert!(check(Some(&phc), &secret("password"), NOW).is_err(), "{phc}");
        assert!(started.elapsed() < Duration::from_secs(5), "{phc} was computed");
    }
}

#[test]
fn short_long_and_guessable_passwords_are_told_apart() {
    let about = ["Sam Lee", "sam.lee@riverside.example", "Riverside Physio"];
    let judge = |text: &str| judge_new(&secret(text), &about);
    assert_eq!(judge("aB3$xyz"), Err(TooWeak::Short));
    assert_eq!(judge(&"é".repeat(129)), Err(TooWeak::Long));
    for known in [
        "password1",
        "qwertyuiop",
        "12345678",
        "Riverside1",
        "samlee2026",
        "sam.lee@riverside.example",
        "aaaaaaaaaaaaaaaa",
    ] {
        assert_eq!(judge(known), Err(TooWeak::Guessable), "{known}");
    }
    assert_eq!(judge(&"🦉".repeat(64)), Err(TooWeak::Guessable), "64 characters of any script are not too long");
    for good in ["umbrella quiet tractor", "8&vKq!zR2w", "größenwahn-im-kornfeld", "🦉quiet🌵tractor🎻umbrella"]
    {
        assert_eq!(judge(good), Ok(()), "{good}");
    }
}

#[test]
fn judging_the_longest_password_is_quick() {
    let started = Stopwatch::now();
    let _ = judge_new(&secret(&"aB3$".repeat(64)), &[&"word ".repeat(1000)]);
    assert!(started.elapsed() < Duration::from_secs(2));
}
