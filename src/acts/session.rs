//! A browser at the door and its session: made or raised when the gate lets somebody in, never before.
use super::{Desk, visit::Progress};
use crate::{
    crypto::{dice, hash},
    store::{End, NewSession, SessionRow, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    amr::{Acr, Proof},
    audit::{Actor, Entry, Event},
    ids::{ClientId, PersonId, SessionId},
    person::Person,
    secret::Secret,
    tenant::Tenant,
    time::Instant,
};
use std::net::IpAddr;

/// Who sends a request, as far as cookies and the connection say.
#[derive(Clone, Debug)]
pub struct Browser {
    /// SHA-256 of the browser cookie; the cookie itself stays at the edge.
    pub hash: String,
    /// SHA-256 of the session cookie, if one was sent.
    pub session_hash: Option<String>,
    pub address: IpAddr,
    pub user_agent: String,
}

/// The session a visit ended in.
pub struct Settled {
    pub id: SessionId,
    /// The new value of the session cookie, if it changed.
    pub cookie: Option<Secret>,
    /// Somebody signed in, or showed more.
    pub rose: bool,
}

impl Browser {
    /// The live session that the cookie names.
    pub async fn session(&self, tx: &mut Tx) -> Result<Option<SessionRow>, StoreError> {
        match &self.session_hash {
            Some(hash) => tx.session_by_cookie(hash).await,
            None => Ok(None),
        }
    }
}

/// Makes the session, or raises the one that is there, by what this visit has shown. SECURITY R-75: a new cookie value at
/// every rise. Another person's session in this browser ends, and its grants with it (RULES 5).
pub async fn settle(
    tx: &mut Tx,
    desk: &Desk,
    browser: &Browser,
    person: &PersonId,
    shown: (&[Proof], &Progress),
    now: Instant,
) -> Result<Settled, StoreError> {
    let (proofs, progress) = shown;
    let there = browser.session(tx).await?;
    let mine = match there {
        Some(row) if row.person()? != *person => {
            end(tx, &row, "another person signed in", now).await?;
            tx.end_visits_of_others(&browser.hash, person, "another person signed in", now).await?;
            None
        }
        Some(row) if is_past_its_limit(tx, &row, now).await? => {
            end(tx, &row, "absolute limit", now).await?;
            None
        }
        there => there,
    };
    if let Some(row) = &mine
        && proofs.is_empty()
    {
        tx.session_seen(&row.id()?, now).await?;
        return Ok(Settled { id: row.id()?, cookie: None, rose: false });
    }
    let cookie = dice::token(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let cookie_hash = hash::sha256_base64url(cookie.expose().as_bytes());
    if let Some(row) = mine {
        let id = row.id()?;
        let all = newest(row.proofs()?.into_iter().chain(proofs.iter().cloned()));
        if tx.raise_session(&id, &cookie_hash, &all, now).await? {
            return Ok(Settled { id, cookie: Some(cookie), rose: true });
        }
    }
    let id = new_id(desk)?;
    let all = newest(proofs.iter().cloned());
    let new = NewSession {
        id: &id,
        cookie_hash: &cookie_hash,
        person,
        browser_hash: &browser.hash,
        shared_computer: progress.shared_computer,
        proofs: &all,
        user_agent: &browser.user_agent,
    };
    tx.insert_session(&new, now).await?;
    tx.set_signed_in(person, now).await?;
    Ok(Settled { id, cookie: Some(cookie), rose: true })
}

/// What the log of each clinic says of it: a sign-in is news, another app in the same session is not. No client: our own
/// pages.
pub async fn log(
    tx: &mut Tx,
    desk: &Desk,
    about: (Option<&Person>, &[Tenant], Option<&ClientId>),
    acr: Acr,
    now: Instant,
) -> Result<(), StoreError> {
    let (Some(person), tenants, client) = about else { return Ok(()) };
    for tenant in tenants {
        let entry = Entry {
            tenant: Some(tenant.id.clone()),
            actor: Actor::Person(person.id.clone()),
            event: Event::SignedIn,
            person: Some(person.id.clone()),
            client: client.cloned(),
            detail: acr.canonical().to_owned(),
        };
        tx.log(&entry, None, now, &*desk.dice).await?;
    }
    Ok(())
}

async fn end(tx: &mut Tx, row: &SessionRow, why: &str, now: Instant) -> Result<(), StoreError> {
    let id = row.id()?;
    tx.end_session(&id, why, now).await?;
    tx.end_grants(Which::OfSession(&id), End::OnlineOnly, why, now).await?;
    Ok(())
}

/// A session past the absolute limit of any of the person's clinics would be sent to sign in again at once: it is not
/// raised, it is followed by a new one.
async fn is_past_its_limit(tx: &mut Tx, row: &SessionRow, now: Instant) -> Result<bool, StoreError> {
    let age = now.since(row.facts()?.started_at);
    for membership in tx.memberships(&row.person()?).await? {
        if let Some(tenant) = tx.tenant(&membership.tenant).await?
            && age > tenant.policy.session_absolute
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn new_id(desk: &Desk) -> Result<SessionId, StoreError> {
    let tail = dice::tail(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    SessionId::from_tail(&tail).map_err(|e| StoreError::unreadable("session id", e))
}

/// The newest of each factor and authenticator: older ones say nothing more.
fn newest(proofs: impl Iterator<Item = Proof>) -> Vec<Proof> {
    let mut kept: Vec<Proof> = Vec::new();
    for proof in proofs {
        let same = |known: &&mut Proof| {
            known.factor == proof.factor && known.authenticator == proof.authenticator && known.reach == proof.reach
        };
        match kept.iter_mut().find(same) {
            Some(known) if known.at < proof.at => *known = proof,
            Some(_) => {}
            None => kept.push(proof),
        }
    }
    kept
}
