//! A forgotten password (ABUSE O-41 to O-43): a mailed link sets a new one, once. Never a session, never anything about
//! the second factor; all that the old password opened ends (RULES 5). Nobody learns whether an address is known.
use super::{
    Desk,
    hashing::Busy,
    letters::{self, Letter, News, Seen, To},
    prove,
    session::Browser,
};
use crate::{
    crypto::dice,
    factors::password::{self, TooWeak},
    store::{Attempts, Budget, End, Known, LinkKind, LinkState, NewOneTime, PersonRow, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    Blame,
    audit::{Actor, Entry, Event},
    ids::PersonId,
    person::MembershipState,
    secret::Secret,
    time::{Instant, Span},
};

/// RULES 9.
const LIFE: Span = Span::minutes(30);
/// Asked from one address, whatever the names: enough for a clinic behind one router.
const ADDRESS: Budget =
    Budget { per_window: 20, window: Span::minutes(15), pause: Span::minutes(15), stop_after: None };

/// Why nothing was asked. The same for known and unknown addresses.
#[derive(Debug, thiserror::Error)]
pub enum NotAsked {
    #[error("nothing was typed")]
    Empty,
    #[error("not in the form of an address")]
    NotAnAddress,
    #[error("too many from this address; paused")]
    PausedUntil(Instant),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NotAsked {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

/// "I forgot my password." Whatever comes of it is done after the answer, so that the answer takes the same time for
/// everybody. What is lost by a crash in between, the person asks for again.
pub async fn ask(desk: &Desk, browser: &Browser, typed: &str) -> Result<(), NotAsked> {
    let email = read(typed)?;
    let mut unit = desk.store.begin().await?;
    let reserved = reserve(unit.tx(), desk, browser).await;
    unit.settle(reserved).await?;
    let desk = desk.clone();
    tokio::spawn(async move {
        if let Err(why) = send(&desk, &email).await {
            tracing::warn!(%why, "a reset link could not be queued");
        }
    });
    Ok(())
}

async fn reserve(tx: &mut Tx, desk: &Desk, browser: &Browser) -> Result<(), NotAsked> {
    let now = tx.now(&*desk.clock).await?;
    let subject = format!("forgot {}", prove::address_subject(browser.address));
    match tx.reserve_attempt(&subject, ADDRESS, now).await? {
        Attempts::Reserved => Ok(()),
        Attempts::PausedUntil(until) => Err(NotAsked::PausedUntil(until)),
        Attempts::Stopped => Err(NotAsked::PausedUntil(now.plus(ADDRESS.pause))),
    }
}

/// As people are looked up by: trimmed, lower case.
fn read(typed: &str) -> Result<String, NotAsked> {
    let email = typed.trim().to_lowercase();
    if email.is_empty() {
        return Err(NotAsked::Empty);
    }
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let fits = email.len() <= 254 && !email.contains(odd) && !email.starts_with('@') && !email.ends_with('@');
    if fits && email.contains('@') { Ok(email) } else { Err(NotAsked::NotAnAddress) }
}

/// Queues the link, if there is somebody to send it to. Whether it did.
pub(super) async fn send(desk: &Desk, email: &str) -> Result<bool, StoreError> {
    let mut unit = desk.store.begin().await?;
    let sent = send_in(unit.tx(), desk, email).await?;
    unit.commit().await?;
    Ok(sent)
}

async fn send_in(tx: &mut Tx, desk: &Desk, email: &str) -> Result<bool, StoreError> {
    let now = tx.now(&*desk.clock).await?;
    let Some(person) = tx.person_by_email(email).await? else { return Ok(false) };
    let row = tx.person(&person).await?;
    let may = row.as_ref().map(letters::may_be_written_to).transpose()?.unwrap_or(false);
    if !may || letters::reserve(tx, &person, now).await?.is_some() {
        return Ok(false);
    }
    let token = dice::token(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let expires_at = now.plus(LIFE);
    let new = NewOneTime { person: &person, tenant: None, visit: None, detail: &email, expires_at };
    tx.put_link(LinkKind::PasswordReset, &token, &new, now).await?;
    let letter = Letter::PasswordReset { token, expires_at };
    letters::post(tx, letter, To { person: &person, tenant: None }, now, &*desk.dice).await
}

/// For the page behind the link: the address, for the person's password manager; none if the link is not live. Spends
/// nothing.
pub async fn look(desk: &Desk, token: &Secret) -> Result<Option<String>, StoreError> {
    let mut unit = desk.store.look().await?;
    let now = unit.tx().now(&*desk.clock).await?;
    Ok(live(unit.tx(), token, now).await?.and_then(|row| row.email))
}

/// The person of a live link whose address is still the one it was mailed to.
async fn live(tx: &mut Tx, token: &Secret, now: Instant) -> Result<Option<PersonRow>, StoreError> {
    let Some(link) = tx.link(LinkKind::PasswordReset, token).await? else { return Ok(None) };
    if link.state(now) != LinkState::Live {
        return Ok(None);
    }
    let mailed_to: String = link.detail()?;
    let row = tx.person(&link.person()?).await?;
    let may = row.as_ref().map(letters::may_be_written_to).transpose()?.unwrap_or(false);
    Ok(row.filter(|row| may && row.email.as_deref() == Some(&*mailed_to)))
}

/// Why no new password was set.
#[derive(Debug, thiserror::Error)]
pub enum NotReset {
    /// Used, too old, replaced by a newer one, or never made: one answer for all.
    #[error("the link does not work")]
    NoLink,
    /// The link is not spent: the person types another.
    #[error(transparent)]
    Weak(#[from] TooWeak),
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NotReset {
    fn is_ours(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Store(_))
    }
}

/// Sets a new password by a mailed link. Nobody is signed in by it.
pub async fn reset(desk: &Desk, browser: &Browser, token: &Secret, new: Secret) -> Result<(), NotReset> {
    let mut unit = desk.store.look().await?;
    let now = unit.tx().now(&*desk.clock).await?;
    let row = live(unit.tx(), token, now).await?.ok_or(NotReset::NoLink)?;
    let clinics = clinics(unit.tx(), &row.id()?).await?;
    // Hashing happens under no lock.
    drop(unit);
    let mut about = vec![row.given_name.as_str(), row.family_name.as_str(), row.email.as_deref().unwrap_or_default()];
    about.extend(clinics.iter().map(String::as_str));
    password::judge_new(&new, &about)?;
    let phc = desk.hashing.hash(new).await?;
    let mut unit = desk.store.begin().await?;
    let answer = reset_in(unit.tx(), desk, browser, token, &phc).await;
    unit.settle(answer).await
}

async fn reset_in(tx: &mut Tx, desk: &Desk, browser: &Browser, token: &Secret, phc: &str) -> Result<(), NotReset> {
    const WHY: &str = "password reset by mail";
    let now = tx.now(&*desk.clock).await?;
    let row = live(tx, token, now).await?.ok_or(NotReset::NoLink)?;
    let person = row.id()?;
    // Alone: nothing is issued on what ends here while it ends.
    let facts = tx.person_facts(&person, Known::ToWrite).await?.ok_or(NotReset::NoLink)?;
    tx.spend_link(LinkKind::PasswordReset, token, now).await?.ok_or(NotReset::NoLink)?;
    tx.set_password(&person, phc, now).await?;
    tx.password_was_reset(&person, now).await?;
    tx.set_email_verified(&person, now).await?;
    tx.end_sessions(&person, None, WHY, now).await?;
    tx.end_grants(Which::OfPerson(&person), End::All, WHY, now).await?;
    tx.end_visits(&person, None, WHY, now).await?;
    tx.end_one_time(&person, now).await?;
    tx.drop_pending(&person, now).await?;
    // Whoever guessed at the old one guessed for nothing, and its owner need not wait.
    tx.clear_attempts(&prove::name_subject(row.email.as_deref().unwrap_or_default(), None)).await?;
    let news = Letter::News(News::PasswordChanged(Seen::new(now, &browser.user_agent)));
    letters::post(tx, news, To { person: &person, tenant: None }, now, &*desk.dice).await?;
    for membership in facts.memberships.iter().filter(|m| m.state == MembershipState::Live) {
        let entry = Entry {
            tenant: Some(membership.tenant.clone()),
            actor: Actor::Person(person.clone()),
            event: Event::PasswordReset,
            person: Some(person.clone()),
            client: None,
            detail: "by mail".to_owned(),
        };
        tx.log(&entry, None, now, &*desk.dice).await?;
    }
    Ok(())
}

async fn clinics(tx: &mut Tx, person: &PersonId) -> Result<Vec<String>, StoreError> {
    let mut names = vec![];
    for membership in tx.memberships(person).await? {
        names.extend(tx.tenant(&membership.tenant).await?.map(|tenant| tenant.name));
    }
    Ok(names)
}
