//! Giving a set-up code: an admin of the clinic, with a fresh code of their own, for the page whose two words they were told
//! (RULES 6). What a code is, `setup_code` knows.
use super::PeopleError;
use crate::{
    acts::{
        Desk,
        guard::{Caller, Fresh, admin},
        setup_code::{Given, Helping, NotGiven, give, waiting as shown},
    },
    factors::recovery::Words,
    store::{Lock, StoreError, Tx},
};
use ostiary_gate::domain::{
    audit::Actor,
    ids::{PersonId, TenantId},
    time::Instant,
};

/// The words of the pages on which somebody waits for a code of this clinic, newest first.
pub async fn waiting(
    tx: &mut Tx,
    by: &PersonId,
    (tenant, person): (&TenantId, &PersonId),
    now: Instant,
) -> Result<Vec<Words>, StoreError> {
    shown(tx, &Helping { by: &Actor::Person(by.clone()), person, tenant }, now).await
}

pub async fn give_setup_code(
    desk: &Desk,
    caller: &Caller,
    whom: (&TenantId, &PersonId),
    words: Words,
) -> Result<Given, PeopleError> {
    let mut unit = desk.store.begin().await?;
    let answer = give_in(desk, unit.tx(), caller, whom, words).await;
    unit.settle(answer).await
}

async fn give_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (tenant, person): (&TenantId, &PersonId),
    words: Words,
) -> Result<Given, PeopleError> {
    tx.alone(&[Lock::Tenant(tenant.clone())]).await?;
    let now = tx.now(&*desk.clock).await?;
    admin(tx, caller, tenant, Fresh::Yes, now).await?;
    let helping = Helping { by: &Actor::Person(caller.person.clone()), person, tenant };
    give(tx, &helping, words, now, &*desk.dice).await.map_err(|cause| match cause {
        NotGiven::Yourself => PeopleError::Yourself,
        NotGiven::NotAMember => PeopleError::NotHere,
        NotGiven::SecondAdmin => PeopleError::SecondAdmin,
        NotGiven::NoSuchWords => PeopleError::NoSuchWords,
        NotGiven::Store(fault) => fault.into(),
    })
}
