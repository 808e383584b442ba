//! `ostiary init`: from nothing to a one-time link for the first admin. Asks for what nobody said, writes down what was
//! said here, and has no default account or password to leave behind. Said again it explains, and changes nothing.
use super::{
    Failure,
    config::{
        keys::{self, Key},
        layers::{Given, Layers, Origin},
    },
    say, work,
};
use crate::{
    acts::{
        apply::{email, time_zone},
        founding::{self, Founded, Founder, LINK, NotFounded},
    },
    store::Kind,
};
use clap::Args;
use ostiary_gate::domain::secret::Secret;
use std::{
    fmt::Write as _,
    io::{BufRead, IsTerminal, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

#[derive(Args)]
pub struct InitArgs {
    /// The first admin's address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Where the operator's clocks are: Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// For development on this machine
    #[arg(long)]
    dev: bool,
    #[arg(long)]
    json: bool,
}

/// Where settings are written that were said here.
const FILE: &str = "ostiary.toml";

pub fn run(args: &InitArgs, mut layers: Layers, config: Option<&Path>) -> Result<(), Failure> {
    let asks = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if asks && !args.dev {
        ask_for(&mut layers, &keys::ISSUER, "Public address (https://id.example.com)")?;
        ask_for(&mut layers, &keys::SMTP_URL, "Mail server (smtps://user:password@host:465; empty: later)")?;
    }
    if args.dev && !layers.given.contains_key(keys::ISSUER.name) {
        let listen = layers.given.get(keys::LISTEN.name).map(|given| given.value.clone()).unwrap_or_default();
        let port = listen.rsplit(':').next().unwrap_or("9400").to_owned();
        let given = Given { value: format!("http://localhost:{port}"), origin: Origin::Default };
        layers.given.insert(keys::ISSUER.name, given);
    }
    let zone = said(args.time_zone.as_ref(), asks, "Time zone (Europe/Berlin)")?.unwrap_or_else(|| "UTC".to_owned());
    let zone = if zone == "UTC" {
        zone
    } else {
        time_zone(&zone).map_err(|why| Failure::usage(format!("--time-zone: {zone} {why}")))?
    };
    let address = said(args.email.as_ref(), asks, "The first admin's e-mail address")?
        .ok_or_else(|| Failure::usage("say --email: the first admin's address"))?;
    let address = email(&address).map_err(|why| Failure::usage(format!("--email: {address} {why}")))?;

    let fresh = if args.dev { Kind::Dev } else { Kind::Live };
    let (founded, issuer) = work::with(&layers, Some(fresh), async |work| {
        let operator = work::operator();
        let whom = Founder { email: &address, time_zone: &zone, operator: &operator };
        let founded = founding::found(&work.desk, &whom).await.map_err(|why| match why {
            NotFounded::SomebodyElse(other) => Failure::refused(format!(
                "{other} was named first admin before and has not come yet; `ostiary init --email {other}` makes a new link"
            )),
            NotFounded::Taken(taken) => Failure::refused(format!("{taken} is somebody who is here already; name another")),
            NotFounded::Store(why) => why.into(),
        })?;
        Ok((founded, work.settings.issuer.clone()))
    })?;
    let written = write_down(&layers, config)?;
    tell(args.json, &founded, &issuer, written.as_deref());
    Ok(())
}

fn tell(json: bool, founded: &Founded, issuer: &str, written: Option<&str>) {
    let link = |token: &Secret| format!("{issuer}/setup?token={}", token.expose());
    if json {
        say(match founded {
            Founded::Link { token, email, .. } => {
                serde_json::json!({ "email": email, "link": link(token), "minutes": LINK.as_seconds() / 60, "config": written })
            }
            Founded::Already { email } => serde_json::json!({ "email": email, "link": null }),
        });
        return;
    }
    if let Some(file) = written {
        say(format_args!("wrote {file}"));
    }
    match founded {
        Founded::Link { token, email, .. } => {
            let minutes = LINK.as_seconds() / 60;
            say(format_args!("Start `ostiary serve`, then open this as {email}, once, within {minutes} minutes:\n"));
            say(format_args!("  {}\n", link(token)));
            say(
                "It leads through choosing a password and setting up an authenticator. Back up the root key, apart from the database.",
            );
        }
        Founded::Already { email } => {
            say(format_args!("This deployment has its first admin, {email}. Nothing was changed."));
            say("Is the phone gone? `ostiary user reset-2fa`. More people come by invitation or `ostiary apply`.");
        }
    }
}

/// What was said, or what somebody answers.
fn said(given: Option<&String>, asks: bool, question: &str) -> Result<Option<String>, Failure> {
    match given {
        Some(given) => Ok(Some(given.clone())),
        None if asks => ask(question),
        None => Ok(None),
    }
}

fn ask_for(layers: &mut Layers, key: &Key, question: &str) -> Result<(), Failure> {
    if !layers.given.contains_key(key.name)
        && let Some(value) = ask(question)?
    {
        layers.given.insert(key.name, Given { value, origin: Origin::Flag(key.flag()) });
    }
    Ok(())
}

fn ask(question: &str) -> Result<Option<String>, Failure> {
    let mut out = std::io::stderr();
    write!(out, "{question}: ")?;
    out.flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let line = line.trim();
    Ok((!line.is_empty()).then(|| line.to_owned()))
}

/// What was said by flag or answered here, so that `serve` knows it too. A file that is there is not touched.
fn write_down(layers: &Layers, config: Option<&Path>) -> Result<Option<String>, Failure> {
    let told = |key: &&&Key| layers.given.get(key.name).is_some_and(|given| matches!(given.origin, Origin::Flag(_)));
    let told: Vec<&Key> = keys::KEYS.iter().filter(told).copied().collect();
    let path = config.unwrap_or_else(|| Path::new(FILE));
    if told.is_empty() || path.exists() {
        return Ok(None);
    }
    let mut text =
        "# Settings of this deployment; `ostiary config show --origin` tells what counts and why.\n".to_owned();
    for key in told {
        if let Some(given) = layers.given.get(key.name) {
            let _ = writeln!(text, "{} = {}", key.name, toml::Value::from(given.value.as_str()));
        }
    }
    // A mail server's password may stand in it.
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    Ok(Some(path.display().to_string()))
}
