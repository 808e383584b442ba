//! The activity log in sentences, one for each event (JOURNEYS B9). Names come from the caller; the log holds ids only.
use super::{
    frame::Frame,
    words::{Key, Phrase},
};
use ostiary_gate::domain::{amr::Acr, audit::Event, ids::GrantId, time::Instant};

/// A row of the log, its ids already turned into names. A name that is gone (an erased person) is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub at: Instant,
    pub event: Event,
    pub actor: Option<String>,
    pub person: Option<String>,
    pub app: Option<String>,
    /// A few words: the reason of a refusal, old and new value.
    pub detail: String,
}

impl Line {
    pub fn said(&self, frame: &Frame) -> Phrase {
        let name =
            |name: &Option<String>, none: &'static str| name.clone().unwrap_or_else(|| frame.t(none).to_string());
        let sentence = frame
            .locale
            .say(key(self.event))
            .with("actor", name(&self.actor, "log-somebody"))
            .with("person", name(&self.person, "log-somebody"))
            .with("app", name(&self.app, if self.event == Event::SignedIn { "log-our-pages" } else { "log-an-app" }));
        match self.told(frame) {
            Some(detail) => frame.t("log-with-detail").with("sentence", sentence).with("detail", detail),
            None => sentence,
        }
    }

    /// The detail in words. What is written for programs, an `acr` or the id of a grant, is not a manager's to read.
    fn told(&self, frame: &Frame) -> Option<String> {
        if self.detail.is_empty() || self.detail.starts_with(GrantId::PREFIX) {
            return None;
        }
        if self.event != Event::SignedIn {
            return Some(self.detail.clone());
        }
        let how = match Acr::parse(&self.detail)? {
            Acr::Sfa => "log-with-password",
            Acr::Mfa | Acr::Phr => "log-with-second-factor",
        };
        Some(frame.t(how).to_string())
    }
}

/// Every kind of event, in the order in which the log offers them.
pub const KINDS: [Event; 52] = [
    Event::SignedIn,
    Event::SignInRefused,
    Event::PasswordWrong,
    Event::CodeAccepted,
    Event::CodeWrong,
    Event::CodeReplayed,
    Event::Throttled,
    Event::SignedOut,
    Event::EnrolmentStarted,
    Event::AuthenticatorConfirmed,
    Event::AuthenticatorReplaced,
    Event::AuthenticatorReset,
    Event::BackupCodesMade,
    Event::BackupCodesSaved,
    Event::BackupCodeUsed,
    Event::BackupCodeWrong,
    Event::SetUpCodeGiven,
    Event::SetUpCodeUsed,
    Event::PhoneChanged,
    Event::PasswordChanged,
    Event::PasswordReset,
    Event::MailCodeSent,
    Event::MailCodeAccepted,
    Event::HelpAsked,
    Event::GrantGiven,
    Event::GrantSuspended,
    Event::GrantResumed,
    Event::GrantEnded,
    Event::TokenReused,
    Event::CodeReused,
    Event::TwoFactorRequired,
    Event::TwoFactorScheduled,
    Event::TwoFactorScheduleCancelled,
    Event::TwoFactorStarted,
    Event::TwoFactorTurnedOff,
    Event::PolicyChanged,
    Event::PolicyChangeRefused,
    Event::ConnectionMade,
    Event::ConnectionEnded,
    Event::PersonInvited,
    Event::MembershipAccepted,
    Event::MembershipChanged,
    Event::PersonChanged,
    Event::PersonDisabled,
    Event::PersonEnabled,
    Event::ClientChanged,
    Event::TenantChanged,
    Event::ResourceChanged,
    Event::KeyMade,
    Event::KeyRetired,
    Event::ConsentGiven,
    Event::ConsentWithdrawn,
];

/// A kind as an option of the filter: its sentence about nobody in particular.
pub fn named(frame: &Frame, kind: Event) -> Phrase {
    let somebody = frame.t("log-somebody");
    frame.locale.say(key(kind)).with("actor", &somebody).with("person", &somebody).with("app", frame.t("log-an-app"))
}

/// A kind as the value of `?kind=`.
pub fn value(kind: Event) -> &'static str {
    key(kind).0.trim_start_matches("event-")
}

/// The kind behind a value of `?kind=`.
pub fn kind(value_of: &str) -> Option<Event> {
    KINDS.into_iter().find(|kind| value(*kind) == value_of)
}

