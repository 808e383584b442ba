//! Resetting somebody's authenticator for one clinic: the admin says how they made sure who it is, and never sees or
//! chooses a secret (RULES 6, SECURITY R-70). Elsewhere the authenticator goes on counting.
use super::{PeopleError, membership::leave};
use crate::crypto::dice;
use crate::{
    acts::{
        Desk,
        guard::{Caller, Fresh, admin},
        letters::{Letter, News, To, post, post_to_admins},
        names,
        prove::code_subject,
    },
    store::{Known, LinkKind, Lock, NewOneTime, PersonRow, PhoneOrigin, StoreError, Tx},
};
use ostiary_gate::domain::{
    audit::{Actor, Entry, Event},
    ids::{PersonId, TenantId},
    person::{Authenticator, MembershipState, Person},
    time::{Instant, Span},
};

/// A change of number or address this recent could be a thief's.
const SETTLED: Span = Span::hours(72);
/// The second admin acts within this.
const AGREED: Span = Span::hours(1);
/// A number typed this shortly before the authenticator was confirmed was typed in the same set-up.
const ONE_SET_UP: Span = Span::hours(24);

/// How an admin made sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Called the number on file.
    Called,
    FaceToFace,
}

/// What the number on file is worth for calling back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberOnFile {
    TypedBySelf,
    FromOperator,
    /// Set in the session that bound the authenticator in question: not to be called.
    Disputed,
}

/// Who resets.
#[derive(Clone, Copy, Debug)]
pub enum ResetBy<'a> {
    Admin(&'a PersonId, Checked),
    /// By the name of the operating system's user.
    Operator(&'a str),
}

impl ResetBy<'_> {
    fn actor(self) -> Actor {
        match self {
            Self::Admin(person, _) => Actor::Person(person.clone()),
            Self::Operator(name) => Actor::Operator(name.to_owned()),
        }
    }

    fn said(self) -> &'static str {
        match self {
            Self::Admin(_, Checked::Called) => "called the number on file",
            Self::Admin(_, Checked::FaceToFace) => "in person",
            Self::Operator(_) => "by the operator",
        }
    }
}

/// An admin does it, in the console, with a fresh code of their own.
pub async fn reset(
    desk: &Desk,
    caller: &Caller,
    tenant: &TenantId,
    person: &PersonId,
    checked: Checked,
) -> Result<(), PeopleError> {
    let mut unit = desk.store.begin().await?;
    let answer = reset_in(desk, unit.tx(), caller, (tenant, person), checked).await;
    unit.settle(answer).await
}

async fn reset_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (tenant, person): (&TenantId, &PersonId),
    checked: Checked,
) -> Result<(), PeopleError> {
    tx.alone(&[Lock::Tenant(tenant.clone())]).await?;
    let now = tx.now(&*desk.clock).await?;
    admin(tx, caller, tenant, Fresh::Yes, now).await?;
    if caller.person == *person {
        return Err(PeopleError::Yourself);
    }
    let row = tx.person(person).await?.ok_or(PeopleError::NotHere)?;
    let facts = tx.person_facts(person, Known::ToWrite).await?.ok_or(PeopleError::NotHere)?;
    if facts.live_membership(tenant).is_none() {
        return Err(PeopleError::NotHere);
    }
    if checked == Checked::Called && !may_call(&row, &facts)? {
        return Err(PeopleError::CannotCall);
    }
    if changed_lately(&row, now)? && !second_agrees(desk, tx, caller, (tenant, person), now).await? {
        return Err(PeopleError::SecondAdmin);
    }
    reset_by(desk, tx, ResetBy::Admin(&caller.person, checked), (tenant, person), now).await
}

