//! Refresh and access tokens: what is live, what was spent, what was seen. Rotation is ordered by generation, never by time.
use super::{Sql, StoreError, Tx, row, run, text};
use ostiary_gate::domain::{ids::GrantId, scope::Scope, time::Instant};

row! {
    /// A refresh token that somebody presented.
    pub struct Presented {
        grant_id: String,
        pub generation: i64,
        state: String,
        scope: String,
        pub audience: String,
        issued_at: i64,
        expires_at: i64,
        spent_at: Option<i64>,
        pub retries: i64,
    }
}
row! {
    /// An access token that somebody presented or asks about.
    pub struct AccessRow {
        grant_id: String,
        state: String,
        scope: String,
        pub audience: String,
        issued_at: i64,
        expires_at: i64,
        seen_at: Option<i64>,
    }
}

const REFRESH: Sql = text!(
    "select grant_id, generation, state, scope, audience, issued_at, expires_at, spent_at, retries from tokens
      where hash = $1 and kind = 'refresh'"
);
const ACCESS: Sql = text!(
    "select grant_id, state, scope, audience, issued_at, expires_at, seen_at from tokens where hash = $1 and kind = 'access'"
);
const SPEND: Sql = text!(
    "update tokens set state = 'spent', spent_at = $2
      where hash = $1 and kind = 'refresh' and state = 'live' and expires_at > $2"
);
const RETRY: Sql = text!(
    "update tokens set retries = retries + 1 where hash = $1 and kind = 'refresh' and state = 'spent' and retries = $2"
);
/// The successor of a lost answer: gone if nobody has used any part of it.
const UNSEEN: Sql = text!(
    "select grant_id, generation, state, scope, audience, issued_at, expires_at, spent_at, retries from tokens
      where grant_id = $1 and generation = $2 and state <> 'ended' and (state = 'spent' or seen_at is not null)"
);
const DROP: Sql = text!("update tokens set state = 'ended' where grant_id = $1 and generation = $2 and state = 'live'");
const SEEN: Sql = text!("update tokens set seen_at = $2 where hash = $1 and seen_at is null");
const END: Sql = text!("update tokens set state = 'ended' where grant_id = $1 and state = 'live'");
const END_ONE: Sql = text!("update tokens set state = 'ended' where hash = $1 and state = 'live'");
const INSERT: Sql = text!(
    "insert into tokens (hash, kind, grant_id, generation, state, scope, audience, issued_at, expires_at, retries)
     values ($1, $2, $3, $4, 'live', $5, $6, $7, $8, 0)"
);

pub(super) struct NewToken<'a> {
    pub hash: &'a str,
    pub kind: &'a str,
    pub grant: &'a GrantId,
    pub generation: i64,
    pub scope: &'a Scope,
    pub audience: &'a str,
    pub expires_at: Instant,
}

impl Presented {
    pub fn grant(&self) -> Result<GrantId, StoreError> {
        GrantId::parse(&self.grant_id).map_err(|e| StoreError::unreadable("token", e))
    }
    pub fn scope(&self) -> Result<Scope, StoreError> {
        Scope::parse(&self.scope).map_err(|e| StoreError::unreadable("token", e))
    }
    pub fn is_live(&self, now: Instant) -> bool {
        self.state == "live" && now.0 < self.expires_at
    }
    pub fn issued_at(&self) -> Instant {
        Instant(self.issued_at)
    }
    pub fn expires_at(&self) -> Instant {
        Instant(self.expires_at)
    }
    /// Its answer seemed lost and another took its place.
    pub fn was_replaced(&self) -> bool {
        self.state == "ended"
    }
    /// When it was rotated, if it was.
    pub fn spent_at(&self) -> Option<Instant> {
        self.spent_at.filter(|_| self.state == "spent").map(Instant)
    }
}

impl AccessRow {
    pub fn grant(&self) -> Result<GrantId, StoreError> {
        GrantId::parse(&self.grant_id).map_err(|e| StoreError::unreadable("token", e))
    }
    pub fn scope(&self) -> Result<Scope, StoreError> {
        Scope::parse(&self.scope).map_err(|e| StoreError::unreadable("token", e))
    }
    pub fn is_live(&self, now: Instant) -> bool {
        self.state == "live" && now.0 < self.expires_at
    }
    pub fn issued_at(&self) -> Instant {
        Instant(self.issued_at)
    }
    pub fn expires_at(&self) -> Instant {
        Instant(self.expires_at)
    }
    pub fn was_seen(&self) -> bool {
        self.seen_at.is_some()
    }
}

impl Tx {
    pub async fn find_refresh(&mut self, hash: &str) -> Result<Option<Presented>, StoreError> {
        Ok(run!(self, fetch::<Presented>, REFRESH, hash)?.pop())
    }

    pub async fn find_access(&mut self, hash: &str) -> Result<Option<AccessRow>, StoreError> {
        Ok(run!(self, fetch::<AccessRow>, ACCESS, hash)?.pop())
    }

    /// The state machine lives in the `where`: of all who present it, one finds it live.
    pub async fn spend_refresh(&mut self, hash: &str, now: Instant) -> Result<bool, StoreError> {
        Ok(run!(self, execute, SPEND, hash, now.0)? == 1)
    }

    /// Whether anybody used any part of what a spent token was rotated into.
    pub async fn successor_was_seen(&mut self, spent: &Presented) -> Result<bool, StoreError> {
        let (grant, next) = (spent.grant_id.as_str(), spent.generation + 1);
        Ok(!run!(self, fetch::<Presented>, UNSEEN, grant, next)?.is_empty())
    }

    /// RULES 5, "lost refresh answer": counts one retry of a spent token and takes back its successor, unless any part of
    /// the successor was used. Of several retries at once, one finds the count as it read it.
    pub async fn take_back(&mut self, hash: &str, spent: &Presented) -> Result<bool, StoreError> {
        let (grant, next) = (spent.grant_id.as_str(), spent.generation + 1);
        if run!(self, execute, RETRY, hash, spent.retries)? != 1 || self.successor_was_seen(spent).await? {
            return Ok(false);
        }
        run!(self, execute, DROP, grant, next)?;
        Ok(true)
    }

    /// Somebody used this access token: its refresh generation has arrived.
    pub async fn access_seen(&mut self, hash: &str, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, SEEN, hash, now.0)?;
        Ok(())
    }

    pub async fn end_tokens(&mut self, grant: &GrantId) -> Result<u64, StoreError> {
        run!(self, execute, END, grant.as_str())
    }

    pub async fn end_token(&mut self, hash: &str) -> Result<(), StoreError> {
        run!(self, execute, END_ONE, hash)?;
        Ok(())
    }

    pub(super) async fn insert_token(&mut self, new: &NewToken<'_>, now: Instant) -> Result<(), StoreError> {
        let (grant, scope) = (new.grant.as_str(), new.scope.to_string());
        let (kind, generation, expires) = (new.kind, new.generation, new.expires_at.0);
        run!(self, execute, INSERT, new.hash, kind, grant, generation, scope, new.audience, now.0, expires)?;
        Ok(())
    }
}
