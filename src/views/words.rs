//! The words: Fluent catalogues under `locales/`, one folder a language, compiled in.
//!
//! A [`Phrase`] is a key with its values. It is plain text until [`Phrase::rich`] makes it HTML, and only there do the
//! catalogue's `**bold**` marks mean something; what is put into it is escaped first, so a clinic's name never is markup.
use askama::{FastWritable, filters::HtmlSafe};
use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue};
use std::{borrow::Borrow, borrow::Cow, collections::HashMap, fmt, fmt::Display};

fluent_templates::static_loader! {
    static CATALOGUES = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// A language we have a catalogue for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale(LanguageIdentifier);

impl Default for Locale {
    fn default() -> Self {
        Self(fluent_templates::langid!("en"))
    }
}

impl Locale {
    /// The first of the wishes that we speak, by whole tag and then by language alone; English if none is.
    /// Wishes are language tags (RFC 5646) in the order of preference: `ui_locales`, what was saved, `Accept-Language`
    /// with its weights already applied, the tenant's own.
    pub fn choose<'a>(wishes: impl IntoIterator<Item = &'a str>) -> Self {
        wishes
            .into_iter()
            .filter_map(|wish| wish.trim().parse::<LanguageIdentifier>().ok())
            .find_map(|wish| {
                let whole = CATALOGUES.locales().find(|have| **have == wish);
                whole.or_else(|| CATALOGUES.locales().find(|have| have.language == wish.language)).cloned()
            })
            .map_or_else(Self::default, Self)
    }

    /// The tag for `lang=` and `ui_locales`.
    pub fn tag(&self) -> String {
        self.0.to_string()
    }

    pub fn say(&self, key: Key) -> Phrase {
        Phrase { locale: self.clone(), key: Cow::Borrowed(key.0), values: Vec::new() }
    }
}

/// The name of a message. Written as `Key("…")` with the literal inside, so that a test can find every use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub &'static str);

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Number(u32),
}

/// A message in one language with what is to be put into it.
#[derive(Clone, Debug)]
pub struct Phrase {
    locale: Locale,
    key: Cow<'static, str>,
    values: Vec<(&'static str, Value)>,
}

impl Phrase {
    /// Puts a piece of text into the message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.values.push((name, Value::Text(value.to_string())));
        self
    }

    /// Puts a number into the message, which may choose a plural by it.
    #[must_use]
    pub fn count(mut self, name: &'static str, value: impl Borrow<u32>) -> Self {
        self.values.push((name, Value::Number(*value.borrow())));
        self
    }

    /// As HTML: values escaped, the catalogue's `**marks**` made strong.
    pub fn rich(&self) -> Rich {
        let text = self.text(escaped);
        let mut html = String::with_capacity(text.len() + 32);
        for (n, part) in text.split("**").enumerate() {
            match n {
                0 => {}
                n if n % 2 == 1 => html.push_str("<strong>"),
                _ => html.push_str("</strong>"),
            }
            html.push_str(part);
        }
        Rich(html)
    }

    fn text(&self, clean: fn(&str) -> String) -> String {
        let values: HashMap<Cow<'static, str>, FluentValue<'_>> = self
            .values
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Value::Text(text) => FluentValue::from(clean(text)),
                    Value::Number(n) => FluentValue::from(*n),
                };
                (Cow::Borrowed(*name), value)
            })
            .collect();
        // A missing key shows itself; the test over all pages fails on it long before a person could see it.
        CATALOGUES
            .try_lookup_with_args(&self.locale.0, &self.key, &values)
            .unwrap_or_else(|| self.key.clone().into_owned())
    }
}

impl Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(str::to_owned))
    }
}

/// A message as HTML that is safe to put into a page.
#[derive(Clone, Debug)]
pub struct Rich(String);

impl Display for Rich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FastWritable for Rich {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

impl HtmlSafe for Rich {}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Our own mark for strong text must not come from a name.
            '*' => safe.push_str("&#42;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clinics_name_cannot_become_markup() {
        let phrase = Locale::default().say(Key("sign-in-to")).with("app", "<b>**Rose** & Co</b>");
        let html = phrase.rich().to_string();
        assert!(html.contains("<strong>&lt;b&gt;&#42;&#42;Rose&#42;&#42; &amp; Co&lt;/b&gt;</strong>"), "{html}");
        assert!(phrase.to_string().contains("<b>**Rose** & Co</b>"), "plain text stays as it is: {phrase}");
    }

    #[test]
    fn the_first_wish_that_we_speak_wins_and_nonsense_is_english() {
        assert_eq!(Locale::choose(["tlh", "en-AU", "en"]).tag(), "en");
        assert_eq!(Locale::choose(["%%%", ""]).tag(), "en");
        assert_eq!(Locale::choose([]), Locale::default());
    }
}
