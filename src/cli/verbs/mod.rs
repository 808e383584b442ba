//! Verbs that look at a deployment or do one thing to it. Reading ones speak JSON when asked; writing ones leave a row in
//! the log, in the name of who is at the keyboard.
pub mod doctor;
pub mod explain;
pub mod export;
pub mod init;
pub mod keys;
pub mod lists;
pub mod reset;

use super::{Failure, config, say, work};
use crate::store::{StoreError, Tx};
use ostiary_gate::domain::{
    ids::{PersonId, TenantId},
    time::Instant,
};

/// For people.
fn shown(at: Instant) -> String {
    jiff::Timestamp::from_microsecond(at.0).unwrap_or_default().strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

async fn tenant_named(tx: &mut Tx, slug: &str) -> Result<TenantId, Failure> {
    if let Some(id) = tx.tenant_by_slug(slug).await? {
        return Ok(id);
    }
    let mut slugs = vec![];
    for id in tx.tenant_ids().await? {
        slugs.extend(tx.tenant(&id).await?.map(|tenant| tenant.slug));
    }
    Err(unknown("tenant", slug, &slugs))
}

async fn person_named(tx: &mut Tx, email: &str) -> Result<PersonId, Failure> {
    if let Some(id) = tx.person_by_email(&email.to_lowercase()).await? {
        return Ok(id);
    }
    let mut emails = vec![];
    for id in tx.person_ids().await? {
        emails.extend(tx.person(&id).await?.and_then(|row| row.email));
    }
    Err(unknown("person", email, &emails))
}

fn unknown(what: &str, name: &str, known: &[String]) -> Failure {
    let near = crate::protocol::near::nearest(name, known.iter().map(String::as_str));
    let hint = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    Failure::refused(format!("there is no {what} {name}{hint}"))
}

/// The unit's instant; on a picture it writes nothing.
async fn now(tx: &mut Tx, desk: &crate::acts::Desk) -> Result<Instant, StoreError> {
    tx.now(&*desk.clock).await
}
