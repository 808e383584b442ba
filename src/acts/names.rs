//! Names behind ids, as letters say them.
use crate::store::{StoreError, Tx};
use ostiary_gate::domain::{audit::Actor, ids::PersonId};

/// As people say it; an erased person has none.
pub async fn of_person(tx: &mut Tx, id: &PersonId) -> Result<String, StoreError> {
    Ok(tx.person(id).await?.map(|row| row.full_name()).unwrap_or_default())
}

pub async fn of_actor(tx: &mut Tx, actor: &Actor) -> Result<String, StoreError> {
    match actor {
        Actor::Person(id) => of_person(tx, id).await,
        Actor::Client(id) => {
            Ok(tx.client(id).await?.map(|row| row.client()).transpose()?.map_or_else(|| id.to_string(), |c| c.name))
        }
        Actor::Operator(name) => Ok(name.clone()),
        Actor::System => Ok("Ostiary".to_owned()),
    }
}
