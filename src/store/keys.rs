//! Signing keys at rest: the private part sealed, the public part as published, and how far each is on its way from
//! announced to withdrawn. Makes no key and signs nothing.
use super::{Sql, StoreError, Tx, document, json, row, run, text, unword, word};
use crate::crypto::{jose::jwk::Jwk, seal::Place};
use ostiary_gate::domain::{
    client::Algorithm,
    time::{Instant, Span},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How far a key is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published and not signing yet, so that everybody knows it when it does.
    Announced,
    /// The one that signs with its algorithm.
    Signing,
    /// Signs no more, its private part is gone; published while a token it signed may live.
    Retired,
    /// Published no more; still recognises our own old ID tokens.
    Withdrawn,
}

row! {
    struct KeyRow {
        kid: String,
        alg: String,
        state: String,
        sealed: Option<String>,
        public_jwk: String,
        made_at: i64,
        signing_from: Option<i64>,
        retired_at: Option<i64>,
    }
}
row! { struct Named { kid: String } }

/// A key as it lies in the table; its private part stays sealed until [`Tx::open_key`].
pub struct StoredKey {
    pub kid: String,
    pub alg: Algorithm,
    pub state: KeyState,
    pub public: Jwk,
    pub made_at: Instant,
    pub signing_from: Option<Instant>,
    pub retired_at: Option<Instant>,
    sealed: Option<String>,
}

/// A key just made. No `Debug`: the private part is in it.
pub struct NewKey<'a> {
    pub kid: &'a str,
    pub alg: Algorithm,
    /// PKCS #8, DER.
    pub private: &'a [u8],
    pub public: &'a Jwk,
}

const ALL: Sql = text!(
    "select kid, alg, state, sealed, public_jwk, made_at, signing_from, retired_at from signing_keys order by made_at, kid"
);
/// One signs and one is announced for each algorithm: of several nodes that bring one at once, one finds the place empty.
const INSERT: Sql = text!(
    "insert into signing_keys (kid, alg, state, sealed, public_jwk, made_at, signing_from)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing"
);
const STEP_DOWN: Sql = text!(
    "update signing_keys set state = 'retired', retired_at = $2, sealed = null
      where alg = $1 and state = 'signing'
        and exists (select 1 from signing_keys n where n.alg = $1 and n.state = 'announced' and n.made_at <= $3)
  returning kid"
);
const STEP_UP: Sql = text!(
    "update signing_keys set state = 'signing', signing_from = $2
      where alg = $1 and state = 'announced' and made_at <= $3
        and not exists (select 1 from signing_keys n where n.alg = $1 and n.state = 'signing')
  returning kid"
);
const WITHDRAW: Sql =
    text!("update signing_keys set state = 'withdrawn' where state = 'retired' and retired_at <= $1 returning kid");
const REMOVE: Sql = text!("delete from signing_keys where kid = $1");

