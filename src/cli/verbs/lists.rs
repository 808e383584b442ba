//! `tenant list`, `client list`, `user list`.
use super::{Failure, config::layers::Layers, now, say, tenant_named, work};
use crate::{
    acts::policy::{Readiness, readiness},
    store::{Known, Tx},
};
use clap::Subcommand;
use ostiary_gate::domain::{
    ids::{PersonId, TenantId},
    person::{Membership, MembershipState, Role},
    tenant::Standing,
};
use serde_json::{Value, json};

#[derive(Subcommand)]
pub enum ListVerb {
    /// All of them
    List {
        #[arg(long)]
        json: bool,
    },
}

/// A table for people, objects for programs.
struct Table {
    heads: &'static [&'static str],
    rows: Vec<(Vec<String>, Value)>,
}

impl Table {
    fn show(&self, as_json: bool) {
        if as_json {
            say(format_args!("{:#}", Value::from(self.rows.iter().map(|(_, row)| row.clone()).collect::<Vec<_>>())));
            return;
        }
        let heads: Vec<String> = self.heads.iter().map(|head| (*head).to_owned()).collect();
        let lines: Vec<&Vec<String>> =
            std::iter::once(&heads).chain(self.rows.iter().map(|(cells, _)| cells)).collect();
        let width = |column: usize| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.heads.len()).map(width).collect();
        for line in lines {
            let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            say(cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }
}

pub fn tenants(as_json: bool, layers: &Layers) -> Result<(), Failure> {
    let heads = &["SLUG", "TWO-FACTOR", "PEOPLE", "ADMINS", "STANDING", "NAME"];
    let rows = work::with(layers, None, async |work| {
        let mut unit = work.desk.store.look().await?;
        let tx = unit.tx();
        let now = now(tx, &work.desk).await?;
        let mut rows = vec![];
        for id in tx.tenant_ids().await? {
            let Some(tenant) = tx.tenant(&id).await? else { continue };
            let members = tx.members(&id).await?;
            let live = |m: &&(PersonId, Membership)| m.1.state == MembershipState::Live;
            let people = members.iter().filter(live).count();
            let admins = members.iter().filter(live).filter(|(_, m)| m.role == Role::Admin).count();
            let two_factor = match (tenant.box_is_ticked(now), tenant.pending) {
                (true, _) => "required",
                (false, Some(_)) => "scheduled",
                (false, None) => "off",
            };
            let apps: Vec<&str> = tenant.connections.iter().map(|c| c.client.as_str()).collect();
            let object = json!({
                "slug": tenant.slug, "id": id, "name": tenant.name, "time_zone": tenant.time_zone,
                "two_factor": two_factor, "required_since": tenant.required_since.map(super::shown),
                "starts_at": tenant.pending.map(|p| super::shown(p.starts_at)),
                "people": people, "admins": admins, "standing": tenant.standing, "connections": apps,
            });
            let cells = vec![
                tenant.slug.clone(),
                two_factor.to_owned(),
                people.to_string(),
                admins.to_string(),
                standing(tenant.standing).to_owned(),
                tenant.name.clone(),
            ];
            rows.push((cells, object));
        }
        Ok(rows)
    })?;
    Table { heads, rows }.show(as_json);
    Ok(())
}

pub fn clients(as_json: bool, layers: &Layers) -> Result<(), Failure> {
    let heads = &["CLIENT_ID", "AUTH", "GRANTS", "DEMANDS", "STANDING", "NAME"];
    let rows = work::with(layers, None, async |work| {
        let mut unit = work.desk.store.look().await?;
        let tx = unit.tx();
        let mut rows = vec![];
        for id in tx.client_ids().await? {
            let Some(row) = tx.client(&id).await? else { continue };
            let client = row.client()?;
            let mut demands: Vec<String> = vec![];
            for all in &client.require_amr.0 {
                demands.push(all.iter().map(|reference| reference.as_str()).collect::<Vec<_>>().join("+"));
            }
            if client.requires_tenant_two_factor {
                demands.push("everyone".to_owned());
            }
            let grants: Vec<&str> = client.grant_types.iter().map(String::as_str).collect();
            let cells = vec![
                id.to_string(),
                client.auth_method.as_str().to_owned(),
                grants.join(","),
                if demands.is_empty() { "-".to_owned() } else { demands.join(",") },
                standing(client.standing).to_owned(),
                client.name.clone(),
            ];
            let object = json!({
                "client_id": id, "client_name": client.name, "token_endpoint_auth_method": client.auth_method,
                "grant_types": grants, "redirect_uris": client.redirect_uris, "scope": client.scope,
                "require_amr": client.require_amr.0, "requires_tenant_two_factor": client.requires_tenant_two_factor,
                "tenant_aware": client.tenant_aware, "first_party": client.first_party, "standing": client.standing,
            });
            rows.push((cells, object));
        }
        Ok(rows)
    })?;
    Table { heads, rows }.show(as_json);
    Ok(())
}

pub fn users(tenant: Option<&str>, as_json: bool, layers: &Layers) -> Result<(), Failure> {
    let heads = &["EMAIL", "NAME", "SET UP", "MEMBERSHIPS", "STANDING"];
    let rows = work::with(layers, None, async |work| {
        let mut unit = work.desk.store.look().await?;
        let tx = unit.tx();
        let only = match tenant {
            Some(slug) => Some(tenant_named(tx, slug).await?),
            None => None,
        };
        let mut rows = vec![];
        for id in tx.person_ids().await? {
            rows.extend(user(tx, &id, only.as_ref()).await?);
        }
        Ok(rows)
    })?;
    Table { heads, rows }.show(as_json);
    Ok(())
}

async fn user(tx: &mut Tx, id: &PersonId, only: Option<&TenantId>) -> Result<Option<(Vec<String>, Value)>, Failure> {
    let Some(row) = tx.person(id).await? else { return Ok(None) };
    let Some(facts) = tx.person_facts(id, Known::AsPicture).await? else { return Ok(None) };
    let here = |m: &&Membership| m.state != MembershipState::Ended && only.is_none_or(|only| m.tenant == *only);
    let mut memberships = vec![];
    let mut ready = !facts.authenticators.is_empty();
    for m in facts.memberships.iter().filter(here) {
        let Some(tenant) = tx.tenant(&m.tenant).await? else { continue };
        ready &= readiness(&facts, m, &tenant.policy) == Readiness::Ready;
        memberships.push((tenant.slug, m.role, m.state));
    }
    if only.is_some() && memberships.is_empty() {
        return Ok(None);
    }
    let said = memberships.iter().map(|(slug, role, state)| {
        let role = if *role == Role::Admin { " (admin)" } else { "" };
        match state {
            MembershipState::Live => format!("{slug}{role}"),
            MembershipState::Invited => format!("{slug}{role} invited"),
            MembershipState::Suspended | MembershipState::Ended => format!("{slug}{role} suspended"),
        }
    });
    let email = row.email.clone().unwrap_or_else(|| "-".to_owned());
    let cells = vec![
        email.clone(),
        row.full_name(),
        if ready { "yes" } else { "no" }.to_owned(),
        said.collect::<Vec<_>>().join(", "),
        standing(facts.standing).to_owned(),
    ];
    let member =
        |(slug, role, state): &(String, Role, MembershipState)| json!({ "tenant": slug, "role": role, "state": state });
    let object = json!({
        "email": row.email, "sub": id, "given_name": row.given_name, "family_name": row.family_name,
        "email_verified": row.email_verified_at.is_some(), "has_authenticator": !facts.authenticators.is_empty(),
        "has_phone": facts.has_phone, "codes_saved": facts.codes_saved, "set_up": ready,
        "memberships": memberships.iter().map(member).collect::<Vec<_>>(), "standing": facts.standing,
    });
    Ok(Some((cells, object)))
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "active",
        Standing::Disabled => "disabled",
    }
}
