//! Letters: what people are told by mail, queued in the unit of what it tells. Owns who is told, at which address, in
//! whose name, how many an hour, and until when a letter is worth sending; the words are `views`' and the sending `jobs`'.
mod agent;
#[cfg(test)]
mod tests;

pub use agent::browser_name;

use crate::{
    crypto::dice::{self, Dice},
    store::{Attempts, Budget, LinkKind, NewOneTime, PersonRow, StoreError, Telling, Tx},
};
use ostiary_gate::domain::{
    ids::{AuthenticatorId, PersonId, TenantId},
    person::{MembershipState, Role},
    secret::Secret,
    tenant::{Standing, Tenant},
    time::{Instant, Span},
};
use serde::{Deserialize, Serialize, Serializer};

/// The outbox's word for letters.
pub const KIND: &str = "mail";

/// RULES 9, for letters that a visitor can cause.
const PER_HOUR: Budget = Budget { per_window: 5, window: Span::hours(1), pause: Span::hours(1), stop_after: None };
/// "Not you?" works for as long as what it undoes can be undone (RULES 6).
const NOT_ME: Span = Span::days(7);
/// News that nobody could deliver for so long is no news.
const PATIENCE: Span = Span::days(3);

/// What is told. Links are made where the letter is written; here stand their tokens.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// `by`: the full name of who invites.
    Invitation {
        by: String,
        #[serde(serialize_with = "sealed_soon")]
        token: Secret,
        expires_at: Instant,
    },
    /// To those not ready, when a start is set.
    Scheduled {
        starts_at: Instant,
    },
    /// To those still not ready, the day before.
    Tomorrow {
        starts_at: Instant,
    },
    /// About somebody's own sign-in. Cannot be switched off; ends in "Not you?".
    News(News),
    FewBackupCodes {
        left: u32,
    },
    /// To admins: `name` asked for help.
    HelpAsked {
        name: String,
        person: PersonId,
    },
    /// To admins.
    TurnedOn {
        by: String,
    },
    /// To admins.
    TurnedOff {
        by: String,
        reason: String,
    },
    /// To admins: a start that was set was taken back.
    StartCancelled {
        by: String,
        reason: String,
    },
    /// To those not ready: it is demanded from now on.
    Required,
    /// To those not ready: an admin asks them to set it up before it is demanded.
    Reminder,
    /// To admins: a start that was set was put off.
    StartPostponed {
        by: String,
        reason: String,
        starts_at: Instant,
    },
    /// To admins: something else than the box was loosened.
    Loosened {
        by: String,
        reason: String,
    },
    /// To admins: what the operator did in their clinic.
    OperatorActed {
        by: String,
        what: String,
    },
    /// To admins: the authenticator of `name` was reset.
    PersonReset {
        by: String,
        name: String,
    },
    /// The six digits before a first binding.
    Code {
        #[serde(serialize_with = "sealed_soon")]
        code: Secret,
        expires_at: Instant,
    },
    PasswordReset {
        #[serde(serialize_with = "sealed_soon")]
        token: Secret,
        expires_at: Instant,
    },
}

/// What happened to somebody's own sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    AuthenticatorAdded {
        seen: Seen,
        /// What "Not you?" takes back.
        authenticator: AuthenticatorId,
    },
    AuthenticatorReplaced {
        seen: Seen,
        authenticator: AuthenticatorId,
    },
    /// `entry`: what the old entry in the app is called.
    AuthenticatorReset {
        by: String,
        entry: String,
    },
    BackupCodeUsed {
        left: u32,
    },
    PasswordChanged(Seen),
    PhoneChanged(Seen),
    /// To the old address, by [`post_to`].
    EmailChanged(Seen),
}

/// When and where, as the person would know it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub at: Instant,
    /// "Chrome on Windows": [`browser_name`].
    pub browser: String,
}

impl Seen {
    pub fn new(at: Instant, user_agent: &str) -> Self {
        Self { at, browser: browser_name(user_agent) }
    }
}

/// Who gets a letter.
#[derive(Clone, Copy)]
pub struct To<'a> {
    pub person: &'a PersonId,
    /// The clinic in whose name it is; none: the person's only one, or Ostiary's own where there are several.
    pub tenant: Option<&'a TenantId>,
}

/// A letter with all that is needed to write and send it, as it lies sealed in the outbox. What was true when it was
/// queued is what it says.
#[derive(Serialize, Deserialize)]
pub struct Addressed {
    pub address: String,
    pub letter: Letter,
    /// Of "Not you?".
    #[serde(serialize_with = "maybe_sealed_soon")]
    pub not_me: Option<Secret>,
    pub house: Option<House>,
}

/// The clinic in whose name a letter is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct House {
    pub slug: String,
    pub name: String,
    pub locale: String,
    pub time_zone: String,
}

/// What a "Not you?" link is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disputed {
    /// Bound just before the letter; none: something else happened.
    pub authenticator: Option<AuthenticatorId>,
}

