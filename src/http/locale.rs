//! `Accept-Language` (RFC 9110 §12.5.4) as wishes in order of preference.
use http::{HeaderMap, header};

/// As many as are looked at.
const MOST: usize = 16;

/// The tags by falling weight; those of the same weight as they were sent. What is refused (`q=0`) or not one is left out.
pub fn wishes(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    let ranges = lines.flat_map(|line| line.split(','));
    let mut found: Vec<(u16, &str)> = ranges.take(MOST).filter_map(read).collect();
    // Stable: equals keep their order.
    found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    found.into_iter().map(|(_, tag)| tag.to_owned()).collect()
}

fn read(range: &str) -> Option<(u16, &str)> {
    let mut parts = range.split(';');
    let tag = parts.next()?.trim();
    let is_tag = !tag.is_empty() && tag.len() <= 35 && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let weight = match parts.next() {
        None => 1000,
        Some(parameter) => weight(parameter.trim())?,
    };
    (is_tag && weight > 0).then_some((weight, tag))
}

/// `q=0.8` in thousandths.
fn weight(parameter: &str) -> Option<u16> {
    let value = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="))?.trim();
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, fraction) {
        ("0", fraction) => Some(fraction),
        ("1", 0) => Some(1000),
        (_, _) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wished(line: &str) -> Vec<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, line.parse().unwrap());
        wishes(&headers)
    }

    #[test]
    fn the_heaviest_wish_comes_first_and_a_refused_one_not_at_all() {
        assert_eq!(wished("de;q=0.5, en-AU, fr;q=0.75,it;q=0"), ["en-AU", "fr", "de"]);
        assert_eq!(wished("en, de"), ["en", "de"]);
    }

    #[test]
    fn nonsense_is_passed_over() {
        assert!(wished("*, <b>;q=1, de;q=2, de;q=0.1234, de;x, ;;;,").is_empty());
        assert_eq!(wished(&"en,".repeat(1000)).len(), 16);
    }
}
