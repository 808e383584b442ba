//! What a relying party checks itself, whatever it asked for: the provider may have ignored the wish, and the answer may be
//! meant for another clinic. Pure.
use ostiary_gate::domain::time::{Instant, Span};

/// The strings under which Ostiary names a sign-in with two factors.
pub const TWO_FACTORS: [&str; 3] =
    ["https://refeds.org/profile/mfa", "mfa", "http://schemas.openid.net/pape/policies/2007/06/multi-factor"];

/// How far two machines' clocks may differ.
const SKEW: Span = Span::seconds(30);

/// How somebody signed in, from a verified token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub sub: String,
    pub acr: Option<String>,
    pub amr: Vec<String>,
    pub auth_time: Option<Instant>,
    pub tenant_id: Option<String>,
}

impl SignIn {
    pub fn with_two_factors(&self) -> bool {
        self.acr.as_deref().is_some_and(|acr| TWO_FACTORS.contains(&acr))
    }

    pub fn with_code(&self) -> bool {
        self.amr.iter().any(|reference| reference == "otp")
    }
}

/// What the app needs of this one answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expects {
    /// The clinic the request was for. None: whichever the person chose.
    pub tenant_id: Option<String>,
    /// The person the request was for (`id_token_hint`).
    pub sub: Option<String>,
    /// Two factors, one of them a 6-digit code.
    pub code: bool,
    pub max_age: Option<Span>,
}

/// Why an answer is not enough.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Short {
    #[error("the token is for another clinic than the one that was asked for")]
    OtherTenant,
    #[error("the token names no clinic")]
    NoTenant,
    #[error("somebody else signed in")]
    OtherPerson,
    #[error("the token does not say how the person signed in (no acr)")]
    NoAcr,
    #[error("a 6-digit code was needed, and the sign-in was {acr} by {amr}")]
    NoCode { acr: String, amr: String },
    #[error("the token does not say when the person signed in (no auth_time)")]
    NoAuthTime,
    #[error("the sign-in is older than the {} seconds that were asked for", .0.as_seconds())]
    TooOld(Span),
    #[error("the sign-in lies in the future")]
    NotYet,
}

/// `tenant_id` is compared like `state`: a token for one clinic opens nothing of another (RULES 3).
pub fn check(expects: &Expects, said: &SignIn, now: Instant) -> Result<(), Short> {
    let tenant = said.tenant_id.as_deref().ok_or(Short::NoTenant)?;
    if expects.tenant_id.as_deref().is_some_and(|expected| expected != tenant) {
        return Err(Short::OtherTenant);
    }
    if expects.sub.as_deref().is_some_and(|expected| expected != said.sub) {
        return Err(Short::OtherPerson);
    }
    let acr = said.acr.as_deref().filter(|acr| !acr.is_empty()).ok_or(Short::NoAcr)?;
    if expects.code && !(said.with_two_factors() && said.with_code()) {
        return Err(Short::NoCode { acr: acr.to_owned(), amr: said.amr.join(" and ") });
    }
    let at = said.auth_time.ok_or(Short::NoAuthTime)?;
    if at > now.plus(SKEW) {
        return Err(Short::NotYet);
    }
    match expects.max_age {
        Some(max_age) if now.since(at) > Span(max_age.0.saturating_add(SKEW.0)) => Err(Short::TooOld(max_age)),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_seconds(10_000);

    fn said() -> SignIn {
        SignIn {
            sub: "per_sam".to_owned(),
            acr: Some("https://refeds.org/profile/mfa".to_owned()),
            amr: ["pwd", "otp", "mfa"].map(str::to_owned).into(),
            auth_time: Some(NOW.minus(Span::minutes(2))),
            tenant_id: Some("ten_a".to_owned()),
        }
    }

    fn strict() -> Expects {
        Expects {
            tenant_id: Some("ten_a".to_owned()),
            sub: Some("per_sam".to_owned()),
            code: true,
            max_age: Some(Span::hours(1)),
        }
    }

    #[test]
    fn a_sign_in_with_a_code_at_the_clinic_asked_for_is_enough() {
        assert_eq!(check(&strict(), &said(), NOW), Ok(()));
        assert_eq!(check(&Expects::default(), &said(), NOW), Ok(()));
    }

    #[test]
    fn another_clinic_another_person_or_none_is_not() {
        let elsewhere = SignIn { tenant_id: Some("ten_b".to_owned()), ..said() };
        assert_eq!(check(&strict(), &elsewhere, NOW), Err(Short::OtherTenant));
        let nowhere = SignIn { tenant_id: None, ..said() };
        assert_eq!(check(&Expects::default(), &nowhere, NOW), Err(Short::NoTenant));
        let other = SignIn { sub: "per_mei".to_owned(), ..said() };
        assert_eq!(check(&strict(), &other, NOW), Err(Short::OtherPerson));
    }

    #[test]
    fn a_password_is_no_code_whatever_the_class_says() {
        let password = SignIn { amr: vec!["pwd".to_owned()], ..said() };
        assert!(matches!(check(&strict(), &password, NOW), Err(Short::NoCode { .. })));
        let low = SignIn { acr: Some("https://refeds.org/profile/sfa".to_owned()), ..said() };
        assert!(matches!(check(&strict(), &low, NOW), Err(Short::NoCode { .. })));
        let silent = SignIn { acr: Some(String::new()), ..said() };
        assert_eq!(check(&Expects::default(), &silent, NOW), Err(Short::NoAcr));
    }

    #[test]
    fn the_age_that_was_asked_for_is_checked_with_half_a_minute_for_the_clocks() {
        let aged = |age: Span| check(&strict(), &SignIn { auth_time: Some(NOW.minus(age)), ..said() }, NOW);
        assert_eq!(aged(Span::seconds(3_630)), Ok(()));
        assert_eq!(aged(Span::seconds(3_631)), Err(Short::TooOld(Span::hours(1))));
        assert_eq!(aged(Span::seconds(-30)), Ok(()));
        assert_eq!(aged(Span::seconds(-31)), Err(Short::NotYet));
        let timeless = SignIn { auth_time: None, ..said() };
        assert_eq!(check(&Expects::default(), &timeless, NOW), Err(Short::NoAuthTime));
    }
}
