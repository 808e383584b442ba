//! Tenants: the row that every decision rests on.
use super::{Sql, StoreError, Tx, row, run, text, unword, word};
use ostiary_gate::domain::{
    ids::TenantId,
    tenant::{Pending, Policy, Standing, Tenant, TwoFactor},
    time::{Instant, Span},
};

row! {
    struct TenantRow {
        id: String,
        slug: String,
        name: String,
        time_zone: String,
        locale: String,
        phone_country: String,
        standing: String,
        two_factor: bool,
        required_since: Option<i64>,
        passkey_counts: bool,
        phone_required: bool,
        second_factor_max_age: Option<i64>,
        session_idle: i64,
        session_absolute: i64,
        offline_max_age: i64,
        first_binding: String,
        pending_starts_at: Option<i64>,
        revision: i64,
    }
}
row! { struct Id { id: String } }

/// What a tenant is made with.
pub struct NewTenant<'a> {
    pub id: &'a TenantId,
    pub slug: &'a str,
    pub name: &'a str,
    pub time_zone: &'a str,
    pub locale: &'a str,
    pub phone_country: &'a str,
    pub policy: &'a Policy,
}

macro_rules! tenant_where {
    ($rest:literal) => {
        text!(concat!(
            "select id, slug, name, time_zone, locale, phone_country, standing, two_factor, required_since, passkey_counts, ",
            "phone_required, second_factor_max_age, session_idle, session_absolute, offline_max_age, first_binding, ",
            "pending_starts_at, revision from tenants ",
            $rest
        ))
    };
}

const BY_ID: Sql = tenant_where!("where id = $1");
const BY_SLUG: Sql = text!("select id from tenants where slug = $1");
const ALL: Sql = text!("select id from tenants order by slug");
const COMING: Sql = text!("select id from tenants where pending_starts_at is not null order by id");
const INSERT: Sql = text!(
    "insert into tenants (id, slug, name, time_zone, locale, phone_country, standing, two_factor, required_since,
                          passkey_counts, phone_required, second_factor_max_age, session_idle, session_absolute,
                          offline_max_age, first_binding, revision, made_at)
     values ($1, $2, $3, $4, $5, $6, 'active', $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, $16)"
);
const POLICY: Sql = text!(
    "update tenants set two_factor = $2, required_since = $3, passkey_counts = $4, phone_required = $5,
                        second_factor_max_age = $6, session_idle = $7, session_absolute = $8, offline_max_age = $9,
                        first_binding = $10, revision = revision + 1
      where id = $1"
);
const START: Sql = text!(
    "update tenants set two_factor = true, required_since = coalesce(required_since, $2), pending_starts_at = null,
                        revision = revision + 1
      where id = $1 and pending_starts_at = $2"
);
const PENDING: Sql = text!("update tenants set pending_starts_at = $2, revision = revision + 1 where id = $1");
const DETAILS: Sql = text!(
    "update tenants set name = $2, time_zone = $3, locale = $4, phone_country = $5, revision = revision + 1 where id = $1"
);
const STANDING: Sql = text!("update tenants set standing = $2, revision = revision + 1 where id = $1");

impl Tx {
    /// The tenant with its agreed connections; none if there is no such row.
    pub async fn tenant(&mut self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        let Some(row) = run!(self, fetch::<TenantRow>, BY_ID, id.as_str())?.pop() else { return Ok(None) };
        let connections = self.connections_of(id).await?;
        let policy = Policy {
            two_factor: if row.two_factor { TwoFactor::Required } else { TwoFactor::Off },
            passkey_counts: row.passkey_counts,
            phone_required: row.phone_required,
            second_factor_max_age: row.second_factor_max_age.map(Span),
            session_idle: Span(row.session_idle),
            session_absolute: Span(row.session_absolute),
            offline_max_age: Span(row.offline_max_age),
            first_binding: unword("first_binding", row.first_binding)?,
        };
        Ok(Some(Tenant {
            id: TenantId::parse(&row.id).map_err(|e| StoreError::unreadable("tenant", e))?,
            slug: row.slug,
            name: row.name,
            time_zone: row.time_zone,
            locale: row.locale,
            phone_country: row.phone_country,
            standing: unword("standing", row.standing)?,
            policy,
            required_since: row.required_since.map(Instant),
            pending: row.pending_starts_at.map(|at| Pending { starts_at: Instant(at) }),
            connections,
            revision: row.revision,
        }))
    }

