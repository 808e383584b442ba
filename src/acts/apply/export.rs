//! The deployment as a state file: what `apply` would read, without a secret in it. Applied to the deployment it came from
//! it changes nothing.
use super::{OPERATOR_SLUG, doing::said};
use crate::store::{PersonRow, StoreError, Tx};
use ostiary_gate::domain::{
    client::{Client, ConnectionNeed},
    person::{MembershipState, Role},
    tenant::{Standing, Tenant},
    time::Instant,
};
use std::{collections::BTreeMap, fmt::Write};
use toml::Value;

/// One text.
struct Paper(String);

impl Paper {
    fn head(&mut self, table: &str) {
        let _ = writeln!(self.0, "\n[[{table}]]");
    }

    fn line(&mut self, key: &str, value: impl Into<Value>) {
        let _ = writeln!(self.0, "{key} = {}", value.into());
    }

    fn list<'a>(&mut self, key: &str, words: impl IntoIterator<Item = &'a str>) {
        let words: Vec<Value> = words.into_iter().map(Value::from).collect();
        if !words.is_empty() {
            self.line(key, words);
        }
    }

    fn flag(&mut self, key: &str, set: bool) {
        if set {
            self.line(key, true);
        }
    }
}

/// Of the whole deployment, but the operator's own tenant.
pub async fn export(tx: &mut Tx, now: Instant) -> Result<String, StoreError> {
    let mut paper = Paper(
        "# The state of an Ostiary deployment, for `ostiary apply -f`. Secrets, passwords and authenticators are not in it:\n\
         # applied to an empty deployment it must be given them first.\n"
            .to_owned(),
    );
    let mut slugs = BTreeMap::new();
    let mut connections = vec![];
    for id in tx.tenant_ids().await? {
        let Some(tenant) = tx.tenant(&id).await? else { continue };
        if tenant.slug == OPERATOR_SLUG {
            continue;
        }
        write_tenant(&mut paper, &tenant, now);
        slugs.insert(id, tenant.slug.clone());
        if tenant.standing == Standing::Active {
            connections.extend(tenant.connections.into_iter().map(|connection| (tenant.slug.clone(), connection)));
        }
    }
    for row in tx.resources().await? {
        paper.head("resource");
        paper.line("identifier", row.identifier.as_str());
        if !row.is_active()? {
            paper.line("state", "absent");
            continue;
        }
        paper.list("scopes", row.scopes()?.words());
        paper.line("token_format", row.token_format.as_str());
        paper.line("token_signed_response_alg", row.algorithm()?.as_str());
        paper.line("client_id", row.client_id.as_str());
    }
    for id in tx.client_ids().await? {
        let Some(row) = tx.client(&id).await? else { continue };
        let client = row.client()?;
        write_client(&mut paper, &client, client.tenant.as_ref().and_then(|id| slugs.get(id)));
    }
    for id in tx.person_ids().await? {
        let Some(row) = tx.person(&id).await? else { continue };
        let mut memberships = vec![];
        let all = tx.memberships(&id).await?;
        let (belongs, mut is_operator_only) = (!all.is_empty(), true);
        for membership in all {
            let Some(slug) = slugs.get(&membership.tenant) else { continue };
            is_operator_only = false;
            let role = if membership.role == Role::Admin { "admin" } else { "member" };
            if membership.state == MembershipState::Live {
                memberships.push(format!("{{ tenant = {}, role = \"{role}\" }}", Value::from(slug.as_str())));
            }
        }
        let is_shell = row.password_hash.is_none() && row.signed_in_at.is_none() && row.given_name.is_empty();
        let operator_only = is_operator_only && belongs;
        if !is_shell && !operator_only {
            write_person(&mut paper, &row, &memberships)?;
        }
    }
    for (slug, connection) in connections {
        paper.head("connection");
        paper.line("tenant", slug);
        paper.line("client_id", connection.client.as_str());
        paper.line("scope", connection.scope.to_string());
    }
    Ok(paper.0)
}

