//! Authenticators: the sealed secret, whose it is, where it counts, and the last step that was used.
use super::{Sql, StoreError, Tx, document, json, row, run, text, unword};
use crate::crypto::seal::Place;
use ostiary_gate::domain::{
    amr::Reach,
    ids::{AuthenticatorId, PersonId},
    person::Authenticator,
    time::Instant,
};
use zeroize::Zeroizing;

row! {
    struct AuthenticatorRow {
        id: String,
        person_id: String,
        kind: String,
        sealed: String,
        label: String,
        reach: String,
        last_step: i64,
        made_at: i64,
        confirmed_at: Option<i64>,
    }
}

/// A confirmed TOTP authenticator, opened for one comparison.
pub struct Held {
    pub id: AuthenticatorId,
    pub secret: Zeroizing<Vec<u8>>,
    pub last_step: i64,
    pub reach: Reach,
    pub label: String,
    pub confirmed_at: Instant,
}

/// A secret that was shown to one browser and not proved yet.
pub struct Pending {
    pub id: AuthenticatorId,
    pub secret: Zeroizing<Vec<u8>>,
    pub made_at: Instant,
}

pub struct NewAuthenticator<'a> {
    pub id: &'a AuthenticatorId,
    pub person: &'a PersonId,
    pub secret: &'a [u8],
    pub label: &'a str,
    pub reach: &'a Reach,
    /// The browser that is shown it; none: confirmed at once, on the operator's word.
    pub browser: Option<&'a str>,
    pub expires_at: Option<Instant>,
}

const CONFIRMED: Sql = text!(
    "select id, person_id, kind, sealed, label, reach, last_step, made_at, confirmed_at from authenticators
      where person_id = $1 and state = 'confirmed' order by confirmed_at, id"
);
const PENDING: Sql = text!(
    "select id, person_id, kind, sealed, label, reach, last_step, made_at, confirmed_at from authenticators
      where person_id = $1 and state = 'pending' and browser_hash = $2 and expires_at > $3 order by made_at desc, id"
);
const INSERT: Sql = text!(
    "insert into authenticators (id, person_id, kind, state, sealed, label, reach, last_step, browser_hash, made_at,
                                 expires_at, confirmed_at)
     values ($1, $2, 'totp', $3, $4, $5, $6, 0, $7, $8, $9, $10)"
);
/// The state machine lives in the `where`: two requests cannot both use one step.
const STEP: Sql =
    text!("update authenticators set last_step = $2 where id = $1 and state = 'confirmed' and last_step < $2");
const CONFIRM: Sql = text!(
    "update authenticators set state = 'confirmed', confirmed_at = $2, last_step = $3, expires_at = null, reach = $4
      where id = $1 and state = 'pending' and expires_at > $2"
);
const DROP_PENDING: Sql =
    text!("update authenticators set state = 'ended', ended_at = $2 where person_id = $1 and state = 'pending'");
const END: Sql =
    text!("update authenticators set state = 'ended', ended_at = $2 where id = $1 and state = 'confirmed'");
const REACH: Sql = text!("update authenticators set reach = $2 where id = $1 and state = 'confirmed'");

fn id_of(row: &AuthenticatorRow) -> Result<AuthenticatorId, StoreError> {
    AuthenticatorId::parse(&row.id).map_err(|e| StoreError::unreadable("authenticator", e))
}

impl Tx {
    /// The epoch is the root key's edition, not the database's: a restore must still be able to open its seeds.
    fn seed_place<'a>(id: &'a str, owner: &'a str) -> Place<'a> {
        Place { table: "authenticators", column: "sealed", row: id, owner, epoch: 1 }
    }

