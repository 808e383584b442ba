//! Inviting: a link by mail, and the same answer whoever the address belongs to (RULES 1).
use super::{
    PeopleError,
    membership::{Membering, change_by},
};
use crate::{
    acts::{
        Desk,
        guard::{Caller, Fresh, admin},
        letters::{Letter, To, post},
        names,
    },
    crypto::dice,
    store::{Attempts, Budget, LinkKind, Lock, NewOneTime, NewPerson, Profile, StoreError, Tx},
};
use ostiary_gate::domain::{
    audit::{Actor, Entry, Event},
    ids::{PersonId, TenantId},
    person::{Membership, MembershipState, Role},
    time::{Instant, Span},
};
use serde::{Deserialize, Serialize};

/// RULES 9.
const LIFE: Span = Span::days(7);
/// More than a clinic hires in an hour.
const PER_HOUR: Budget = Budget { per_window: 60, window: Span::hours(1), pause: Span::hours(1), stop_after: None };
/// RFC 5321 §4.5.3.1.3.
const LONGEST: usize = 254;

/// What an invitation's link carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Detail {
    pub by: PersonId,
    /// As it was typed, in lower case.
    pub email: String,
}

/// An address as it stands in the database: lower case, one `@`, nothing that could start another header.
pub fn address(typed: &str) -> Option<String> {
    let typed = typed.trim().to_lowercase();
    let (local, host) = typed.rsplit_once('@')?;
    let is_plain = typed.chars().all(|c| !c.is_control() && !c.is_whitespace() && !"<>()[]\\,;:\"".contains(c));
    let is_host = host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains("..");
    let fits = typed.len() <= LONGEST && !local.is_empty() && !local.contains('@');
    (is_plain && is_host && fits).then_some(typed)
}

/// An admin invites. Making another admin needs a fresh code.
pub async fn invite(
    desk: &Desk,
    caller: &Caller,
    tenant: &TenantId,
    typed: &str,
    role: Role,
) -> Result<(), PeopleError> {
    let email = address(typed).ok_or(PeopleError::NotAnAddress)?;
    let mut unit = desk.store.begin().await?;
    let answer = invite_in(desk, unit.tx(), caller, tenant, (&email, role)).await;
    unit.settle(answer).await
}

async fn invite_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    tenant: &TenantId,
    (email, role): (&str, Role),
) -> Result<(), PeopleError> {
    tx.alone(&[Lock::Tenant(tenant.clone())]).await?;
    let now = tx.now(&*desk.clock).await?;
    let fresh = if role == Role::Admin { Fresh::Yes } else { Fresh::No };
    admin(tx, caller, tenant, fresh, now).await?;
    match tx.reserve_attempt(&format!("invitations {tenant}"), PER_HOUR, now).await? {
        Attempts::Reserved => {}
        Attempts::PausedUntil(until) => return Err(PeopleError::PausedUntil(until)),
        Attempts::Stopped => return Err(PeopleError::PausedUntil(now.plus(PER_HOUR.pause))),
    }
    let person = match tx.person_by_email(email).await? {
        Some(known) => known,
        None => stranger(desk, tx, email, now).await?,
    };
    let there = tx.memberships(&person).await?.into_iter().find(|m| m.tenant == *tenant);
    if there.as_ref().is_some_and(|m| matches!(m.state, MembershipState::Live | MembershipState::Suspended)) {
        // Here already; the list says so, and no mail does.
        return Ok(());
    }
    tx.put_membership(&person, &invited(there, tenant, role, now)).await?;
    let token = dice::token(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let expires_at = now.plus(LIFE);
    let detail = Detail { by: caller.person.clone(), email: email.to_owned() };
    let new = NewOneTime { person: &person, tenant: Some(tenant), visit: None, detail: &detail, expires_at };
    tx.put_link(LinkKind::Invitation, &token, &new, now).await?;
    let by = names::of_person(tx, &caller.person).await?;
    let to = To { person: &person, tenant: Some(tenant) };
    post(tx, Letter::Invitation { by, token, expires_at }, to, now, &*desk.dice).await?;
    let entry = Entry {
        tenant: Some(tenant.clone()),
        actor: Actor::Person(caller.person.clone()),
        event: Event::PersonInvited,
        person: Some(person),
        client: None,
        detail: String::new(),
    };
    Ok(tx.log(&entry, None, now, &*desk.dice).await?)
}

/// Takes an invitation back, by the address that was typed: until it is accepted the clinic knows no more.
pub async fn withdraw(desk: &Desk, caller: &Caller, tenant: &TenantId, typed: &str) -> Result<(), PeopleError> {
    let email = address(typed).ok_or(PeopleError::NotAnAddress)?;
    let mut unit = desk.store.begin().await?;
    let answer = withdraw_in(desk, unit.tx(), caller, tenant, &email).await;
    unit.settle(answer).await
}

async fn withdraw_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    tenant: &TenantId,
    email: &str,
) -> Result<(), PeopleError> {
    tx.alone(&[Lock::Tenant(tenant.clone())]).await?;
    let now = tx.now(&*desk.clock).await?;
    admin(tx, caller, tenant, Fresh::No, now).await?;
    let person = tx.person_by_email(email).await?.ok_or(PeopleError::NotHere)?;
    let is_it = |m: &Membership| m.tenant == *tenant && m.state == MembershipState::Invited;
    if !tx.memberships(&person).await?.iter().any(is_it) {
        return Err(PeopleError::NotHere);
    }
    let actor = Actor::Person(caller.person.clone());
    change_by(desk, tx, &actor, (tenant, &person), Membering::End, now).await
}

/// Nobody yet: a row that only the mailed link turns into somebody.
async fn stranger(desk: &Desk, tx: &mut Tx, email: &str, now: Instant) -> Result<PersonId, StoreError> {
    let tail = dice::tail(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let id = PersonId::from_tail(&tail).map_err(|e| StoreError::unreadable("person id", e))?;
    let new = NewPerson {
        id: &id,
        email,
        email_verified: false,
        given_name: "",
        family_name: "",
        claims: &Profile::new(),
        phone: None,
        phone_claim: false,
        password_hash: None,
    };
    tx.insert_person(&new, now).await?;
    Ok(id)
}

fn invited(there: Option<Membership>, tenant: &TenantId, role: Role, now: Instant) -> Membership {
    match there {
        // Whoever comes back shows everything anew here.
        Some(before) => Membership { role, state: MembershipState::Invited, proofs_not_before: now, ..before },
        None => Tx::new_membership(tenant.clone(), role, MembershipState::Invited, now),
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_is_one_and_nothing_else() {
        assert_eq!(address(" Sam@Riverside.Example ").as_deref(), Some("sam@riverside.example"));
        for bad in [
            "",
            "sam",
            "sam@",
            "@riverside.example",
            "sam@riverside",
            "a@b@c.de",
            "sam@x.de\r\nBcc: y@z.de",
            "Sam <s@x.de>",
            "s@.de",
            "s@x..de",
        ] {
            assert_eq!(address(bad), None, "{bad}");
        }
        assert_eq!(address(&format!("{}@x.de", "a".repeat(250))), None);
    }
}
