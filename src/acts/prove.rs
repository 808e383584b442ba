//! Showing who you are: a password, a 6-digit code. Tries are reserved before anything is compared, successes never
//! count, and a name that does not exist costs and answers like one that does.
use super::{Desk, hashing::Busy, session::Browser};
use crate::{
    crypto::hash,
    factors::{
        Verified,
        totp::{self, Code, Enrolled, Seed},
    },
    store::{Attempts, Budget, StoreError, Tx},
};
use ostiary_gate::domain::{
    Blame,
    audit::{Actor, Entry, Event},
    ids::PersonId,
    person::MembershipState,
    secret::Secret,
    time::{Instant, Span},
};
use std::net::IpAddr;

/// RULES 9. Per name; a browser that is known to the person has a budget of its own.
const PASSWORD: Budget =
    Budget { per_window: 10, window: Span::minutes(15), pause: Span::minutes(15), stop_after: None };
const ADDRESS: Budget =
    Budget { per_window: 100, window: Span::minutes(15), pause: Span::minutes(15), stop_after: None };
/// One budget for all second factors of a person, recovery codes too (ABUSE O-33).
pub(super) const CODE: Budget =
    Budget { per_window: 5, window: Span::hours(24), pause: Span::minutes(5), stop_after: Some(20) };

/// Why nothing was proved.
#[derive(Debug, thiserror::Error)]
pub enum NotProved {
    #[error("name or password is wrong")]
    WrongPassword,
    #[error("the code is wrong")]
    WrongCode,
    /// Right once. The person should wait for the next one.
    #[error("the code has been used")]
    UsedCode,
    #[error("too many tries; paused")]
    PausedUntil(Instant),
    /// Only a reset or a recovery code leads on.
    #[error("too many tries in a row; stopped")]
    Stopped,
    #[error("too busy to check passwords")]
    Busy(Span),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NotProved {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Busy(_))
    }
}

impl From<Busy> for NotProved {
    fn from(busy: Busy) -> Self {
        Self::Busy(busy.retry_after)
    }
}

/// A right password, not yet recorded.
pub struct RightPassword {
    pub person: PersonId,
    verified: Verified,
    /// What it was checked against: a password that was changed meanwhile is no longer right.
    phc: String,
    subjects: Vec<String>,
}

/// The subject under which wrong codes of a person are counted.
pub fn code_subject(person: &PersonId) -> String {
    format!("code {person}")
}

/// Checks a password. The tries are reserved and durable before the slow comparison, so that a client that hangs up has
/// still used one.
pub async fn password(
    desk: &Desk,
    browser: &Browser,
    username: &str,
    password: Secret,
) -> Result<RightPassword, NotProved> {
    let name = username.trim().to_lowercase();
    let mut unit = desk.store.begin().await?;
    let tx = unit.tx();
    let now = tx.now(&*desk.clock).await?;
    let person = tx.person_by_email(&name).await?;
    let known = match &person {
        Some(person) => tx.browser_known_since(person, &browser.hash).await?.is_some(),
        None => false,
    };
    let subjects = vec![address_subject(browser.address), name_subject(&name, known.then_some(&*browser.hash))];
    let reserved = reserve(tx, &subjects, now).await;
    let row = match &person {
        Some(id) => tx.person(id).await?,
        None => None,
    };
    unit.settle(reserved).await?;
    let phc = row.and_then(|row| row.password_hash);
    let verified = desk.hashing.check(phc.clone(), password, now).await?;
    match (person, verified, phc) {
        (Some(person), Some(verified), Some(phc)) => Ok(RightPassword { person, verified, phc, subjects }),
        (_, _, _) => Err(NotProved::WrongPassword),
    }
}

async fn reserve(tx: &mut Tx, subjects: &[String], now: Instant) -> Result<(), NotProved> {
    for (subject, budget) in subjects.iter().zip([ADDRESS, PASSWORD]) {
        allowed(tx.reserve_attempt(subject, budget, now).await?)?;
    }
    Ok(())
}

