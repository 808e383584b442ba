//! An access token that somebody presents or asks about: which row it is, and that somebody has seen it.
use super::held::Held;
use crate::{
    acts::Desk,
    crypto::hash::sha256_base64url,
    mint::Mint,
    store::{AccessRow, StoreError, Tx},
};
use ostiary_gate::domain::{
    ids::TokenId,
    secret::Secret,
    time::{Instant, Span},
};

/// After this, no lost answer is given again (RULES 5), so nobody needs to know whether the token was seen.
const MATTERS: Span = Span::seconds(10);

/// By which name its row is found.
pub(super) struct Named {
    hash: String,
    /// Of a JWT.
    pub jti: Option<TokenId>,
}

/// A token that neither ran out nor was ended. Whether it works, the gate says.
pub(super) struct Access {
    pub row: AccessRow,
    pub held: Held,
}

impl Named {
    /// Before the unit of work: a signature takes longer than a look at a row.
    pub fn read(mint: &Mint, token: &Secret) -> Self {
        let jti = mint.read_access(token.expose());
        let hash = sha256_base64url(jti.as_ref().map_or(token.expose(), TokenId::as_str).as_bytes());
        Self { hash, jti }
    }

    pub async fn find(&self, tx: &mut Tx, now: Instant) -> Result<Option<Access>, StoreError> {
        let Some(row) = tx.find_access(&self.hash).await? else { return Ok(None) };
        if !row.is_live(now) {
            return Ok(None);
        }
        let held = Held::read(tx, &row.grant()?).await?;
        Ok(held.map(|held| Access { row, held }))
    }

    pub async fn end(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.end_token(&self.hash).await
    }

    /// Its answer has arrived, so the refresh token beside it is no lost one. A unit of its own, after the answer was
    /// found and before it is given; a fault in it is not the asker's.
    pub async fn seen(&self, desk: &Desk, row: &AccessRow, now: Instant) {
        if row.was_seen() || now.since(row.issued_at()) > MATTERS {
            return;
        }
        let noted = async {
            let mut unit = desk.store.begin().await?;
            unit.tx().access_seen(&self.hash, now).await?;
            unit.commit().await
        };
        if let Err(cause) = noted.await {
            tracing::warn!(%cause, "that a token was used could not be noted");
        }
    }
}
