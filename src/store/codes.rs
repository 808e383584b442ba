//! Authorization codes: issued once, redeemed once (RFC 6749 §4.1.2, §10.5).
use super::{Sql, StoreError, Tx, row, run, text};
use ostiary_gate::domain::{
    ids::{ClientId, GrantId},
    time::Instant,
};

row! {
    /// What stands behind a presented code.
    pub struct Redeemed {
        grant_id: String,
        client_id: String,
        pub redirect_uri: String,
        pub code_challenge: Option<String>,
        pub nonce: Option<String>,
        state: String,
        issued_at: i64,
        expires_at: i64,
    }
}

/// How a code stands, before anything is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redemption {
    Fresh,
    /// It was redeemed before: RFC 6749 §4.1.2 wants what it bought ended.
    Replayed,
    /// Expired, or ended with its session or person.
    Over,
}

/// What a code is bound to.
pub struct CodeOrder<'a> {
    pub redirect_uri: &'a str,
    pub code_challenge: Option<&'a str>,
    pub nonce: Option<&'a str>,
    pub expires_at: Instant,
}

const BY_HASH: Sql = text!(
    "select grant_id, client_id, redirect_uri, code_challenge, nonce, state, issued_at, expires_at from codes where hash = $1"
);
const SPEND: Sql = text!(
    "update codes set state = 'redeemed', redeemed_at = $2 where hash = $1 and state = 'issued' and expires_at > $2"
);
const INSERT: Sql = text!(
    "insert into codes (hash, grant_id, client_id, redirect_uri, code_challenge, nonce, state, issued_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, 'issued', $7, $8)"
);

impl Redeemed {
    pub fn grant(&self) -> Result<GrantId, StoreError> {
        GrantId::parse(&self.grant_id).map_err(|e| StoreError::unreadable("code", e))
    }

    pub fn is_for(&self, client: &ClientId) -> bool {
        self.client_id == client.as_str()
    }

    pub fn issued_at(&self) -> Instant {
        Instant(self.issued_at)
    }

    pub fn standing(&self, now: Instant) -> Redemption {
        match self.state.as_str() {
            "issued" if now.0 < self.expires_at => Redemption::Fresh,
            "redeemed" => Redemption::Replayed,
            // "issued" too long ago, "ended", and whatever a later edition may write: closed.
            _ => Redemption::Over,
        }
    }
}

impl Tx {
    /// Looks; spends nothing. Client, redirect URI and PKCE are checked before the spend.
    pub async fn find_code(&mut self, hash: &str) -> Result<Option<Redeemed>, StoreError> {
        Ok(run!(self, fetch::<Redeemed>, BY_HASH, hash)?.pop())
    }

    /// The state machine lives in the `where`: of all who ask, one finds the code unspent.
    pub async fn spend_code(&mut self, hash: &str, now: Instant) -> Result<bool, StoreError> {
        Ok(run!(self, execute, SPEND, hash, now.0)? == 1)
    }

    pub(super) async fn insert_code(
        &mut self,
        hash: &str,
        grant: &GrantId,
        client: &ClientId,
        order: &CodeOrder<'_>,
        now: Instant,
    ) -> Result<(), StoreError> {
        let (uri, challenge, nonce) = (order.redirect_uri, order.code_challenge, order.nonce);
        let expires = order.expires_at.0;
        run!(self, execute, INSERT, hash, grant.as_str(), client.as_str(), uri, challenge, nonce, now.0, expires)?;
        Ok(())
    }
}
