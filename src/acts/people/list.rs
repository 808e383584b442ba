//! Who belongs to a clinic and how far they are, as its console shows it. Of other clinics nothing: the last sign-in is
//! the last one here. Until somebody accepts, the clinic sees the address it typed, and no more (RULES 1).
use super::{
    invite::Detail,
    reset::{NumberOnFile, number_on_file, waits_for_second},
};
use crate::{
    acts::policy::{Readiness, readiness},
    store::{Known, LinkKind, PersonRow, StoreError, Tx},
};
use ostiary_gate::domain::{
    ids::PersonId,
    person::{Membership, MembershipState, Person, Role},
    tenant::Tenant,
    time::Instant,
};

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// None until they have accepted.
    pub person: Option<PersonId>,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub state: MembershipState,
    pub readiness: Readiness,
    pub codes_left: i64,
    pub last_sign_in: Option<Instant>,
}

/// Somebody of this clinic, for their own page.
pub struct Somebody {
    pub row: PersonRow,
    pub membership: Membership,
    pub readiness: Readiness,
    pub number: Option<NumberOnFile>,
    /// A reset needs two admins now.
    pub second_admin: bool,
}

/// By name; who is invited last.
pub async fn list(tx: &mut Tx, tenant: &Tenant, now: Instant) -> Result<Vec<Listed>, StoreError> {
    let mut found = Vec::new();
    for (id, membership) in tx.members(&tenant.id).await? {
        if membership.state == MembershipState::Invited {
            found.extend(invited(tx, &id, &membership, now).await?);
            continue;
        }
        let (Some(row), Some(person)) = (tx.person(&id).await?, tx.person_facts(&id, Known::AsPicture).await?) else {
            continue;
        };
        found.push(here(tx, tenant, (id, row, person), membership).await?);
    }
    found.sort_by(|a, b| {
        let place = |one: &Listed| (one.state == MembershipState::Invited, one.name.to_lowercase(), one.person.clone());
        place(a).cmp(&place(b))
    });
    Ok(found)
}

async fn here(
    tx: &mut Tx,
    tenant: &Tenant,
    (id, row, person): (PersonId, PersonRow, Person),
    membership: Membership,
) -> Result<Listed, StoreError> {
    Ok(Listed {
        name: row.full_name(),
        email: row.email.clone().unwrap_or_default(),
        role: membership.role,
        state: membership.state,
        readiness: readiness(&person, &membership, &tenant.policy),
        codes_left: tx.recovery_codes_left(&id).await?,
        last_sign_in: tx.last_signed_in(&id, &tenant.id).await?,
        person: Some(id),
    })
}

async fn invited(
    tx: &mut Tx,
    id: &PersonId,
    membership: &Membership,
    now: Instant,
) -> Result<Option<Listed>, StoreError> {
    let links = tx.open_links(LinkKind::Invitation, id, now).await?;
    let mut email = None;
    for link in links {
        if link.tenant()?.as_ref() == Some(&membership.tenant) {
            email = Some(link.detail::<Detail>()?.email);
            break;
        }
    }
    // The link ran out: the address is still the one that was typed.
    let email = match email {
        Some(email) => email,
        None => tx.person(id).await?.and_then(|row| row.email).unwrap_or_default(),
    };
    Ok(Some(Listed {
        person: None,
        name: email.clone(),
        email,
        role: membership.role,
        state: membership.state,
        readiness: Readiness::NotYet,
        codes_left: 0,
        last_sign_in: None,
    }))
}

/// None: nobody of this clinic, or not yet.
pub async fn somebody(
    tx: &mut Tx,
    tenant: &Tenant,
    id: &PersonId,
    now: Instant,
) -> Result<Option<Somebody>, StoreError> {
    let Some(person) = tx.person_facts(id, Known::AsPicture).await? else { return Ok(None) };
    let is_here = |m: &&Membership| matches!(m.state, MembershipState::Live | MembershipState::Suspended);
    let Some(membership) = person.membership(&tenant.id).filter(is_here).cloned() else { return Ok(None) };
    let Some(row) = tx.person(id).await? else { return Ok(None) };
    Ok(Some(Somebody {
        readiness: readiness(&person, &membership, &tenant.policy),
        number: number_on_file(&row, &person.authenticators)?,
        second_admin: waits_for_second(&row, now)?,
        row,
        membership,
    }))
}
