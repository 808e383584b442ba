//! The facts that the porter carries to the gate. Nobody else makes them.
use super::{StoreError, Tx};
use ostiary_gate::{
    domain::{
        amr::{Factor, Key, Proof, Reach},
        ids::{ClientId, PersonId, TenantId},
        person::{AuthenticatorKind, Person},
        tenant::Tenant,
        time::Instant,
    },
    gate::Rules,
};

/// Whether a reading unit may be content with a picture, or must hold what it saw until it has recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// A snapshot: userinfo, introspection, pages that only show.
    AsPicture,
    /// Held until the unit ends.
    Held,
    /// Held alone, because this unit will write the person: two who only shared it could not both.
    ToWrite,
}

impl Tx {
    /// The person as the gate sees them.
    pub async fn person_facts(&mut self, id: &PersonId, known: Known) -> Result<Option<Person>, StoreError> {
        let row = match known {
            Known::AsPicture => self.person(id).await?,
            Known::Held => self.hold_person(id).await?,
            Known::ToWrite => self.hold_person_alone(id).await?,
        };
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Person {
            id: row.id()?,
            standing: row.standing()?,
            authenticators: self.authenticators(id).await?,
            has_phone: row.phone.is_some(),
            codes_saved: row.codes_saved_at.is_some() || row.codes_deferred_at.is_some(),
            memberships: self.memberships(id).await?,
            revision: row.revision,
        }))
    }

    /// Client and tenants. None if the client is unknown; a tenant without a row is left out, which closes the gate.
    pub async fn rules(&mut self, client: &ClientId, tenants: &[TenantId]) -> Result<Option<Rules>, StoreError> {
        let Some(row) = self.client(client).await? else { return Ok(None) };
        let mut found: Vec<Tenant> = Vec::with_capacity(tenants.len());
        for id in tenants {
            found.extend(self.tenant(id).await?);
        }
        Ok(Some(Rules { tenants: found, client: row.client()? }))
    }
}

/// What somebody would have shown, had they shown their password, or all they have, just now. For explanations: a
/// judgement is made of it, never a decision, because the porter reads what was shown from rows.
pub fn as_if_shown(person: &Person, all: bool, now: Instant) -> Vec<Proof> {
    let password = Proof { factor: Factor::Password, at: now, authenticator: None, reach: Reach::everywhere() };
    let held = person.authenticators.iter().filter(|_| all).map(|held| Proof {
        factor: match held.kind {
            AuthenticatorKind::Totp => Factor::Totp,
            AuthenticatorKind::Passkey => Factor::Passkey { user_verified: true, key: Key::Unknown },
        },
        at: now,
        authenticator: Some(held.id.clone()),
        reach: held.reach.clone(),
    });
    std::iter::once(password).chain(held).collect()
}
