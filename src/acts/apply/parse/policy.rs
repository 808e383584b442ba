//! `[tenant.policy]` and `[tenant.pending]`.
use super::words;
use crate::acts::apply::{
    reading::Fields,
    state::{Age, PendingWanted, PolicyWanted},
};
use ostiary_gate::domain::{
    tenant::{FirstBinding, TwoFactor},
    time::Span,
};

const MINUTE: Span = Span::minutes(1);
const TWO_FACTOR: [(&str, TwoFactor); 2] = [("off", TwoFactor::Off), ("required", TwoFactor::Required)];

pub(super) fn read(fields: &mut Fields<'_, '_>) -> PolicyWanted {
    let within = |most, words| words::between(MINUTE, most, words);
    let session = within(Span::days(30), "must be between a minute and 30 days");
    let binding =
        [("password", FirstBinding::Password), ("mail", FirstBinding::Mail), ("setup-code", FirstBinding::SetupCode)];
    let age = |text: &str| match text {
        "session" => Ok(Age::OfSession),
        text => within(Span::days(365), "must be between a minute and 365 days, or \"session\"")(text).map(Age::At),
    };
    PolicyWanted {
        two_factor: fields.choice("two_factor", &TWO_FACTOR).map(|noted| noted.value),
        passkey_counts: second_factors(fields),
        phone_required: fields.flag("phone_required"),
        second_factor_max_age: fields.parsed("second_factor_max_age", age).map(|noted| noted.value),
        session_idle: fields
            .parsed("session_idle", within(Span::hours(12), "must be between a minute and 12 hours"))
            .map(|noted| noted.value),
        session_absolute: fields.parsed("session_absolute", session).map(|noted| noted.value),
        offline_max_age: fields
            .parsed("offline_max_age", within(Span::days(365), "must be between a minute and 365 days"))
            .map(|noted| noted.value),
        first_binding: fields.choice("first_binding", &binding).map(|noted| noted.value),
    }
}

/// An authenticator app always counts, so only whether a passkey does is a choice.
fn second_factors(fields: &mut Fields<'_, '_>) -> Option<bool> {
    let paper = fields.paper();
    let (mut totp, mut passkey) = (false, false);
    for word in fields.list("second_factors")? {
        match word.value.as_str() {
            "totp" => totp = true,
            "passkey" => passkey = true,
            other => paper
                .note(Some(word.place), format!("\"{other}\" is no second factor; it can be \"totp\" and \"passkey\"")),
        }
    }
    if !totp {
        fields.fault("`second_factors` must have \"totp\": an authenticator app always counts");
    }
    Some(passkey)
}

pub(super) fn pending(mut fields: Fields<'_, '_>) -> Option<PendingWanted> {
    let text = fields.text_or_date("starts_at");
    let text = fields.need("starts_at", text);
    let starts_at = text.and_then(|text| {
        let read = words::moment(&text.value);
        let place = text.place;
        read.map(|value| crate::acts::apply::reading::Noted { value, place })
            .map_err(|why| fields.paper().note(Some(place), format!("`starts_at`: {why}")))
            .ok()
    });
    let two_factor = fields.choice("two_factor", &TWO_FACTOR);
    match fields.need("two_factor", two_factor) {
        Some(noted) if noted.value == TwoFactor::Off => {
            fields.paper().note(Some(noted.place), "a pending change can only tighten: two_factor = \"required\"");
        }
        Some(_) | None => {}
    }
    fields.finish();
    Some(PendingWanted { starts_at: starts_at? })
}
