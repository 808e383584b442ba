//! Sessions: a signed-in browser, and what was shown in it. The cookie's hash is the only thing kept of the cookie.
use super::{Sql, StoreError, Tx, document, json, row, run, text};
use crate::factors::Verified;
use ostiary_gate::domain::{
    amr::Proof,
    grant::Session,
    ids::{PersonId, SessionId},
    time::Instant,
};

row! {
    pub struct SessionRow {
        id: String,
        person_id: String,
        pub browser_hash: String,
        started_at: i64,
        seen_at: i64,
        ended_at: Option<i64>,
        shared_computer: bool,
        proofs: String,
        pub user_agent: String,
    }
}

pub struct NewSession<'a> {
    pub id: &'a SessionId,
    pub cookie_hash: &'a str,
    pub person: &'a PersonId,
    pub browser_hash: &'a str,
    pub shared_computer: bool,
    pub proofs: &'a [Proof],
    pub user_agent: &'a str,
}

macro_rules! session_where {
    ($rest:literal) => {
        text!(concat!(
            "select id, person_id, browser_hash, started_at, seen_at, ended_at, shared_computer, proofs, user_agent ",
            "from sessions ",
            $rest
        ))
    };
}
const BY_COOKIE: Sql = session_where!("where cookie_hash = $1 and ended_at is null");
const BY_ID: Sql = session_where!("where id = $1");
const OF_PERSON: Sql = session_where!("where person_id = $1 and ended_at is null order by seen_at desc, id");
const INSERT: Sql = text!(
    "insert into sessions (id, cookie_hash, person_id, browser_hash, started_at, seen_at, shared_computer, proofs, user_agent)
     values ($1, $2, $3, $4, $5, $5, $6, $7, $8)"
);
/// SECURITY R-75: a new cookie value at every rise; the old one is dead with this statement.
const RISE: Sql =
    text!("update sessions set cookie_hash = $2, proofs = $3, seen_at = $4 where id = $1 and ended_at is null");
const MORE: Sql = text!("update sessions set proofs = $2, seen_at = $3 where id = $1 and ended_at is null");
const SEEN: Sql = text!("update sessions set seen_at = $2 where id = $1 and ended_at is null and seen_at < $2");
const KNOWN: Sql = text!(
    "insert into known_browsers (person_id, browser_hash, since, seen_at) values ($1, $2, $3, $3)
     on conflict (person_id, browser_hash) do update set seen_at = excluded.seen_at"
);
const KNOWN_SINCE: Sql = text!("select since from known_browsers where person_id = $1 and browser_hash = $2");
row! { struct Since { since: i64 } }

impl SessionRow {
    pub fn id(&self) -> Result<SessionId, StoreError> {
        SessionId::parse(&self.id).map_err(|e| StoreError::unreadable("session", e))
    }

    pub fn person(&self) -> Result<PersonId, StoreError> {
        PersonId::parse(&self.person_id).map_err(|e| StoreError::unreadable("session", e))
    }

    pub fn proofs(&self) -> Result<Vec<Proof>, StoreError> {
        document("proofs", &self.proofs)
    }

    /// As the gate sees it.
    pub fn facts(&self) -> Result<Session, StoreError> {
        Ok(Session {
            id: self.id()?,
            started_at: Instant(self.started_at),
            seen_at: Instant(self.seen_at),
            ended_at: self.ended_at.map(Instant),
            shared_computer: self.shared_computer,
        })
    }
}

/// The newest of each authenticator; older ones say nothing more.
fn with(row: &SessionRow, shown: Verified) -> Result<Vec<Proof>, StoreError> {
    let proof = shown.into_proof();
    let mut proofs = row.proofs()?;
    proofs.retain(|p| p.factor != proof.factor || p.authenticator != proof.authenticator || p.reach != proof.reach);
    proofs.push(proof);
    Ok(proofs)
}

impl Tx {
    /// A live session by its cookie.
    pub async fn session_by_cookie(&mut self, cookie_hash: &str) -> Result<Option<SessionRow>, StoreError> {
        Ok(run!(self, fetch::<SessionRow>, BY_COOKIE, cookie_hash)?.pop())
    }

    /// A session, live or ended.
    pub async fn session(&mut self, id: &SessionId) -> Result<Option<SessionRow>, StoreError> {
        Ok(run!(self, fetch::<SessionRow>, BY_ID, id.as_str())?.pop())
    }

    pub async fn sessions_of(&mut self, person: &PersonId) -> Result<Vec<SessionRow>, StoreError> {
        run!(self, fetch::<SessionRow>, OF_PERSON, person.as_str())
    }

    pub async fn insert_session(&mut self, new: &NewSession<'_>, now: Instant) -> Result<(), StoreError> {
        let (id, person, proofs) = (new.id.as_str(), new.person.as_str(), json("proofs", &new.proofs)?);
        let (cookie, browser, shared) = (new.cookie_hash, new.browser_hash, new.shared_computer);
        run!(self, execute, INSERT, id, cookie, person, browser, now.0, shared, proofs, new.user_agent)?;
        if shared {
            return Ok(());
        }
        self.browser_is_known(new.person, browser, now).await
    }

    /// More was shown: the session goes on under a new cookie. Whether it was still there.
    pub async fn raise_session(
        &mut self,
        id: &SessionId,
        cookie_hash: &str,
        proofs: &[Proof],
        now: Instant,
    ) -> Result<bool, StoreError> {
        Ok(run!(self, execute, RISE, id.as_str(), cookie_hash, json("proofs", &proofs)?, now.0)? == 1)
    }

    /// A factor was shown again in a live session: the proof takes the place of an older one of the same authenticator,
    /// and the session goes on under a new cookie. Whether it was still there.
    pub async fn confirm_session(
        &mut self,
        row: &SessionRow,
        cookie_hash: &str,
        shown: Verified,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let proofs = with(row, shown)?;
        self.raise_session(&row.id()?, cookie_hash, &proofs, now).await
    }

    /// As [`Tx::confirm_session`], where the session rose a moment ago and keeps its name.
    pub async fn add_session_proof(
        &mut self,
        row: &SessionRow,
        shown: Verified,
        now: Instant,
    ) -> Result<(), StoreError> {
        run!(self, execute, MORE, row.id.as_str(), json("proofs", &with(row, shown)?)?, now.0)?;
        Ok(())
    }

    pub async fn session_seen(&mut self, id: &SessionId, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, SEEN, id.as_str(), now.0)?;
        Ok(())
    }

    /// From now on this person has signed in from this browser. Not called on shared computers.
    pub async fn browser_is_known(&mut self, person: &PersonId, browser: &str, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, KNOWN, person.as_str(), browser, now.0)?;
        Ok(())
    }

    /// Since when this person signs in from this browser.
    pub async fn browser_known_since(
        &mut self,
        person: &PersonId,
        browser: &str,
    ) -> Result<Option<Instant>, StoreError> {
        let row = run!(self, fetch::<Since>, KNOWN_SINCE, person.as_str(), browser)?.pop();
        Ok(row.map(|row| Instant(row.since)))
    }
}
