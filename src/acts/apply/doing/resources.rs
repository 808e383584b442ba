//! `[[resource]]`: a registered API.
use super::hand::{About, Hand, differing};
use crate::{
    acts::apply::{
        doing::NotApplied,
        report::Sign,
        state::{Presence, ResourceWanted},
    },
    store::StoreError,
};
use ostiary_gate::domain::{
    audit::Event, client::Algorithm, ids::ClientId, scope::Scope, secret::Secret, tenant::Standing,
};

impl Hand<'_> {
    pub(super) async fn resource(&mut self, wanted: &ResourceWanted) -> Result<(), NotApplied> {
        let of = format!("resource {}", wanted.identifier);
        if let Some(id) = &wanted.client_id {
            let taken = self.tx.client(&id.value).await?.is_some();
            let other = self.tx.resource_by_client(&id.value).await?;
            if taken || other.is_some_and(|other| other.identifier != wanted.identifier) {
                self.fault(id.place, format!("client_id \"{}\" is taken", id.value));
                return Ok(());
            }
        }
        let Some(row) = self.tx.resource(&wanted.identifier).await? else {
            return if wanted.presence == Presence::Absent { Ok(()) } else { self.make_resource(&of, wanted).await };
        };
        let active = row.is_active()?;
        match (wanted.presence, active) {
            (Presence::Absent, true) => {
                self.tx.set_resource_standing(&wanted.identifier, Standing::Disabled).await?;
                self.log(About::default(), Event::ResourceChanged, &format!("{} disabled", wanted.identifier)).await?;
                self.did(Sign::Ended, of, "no tokens are issued for it any more");
                return Ok(());
            }
            (Presence::Absent, false) => return Ok(()),
            (Presence::Present, false) => {
                self.tx.set_resource_standing(&wanted.identifier, Standing::Active).await?;
                self.log(About::default(), Event::ResourceChanged, &format!("{} enabled", wanted.identifier)).await?;
                self.did(Sign::Changed, &of, "enabled");
            }
            (Presence::Unsaid, false) => self.kept(&of, "disabled", "`state = \"present\"` brings it back"),
            (Presence::Unsaid | Presence::Present, true) => {}
        }
        let (scopes, algorithm) = (row.scopes()?, row.algorithm()?);
        let client = ClientId::parse(&row.client_id).map_err(|e| StoreError::unreadable("resource", e))?;
        let new_scopes = wanted.scopes.clone().unwrap_or_else(|| scopes.clone());
        let format = wanted.format.unwrap_or(&row.token_format);
        let new_algorithm = wanted.algorithm.unwrap_or(algorithm);
        let new_client = wanted.client_id.as_ref().map_or_else(|| client.clone(), |id| id.value.clone());
        let changed = differing(&[
            ("scopes", new_scopes != scopes),
            ("token_format", format != row.token_format),
            ("token_signed_response_alg", new_algorithm != algorithm),
            ("client_id", new_client != client),
        ]);
        let differs = |secret: &&Secret| !self.tx.resource_secret_matches(&row, secret);
        // The name is part of what is hashed, so with a new name the secret must come again.
        let renewed = match &wanted.secret {
            Some(secret) if new_client != client => Some(secret),
            None if new_client != client => {
                self.fault(wanted.place, format!("{of}: with a new `client_id` it needs its `client_secret` again"));
                return Ok(());
            }
            given => given.as_ref().filter(differs),
        };
        if renewed.is_some() && new_client == client && !self.options.reseed {
            self.kept(&of, "client_secret", "a secret in a file is a seed, used once");
        } else if let Some(secret) = renewed {
            let (form, with) = ((format, new_algorithm), (&new_client, secret));
            self.tx.put_resource(&wanted.identifier, &new_scopes, form, with, self.now).await?;
            let what =
                if changed.is_empty() { "client_secret".to_owned() } else { format!("{changed}, client_secret") };
            return self.resource_changed(&of, wanted, &what).await;
        }
        if changed.is_empty() {
            return Ok(());
        }
        self.tx.set_resource(&wanted.identifier, &new_scopes, (format, new_algorithm), &new_client).await?;
        self.resource_changed(&of, wanted, &changed).await
    }

    async fn resource_changed(&mut self, of: &str, wanted: &ResourceWanted, what: &str) -> Result<(), NotApplied> {
        self.log(About::default(), Event::ResourceChanged, &format!("{}: {what}", wanted.identifier)).await?;
        self.did(Sign::Changed, of, what);
        Ok(())
    }

    async fn make_resource(&mut self, of: &str, wanted: &ResourceWanted) -> Result<(), NotApplied> {
        let (Some(client), Some(secret)) = (&wanted.client_id, &wanted.secret) else {
            self.fault(
                wanted.place,
                format!("{of} is new: it needs `client_id` and `client_secret`, to introspect with"),
            );
            return Ok(());
        };
        let (scopes, format) = (wanted.scopes.clone().unwrap_or_default(), wanted.format.unwrap_or("jwt"));
        let algorithm = wanted.algorithm.unwrap_or(Algorithm::ES256);
        let (form, with) = ((format, algorithm), (&client.value, secret));
        self.tx.put_resource(&wanted.identifier, &scopes, form, with, self.now).await?;
        self.log(About::default(), Event::ResourceChanged, &format!("{} made", wanted.identifier)).await?;
        self.did(Sign::Made, of, "");
        Ok(())
    }

    /// Every scope that some API has.
    pub(super) async fn api_scopes(&mut self) -> Result<Scope, NotApplied> {
        let mut words = vec![];
        for row in self.tx.resources().await? {
            words.extend(row.scopes()?.words().map(str::to_owned));
        }
        Ok(Scope::parse(&words.join(" ")).unwrap_or_default())
    }
}
