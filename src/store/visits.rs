//! Visits that have got as far as the right password: who is there, what they came for, what they have shown so far.
//! A visit is a half-finished sign-in: good for nothing but its own next page.
use super::{Sql, StoreError, Tx, document, json, row, run, text};
use crate::factors::Verified;
use ostiary_gate::domain::{
    amr::{Factor, Proof},
    ids::{PersonId, SessionId, TenantId, VisitId},
    time::Instant,
};
use serde::{Serialize, de::DeserializeOwned};

row! {
    pub struct VisitRow {
        id: String,
        pub client_id: Option<String>,
        request: String,
        person_id: String,
        session_id: Option<String>,
        tenant_id: Option<String>,
        proofs: String,
        progress: String,
        began_at: i64,
        expires_at: i64,
        ended_at: Option<i64>,
        pub ended_why: Option<String>,
    }
}

pub struct NewVisit<'a> {
    pub id: &'a VisitId,
    pub browser_hash: &'a str,
    pub client_id: Option<&'a str>,
    pub person: &'a PersonId,
    pub session: Option<&'a SessionId>,
    pub tenant: Option<&'a TenantId>,
    pub began_at: Instant,
    pub expires_at: Instant,
}

macro_rules! visit_where {
    ($rest:literal) => {
        text!(concat!(
            "select id, client_id, request, person_id, session_id, tenant_id, proofs, progress, began_at, expires_at, ",
            "ended_at, ended_why from visits ",
            $rest
        ))
    };
}
/// Works only with the browser cookie that opened it.
const BY_ID: Sql = visit_where!("where id = $1 and browser_hash = $2");
const INSERT: Sql = text!(
    "insert into visits (id, browser_hash, client_id, request, person_id, session_id, tenant_id, proofs, progress, began_at,
                         expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
);
/// RULES 8: sixteen a browser, the oldest give way.
const MAKE_ROOM: Sql = text!(
    "update visits set ended_at = $3, ended_why = 'too many' where browser_hash = $1 and ended_at is null and id <> $2
        and id not in (select id from visits where browser_hash = $1 and ended_at is null and id <> $2
                        order by began_at desc, id limit 15)"
);
const PROOFS: Sql = text!("update visits set proofs = $2 where id = $1 and ended_at is null");
const PROGRESS: Sql = text!("update visits set progress = $2 where id = $1 and ended_at is null");
const TENANT: Sql = text!("update visits set tenant_id = $2 where id = $1 and ended_at is null");
const ALONE: Sql =
    text!("update visits set session_id = null, proofs = $2, expires_at = $3 where id = $1 and ended_at is null");
const END: Sql = text!("update visits set ended_at = $2, ended_why = $3 where id = $1 and ended_at is null");

impl VisitRow {
    pub fn id(&self) -> Result<VisitId, StoreError> {
        VisitId::parse(&self.id).map_err(|e| StoreError::unreadable("visit", e))
    }
    pub fn person(&self) -> Result<PersonId, StoreError> {
        PersonId::parse(&self.person_id).map_err(|e| StoreError::unreadable("visit", e))
    }
    pub fn session(&self) -> Result<Option<SessionId>, StoreError> {
        let id = self.session_id.as_deref().map(SessionId::parse).transpose();
        id.map_err(|e| StoreError::unreadable("visit", e))
    }
    pub fn tenant(&self) -> Result<Option<TenantId>, StoreError> {
        self.tenant_id.as_deref().map(TenantId::parse).transpose().map_err(|e| StoreError::unreadable("visit", e))
    }
    pub fn request<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        document("visit request", &self.request)
    }
    pub fn progress<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        document("visit progress", &self.progress)
    }
    pub fn proofs(&self) -> Result<Vec<Proof>, StoreError> {
        document("proofs", &self.proofs)
    }
    pub fn began_at(&self) -> Instant {
        Instant(self.began_at)
    }
    pub fn has_not_ended(&self) -> bool {
        self.ended_at.is_none()
    }
    pub fn expires_at(&self) -> Instant {
        Instant(self.expires_at)
    }
    /// Neither ended nor run out.
    pub fn is_open(&self, now: Instant) -> bool {
        self.ended_at.is_none() && now.0 < self.expires_at
    }
}

impl Tx {
    pub async fn visit(&mut self, id: &VisitId, browser_hash: &str) -> Result<Option<VisitRow>, StoreError> {
        Ok(run!(self, fetch::<VisitRow>, BY_ID, id.as_str(), browser_hash)?.pop())
    }

    /// Opens a visit by what was shown: a password in this visit, or nothing yet on top of a live session.
    pub async fn insert_visit<R: Serialize, P: Serialize>(
        &mut self,
        new: &NewVisit<'_>,
        request: &R,
        progress: &P,
        shown: Option<Verified>,
    ) -> Result<(), StoreError> {
        let proofs: Vec<Proof> = shown.into_iter().map(Verified::into_proof).collect();
        run!(
            self,
            execute,
            INSERT,
            new.id.as_str(),
            new.browser_hash,
            new.client_id,
            json("visit request", request)?,
            new.person.as_str(),
            new.session.map(SessionId::as_str),
            new.tenant.map(TenantId::as_str),
            json("proofs", &proofs)?,
            json("visit progress", progress)?,
            new.began_at.0,
            new.expires_at.0
        )?;
        run!(self, execute, MAKE_ROOM, new.browser_hash, new.id.as_str(), new.began_at.0)?;
        Ok(())
    }

    /// Adds what a factor verified to what this visit has shown.
    pub async fn add_proof(&mut self, visit: &VisitRow, shown: Verified) -> Result<Vec<Proof>, StoreError> {
        let mut proofs = visit.proofs()?;
        proofs.push(shown.into_proof());
        run!(self, execute, PROOFS, visit.id.as_str(), json("proofs", &proofs)?)?;
        Ok(proofs)
    }

    pub async fn set_progress<P: Serialize>(&mut self, visit: &VisitId, progress: &P) -> Result<(), StoreError> {
        run!(self, execute, PROGRESS, visit.as_str(), json("visit progress", progress)?)?;
        Ok(())
    }

    pub async fn set_visit_tenant(&mut self, visit: &VisitId, tenant: &TenantId) -> Result<(), StoreError> {
        run!(self, execute, TENANT, visit.as_str(), tenant.as_str())?;
        Ok(())
    }

    /// Makes a visit stand on its own, without the session it came from, until `until`: what the person *knew* there and
    /// here goes on counting, what they held does not.
    pub async fn stand_alone(&mut self, visit: &VisitRow, until: Instant) -> Result<(), StoreError> {
        let mut proofs = visit.proofs()?;
        if let Some(id) = visit.session()?
            && let Some(session) = self.session(&id).await?
            && session.facts()?.ended_at.is_none()
        {
            proofs.extend(session.proofs()?);
        }
        proofs.retain(|proof| proof.factor == Factor::Password);
        run!(self, execute, ALONE, visit.id.as_str(), json("proofs", &proofs)?, until.0)?;
        Ok(())
    }

    /// Whether it was still open: a visit ends once.
    pub async fn end_visit(&mut self, visit: &VisitId, why: &str, now: Instant) -> Result<bool, StoreError> {
        Ok(run!(self, execute, END, visit.as_str(), now.0, why)? == 1)
    }
}