impl Tx {
    /// There is no person or tenant to bind; the algorithm stands in for the owner, so that a key cannot be passed off as
    /// one of another. The epoch is the root key's edition, as for seeds.
    fn key_place(kid: &str, alg: Algorithm) -> Place<'_> {
        Place { table: "signing_keys", column: "sealed", row: kid, owner: alg.as_str(), epoch: 1 }
    }

    /// All keys, oldest first.
    pub async fn signing_keys(&mut self) -> Result<Vec<StoredKey>, StoreError> {
        let read = |row: KeyRow| {
            Ok(StoredKey {
                alg: Algorithm::parse(&row.alg).ok_or_else(|| StoreError::unreadable("signing key", &row.alg))?,
                state: unword("signing key state", row.state)?,
                public: document("signing key", &row.public_jwk)?,
                made_at: Instant(row.made_at),
                signing_from: row.signing_from.map(Instant),
                retired_at: row.retired_at.map(Instant),
                sealed: row.sealed,
                kid: row.kid,
            })
        };
        run!(self, fetch::<KeyRow>, ALL)?.into_iter().map(read).collect()
    }

    /// The private part (PKCS #8, DER). None: it signs no more.
    pub fn open_key(&self, key: &StoredKey) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let Some(sealed) = &key.sealed else { return Ok(None) };
        let place = Self::key_place(&key.kid, key.alg);
        self.shared.root.open(&place, sealed).map(Some).map_err(|e| StoreError::Crypto(e.to_string()))
    }

    /// Puts a key in place, as the one that signs or as the one to come. Whether the place was free: if not, another node
    /// was here first and this key is to be forgotten.
    pub async fn insert_key(
        &mut self,
        new: &NewKey<'_>,
        signs_at_once: bool,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let place = Self::key_place(new.kid, new.alg);
        let sealed = self.shared.root.seal(&place, new.private).map_err(|e| StoreError::Crypto(e.to_string()))?;
        let state = if signs_at_once { KeyState::Signing } else { KeyState::Announced };
        let (alg, state, public) = (new.alg.as_str(), word("key state", &state)?, json("public key", new.public)?);
        let from = signs_at_once.then_some(now.0);
        Ok(run!(self, execute, INSERT, new.kid, alg, state, sealed, public, now.0, from)? == 1)
    }

    /// The announced key takes over from the one that signs, once it has been announced for `announced_for`. The kids of
    /// the one that steps down and the one that steps up.
    pub async fn hand_over(
        &mut self,
        alg: Algorithm,
        announced_for: Span,
        now: Instant,
    ) -> Result<(Option<String>, Option<String>), StoreError> {
        let (alg, since) = (alg.as_str(), now.minus(announced_for).0);
        let down = run!(self, fetch::<Named>, STEP_DOWN, alg, now.0, since)?.pop();
        let up = run!(self, fetch::<Named>, STEP_UP, alg, now.0, since)?.pop();
        Ok((down.map(|row| row.kid), up.map(|row| row.kid)))
    }

    /// Ends the publication of keys that signed nothing for so long. Their kids.
    pub async fn withdraw_keys(&mut self, retired_for: Span, now: Instant) -> Result<Vec<String>, StoreError> {
        let rows = run!(self, fetch::<Named>, WITHDRAW, now.minus(retired_for).0)?;
        Ok(rows.into_iter().map(|row| row.kid).collect())
    }

    /// For a key that leaked: nothing it signed is believed any more. Whether it was there.
    pub async fn remove_key(&mut self, kid: &str) -> Result<bool, StoreError> {
        Ok(run!(self, execute, REMOVE, kid)? == 1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::{
        crypto::{
            dice::SystemDice,
            jose::{Alg, sign},
        },
        store::{Store, tests::stores},
    };
    use tokio::task::JoinSet;

    async fn insert(store: &Store, signs: bool, now: Instant) -> bool {
        let made = sign::make(Alg::EdDsa, &SystemDice::new()).unwrap();
        let kid = made.public.kid.clone().unwrap();
        let new = NewKey { kid: &kid, alg: Algorithm::EdDsa, private: &made.private, public: &made.public };
        let mut unit = store.begin().await.unwrap();
        let placed = unit.tx().insert_key(&new, signs, now).await.unwrap();
        unit.commit().await.unwrap();
        placed
    }

    async fn states(store: &Store) -> Vec<(KeyState, bool)> {
        let mut unit = store.look().await.unwrap();
        let keys = unit.tx().signing_keys().await.unwrap();
        keys.iter().map(|key| (key.state, unit.tx().open_key(key).unwrap().is_some())).collect()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_thirty_two_nodes_that_bring_the_first_key_one_finds_the_place_empty() {
        let dir = tempfile::tempdir().unwrap();
        for (name, store) in stores(dir.path()).await {
            let mut nodes = JoinSet::new();
            for _ in 0..32 {
                let store = store.clone();
                nodes.spawn(async move { insert(&store, true, Instant(1)).await });
            }
            let placed = nodes.join_all().await.into_iter().filter(|placed| *placed).count();
            assert_eq!((placed, states(&store).await), (1, vec![(KeyState::Signing, true)]), "{name}");
        }
    }

    #[tokio::test]
    async fn a_key_is_announced_takes_over_retires_without_its_private_part_and_is_withdrawn() {
        let dir = tempfile::tempdir().unwrap();
        for (name, store) in stores(dir.path()).await {
            let at = Instant::from_seconds;
            assert!(insert(&store, true, at(0)).await, "{name}");
            assert!(insert(&store, false, at(1000)).await, "{name}");
            assert!(!insert(&store, false, at(1001)).await, "{name}: one is announced already");
            let mut unit = store.begin().await.unwrap();
            let cache = Span::minutes(10);
            let early = unit.tx().hand_over(Algorithm::EdDsa, cache, at(1599)).await.unwrap();
            assert_eq!(early, (None, None), "{name}");
            let (down, up) = unit.tx().hand_over(Algorithm::EdDsa, cache, at(1600)).await.unwrap();
            assert!(down.is_some() && up.is_some() && down != up, "{name}");
            let again = unit.tx().hand_over(Algorithm::EdDsa, cache, at(1601)).await.unwrap();
            assert_eq!(again, (None, None), "{name}: a hand-over happens once");
            unit.commit().await.unwrap();
            assert_eq!(states(&store).await, [(KeyState::Retired, false), (KeyState::Signing, true)], "{name}");
            let mut unit = store.begin().await.unwrap();
            assert!(unit.tx().withdraw_keys(Span::hours(1), at(5199)).await.unwrap().is_empty(), "{name}");
            assert_eq!(unit.tx().withdraw_keys(Span::hours(1), at(5200)).await.unwrap().len(), 1, "{name}");
            let up = up.unwrap();
            assert!(unit.tx().remove_key(&up).await.unwrap() && !unit.tx().remove_key(&up).await.unwrap(), "{name}");
            unit.commit().await.unwrap();
            assert_eq!(states(&store).await, [(KeyState::Withdrawn, false)], "{name}");
        }
    }

    #[tokio::test]
    async fn a_sealed_key_opens_in_its_own_row_and_as_its_own_algorithm_only() {
        let dir = tempfile::tempdir().unwrap();
        for (name, store) in stores(dir.path()).await {
            insert(&store, true, Instant(1)).await;
            let mut unit = store.look().await.unwrap();
            let mut key = unit.tx().signing_keys().await.unwrap().pop().unwrap();
            assert!(unit.tx().open_key(&key).unwrap().is_some(), "{name}");
            key.alg = Algorithm::ES256;
            assert!(unit.tx().open_key(&key).is_err(), "{name}: another algorithm");
            (key.alg, key.kid) = (Algorithm::EdDsa, "another".into());
            assert!(unit.tx().open_key(&key).is_err(), "{name}: another row");
        }
    }
}
