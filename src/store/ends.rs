//! The table of ends (RULES 5): what an event ends, in the transaction of the event. Suspension is not here; it is no state.
use super::{Sql, StoreError, Tx, run, text};
use ostiary_gate::domain::{
    ids::{ClientId, GrantId, PersonId, SessionId, TenantId},
    time::Instant,
};

/// Whose grants end.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    One(&'a GrantId),
    OfSession(&'a SessionId),
    OfPerson(&'a PersonId),
    /// A membership ended, or its admin signed the person out.
    OfPersonIn(&'a PersonId, &'a TenantId),
    /// A connection ended: also the machines'.
    OfClientIn(&'a ClientId, &'a TenantId),
    OfClient(&'a ClientId),
    /// A consent was withdrawn.
    OfPersonAt(&'a PersonId, &'a ClientId),
    OfTenant(&'a TenantId),
}

/// Whether offline grants go too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    All,
    /// Offline grants stay.
    OnlineOnly,
}

macro_rules! ending {
    ($which:literal) => {
        text!(concat!(
            "update grants set ended_at = $1, ended_why = $2 where ended_at is null and ($3 or keeping = 'online') and ",
            $which
        ))
    };
}
const ONE: Sql = ending!("id = $4");
const OF_SESSION: Sql = ending!("session_id = $4");
const OF_PERSON: Sql = ending!("person_id = $4");
const OF_CLIENT: Sql = ending!("client_id = $4");
const OF_PERSON_AT: Sql = ending!("person_id = $4 and client_id = $5");
const OF_TENANT: Sql = ending!("id in (select grant_id from grant_tenants where tenant_id = $4)");
const OF_PERSON_IN: Sql = ending!("person_id = $4 and id in (select grant_id from grant_tenants where tenant_id = $5)");
const OF_CLIENT_IN: Sql = ending!("client_id = $4 and id in (select grant_id from grant_tenants where tenant_id = $5)");
const SESSION: Sql = text!("update sessions set ended_at = $1, ended_why = $2 where id = $3 and ended_at is null");
const SESSIONS: Sql =
    text!("update sessions set ended_at = $1, ended_why = $2 where person_id = $3 and id <> $4 and ended_at is null");
const VISITS_IN: Sql = text!(
    "update visits set ended_at = $1, ended_why = $2 where person_id = $3 and tenant_id = $4 and ended_at is null"
);
const VISITS: Sql =
    text!("update visits set ended_at = $1, ended_why = $2 where person_id = $3 and id <> $4 and ended_at is null");

const VISITS_ELSEWHERE: Sql = text!(
    "update visits set ended_at = $1, ended_why = $2 where person_id = $3 and browser_hash <> $4 and ended_at is null"
);
const CODES: Sql = text!(
    "update codes set state = 'ended'
      where state = 'issued'
        and grant_id in (select id from grants where person_id = $1 and (session_id is null or session_id <> $2))"
);
const VISITS_OF_OTHERS: Sql = text!(
    "update visits set ended_at = $1, ended_why = $2 where browser_hash = $3 and person_id <> $4 and ended_at is null"
);

const VISITS_OF_SESSION: Sql =
    text!("update visits set ended_at = $1, ended_why = $2 where session_id = $3 and ended_at is null");
const CODES_OF_SESSION: Sql = text!(
    "update codes set state = 'ended'
      where state = 'issued' and grant_id in (select id from grants where session_id = $1)"
);

impl Tx {
    /// Somebody signs out here (RULES 5): the session, its online grants, its unredeemed codes and unfinished visits end;
    /// what works without a session stays. Whether it was still there to end.
    pub async fn sign_out(&mut self, session: &SessionId, why: &str, now: Instant) -> Result<bool, StoreError> {
        let was_there = self.end_session(session, why, now).await?;
        self.end_grants(Which::OfSession(session), End::OnlineOnly, why, now).await?;
        run!(self, execute, CODES_OF_SESSION, session.as_str())?;
        run!(self, execute, VISITS_OF_SESSION, now.0, why, session.as_str())?;
        Ok(was_there)
    }

    /// Ends grants, and with them all codes and tokens that hang from them: an ended grant is no grant. How many ended.
    pub async fn end_grants(&mut self, which: Which<'_>, end: End, why: &str, now: Instant) -> Result<u64, StoreError> {
        let (at, all) = (now.0, end == End::All);
        match which {
            Which::One(id) => run!(self, execute, ONE, at, why, all, id.as_str()),
            Which::OfSession(id) => run!(self, execute, OF_SESSION, at, why, all, id.as_str()),
            Which::OfPerson(id) => run!(self, execute, OF_PERSON, at, why, all, id.as_str()),
            Which::OfClient(id) => run!(self, execute, OF_CLIENT, at, why, all, id.as_str()),
            Which::OfTenant(id) => run!(self, execute, OF_TENANT, at, why, all, id.as_str()),
            Which::OfPersonIn(person, tenant) => {
                run!(self, execute, OF_PERSON_IN, at, why, all, person.as_str(), tenant.as_str())
            }
            Which::OfPersonAt(person, client) => {
                run!(self, execute, OF_PERSON_AT, at, why, all, person.as_str(), client.as_str())
            }
            Which::OfClientIn(client, tenant) => {
                run!(self, execute, OF_CLIENT_IN, at, why, all, client.as_str(), tenant.as_str())
            }
        }
    }

    pub async fn end_session(&mut self, id: &SessionId, why: &str, now: Instant) -> Result<bool, StoreError> {
        Ok(run!(self, execute, SESSION, now.0, why, id.as_str())? == 1)
    }

    /// Every session of a person, but perhaps the one they act in.
    pub async fn end_sessions(
        &mut self,
        person: &PersonId,
        but: Option<&SessionId>,
        why: &str,
        now: Instant,
    ) -> Result<u64, StoreError> {
        run!(self, execute, SESSIONS, now.0, why, person.as_str(), but.map_or("", SessionId::as_str))
    }

    /// Every unfinished visit of a person, but perhaps the one they are on.
    pub async fn end_visits(
        &mut self,
        person: &PersonId,
        but: Option<&str>,
        why: &str,
        now: Instant,
    ) -> Result<u64, StoreError> {
        run!(self, execute, VISITS, now.0, why, person.as_str(), but.unwrap_or(""))
    }

    /// Every unfinished visit of a person that is for this clinic.
    pub async fn end_visits_in(
        &mut self,
        person: &PersonId,
        tenant: &TenantId,
        why: &str,
        now: Instant,
    ) -> Result<u64, StoreError> {
        run!(self, execute, VISITS_IN, now.0, why, person.as_str(), tenant.as_str())
    }

    /// Every unfinished visit of a person in other browsers than this.
    pub async fn end_visits_elsewhere(
        &mut self,
        person: &PersonId,
        browser: &str,
        why: &str,
        now: Instant,
    ) -> Result<u64, StoreError> {
        run!(self, execute, VISITS_ELSEWHERE, now.0, why, person.as_str(), browser)
    }

    /// Codes that wait to be redeemed, also for offline grants, but perhaps those of the session a person acts in.
    pub async fn end_codes(&mut self, person: &PersonId, but: Option<&SessionId>) -> Result<u64, StoreError> {
        run!(self, execute, CODES, person.as_str(), but.map_or("", SessionId::as_str))
    }

    /// Every unfinished visit in a browser that is not this person's: they start over.
    pub async fn end_visits_of_others(
        &mut self,
        browser_hash: &str,
        person: &PersonId,
        why: &str,
        now: Instant,
    ) -> Result<u64, StoreError> {
        run!(self, execute, VISITS_OF_OTHERS, now.0, why, browser_hash, person.as_str())
    }
}