fn allowed(attempts: Attempts) -> Result<(), NotProved> {
    match attempts {
        Attempts::Reserved => Ok(()),
        Attempts::PausedUntil(until) => Err(NotProved::PausedUntil(until)),
        Attempts::Stopped => Err(NotProved::Stopped),
    }
}

/// Only the hash of a name is kept: whoever reads the table learns no addresses of people who are not here.
pub(super) fn name_subject(name: &str, known_browser: Option<&str>) -> String {
    let hash = hash::sha256_base64url(name.as_bytes());
    match known_browser {
        Some(browser) => format!("password {hash} {browser}"),
        None => format!("password {hash}"),
    }
}

/// One household, one budget: an IPv6 customer has a /64.
pub(super) fn address_subject(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => format!("address {v4}"),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => format!("address {v4}"),
            None => format!("address {:x}/64", v6.to_bits() >> 64),
        },
    }
}

impl RightPassword {
    /// In the unit that records it: gives the tries back, unless the password is no longer the same.
    pub async fn accept(self, tx: &mut Tx) -> Result<(PersonId, Verified), NotProved> {
        let row = tx.person(&self.person).await?;
        let deferred = row.as_ref().is_some_and(|row| row.codes_deferred_at.is_some());
        if row.and_then(|row| row.password_hash).is_none_or(|stored| stored != self.phc) {
            return Err(NotProved::WrongPassword);
        }
        for subject in &self.subjects {
            tx.attempt_succeeded(subject).await?;
        }
        if deferred {
            tx.codes_fall_due(&self.person).await?;
        }
        Ok((self.person, self.verified))
    }
}

/// A wrong code stands in the log of each of the person's clinics. Bounded by the tries there are; a pause is not logged
/// again at every knock.
pub async fn log_wrong_code(
    tx: &mut Tx,
    desk: &Desk,
    person: &PersonId,
    cause: &NotProved,
    now: Instant,
) -> Result<(), StoreError> {
    let event = match cause {
        NotProved::WrongCode => Event::CodeWrong,
        NotProved::UsedCode => Event::CodeReplayed,
        NotProved::WrongPassword
        | NotProved::PausedUntil(_)
        | NotProved::Stopped
        | NotProved::Busy(_)
        | NotProved::Store(_) => return Ok(()),
    };
    // The last of a handful begins the pause.
    let pauses = tx.failures_in_a_row(&code_subject(person)).await? % CODE.per_window == 0;
    for membership in tx.memberships(person).await? {
        if membership.state != MembershipState::Live {
            continue;
        }
        for event in std::iter::once(event).chain(pauses.then_some(Event::Throttled)) {
            let entry = Entry {
                tenant: Some(membership.tenant.clone()),
                actor: Actor::Person(person.clone()),
                event,
                person: Some(person.clone()),
                client: None,
                detail: String::new(),
            };
            tx.log(&entry, None, now, &*desk.dice).await?;
        }
    }
    Ok(())
}

/// Checks a 6-digit code against the person's authenticator apps and spends its step, in one unit: of many who show the
/// same code at once, one is let in. The caller settles the unit whatever the answer, so that a wrong try has counted.
pub async fn code(tx: &mut Tx, person: &PersonId, code: &Code, now: Instant) -> Result<Verified, NotProved> {
    let subject = code_subject(person);
    allowed(tx.reserve_attempt(&subject, CODE, now).await?)?;
    let mut used = false;
    for held in tx.totp_of(person).await? {
        let seed = Seed::from_bytes(&held.secret).map_err(|e| StoreError::unreadable("seed", e))?;
        let enrolled = Enrolled { seed: &seed, last_step: held.last_step, authenticator: &held.id, reach: &held.reach };
        match totp::check(&enrolled, code, now) {
            Ok(accepted) => {
                if tx.use_step(&held.id, accepted.step).await? {
                    tx.attempt_succeeded(&subject).await?;
                    return Ok(accepted.verified);
                }
                used = true;
            }
            Err(totp::Wrong::Replayed) => used = true,
            Err(totp::Wrong::Mismatch) => {}
        }
    }
    Err(if used { NotProved::UsedCode } else { NotProved::WrongCode })
}
