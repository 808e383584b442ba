//! What single values may be.
use crate::acts::apply::state::Moment;
use ostiary_gate::domain::{scope::Scope, time::Span};
use url::Url;

/// The longest name of anything.
const LONGEST_NAME: usize = 200;

/// A name that people read: something, one line, no control characters.
pub(super) fn name(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        Err("is empty")
    } else if text.chars().count() > LONGEST_NAME {
        Err("is longer than 200 characters")
    } else if text.chars().any(char::is_control) {
        Err("has a control character")
    } else {
        Ok(text.to_owned())
    }
}

/// The stable handle of a tenant.
pub(super) fn slug(text: &str) -> Result<String, &'static str> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(1..=63).contains(&text.len()) || !text.bytes().all(fits) || text.starts_with('-') || text.ends_with('-') {
        return Err("must be 1 to 63 small letters, digits and inner hyphens");
    }
    Ok(text.to_owned())
}

/// `12h`, `90d`, `1h 30m`: weeks, days of 24 hours, hours, minutes, seconds.
pub(super) fn span(text: &str) -> Result<Span, &'static str> {
    const FORM: &str = "must be a length of time: 30m, 12h, 90d, 1h 30m";
    let (mut total, mut number) = (0_i64, String::new());
    for c in text.chars().filter(|c| *c != ' ') {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            'w' => 604_800,
            'd' => 86_400,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return Err(FORM),
        };
        let seconds = number.parse::<i64>().ok().and_then(|n| n.checked_mul(unit)).ok_or(FORM)?;
        total = total.checked_add(seconds).ok_or(FORM)?;
        number.clear();
    }
    if total == 0 || !number.is_empty() || total > 100 * 366 * 86_400 {
        return Err(FORM);
    }
    Ok(Span::seconds(total))
}

/// A span within limits that are said in words.
pub(super) fn between(least: Span, most: Span, words: &'static str) -> impl Fn(&str) -> Result<Span, &'static str> {
    move |text| span(text).and_then(|span| if (least..=most).contains(&span) { Ok(span) } else { Err(words) })
}

/// The IANA database is built in, so the name is good everywhere or nowhere.
pub fn time_zone(text: &str) -> Result<String, &'static str> {
    let zone = jiff::tz::TimeZone::get(text).ok();
    let name = zone.as_ref().and_then(jiff::tz::TimeZone::iana_name).map(str::to_owned);
    name.ok_or("is no time zone of the IANA database, such as Australia/Sydney")
}

/// A language tag (BCP 47), as far as its letters go.
pub(super) fn locale(text: &str) -> Result<String, &'static str> {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let fits = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
    let rest = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    if fits && text.len() <= 35 && parts.all(rest) { Ok(text.to_owned()) } else { Err("must be a language tag: en-AU") }
}

/// ISO 3166, as numbers know it.
pub(super) fn country(text: &str) -> Result<String, &'static str> {
    let known = text.bytes().all(|b| b.is_ascii_uppercase()) && text.parse::<phonenumber::country::Id>().is_ok();
    if known { Ok(text.to_owned()) } else { Err("must be a country of two capital letters: AU") }
}

/// A mobile number with its country in front, as E.164. Numbers of North America do not say whether they are mobile.
pub(super) fn phone(text: &str) -> Result<String, &'static str> {
    const FORM: &str = "must be a mobile number with its country: +61491570006";
    // The parser's work grows with what it is given.
    if text.len() > 32 || !text.trim_start().starts_with('+') {
        return Err(FORM);
    }
    let number = phonenumber::parse(None, text).map_err(|_| FORM)?;
    if !number.is_valid() {
        return Err("is no number of its country's");
    }
    match number.number_type(&phonenumber::metadata::DATABASE) {
        phonenumber::Type::FixedLine => Err("is a landline; a mobile number is needed"),
        _ => Ok(number.format().mode(phonenumber::Mode::E164).to_string()),
    }
}

/// Something with one @ and a dot behind it, lower-cased: how people are found.
pub fn email(text: &str) -> Result<String, &'static str> {
    const FORM: &str = "must be an e-mail address";
    let (local, domain) = text.rsplit_once('@').ok_or(FORM)?;
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '@' | '<' | '>' | ',' | ';' | '"');
    let label = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    let good = (1..=64).contains(&local.len()) && domain.len() <= 253 && text.chars().filter(|c| *c != '@').all(fits);
    if good && domain.split('.').all(label) && !local.contains('@') && domain.contains('.') {
        Ok(text.to_lowercase())
    } else {
        Err(FORM)
    }
}

pub(super) fn scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text).map_err(|why| why.to_string())
}

/// `2026-12-01T20:00:00` on the clinic's clock, or an instant with its offset.
pub(super) fn moment(text: &str) -> Result<Moment, &'static str> {
    if let Ok(exact) = text.parse() {
        return Ok(Moment::Exact(exact));
    }
    text.parse().map(Moment::Local).map_err(|_| "must be a date and time on the clinic's clock: 2026-12-01T20:00:00")
}

/// A web address (OIDC Core 5.1: `profile`, `picture`, `website`).
pub(super) fn web_address(text: &str) -> Result<String, &'static str> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(text.to_owned()),
        _ => Err("must be a web address: https://…"),
    }
}

/// OIDC Core 5.1: `YYYY-MM-DD`, the year alone, or 0000 for a year that is not told.
pub(super) fn birthdate(text: &str) -> Result<String, &'static str> {
    let year = |text: &str| text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    let leap = text.strip_prefix("0000-").map(|rest| format!("2000-{rest}"));
    let whole = |text: &str| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
    if year(text) || whole(leap.as_deref().unwrap_or(text)) {
        Ok(text.to_owned())
    } else {
        Err("must be YYYY-MM-DD or YYYY")
    }
}