    pub async fn tenant_by_slug(&mut self, slug: &str) -> Result<Option<TenantId>, StoreError> {
        let found = run!(self, fetch::<Id>, BY_SLUG, slug)?.pop();
        found.map(|row| TenantId::parse(&row.id).map_err(|e| StoreError::unreadable("tenant", e))).transpose()
    }

    /// Those whose box is to be ticked at a start that was set.
    pub async fn tenants_with_a_start(&mut self) -> Result<Vec<TenantId>, StoreError> {
        let rows = run!(self, fetch::<Id>, COMING)?;
        rows.iter().map(|row| TenantId::parse(&row.id).map_err(|e| StoreError::unreadable("tenant", e))).collect()
    }

    /// Every tenant, by slug.
    pub async fn tenant_ids(&mut self) -> Result<Vec<TenantId>, StoreError> {
        let rows = run!(self, fetch::<Id>, ALL)?;
        rows.iter().map(|row| TenantId::parse(&row.id).map_err(|e| StoreError::unreadable("tenant", e))).collect()
    }

    pub async fn insert_tenant(&mut self, new: &NewTenant<'_>, now: Instant) -> Result<(), StoreError> {
        let p = new.policy;
        let since = (p.two_factor == TwoFactor::Required).then_some(now.0);
        run!(
            self,
            execute,
            INSERT,
            new.id.as_str(),
            new.slug,
            new.name,
            new.time_zone,
            new.locale,
            new.phone_country,
            p.two_factor == TwoFactor::Required,
            since,
            p.passkey_counts,
            p.phone_required,
            p.second_factor_max_age.map(|s| s.0),
            p.session_idle.0,
            p.session_absolute.0,
            p.offline_max_age.0,
            word("first_binding", &p.first_binding)?,
            now.0
        )?;
        Ok(())
    }

    /// Writes the policy whole. The caller holds the tenant's lock alone and has checked that it may.
    pub async fn set_policy(
        &mut self,
        tenant: &TenantId,
        p: &Policy,
        required_since: Option<Instant>,
    ) -> Result<(), StoreError> {
        run!(
            self,
            execute,
            POLICY,
            tenant.as_str(),
            p.two_factor == TwoFactor::Required,
            required_since.map(|at| at.0),
            p.passkey_counts,
            p.phone_required,
            p.second_factor_max_age.map(|s| s.0),
            p.session_idle.0,
            p.session_absolute.0,
            p.offline_max_age.0,
            word("first_binding", &p.first_binding)?
        )?;
        Ok(())
    }

    pub async fn set_pending(&mut self, tenant: &TenantId, starts_at: Option<Instant>) -> Result<(), StoreError> {
        run!(self, execute, PENDING, tenant.as_str(), starts_at.map(|at| at.0))?;
        Ok(())
    }

    /// Stores a pending change whose start has come; whether this unit was the one that did.
    pub async fn start_pending(&mut self, tenant: &TenantId, pending: Pending) -> Result<bool, StoreError> {
        Ok(run!(self, execute, START, tenant.as_str(), pending.starts_at.0)? == 1)
    }

    pub async fn set_tenant_details(&mut self, t: &Tenant) -> Result<(), StoreError> {
        let (name, zone, locale) = (t.name.as_str(), t.time_zone.as_str(), t.locale.as_str());
        run!(self, execute, DETAILS, t.id.as_str(), name, zone, locale, t.phone_country.as_str())?;
        Ok(())
    }

    pub async fn set_tenant_standing(&mut self, tenant: &TenantId, standing: Standing) -> Result<(), StoreError> {
        run!(self, execute, STANDING, tenant.as_str(), word("standing", &standing)?)?;
        Ok(())
    }
}
