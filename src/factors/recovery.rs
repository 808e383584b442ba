//! Codes that people keep, are read out or are mailed: recovery codes, set-up codes, user codes, mail codes and the
//! pair of words that ties a set-up code to the page that asked. Owns how they are drawn, shown and read; the store
//! compares them by keyed hash of [`Grouped::normal`]. None of them is a factor.
use super::typed::{self, Unreadable};
use crate::crypto::{
    Fault,
    dice::{self, Dice, LEGIBLE},
};
use ostiary_gate::domain::secret::Secret;

/// A key to enrolment (RULES 6): 15 characters, 74 bits, shown as `4RTKB-9WMPH-7CQXD`.
pub type RecoveryCode = Grouped<15, 5>;
/// Read out by an admin (RULES 6): 12 characters, 59 bits, shown as `H4TQ-9KXM-2RWD`.
pub type SetUpCode = Grouped<12, 4>;
/// Typed from a device's screen (RFC 8628 §6.1): 8 characters, 39 bits, shown as `H4TQ-9KXM`.
pub type UserCode = Grouped<8, 4>;

/// How many recovery codes a person gets.
pub const CODES: usize = 10;

/// A code of `LENGTH` legible characters, shown in groups of `GROUP`.
pub struct Grouped<const LENGTH: usize, const GROUP: usize>(Secret);

impl<const LENGTH: usize, const GROUP: usize> Grouped<LENGTH, GROUP> {
    pub fn draw(dice: &dyn Dice) -> Result<Self, Fault> {
        dice::from_alphabet(dice, LEGIBLE, LENGTH).map(Self)
    }

    /// Reads what was typed, in either case, with or without dashes and spaces.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let normal = typed::bare(text)?.to_ascii_uppercase();
        let fits = normal.len() == LENGTH && normal.bytes().all(|b| LEGIBLE.contains(&b));
        if fits { Ok(Self(Secret::new(normal))) } else { Err(Unreadable::Malformed) }
    }

    /// As it is hashed: upper case, no dashes.
    pub fn normal(&self) -> &str {
        self.0.expose()
    }

    /// As it is shown.
    pub fn shown(&self) -> Secret {
        Secret::new(typed::in_groups(self.normal(), GROUP, '-'))
    }
}

/// Ten new recovery codes.
pub fn make(dice: &dyn Dice) -> Result<Vec<RecoveryCode>, Fault> {
    (0..CODES).map(|_| RecoveryCode::draw(dice)).collect()
}

/// Six digits in a mail; shown as `123 456`.
pub struct MailCode(Secret);

impl MailCode {
    pub fn draw(dice: &dyn Dice) -> Result<Self, Fault> {
        dice::digits(dice, 6).map(Self)
    }

    /// Reads what was typed, with or without spaces and dashes.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let digits = typed::six_digits(text)?;
        Ok(Self(Secret::new(digits.map(char::from).iter().collect::<String>())))
    }

    /// As it is hashed: six digits.
    pub fn normal(&self) -> &str {
        self.0.expose()
    }

    pub fn shown(&self) -> Secret {
        Secret::new(typed::in_groups(self.normal(), 3, ' '))
    }
}

/// Plain words, short, apart from each other in the ear and on the page, and nothing a clinic says of a patient.
pub const WORDS: [&str; 64] = [
    "acorn", "anchor", "apple", "bamboo", "basket", "beacon", "bicycle", "bridge", "button", "candle", "canyon",
    "castle", "cherry", "clover", "comet", "copper", "cotton", "dolphin", "dragon", "eagle", "ember", "falcon",
    "feather", "forest", "garden", "ginger", "glacier", "guitar", "hammer", "harbour", "hazel", "island", "jacket",
    "jungle", "kettle", "ladder", "lantern", "lemon", "magnet", "maple", "meadow", "mirror", "nutmeg", "ocean",
    "olive", "orchard", "otter", "paper", "pepper", "pillow", "planet", "puzzle", "rabbit", "ribbon", "river",
    "rocket", "saddle", "silver", "sunset", "thunder", "tiger", "violin", "walnut", "window",
];

/// Two different words. The person's page shows them, the admin picks the same two: so the code is for this visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    first: &'static str,
    second: &'static str,
}

impl Words {
    pub fn draw(dice: &dyn Dice) -> Result<Self, Fault> {
        for _ in 0..64 {
            let mut throws = [0; 2];
            dice.fill(&mut throws)?;
            // 64 divides 256, so that no word is favoured.
            let [first, second] = throws.map(|throw| WORDS.get(usize::from(throw) % WORDS.len()));
            if let (Some(first), Some(second)) = (first, second)
                && first != second
            {
                return Ok(Self { first, second });
            }
        }
        Err(Fault("the dice are loaded"))
    }

