//! `/enrol/phone`: the number the clinic calls before it resets somebody's sign-in (JOURNEYS A4).
use super::Steps;
use crate::views::{
    countries::{self, Country},
    frame::{Fault, Frame, Helpers, Page},
    words::Phrase,
};
use askama::Template;

#[derive(Template)]
#[template(path = "enrol/phone.html")]
pub struct Phone {
    pub frame: Frame,
    /// None when a person changes it on the account page.
    pub steps: Option<Steps>,
    /// ISO 3166 code of the chosen country; the clinic's own at first.
    pub country: String,
    /// The clinic's usual countries, its own first; they stand above the full list.
    pub usual: Vec<String>,
    /// As it was typed.
    pub number: String,
    pub helpers: Helpers,
    pub error: Option<PhoneError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneError {
    Empty,
    Landline,
    /// Not a number of the chosen country.
    NotANumber,
    NoSuchCountry,
}

impl Phone {
    fn action(&self) -> &'static str {
        if self.steps.is_some() { "/enrol/phone" } else { "/account/phone" }
    }

    /// The clinic's usual countries, in its own order.
    fn usual(&self) -> Vec<Choice> {
        self.usual.iter().filter_map(|code| countries::find(code)).map(|country| self.choice(country)).collect()
    }

    /// All others by name.
    fn others(&self) -> Vec<Choice> {
        let is_usual = |country: &Country| self.usual.iter().any(|code| code == country.code);
        let mut others: Vec<Choice> =
            countries::ALL.iter().filter(|country| !is_usual(country)).map(|country| self.choice(country)).collect();
        others.sort_by(|a, b| a.name.cmp(&b.name));
        others
    }

    fn choice(&self, country: &Country) -> Choice {
        Choice {
            code: country.code,
            calling: country.calling,
            name: country.name(&self.frame.locale),
            is_chosen: self.country == country.code,
        }
    }
}

/// An option of the country field.
struct Choice {
    code: &'static str,
    calling: u16,
    name: String,
    is_chosen: bool,
}

impl Page for Phone {
    fn title(&self) -> Phrase {
        self.frame.t("phone-title")
    }

    fn fault(&self) -> Option<Fault> {
        let t = |key| self.frame.t(key);
        Some(match self.error? {
            PhoneError::Empty => Fault::at("phone", t("phone-empty")),
            PhoneError::Landline => {
                Fault::at("phone", t("phone-landline").with("helpers", self.helpers.said(&self.frame)))
            }
            PhoneError::NotANumber => {
                let name = countries::find(&self.country).map(|country| country.name(&self.frame.locale));
                let name = name.unwrap_or_else(|| self.country.clone());
                Fault::at("phone", t("phone-not-a-number").with("country", name))
            }
            PhoneError::NoSuchCountry => Fault::at("country", t("phone-no-country")),
        })
    }
}

/// A number is on file: nothing is asked twice (WCAG 3.3.7).
#[derive(Template)]
#[template(path = "enrol/phone_known.html")]
pub struct PhoneKnown {
    pub frame: Frame,
    pub steps: Steps,
    /// The last digits, only in browsers known to the person (RULES 6).
    pub ends_in: Option<String>,
    /// A number on file changes only with a second factor or a set-up code (RULES 6).
    pub may_change: bool,
}

impl Page for PhoneKnown {
    fn title(&self) -> Phrase {
        self.frame.t("phone-known-title")
    }
}