impl Letter {
    /// Until when it is worth sending.
    fn good_until(&self, now: Instant) -> Instant {
        match self {
            Self::Invitation { expires_at, .. }
            | Self::Code { expires_at, .. }
            | Self::PasswordReset { expires_at, .. } => *expires_at,
            Self::Scheduled { starts_at } | Self::Tomorrow { starts_at } => *starts_at,
            Self::News(_)
            | Self::FewBackupCodes { .. }
            | Self::HelpAsked { .. }
            | Self::TurnedOn { .. }
            | Self::TurnedOff { .. }
            | Self::StartCancelled { .. }
            | Self::Required
            | Self::Reminder
            | Self::StartPostponed { .. }
            | Self::Loosened { .. }
            | Self::OperatorActed { .. }
            | Self::PersonReset { .. } => now.plus(PATIENCE),
        }
    }
}

impl News {
    fn disputed(&self) -> Disputed {
        let authenticator = match self {
            Self::AuthenticatorAdded { authenticator, .. } | Self::AuthenticatorReplaced { authenticator, .. } => {
                Some(authenticator.clone())
            }
            Self::AuthenticatorReset { .. }
            | Self::BackupCodeUsed { .. }
            | Self::PasswordChanged(_)
            | Self::PhoneChanged(_)
            | Self::EmailChanged(_) => None,
        };
        Disputed { authenticator }
    }
}

/// Queues a letter to a person's own address. Whether there is one.
pub async fn post(tx: &mut Tx, letter: Letter, to: To<'_>, now: Instant, dice: &dyn Dice) -> Result<bool, StoreError> {
    let address = tx.person(to.person).await?.and_then(|row| row.email);
    let Some(address) = address else { return Ok(false) };
    post_to(tx, letter, address, to, now, dice).await?;
    Ok(true)
}

/// Queues a letter about a person to an address that may be theirs no more.
pub async fn post_to(
    tx: &mut Tx,
    letter: Letter,
    address: String,
    to: To<'_>,
    now: Instant,
    dice: &dyn Dice,
) -> Result<(), StoreError> {
    let house = house(tx, to).await?;
    let not_me =
        if let Letter::News(news) = &letter { Some(not_me(tx, &news.disputed(), to, now, dice).await?) } else { None };
    let expires_at = letter.good_until(now);
    let tenant = house.as_ref().map(|tenant| tenant.id.clone());
    let house = house.map(|t| House { slug: t.slug, name: t.name, locale: t.locale, time_zone: t.time_zone });
    let body = zeroize::Zeroizing::new(
        serde_json::to_vec(&Addressed { address, letter, not_me, house })
            .map_err(|e| StoreError::unreadable("letter", e))?,
    );
    let telling = Telling { kind: KIND, tenant: tenant.as_ref(), person: Some(to.person), body: &body, expires_at };
    tx.put_outbox(&telling, now, dice).await?;
    Ok(())
}

/// Queues a letter to every live admin of a clinic, by what `letter` writes for each. How many there are.
pub async fn post_to_admins(
    tx: &mut Tx,
    letter: impl Fn() -> Letter + Send + Sync,
    tenant: &TenantId,
    now: Instant,
    dice: &dyn Dice,
) -> Result<u32, StoreError> {
    let mut told = 0;
    for (person, membership) in tx.members(tenant).await? {
        if membership.role == Role::Admin && membership.state == MembershipState::Live {
            told += u32::from(post(tx, letter(), To { person: &person, tenant: Some(tenant) }, now, dice).await?);
        }
    }
    Ok(told)
}

/// Takes one of the five letters an hour that visitors can cause for a person; none are left until the instant that
/// comes back. Ask before anything is made that the letter would carry.
pub async fn reserve(tx: &mut Tx, person: &PersonId, now: Instant) -> Result<Option<Instant>, StoreError> {
    match tx.reserve_attempt(&format!("letters {person}"), PER_HOUR, now).await? {
        Attempts::Reserved => Ok(None),
        Attempts::PausedUntil(until) => Ok(Some(until)),
        Attempts::Stopped => Ok(Some(now.plus(PER_HOUR.pause))),
    }
}

/// Whether somebody may get mail at all: a person who is not in service gets none.
pub fn may_be_written_to(row: &PersonRow) -> Result<bool, StoreError> {
    Ok(row.email.is_some() && row.standing()? == Standing::Active)
}

async fn house(tx: &mut Tx, to: To<'_>) -> Result<Option<Tenant>, StoreError> {
    if let Some(tenant) = to.tenant {
        return tx.tenant(tenant).await;
    }
    let memberships = tx.memberships(to.person).await?;
    let mut live = memberships.iter().filter(|m| m.state == MembershipState::Live);
    match (live.next(), live.next()) {
        (Some(only), None) => tx.tenant(&only.tenant).await,
        (_, _) => Ok(None),
    }
}

async fn not_me(
    tx: &mut Tx,
    about: &Disputed,
    to: To<'_>,
    now: Instant,
    dice: &dyn Dice,
) -> Result<Secret, StoreError> {
    let token = dice::token(dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let new =
        NewOneTime { person: to.person, tenant: to.tenant, visit: None, detail: about, expires_at: now.plus(NOT_ME) };
    tx.put_link(LinkKind::NotMe, &token, &new, now).await?;
    Ok(token)
}

/// The outbox seals what this writes; it goes nowhere else.
fn sealed_soon<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

#[expect(clippy::ref_option, reason = "serde hands over the field")]
fn maybe_sealed_soon<S: Serializer>(secret: &Option<Secret>, to: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => to.serialize_some(secret.expose()),
        None => to.serialize_none(),
    }
}
