//! The gate's no in the words of the back channel: every step and every refusal by name, so that a new one must be given
//! words before it compiles.
use crate::{
    mint::MintError,
    porter::No,
    protocol::{bearer::BearerError, token::TokenError},
    store::StoreError,
};
use ostiary_gate::{
    domain::{amr::Acr, time::Span},
    gate::{Means, Met, Origin, Reason, Refusal, Step},
};

/// Where the pages are that explain (RFC 6749 §5.2 `error_uri`), below the issuer.
pub const SECOND_FACTOR_PAGE: &str = "/errors/second-factor";
/// Another one for people who are out of service: their relying party must not open its draft lane (RULES 8).
pub const ACCOUNT_PAGE: &str = "/errors/account";

const RETRY: Span = Span::seconds(1);
const NOT_CONNECTED: &str = "this client has no live connection to that clinic";

/// A code that the gate would not redeem. It stays unspent: a minute is all it has.
pub(super) fn of_code(no: &No, issuer: &str) -> TokenError {
    match no {
        No::Step(step, _) => TokenError::InvalidGrant(match step {
            Step::SignIn | Step::SignInAgain => "the sign-in behind this code is over",
            Step::ChooseTenant => "it is not clear for which clinic this code is",
            Step::SecondFactor | Step::SetUpCode | Step::Enrol | Step::Complete => {
                "the sign-in behind this code is not enough any more: send the user to the authorization endpoint"
            }
            Step::Connect => NOT_CONNECTED,
            Step::Consent => "the user has not agreed",
        }),
        No::Refused(refusal, _) => of_refusal(*refusal, issuer),
        No::UnknownClient => TokenError::InvalidClient { basic: false },
        No::UnknownResource => TokenError::InvalidTarget,
    }
}

/// A refresh: what the person can put right suspends the grant, the rest ends the matter (RULES 5).
pub(super) fn of_refresh(no: &No, issuer: &str) -> TokenError {
    match no {
        No::Step(step, reasons) => match step {
            Step::SignInAgain | Step::SecondFactor | Step::SetUpCode | Step::Enrol | Step::Complete => {
                suspended(reasons, issuer)
            }
            Step::SignIn => TokenError::InvalidGrant("the sign-in behind this grant is over"),
            Step::ChooseTenant => TokenError::InvalidGrant("it is not clear for which clinic this grant is"),
            Step::Connect => TokenError::InvalidGrant(NOT_CONNECTED),
            Step::Consent => TokenError::InvalidGrant("the user has not agreed"),
        },
        // Nothing they have would do today; it may tomorrow.
        No::Refused(Refusal::Unmeetable, reasons) => suspended(reasons, issuer),
        No::Refused(refusal, _) => of_refusal(*refusal, issuer),
        No::UnknownClient => TokenError::InvalidClient { basic: false },
        No::UnknownResource => TokenError::InvalidTarget,
    }
}

/// A machine is told the same of a clinic that does not exist, is out of service or has not agreed.
pub(super) fn of_machine(no: &No) -> TokenError {
    match no {
        No::Refused(refusal, _) => match refusal {
            Refusal::ScopeNotAgreed => TokenError::InvalidScope("the clinic has not agreed to this scope"),
            Refusal::ClientDisabled => TokenError::InvalidClient { basic: false },
            Refusal::TenantDisabled
            | Refusal::PersonDisabled
            | Refusal::NotAMember
            | Refusal::GrantEnded
            | Refusal::GrantTooOld
            | Refusal::Unmeetable
            | Refusal::NotConnected => TokenError::UnauthorizedClient(NOT_CONNECTED),
        },
        No::Step(_, _) => TokenError::UnauthorizedClient(NOT_CONNECTED),
        No::UnknownClient => TokenError::InvalidClient { basic: false },
        No::UnknownResource => TokenError::InvalidTarget,
    }
}

fn of_refusal(refusal: Refusal, issuer: &str) -> TokenError {
    match refusal {
        Refusal::PersonDisabled => TokenError::Disabled { error_uri: format!("{issuer}{ACCOUNT_PAGE}") },
        Refusal::ClientDisabled => TokenError::InvalidClient { basic: false },
        Refusal::TenantDisabled => TokenError::InvalidGrant("the clinic is out of service"),
        Refusal::NotAMember => TokenError::InvalidGrant("the user does not belong to the clinic any more"),
        Refusal::GrantEnded => TokenError::InvalidGrant("this grant has ended"),
        Refusal::GrantTooOld => TokenError::InvalidGrant("this grant is too old: the user has to sign in again"),
        Refusal::Unmeetable => TokenError::InvalidGrant("what is required could be met by nothing this user has"),
        Refusal::NotConnected => TokenError::InvalidGrant(NOT_CONNECTED),
        Refusal::ScopeNotAgreed => TokenError::InvalidScope("the clinic has not agreed to this scope"),
    }
}