/// The one way to reset. The caller holds the tenant's lock alone and has settled who may ask.
pub async fn reset_by(
    desk: &Desk,
    tx: &mut Tx,
    by: ResetBy<'_>,
    (tenant, person): (&TenantId, &PersonId),
    now: Instant,
) -> Result<(), PeopleError> {
    let facts = tx.person_facts(person, Known::ToWrite).await?.ok_or(PeopleError::NotHere)?;
    let live = |m: &&ostiary_gate::domain::person::Membership| m.state == MembershipState::Live;
    let mut membership = facts.membership(tenant).filter(live).cloned().ok_or(PeopleError::NotHere)?;
    for held in facts.authenticators.iter().filter(|held| held.reach.covers(tenant)) {
        tx.set_reach(person, &held.id, &held.reach.clone().without(tenant)).await?;
    }
    membership.reset_waiting = Some(now);
    membership.proofs_not_before = now;
    tx.put_membership(person, &membership).await?;
    leave(tx, (tenant, person), "reset", now).await?;
    // RULES 6: a secret that waits to be confirmed dies with a reset.
    tx.drop_pending(person, now).await?;
    // RULES 9: a stop after too many wrong codes ends here.
    tx.clear_attempts(&code_subject(person)).await?;
    let entry = Entry {
        tenant: Some(tenant.clone()),
        actor: by.actor(),
        event: Event::AuthenticatorReset,
        person: Some(person.clone()),
        client: None,
        detail: by.said().to_owned(),
    };
    tx.log(&entry, None, now, &*desk.dice).await?;
    Ok(tell(desk, tx, by, (tenant, person), now).await?)
}

async fn tell(
    desk: &Desk,
    tx: &mut Tx,
    by: ResetBy<'_>,
    (tenant, person): (&TenantId, &PersonId),
    now: Instant,
) -> Result<(), StoreError> {
    let name = names::of_person(tx, person).await?;
    let who = names::of_actor(tx, &by.actor()).await?;
    let entry = tx.tenant(tenant).await?.map(|t| t.name).unwrap_or_default();
    let to = To { person, tenant: Some(tenant) };
    let news = Letter::News(News::AuthenticatorReset { by: who.clone(), entry });
    post(tx, news, to, now, &*desk.dice).await?;
    let letter = || Letter::PersonReset { by: who.clone(), name: name.clone() };
    post_to_admins(tx, letter, tenant, now, &*desk.dice).await?;
    Ok(())
}

/// What an admin may think of the number on file; none: there is none.
pub fn number_on_file(row: &PersonRow, held: &[Authenticator]) -> Result<Option<NumberOnFile>, StoreError> {
    let (Some(_), Some(set_at)) = (&row.phone, row.phone_set_at.map(Instant)) else { return Ok(None) };
    let in_one = |a: &Authenticator| {
        let after = a.confirmed_at.since(set_at);
        (Span::ZERO..=ONE_SET_UP).contains(&after)
            || (Span::ZERO..=Span::hours(1)).contains(&set_at.since(a.confirmed_at))
    };
    Ok(match row.phone_origin()? {
        Some(PhoneOrigin::Operator) => Some(NumberOnFile::FromOperator),
        Some(PhoneOrigin::SetUp) if held.iter().any(in_one) => Some(NumberOnFile::Disputed),
        Some(PhoneOrigin::SetUp | PhoneOrigin::Person) | None => Some(NumberOnFile::TypedBySelf),
    })
}

fn may_call(row: &PersonRow, facts: &Person) -> Result<bool, StoreError> {
    let number = number_on_file(row, &facts.authenticators)?;
    Ok(number.is_some_and(|number| number != NumberOnFile::Disputed))
}

/// The number was changed by somebody who was signed in. A first number is no change, and the operator's word is none.
fn changed_lately(row: &PersonRow, now: Instant) -> Result<bool, StoreError> {
    let by_person = row.phone_origin()? == Some(PhoneOrigin::Person);
    Ok(by_person && row.phone_set_at.is_some_and(|at| now.since(Instant(at)) < SETTLED))
}

/// Whether a reset of this person here needs two admins now.
pub fn waits_for_second(row: &PersonRow, now: Instant) -> Result<bool, StoreError> {
    changed_lately(row, now)
}

/// Whether another admin asked for the same within the hour; if not, this one's word is kept for theirs.
async fn second_agrees(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (tenant, person): (&TenantId, &PersonId),
    now: Instant,
) -> Result<bool, StoreError> {
    for word in tx.open_links(LinkKind::ResetAgreed, person, now).await? {
        if word.tenant()?.as_ref() == Some(tenant) && word.detail::<PersonId>()? != caller.person {
            return Ok(true);
        }
    }
    let token = dice::token(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let new =
        NewOneTime { person, tenant: Some(tenant), visit: None, detail: &caller.person, expires_at: now.plus(AGREED) };
    tx.put_link(LinkKind::ResetAgreed, &token, &new, now).await?;
    Ok(false)
}
