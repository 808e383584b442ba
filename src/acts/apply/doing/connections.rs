//! `[[connection]]`: a tenant's agreement with a client, by the operator's word.
use super::hand::{About, Hand};
use crate::{
    acts::apply::{
        doing::NotApplied,
        report::Sign,
        state::{ConnectionWanted, Presence},
    },
    store::{End, Which},
};
use ostiary_gate::domain::{
    audit::Event,
    client::Client,
    ids::ConnectionId,
    scope::{STANDARD, Scope},
    tenant::{Connection, ConnectionState, Tenant},
};

impl Hand<'_> {
    pub(super) async fn connection(&mut self, wanted: &ConnectionWanted) -> Result<(), NotApplied> {
        let (tenant, client) = (self.named(&wanted.tenant).await?, self.named_client(&wanted.client).await?);
        let (Some(tenant), Some(client)) = (tenant, client) else { return Ok(()) };
        let tenant = self.tx.tenant(&tenant).await?.ok_or(NotApplied::Overtaken)?;
        let of = format!("connection {} with {}", tenant.slug, client.id);
        let stored = tenant.connections.iter().find(|connection| connection.client == client.id);
        if wanted.presence == Presence::Absent {
            return match stored {
                Some(_) => self.disconnect(&of, &tenant, &client).await,
                None => Ok(()),
            };
        }
        if let Some(bound) = &client.tenant
            && *bound != tenant.id
        {
            self.fault(wanted.place, format!("{of}: the client is bound to another tenant"));
            return Ok(());
        }
        if let Some(scope) = &wanted.scope {
            let beyond: Vec<&str> = scope.value.words().filter(|word| !client.scope.has(word)).collect();
            if !beyond.is_empty() {
                self.fault(scope.place, format!("{of}: the client is not registered for {}", beyond.join(" ")));
                return Ok(());
            }
            if let Some(word) = scope.value.words().find(|word| STANDARD.contains(word)) {
                self.fault(scope.place, format!("{of}: {word} is a person's to give; a connection is about APIs"));
                return Ok(());
            }
        }
        let about = About { tenant: Some(&tenant.id), client: Some(&client.id), ..About::default() };
        match (stored, &wanted.scope) {
            (Some(stored), Some(scope)) if stored.scope != scope.value => {
                let what = format!("scope {} → {}", shown(&stored.scope), shown(&scope.value));
                self.tx.set_connection_scope(&tenant.id, &client.id, &scope.value).await?;
                self.log(about, Event::ConnectionMade, &what).await?;
                self.did(Sign::Changed, of, what);
            }
            (Some(_), _) => {}
            (None, scope) => {
                let scope = scope.as_ref().map(|noted| noted.value.clone()).unwrap_or_default();
                let connection = Connection {
                    id: self.draw(ConnectionId::from_tail)?,
                    client: client.id.clone(),
                    client_name: client.name.clone(),
                    requires_two_factor: client.requires_tenant_two_factor,
                    scope,
                    agreed_at: self.now,
                };
                self.tx.insert_connection(&tenant.id, &connection, &self.options.operator).await?;
                self.log(about, Event::ConnectionMade, &connection.scope.to_string()).await?;
                let waits = tenant.connection_state(&connection, self.now) == ConnectionState::Waiting;
                self.did(Sign::Made, of, if waits { "waits until the tenant requires two-factor" } else { "" });
            }
        }
        Ok(())
    }

    /// RULES 4: ends all grants of that client in that tenant, offline and machines' too.
    async fn disconnect(&mut self, of: &str, tenant: &Tenant, client: &Client) -> Result<(), NotApplied> {
        self.tx.end_connection(&tenant.id, &client.id, self.now).await?;
        let which = Which::OfClientIn(&client.id, &tenant.id);
        let ended = self.tx.end_grants(which, End::All, "connection_ended", self.now).await?;
        let about = About { tenant: Some(&tenant.id), client: Some(&client.id), ..About::default() };
        self.log(about, Event::ConnectionEnded, "").await?;
        self.did(Sign::Ended, of, format!("ended, and {ended} grants with it"));
        Ok(())
    }
}

fn shown(scope: &Scope) -> String {
    if scope.is_empty() { "none".to_owned() } else { scope.to_string() }
}
