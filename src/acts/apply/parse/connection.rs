//! `[[connection]]`: a tenant's agreement with a client.
use super::{presence, words};
use crate::acts::apply::{reading::Fields, state::ConnectionWanted};
use ostiary_gate::domain::ids::ClientId;

pub(super) fn read(fields: &mut Fields<'_, '_>) -> Option<ConnectionWanted> {
    let tenant = fields.parsed("tenant", words::slug);
    let tenant = fields.need("tenant", tenant);
    let client = fields.parsed("client_id", ClientId::parse);
    let client = fields.need("client_id", client);
    let scope = fields.parsed("scope", words::scope);
    let (place, presence) = (fields.place(), presence(fields));
    Some(ConnectionWanted { place, presence, tenant: tenant?, client: client?, scope })
}
