//! `ostiary explain`.
use super::{Failure, config::layers::Layers, now, person_named, say, shown, tenant_named, unknown, work};
use crate::acts::explain::{self, Explanation, Question, Unexplained};
use clap::Args;
use ostiary_gate::domain::{
    amr::Acr,
    ids::{ClientId, PersonId, TenantId},
    scope::Scope,
    time::Instant,
};

#[derive(Args)]
pub struct ExplainArgs {
    /// A reference that a page showed: what the log has of it
    #[arg(conflicts_with_all = ["user", "client"], required_unless_present = "client")]
    reference: Option<String>,
    /// Whom; nobody: the client itself, by `client_credentials`
    #[arg(long, value_name = "EMAIL", requires = "client")]
    user: Option<String>,
    /// At which app
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// In which tenant
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
    /// What is asked for
    #[arg(long, default_value = "openid")]
    scope: String,
    /// Wished for in `acr_values`
    #[arg(long)]
    acr: Vec<String>,
    /// As of another time: 2026-12-01T20:00:00+11:00
    #[arg(long, value_name = "TIME")]
    at: Option<jiff::Timestamp>,
    #[arg(long)]
    json: bool,
}

pub fn run(args: &ExplainArgs, layers: &Layers) -> Result<(), Failure> {
    if let Some(reference) = &args.reference {
        return told(reference, args.json, layers);
    }
    let client = args.client.as_deref().unwrap_or_default();
    let client = ClientId::parse(client).map_err(|why| Failure::usage(format!("--client: {why}")))?;
    let scope = Scope::parse(&args.scope).map_err(|why| Failure::usage(format!("--scope: {why}")))?;
    let wishes = args.acr.iter().map(|acr| {
        Acr::parse(acr).ok_or_else(|| Failure::usage(format!("--acr: {acr} is not among acr_values_supported")))
    });
    let wishes = wishes.collect::<Result<Vec<_>, _>>()?;
    let explanation = work::with(layers, None, async |work| {
        let mut unit = work.desk.store.look().await?;
        let tx = unit.tx();
        let now = match args.at {
            Some(at) => Instant(at.as_microsecond()),
            None => now(tx, &work.desk).await?,
        };
        let person: Option<PersonId> = match &args.user {
            Some(email) => Some(person_named(tx, email).await?),
            None => None,
        };
        let tenant: Option<TenantId> = match &args.tenant {
            Some(slug) => Some(tenant_named(tx, slug).await?),
            None => None,
        };
        // A machine is given no openid.
        let scope = if person.is_none() { scope.without("openid") } else { scope };
        let question = Question { person: person.as_ref(), client: &client, tenant: tenant.as_ref(), scope, wishes };
        match explain::explain(tx, &question, now).await {
            Ok(explanation) => Ok(explanation),
            Err(Unexplained::UnknownClient) => {
                let known: Vec<String> = tx.client_ids().await?.iter().map(ToString::to_string).collect();
                Err(unknown("client", client.as_str(), &known))
            }
            Err(Unexplained::Store(why)) => Err(why.into()),
            Err(why @ Unexplained::UnknownResource) => Err(Failure::refused(why.to_string())),
        }
    })?;
    if args.json {
        say(format_args!("{:#}", serde_json::json!(explanation)));
    } else {
        tell(&explanation);
    }
    Ok(())
}

fn tell(explanation: &Explanation) {
    match &explanation.person {
        Some(person) => say(format_args!("{person} at {}", explanation.client)),
        None => say(format_args!("{} by itself", explanation.client)),
    }
    for line in explanation.tenants.iter().chain(&explanation.facts) {
        say(format_args!("  {line}"));
    }
    for case in &explanation.cases {
        say(format_args!("\nHaving shown {}: {}", case.shown, case.outcome));
        for why in &case.demands {
            let mark = if why.met == "met" { "+" } else { "-" };
            say(format_args!("  {mark} {}: {} ({})", why.asks, why.by, why.met));
        }
    }
    if !explanation.grants.is_empty() {
        say("\nHeld now:");
    }
    for held in &explanation.grants {
        say(format_args!("  {} ({}) {}: {}", held.grant, held.kind, held.stands, held.why));
    }
}

/// What stands in the log under a reference.
fn told(reference: &str, json: bool, layers: &Layers) -> Result<(), Failure> {
    let bare = reference.trim().to_uppercase();
    let bare = bare.strip_prefix("E-").unwrap_or(&bare).replace('-', "");
    let rows = work::with(layers, None, async |work| {
        let mut unit = work.desk.store.look().await?;
        Ok(unit.tx().log_by_reference(&bare).await?)
    })?;
    if rows.is_empty() {
        let hint =
            "requests that were refused before anybody signed in stand in the server's log only: search it there";
        return Err(Failure::refused(format!("the activity log has nothing under {reference}; {hint}")));
    }
    for row in rows {
        let (event, entry) = (serde_json::json!(row.entry.event), &row.entry);
        if json {
            say(serde_json::json!({
                "at": shown(row.at), "event": event, "actor": entry.actor, "tenant": entry.tenant,
                "person": entry.person, "client": entry.client, "detail": entry.detail,
            }));
        } else {
            let ids = [entry.tenant.as_ref().map(TenantId::as_str), entry.person.as_ref().map(PersonId::as_str)];
            let ids: Vec<&str> =
                ids.into_iter().chain([entry.client.as_ref().map(ClientId::as_str)]).flatten().collect();
            let event = event.as_str().unwrap_or_default().replace('_', " ");
            say(format_args!("{} {event} {} {}", shown(row.at), ids.join(" "), entry.detail));
        }
    }
    Ok(())
}