fn suspended(reasons: &[Reason], issuer: &str) -> TokenError {
    let unmet = reasons.iter().find(|reason| reason.met != Met::Yes);
    let why = match unmet.map(|reason| (reason.met, &reason.clause.origin)) {
        Some((Met::TooOld, _)) => "The code that the user showed is too old for this clinic.",
        Some((_, Origin::Tenant { .. } | Origin::Connection { .. })) => {
            "Two-factor authentication is now required for this clinic."
        }
        Some((_, Origin::Client { .. })) => "This app now requires a stronger sign-in.",
        Some((_, Origin::Request | Origin::Person | Origin::OwnPages | Origin::SignIn)) | None => {
            "The sign-in behind this grant is not enough any more."
        }
    };
    TokenError::Suspended {
        description: format!("{why} Send the user to the authorization endpoint."),
        error_uri: format!("{issuer}{SECOND_FACTOR_PAGE}"),
    }
}

/// RFC 9470 §3: what would do. The classes that the unmet clauses amount to, and the age where a proof was too old.
pub fn of_bearer(no: &No) -> BearerError {
    match no {
        No::Step(step, reasons) => match step {
            Step::SignInAgain | Step::SecondFactor | Step::SetUpCode | Step::Enrol | Step::Complete => {
                challenge(reasons)
            }
            Step::SignIn | Step::ChooseTenant | Step::Connect | Step::Consent => BearerError::InvalidToken,
        },
        No::Refused(Refusal::Unmeetable, reasons) => challenge(reasons),
        No::Refused(
            Refusal::ClientDisabled
            | Refusal::TenantDisabled
            | Refusal::PersonDisabled
            | Refusal::NotAMember
            | Refusal::GrantEnded
            | Refusal::GrantTooOld
            | Refusal::NotConnected
            | Refusal::ScopeNotAgreed,
            _,
        )
        | No::UnknownClient
        | No::UnknownResource => BearerError::InvalidToken,
    }
}

fn challenge(reasons: &[Reason]) -> BearerError {
    let unmet = || reasons.iter().filter(|reason| reason.met != Met::Yes);
    let primary_only = |reason: &&Reason| {
        let means = || reason.clause.any_of.iter().flatten();
        means().all(|m| matches!(m, Means::Password | Means::VerifiedPasskey | Means::Class(Acr::Sfa)))
    };
    let acr = if unmet().all(|reason| primary_only(&reason)) { Acr::Sfa } else { Acr::Mfa };
    let max_age = unmet().filter(|r| r.met == Met::TooOld).filter_map(|r| r.clause.not_older_than).min();
    BearerError::InsufficientUserAuthentication { acr_values: vec![acr.canonical().to_owned()], max_age }
}

/// Whatever the database's trouble is, the caller should come again; the operator is told (DESIGN 6: 503, nothing issued).
fn trouble(cause: &StoreError) -> Span {
    match cause {
        StoreError::Busy => tracing::debug!("busy"),
        StoreError::Sqlite(_)
        | StoreError::Postgres(_)
        | StoreError::Migrate(_)
        | StoreError::Lost(_)
        | StoreError::Unknown
        | StoreError::Unreadable { .. }
        | StoreError::ForeignClearance
        | StoreError::Crypto(_)
        | StoreError::Refused(_)
        | StoreError::Io(_) => tracing::error!(%cause, "the store failed"),
    }
    RETRY
}

impl From<StoreError> for TokenError {
    fn from(cause: StoreError) -> Self {
        Self::Unavailable { retry_after: trouble(&cause) }
    }
}

impl From<StoreError> for BearerError {
    fn from(cause: StoreError) -> Self {
        Self::Unavailable { retry_after: trouble(&cause) }
    }
}

impl From<MintError> for TokenError {
    fn from(cause: MintError) -> Self {
        match cause {
            MintError::Store(cause) => cause.into(),
            MintError::KeyNotReady(_) | MintError::NobodySignedIn | MintError::UnreadableKey | MintError::Fault(_) => {
                tracing::error!(%cause, "nothing could be signed");
                Self::Unavailable { retry_after: RETRY }
            }
        }
    }
}
