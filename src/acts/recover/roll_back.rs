//! "That was not me": within seven days a first binding is rolled back whole, by the link in the mail that told of it
//! (RULES 6).
use crate::{
    acts::Desk,
    store::{End, PhoneOrigin, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    audit::{Actor, Entry, Event},
    ids::{AuthenticatorId, PersonId},
    person::MembershipState,
    time::{Instant, Span},
};

/// How long a first binding can be disowned.
pub const MISTRUST: Span = Span::days(7);

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolledBack {
    Done,
    /// Too late, or that authenticator is gone already.
    Nothing,
}

/// Rolls back the binding of `bound`: the factor, the number typed with it, its backup codes, all sessions, all grants.
/// The caller has spent the link, in the same unit.
pub async fn roll_back(
    tx: &mut Tx,
    desk: &Desk,
    person: &PersonId,
    bound: &AuthenticatorId,
    now: Instant,
) -> Result<RolledBack, StoreError> {
    const WHY: &str = "disowned by the person";
    let Some(facts) = tx.person_facts(person, crate::store::Known::ToWrite).await? else {
        return Ok(RolledBack::Nothing);
    };
    let Some(factor) = facts.authenticators.iter().find(|a| a.id == *bound) else { return Ok(RolledBack::Nothing) };
    if now.since(factor.confirmed_at) > MISTRUST || !tx.end_authenticator(person, bound, now).await? {
        return Ok(RolledBack::Nothing);
    }
    if let Some(file) = tx.person(person).await?
        && file.phone_origin()? == Some(PhoneOrigin::SetUp)
    {
        tx.remove_phone(person, now).await?;
    }
    tx.put_recovery_codes(person, &[], now).await?;
    tx.drop_pending(person, now).await?;
    tx.end_sessions(person, None, WHY, now).await?;
    tx.end_grants(Which::OfPerson(person), End::All, WHY, now).await?;
    tx.end_visits(person, None, WHY, now).await?;
    for membership in facts.memberships.iter().filter(|m| m.state == MembershipState::Live) {
        let entry = Entry {
            tenant: Some(membership.tenant.clone()),
            actor: Actor::Person(person.clone()),
            event: Event::AuthenticatorReset,
            person: Some(person.clone()),
            client: None,
            detail: WHY.to_owned(),
        };
        tx.log(&entry, None, now, &*desk.dice).await?;
    }
    Ok(RolledBack::Done)
}
