//! A grant as it is used again: read from its row, put before the gate, and told in tokens. Redemption, refresh, userinfo
//! and introspection all read it here, so that none of them judges it otherwise.
use super::asked::Asked;
use crate::protocol::claims_out::{Profile, TenantClaims};
use crate::{
    porter::{Claim, Cleared, Whose},
    store::{GrantRow, IdTokenOrder, PersonRow, StoreError, Tx},
};
use ostiary_gate::{
    domain::{
        amr::Proof,
        grant::Keeping,
        ids::{GrantId, TenantId},
        scope::Scope,
        tenant::Tenant,
        time::Instant,
    },
    gate::{Demand, Occasion, Pin},
};

pub struct Held {
    pub id: GrantId,
    pub row: GrantRow,
    pub keeping: Keeping,
    /// All that was granted; a token may carry less.
    pub scope: Scope,
    pub asked: Asked,
    tenants: Vec<TenantId>,
}

/// All that a judgement of two grants of one client, clinic and session could differ by.
#[derive(PartialEq, Eq)]
pub(super) struct Alike {
    proofs: Vec<Proof>,
    keeping: Keeping,
    scope: Scope,
    resource: Option<String>,
    demand: Demand,
    /// Where ages are judged as of then.
    given: Option<Instant>,
}

impl Alike {
    pub fn of(row: &GrantRow) -> Result<Self, StoreError> {
        let keeping = row.keeping()?;
        let given = match keeping {
            Keeping::Offline => Some(row.authorised_at()),
            Keeping::Online | Keeping::Machine => None,
        };
        let demand = row.asked::<Asked>()?.demand();
        Ok(Self { proofs: row.proofs()?, keeping, scope: row.scope()?, resource: row.resource.clone(), demand, given })
    }
}

impl Held {
    pub async fn read(tx: &mut Tx, id: &GrantId) -> Result<Option<Self>, StoreError> {
        match tx.grant(id).await? {
            Some(row) => Self::of(tx, row).await.map(Some),
            None => Ok(None),
        }
    }

    pub async fn of(tx: &mut Tx, row: GrantRow) -> Result<Self, StoreError> {
        let id = row.id()?;
        Ok(Self {
            keeping: row.keeping()?,
            scope: row.scope()?,
            asked: row.asked()?,
            tenants: tx.grant_tenants(&id).await?,
            id,
            row,
        })
    }

    pub fn tenants(&self) -> &[TenantId] {
        &self.tenants
    }

    /// By which road it is used after its code was redeemed.
    pub fn occasion(&self) -> Occasion {
        match self.keeping {
            Keeping::Online => Occasion::Online,
            Keeping::Offline => Occasion::Offline,
            Keeping::Machine => Occasion::Machine,
        }
    }

    /// What its holder says they are owed. Kinds and person of the request are joined again, its ages and wishes are not
    /// (RULES 2).
    pub fn claim(&self, occasion: Occasion, resource: Option<String>) -> Result<Claim, StoreError> {
        let pin = match (self.row.tenant_aware || self.keeping == Keeping::Machine, self.tenants.as_slice()) {
            (true, [one]) => Pin::To(one.clone()),
            (true, [] | [_, ..]) | (false, [..]) => Pin::None,
        };
        Ok(Claim {
            client: self.row.client()?,
            whose: Whose::Grant(self.id.clone()),
            pin,
            occasion,
            scope: self.scope.clone(),
            resource,
            demand: self.asked.demand(),
            wishes: vec![],
            fresh: None,
            only: self.row.person()?,
            consented: true,
        })
    }

    /// The tenant that its tokens name, if they name one.
    pub fn names<'a>(&self, cleared: &'a Cleared) -> Option<&'a Tenant> {
        cleared.names.as_ref().filter(|_| self.row.tenant_aware)
    }

    /// What the ID token says beside the clearance, where one is due (OIDC Core §3.1.3.3, §12.2).
    pub(super) async fn id_token(
        &self,
        tx: &mut Tx,
        cleared: &Cleared,
        nonce: Option<&str>,
        expires_at: Instant,
    ) -> Result<IdTokenOrder, StoreError> {
        let request = self.asked.request.as_deref();
        let by_name = request.map(|request| &request.claims.id_token).filter(|names| !names.is_empty());
        let claims = match (by_name, &cleared.person) {
            (Some(names), Some(person)) => match tx.person(&person.id).await? {
                Some(row) => profile(&row)?.named(names.iter().map(String::as_str)),
                None => serde_json::Map::new(),
            },
            (None, _) | (_, None) => serde_json::Map::new(),
        };
        let wanted = request.and_then(|request| request.claims.acr.as_ref());
        Ok(IdTokenOrder {
            alg: cleared.rules.client.id_token_alg,
            nonce: nonce.map(str::to_owned),
            acr_asked: self.asked.acr.clone(),
            acr_essential: wanted.is_some_and(|ask| ask.essential && !ask.values.is_empty()),
            claims,
            expires_at,
        })
    }
}

/// The standard claims of a person. E-mail counts as released by proof only, the phone number by the person's word only.
pub fn profile(row: &PersonRow) -> Result<Profile, StoreError> {
    let own: Profile = serde_json::from_value(serde_json::Value::Object(row.claims()?))
        .map_err(|e| StoreError::unreadable("claims", e))?;
    Ok(Profile {
        given_name: Some(row.given_name.clone()),
        family_name: Some(row.family_name.clone()),
        updated_at: Some(Instant(row.changed_at)),
        email: row.email.clone(),
        email_verified: row.email_verified_at.is_some(),
        phone_number: row.phone.clone(),
        // A number is contact data that nobody proved (DESIGN 3).
        phone_number_verified: false,
        phone_released: row.phone_claim,
        ..own
    })
}

/// What an aware client learns of the tenant that its token is for.
pub fn tenant_claims(tenant: &Tenant, cleared: &Cleared) -> TenantClaims {
    let membership = cleared.person.as_ref().and_then(|person| person.live_membership(&tenant.id));
    TenantClaims {
        id: tenant.id.to_string(),
        slug: tenant.slug.clone(),
        name: tenant.name.clone(),
        role: membership.map(|membership| membership.role),
        second_factor_from: tenant.pending.map(|pending| pending.starts_at),
    }
}
