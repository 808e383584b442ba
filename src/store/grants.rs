//! Grants: what a client holds. Suspension is the gate's answer and has no column here.
use super::{SessionRow, Sql, StoreError, Tx, document, json, row, run, text, unword, word};
use ostiary_gate::domain::{
    amr::Proof,
    grant::{Grant, Keeping},
    ids::{ClientId, GrantId, PersonId, SessionId, TenantId},
    scope::Scope,
    time::Instant,
};
use serde::de::DeserializeOwned;

row! {
    pub struct GrantRow {
        id: String,
        client_id: String,
        person_id: Option<String>,
        session_id: Option<String>,
        keeping: String,
        scope: String,
        pub resource: Option<String>,
        pub sid: Option<String>,
        proofs: String,
        pub tenant_aware: bool,
        asked: String,
        authorised_at: i64,
        pub used_at: i64,
        ended_at: Option<i64>,
        pub ended_why: Option<String>,
    }
}
row! { struct TenantOf { tenant_id: String } }
row! { struct Hour { at: i64 } }

/// What a grant is made with; person, client, tenants and proofs come from the clearance.
pub struct NewGrant<'a> {
    pub id: &'a GrantId,
    pub session: Option<&'a SessionId>,
    pub keeping: Keeping,
    pub scope: &'a Scope,
    pub resource: Option<&'a str>,
    pub sid: Option<&'a str>,
    pub tenant_aware: bool,
    /// What the authorization request asked, kept because later answers need it.
    pub asked: &'a serde_json::Value,
}

macro_rules! grant_where {
    ($rest:literal) => {
        text!(concat!(
            "select id, client_id, person_id, session_id, keeping, scope, resource, sid, proofs, tenant_aware, asked, ",
            "authorised_at, used_at, ended_at, ended_why from grants ",
            $rest
        ))
    };
}
const BY_ID: Sql = grant_where!("where id = $1");
const OF_PERSON: Sql = grant_where!("where person_id = $1 and ended_at is null order by authorised_at desc, id");
const OF_PERSON_IN: Sql = grant_where!(
    "where person_id = $1 and ended_at is null and id in (select grant_id from grant_tenants where tenant_id = $2)
      order by used_at desc, id"
);
const OF_SESSION: Sql = grant_where!("where session_id = $1 and sid = $2 and ended_at is null order by id");
const AUTHORISED: Sql = text!(
    "select authorised_at as at from grants
      where person_id = $1 and authorised_at >= $3 and id in (select grant_id from grant_tenants where tenant_id = $2)
      order by authorised_at desc limit 500"
);
const TENANTS: Sql = text!("select tenant_id from grant_tenants where grant_id = $1 order by tenant_id");
const INSERT: Sql = text!(
    "insert into grants (id, client_id, person_id, session_id, keeping, scope, resource, sid, proofs, tenant_aware, asked,
                         authorised_at, used_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)"
);
const INSERT_TENANT: Sql = text!("insert into grant_tenants (grant_id, tenant_id) values ($1, $2)");
const USED: Sql = text!("update grants set used_at = $2, refusal_logged_at = null where id = $1 and ended_at is null");
const REFUSED: Sql =
    text!("update grants set refusal_logged_at = $2 where id = $1 and ended_at is null and refusal_logged_at is null");
const RESUME: Sql = text!("update grants set proofs = $2 where id = $1 and ended_at is null");
const HOLD: Sql = text!("update grants set used_at = used_at where id = $1");

impl GrantRow {
    pub fn id(&self) -> Result<GrantId, StoreError> {
        GrantId::parse(&self.id).map_err(|e| StoreError::unreadable("grant", e))
    }
    pub fn client(&self) -> Result<ClientId, StoreError> {
        ClientId::parse(&self.client_id).map_err(|e| StoreError::unreadable("grant", e))
    }
    pub fn person(&self) -> Result<Option<PersonId>, StoreError> {
        self.person_id.as_deref().map(PersonId::parse).transpose().map_err(|e| StoreError::unreadable("grant", e))
    }
    pub fn session(&self) -> Result<Option<SessionId>, StoreError> {
        self.session_id.as_deref().map(SessionId::parse).transpose().map_err(|e| StoreError::unreadable("grant", e))
    }
    pub fn keeping(&self) -> Result<Keeping, StoreError> {
        unword("keeping", self.keeping.clone())
    }
    pub fn scope(&self) -> Result<Scope, StoreError> {
        Scope::parse(&self.scope).map_err(|e| StoreError::unreadable("grant", e))
    }
    /// What was shown when it was given: never more, never fresher.
    pub fn proofs(&self) -> Result<Vec<Proof>, StoreError> {
        document("proofs", &self.proofs)
    }
    pub fn asked<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        document("asked", &self.asked)
    }
    pub fn authorised_at(&self) -> Instant {
        Instant(self.authorised_at)
    }
    pub fn has_ended(&self) -> bool {
        self.ended_at.is_some()
    }
}