    fn open_seed(&self, row: &AuthenticatorRow) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let place = Self::seed_place(&row.id, &row.person_id);
        self.shared.root.open(&place, &row.sealed).map_err(|e| StoreError::Crypto(e.to_string()))
    }

    /// What the gate may know of a person's authenticators.
    pub(super) async fn authenticators(&mut self, person: &PersonId) -> Result<Vec<Authenticator>, StoreError> {
        let rows = run!(self, fetch::<AuthenticatorRow>, CONFIRMED, person.as_str())?;
        let read = |row: AuthenticatorRow| {
            Ok(Authenticator {
                id: id_of(&row)?,
                kind: unword("authenticator kind", row.kind)?,
                reach: document("reach", &row.reach)?,
                confirmed_at: Instant(row.confirmed_at.unwrap_or(row.made_at)),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Confirmed authenticator apps, with their seeds in the open: compare and drop.
    pub async fn totp_of(&mut self, person: &PersonId) -> Result<Vec<Held>, StoreError> {
        let rows = run!(self, fetch::<AuthenticatorRow>, CONFIRMED, person.as_str())?;
        let mut held = Vec::new();
        for row in rows.into_iter().filter(|row| row.kind == "totp") {
            held.push(Held {
                id: id_of(&row)?,
                secret: self.open_seed(&row)?,
                last_step: row.last_step,
                reach: document("reach", &row.reach)?,
                confirmed_at: Instant(row.confirmed_at.unwrap_or(row.made_at)),
                label: row.label,
            });
        }
        Ok(held)
    }

    /// The secret this browser was shown last and has not proved yet.
    pub async fn pending_totp(
        &mut self,
        person: &PersonId,
        browser: &str,
        now: Instant,
    ) -> Result<Option<Pending>, StoreError> {
        let Some(row) =
            run!(self, fetch::<AuthenticatorRow>, PENDING, person.as_str(), browser, now.0)?.into_iter().next()
        else {
            return Ok(None);
        };
        Ok(Some(Pending { id: id_of(&row)?, secret: self.open_seed(&row)?, made_at: Instant(row.made_at) }))
    }

    pub async fn insert_authenticator(&mut self, new: &NewAuthenticator<'_>, now: Instant) -> Result<(), StoreError> {
        let place = Self::seed_place(new.id.as_str(), new.person.as_str());
        let sealed = self.shared.root.seal(&place, new.secret).map_err(|e| StoreError::Crypto(e.to_string()))?;
        let (state, confirmed) = if new.browser.is_some() { ("pending", None) } else { ("confirmed", Some(now.0)) };
        let reach = json("reach", new.reach)?;
        let (id, person, expires) = (new.id.as_str(), new.person.as_str(), new.expires_at.map(|at| at.0));
        run!(
            self,
            execute,
            INSERT,
            id,
            person,
            state,
            sealed,
            new.label,
            reach,
            new.browser,
            now.0,
            expires,
            confirmed
        )?;
        if confirmed.is_some() {
            self.bump_person(new.person).await?;
        }
        Ok(())
    }

    /// Whether this step was still unused; if so, it is used now, on every surface and node.
    pub async fn use_step(&mut self, id: &AuthenticatorId, step: i64) -> Result<bool, StoreError> {
        Ok(run!(self, execute, STEP, id.as_str(), step)? == 1)
    }

    /// Confirms a pending secret, by the step that proved it, and drops every other one that is pending.
    pub async fn confirm_authenticator(
        &mut self,
        person: &PersonId,
        id: &AuthenticatorId,
        step: i64,
        reach: &Reach,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let confirmed = run!(self, execute, CONFIRM, id.as_str(), now.0, step, json("reach", reach)?)? == 1;
        if confirmed {
            self.drop_pending(person, now).await?;
            self.bump_person(person).await?;
        }
        Ok(confirmed)
    }

    pub async fn drop_pending(&mut self, person: &PersonId, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, DROP_PENDING, person.as_str(), now.0)?;
        Ok(())
    }

    pub async fn end_authenticator(
        &mut self,
        person: &PersonId,
        id: &AuthenticatorId,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let ended = run!(self, execute, END, id.as_str(), now.0)? == 1;
        self.bump_person(person).await?;
        Ok(ended)
    }

    pub async fn set_reach(
        &mut self,
        person: &PersonId,
        id: &AuthenticatorId,
        reach: &Reach,
    ) -> Result<(), StoreError> {
        run!(self, execute, REACH, id.as_str(), json("reach", reach)?)?;
        self.bump_person(person).await
    }
}
