//! Randomness as an argument. Owns how ids, tokens and typed codes are drawn; never the global generator, so that a
//! reader sees who rolls.
use super::Fault;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ostiary_gate::domain::secret::Secret;
use std::sync::atomic::{AtomicU64, Ordering};
use zeroize::Zeroizing;

/// Letters and digits that cannot be mistaken for one another when read aloud or copied by hand: no 0 O, no 1 I L.
pub const LEGIBLE: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const DIGITS: &[u8; 10] = b"0123456789";

/// A source of randomness. An answer that is not random must be an error: there is no way to ignore one.
pub trait Dice: Send + Sync {
    /// Fills all of `bytes`, or fails and leaves them without meaning.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Fault>;
}

/// The operating system's generator. Keys are made with this one and no other: what makes them asks for it by type.
#[derive(Clone, Default)]
pub struct SystemDice(SystemRandom);

impl SystemDice {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the dice are made")]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Dice for SystemDice {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Fault> {
        self.0.fill(bytes).map_err(|_| Fault("the system gave no randomness"))
    }
}

/// The same throws for the same seed: for tests and for `--dev`. It cannot make keys, because those take
/// [`SystemDice`].
pub struct SeededDice {
    seed: u64,
    thrown: AtomicU64,
}

impl SeededDice {
    pub fn new(seed: u64) -> Self {
        Self { seed, thrown: AtomicU64::new(0) }
    }
}

impl Dice for SeededDice {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Fault> {
        for chunk in bytes.chunks_mut(32) {
            let throw = self.thrown.fetch_add(1, Ordering::Relaxed);
            let block = super::hash::sha256(&[self.seed.to_be_bytes(), throw.to_be_bytes()].concat());
            chunk.iter_mut().zip(block).for_each(|(to, from)| *to = from);
        }
        Ok(())
    }
}

/// What follows the prefix of an id: 26 characters of lower-case base32 (RFC 4648 §6), 130 bits.
pub fn tail(dice: &dyn Dice) -> Result<String, Fault> {
    from_alphabet(dice, BASE32, 26).map(|text| text.expose().to_owned())
}

/// 32 bytes as 43 characters of base64url: authorization codes, refresh tokens, cookies, links.
pub fn token(dice: &dyn Dice) -> Result<Secret, Fault> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    dice.fill(bytes.as_mut())?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes.as_ref())))
}

/// `length` decimal digits, leading zeros kept.
pub fn digits(dice: &dyn Dice, length: usize) -> Result<Secret, Fault> {
    from_alphabet(dice, DIGITS, length)
}

/// `length` letters of `alphabet` (ASCII, 1 to 256 letters), each equally likely: bytes that would favour the first
/// letters are thrown again.
pub fn from_alphabet(dice: &dyn Dice, alphabet: &[u8], length: usize) -> Result<Secret, Fault> {
    let letters = alphabet.len();
    if !(1..=256).contains(&letters) || !alphabet.is_ascii() {
        return Err(Fault("an alphabet has 1 to 256 ASCII letters"));
    }
    let fair = 256 - 256 % letters;
    let mut text = Zeroizing::new(String::with_capacity(length));
    // Fair dice need one or two rounds; dice that only throw what must be thrown again are broken.
    for _ in 0..64 {
        let mut bytes = Zeroizing::new([0_u8; 64]);
        dice.fill(bytes.as_mut())?;
        let drawn = bytes.iter().map(|b| usize::from(*b)).filter(|b| *b < fair);
        let missing = length.saturating_sub(text.len());
        text.extend(drawn.filter_map(|b| alphabet.get(b % letters)).take(missing).map(|b| char::from(*b)));
        if text.len() == length {
            return Ok(Secret::new(text.as_str()));
        }
    }
    Err(Fault("the dice are loaded"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use ostiary_gate::domain::ids::PersonId;
    use std::collections::{BTreeMap, BTreeSet};

    struct Always(u8);
    impl Dice for Always {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), Fault> {
            bytes.fill(self.0);
            Ok(())
        }
    }

    struct Empty;
    impl Dice for Empty {
        fn fill(&self, _: &mut [u8]) -> Result<(), Fault> {
            Err(Fault("empty"))
        }
    }

    #[test]
    fn a_tail_makes_an_id_and_no_two_are_the_same() {
        let dice = SystemDice::new();
        let seen: BTreeSet<_> = (0..500).map(|_| PersonId::from_tail(&tail(&dice).unwrap()).unwrap()).collect();
        assert_eq!(seen.len(), 500);
    }

    #[test]
    fn a_token_carries_256_bits_in_43_characters_fit_for_a_url() {
        let text = token(&SystemDice::new()).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(text.expose()).unwrap().len(), 32);
        assert_eq!(text.expose().len(), 43);
    }

    #[test]
    fn no_letter_is_likelier_than_another() {
        // A byte taken modulo 31 would show the first eight letters 12 % more often; these bounds would see that.
        let drawn = from_alphabet(&SeededDice::new(7), LEGIBLE, 1500).unwrap();
        let mut text = drawn.expose().to_owned();
        for seed in 8..80 {
            text.push_str(from_alphabet(&SeededDice::new(seed), LEGIBLE, 1500).unwrap().expose());
        }
        let mut count = BTreeMap::new();
        text.bytes().for_each(|b| *count.entry(b).or_insert(0_u32) += 1);
        let expected = u32::try_from(text.len()).unwrap() / 31;
        assert_eq!(count.len(), 31);
        assert!(count.values().all(|n| n.abs_diff(expected) < expected / 14), "{count:?}");
    }

    #[test]
    fn a_byte_that_would_favour_a_letter_is_thrown_again() {
        assert_eq!(from_alphabet(&Always(247), LEGIBLE, 3).unwrap().expose(), "ZZZ");
        assert!(from_alphabet(&Always(248), LEGIBLE, 3).is_err());
    }

    #[test]
    fn dice_that_fail_yield_nothing() {
        assert!(tail(&Empty).is_err() && token(&Empty).is_err() && digits(&Empty, 6).is_err());
        assert!(from_alphabet(&SystemDice::new(), b"", 3).is_err());
    }

    #[test]
    fn seeded_dice_repeat_themselves_and_differ_by_seed() {
        let throw = |seed| digits(&SeededDice::new(seed), 12).unwrap().expose().to_owned();
        assert_eq!(throw(1), throw(1));
        assert_ne!(throw(1), throw(2));
        let dice = SeededDice::new(1);
        assert_ne!(tail(&dice).unwrap(), tail(&dice).unwrap());
    }
}
