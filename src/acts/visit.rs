//! A visit: one authorization request, or one of our own pages, on its way through the door. What it asks of the gate, and
//! what it has done so far.
use crate::{
    porter::{Claim, Heard, NoRules, Whose, hear, own_client},
    protocol::authorize::{AuthorizeRequest, Prompt},
    store::{Known, StoreError, Tx, VisitRow},
};
use ostiary_gate::{
    domain::{
        amr::Acr,
        client::Client,
        ids::{AuthenticatorId, ClientId, PersonId, SessionId, TenantId, VisitId},
        scope::Scope,
        time::{Instant, Span},
    },
    gate::{Clause, Demand, Means, Occasion, Origin, Pin},
};
use serde::{Deserialize, Serialize};

/// A visit lives this long (RULES 9).
pub const LIFE: Span = Span::minutes(60);

/// What somebody came for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Authorize(Box<Wanted>),
    /// The account, or the console of the clinic with this slug. `path` is ours and starts with a slash.
    OwnPage {
        path: String,
        clinic: Option<String>,
    },
}

/// A checked authorization request, and what its `id_token_hint` turned out to say (the hint itself is long and gone).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub request: AuthorizeRequest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hinted: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hinted_tenant: Option<TenantId>,
}

/// What is sealed into `?visit=` before a right password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub purpose: Purpose,
    pub began_at: Instant,
}

impl Opening {
    /// Not older than a visit may be.
    pub fn is_open(&self, now: Instant) -> bool {
        now.since(self.began_at) < LIFE
    }
}

/// What a visit has done besides showing factors. Grows with the pages; what is missing has not happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "a list of what has happened, each with its own name")]
pub struct Progress {
    /// The person agreed to the client and scope of this visit.
    pub consented: bool,
    /// What a first binding asks besides the password was shown: a mailed code, a set-up code, a known browser.
    pub binding_allowed: Option<Instant>,
    /// A recovery code opened this visit for enrolment, and nothing else.
    pub recovery: Option<Instant>,
    /// A set-up code of these tenants opened it.
    pub set_up_for: Vec<TenantId>,
    /// An authenticator that was confirmed in this visit.
    pub bound: Option<AuthenticatorId>,
    /// The phone number was typed in this visit.
    pub phone_typed: bool,
    /// The phone number was typed or confirmed in this visit.
    pub phone_settled: bool,
    /// Codes that did not fit on the way to confirming an authenticator.
    pub wrong_codes: u32,
    /// The backup codes that this visit shows until they are saved, sealed.
    pub codes: Option<String>,
    /// "This is a shared computer."
    pub shared_computer: bool,
    /// The person chose to go on without housekeeping that may wait ("later").
    pub later: bool,
}

/// Who is at the door in a visit.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub person: PersonId,
    /// The live session of this browser, if it is this person's.
    pub session: Option<SessionId>,
    /// The visit's row and the hash of the browser cookie; none where a live session needs no page.
    pub visit: Option<(VisitId, String)>,
}

impl Visitor {
    pub fn of(row: &VisitRow, browser_hash: &str) -> Result<Self, StoreError> {
        Ok(Self { person: row.person()?, session: row.session()?, visit: Some((row.id()?, browser_hash.to_owned())) })
    }
}

impl Purpose {
    pub fn request(&self) -> Option<&AuthorizeRequest> {
        match self {
            Self::Authorize(wanted) => Some(&wanted.request),
            Self::OwnPage { .. } => None,
        }
    }

    pub fn client_id(&self) -> Option<&ClientId> {
        self.request().map(|request| &request.client)
    }
}

/// A claim, and the client where that is Ostiary itself.
pub struct Asked {
    pub claim: Claim,
    pub own: Option<Client>,
}

/// What a visit asks of the gate. `chosen` is what the person said on the page "which clinic".
pub async fn claim(
    tx: &mut Tx,
    purpose: &Purpose,
    visitor: Option<&Visitor>,
    began_at: Instant,
    chosen: Option<&TenantId>,
    consented: bool,
) -> Result<Asked, StoreError> {
    let whose = visitor.map_or(Whose::Nobody, |v| Whose::AtTheDoor {
        person: v.person.clone(),
        session: v.session.clone(),
        visit: v.visit.clone(),
    });
    match purpose {
        Purpose::Authorize(wanted) => {
            let consented = consented || remembered(tx, &wanted.request, visitor).await?;
            let claim = claim_of_request(tx, wanted, whose, began_at, chosen, consented).await?;
            Ok(Asked { claim, own: None })
        }
        Purpose::OwnPage { clinic, .. } => own_page(tx, clinic.as_deref(), whose, began_at).await,
    }
}

/// What a person agreed to before, unless this request wants to hear it again (OIDC Core §3.1.2.1 `prompt=consent`).
async fn remembered(tx: &mut Tx, request: &AuthorizeRequest, visitor: Option<&Visitor>) -> Result<bool, StoreError> {
    match visitor {
        Some(visitor) if !request.asks(Prompt::Consent) => {
            tx.consent_covers(&visitor.person, &request.client, &request.scope).await
        }
        Some(_) | None => Ok(false),
    }
}

