//! From a letter in the outbox to a mail: its words in the clinic's language and zone, its links at the issuer.
use crate::{
    acts::letters::{Addressed, House, Letter, News, Seen},
    outgoing,
    store::Claimed,
    views::{
        frame::{Frame, in_query},
        mail::{self, Mail},
        when::Zone,
        words::Locale,
    },
};
use ostiary_gate::domain::{secret::Secret, time::Instant};

/// Writes the mail that a claimed row holds. An error is for good: the row will not read better later.
pub(super) fn write(claimed: &Claimed, issuer: &str, now: Instant) -> Result<outgoing::mail::Mail, String> {
    let body = claimed.body.as_ref().map_err(|_| "the seal does not open".to_owned())?;
    let letter: Addressed = serde_json::from_slice(body).map_err(|_| "the letter cannot be read".to_owned())?;
    let written = words(&letter, issuer).write(&frame(letter.house.as_ref(), issuer));
    let written = written.map_err(|_| "the letter cannot be written".to_owned())?;
    Ok(outgoing::mail::Mail {
        id: claimed.id.clone(),
        from_name: letter.house.map(|house| house.name),
        to: letter.address,
        subject: written.subject,
        text: written.text,
        html: written.html,
        at: now,
    })
}

fn frame(house: Option<&House>, issuer: &str) -> Frame {
    Frame {
        locale: Locale::choose(house.map(|house| house.locale.as_str())),
        zone: house.and_then(|house| Zone::named(&house.time_zone)).unwrap_or_else(Zone::utc),
        clinic: house.map(|house| house.name.clone()),
        client: None,
        issuer: issuer.to_owned(),
        csrf: String::new(),
        visit: None,
    }
}

fn words(letter: &Addressed, issuer: &str) -> Mail {
    let at = |path: &str| format!("{issuer}{path}");
    let with = |path: &str, token: &Secret| Secret::new(format!("{issuer}{path}?token={}", in_query(token.expose())));
    match &letter.letter {
        Letter::Invitation { by, token, .. } => Mail::Invitation { by: by.clone(), link: with("/invite", token) },
        Letter::Scheduled { starts_at } => Mail::Scheduled { starts_at: *starts_at, link: at("/account") },
        Letter::Tomorrow { starts_at } => Mail::Tomorrow { starts_at: *starts_at, link: at("/account") },
        Letter::News(told) => {
            let none = Secret::new("");
            let not_me = letter.not_me.as_ref().unwrap_or(&none);
            Mail::AboutYou { news: news(told), not_me: with("/not-me", not_me) }
        }
        Letter::FewBackupCodes { left } => Mail::FewBackupCodes { left: *left, link: at("/account") },
        Letter::HelpAsked { name, person } => {
            let link = match &letter.house {
                Some(house) => at(&format!("/console/{}/people/{person}", in_query(&house.slug))),
                None => at("/account"),
            };
            Mail::HelpAsked { person: name.clone(), link }
        }
        Letter::TurnedOn { by } => Mail::TurnedOn { by: by.clone() },
        Letter::TurnedOff { by, reason } => Mail::TurnedOff { by: by.clone(), reason: reason.clone() },
        Letter::StartCancelled { by, reason } => Mail::StartCancelled { by: by.clone(), reason: reason.clone() },
        Letter::Required => Mail::Required { link: at("/account") },
        Letter::Reminder => Mail::Reminder { link: at("/account") },
        Letter::StartPostponed { by, reason, starts_at } => {
            Mail::StartPostponed { by: by.clone(), reason: reason.clone(), starts_at: *starts_at }
        }
        Letter::Loosened { by, reason } => Mail::Loosened { by: by.clone(), reason: reason.clone() },
        Letter::OperatorActed { by, what } => Mail::OperatorActed { by: by.clone(), what: what.clone() },
        Letter::PersonReset { by, name } => Mail::PersonReset { by: by.clone(), person: name.clone() },
        Letter::Code { code, .. } => Mail::Code { code: code.clone() },
        Letter::PasswordReset { token, .. } => Mail::PasswordReset { link: with("/login/reset", token) },
    }
}

fn news(told: &News) -> mail::News {
    let seen = |seen: &Seen| mail::Seen { at: seen.at, browser: seen.browser.clone() };
    match told {
        News::AuthenticatorAdded { seen: at, .. } => mail::News::AuthenticatorAdded(seen(at)),
        News::AuthenticatorReplaced { seen: at, .. } => mail::News::AuthenticatorReplaced(seen(at)),
        News::AuthenticatorReset { by, entry } => {
            mail::News::AuthenticatorReset { by: by.clone(), entry: entry.clone() }
        }
        News::BackupCodeUsed { left } => mail::News::BackupCodeUsed { left: *left },
        News::PasswordChanged(at) => mail::News::PasswordChanged(seen(at)),
        News::PhoneChanged(at) => mail::News::PhoneChanged(seen(at)),
        News::EmailChanged(at) => mail::News::EmailChanged(seen(at)),
    }
}
