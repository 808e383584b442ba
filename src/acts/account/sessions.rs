//! Signing out of one browser, or of all (RULES 5, the first two lines of the table of ends).
use super::AccountError;
use crate::{
    acts::{
        Desk,
        guard::{Caller, Fresh, account},
    },
    store::{End, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    audit::{Actor, Entry, Event},
    ids::SessionId,
    person::MembershipState,
    time::Instant,
};

/// Another browser of one's own.
pub async fn sign_out_of(desk: &Desk, caller: &Caller, session: &SessionId) -> Result<(), AccountError> {
    let mut unit = desk.store.begin().await?;
    let answer = sign_out_of_in(desk, unit.tx(), caller, session).await;
    unit.settle(answer).await
}

async fn sign_out_of_in(desk: &Desk, tx: &mut Tx, caller: &Caller, session: &SessionId) -> Result<(), AccountError> {
    let now = tx.now(&*desk.clock).await?;
    account(tx, caller, Fresh::No, now).await?;
    let row = tx.session(session).await?.ok_or(AccountError::NotYours)?;
    if row.person()? != caller.person || !tx.end_session(session, "signed out elsewhere", now).await? {
        return Err(AccountError::NotYours);
    }
    tx.end_grants(Which::OfSession(session), End::OnlineOnly, "signed out elsewhere", now).await?;
    Ok(log(desk, tx, caller, "another browser", now).await?)
}

/// All browsers, this one too. Taking a door away needs no fresh code, only somebody who is inside.
pub async fn sign_out_everywhere(desk: &Desk, caller: &Caller, offline: bool) -> Result<(), AccountError> {
    let mut unit = desk.store.begin().await?;
    let answer = everywhere(desk, unit.tx(), caller, offline).await;
    unit.settle(answer).await
}

async fn everywhere(desk: &Desk, tx: &mut Tx, caller: &Caller, offline: bool) -> Result<(), AccountError> {
    const WHY: &str = "signed out everywhere";
    let now = tx.now(&*desk.clock).await?;
    account(tx, caller, Fresh::No, now).await?;
    tx.end_sessions(&caller.person, None, WHY, now).await?;
    let which = if offline { End::All } else { End::OnlineOnly };
    tx.end_grants(Which::OfPerson(&caller.person), which, WHY, now).await?;
    tx.end_codes(&caller.person, None).await?;
    tx.end_visits(&caller.person, None, WHY, now).await?;
    Ok(log(desk, tx, caller, "everywhere", now).await?)
}

/// In the log of each clinic they belong to: that somebody signed out is each one's to know, from where is not.
async fn log(desk: &Desk, tx: &mut Tx, caller: &Caller, detail: &str, now: Instant) -> Result<(), StoreError> {
    for membership in tx.memberships(&caller.person).await? {
        if membership.state == MembershipState::Live {
            let entry = Entry {
                tenant: Some(membership.tenant),
                actor: Actor::Person(caller.person.clone()),
                event: Event::SignedOut,
                person: Some(caller.person.clone()),
                client: None,
                detail: detail.to_owned(),
            };
            tx.log(&entry, None, now, &*desk.dice).await?;
        }
    }
    Ok(())
}