async fn claim_of_request(
    tx: &mut Tx,
    wanted: &Wanted,
    whose: Whose,
    began_at: Instant,
    chosen: Option<&TenantId>,
    consented: bool,
) -> Result<Claim, StoreError> {
    let request = &wanted.request;
    let row = tx.client(&request.client).await?;
    let client = row.map(|row| row.client()).transpose()?;
    let pin = match named(tx, request.tenant.as_deref()).await? {
        Pin::None => wanted.hinted_tenant.as_ref().or(chosen).map_or(Pin::None, |id| Pin::To(id.clone())),
        pin => pin,
    };
    let wished = client.as_ref().map(|client| request.wished_acr(client)).unwrap_or_default();
    let fresh = client.as_ref().map_or(Some(Span::ZERO), |client| {
        if request.asks(Prompt::SelectAccount) { Some(Span::ZERO) } else { request.freshness(client) }
    });
    Ok(Claim {
        client: request.client.clone(),
        whose,
        pin,
        occasion: Occasion::Authorize { visit_began: began_at },
        scope: request.scope.clone(),
        resource: request.resource.clone(),
        demand: demand_of(request),
        wishes: wished.iter().filter_map(|text| Acr::parse(text)).collect(),
        fresh,
        only: only(wanted),
        consented,
    })
}

/// `claims.id_token.sub` and `id_token_hint`: only that person (OIDC Core §3.1.2.2). A `sub` that nobody can have is
/// somebody who is never there.
fn only(wanted: &Wanted) -> Option<PersonId> {
    const NOBODY: &str = "00000000000000000000000000";
    match &wanted.request.claims.sub {
        Some(sub) => PersonId::parse(sub).or_else(|_| PersonId::from_tail(NOBODY)).ok(),
        None => wanted.hinted.clone(),
    }
}

/// A tenant by the slug or id that a request named. A name that is nobody's pins to nowhere.
pub async fn named(tx: &mut Tx, name: Option<&str>) -> Result<Pin, StoreError> {
    let Some(name) = name else { return Ok(Pin::None) };
    if let Some(id) = tx.tenant_by_slug(name).await? {
        return Ok(Pin::To(id));
    }
    Ok(TenantId::parse(name).map_or(Pin::Unknown, Pin::To))
}

/// OIDC Core §5.5.1.1: essential `acr` and `amr` bind. What names nothing we know is a clause that is never met, never one
/// that asks nothing.
pub fn demand_of(request: &AuthorizeRequest) -> Demand {
    let mut clauses = Vec::new();
    if let Some(acr) = request.claims.acr.as_ref().filter(|acr| acr.essential && !acr.values.is_empty()) {
        clauses.push(Clause::classes(acr.classes(), Origin::Request));
    }
    if let Some(amr) = &request.claims.amr {
        let sets = amr.references().into_iter();
        let any_of = sets.map(|set| set.into_iter().map(Means::Reference).collect()).collect();
        clauses.push(Clause { any_of, not_older_than: None, origin: Origin::Request });
    }
    clauses.into_iter().collect()
}

/// RULES 1: the account is gated by all of the person's tenants, the console by its own and by a second factor always.
async fn own_page(tx: &mut Tx, clinic: Option<&str>, whose: Whose, began_at: Instant) -> Result<Asked, StoreError> {
    let mut demand = Demand::default();
    let mut tenant = None;
    if let Some(slug) = clinic {
        let found = tx.tenant_by_slug(slug).await?;
        tenant = Some(found.map_or_else(nowhere, Ok)?);
        demand = Demand::from_iter([Clause::second(true, None, Origin::OwnPages)]);
    }
    own_claim(whose, began_at, tenant, demand)
}

/// A clinic that is not there answers like one where the person is no member.
fn nowhere() -> Result<TenantId, StoreError> {
    TenantId::from_tail("00000000000000000000000000").map_err(|e| StoreError::unreadable("tenant", e))
}

/// A claim on our own pages.
pub fn own_claim(
    whose: Whose,
    began_at: Instant,
    tenant: Option<TenantId>,
    demand: Demand,
) -> Result<Asked, StoreError> {
    let id = ClientId::parse("ostiary").map_err(|e| StoreError::unreadable("client", e))?;
    let claim = Claim {
        client: id.clone(),
        whose,
        pin: Pin::None,
        occasion: Occasion::OwnPages { visit_began: began_at },
        scope: Scope::default(),
        resource: None,
        demand,
        wishes: vec![],
        fresh: None,
        only: None,
        consented: true,
    };
    Ok(Asked { claim, own: Some(own_client(id, tenant)) })
}

/// How a visit stands now: for pages, which show what the gate says is next.
pub async fn heard(
    tx: &mut Tx,
    asked: &Asked,
    known: Known,
    now: Instant,
) -> Result<Result<Heard, NoRules>, StoreError> {
    hear(tx, &asked.claim, asked.own.as_ref(), known, now).await
}

/// As [`claim`], of a visit's row.
pub async fn claim_of_row(tx: &mut Tx, row: &VisitRow, browser_hash: &str) -> Result<(Purpose, Asked), StoreError> {
    let purpose: Purpose = row.request()?;
    let progress: Progress = row.progress()?;
    let visitor = Visitor::of(row, browser_hash)?;
    let chosen = row.tenant()?;
    let asked = claim(tx, &purpose, Some(&visitor), row.began_at(), chosen.as_ref(), progress.consented).await?;
    Ok((purpose, asked))
}
