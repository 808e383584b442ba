//! People: who they are, how to reach them, what they sign in with.
use super::{Sql, StoreError, Tx, document, json, row, run, text, unword, word};
use ostiary_gate::domain::{ids::PersonId, tenant::Standing, time::Instant};
use serde::{Deserialize, Serialize};

row! {
    pub struct PersonRow {
        id: String,
        pub email: Option<String>,
        pub email_verified_at: Option<i64>,
        pub given_name: String,
        pub family_name: String,
        claims: String,
        pub phone: Option<String>,
        pub phone_set_at: Option<i64>,
        phone_set_how: Option<String>,
        pub phone_claim: bool,
        pub password_hash: Option<String>,
        pub password_changed_at: Option<i64>,
        pub password_reset_at: Option<i64>,
        standing: String,
        pub codes_set: i64,
        pub codes_saved_at: Option<i64>,
        pub codes_deferred_at: Option<i64>,
        pub codes_waited: bool,
        pub signed_in_at: Option<i64>,
        pub revision: i64,
        pub made_at: i64,
        pub changed_at: i64,
    }
}
row! { struct Id { id: String } }

/// The standard claims that have no column of their own (OIDC Core 5.1), by their claim names.
pub type Profile = serde_json::Map<String, serde_json::Value>;

/// How a phone number got onto the file. The console says so before an admin calls it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneOrigin {
    /// The operator's file or an import.
    Operator,
    /// Typed by the person in the visit that bound their first authenticator.
    SetUp,
    /// Changed by the person with a second factor.
    Person,
}

/// What a person is made with.
pub struct NewPerson<'a> {
    pub id: &'a PersonId,
    /// Lower case.
    pub email: &'a str,
    pub email_verified: bool,
    pub given_name: &'a str,
    pub family_name: &'a str,
    pub claims: &'a Profile,
    pub phone: Option<&'a str>,
    pub phone_claim: bool,
    pub password_hash: Option<&'a str>,
}

macro_rules! person_where {
    ($rest:literal) => {
        concat!(
            "select id, email, email_verified_at, given_name, family_name, claims, phone, phone_set_at, phone_set_how, ",
            "phone_claim, password_hash, password_changed_at, password_reset_at, standing, codes_set, codes_saved_at, ",
            "codes_deferred_at, codes_waited, signed_in_at, revision, made_at, changed_at from people ",
            $rest
        )
    };
}
const BY_ID: Sql = text!(person_where!("where id = $1"));
/// Held until the unit ends, so that nobody is disabled between the decision and its record.
const HOLD: Sql = Sql { sqlite: person_where!("where id = $1"), postgres: person_where!("where id = $1 for share") };
const HOLD_ALONE: Sql =
    Sql { sqlite: person_where!("where id = $1"), postgres: person_where!("where id = $1 for update") };
const ALL: Sql = text!("select id from people order by coalesce(email, ''), id");
const BY_EMAIL: Sql = text!("select id from people where email = $1");
const INSERT: Sql = text!(
    "insert into people (id, email, email_verified_at, given_name, family_name, claims, phone, phone_set_at, phone_set_how,
                         phone_claim, password_hash, password_changed_at, standing, codes_set, codes_waited, revision, made_at,
                         changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'active', 0, false, 1, $13, $13)"
);
const NAMES: Sql = text!(
    "update people set given_name = $2, family_name = $3, claims = $4, revision = revision + 1, changed_at = $5 where id = $1"
);
const VERIFIED: Sql = text!(
    "update people set email_verified_at = $2, revision = revision + 1, changed_at = $2
      where id = $1 and email_verified_at is null"
);
const RELEASE: Sql = text!(
    "update people set email = null, email_verified_at = null, revision = revision + 1, changed_at = $2 where id = $1"
);
const PHONE: Sql = text!(
    "update people set phone = $2, phone_set_at = $3, phone_set_how = $4, revision = revision + 1, changed_at = $3
      where id = $1"
);
const NO_PHONE: Sql = text!(
    "update people set phone = null, phone_set_at = null, phone_set_how = null, revision = revision + 1, changed_at = $2
      where id = $1"
);
const PHONE_CLAIM: Sql =
    text!("update people set phone_claim = $2, revision = revision + 1, changed_at = $3 where id = $1");
const PASSWORD: Sql = text!(
    "update people set password_hash = $2, password_changed_at = $3, revision = revision + 1, changed_at = $3 where id = $1"
);
const NO_PASSWORD: Sql = text!(
    "update people set password_hash = null, password_changed_at = $2, revision = revision + 1, changed_at = $2 where id = $1"
);
const PASSWORD_RESET: Sql = text!("update people set password_reset_at = $2 where id = $1");
const STANDING: Sql = text!("update people set standing = $2, revision = revision + 1, changed_at = $3 where id = $1");
const SIGNED_IN: Sql = text!("update people set signed_in_at = $2 where id = $1");
const TOUCH: Sql = text!("update people set revision = revision + 1 where id = $1");

impl PersonRow {
    pub fn id(&self) -> Result<PersonId, StoreError> {
        PersonId::parse(&self.id).map_err(|e| StoreError::unreadable("person", e))
    }

    pub fn claims(&self) -> Result<Profile, StoreError> {
        document("claims", &self.claims)
    }

