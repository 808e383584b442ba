//! Everything that works once and is not a token: mailed codes, set-up codes, links. Owns their single use, their tries
//! and what a newer one replaces; never what they open.
//!
//! A link carries 256 bits and is found by its hash. A code is short enough to be typed: it is found by whom and which
//! visit it is for, a try is counted before anything is compared, and the hash is keyed (RULES 6). Kind and owner stand
//! in both hashes, so that nothing of one kind or person is ever taken for another (ABUSE O-42).
use super::{Sql, StoreError, Tx, document, json, row, run, text};
use crate::crypto::{hash, root::Kind};
use ostiary_gate::domain::{
    ids::{PersonId, TenantId, VisitId},
    secret::Secret,
    time::Instant,
};
use serde::{Serialize, de::DeserializeOwned};

/// A code that is typed into the page that asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// Six digits in a mail, before a first binding. A newer one of its visit takes its place.
    Mail,
    /// Read out by an admin. A newer one of its person takes its place, whatever the visit.
    SetUp,
}

/// What can be opened by address, or needs no secret at all because its visit is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// A newer one of its person takes its place.
    PasswordReset,
    /// A newer one of its person and tenant takes its place.
    Invitation,
    /// What `init` prints. A newer one of its person takes its place.
    FirstAdmin,
    /// "Not you?" at the end of a mail. Each mail's own goes on working.
    NotMe,
    /// The two words on the page of a visit that waits for a set-up code; its secret is the visit's id.
    SetUpWords,
    /// One admin's word that somebody is to be reset, kept for a second admin's; nobody is sent it.
    ResetAgreed,
}

impl CodeKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail-code",
            Self::SetUp => "set-up-code",
        }
    }
    const fn hashed_as(self) -> Kind {
        match self {
            Self::Mail => Kind::MailCode,
            Self::SetUp => Kind::SetUpCode,
        }
    }
}

impl LinkKind {
    const fn word(self) -> &'static str {
        match self {
            Self::PasswordReset => "password-reset",
            Self::Invitation => "invitation",
            Self::FirstAdmin => "first-admin",
            Self::NotMe => "not-me",
            Self::SetUpWords => "set-up-words",
            Self::ResetAgreed => "reset-agreed",
        }
    }
    /// Two kinds never share a hash, even for one token.
    fn hash(self, token: &str) -> String {
        hash::sha256_base64url(format!("{} {token}", self.word()).as_bytes())
    }
}

/// Whom something is for, and until when.
pub struct NewOneTime<'a, D> {
    pub person: &'a PersonId,
    pub tenant: Option<&'a TenantId>,
    /// Needed for a code: it works only in the visit that asked.
    pub visit: Option<&'a VisitId>,
    /// What its reader must know.
    pub detail: &'a D,
    pub expires_at: Instant,
}

row! {
    /// One of them, as it was made.
    pub struct OneTimeRow {
        hash: String,
        person_id: String,
        tenant_id: Option<String>,
        visit_id: Option<String>,
        detail: String,
        tries: i64,
        issued_at: i64,
        expires_at: i64,
        spent_at: Option<i64>,
        ended_at: Option<i64>,
    }
}

/// Where a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    Live,
    Used,
    /// Too old, or replaced by a newer one.
    Over,
}

/// A typed code, and where it was typed.
pub struct Guess<'a> {
    pub person: &'a PersonId,
    pub visit: &'a VisitId,
    /// Normalised, as `factors::recovery` reads it.
    pub code: &'a Secret,
    /// How many tries one code has.
    pub most: i64,
}

/// What came of a typed code.
pub enum Typed {
    /// It was right, and is spent with this unit.
    Right(OneTimeRow),
    Wrong {
        /// How many tries are left for this code.
        left: i64,
    },
    /// There was one: it is used, too old, replaced, or its tries are used up.
    Over,
    /// None was made for this visit.
    Missing,
}