impl Tx {
    pub async fn grant(&mut self, id: &GrantId) -> Result<Option<GrantRow>, StoreError> {
        Ok(run!(self, fetch::<GrantRow>, BY_ID, id.as_str())?.pop())
    }

    /// Keeps others from ending or rotating it until this unit is settled.
    pub async fn hold_grant(&mut self, id: &GrantId) -> Result<(), StoreError> {
        run!(self, execute, HOLD, id.as_str())?;
        Ok(())
    }

    pub async fn grants_of(&mut self, person: &PersonId) -> Result<Vec<GrantRow>, StoreError> {
        run!(self, fetch::<GrantRow>, OF_PERSON, person.as_str())
    }

    /// Those that are for this tenant too, the last used first.
    pub async fn grants_of_in(&mut self, person: &PersonId, tenant: &TenantId) -> Result<Vec<GrantRow>, StoreError> {
        run!(self, fetch::<GrantRow>, OF_PERSON_IN, person.as_str(), tenant.as_str())
    }

    /// What one client was given in one session, for the clinic that `sid` stands for.
    pub async fn grants_in_session(&mut self, session: &SessionId, sid: &str) -> Result<Vec<GrantRow>, StoreError> {
        run!(self, fetch::<GrantRow>, OF_SESSION, session.as_str(), sid)
    }

    /// When a person let an app in for this tenant lately, ended grants included.
    pub async fn authorised_since(
        &mut self,
        person: &PersonId,
        tenant: &TenantId,
        since: Instant,
    ) -> Result<Vec<Instant>, StoreError> {
        let rows = run!(self, fetch::<Hour>, AUTHORISED, person.as_str(), tenant.as_str(), since.0)?;
        Ok(rows.into_iter().map(|row| Instant(row.at)).collect())
    }

    pub async fn grant_tenants(&mut self, id: &GrantId) -> Result<Vec<TenantId>, StoreError> {
        let rows = run!(self, fetch::<TenantOf>, TENANTS, id.as_str())?;
        rows.iter().map(|r| TenantId::parse(&r.tenant_id).map_err(|e| StoreError::unreadable("grant", e))).collect()
    }

    /// As the gate sees it, with the session it hangs from.
    pub async fn grant_facts(&mut self, row: &GrantRow) -> Result<Grant, StoreError> {
        let session = match row.session()? {
            Some(id) => self.session(&id).await?.map(|s| s.facts()).transpose()?,
            None => None,
        };
        Ok(Grant {
            id: row.id()?,
            keeping: row.keeping()?,
            authorised_at: row.authorised_at(),
            ended_at: row.ended_at.map(Instant),
            session,
        })
    }

    /// Whether it still lives: an end that was committed since it was read is seen here.
    pub async fn grant_used(&mut self, id: &GrantId, now: Instant) -> Result<bool, StoreError> {
        Ok(run!(self, execute, USED, id.as_str(), now.0)? == 1)
    }

    /// The gate refuses what this grant rests on; whether that is news since it was last used. For the log only: suspension
    /// is no state.
    pub async fn grant_refused(&mut self, id: &GrantId, now: Instant) -> Result<bool, StoreError> {
        Ok(run!(self, execute, REFUSED, id.as_str(), now.0)? == 1)
    }

    /// What was shown since takes the place of what was shown when it was given; nothing else changes (RULES 5).
    pub async fn resume_grant(&mut self, id: &GrantId, shown_in: &SessionRow) -> Result<(), StoreError> {
        run!(self, execute, RESUME, id.as_str(), json("proofs", &shown_in.proofs()?)?)?;
        Ok(())
    }

    pub(super) async fn insert_grant(
        &mut self,
        new: &NewGrant<'_>,
        holder: (&ClientId, Option<&PersonId>, &[TenantId]),
        proofs: &[Proof],
        now: Instant,
    ) -> Result<(), StoreError> {
        let (client, person, tenants) = holder;
        run!(
            self,
            execute,
            INSERT,
            new.id.as_str(),
            client.as_str(),
            person.map(PersonId::as_str),
            new.session.map(SessionId::as_str),
            word("keeping", &new.keeping)?,
            new.scope.to_string(),
            new.resource,
            new.sid,
            json("proofs", &proofs)?,
            new.tenant_aware,
            new.asked.to_string(),
            now.0
        )?;
        for tenant in tenants {
            run!(self, execute, INSERT_TENANT, new.id.as_str(), tenant.as_str())?;
        }
        Ok(())
    }
}
