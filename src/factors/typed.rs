//! Codes as people type them: with spaces, dashes and the odd line end. Owns what may be left out; all that is left
//! must fit.

/// More than any code needs, however it is spaced.
const MOST: usize = 64;

/// What a person typed is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("nothing was typed")]
    Empty,
    #[error("not in the form of a code")]
    Malformed,
}

/// The text without its separators: white space around it, spaces and dashes within. A tab or a line end within is no
/// spelling of a code. Long text is refused before it is looked at.
pub(super) fn bare(text: &str) -> Result<String, Unreadable> {
    if text.len() > MOST {
        return Err(Unreadable::Malformed);
    }
    let kept: String = text.trim().chars().filter(|c| !is_separator(*c)).collect();
    if kept.is_empty() { Err(Unreadable::Empty) } else { Ok(kept) }
}

pub(super) fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}'
    )
}

/// Exactly six ASCII digits.
pub(super) fn six_digits(text: &str) -> Result<[u8; 6], Unreadable> {
    let bare = bare(text)?;
    let six = <[u8; 6]>::try_from(bare.as_bytes()).ok();
    six.filter(|digits| digits.iter().all(u8::is_ascii_digit)).ok_or(Unreadable::Malformed)
}

/// ASCII text in groups.
pub(super) fn in_groups(text: &str, size: usize, between: char) -> String {
    let mut shown = String::with_capacity(text.len() + text.len() / size.max(1));
    for (at, c) in text.chars().enumerate() {
        if at > 0 && at % size.max(1) == 0 {
            shown.push(between);
        }
        shown.push(c);
    }
    shown
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_usual_spelling_of_a_code_is_the_same_code() {
        for spelled in [
            "123456",
            "123 456",
            " 123456",
            "123456\n",
            "123456\r\n",
            "\t123456 ",
            "123-456",
            "12 34 56",
            "123\u{a0}456",
            "123\u{2009}456",
            "123\u{202f}456",
            "123\u{2007}456",
            "123\u{2011}456",
            "123\u{2013}456",
            "1-2-3-4-5-6",
        ] {
            assert_eq!(six_digits(spelled), Ok(*b"123456"), "{spelled:?}");
        }
    }

    #[test]
    fn anything_else_is_malformed_or_empty() {
        for odd in [
            "12345",
            "0123456",
            "1234567",
            "+123456",
            "-1e5",
            "1e5",
            "12345a",
            "123.456",
            "123,456",
            "123\n456",
            "123\t456",
            "123456\0",
            "\u{200b}123456",
            "１２３４５６",
            "١٢٣٤٥٦",
            "१२३४५६",
            "null",
            "undefined",
            "[]",
            "%00",
            "\u{202e}123456",
        ] {
            assert_eq!(six_digits(odd), Err(Unreadable::Malformed), "{odd:?}");
        }
        for empty in ["", " ", "\n", " - ", "\u{a0}"] {
            assert_eq!(six_digits(empty), Err(Unreadable::Empty), "{empty:?}");
        }
        assert_eq!(six_digits(&"1".repeat(10_000_000)), Err(Unreadable::Malformed));
        assert_eq!(six_digits(&format!("{}123456", " ".repeat(100))), Err(Unreadable::Malformed));
    }

    proptest! {
        #[test]
        fn what_is_read_are_the_ascii_digits_that_were_typed(text in "[0-9 \\-\u{a0}\u{ff11}a+]{0,12}") {
            if let Ok(digits) = six_digits(&text) {
                let typed: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
                prop_assert_eq!(typed, digits.to_vec());
            }
        }

        #[test]
        fn no_text_makes_reading_panic(text: String) {
            let _ = six_digits(&text);
        }
    }
}
