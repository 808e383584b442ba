//! Clearance in, [`Issued`] out after the commit: the only road to a token.
//!
//! [`Tx::record`] writes what is to be issued, and the ledger's row, and hands back a [`Recorded`] that can do nothing
//! but be committed. Secrets are drawn here, stored as hashes, and come out again only with the commit.
use super::{Sql, StoreError, Tx, Unit, codes::CodeOrder, grants::NewGrant, json, run, text, tokens::NewToken};
use crate::crypto::{
    dice::{self, Dice},
    hash,
};
use ostiary_gate::{
    domain::{
        amr::{Acr, Evidence, Reference},
        client::Algorithm,
        ids::{ClientId, EntryId, GrantId, PersonId, TenantId, TokenId},
        scope::Scope,
        secret::Secret,
        time::Instant,
    },
    gate::Clearance,
};
use std::collections::BTreeSet;

/// What an access token is made as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Jwt(Algorithm),
    Opaque,
}

pub struct AccessOrder {
    pub audience: String,
    pub format: Format,
    pub expires_at: Instant,
}

pub struct RefreshOrder {
    /// One more than the token it replaces.
    pub generation: i64,
    pub expires_at: Instant,
}

/// What the ID token will say beside what the clearance says.
pub struct IdTokenOrder {
    pub alg: Algorithm,
    pub nonce: Option<String>,
    /// The `acr` strings that were asked for, in order of preference.
    pub acr_asked: Vec<String>,
    /// One of them had to be reached.
    pub acr_essential: bool,
    /// Claims asked for by name (OIDC Core §5.5).
    pub claims: serde_json::Map<String, serde_json::Value>,
    pub expires_at: Instant,
}

/// What one clearance is to buy.
pub struct Order<'a> {
    /// By which road, for the ledger.
    pub occasion: &'static str,
    pub grant: &'a GrantId,
    /// Also makes the grant.
    pub new_grant: Option<NewGrant<'a>>,
    pub scope: &'a Scope,
    pub sid: Option<&'a str>,
    /// The tenant that tokens name; none for clients that are not `tenant_aware`.
    pub names_tenant: Option<&'a TenantId>,
    pub code: Option<CodeOrder<'a>>,
    pub access: Option<AccessOrder>,
    pub refresh: Option<RefreshOrder>,
    pub id_token: Option<IdTokenOrder>,
}

pub struct IssuedAccess {
    pub id: TokenId,
    pub audience: String,
    pub format: Format,
    pub expires_at: Instant,
    /// The token itself where it is opaque.
    pub opaque: Option<Secret>,
}

/// Written, not yet durable. Good for nothing but [`Unit::issue`]: what it holds comes out with the commit only.
///
/// ```compile_fail,E0616
/// fn before_the_commit(recorded: ostiary::store::Recorded) -> ostiary::store::Issued {
///     recorded.issued
/// }
/// ```
/// ```compile_fail,E0451
/// fn of_another_unit(recorded: ostiary::store::Recorded) -> ostiary::store::Recorded {
///     ostiary::store::Recorded { serial: 7, ..recorded }
/// }
/// ```
#[must_use]
pub struct Recorded {
    serial: u64,
    issued: Issued,
}

/// Durable: what the mint may turn into tokens. Made only by a commit; it can be read, and neither made nor bettered.
///
/// ```
/// fn read(issued: &ostiary::store::Issued) -> Option<&str> {
///     issued.sid()
/// }
/// ```
/// ```compile_fail,E0451
/// use ostiary_gate::domain::amr::Evidence;
/// fn better(issued: ostiary::store::Issued, evidence: Evidence) -> ostiary::store::Issued {
///     ostiary::store::Issued { evidence, ..issued }
/// }
/// ```
/// ```compile_fail,E0308
/// fn twice(issued: &ostiary::store::Issued) -> ostiary::store::Issued {
///     issued.clone()
/// }
/// ```
/// ```compile_fail,E0382
/// fn minted_twice(mint: &ostiary::mint::Mint, issued: ostiary::store::Issued) {
///     let _ = (mint.mint(issued), mint.mint(issued));
/// }
/// ```
#[must_use]
pub struct Issued {
    grant: GrantId,
    client: ClientId,
    person: Option<PersonId>,
    tenant: Option<TenantId>,
    scope: Scope,
    sid: Option<String>,
    evidence: Evidence,
    at: Instant,
    code: Option<Secret>,
    access: Option<IssuedAccess>,
    refresh: Option<Secret>,
    id_token: Option<IdTokenOrder>,
}

const LEDGER: Sql = text!(
    "insert into issuances (id, issued_at, occasion, kinds, grant_id, client_id, person_id, client_revision, person_revision,
                            tenants, amr, acr, proofs, reasons, epoch)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
);