fn key(event: Event) -> Key {
    match event {
        Event::SignedIn => Key("event-signed-in"),
        Event::SignInRefused => Key("event-sign-in-refused"),
        Event::PasswordWrong => Key("event-password-wrong"),
        Event::CodeAccepted => Key("event-code-accepted"),
        Event::CodeWrong => Key("event-code-wrong"),
        Event::CodeReplayed => Key("event-code-replayed"),
        Event::Throttled => Key("event-throttled"),
        Event::SignedOut => Key("event-signed-out"),
        Event::EnrolmentStarted => Key("event-enrolment-started"),
        Event::AuthenticatorConfirmed => Key("event-authenticator-confirmed"),
        Event::AuthenticatorReplaced => Key("event-authenticator-replaced"),
        Event::AuthenticatorReset => Key("event-authenticator-reset"),
        Event::BackupCodesMade => Key("event-backup-codes-made"),
        Event::BackupCodesSaved => Key("event-backup-codes-saved"),
        Event::BackupCodeUsed => Key("event-backup-code-used"),
        Event::BackupCodeWrong => Key("event-backup-code-wrong"),
        Event::SetUpCodeGiven => Key("event-set-up-code-given"),
        Event::SetUpCodeUsed => Key("event-set-up-code-used"),
        Event::PhoneChanged => Key("event-phone-changed"),
        Event::PasswordChanged => Key("event-password-changed"),
        Event::PasswordReset => Key("event-password-reset"),
        Event::MailCodeSent => Key("event-mail-code-sent"),
        Event::MailCodeAccepted => Key("event-mail-code-accepted"),
        Event::HelpAsked => Key("event-help-asked"),
        Event::GrantGiven => Key("event-grant-given"),
        Event::GrantSuspended => Key("event-grant-suspended"),
        Event::GrantResumed => Key("event-grant-resumed"),
        Event::GrantEnded => Key("event-grant-ended"),
        Event::TokenReused => Key("event-token-reused"),
        Event::CodeReused => Key("event-code-reused"),
        Event::TwoFactorRequired => Key("event-two-factor-required"),
        Event::TwoFactorScheduled => Key("event-two-factor-scheduled"),
        Event::TwoFactorScheduleCancelled => Key("event-two-factor-schedule-cancelled"),
        Event::TwoFactorStarted => Key("event-two-factor-started"),
        Event::TwoFactorTurnedOff => Key("event-two-factor-turned-off"),
        Event::PolicyChanged => Key("event-policy-changed"),
        Event::PolicyChangeRefused => Key("event-policy-change-refused"),
        Event::ConnectionMade => Key("event-connection-made"),
        Event::ConnectionEnded => Key("event-connection-ended"),
        Event::PersonInvited => Key("event-person-invited"),
        Event::MembershipAccepted => Key("event-membership-accepted"),
        Event::MembershipChanged => Key("event-membership-changed"),
        Event::PersonChanged => Key("event-person-changed"),
        Event::PersonDisabled => Key("event-person-disabled"),
        Event::PersonEnabled => Key("event-person-enabled"),
        Event::ClientChanged => Key("event-client-changed"),
        Event::TenantChanged => Key("event-tenant-changed"),
        Event::ResourceChanged => Key("event-resource-changed"),
        Event::KeyMade => Key("event-key-made"),
        Event::KeyRetired => Key("event-key-retired"),
        Event::ConsentGiven => Key("event-consent-given"),
        Event::ConsentWithdrawn => Key("event-consent-withdrawn"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_sentence_of_the_catalogue_is_the_one_of_the_event_it_is_named_for() {
        let catalogue = include_str!("../../locales/en/account.ftl");
        let named = catalogue.lines().filter_map(|line| line.strip_prefix("event-")?.split_once(" =")).map(|(n, _)| n);
        let named: BTreeSet<&str> = named.collect();
        for name in &named {
            let event: Event = serde_json::from_value(name.replace('-', "_").into()).expect(name);
            assert_eq!(value(event), *name);
            assert_eq!(kind(name), Some(event), "{name} is missing in KINDS");
        }
        assert_eq!(named.len(), KINDS.len());
        assert_eq!(kind("nothing"), None);
    }

    #[test]
    fn what_is_written_for_programs_is_said_in_words_or_not_at_all() {
        let frame = crate::views::gallery::frame();
        let said = |event, detail: &str| {
            let line = Line {
                at: Instant(0),
                event,
                actor: None,
                person: Some("Sam".to_owned()),
                app: None,
                detail: detail.to_owned(),
            };
            line.said(&frame).to_string()
        };
        let signed_in = said(Event::SignedIn, "https://refeds.org/profile/mfa");
        assert!(signed_in.contains("two factors") && !signed_in.contains("refeds"), "{signed_in}");
        assert!(!said(Event::GrantSuspended, "gra_aaaaaaaaaaaaaaaaaaaaaaaaaa").contains("gra_"));
        assert!(said(Event::TwoFactorTurnedOff, "we moved").contains("we moved"));
    }
}