macro_rules! columns {
    () => {
        "hash, person_id, tenant_id, visit_id, detail, tries, issued_at, expires_at, spent_at, ended_at"
    };
}
const INSERT: Sql = text!(
    "insert into one_time (hash, kind, person_id, tenant_id, visit_id, detail, tries, issued_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, 0, $7, $8)"
);
/// One text for all kinds: what is null does not narrow.
const REPLACE: Sql = text!(
    "update one_time set ended_at = $3
      where kind = $1 and person_id = $2 and spent_at is null and ended_at is null
        and ($4 is null or tenant_id = $4) and ($5 is null or visit_id = $5)"
);
/// The try is taken here, or there is none: of many at once each gets its own.
const TRY: Sql = text!(concat!(
    "update one_time set tries = tries + 1
      where kind = $1 and person_id = $2 and visit_id = $3 and spent_at is null and ended_at is null
        and expires_at > $4 and tries < $5
      returning ",
    columns!()
));
const LATEST: Sql = text!(concat!(
    "select ",
    columns!(),
    " from one_time where kind = $1 and person_id = $2 and visit_id = $3
      order by issued_at desc, case when ended_at is null then 0 else 1 end limit 1"
));
const SPEND_CODE: Sql =
    text!("update one_time set spent_at = $2 where hash = $1 and spent_at is null and ended_at is null");
const LINK: Sql = text!(concat!("select ", columns!(), " from one_time where hash = $1 and kind = $2"));
const SPEND_LINK: Sql = text!(concat!(
    "update one_time set spent_at = $3
      where hash = $1 and kind = $2 and spent_at is null and ended_at is null and expires_at > $3
      returning ",
    columns!()
));
const OPEN_OF: Sql = text!(concat!(
    "select ",
    columns!(),
    " from one_time where kind = $1 and person_id = $2 and spent_at is null and ended_at is null and expires_at > $3
      order by issued_at desc"
));
const END_OF: Sql = text!(
    "update one_time set ended_at = $2
      where person_id = $1 and spent_at is null and ended_at is null and kind in ('mail-code', 'set-up-code', 'password-reset')"
);

impl OneTimeRow {
    pub fn person(&self) -> Result<PersonId, StoreError> {
        PersonId::parse(&self.person_id).map_err(|e| StoreError::unreadable("one-time", e))
    }
    pub fn tenant(&self) -> Result<Option<TenantId>, StoreError> {
        self.tenant_id.as_deref().map(TenantId::parse).transpose().map_err(|e| StoreError::unreadable("one-time", e))
    }
    pub fn visit(&self) -> Result<Option<VisitId>, StoreError> {
        self.visit_id.as_deref().map(VisitId::parse).transpose().map_err(|e| StoreError::unreadable("one-time", e))
    }
    pub fn detail<D: DeserializeOwned>(&self) -> Result<D, StoreError> {
        document("one-time detail", &self.detail)
    }
    pub fn issued_at(&self) -> Instant {
        Instant(self.issued_at)
    }
    pub fn expires_at(&self) -> Instant {
        Instant(self.expires_at)
    }
    pub fn state(&self, now: Instant) -> LinkState {
        match (self.spent_at, self.ended_at) {
            (Some(_), _) => LinkState::Used,
            (None, None) if now.0 < self.expires_at => LinkState::Live,
            (None, _) => LinkState::Over,
        }
    }
}

impl Tx {
    /// The row's own instant stands in the input: the same digits drawn again for somebody are another hash.
    fn code_hash(&self, kind: CodeKind, person: &PersonId, visit: &VisitId, issued_at: i64, code: &str) -> String {
        let owner = format!("{person} {visit} {issued_at}");
        self.shared.root.keyed_hash(kind.hashed_as(), &owner, code.as_bytes())
    }

    /// Makes a code; older ones that it replaces are over. `code` normalised, as `factors::recovery` reads it.
    ///
    /// # Errors
    /// Without a visit there is nothing to bind it to.
    pub async fn put_code<D: Serialize>(
        &mut self,
        kind: CodeKind,
        code: &str,
        new: &NewOneTime<'_, D>,
        now: Instant,
    ) -> Result<(), StoreError> {
        let visit = new.visit.ok_or_else(|| StoreError::unreadable("one-time", "a code without a visit"))?;
        let within = match kind {
            CodeKind::Mail => Some(visit.as_str()),
            CodeKind::SetUp => None,
        };
        run!(self, execute, REPLACE, kind.word(), new.person.as_str(), now.0, None::<&str>, within)?;
        let hash = self.code_hash(kind, new.person, visit, now.0, code);
        self.insert_one_time(kind.word(), &hash, new, now).await
    }

