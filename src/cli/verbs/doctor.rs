//! `ostiary doctor`: what is well, what should be looked at, what is broken. Looks, changes nothing.
use super::{Failure, config::layers::Layers, now, say, work};
use crate::{cli::config::Mail, store::Kind};
use clap::Args;
use ostiary_gate::domain::{
    client::Algorithm,
    ids::PersonId,
    person::{Membership, MembershipState, Role},
    tenant::{ConnectionState, FirstBinding, Standing, Tenant},
    time::{Instant, Span},
};
use serde::Serialize;

#[derive(Args)]
pub struct DoctorArgs {
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Light {
    Green,
    Yellow,
    Red,
}

#[derive(Serialize)]
struct Finding {
    light: Light,
    what: String,
}

/// RULES 7.
const OFF: Span = Span::seconds(2);
/// A letter that waits longer than this waits for something.
const LETTERS: Span = Span::minutes(10);
const OLD_KEY: Span = Span::days(400);

pub fn run(args: &DoctorArgs, layers: &Layers) -> Result<(), Failure> {
    let findings = work::with(layers, None, async |work| {
        let mut findings = Findings(vec![]);
        findings.say(Light::Green, "the configuration can be read, the root key fits, the database is migrated");
        if work.kind == Kind::Dev {
            findings.say(Light::Yellow, "this is a deployment for development");
        }
        match (&work.settings.mail, work.kind) {
            (Mail::Nowhere, _) => findings.say(Light::Yellow, "no mail server: letters wait; set `smtp_url`"),
            (Mail::Directory(_), Kind::Live) => findings.say(Light::Red, "mails go to a directory; set `smtp_url`"),
            (Mail::Directory(_), Kind::Dev) | (Mail::Smtp(_), _) => {}
        }
        let off = work.desk.store.clock_offset(&*work.desk.clock).await?;
        if off.0.abs() > OFF.0 {
            let what = format!("this machine's clock is {} s off the database's: nothing is issued", off.as_seconds());
            findings.say(Light::Red, what);
        } else {
            findings.say(Light::Green, "the clock agrees with the database's");
        }
        let mut unit = work.desk.store.look().await?;
        let tx = unit.tx();
        let now = now(tx, &work.desk).await?;
        findings.keys(&tx.signing_keys().await?, now);
        let backlog = tx.outbox_backlog().await?;
        if let Some(oldest) = backlog.oldest.filter(|oldest| now.since(*oldest) > LETTERS) {
            let minutes = now.since(oldest).as_seconds() / 60;
            findings.say(Light::Red, format!("{} letters wait, the oldest for {minutes} minutes", backlog.pending));
        }
        for id in tx.tenant_ids().await? {
            let Some(tenant) = tx.tenant(&id).await? else { continue };
            let members = tx.members(&id).await?;
            findings.tenant(&tenant, &members, now);
        }
        Ok::<_, Failure>(findings.0)
    })?;
    if args.json {
        say(format_args!("{:#}", serde_json::json!(findings)));
    } else {
        for finding in &findings {
            let light = match finding.light {
                Light::Green => "ok  ",
                Light::Yellow => "look",
                Light::Red => "BAD ",
            };
            say(format_args!("{light}  {}", finding.what));
        }
    }
    let bad = findings.iter().filter(|finding| finding.light == Light::Red).count();
    if bad == 0 { Ok(()) } else { Err(Failure::refused(format!("{bad} of {} findings are bad", findings.len()))) }
}

struct Findings(Vec<Finding>);

impl Findings {
    fn say(&mut self, light: Light, what: impl Into<String>) {
        self.0.push(Finding { light, what: what.into() });
    }

    fn keys(&mut self, keys: &[crate::store::StoredKey], now: Instant) {
        for alg in Algorithm::ALL {
            let signs = |key: &&crate::store::StoredKey| {
                key.alg == alg && key.signing_from.is_some() && key.retired_at.is_none()
            };
            match keys.iter().find(signs) {
                None => self.say(Light::Yellow, format!("no {} key signs yet: `ostiary serve` makes it", alg.as_str())),
                Some(key) if now.since(key.made_at) > OLD_KEY => {
                    self.say(
                        Light::Yellow,
                        format!("the {} key is over a year old: `ostiary keys rotate`", alg.as_str()),
                    );
                }
                Some(_) => self.say(Light::Green, format!("an {} key signs", alg.as_str())),
            }
        }
    }

    fn tenant(&mut self, tenant: &Tenant, members: &[(PersonId, Membership)], now: Instant) {
        if tenant.standing == Standing::Disabled {
            return;
        }
        let slug = &tenant.slug;
        let admin = |m: &&(PersonId, Membership)| m.1.state == MembershipState::Live && m.1.role == Role::Admin;
        match members.iter().filter(admin).count() {
            0 => self.say(Light::Yellow, format!("{slug} has no admin: nobody there can help its people")),
            1 => self.say(Light::Yellow, format!("{slug} has one admin: who helps that one?")),
            _ => {}
        }
        if tenant.policy.first_binding == FirstBinding::Password {
            let what = format!("{slug} binds a first authenticator by password alone (`first_binding`)");
            self.say(Light::Yellow, what);
        }
        for connection in &tenant.connections {
            if tenant.connection_state(connection, now) == ConnectionState::Waiting {
                let what = format!("{slug}: {} waits until two-factor is required there", connection.client_name);
                self.say(Light::Yellow, what);
            }
        }
    }
}
