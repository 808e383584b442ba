//! What every page has around it: language, whose house it is, which software sent the person here, the form's token.
use super::{
    assets,
    when::{When, Zone},
    words::{Key, Locale, Phrase},
};
use ostiary_gate::domain::time::Instant;

/// The name of the house where no clinic may be named yet.
const PRODUCT: &str = "Ostiary";

/// The frame around a page.
#[derive(Clone)]
pub struct Frame {
    pub locale: Locale,
    /// The clinic's zone; times are said in it.
    pub zone: Zone,
    /// Only what the request itself says, until the person is known (JOURNEYS A1): never derived from a typed address.
    pub clinic: Option<String>,
    /// The software that sent the person here.
    pub client: Option<String>,
    /// `https://id.bluegum.example`, no slash at the end.
    pub issuer: String,
    /// Bound to browser cookie and form (RULES 8).
    pub csrf: String,
    /// The value of `?visit=`; none outside a visit.
    pub visit: Option<String>,
}

impl Frame {
    /// A message of the catalogue by its key; templates write `frame.t("key")`.
    pub fn t(&self, key: &'static str) -> Phrase {
        self.locale.say(Key(key))
    }

    /// Whose house it is: the clinic's, or the product's own.
    pub fn owner(&self) -> &str {
        self.clinic.as_deref().unwrap_or(PRODUCT)
    }

    /// Who is named in the footer as the software that signs in here.
    pub fn software(&self) -> &str {
        self.client.as_deref().unwrap_or(PRODUCT)
    }

    /// What the person wanted to use, for the middle of a sentence.
    pub fn wanted(&self) -> String {
        self.client.clone().unwrap_or_else(|| self.t("wanted-nothing").to_string())
    }

    /// `path` within this visit.
    pub fn to(&self, path: &str) -> String {
        match &self.visit {
            Some(visit) => format!("{path}?visit={}", in_query(visit)),
            None => path.to_owned(),
        }
    }

    /// The issuer without its scheme, as an address bar shows it.
    pub fn host(&self) -> &str {
        self.issuer.split_once("://").map_or(self.issuer.as_str(), |(_, host)| host)
    }

    pub fn when(&self, at: &Instant) -> When<'_> {
        When { locale: &self.locale, zone: &self.zone, at: *at }
    }

    pub fn style_sheet(&self) -> &'static str {
        assets::style_sheet()
    }
    pub fn script(&self) -> &'static str {
        assets::script()
    }
    pub fn mark(&self) -> &'static str {
        assets::mark()
    }
}

/// A value for a query string: everything but RFC 3986's unreserved characters is percent-encoded.
pub fn in_query(value: &str) -> String {
    use std::fmt::Write;
    value.bytes().fold(String::with_capacity(value.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// What is wrong on a page: said in a summary at its top, and beside the field if it is about one.
pub struct Fault {
    /// The field's id; none for a fault of no field (too many tries, busy).
    pub field: Option<&'static str>,
    pub text: Phrase,
}

impl Fault {
    pub fn at(field: &'static str, text: Phrase) -> Self {
        Self { field: Some(field), text }
    }

    pub fn general(text: Phrase) -> Self {
        Self { field: None, text }
    }

    pub fn is_at(&self, field: &str) -> bool {
        self.field == Some(field)
    }
}

/// What the layout asks of every page.
pub trait Page {
    /// The heading, and the first half of the document's title.
    fn title(&self) -> Phrase;

    fn fault(&self) -> Option<Fault> {
        None
    }

    /// The fault's text if it is about this field.
    fn complaint(&self, field: &str) -> Option<Phrase> {
        self.fault().filter(|fault| fault.is_at(field)).map(|fault| fault.text)
    }
}

/// Whom a person is told to ask. Names are said only in browsers known to the person (RULES 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Helpers {
    /// "your practice manager"
    Role,
    Named(Vec<String>),
}

impl Helpers {
    /// For the middle of a sentence: "Priya Nair or Tom Reed".
    pub fn said(&self, frame: &Frame) -> String {
        match self {
            Self::Named(names) => match names.as_slice() {
                [] => frame.t("helpers-role").to_string(),
                [one] => one.clone(),
                [first @ .., last] => {
                    frame.t("helpers-named").with("first", first.join(", ")).with("last", last).to_string()
                }
            },
            Self::Role => frame.t("helpers-role").to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_in_a_link_cannot_break_out_of_it() {
        assert_eq!(in_query("a-Z0._~"), "a-Z0._~");
        assert_eq!(in_query("a&b=\"c ü"), "a%26b%3D%22c%20%C3%BC");
    }
}
