//! Codes against the vectors of RFC 6238, and what must not open.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::crypto::dice::{SeededDice, SystemDice};
use proptest::prelude::*;

const NOW: i64 = 1_795_000_005;

/// Found by search: a seed whose codes of this step and the next are the same.
const SHARED: (&[u8], i64) = (b"12345678901234567890", 59_061_240);

fn seed() -> Seed {
    Seed::from_bytes(b"12345678901234567890").unwrap()
}

fn at(seconds: i64) -> Instant {
    Instant::from_seconds(seconds)
}

fn code(seed: &Seed, seconds: i64) -> Code {
    read(&code_at(seed, at(seconds))).unwrap()
}

/// The accepted step relative to now, or why not.
fn verdict(seed: &Seed, last_step: i64, code: &Code, now: i64) -> Result<i64, Wrong> {
    let authenticator = AuthenticatorId::from_tail(&"a".repeat(26)).unwrap();
    let enrolled = Enrolled { seed, last_step, authenticator: &authenticator, reach: &Reach::everywhere() };
    check(&enrolled, code, at(now)).map(|accepted| {
        assert_eq!(accepted.verified.factor(), amr::Factor::Totp);
        assert_eq!(accepted.verified.authenticator(), Some(&authenticator));
        assert_eq!(accepted.verified.at(), at(now));
        accepted.step - now / STEP_SECONDS
    })
}

#[test]
fn codes_are_those_of_rfc_6238_appendix_b() {
    for (seconds, eight_digits) in [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ] {
        assert_eq!(code_at(&seed(), at(seconds)), eight_digits[2..], "{seconds}");
    }
}

#[test]
fn codes_are_those_of_rfc_4226_appendix_d() {
    let expected = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
    for (step, expected) in (0..).zip(expected) {
        assert_eq!(code_at(&seed(), at(step * STEP_SECONDS)), expected);
    }
}

#[test]
fn one_step_either_way_is_accepted_and_no_more() {
    let seed = Seed::draw(&SeededDice::new(1)).unwrap();
    for away in -10..=10 {
        let expected = if (-WINDOW..=WINDOW).contains(&away) { Ok(away) } else { Err(Wrong::Mismatch) };
        assert_eq!(verdict(&seed, 0, &code(&seed, NOW + away * STEP_SECONDS), NOW), expected, "{away}");
    }
}

#[test]
fn no_step_at_or_before_the_last_accepted_one_is_accepted_again() {
    let seed = Seed::draw(&SeededDice::new(2)).unwrap();
    let current = NOW / STEP_SECONDS;
    let away = |n: i64| code(&seed, NOW + n * STEP_SECONDS);
    assert_eq!(verdict(&seed, current - 1, &away(0), NOW), Ok(0));
    assert_eq!(verdict(&seed, current, &away(0), NOW), Err(Wrong::Replayed));
    assert_eq!(verdict(&seed, current + 1, &away(0), NOW), Err(Wrong::Replayed), "after the early one no later one");
    assert_eq!(verdict(&seed, current + 1, &away(-1), NOW), Err(Wrong::Replayed));
    assert_eq!(verdict(&seed, current, &away(1), NOW), Ok(1));
    assert_eq!(verdict(&seed, i64::MAX, &away(0), NOW), Err(Wrong::Replayed));
}

#[test]
fn a_code_that_two_steps_share_counts_for_the_later_so_that_it_is_not_good_twice() {
    let (seed, step) = SHARED;
    let seed = Seed::from_bytes(seed).unwrap();
    assert_eq!(seed.code_of(step), seed.code_of(step + 1));
    let now = step * STEP_SECONDS;
    assert_eq!(verdict(&seed, 0, &code(&seed, now), now), Ok(1));
    assert_eq!(verdict(&seed, step + 1, &code(&seed, now), now + STEP_SECONDS), Err(Wrong::Replayed));
}

