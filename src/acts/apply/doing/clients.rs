//! `[[client]]`: registered, changed, its demands joined, taken out of service.
use super::{
    floors,
    hand::{About, Hand, differing},
};
use crate::{
    acts::apply::{
        doing::NotApplied,
        reading::{Noted, unknown_word},
        report::Sign,
        state::{ClientWanted, Presence},
    },
    store::{ClientRow, End, Lock, Which},
};
use ostiary_gate::domain::{
    audit::Event,
    client::{Algorithm, AuthMethod, Client, ConnectionNeed, RequireAmr},
    ids::{ClientId, TenantId},
    scope::{STANDARD, Scope},
    tenant::Standing,
};

impl Hand<'_> {
    pub(super) async fn client(&mut self, wanted: &ClientWanted) -> Result<(), NotApplied> {
        self.must_hold(&Lock::Client(wanted.id.clone()))?;
        let of = format!("client {}", wanted.id);
        if self.tx.resource_by_client(&wanted.id).await?.is_some() {
            self.fault(wanted.place, format!("client_id \"{}\" is a resource's", wanted.id));
            return Ok(());
        }
        let row = self.tx.client(&wanted.id).await?;
        let stored = row.as_ref().map(ClientRow::client).transpose()?;
        if wanted.presence == Presence::Absent {
            return match stored {
                Some(stored) if stored.standing == Standing::Active => self.close_client(&of, &stored).await,
                Some(_) | None => Ok(()),
            };
        }
        let tenant = match &wanted.tenant {
            Some(slug) => match self.named(slug).await? {
                Some(id) => Some(id),
                None => return Ok(()),
            },
            None => None,
        };
        let before = self.faults.len();
        let mut client = overlay(stored.as_ref(), wanted, tenant);
        let may_lower = stored.is_none() || self.may_weaken(&format!("client:{}", wanted.id));
        let lowered = floors::join(&mut client, wanted, may_lower);
        if wanted.connection.is_none() && client.requires_tenant_two_factor && client.connection == ConnectionNeed::None
        {
            // RULES 4.
            client.connection = ConnectionNeed::Offline;
        }
        for kept in lowered {
            let why = format!("{} would be weaker; --weaken client:{} and --reason lower it", kept.asked, client.id);
            self.kept(&of, format!("{} {}", kept.key, kept.stays), why);
        }
        self.check_client(wanted, &client, row.as_ref()).await?;
        if self.faults.len() > before {
            return Ok(());
        }
        if let (Some(row), Some(stored)) = (row, stored) {
            return self.change_client(&of, wanted, (&row, &stored), &client).await;
        }
        self.tx.put_client(&client, wanted.secret.as_ref(), self.now).await?;
        self.tell_client(&client, "made").await?;
        self.did(Sign::Made, of, "");
        Ok(())
    }

    async fn change_client(
        &mut self,
        of: &str,
        wanted: &ClientWanted,
        (row, stored): (&ClientRow, &Client),
        client: &Client,
    ) -> Result<(), NotApplied> {
        match (stored.standing, wanted.presence) {
            (Standing::Disabled, Presence::Present) => {
                self.tx.set_client_standing(&client.id, Standing::Active).await?;
                self.tell_client(client, "enabled").await?;
                self.did(Sign::Changed, of, "enabled");
            }
            (Standing::Disabled, _) => self.kept(of, "disabled", "`state = \"present\"` brings it back"),
            (Standing::Active, _) => {}
        }
        let renewed = wanted.secret.as_ref().filter(|secret| !self.tx.secret_matches(row, secret));
        let seeds = !row.has_secret() || self.options.reseed;
        if renewed.is_some() && !seeds {
            self.kept(of, "client_secret", "a secret in a file is a seed, used once");
        }
        let secret = renewed.filter(|_| seeds);
        let mut changed = changes(stored, client);
        if secret.is_some() {
            changed = if changed.is_empty() { "client_secret".to_owned() } else { format!("{changed}, client_secret") };
        }
        if changed.is_empty() {
            return Ok(());
        }
        self.tx.put_client(client, secret, self.now).await?;
        self.tell_client(client, &changed).await?;
        self.did(Sign::Changed, of, changed);
        Ok(())
    }

    async fn close_client(&mut self, of: &str, stored: &Client) -> Result<(), NotApplied> {
        self.tx.set_client_standing(&stored.id, Standing::Disabled).await?;
        self.tx.end_grants(Which::OfClient(&stored.id), End::All, "client_disabled", self.now).await?;
        self.tell_client(stored, "disabled").await?;
        self.did(Sign::Ended, of, "disabled: what was granted to it has ended");
        Ok(())
    }

    /// Into the deployment's log, and that of every tenant that works with it.
    async fn tell_client(&mut self, client: &Client, what: &str) -> Result<(), NotApplied> {
        let about = About { client: Some(&client.id), ..About::default() };
        self.log(about, Event::ClientChanged, what).await?;
        let mut tenants = self.tx.tenants_connected_to(&client.id).await?;
        tenants.extend(client.tenant.clone());
        tenants.sort();
        tenants.dedup();
        for tenant in &tenants {
            self.log(About { tenant: Some(tenant), ..about }, Event::ClientChanged, what).await?;
        }
        Ok(())
    }

    async fn check_client(
        &mut self,
        wanted: &ClientWanted,
        client: &Client,
        row: Option<&ClientRow>,
    ) -> Result<(), NotApplied> {
        let has_secret = wanted.secret.is_some() || row.is_some_and(ClientRow::has_secret);
        for why in contradictions(client, wanted.secret.is_some(), has_secret) {
            self.fault(wanted.place, format!("client \"{}\": {why}", client.id));
        }
        if row.is_none() && wanted.name.is_none() {
            self.fault(wanted.place, format!("client \"{}\" is new: it needs `client_name`", client.id));
        }
        let apis = self.api_scopes().await?;
        if let Some(scope) = &wanted.scope {
            let known: Vec<&str> = STANDARD.iter().copied().chain(apis.words()).collect();
            self.known_scope(scope, &known);
        }
        if let Some(identifier) = &wanted.default_resource
            && self.tx.resource(&identifier.value).await?.is_none()
        {
            let known = self.tx.resources().await?;
            let why = unknown_word(&identifier.value, known.iter().map(|row| row.identifier.as_str()));
            self.fault(identifier.place, format!("`default_resource`: {why}"));
        }
        Ok(())
    }

    fn known_scope(&mut self, scope: &Noted<Scope>, known: &[&str]) {
        let strange: Vec<String> = scope
            .value
            .words()
            .filter(|word| !known.contains(word))
            .map(|word| unknown_word(word, known.iter().copied()))
            .collect();
        for why in strange {
            self.fault(
                scope.place,
                format!("scope {why}; a scope that is not OpenID Connect's belongs to a [[resource]]"),
            );
        }
    }

    /// A client by its id, where it must be there and in service or not.
    pub(super) async fn named_client(&mut self, id: &Noted<ClientId>) -> Result<Option<Client>, NotApplied> {
        self.must_hold(&Lock::Client(id.value.clone()))?;
        let found = self.tx.client(&id.value).await?.map(|row| row.client()).transpose()?;
        if found.is_none() {
            let known = self.tx.client_ids().await?;
            let why = unknown_word(id.value.as_str(), known.iter().map(ClientId::as_str));
            self.fault(id.place, format!("client_id {why}"));
        }
        Ok(found)
    }
}

