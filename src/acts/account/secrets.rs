//! A new password, new backup codes, another number or name: each with a code not older than five minutes, each told by
//! mail where it changes how somebody signs in (RULES 1 and 5).
use super::AccountError;
use crate::{
    acts::{
        Desk,
        enrol::number::Number,
        guard::{Caller, Fresh, account},
        letters::{Letter, News, Seen, To, post},
    },
    factors::{password::judge_new, recovery},
    store::{End, PersonRow, PhoneOrigin, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    audit::{Actor, Entry, Event},
    person::MembershipState,
    secret::Secret,
    time::Instant,
};

/// New backup codes, to be seen once.
pub struct NewCodes {
    /// In groups of five.
    pub codes: Vec<Secret>,
    pub made_at: Instant,
}

/// Whoever changes it, as the mail says it.
pub type Agent<'a> = &'a str;

pub async fn change_password(desk: &Desk, caller: &Caller, new: Secret, agent: Agent<'_>) -> Result<(), AccountError> {
    // Asked before anything dear is done, and again in the unit that changes it.
    let mut unit = desk.store.look().await?;
    let now = unit.tx().now(&*desk.clock).await?;
    account(unit.tx(), caller, Fresh::Yes, now).await?;
    let row = unit.tx().person(&caller.person).await?.ok_or(AccountError::NotYours)?;
    unit.commit().await?;
    let email = row.email.clone().unwrap_or_default();
    judge_new(&new, &[&email, &row.given_name, &row.family_name])?;
    if desk.hashing.check(row.password_hash.clone(), new.clone(), now).await?.is_some() {
        return Err(AccountError::SamePassword);
    }
    let phc = desk.hashing.hash(new).await?;
    let mut unit = desk.store.begin().await?;
    let answer = change_password_in(desk, unit.tx(), caller, (&phc, agent)).await;
    unit.settle(answer).await
}

async fn change_password_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (phc, agent): (&str, Agent<'_>),
) -> Result<(), AccountError> {
    const WHY: &str = "password changed";
    let now = tx.now(&*desk.clock).await?;
    account(tx, caller, Fresh::Yes, now).await?;
    let person = &caller.person;
    tx.set_password(person, phc, now).await?;
    // RULES 5: other sessions and what hangs from them end; offline grants stay.
    for session in tx.sessions_of(person).await? {
        let id = session.id()?;
        if id != caller.session {
            tx.end_grants(Which::OfSession(&id), End::OnlineOnly, WHY, now).await?;
        }
    }
    tx.end_sessions(person, Some(&caller.session), WHY, now).await?;
    tx.end_codes(person, None).await?;
    tx.end_visits(person, None, WHY, now).await?;
    tx.end_one_time(person, now).await?;
    // RULES 6: a pending secret dies with the password it was shown behind.
    tx.drop_pending(person, now).await?;
    log(desk, tx, caller, Event::PasswordChanged, now).await?;
    let news = Letter::News(News::PasswordChanged(Seen::new(now, agent)));
    post(tx, news, To { person, tenant: None }, now, &*desk.dice).await?;
    Ok(())
}

/// Ten new ones in place of the old, which are dead from now on.
pub async fn make_codes(desk: &Desk, caller: &Caller) -> Result<NewCodes, AccountError> {
    let mut unit = desk.store.begin().await?;
    let answer = make_codes_in(desk, unit.tx(), caller).await;
    unit.settle(answer).await
}

async fn make_codes_in(desk: &Desk, tx: &mut Tx, caller: &Caller) -> Result<NewCodes, AccountError> {
    let now = tx.now(&*desk.clock).await?;
    let heard = account(tx, caller, Fresh::Yes, now).await?;
    if heard.person().is_none_or(|person| person.authenticators.is_empty()) {
        return Err(AccountError::NotYours);
    }
    let codes = recovery::make(&*desk.dice)?;
    let normal: Vec<String> = codes.iter().map(|code| code.normal().to_owned()).collect();
    tx.put_recovery_codes(&caller.person, &normal, now).await?;
    log(desk, tx, caller, Event::BackupCodesMade, now).await?;
    Ok(NewCodes { codes: codes.iter().map(recovery::RecoveryCode::shown).collect(), made_at: now })
}

/// "I have saved my backup codes."
pub async fn codes_saved(desk: &Desk, caller: &Caller) -> Result<(), AccountError> {
    let mut unit = desk.store.begin().await?;
    let answer = codes_saved_in(desk, unit.tx(), caller).await;
    unit.settle(answer).await
}

async fn codes_saved_in(desk: &Desk, tx: &mut Tx, caller: &Caller) -> Result<(), AccountError> {
    let now = tx.now(&*desk.clock).await?;
    // Five minutes may pass over saving them: what was made with a fresh code is said to be saved without.
    account_but_for_codes(tx, caller, now).await?;
    if tx.recovery_codes_left(&caller.person).await? == 0 {
        return Err(AccountError::NotYours);
    }
    tx.set_codes_saved(&caller.person, now).await?;
    Ok(log(desk, tx, caller, Event::BackupCodesSaved, now).await?)
}

/// Making new codes unsaves the old ones, so a clinic that wants them saved stops at just this page.
async fn account_but_for_codes(tx: &mut Tx, caller: &Caller, now: Instant) -> Result<(), AccountError> {
    use crate::acts::guard::Stop;
    use ostiary_gate::gate::Step;
    match account(tx, caller, Fresh::No, now).await {
        Ok(_) | Err(Stop::Step(Step::Complete, _)) => Ok(()),
        Err(stop) => Err(stop.into()),
    }
}

/// RULES 6: a number on file changes only with a second factor; who has none is led to one by enrolment.
pub async fn change_phone(
    desk: &Desk,
    caller: &Caller,
    (country, typed): (&str, &str),
    agent: Agent<'_>,
) -> Result<(), AccountError> {
    let number = Number::read(country, typed)?;
    let mut unit = desk.store.begin().await?;
    let answer = change_phone_in(desk, unit.tx(), caller, (&number, agent)).await;
    unit.settle(answer).await
}

async fn change_phone_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (number, agent): (&Number, Agent<'_>),
) -> Result<(), AccountError> {
    let now = tx.now(&*desk.clock).await?;
    let heard = account(tx, caller, Fresh::Yes, now).await?;
    if heard.person().is_none_or(|person| person.authenticators.is_empty()) {
        return Err(AccountError::NotYours);
    }
    tx.set_phone(&caller.person, number.as_str(), &PhoneOrigin::Person, now).await?;
    log(desk, tx, caller, Event::PhoneChanged, now).await?;
    let news = Letter::News(News::PhoneChanged(Seen::new(now, agent)));
    post(tx, news, To { person: &caller.person, tenant: None }, now, &*desk.dice).await?;
    Ok(())
}

/// Names are the person's own.
pub async fn change_details(
    desk: &Desk,
    caller: &Caller,
    given_name: &str,
    family_name: &str,
) -> Result<(), AccountError> {
    let tidy =
        |text: &str| text.split(char::is_control).collect::<Vec<_>>().join(" ").trim().chars().take(100).collect();
    let (given_name, family_name): (String, String) = (tidy(given_name), tidy(family_name));
    if given_name.is_empty() || family_name.is_empty() {
        return Err(AccountError::NoName);
    }
    let mut unit = desk.store.begin().await?;
    let answer = change_details_in(desk, unit.tx(), caller, (&given_name, &family_name)).await;
    unit.settle(answer).await
}

async fn change_details_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (given_name, family_name): (&str, &str),
) -> Result<(), AccountError> {
    let now = tx.now(&*desk.clock).await?;
    account(tx, caller, Fresh::Yes, now).await?;
    let row: PersonRow = tx.person(&caller.person).await?.ok_or(AccountError::NotYours)?;
    tx.set_names(&caller.person, given_name, family_name, &row.claims()?, now).await?;
    Ok(log(desk, tx, caller, Event::PersonChanged, now).await?)
}

/// In the log of each clinic they belong to.
pub(super) async fn log(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    event: Event,
    now: Instant,
) -> Result<(), StoreError> {
    for membership in tx.memberships(&caller.person).await? {
        if membership.state == MembershipState::Live {
            let entry = Entry {
                tenant: Some(membership.tenant),
                actor: Actor::Person(caller.person.clone()),
                event,
                person: Some(caller.person.clone()),
                client: None,
                detail: String::new(),
            };
            tx.log(&entry, None, now, &*desk.dice).await?;
        }
    }
    Ok(())
}