    pub fn standing(&self) -> Result<Standing, StoreError> {
        unword("standing", self.standing.clone())
    }

    pub fn phone_origin(&self) -> Result<Option<PhoneOrigin>, StoreError> {
        self.phone_set_how.clone().map(|how| unword("phone origin", how)).transpose()
    }

    /// As people say it: "Sam Okafor".
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim().to_owned()
    }
}

impl Tx {
    pub async fn person(&mut self, id: &PersonId) -> Result<Option<PersonRow>, StoreError> {
        Ok(run!(self, fetch::<PersonRow>, BY_ID, id.as_str())?.pop())
    }

    pub(super) async fn hold_person(&mut self, id: &PersonId) -> Result<Option<PersonRow>, StoreError> {
        Ok(run!(self, fetch::<PersonRow>, HOLD, id.as_str())?.pop())
    }

    pub(super) async fn hold_person_alone(&mut self, id: &PersonId) -> Result<Option<PersonRow>, StoreError> {
        Ok(run!(self, fetch::<PersonRow>, HOLD_ALONE, id.as_str())?.pop())
    }

    /// Everybody, by address.
    pub async fn person_ids(&mut self) -> Result<Vec<PersonId>, StoreError> {
        let rows = run!(self, fetch::<Id>, ALL)?;
        rows.iter().map(|row| PersonId::parse(&row.id).map_err(|e| StoreError::unreadable("person", e))).collect()
    }

    /// `email` in lower case.
    pub async fn person_by_email(&mut self, email: &str) -> Result<Option<PersonId>, StoreError> {
        let found = run!(self, fetch::<Id>, BY_EMAIL, email)?.pop();
        found.map(|row| PersonId::parse(&row.id).map_err(|e| StoreError::unreadable("person", e))).transpose()
    }

    pub async fn insert_person(&mut self, new: &NewPerson<'_>, now: Instant) -> Result<(), StoreError> {
        let claims = json("claims", new.claims)?;
        let phone_how = new.phone.map(|_| word("phone origin", &PhoneOrigin::Operator)).transpose()?;
        run!(
            self,
            execute,
            INSERT,
            new.id.as_str(),
            new.email,
            new.email_verified.then_some(now.0),
            new.given_name,
            new.family_name,
            claims,
            new.phone,
            new.phone.map(|_| now.0),
            phone_how,
            new.phone_claim,
            new.password_hash,
            new.password_hash.map(|_| now.0),
            now.0
        )?;
        Ok(())
    }

    pub async fn set_names(
        &mut self,
        id: &PersonId,
        given_name: &str,
        family_name: &str,
        claims: &Profile,
        now: Instant,
    ) -> Result<(), StoreError> {
        run!(self, execute, NAMES, id.as_str(), given_name, family_name, json("claims", claims)?, now.0)?;
        Ok(())
    }

    /// Our own mail proof, or the operator's written word. Keeps the first instant.
    pub async fn set_email_verified(&mut self, id: &PersonId, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, VERIFIED, id.as_str(), now.0)?;
        Ok(())
    }

    /// The address turned out to be somebody else's.
    pub async fn release_email(&mut self, id: &PersonId, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, RELEASE, id.as_str(), now.0)?;
        Ok(())
    }

    /// `phone` in E.164.
    pub async fn set_phone(
        &mut self,
        id: &PersonId,
        phone: &str,
        how: &PhoneOrigin,
        now: Instant,
    ) -> Result<(), StoreError> {
        run!(self, execute, PHONE, id.as_str(), phone, now.0, word("phone origin", how)?)?;
        Ok(())
    }

    /// Takes a number off the file.
    pub async fn remove_phone(&mut self, id: &PersonId, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, NO_PHONE, id.as_str(), now.0)?;
        Ok(())
    }

    pub async fn set_phone_claim(&mut self, id: &PersonId, released: bool, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, PHONE_CLAIM, id.as_str(), released, now.0)?;
        Ok(())
    }

    pub async fn set_password(&mut self, id: &PersonId, phc: &str, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, PASSWORD, id.as_str(), phc, now.0)?;
        Ok(())
    }

    /// Nobody signs in with it any more; a mailed link sets another.
    pub async fn void_password(&mut self, id: &PersonId, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, NO_PASSWORD, id.as_str(), now.0)?;
        Ok(())
    }

    /// Remembers that the password was set by a mailed link, beside [`Tx::set_password`].
    pub async fn password_was_reset(&mut self, id: &PersonId, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, PASSWORD_RESET, id.as_str(), now.0)?;
        Ok(())
    }

    pub async fn set_person_standing(
        &mut self,
        id: &PersonId,
        standing: Standing,
        now: Instant,
    ) -> Result<(), StoreError> {
        run!(self, execute, STANDING, id.as_str(), word("standing", &standing)?, now.0)?;
        Ok(())
    }

    pub async fn set_signed_in(&mut self, id: &PersonId, now: Instant) -> Result<(), StoreError> {
        run!(self, execute, SIGNED_IN, id.as_str(), now.0)?;
        Ok(())
    }

    /// What hangs from a person changed: decisions that rested on the old edition can be told apart.
    pub(super) async fn bump_person(&mut self, id: &PersonId) -> Result<(), StoreError> {
        run!(self, execute, TOUCH, id.as_str())?;
        Ok(())
    }
}