    /// From two picked or stored words; either order of case, this order of words.
    pub fn read(first: &str, second: &str) -> Option<Self> {
        let known = |word: &str| WORDS.into_iter().find(|one| one.eq_ignore_ascii_case(word.trim()));
        let words = Self { first: known(first)?, second: known(second)? };
        (words.first != words.second).then_some(words)
    }

    pub fn first(self) -> &'static str {
        self.first
    }

    pub fn second(self) -> &'static str {
        self.second
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::crypto::dice::{SeededDice, SystemDice};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn ten_codes_are_ten_different_codes_in_three_groups_of_five() {
        let codes = make(&SystemDice::new()).unwrap();
        let shown: BTreeSet<_> = codes.iter().map(|code| code.shown().expose().to_owned()).collect();
        assert_eq!((codes.len(), shown.len()), (10, 10));
        for code in shown {
            let groups: Vec<_> = code.split('-').map(str::len).collect();
            assert_eq!(groups, [5, 5, 5], "{code}");
        }
    }

    #[test]
    fn every_spelling_of_a_code_is_the_same_code() {
        for spelled in
            ["4RTKB-9WMPH-7CQXD", "4rtkb-9wmph-7cqxd", "4RTKB9WMPH7CQXD", " 4rtkb 9wmph 7cqxd\n", "4RTKB–9WMPH–7CQXD"]
        {
            assert_eq!(RecoveryCode::read(spelled).unwrap().normal(), "4RTKB9WMPH7CQXD", "{spelled}");
        }
        assert_eq!(SetUpCode::read("h4tq-9kxm-2rwd").unwrap().shown().expose(), "H4TQ-9KXM-2RWD");
        assert_eq!(UserCode::read("h4tq9kxm").unwrap().shown().expose(), "H4TQ-9KXM");
    }

    #[test]
    fn letters_that_can_be_mistaken_other_lengths_and_other_scripts_are_no_code() {
        for odd in [
            "4RTKB-9WMPH-7CQX0",
            "4RTKB-9WMPH-7CQXO",
            "4RTKB-9WMPH-7CQXI",
            "4RTKB-9WMPH-7CQX",
            "4RTKB-9WMPH-7CQXDD",
            "123456",
        ] {
            assert_eq!(RecoveryCode::read(odd).err(), Some(Unreadable::Malformed), "{odd}");
        }
        assert_eq!(RecoveryCode::read("ＡRTKB9WMPH7CQ").err(), Some(Unreadable::Malformed));
        assert_eq!(RecoveryCode::read(" - ").err(), Some(Unreadable::Empty));
    }

    #[test]
    fn a_mail_code_keeps_its_leading_zeros() {
        let code = MailCode::read("000 042").unwrap();
        assert_eq!((code.normal(), code.shown().expose()), ("000042", "000 042"));
        assert!((0..200).all(|seed| MailCode::draw(&SeededDice::new(seed)).unwrap().normal().len() == 6));
    }

    #[test]
    fn the_words_are_64_short_ones_in_order_and_no_two_begin_alike() {
        let heads: BTreeSet<_> = WORDS.iter().map(|word| &word[..4]).collect();
        assert_eq!(heads.len(), 64);
        assert!(WORDS.is_sorted() && WORDS.iter().all(|word| (5..=8).contains(&word.len())));
    }

    #[test]
    fn a_pair_is_two_different_words_and_is_read_back_in_its_order() {
        let dice = SeededDice::new(5);
        for _ in 0..500 {
            let pair = Words::draw(&dice).unwrap();
            assert_ne!(pair.first(), pair.second());
            assert_eq!(Words::read(&pair.first().to_uppercase(), pair.second()), Some(pair));
            assert_ne!(Words::read(pair.second(), pair.first()), Some(pair));
        }
        assert_eq!(Words::read("maple", "maple"), None);
        assert_eq!(Words::read("maple", "unknown"), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(seed: u64) {
            let code = RecoveryCode::draw(&SeededDice::new(seed)).unwrap();
            let again = RecoveryCode::read(code.shown().expose()).unwrap();
            prop_assert_eq!(again.normal(), code.normal());
        }

        #[test]
        fn no_text_makes_reading_panic(text: String) {
            let _ = (RecoveryCode::read(&text).is_ok(), MailCode::read(&text).is_ok(), Words::read(&text, &text));
        }
    }
}
