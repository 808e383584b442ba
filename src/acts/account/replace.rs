//! A new phone while the old one is at hand: the old authenticator is shown afresh, a new secret is linked and proved, and
//! takes its place (RULES 5, "own authenticator replaced"). Removing one without another is not offered here.
use super::{AccountError, secrets::log};
use crate::{
    acts::{
        Desk,
        guard::{Caller, Fresh, Stop, account},
        letters::{Letter, News, Seen, To, post},
        session::Browser,
    },
    crypto::{Fault, dice},
    factors::totp::{self, Enrolled, Enrolment, NoCode, Seed},
    store::{Attempts, Budget, End, NewAuthenticator, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    Blame,
    amr::{Proof, Reach},
    audit::Event,
    ids::AuthenticatorId,
    person::MembershipState,
    secret::Secret,
    time::{Instant, Span},
};

/// RULES 9.
const PENDING_LIFE: Span = Span::hours(24);
const TRIES: Budget = Budget { per_window: 10, window: Span::minutes(15), pause: Span::minutes(5), stop_after: None };

/// What the page shows.
pub struct Linking {
    pub enrolment: Enrolment,
    /// Base32, without spaces.
    pub key: Secret,
    pub entry: String,
    pub account: String,
}

/// Why it was not replaced.
#[derive(Debug, thiserror::Error)]
pub enum NotReplaced {
    #[error(transparent)]
    NoCode(#[from] NoCode),
    /// `drift`: how far ahead of ours the phone's clock seems to be.
    #[error("the code does not fit")]
    WrongCode { drift: Option<Span> },
    #[error("there is a new key to link")]
    NewKey,
    #[error("too many tries; paused")]
    PausedUntil(Instant),
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl From<StoreError> for NotReplaced {
    fn from(fault: StoreError) -> Self {
        Self::Account(fault.into())
    }
}

impl From<Stop> for NotReplaced {
    fn from(stop: Stop) -> Self {
        Self::Account(stop.into())
    }
}

impl From<Fault> for NotReplaced {
    fn from(fault: Fault) -> Self {
        Self::Account(fault.into())
    }
}

impl Blame for NotReplaced {
    fn is_ours(&self) -> bool {
        match self {
            Self::Account(cause) => cause.is_ours(),
            Self::NoCode(_) | Self::WrongCode { .. } | Self::NewKey | Self::PausedUntil(_) => false,
        }
    }
}

/// Shows this browser its new secret: the one it was shown before, or another.
pub async fn begin_replacing(desk: &Desk, caller: &Caller, browser: &Browser) -> Result<Linking, NotReplaced> {
    let mut unit = desk.store.begin().await?;
    let answer = begin_in(desk, unit.tx(), caller, browser).await;
    unit.settle(answer).await
}

async fn begin_in(desk: &Desk, tx: &mut Tx, caller: &Caller, browser: &Browser) -> Result<Linking, NotReplaced> {
    let now = tx.now(&*desk.clock).await?;
    shown_old(tx, caller, now).await?;
    let row = tx.person(&caller.person).await?.ok_or(AccountError::NotYours)?;
    let (entry, account) = (entry(tx, caller).await?, row.email.unwrap_or_default());
    let seed = match tx.pending_totp(&caller.person, &browser.hash, now).await? {
        Some(pending) => seed_of(&pending.secret)?,
        None => draw(desk, tx, caller, (browser, &entry), now).await?,
    };
    let enrolment = totp::enrolment(&seed, &entry, &account).map_err(|e| StoreError::unreadable("account", e))?;
    Ok(Linking { key: seed.base32(), enrolment, entry, account })
}

fn seed_of(secret: &[u8]) -> Result<Seed, StoreError> {
    Seed::from_bytes(secret).map_err(|e| StoreError::unreadable("seed", e))
}

async fn draw(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (browser, entry): (&Browser, &str),
    now: Instant,
) -> Result<Seed, NotReplaced> {
    let seed = Seed::draw(&*desk.dice)?;
    let tail = dice::tail(&*desk.dice)?;
    let id = AuthenticatorId::from_tail(&tail).map_err(|e| StoreError::unreadable("authenticator id", e))?;
    let new = NewAuthenticator {
        id: &id,
        person: &caller.person,
        secret: seed.as_bytes(),
        label: entry,
        reach: &Reach::Only(std::collections::BTreeSet::new()),
        browser: Some(&browser.hash),
        expires_at: Some(now.plus(PENDING_LIFE)),
    };
    tx.insert_authenticator(&new, now).await?;
    Ok(seed)
}

/// The clinic's name; the product's where somebody belongs to several.
async fn entry(tx: &mut Tx, caller: &Caller) -> Result<String, StoreError> {
    let memberships = tx.memberships(&caller.person).await?;
    let mut live = memberships.iter().filter(|m| m.state == MembershipState::Live);
    Ok(match (live.next(), live.next()) {
        (Some(only), None) => tx.tenant(&only.tenant).await?.map_or_else(|| "Ostiary".to_owned(), |t| t.name),
        (_, _) => "Ostiary".to_owned(),
    })
}

/// The old one was shown within five minutes. Its proof, which says where it counts.
async fn shown_old(tx: &mut Tx, caller: &Caller, now: Instant) -> Result<Proof, NotReplaced> {
    let heard = account(tx, caller, Fresh::Yes, now).await?;
    let of_now = |id: &AuthenticatorId| heard.person().is_some_and(|p| p.authenticators.iter().any(|a| a.id == *id));
    let mut proofs: Vec<_> =
        heard.facts.proofs.iter().filter(|p| p.authenticator.as_ref().is_some_and(of_now)).cloned().collect();
    proofs.sort_by_key(|proof| proof.at);
    // Who has none binds a first one, by its own door.
    Ok(proofs.pop().ok_or(AccountError::NotYours)?)
}

/// Proves the new secret by one code and puts it in the old one's place. `others`: sign out of other browsers too.
pub async fn replace(
    desk: &Desk,
    caller: &Caller,
    browser: &Browser,
    typed: &str,
    others: bool,
) -> Result<(), NotReplaced> {
    let code = totp::read(typed)?;
    let mut unit = desk.store.begin().await?;
    let answer = replace_in(desk, unit.tx(), caller, (browser, &code), others).await;
    unit.settle(answer).await
}

async fn replace_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (browser, code): (&Browser, &totp::Code),
    others: bool,
) -> Result<(), NotReplaced> {
    let now = tx.now(&*desk.clock).await?;
    let old = shown_old(tx, caller, now).await?;
    let Some(pending) = tx.pending_totp(&caller.person, &browser.hash, now).await? else {
        return Err(NotReplaced::NewKey);
    };
    let subject = format!("link {} {}", caller.person, browser.hash);
    match tx.reserve_attempt(&subject, TRIES, now).await? {
        Attempts::Reserved => {}
        Attempts::PausedUntil(until) => return Err(NotReplaced::PausedUntil(until)),
        Attempts::Stopped => return Err(NotReplaced::PausedUntil(now.plus(TRIES.pause))),
    }
    let (seed, reach) = (seed_of(&pending.secret)?, reach_of(tx, caller, &old).await?);
    let enrolled = Enrolled { seed: &seed, last_step: 0, authenticator: &pending.id, reach: &reach };
    let Ok(accepted) = totp::check(&enrolled, code, now) else {
        return Err(NotReplaced::WrongCode { drift: totp::drift(&seed, code, now) });
    };
    if !tx.confirm_authenticator(&caller.person, &pending.id, accepted.step, &reach, now).await? {
        return Err(NotReplaced::NewKey);
    }
    if let Some(id) = &old.authenticator {
        tx.end_authenticator(&caller.person, id, now).await?;
    }
    tx.clear_attempts(&subject).await?;
    let session = tx.session(&caller.session).await?.ok_or(AccountError::NotYours)?;
    tx.add_session_proof(&session, accepted.verified, now).await?;
    if others {
        end_others(tx, caller, now).await?;
    }
    log(desk, tx, caller, Event::AuthenticatorReplaced, now).await?;
    let replaced = News::AuthenticatorReplaced { seen: Seen::new(now, &browser.user_agent), authenticator: pending.id };
    let news = Letter::News(replaced);
    post(tx, news, To { person: &caller.person, tenant: None }, now, &*desk.dice).await?;
    Ok(())
}

/// Never further than the one it replaces counted.
async fn reach_of(tx: &mut Tx, caller: &Caller, old: &Proof) -> Result<Reach, StoreError> {
    let facts = tx.person_facts(&caller.person, crate::store::Known::ToWrite).await?;
    let held = facts.and_then(|p| p.authenticators.into_iter().find(|a| Some(&a.id) == old.authenticator.as_ref()));
    Ok(held.map_or_else(|| old.reach.clone(), |held| held.reach))
}

async fn end_others(tx: &mut Tx, caller: &Caller, now: Instant) -> Result<(), StoreError> {
    const WHY: &str = "authenticator replaced";
    for session in tx.sessions_of(&caller.person).await? {
        let id = session.id()?;
        if id != caller.session {
            tx.end_grants(Which::OfSession(&id), End::OnlineOnly, WHY, now).await?;
        }
    }
    tx.end_sessions(&caller.person, Some(&caller.session), WHY, now).await?;
    Ok(())
}

/// Takes the authenticator away where no clinic demands one. Backup codes go with it: they only lead back to it.
pub async fn remove_authenticator(desk: &Desk, caller: &Caller) -> Result<(), AccountError> {
    let mut unit = desk.store.begin().await?;
    let answer = remove_in(desk, unit.tx(), caller).await;
    unit.settle(answer).await
}

async fn remove_in(desk: &Desk, tx: &mut Tx, caller: &Caller) -> Result<(), AccountError> {
    let now = tx.now(&*desk.clock).await?;
    let heard = account(tx, caller, Fresh::Yes, now).await?;
    let demanded = heard.rules.tenants.iter().any(|tenant| tenant.requires_two_factor(now).is_some());
    let Some(person) = heard.person().filter(|person| !demanded && !person.authenticators.is_empty()) else {
        return Err(AccountError::NotYours);
    };
    for held in &person.authenticators {
        tx.end_authenticator(&caller.person, &held.id, now).await?;
    }
    tx.void_recovery_codes(&caller.person, now).await?;
    tx.drop_pending(&caller.person, now).await?;
    log(desk, tx, caller, Event::AuthenticatorReset, now).await?;
    let by = crate::acts::names::of_person(tx, &caller.person).await?;
    let news = Letter::News(News::AuthenticatorReset { by, entry: entry(tx, caller).await? });
    post(tx, news, To { person: &caller.person, tenant: None }, now, &*desk.dice).await?;
    Ok(())
}
