//! What the activity log knows: who did what to whom. Ids only, so that erasing a person leaves the log valid.
use super::ids::{ClientId, PersonId, TenantId};
use serde::{Deserialize, Serialize};

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Person(PersonId),
    Client(ClientId),
    /// The operator, by the name of the operating system's user.
    Operator(String),
    /// Nobody: a clock, a limit, an unknown visitor.
    System,
}

/// What happened. The console says each in a sentence of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    SignedIn,
    SignInRefused,
    PasswordWrong,
    CodeAccepted,
    CodeWrong,
    CodeReplayed,
    Throttled,
    SignedOut,
    EnrolmentStarted,
    AuthenticatorConfirmed,
    AuthenticatorReplaced,
    AuthenticatorReset,
    BackupCodesMade,
    BackupCodesSaved,
    BackupCodeUsed,
    BackupCodeWrong,
    SetUpCodeGiven,
    SetUpCodeUsed,
    PhoneChanged,
    PasswordChanged,
    PasswordReset,
    MailCodeSent,
    MailCodeAccepted,
    HelpAsked,
    GrantGiven,
    GrantSuspended,
    GrantResumed,
    GrantEnded,
    TokenReused,
    CodeReused,
    TwoFactorRequired,
    TwoFactorScheduled,
    TwoFactorScheduleCancelled,
    TwoFactorStarted,
    TwoFactorTurnedOff,
    PolicyChanged,
    PolicyChangeRefused,
    ConnectionMade,
    ConnectionEnded,
    PersonInvited,
    MembershipAccepted,
    MembershipChanged,
    PersonChanged,
    PersonDisabled,
    PersonEnabled,
    ClientChanged,
    TenantChanged,
    ResourceChanged,
    KeyMade,
    KeyRetired,
    ConsentGiven,
    ConsentWithdrawn,
}

/// One row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub tenant: Option<TenantId>,
    pub actor: Actor,
    pub event: Event,
    pub person: Option<PersonId>,
    pub client: Option<ClientId>,
    /// A few words of detail, never a secret: the reason of a refusal, old and new value of a setting.
    pub detail: String,
}