impl Tx {
    /// Records one issuance, paid for by a clearance of this very unit of work.
    pub async fn record(
        &mut self,
        clearance: Clearance<'_>,
        order: Order<'_>,
        dice: &dyn Dice,
    ) -> Result<Recorded, StoreError> {
        if clearance.bond().serial() != self.serial {
            return Err(StoreError::ForeignClearance);
        }
        let now = clearance.decided_at();
        if let Some(new) = &order.new_grant {
            let tenants: Vec<TenantId> = clearance.revisions().tenants.iter().map(|(id, _)| id.clone()).collect();
            let holder = (clearance.client(), clearance.person(), tenants.as_slice());
            self.insert_grant(new, holder, clearance.evidence().proofs(), now).await?;
        }
        let mut kinds = Vec::new();
        let code = match &order.code {
            Some(wanted) => {
                let secret = drawn(dice::token(dice))?;
                let hash = hash::sha256_base64url(secret.expose().as_bytes());
                self.insert_code(&hash, order.grant, clearance.client(), wanted, now).await?;
                kinds.push("code");
                Some(secret)
            }
            None => None,
        };
        let generation = order.refresh.as_ref().map_or(0, |r| r.generation);
        let access = match order.access {
            Some(wanted) => {
                kinds.push("access");
                Some(self.record_access(wanted, (order.grant, order.scope, generation), now, dice).await?)
            }
            None => None,
        };
        let refresh = match &order.refresh {
            Some(wanted) => {
                let secret = drawn(dice::token(dice))?;
                let hash = hash::sha256_base64url(secret.expose().as_bytes());
                let new = NewToken {
                    hash: &hash,
                    kind: "refresh",
                    grant: order.grant,
                    generation,
                    scope: order.scope,
                    audience: "",
                    expires_at: wanted.expires_at,
                };
                self.insert_token(&new, now).await?;
                kinds.push("refresh");
                Some(secret)
            }
            None => None,
        };
        if order.id_token.is_some() {
            kinds.push("id");
        }
        self.record_in_ledger(&clearance, order.occasion, order.grant, &kinds.join(" "), dice).await?;
        let issued = Issued {
            grant: order.grant.clone(),
            client: clearance.client().clone(),
            person: clearance.person().cloned(),
            tenant: order.names_tenant.cloned(),
            scope: order.scope.clone(),
            sid: order.sid.map(str::to_owned),
            evidence: clearance.evidence().clone(),
            at: now,
            code,
            access,
            refresh,
            id_token: order.id_token,
        };
        Ok(Recorded { serial: self.serial, issued })
    }

    async fn record_access(
        &mut self,
        wanted: AccessOrder,
        of: (&GrantId, &Scope, i64),
        now: Instant,
        dice: &dyn Dice,
    ) -> Result<IssuedAccess, StoreError> {
        let (grant, scope, generation) = of;
        let id = drawn(dice::tail(dice))?;
        let id = TokenId::from_tail(&id).map_err(|e| StoreError::unreadable("token id", e))?;
        let opaque = match wanted.format {
            Format::Opaque => Some(drawn(dice::token(dice))?),
            Format::Jwt(_) => None,
        };
        let hashed = opaque.as_ref().map_or(id.as_str(), Secret::expose);
        let hash = hash::sha256_base64url(hashed.as_bytes());
        let (audience, expires_at) = (wanted.audience.as_str(), wanted.expires_at);
        let new = NewToken { hash: &hash, kind: "access", grant, generation, scope, audience, expires_at };
        self.insert_token(&new, now).await?;
        Ok(IssuedAccess { id, audience: wanted.audience, format: wanted.format, expires_at, opaque })
    }

    async fn record_in_ledger(
        &mut self,
        clearance: &Clearance<'_>,
        occasion: &str,
        grant: &GrantId,
        kinds: &str,
        dice: &dyn Dice,
    ) -> Result<(), StoreError> {
        let id = drawn(dice::tail(dice))?;
        let id = EntryId::from_tail(&id).map_err(|e| StoreError::unreadable("entry id", e))?;
        let (evidence, revisions) = (clearance.evidence(), clearance.revisions());
        run!(
            self,
            execute,
            LEDGER,
            id.as_str(),
            clearance.decided_at().0,
            occasion,
            kinds,
            grant.as_str(),
            clearance.client().as_str(),
            clearance.person().map(PersonId::as_str),
            revisions.client,
            revisions.person,
            json("revisions", &revisions.tenants)?,
            said(&evidence.references()),
            evidence.acr().canonical(),
            json("proofs", &evidence.proofs())?,
            json("reasons", &clearance.reasons())?,
            self.shared.epoch
        )?;
        Ok(())
    }
}

/// `pwd otp mfa`: as the claim says it, separated by spaces.
fn said(references: &BTreeSet<Reference>) -> String {
    references.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(" ")
}

fn drawn<T, E: std::fmt::Display>(drawn: Result<T, E>) -> Result<T, StoreError> {
    drawn.map_err(|e| StoreError::Crypto(e.to_string()))
}

impl Unit {
    /// Commits, and only then hands out what was recorded.
    pub async fn issue(self, recorded: Recorded) -> Result<Issued, StoreError> {
        if recorded.serial != self.tx.serial {
            return Err(StoreError::ForeignClearance);
        }
        self.commit().await?;
        Ok(recorded.issued)
    }
}

impl Issued {
    pub fn grant(&self) -> &GrantId {
        &self.grant
    }
    pub fn client(&self) -> &ClientId {
        &self.client
    }
    /// None for a machine.
    pub fn person(&self) -> Option<&PersonId> {
        self.person.as_ref()
    }
    /// The tenant that tokens name.
    pub fn tenant(&self) -> Option<&TenantId> {
        self.tenant.as_ref()
    }
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
    pub fn acr(&self) -> Acr {
        self.evidence.acr()
    }
    pub fn issued_at(&self) -> Instant {
        self.at
    }
    pub fn access(&self) -> Option<&IssuedAccess> {
        self.access.as_ref()
    }
    pub fn id_token(&self) -> Option<&IdTokenOrder> {
        self.id_token.as_ref()
    }
    pub fn refresh(&self) -> Option<&Secret> {
        self.refresh.as_ref()
    }
    pub fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}
