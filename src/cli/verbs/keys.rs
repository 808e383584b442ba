//! `ostiary keys`: what signs, and how it changes.
use super::{Failure, config::layers::Layers, say, shown, work};
use crate::{
    crypto::dice::SystemDice,
    mint::{CACHE_LIFE, announce_key, forget_key, make_keys},
};
use clap::Subcommand;
use ostiary_gate::domain::{audit::Actor, client::Algorithm};

#[derive(Subcommand)]
pub enum KeysVerb {
    /// Every key, and how far it is on its way
    List {
        #[arg(long)]
        json: bool,
    },
    /// Announce new keys; they take over once every relying party can know them
    Rotate {
        /// Only this algorithm: RS256, ES256 or `EdDSA`
        #[arg(long, value_parser = algorithm)]
        alg: Option<Algorithm>,
        #[arg(long)]
        json: bool,
    },
    /// A key leaked: nothing it signed is believed any more, and a new one signs at once
    Forget {
        kid: String,
        /// Tokens signed with it stop working now
        #[arg(long, required = true)]
        yes: bool,
    },
}

fn algorithm(text: &str) -> Result<Algorithm, String> {
    Algorithm::parse(text).ok_or_else(|| "RS256, ES256 or EdDSA".to_owned())
}

pub fn run(verb: &KeysVerb, layers: &Layers) -> Result<(), Failure> {
    match verb {
        KeysVerb::List { json } => list(*json, layers),
        KeysVerb::Rotate { alg, json } => rotate(*alg, *json, layers),
        KeysVerb::Forget { kid, .. } => forget(kid, layers),
    }
}

fn list(json: bool, layers: &Layers) -> Result<(), Failure> {
    let keys = work::with(layers, None, async |work| Ok(work.desk.store.look().await?.tx().signing_keys().await?))?;
    if json {
        let row = |key: &crate::store::StoredKey| {
            serde_json::json!({
                "kid": key.kid, "alg": key.alg, "state": key.state, "made_at": shown(key.made_at),
                "signing_from": key.signing_from.map(shown), "retired_at": key.retired_at.map(shown),
            })
        };
        say(format_args!("{:#}", serde_json::Value::from(keys.iter().map(row).collect::<Vec<_>>())));
        return Ok(());
    }
    for key in &keys {
        let state = serde_json::json!(key.state);
        let state = state.as_str().unwrap_or_default();
        say(format_args!("{:<6} {state:<10} {}  made {}", key.alg.as_str(), key.kid, shown(key.made_at)));
    }
    if keys.is_empty() {
        say("no keys yet: `ostiary serve` makes them at its first start");
    }
    Ok(())
}

fn rotate(alg: Option<Algorithm>, json: bool, layers: &Layers) -> Result<(), Failure> {
    let announced = work::with(layers, None, async |work| {
        let (dice, actor) = (SystemDice::new(), Actor::Operator(work::operator()));
        let (store, clock) = (&work.desk.store, &*work.desk.clock);
        make_keys(store, clock, &dice, &Algorithm::ALL).await?;
        let mut announced = vec![];
        for alg in alg.map_or(Algorithm::ALL.to_vec(), |alg| vec![alg]) {
            announced.push((alg, announce_key(store, clock, &dice, alg, &actor).await?));
        }
        Ok(announced)
    })?;
    let minutes = CACHE_LIFE.as_seconds() / 60;
    if json {
        let row = |(alg, kid): &(Algorithm, Option<String>)| serde_json::json!({ "alg": alg, "announced": kid });
        say(format_args!("{:#}", serde_json::Value::from(announced.iter().map(row).collect::<Vec<_>>())));
        return Ok(());
    }
    for (alg, kid) in announced {
        match kid {
            Some(kid) => say(format_args!("{:<6} {kid} is announced and signs in {minutes} minutes", alg.as_str())),
            None => say(format_args!("{:<6} one is announced already and takes over soon", alg.as_str())),
        }
    }
    Ok(())
}

fn forget(kid: &str, layers: &Layers) -> Result<(), Failure> {
    let was_there = work::with(layers, None, async |work| {
        let (dice, actor) = (SystemDice::new(), Actor::Operator(work::operator()));
        let (store, clock) = (&work.desk.store, &*work.desk.clock);
        let was_there = forget_key(store, clock, &dice, kid, &actor).await?;
        make_keys(store, clock, &dice, &Algorithm::ALL).await?;
        Ok(was_there)
    })?;
    if !was_there {
        return Err(Failure::refused(format!("there is no key {kid}; `ostiary keys list` names them")));
    }
    say(format_args!("{kid} is forgotten; running nodes know it within seconds"));
    Ok(())
}
