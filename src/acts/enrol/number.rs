//! Phone numbers as people type them, read with libphonenumber's tables and kept as E.164. Pure.
use phonenumber::{Mode, Type, country, metadata::DATABASE};

/// A number that can be called back: a mobile, or what cannot be told from one (North America).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

/// Why what was typed is no mobile number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoNumber {
    #[error("nothing was typed")]
    Empty,
    #[error("a landline")]
    Landline,
    #[error("not a mobile number of this country")]
    NotANumber,
    #[error("no such country")]
    NoSuchCountry,
}

/// More than any number needs, however it is spaced.
const MOST: usize = 40;

impl Number {
    /// `country` is an ISO 3166 code. A number that names its own country (`+61…`, `0061…`) wins over it.
    pub fn read(country: &str, typed: &str) -> Result<Self, NoNumber> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(NoNumber::Empty);
        }
        let bare = bare(typed).ok_or(NoNumber::NotANumber)?;
        let abroad = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00"));
        if let Some(rest) = abroad {
            return parsed(None, &format!("+{rest}"));
        }
        let country: country::Id = country.parse().map_err(|_| NoNumber::NoSuchCountry)?;
        parsed(Some(country), &bare)
    }

    /// E.164: `+61412345678`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The last three digits of a stored number: enough to know one's own, too few to call.
pub fn ends_in(e164: &str) -> &str {
    e164.get(e164.len().saturating_sub(3)..).unwrap_or_default()
}

/// Digits with at most a plus before them: spaces, brackets, dots, dashes and slashes are how people write.
fn bare(typed: &str) -> Option<String> {
    if typed.len() > MOST {
        return None;
    }
    let is_between =
        |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '(' | ')' | '.' | '/' | '-' | '\u{2010}'..='\u{2015}');
    let bare: String = typed.chars().filter(|c| !is_between(*c)).collect();
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(bare)
}

fn parsed(country: Option<country::Id>, text: &str) -> Result<Number, NoNumber> {
    let number = phonenumber::parse(country, text).map_err(|_| NoNumber::NotANumber)?;
    match number.number_type(&DATABASE) {
        Type::Mobile | Type::FixedLineOrMobile => Ok(Number(number.format().mode(Mode::E164).to_string())),
        Type::FixedLine => Err(NoNumber::Landline),
        Type::TollFree
        | Type::PremiumRate
        | Type::SharedCost
        | Type::PersonalNumber
        | Type::Voip
        | Type::Pager
        | Type::Uan
        | Type::Emergency
        | Type::Voicemail
        | Type::ShortCode
        | Type::StandardRate
        | Type::Carrier
        | Type::NoInternational
        | Type::Unknown => Err(NoNumber::NotANumber),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    fn read(country: &str, typed: &str) -> Result<String, NoNumber> {
        Number::read(country, typed).map(|number| number.0)
    }

    #[test]
    fn every_usual_way_to_write_a_number_is_the_same_number() {
        for typed in [
            "0412 345 678",
            "0412345678",
            "412 345 678",
            "(0412) 345-678",
            "0412.345.678",
            "+61 412 345 678",
            "+61412345678",
            "0061 412 345 678",
            "+61 (0) 412 345 678",
            " 0412\u{a0}345\u{a0}678 ",
        ] {
            assert_eq!(read("AU", typed).as_deref(), Ok("+61412345678"), "{typed}");
        }
    }

    #[test]
    fn numbers_of_other_plans_are_kept_whole() {
        for (country, typed, e164) in [
            ("GB", "07400 123456", "+447400123456"),
            ("NZ", "021 123 4567", "+64211234567"),
            ("FR", "06 12 34 56 78", "+33612345678"),
            ("IT", "312 345 6789", "+393123456789"),
            ("US", "(520) 878-2491", "+15208782491"),
            ("CA", "613-782-7274", "+16137827274"),
            ("DE", "0151 23456789", "+4915123456789"),
            ("IE", "085 012 3456", "+353850123456"),
            ("IN", "098765 43210", "+919876543210"),
        ] {
            assert_eq!(read(country, typed).as_deref(), Ok(e164), "{country} {typed}");
        }
    }

    #[test]
    fn a_number_that_names_its_country_wins_over_the_list() {
        assert_eq!(read("AU", "+44 7400 123456").as_deref(), Ok("+447400123456"));
        assert_eq!(read("AU", "0044 7400 123456").as_deref(), Ok("+447400123456"));
        assert_eq!(read("", "+44 7400 123456").as_deref(), Ok("+447400123456"));
    }

    #[test]
    fn landlines_other_services_and_nonsense_are_told_apart() {
        assert_eq!(read("AU", "  "), Err(NoNumber::Empty));
        assert_eq!(read("AU", "02 9374 4000"), Err(NoNumber::Landline));
        assert_eq!(read("GB", "0121 234 5678"), Err(NoNumber::Landline));
        for typed in [
            "1800 123 456",
            "1900 123 456",
            "000",
            "12345",
            "0412 345 67",
            "0412 345 678 9",
            "sam",
            "0412-CALL-ME",
            "++61412345678",
            "4+61412345678",
            "+",
            "tel:0412345678;phone-context=+61",
            "０４１２３４５６７８",
            "+999412345678",
        ] {
            assert_eq!(read("AU", typed), Err(NoNumber::NotANumber), "{typed}");
        }
        for country in ["", "XX", "au", "Australia", "../AU"] {
            assert_eq!(read(country, "0412 345 678"), Err(NoNumber::NoSuchCountry), "{country}");
        }
        assert_eq!(read("AU", &"0".repeat(10_000)), Err(NoNumber::NotANumber));
    }

    #[test]
    fn three_digits_are_shown_of_a_number_and_no_more() {
        assert_eq!((ends_in("+61412345678"), ends_in("+1"), ends_in("")), ("678", "+1", ""));
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_panic_and_what_is_read_is_e164(country in "[A-Z]{0,3}", typed in "\\PC{0,50}|[0-9 +()-]{0,20}") {
            if let Ok(number) = Number::read(&country, &typed) {
                let digits = number.as_str().strip_prefix('+').unwrap();
                prop_assert!((7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
            }
        }
    }
}
