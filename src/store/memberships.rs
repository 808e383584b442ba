//! Memberships: role and standing of a person in a tenant. Every change also moves the person's revision, so that the one
//! row which decisions hold is enough.
use super::{Sql, StoreError, Tx, row, run, text, unword, word};
use ostiary_gate::domain::{
    ids::{PersonId, TenantId},
    person::{Membership, MembershipState, Role},
    time::Instant,
};

row! {
    struct MembershipRow {
        person_id: String,
        tenant_id: String,
        role: String,
        state: String,
        proofs_not_before: i64,
        reset_waiting: Option<i64>,
        accepted_at: Option<i64>,
        revision: i64,
    }
}
row! { struct Count { n: i64 } }

macro_rules! membership_where {
    ($rest:literal) => {
        text!(concat!(
            "select person_id, tenant_id, role, state, proofs_not_before, reset_waiting, accepted_at, revision ",
            "from memberships ",
            $rest
        ))
    };
}
const OF_PERSON: Sql = membership_where!("where person_id = $1 order by tenant_id");
const OF_TENANT: Sql = membership_where!("where tenant_id = $1 and state <> 'ended' order by person_id");
const PUT: Sql = text!(
    "insert into memberships (person_id, tenant_id, role, state, proofs_not_before, reset_waiting, accepted_at, revision)
     values ($1, $2, $3, $4, $5, $6, $7, 1)
     on conflict (person_id, tenant_id) do update set role = excluded.role, state = excluded.state,
        proofs_not_before = excluded.proofs_not_before, reset_waiting = excluded.reset_waiting,
        accepted_at = excluded.accepted_at, revision = memberships.revision + 1"
);
const OTHER_ADMINS: Sql = text!(
    "select count(*) as n from memberships m join people p on p.id = m.person_id
      where m.tenant_id = $1 and m.person_id <> $2 and m.role = 'admin' and m.state = 'live' and p.standing = 'active'"
);

fn read(row: MembershipRow) -> Result<(PersonId, Membership), StoreError> {
    let broken = |why: String| StoreError::unreadable("membership", why);
    let membership = Membership {
        tenant: TenantId::parse(&row.tenant_id).map_err(|e| broken(e.to_string()))?,
        role: unword("role", row.role)?,
        state: unword("membership state", row.state)?,
        proofs_not_before: Instant(row.proofs_not_before),
        reset_waiting: row.reset_waiting.map(Instant),
        accepted_at: row.accepted_at.map(Instant),
        revision: row.revision,
    };
    Ok((PersonId::parse(&row.person_id).map_err(|e| broken(e.to_string()))?, membership))
}

impl Tx {
    pub async fn memberships(&mut self, person: &PersonId) -> Result<Vec<Membership>, StoreError> {
        let rows = run!(self, fetch::<MembershipRow>, OF_PERSON, person.as_str())?;
        rows.into_iter().map(|row| read(row).map(|(_, membership)| membership)).collect()
    }

    /// Everybody who is not gone.
    pub async fn members(&mut self, tenant: &TenantId) -> Result<Vec<(PersonId, Membership)>, StoreError> {
        run!(self, fetch::<MembershipRow>, OF_TENANT, tenant.as_str())?.into_iter().map(read).collect()
    }

    /// Makes or changes one.
    pub async fn put_membership(&mut self, person: &PersonId, m: &Membership) -> Result<(), StoreError> {
        let (role, state) = (word("role", &m.role)?, word("membership state", &m.state)?);
        let (reset, accepted) = (m.reset_waiting.map(|at| at.0), m.accepted_at.map(|at| at.0));
        let tenant = m.tenant.as_str();
        run!(self, execute, PUT, person.as_str(), tenant, role, state, m.proofs_not_before.0, reset, accepted)?;
        self.bump_person(person).await
    }

    /// How many live admins this tenant has besides this person. The caller holds the tenant's lock alone.
    pub async fn other_admins(&mut self, tenant: &TenantId, person: &PersonId) -> Result<i64, StoreError> {
        let row = run!(self, fetch::<Count>, OTHER_ADMINS, tenant.as_str(), person.as_str())?.pop();
        Ok(row.map_or(0, |row| row.n))
    }

    /// A member who may see nothing yet and whom nothing admits.
    pub fn new_membership(tenant: TenantId, role: Role, state: MembershipState, now: Instant) -> Membership {
        let accepted_at = (state == MembershipState::Live).then_some(now);
        Membership { tenant, role, state, proofs_not_before: Instant(0), reset_waiting: None, accepted_at, revision: 0 }
    }
}