    /// Counts a try, then compares, then spends. The caller commits a wrong one like a right one.
    pub async fn try_code(&mut self, kind: CodeKind, guess: &Guess<'_>, now: Instant) -> Result<Typed, StoreError> {
        let (word, who, place, most) = (kind.word(), guess.person.as_str(), guess.visit.as_str(), guess.most);
        let Some(row) = run!(self, fetch::<OneTimeRow>, TRY, word, who, place, now.0, most)?.pop() else {
            let there = !run!(self, fetch::<OneTimeRow>, LATEST, word, who, place)?.is_empty();
            return Ok(if there { Typed::Over } else { Typed::Missing });
        };
        let given = self.code_hash(kind, guess.person, guess.visit, row.issued_at, guess.code.expose());
        if !hash::same(&given, &row.hash) {
            return Ok(Typed::Wrong { left: most - row.tries });
        }
        let spent = run!(self, execute, SPEND_CODE, row.hash.as_str(), now.0)? == 1;
        Ok(if spent { Typed::Right(row) } else { Typed::Over })
    }

    /// The newest code of this kind for a visit, whatever became of it.
    pub async fn latest_code(
        &mut self,
        kind: CodeKind,
        person: &PersonId,
        visit: &VisitId,
    ) -> Result<Option<OneTimeRow>, StoreError> {
        Ok(run!(self, fetch::<OneTimeRow>, LATEST, kind.word(), person.as_str(), visit.as_str())?.pop())
    }

    /// Makes a link; older ones that it replaces are over.
    pub async fn put_link<D: Serialize>(
        &mut self,
        kind: LinkKind,
        token: &Secret,
        new: &NewOneTime<'_, D>,
        now: Instant,
    ) -> Result<(), StoreError> {
        let (tenant, visit) = (new.tenant.map(TenantId::as_str), new.visit.map(VisitId::as_str));
        let replaces = match kind {
            LinkKind::PasswordReset | LinkKind::FirstAdmin => Some((None, None)),
            LinkKind::Invitation => Some((tenant, None)),
            LinkKind::SetUpWords => Some((None, visit)),
            LinkKind::NotMe | LinkKind::ResetAgreed => None,
        };
        if let Some((tenant, visit)) = replaces {
            run!(self, execute, REPLACE, kind.word(), new.person.as_str(), now.0, tenant, visit)?;
        }
        self.insert_one_time(kind.word(), &kind.hash(token.expose()), new, now).await
    }

    /// Looks and spends nothing: mail scanners follow links.
    pub async fn link(&mut self, kind: LinkKind, token: &Secret) -> Result<Option<OneTimeRow>, StoreError> {
        Ok(run!(self, fetch::<OneTimeRow>, LINK, kind.hash(token.expose()), kind.word())?.pop())
    }

    /// Spends a live link; none if there is none, or somebody was faster.
    pub async fn spend_link(
        &mut self,
        kind: LinkKind,
        token: &Secret,
        now: Instant,
    ) -> Result<Option<OneTimeRow>, StoreError> {
        Ok(run!(self, fetch::<OneTimeRow>, SPEND_LINK, kind.hash(token.expose()), kind.word(), now.0)?.pop())
    }

    /// What is live of one kind for a person, newest first.
    pub async fn open_links(
        &mut self,
        kind: LinkKind,
        person: &PersonId,
        now: Instant,
    ) -> Result<Vec<OneTimeRow>, StoreError> {
        run!(self, fetch::<OneTimeRow>, OPEN_OF, kind.word(), person.as_str(), now.0)
    }

    /// The table of ends, column "codes, visits": mailed codes, set-up codes and reset links of a person. Invitations
    /// and "Not you?" stay: the one is the tenant's, the other must work above all then.
    pub async fn end_one_time(&mut self, person: &PersonId, now: Instant) -> Result<u64, StoreError> {
        run!(self, execute, END_OF, person.as_str(), now.0)
    }

    async fn insert_one_time<D: Serialize>(
        &mut self,
        kind: &str,
        hash: &str,
        new: &NewOneTime<'_, D>,
        now: Instant,
    ) -> Result<(), StoreError> {
        let (tenant, visit) = (new.tenant.map(TenantId::as_str), new.visit.map(VisitId::as_str));
        let detail = json("one-time detail", new.detail)?;
        run!(self, execute, INSERT, hash, kind, new.person.as_str(), tenant, visit, detail, now.0, new.expires_at.0)?;
        Ok(())
    }
}
