//! The beginning of a deployment: the operator's own tenant, and the first admin's one-time link. There is no default
//! account and no default password (SECURITY R-68).
use super::{Desk, apply::OPERATOR_SLUG};
use crate::{
    crypto::dice,
    store::{LinkKind, Lock, NewOneTime, NewPerson, NewTenant, Profile, StoreError, Tx},
};
use ostiary_gate::domain::{
    Blame,
    audit::{Actor, Entry, Event},
    ids::{NotAnId, PersonId, TenantId},
    person::{MembershipState, Role},
    secret::Secret,
    tenant::{Policy, Tenant, TwoFactor},
    time::{Instant, Span},
};

/// What stands behind `ten_`.
const TAIL: &str = "operator000000000000000000";
/// How long the printed link works.
pub const LINK: Span = Span::minutes(30);

/// Who begins, and where they are.
pub struct Founder<'a> {
    /// Lower case.
    pub email: &'a str,
    pub time_zone: &'a str,
    /// By the name of the operating system's user.
    pub operator: &'a str,
}

/// What a founding came to.
pub enum Founded {
    /// The link's token. Whoever opens it first becomes the first admin.
    Link { token: Secret, email: String, expires_at: Instant },
    /// Somebody did already.
    Already { email: String },
}

#[derive(Debug, thiserror::Error)]
pub enum NotFounded {
    /// Somebody else was named before and did not come yet.
    #[error("{0} was named first admin before")]
    SomebodyElse(String),
    /// The address is a person's who is here already.
    #[error("{0} is somebody who is here already")]
    Taken(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Blame for NotFounded {
    fn is_ours(&self) -> bool {
        true
    }
}

/// The operator's own tenant.
pub fn operator_tenant() -> Result<TenantId, NotAnId> {
    TenantId::from_tail(TAIL)
}

/// Makes what is missing of the operator's tenant and its first admin, and a new link, which ends the former one. Once
/// the first admin came in it changes nothing.
pub async fn found(desk: &Desk, founder: &Founder<'_>) -> Result<Founded, NotFounded> {
    let mut unit = desk.store.begin().await?;
    let answer = found_in(desk, unit.tx(), founder).await;
    unit.settle(answer).await
}

async fn found_in(desk: &Desk, tx: &mut Tx, founder: &Founder<'_>) -> Result<Founded, NotFounded> {
    let id = operator_tenant().map_err(|e| StoreError::unreadable("tenant", e))?;
    tx.alone(&[Lock::Tenant(id.clone())]).await?;
    let now = tx.now(&*desk.clock).await?;
    let tenant = match tx.tenant(&id).await? {
        Some(tenant) => tenant,
        None => make(desk, tx, &id, founder, now).await?,
    };
    let person = match first_admin(tx, &tenant).await? {
        Some((_, row)) if row.password_hash.is_some() => {
            return Ok(Founded::Already { email: row.email.unwrap_or_default() });
        }
        Some((person, row)) if row.email.as_deref() == Some(founder.email) => person,
        Some((_, row)) => return Err(NotFounded::SomebodyElse(row.email.unwrap_or_default())),
        None => name(desk, tx, &tenant, founder, now).await?,
    };
    let token = dice::token(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let expires_at = now.plus(LINK);
    let new = NewOneTime { person: &person, tenant: Some(&id), visit: None, detail: &(), expires_at };
    tx.put_link(LinkKind::FirstAdmin, &token, &new, now).await?;
    log(desk, tx, (&id, &person, founder), (Event::PersonInvited, "first admin"), now).await?;
    Ok(Founded::Link { token, email: founder.email.to_owned(), expires_at })
}

async fn first_admin(tx: &mut Tx, tenant: &Tenant) -> Result<Option<(PersonId, crate::store::PersonRow)>, StoreError> {
    for (person, membership) in tx.members(&tenant.id).await? {
        if membership.role == Role::Admin
            && membership.state == MembershipState::Live
            && let Some(row) = tx.person(&person).await?
        {
            return Ok(Some((person, row)));
        }
    }
    Ok(None)
}

/// Always two factors (RULES 1); the one-time link stands for a set-up code.
async fn make(
    desk: &Desk,
    tx: &mut Tx,
    id: &TenantId,
    founder: &Founder<'_>,
    now: Instant,
) -> Result<Tenant, StoreError> {
    let policy = Policy { two_factor: TwoFactor::Required, ..Policy::default() };
    let new = NewTenant {
        id,
        slug: OPERATOR_SLUG,
        name: "Ostiary",
        time_zone: founder.time_zone,
        locale: "en",
        phone_country: super::apply::country_of("en", founder.time_zone),
        policy: &policy,
    };
    tx.insert_tenant(&new, now).await?;
    let entry = Entry {
        tenant: Some(id.clone()),
        actor: Actor::Operator(founder.operator.to_owned()),
        event: Event::TenantChanged,
        person: None,
        client: None,
        detail: "made".to_owned(),
    };
    tx.log(&entry, None, now, &*desk.dice).await?;
    tx.tenant(id).await?.ok_or_else(|| StoreError::unreadable("tenant", "not there"))
}

async fn name(
    desk: &Desk,
    tx: &mut Tx,
    tenant: &Tenant,
    founder: &Founder<'_>,
    now: Instant,
) -> Result<PersonId, NotFounded> {
    if tx.person_by_email(founder.email).await?.is_some() {
        return Err(NotFounded::Taken(founder.email.to_owned()));
    }
    let tail = dice::tail(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let person = PersonId::from_tail(&tail).map_err(|e| StoreError::unreadable("person", e))?;
    let new = NewPerson {
        id: &person,
        email: founder.email,
        email_verified: false,
        given_name: "",
        family_name: "",
        claims: &Profile::new(),
        phone: None,
        phone_claim: false,
        password_hash: None,
    };
    tx.insert_person(&new, now).await?;
    let membership = Tx::new_membership(tenant.id.clone(), Role::Admin, MembershipState::Live, now);
    tx.put_membership(&person, &membership).await?;
    Ok(person)
}

async fn log(
    desk: &Desk,
    tx: &mut Tx,
    (tenant, person, founder): (&TenantId, &PersonId, &Founder<'_>),
    (event, detail): (Event, &str),
    now: Instant,
) -> Result<(), StoreError> {
    let entry = Entry {
        tenant: Some(tenant.clone()),
        actor: Actor::Operator(founder.operator.to_owned()),
        event,
        person: Some(person.clone()),
        client: None,
        detail: detail.to_owned(),
    };
    tx.log(&entry, None, now, &*desk.dice).await
}
