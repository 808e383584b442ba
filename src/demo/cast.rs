//! Who plays in the demo: one document in the language of `ostiary apply`, read here for what the visitor must know.
use super::{Ports, clinic, ledgerly};
use crate::factors::totp::Seed;
use serde::Deserialize;

/// With `{…}` where addresses and secrets of this run go.
const STATE: &str = include_str!("state.toml");

/// Of the two apps and the clinic app's interface, made anew for each run.
pub struct Secrets {
    pub clinic: String,
    pub api: String,
    pub ledgerly: String,
}

/// What is applied to the empty deployment.
pub fn state(ports: &Ports, secrets: &Secrets) -> String {
    [
        ("{clinic}", ports.clinic().as_str()),
        ("{ledgerly}", ports.ledgerly().as_str()),
        ("{clinic-id}", clinic::CLIENT_ID),
        ("{api-id}", clinic::API_CLIENT_ID),
        ("{clinic-name}", clinic::NAME),
        ("{ledgerly-id}", ledgerly::CLIENT_ID),
        ("{resource}", clinic::RESOURCE),
        ("{scope}", clinic::SCOPE),
        ("{clinic-secret}", secrets.clinic.as_str()),
        ("{api-secret}", secrets.api.as_str()),
        ("{ledgerly-secret}", secrets.ledgerly.as_str()),
    ]
    .iter()
    .fold(STATE.to_owned(), |text, (name, value)| text.replace(name, value))
}

pub struct Member {
    pub name: String,
    pub email: String,
    pub password: String,
    /// `admin, Riverside Physio (two-factor off)`
    pub at: Vec<String>,
    pub seed: Option<Seed>,
}

#[derive(Deserialize)]
struct Document {
    tenant: Vec<Tenant>,
    person: Vec<Person>,
}

#[derive(Deserialize)]
struct Tenant {
    slug: String,
    name: String,
    policy: Policy,
}

#[derive(Deserialize)]
struct Policy {
    two_factor: String,
}

#[derive(Deserialize)]
struct Person {
    email: String,
    given_name: String,
    family_name: String,
    password: String,
    totp_secret: Option<String>,
    memberships: Vec<Membership>,
}

#[derive(Deserialize)]
struct Membership {
    tenant: String,
    role: String,
}

/// The people of a state document, as the visitor meets them.
pub fn people(state: &str) -> Result<Vec<Member>, toml::de::Error> {
    let Document { tenant: tenants, person: people } = toml::from_str(state)?;
    let at = |membership: &Membership| {
        let tenant = tenants.iter().find(|tenant| tenant.slug == membership.tenant)?;
        Some(format!("{}, {} (two-factor {})", membership.role, tenant.name, switch(&tenant.policy)))
    };
    let member = |person: Person| Member {
        name: format!("{} {}", person.given_name, person.family_name),
        at: person.memberships.iter().filter_map(at).collect(),
        email: person.email,
        password: person.password,
        seed: person.totp_secret.as_deref().and_then(|secret| Seed::from_base32(secret).ok()),
    };
    Ok(people.into_iter().map(member).collect())
}

fn switch(policy: &Policy) -> &'static str {
    if policy.two_factor == "required" { "on" } else { "off" }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn the_story_has_its_people() {
        let secrets = || "s".repeat(43);
        let secrets = Secrets { clinic: secrets(), api: secrets(), ledgerly: secrets() };
        let state = state(&Ports::from(9400).unwrap(), &secrets);
        let filled = |line: &str| !line.split('#').next().unwrap().replace("{ tenant", "").contains('{');
        assert!(state.lines().all(filled), "{state}");
        let people = people(&state).unwrap();
        let who = |name: &str| people.iter().find(|person| person.email.starts_with(name)).unwrap();
        assert!(who("sam").seed.is_none() && who("lee").seed.is_none(), "two who never enrolled");
        assert!(who("priya").seed.is_some() && who("priya").at[0].starts_with("admin, Riverside"));
        let mei = &who("mei").at;
        assert!(mei.iter().any(|at| at.ends_with(" on)")) && mei.iter().any(|at| at.ends_with(" off)")), "{mei:?}");
    }
}