fn write_tenant(paper: &mut Paper, tenant: &Tenant, now: Instant) {
    paper.head("tenant");
    paper.line("slug", tenant.slug.as_str());
    if tenant.standing == Standing::Disabled {
        paper.line("state", "absent");
        return;
    }
    paper.line("name", tenant.name.as_str());
    paper.line("time_zone", tenant.time_zone.as_str());
    paper.line("locale", tenant.locale.as_str());
    paper.line("phone_country", tenant.phone_country.as_str());
    let _ = writeln!(paper.0, "\n[tenant.policy]");
    let required = tenant.box_is_ticked(now);
    for (key, value) in said(&tenant.policy) {
        match key {
            "two_factor" => paper.line(key, if required { "required" } else { "off" }),
            "second_factors" => paper.list(key, value.split(", ")),
            "phone_required" => paper.line(key, tenant.policy.phone_required),
            _ => paper.line(key, value),
        }
    }
    if let Some(pending) = tenant.pending.filter(|_| !required) {
        let at = jiff::Timestamp::from_microsecond(pending.starts_at.0).unwrap_or_default();
        let _ = writeln!(paper.0, "\n[tenant.pending]");
        paper.line("starts_at", at.to_string());
        paper.line("two_factor", "required");
    }
}

fn write_client(paper: &mut Paper, client: &Client, tenant: Option<&String>) {
    paper.head("client");
    paper.line("client_id", client.id.as_str());
    if client.standing == Standing::Disabled {
        paper.line("state", "absent");
        return;
    }
    paper.line("client_name", client.name.as_str());
    paper.line("token_endpoint_auth_method", client.auth_method.as_str());
    paper.list("redirect_uris", client.redirect_uris.iter().map(String::as_str));
    paper.list("post_logout_redirect_uris", client.post_logout_redirect_uris.iter().map(String::as_str));
    paper.list("grant_types", client.grant_types.iter().map(String::as_str));
    paper.line("scope", client.scope.to_string());
    if let Some(resource) = &client.default_resource {
        paper.line("default_resource", resource.as_str());
    }
    paper.flag("first_party", client.first_party);
    paper.flag("tenant_aware", client.tenant_aware);
    if let Some(slug) = tenant {
        paper.line("tenant", slug.as_str());
    }
    paper.flag("keeps_suspended_grants", client.keeps_suspended_grants);
    paper.line("require_pkce", client.require_pkce);
    if !client.require_amr.0.is_empty() {
        let one = |all: &std::collections::BTreeSet<ostiary_gate::domain::amr::Reference>| {
            Value::from(all.iter().map(|reference| Value::from(reference.as_str())).collect::<Vec<_>>())
        };
        paper.line("require_amr", client.require_amr.0.iter().map(one).collect::<Vec<_>>());
    }
    paper.flag("requires_tenant_two_factor", client.requires_tenant_two_factor);
    if client.connection != ConnectionNeed::None {
        paper.line("connection", super::doing::need(client.connection));
    }
    if let Some(age) = client.default_max_age {
        paper.line("default_max_age", age.as_seconds());
    }
    paper.list("default_acr_values", client.default_acr_values.iter().map(String::as_str));
    paper.line("id_token_signed_response_alg", client.id_token_alg.as_str());
    paper.line("access_token_signed_response_alg", client.access_token_alg.as_str());
}

fn write_person(paper: &mut Paper, row: &PersonRow, memberships: &[String]) -> Result<(), StoreError> {
    let Some(email) = &row.email else { return Ok(()) };
    paper.head("person");
    paper.line("email", email.as_str());
    if row.standing()? == Standing::Disabled {
        paper.line("state", "absent");
        return Ok(());
    }
    for (key, name) in [("given_name", &row.given_name), ("family_name", &row.family_name)] {
        if !name.is_empty() {
            paper.line(key, name.as_str());
        }
    }
    for (name, value) in row.claims()? {
        match Value::try_from(&value) {
            // An inline table, so that nothing else is taken to be inside it.
            Ok(value) => paper.line(&name, value),
            Err(why) => return Err(StoreError::unreadable("claims", why)),
        }
    }
    if let Some(phone) = &row.phone {
        paper.line("phone_number", phone.as_str());
    }
    paper.flag("email_verified", row.email_verified_at.is_some());
    paper.flag("phone_claim", row.phone_claim);
    if !memberships.is_empty() {
        let _ = writeln!(paper.0, "memberships = [{}]", memberships.join(", "));
    }
    Ok(())
}
