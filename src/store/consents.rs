//! Consents: what a person has allowed a client, remembered (RULES 9). One row each, the scopes joined.
use super::{Sql, StoreError, Tx, row, run, text};
use ostiary_gate::domain::{
    ids::{ClientId, PersonId},
    scope::Scope,
    time::Instant,
};

row! {
    struct ConsentRow {
        client_id: String,
        scope: String,
        given_at: i64,
    }
}

/// What a person allowed, as `/account/apps` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub client: ClientId,
    pub scope: Scope,
    /// When they last said yes.
    pub given_at: Instant,
}

const ONE: Sql = text!(
    "select client_id, scope, given_at from consents where person_id = $1 and client_id = $2 and withdrawn_at is null"
);
const OF_PERSON: Sql = text!(
    "select client_id, scope, given_at from consents where person_id = $1 and withdrawn_at is null
      order by given_at desc, client_id"
);
/// Held before it is read, so that two yeses at once are both remembered.
const HOLD: Sql = text!(
    "insert into consents (person_id, client_id, scope, given_at, withdrawn_at) values ($1, $2, '', $3, $3)
     on conflict (person_id, client_id) do update set scope = consents.scope"
);
const WRITE: Sql =
    text!("update consents set scope = $3, given_at = $4, withdrawn_at = null where person_id = $1 and client_id = $2");
const WITHDRAW: Sql =
    text!("update consents set withdrawn_at = $3 where person_id = $1 and client_id = $2 and withdrawn_at is null");

fn read(row: &ConsentRow) -> Result<Consent, StoreError> {
    let broken = |why: String| StoreError::unreadable("consent", why);
    Ok(Consent {
        client: ClientId::parse(&row.client_id).map_err(|e| broken(e.to_string()))?,
        scope: Scope::parse(&row.scope).map_err(|e| broken(e.to_string()))?,
        given_at: Instant(row.given_at),
    })
}

impl Tx {
    /// A yes to these scopes; earlier ones go on, unless they were withdrawn.
    pub async fn remember_consent(
        &mut self,
        person: &PersonId,
        client: &ClientId,
        scope: &Scope,
        now: Instant,
    ) -> Result<(), StoreError> {
        run!(self, execute, HOLD, person.as_str(), client.as_str(), now.0)?;
        let before = self.consent(person, client).await?.map(|consent| consent.scope).unwrap_or_default();
        let joined = Scope::parse(&format!("{before} {scope}")).map_err(|e| StoreError::unreadable("consent", e))?;
        run!(self, execute, WRITE, person.as_str(), client.as_str(), joined.to_string(), now.0)?;
        Ok(())
    }

    /// Whether all of these scopes were allowed and still are.
    pub async fn consent_covers(
        &mut self,
        person: &PersonId,
        client: &ClientId,
        scope: &Scope,
    ) -> Result<bool, StoreError> {
        Ok(self.consent(person, client).await?.is_some_and(|consent| scope.is_within(&consent.scope)))
    }

    /// Whether there was one to withdraw. The caller ends the client's grants (RULES 5).
    pub async fn withdraw_consent(
        &mut self,
        person: &PersonId,
        client: &ClientId,
        now: Instant,
    ) -> Result<bool, StoreError> {
        Ok(run!(self, execute, WITHDRAW, person.as_str(), client.as_str(), now.0)? == 1)
    }

    pub async fn consents_of(&mut self, person: &PersonId) -> Result<Vec<Consent>, StoreError> {
        run!(self, fetch::<ConsentRow>, OF_PERSON, person.as_str())?.iter().map(read).collect()
    }

    async fn consent(&mut self, person: &PersonId, client: &ClientId) -> Result<Option<Consent>, StoreError> {
        let found = run!(self, fetch::<ConsentRow>, ONE, person.as_str(), client.as_str())?.pop();
        found.as_ref().map(read).transpose()
    }
}
