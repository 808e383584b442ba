//! The clinic's console. Admins of a clinic come in with a second factor; its members may look at who helps them. Of other
//! clinics nothing is shown, and a clinic that is not yours answers like one that does not exist.
mod apps;
mod log;
mod overview;
mod people;
mod person;
mod security;
#[cfg(test)]
mod tests;

pub use apps::{question, start, unconnected};
pub use log::lines_of_person;

use super::{Ask, Failure, Handled, Route};
use crate::{
    acts::guard::Caller,
    store::{StoreError, Tx},
    views::{
        console::{Desk, Section},
        frame::{Frame, Helpers},
        when::Zone,
    },
};
use ostiary_gate::domain::{
    ids::{PersonId, TenantId},
    person::{MembershipState, Role},
    tenant::Tenant,
};

pub fn routes() -> Vec<Route> {
    [overview::routes(), people::routes(), person::routes(), security::routes(), apps::routes(), log::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// Somebody in a clinic's console.
struct Inside {
    caller: Caller,
    tenant: Tenant,
    is_admin: bool,
    name: String,
    may_switch: bool,
}

impl Inside {
    /// Through the door if need be; `path` brings them back.
    async fn enter(ask: &Ask, path: &str) -> Result<Self, Failure> {
        let slug = ask.piece("tenant")?;
        let is_admin = match ask.caller() {
            Some(caller) => ask.is_admin(&caller.person, slug).await?,
            None => false,
        };
        // A member looks with what their own sign-in asks for; an admin always shows a second factor.
        let caller = ask.enter(path, is_admin.then_some(slug)).await?;
        let mut unit = ask.app.desk.store.look().await?;
        let inside = Self::read(unit.tx(), caller, slug).await?;
        unit.commit().await?;
        match inside {
            Some(inside) if inside.is_admin == is_admin => Ok(inside),
            // Promoted or demoted this moment: the page again.
            Some(_) => Err(Failure::Elsewhere(path.to_owned())),
            None => Err(Failure::not_found()),
        }
    }

    /// As [`Inside::enter`]; members are told that they may not.
    async fn enter_as_admin(ask: &Ask, path: &str) -> Result<Self, Failure> {
        let inside = Self::enter(ask, path).await?;
        if inside.is_admin { Ok(inside) } else { Err(Failure::forbidden()) }
    }

    /// As things stand now, after an act in this very request.
    async fn again(self, ask: &Ask) -> Result<Self, Failure> {
        let mut unit = ask.app.desk.store.look().await?;
        let inside = Self::read(unit.tx(), self.caller, &self.tenant.slug).await?;
        unit.commit().await?;
        inside.ok_or_else(Failure::not_found)
    }

    async fn read(tx: &mut Tx, caller: Caller, slug: &str) -> Result<Option<Self>, StoreError> {
        let Some(id) = tx.tenant_by_slug(slug).await? else { return Ok(None) };
        let memberships = tx.memberships(&caller.person).await?;
        let live = |of: &TenantId| memberships.iter().find(|m| m.tenant == *of && m.state == MembershipState::Live);
        let Some(role) = live(&id).map(|m| m.role) else { return Ok(None) };
        let (Some(tenant), Some(person)) = (tx.tenant(&id).await?, tx.person(&caller.person).await?) else {
            return Ok(None);
        };
        Ok(Some(Self {
            caller,
            tenant,
            is_admin: role == Role::Admin,
            name: person.full_name(),
            may_switch: memberships.iter().filter(|m| m.state == MembershipState::Live).count() > 1,
        }))
    }

    fn desk(&self, section: Section) -> Desk {
        Desk {
            tenant: self.tenant.slug.clone(),
            section,
            person: self.name.clone(),
            is_admin: self.is_admin,
            may_switch: self.may_switch,
        }
    }

    /// The clinic's name and clocks around the page.
    fn around(&self, frame: Frame) -> Frame {
        Frame {
            zone: Zone::named(&self.tenant.time_zone).unwrap_or_else(Zone::utc),
            clinic: Some(self.tenant.name.clone()),
            ..frame
        }
    }

    /// `path` within this clinic's console.
    fn to(&self, path: &str) -> String {
        format!("/console/{}{path}", self.tenant.slug)
    }
}

impl Ask {
    async fn is_admin(&self, person: &PersonId, slug: &str) -> Result<bool, StoreError> {
        let mut unit = self.app.desk.store.look().await?;
        let tx = unit.tx();
        let memberships = tx.memberships(person).await?;
        let id = tx.tenant_by_slug(slug).await?;
        unit.commit().await?;
        let is_it = |m: &ostiary_gate::domain::person::Membership| {
            Some(&m.tenant) == id.as_ref() && m.role == Role::Admin && m.state == MembershipState::Live
        };
        Ok(memberships.iter().any(is_it))
    }
}

/// Whom a member is told to ask.
async fn admins(tx: &mut Tx, tenant: &TenantId) -> Result<Helpers, StoreError> {
    let mut names = Vec::new();
    for (person, membership) in tx.members(tenant).await? {
        if membership.role == Role::Admin && membership.state == MembershipState::Live {
            names.extend(tx.person(&person).await?.map(|row| row.full_name()));
        }
    }
    names.sort();
    Ok(Helpers::Named(names))
}