#[test]
fn another_persons_code_and_a_time_before_1970_are_a_mismatch() {
    let (ours, theirs) = (Seed::draw(&SystemDice::new()).unwrap(), seed());
    let code = code(&theirs, NOW);
    assert_eq!(
        verdict(&ours, 0, &code, NOW).ok().filter(|_| code_at(&ours, at(NOW)) != code_at(&theirs, at(NOW))),
        None
    );
    for early in [i64::MIN / 1_000_000, -1_000_000, -31] {
        assert_eq!(verdict(&theirs, i64::MIN, &read("755224").unwrap(), early), Err(Wrong::Mismatch), "{early}");
    }
    let _ = drift(&ours, &code, Instant(i64::MAX));
}

#[test]
fn what_was_typed_is_a_code_or_it_is_said_why_not() {
    let why = |text: &str| read(text).err();
    assert_eq!(why("123 456\n"), None);
    assert_eq!(why(" "), Some(NoCode::Empty));
    for odd in ["12345", "１２３４５６", "+12345", "123456 7", "abc", &"1".repeat(1 << 20)] {
        assert_eq!(why(odd), Some(NoCode::Malformed), "{odd:.20}");
    }
    for recovery in ["4RTKB-9WMPH-7CQXD", "4rtkb9wmph7cqxd"] {
        assert_eq!(why(recovery), Some(NoCode::LooksLikeRecoveryCode));
    }
}

#[test]
fn a_clock_that_is_wrong_by_minutes_is_recognised_and_told_its_direction() {
    let seed = Seed::draw(&SeededDice::new(3)).unwrap();
    let told = |away: i64| drift(&seed, &code(&seed, NOW + away * STEP_SECONDS), at(NOW));
    assert_eq!(told(-4), Some(Span::minutes(-2)));
    assert_eq!(told(10), Some(Span::minutes(5)));
    assert_eq!([told(0), told(1), told(-1), told(11), told(-11)], [None; 5]);
}

#[test]
fn a_drawn_seed_has_160_bits_and_no_two_are_alike() {
    let seeds = [(); 2].map(|()| Seed::draw(&SystemDice::new()).unwrap());
    assert_eq!(seeds[0].as_bytes().len(), 20);
    assert_ne!(seeds[0].as_bytes(), seeds[1].as_bytes());
}

#[test]
fn seeds_are_read_as_other_systems_write_them() {
    for spelled in [
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
        "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ======\n",
    ] {
        assert_eq!(Seed::from_base32(spelled).unwrap().as_bytes(), seed().as_bytes(), "{spelled}");
    }
    for (odd, why) in [
        ("", NotASeed::Length),
        ("GEZDGNBV", NotASeed::Length),
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ0", NotASeed::Base32),
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ1", NotASeed::Base32),
        (&"A".repeat(257), NotASeed::Length),
    ] {
        assert_eq!(Seed::from_base32(odd).err(), Some(why), "{odd:.40}");
    }
}

proptest! {
    #[test]
    fn a_seed_written_is_the_seed_read(bytes in proptest::collection::vec(any::<u8>(), 14..=64)) {
        let seed = Seed::from_bytes(&bytes).unwrap();
        let (written, grouped) = (seed.base32(), seed.groups());
        for text in [written.expose(), grouped.expose()] {
            let read = Seed::from_base32(text).unwrap();
            prop_assert_eq!(read.as_bytes(), bytes.as_slice());
        }
    }

    #[test]
    fn an_accepted_step_is_above_the_last_one_and_within_the_window(
        last in -3_i64..4,
        away in -3_i64..4,
        now in 1_000_i64..4_000_000_000,
    ) {
        let seed = seed();
        let current = now / STEP_SECONDS;
        match verdict(&seed, current + last, &code(&seed, now + away * STEP_SECONDS), now) {
            Ok(step) => prop_assert!(step > last && step.abs() <= WINDOW),
            Err(_) => prop_assert!(away <= last || away.abs() > WINDOW),
        }
    }

    #[test]
    fn our_codes_are_those_of_the_library(
        bytes in proptest::collection::vec(any::<u8>(), 16..=64),
        now in 0_u64..4_000_000_000,
    ) {
        let theirs = totp_rs::Builder::new().with_secret(bytes.clone()).build().unwrap().generate(now).to_string();
        prop_assert_eq!(code_at(&Seed::from_bytes(&bytes).unwrap(), at(now.try_into().unwrap())), theirs);
    }
}
