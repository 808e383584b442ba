//! `ui_locales` and `claims_locales` (OIDC Core §3.1.2.1): wishes in order of preference. Never a reason for an error.

/// How many are looked at.
const MOST: usize = 10;
/// RFC 5646 §4.4.1: 35 characters hold any tag without extensions.
const LONGEST: usize = 35;

/// The language tags (BCP 47) that look like ones, in the order sent; the rest is passed over.
pub fn parse(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split(' ').filter(|tag| is_tag(tag)).take(MOST).map(str::to_owned).collect()
}

fn is_tag(tag: &str) -> bool {
    tag.len() <= LONGEST
        && tag.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_kept_in_order_and_markup_is_passed_over() {
        assert_eq!(parse(Some("fr-CA  <script> en-AU de_DE de")), ["fr-CA", "en-AU", "de"]);
        assert!(parse(None).is_empty());
        assert_eq!(parse(Some(&"en ".repeat(99))).len(), 10);
    }
}