/// Registered as RFC 7591 §2 has it where nothing is said.
fn fresh(id: &ClientId) -> Client {
    Client {
        id: id.clone(),
        name: id.as_str().to_owned(),
        standing: Standing::Active,
        auth_method: AuthMethod::ClientSecretBasic,
        redirect_uris: vec![],
        post_logout_redirect_uris: vec![],
        grant_types: ["authorization_code".to_owned()].into(),
        scope: Scope::parse("openid").unwrap_or_default(),
        default_resource: None,
        first_party: false,
        tenant_aware: false,
        tenant: None,
        keeps_suspended_grants: false,
        require_pkce: true,
        require_amr: RequireAmr::default(),
        requires_tenant_two_factor: false,
        connection: ConnectionNeed::None,
        default_max_age: None,
        default_acr_values: vec![],
        id_token_alg: Algorithm::RS256,
        access_token_alg: Algorithm::ES256,
        revision: 0,
    }
}

/// All but its demands, which are joined.
fn overlay(stored: Option<&Client>, wanted: &ClientWanted, tenant: Option<TenantId>) -> Client {
    let client = stored.cloned().unwrap_or_else(|| fresh(&wanted.id));
    let is_new = stored.is_none();
    let mut client = Client {
        name: wanted.name.clone().unwrap_or(client.name),
        auth_method: wanted.auth_method.unwrap_or(client.auth_method),
        redirect_uris: wanted.redirect_uris.clone().unwrap_or(client.redirect_uris),
        post_logout_redirect_uris: wanted.post_logout_redirect_uris.clone().unwrap_or(client.post_logout_redirect_uris),
        grant_types: wanted.grant_types.clone().unwrap_or(client.grant_types),
        scope: wanted.scope.as_ref().map_or(client.scope, |scope| scope.value.clone()),
        default_resource: wanted.default_resource.as_ref().map(|noted| noted.value.clone()).or(client.default_resource),
        first_party: wanted.first_party.unwrap_or(client.first_party),
        tenant_aware: wanted.tenant_aware.unwrap_or(client.tenant_aware),
        tenant: tenant.or(client.tenant),
        keeps_suspended_grants: wanted.keeps_suspended_grants.unwrap_or(client.keeps_suspended_grants),
        default_acr_values: wanted.default_acr_values.clone().unwrap_or(client.default_acr_values),
        id_token_alg: wanted.id_token_alg.unwrap_or(client.id_token_alg),
        access_token_alg: wanted.access_token_alg.unwrap_or(client.access_token_alg),
        ..client
    };
    if is_new && client.grant_types.iter().all(|grant| grant == "client_credentials") && wanted.scope.is_none() {
        client.scope = Scope::default();
    }
    client
}

