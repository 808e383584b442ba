//! Parameters: strict `application/x-www-form-urlencoded`, for bodies and queries alike, and finding by name in them.
//! What a browser forgives (a stray percent sign, broken UTF-8) is refused here: two readers that repair a request
//! differently are how checks are slipped past.

/// The largest body or query that is looked at, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// The most parameters in one request.
pub const MAX_PARAMETERS: usize = 200;
/// The longest name, in bytes after decoding.
pub const MAX_NAME: usize = 128;
/// The longest value, in bytes after decoding.
pub const MAX_VALUE: usize = 16 * 1024;

/// Why a body or query is not a form. The texts are fit for `error_description`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    #[error("the request is larger than 64 KiB")]
    TooLarge,
    #[error("the request has more than 200 parameters")]
    TooMany,
    #[error("the name of a parameter is too long")]
    NameTooLong,
    #[error("the value of a parameter is too long")]
    ValueTooLong,
    #[error("a percent sign is not followed by two hexadecimal digits")]
    BadPercent,
    #[error("a parameter is not UTF-8")]
    NotUtf8,
    #[error("a parameter contains the character NUL")]
    Nul,
}

impl FormError {
    /// Whether it is the size (HTTP 413 or 414) rather than the spelling (400).
    pub fn is_size(self) -> bool {
        match self {
            Self::TooLarge | Self::TooMany | Self::NameTooLong | Self::ValueTooLong => true,
            Self::BadPercent | Self::NotUtf8 | Self::Nul => false,
        }
    }
}

/// Decodes a form, in the order in which it was sent. Empty pieces between two `&` are skipped; a name without `=` has
/// the empty value.
pub fn parse(body: &[u8]) -> Result<Vec<(String, String)>, FormError> {
    if body.len() > MAX_BYTES {
        return Err(FormError::TooLarge);
    }
    let mut pairs = Vec::new();
    for piece in body.split(|b| *b == b'&').filter(|piece| !piece.is_empty()) {
        if pairs.len() == MAX_PARAMETERS {
            return Err(FormError::TooMany);
        }
        let mut halves = piece.splitn(2, |b| *b == b'=');
        let name = decode(halves.next().unwrap_or_default())?;
        let value = decode(halves.next().unwrap_or_default())?;
        if name.len() > MAX_NAME {
            return Err(FormError::NameTooLong);
        }
        if value.len() > MAX_VALUE {
            return Err(FormError::ValueTooLong);
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// One name or value: `+` is a space, `%XX` a byte. Also how the halves of HTTP Basic are decoded (RFC 6749 §2.3.1).
pub fn decode(text: &[u8]) -> Result<String, FormError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|b| char::from(*b).to_digit(16)).ok_or(FormError::BadPercent);
                let value = digit()? * 16 + digit()?;
                u8::try_from(value).map_err(|_| FormError::BadPercent)?
            }
            other => *other,
        });
    }
    if bytes.contains(&0) {
        return Err(FormError::Nul);
    }
    String::from_utf8(bytes).map_err(|_| FormError::NotUtf8)
}

/// RFC 6749 §3.1: a parameter must not be included more than once. Which value counts would be anybody's guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a parameter is included more than once")]
pub struct Duplicated(pub &'static str);

/// Decoded parameters of one request, found by name. Names that nobody asks for are ignored (RFC 6749 §3.1).
#[derive(Clone, Copy)]
pub struct Params<'a>(&'a [(String, String)]);

impl<'a> Params<'a> {
    pub fn new(pairs: &'a [(String, String)]) -> Self {
        Self(pairs)
    }

    /// The value, if there is one. Without a value it counts as left out (RFC 6749 §3.1); twice is refused, whether or
    /// not one of the two is empty.
    pub fn one(&self, name: &'static str) -> Result<Option<&'a str>, Duplicated> {
        let mut found = self.named(name);
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(Duplicated(name)),
            (first, None) => Ok(first.filter(|value| !value.is_empty())),
        }
    }

    /// Every value that is not empty, for the one parameter that may be repeated: `resource` (RFC 8707 §2).
    pub fn all(&self, name: &str) -> Vec<&'a str> {
        self.named(name).filter(|value| !value.is_empty()).collect()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::protocol::testing::pairs;
    use proptest::prelude::*;

    #[test]
    fn a_form_is_decoded_in_the_order_sent() {
        let found = parse(b"a=1+2&b=%C3%A9%26&c&=d&&a=x=y").unwrap();
        assert_eq!(found, pairs(&[("a", "1 2"), ("b", "é&"), ("c", ""), ("", "d"), ("a", "x=y")]));
    }

    #[test]
    fn what_a_browser_would_repair_is_refused() {
        for bad in ["a=%", "a=%1", "a=%1g", "a=%+1", "%zz=1"] {
            assert_eq!(parse(bad.as_bytes()), Err(FormError::BadPercent), "{bad}");
        }
        assert_eq!(parse(b"a=%ff"), Err(FormError::NotUtf8));
        assert_eq!(parse(b"a=\xff"), Err(FormError::NotUtf8));
        assert_eq!(parse(b"a=%ed%a0%80"), Err(FormError::NotUtf8));
        for field in ["a%00=1", "a=1%00", "a=\0"] {
            assert_eq!(parse(field.as_bytes()), Err(FormError::Nul), "{field:?}");
        }
    }

    #[test]
    fn a_flood_of_parameters_is_refused_before_it_is_decoded() {
        assert!(parse("a=1&".repeat(200).as_bytes()).is_ok());
        assert_eq!(parse("a=1&".repeat(201).as_bytes()), Err(FormError::TooMany));
        assert_eq!(parse("a=1&".repeat(10_000).as_bytes()), Err(FormError::TooMany));
        assert_eq!(parse("a".repeat(10_000_000).as_bytes()), Err(FormError::TooLarge));
        assert_eq!(parse("a".repeat(129).as_bytes()), Err(FormError::NameTooLong));
        assert_eq!(parse(format!("code={}", "1".repeat(16_385)).as_bytes()), Err(FormError::ValueTooLong));
        assert!(FormError::TooMany.is_size() && !FormError::Nul.is_size());
    }

    #[test]
    fn a_parameter_without_a_value_counts_as_left_out() {
        let sent = pairs(&[("state", ""), ("nonce", "n")]);
        let params = Params::new(&sent);
        assert_eq!(params.one("state"), Ok(None));
        assert_eq!(params.one("nonce"), Ok(Some("n")));
        assert_eq!(params.one("scope"), Ok(None));
    }

    #[test]
    fn two_code_fields_are_refused_outright_whichever_is_right() {
        for sent in [[("code", "000000"), ("code", "123456")], [("code", "123456"), ("code", "")]] {
            let sent = pairs(&sent);
            assert_eq!(Params::new(&sent).one("code"), Err(Duplicated("code")));
        }
    }

    #[test]
    fn an_array_a_document_or_a_look_alike_is_another_name() {
        for body in ["code%5B%5D=123456&Code=123456", "{\"code\":true}", "code+=123456", "xcode=1&code2=2"] {
            let sent = parse(body.as_bytes()).unwrap();
            assert_eq!(Params::new(&sent).one("code"), Ok(None), "{body}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_parsed_or_refused(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&body);
        }

        #[test]
        fn what_the_standard_encoder_writes_is_read_back(sent in proptest::collection::vec(("[^\0]{0,9}", "[^\0]{0,9}"), 0..9)) {
            let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&sent).finish();
            prop_assert_eq!(parse(text.as_bytes()).unwrap(), sent);
        }
    }
}