/// What cannot go together (RFC 7591 §2.1, RFC 6749, RULES 3 and 4).
fn contradictions(client: &Client, gives_secret: bool, has_secret: bool) -> Vec<String> {
    let grants = |name: &str| client.grant_types.contains(name);
    let faults = [
        (client.is_public() && gives_secret, "a public client (token_endpoint_auth_method \"none\") keeps no secret"),
        (!client.is_public() && !has_secret, "it needs `client_secret`, or token_endpoint_auth_method = \"none\""),
        (client.is_public() && !client.require_pkce, "a public client cannot do without PKCE"),
        (client.is_public() && grants("client_credentials"), "client_credentials is not for public clients"),
        (client.is_public() && client.keeps_suspended_grants, "a public client's grants are replaced, never resumed"),
        (grants("authorization_code") && client.redirect_uris.is_empty(), "authorization_code needs `redirect_uris`"),
        (
            grants("refresh_token") && !grants("authorization_code"),
            "refresh_token needs a grant that gives one: authorization_code",
        ),
        (
            client.scope.has("offline_access") && !grants("refresh_token"),
            "the scope offline_access needs the grant type refresh_token",
        ),
        (
            client.grant_types.iter().all(|grant| grant == "client_credentials") && client.scope.has("openid"),
            "a machine is never given openid",
        ),
        (
            client.connection != ConnectionNeed::None && !client.tenant_aware && client.tenant.is_none(),
            "`connection` needs `tenant_aware = true` or a `tenant`: it must know which clinic agreed",
        ),
        (
            client.requires_tenant_two_factor && client.connection == ConnectionNeed::None,
            "`requires_tenant_two_factor` is a demand on connected tenants: `connection` cannot be \"none\"",
        ),
    ];
    faults.into_iter().filter(|(wrong, _)| *wrong).map(|(_, why)| why.to_owned()).collect()
}

fn changes(old: &Client, new: &Client) -> String {
    differing(&[
        ("client_name", old.name != new.name),
        ("token_endpoint_auth_method", old.auth_method != new.auth_method),
        ("redirect_uris", old.redirect_uris != new.redirect_uris),
        ("post_logout_redirect_uris", old.post_logout_redirect_uris != new.post_logout_redirect_uris),
        ("grant_types", old.grant_types != new.grant_types),
        ("scope", old.scope != new.scope),
        ("default_resource", old.default_resource != new.default_resource),
        ("first_party", old.first_party != new.first_party),
        ("tenant_aware", old.tenant_aware != new.tenant_aware),
        ("tenant", old.tenant != new.tenant),
        ("keeps_suspended_grants", old.keeps_suspended_grants != new.keeps_suspended_grants),
        ("require_pkce", old.require_pkce != new.require_pkce),
        ("require_amr", old.require_amr != new.require_amr),
        ("requires_tenant_two_factor", old.requires_tenant_two_factor != new.requires_tenant_two_factor),
        ("connection", old.connection != new.connection),
        ("default_max_age", old.default_max_age != new.default_max_age),
        ("default_acr_values", old.default_acr_values != new.default_acr_values),
        ("id_token_signed_response_alg", old.id_token_alg != new.id_token_alg),
        ("access_token_signed_response_alg", old.access_token_alg != new.access_token_alg),
    ])
}
