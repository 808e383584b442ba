//! Why somebody gets a token, or does not: the gate's own judgement with each clause and whose it is, for support and for
//! `ostiary explain`. Judges, never decides: nothing here opens anything.
use super::{
    apply::span,
    standing::{self, Standing},
};
use crate::{
    porter::{Claim, Heard, NoRules, Whose, hear},
    store::{Known, StoreError, Tx, as_if_shown},
};
use ostiary_gate::{
    domain::{
        amr::Acr,
        client::Client,
        grant::Keeping,
        ids::{ClientId, PersonId, TenantId},
        person::{MembershipState, Person},
        scope::Scope,
        tenant::Tenant,
        time::Instant,
    },
    gate::{Clause, Demand, Means, Met, Occasion, Origin, Outcome, Pin, Reason, Refusal, Step},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Whom to explain.
pub struct Question<'a> {
    /// None: the client itself, a machine.
    pub person: Option<&'a PersonId>,
    pub client: &'a ClientId,
    pub tenant: Option<&'a TenantId>,
    pub scope: Scope,
    pub wishes: Vec<Acr>,
}

/// The answer, in words; `serde` gives the same to programs.
#[derive(Debug, Serialize)]
pub struct Explanation {
    pub person: Option<String>,
    pub client: String,
    /// Whose rules count here.
    pub tenants: Vec<String>,
    /// What is known of the person that matters.
    pub facts: Vec<String>,
    pub cases: Vec<Case>,
    pub grants: Vec<Held>,
}

/// One judgement.
#[derive(Debug, Serialize)]
pub struct Case {
    /// What is supposed to have been shown.
    pub shown: &'static str,
    pub gets_a_token: bool,
    pub outcome: String,
    pub demands: Vec<Why>,
}

/// One clause.
#[derive(Debug, Serialize)]
pub struct Why {
    pub tenant: Option<String>,
    pub by: String,
    pub asks: String,
    pub met: &'static str,
}

/// What the client holds for the person now.
#[derive(Debug, Serialize)]
pub struct Held {
    pub grant: String,
    pub kind: &'static str,
    pub stands: &'static str,
    pub why: String,
}

/// Nothing to explain.
#[derive(Debug, thiserror::Error)]
pub enum Unexplained {
    #[error("there is no such client")]
    UnknownClient,
    #[error("the client's resource is not there or not in service")]
    UnknownResource,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NoRules> for Unexplained {
    fn from(why: NoRules) -> Self {
        match why {
            NoRules::UnknownClient => Self::UnknownClient,
            NoRules::UnknownResource => Self::UnknownResource,
        }
    }
}

/// As of `now`, which need not be now.
pub async fn explain(tx: &mut Tx, question: &Question<'_>, now: Instant) -> Result<Explanation, Unexplained> {
    let claim = claim(question, now);
    let mut heard = hear(tx, &claim, None, Known::AsPicture, now).await??;
    let names = names(&heard);
    let mut cases = vec![];
    match heard.facts.person.clone() {
        None => cases.push(case("nothing but its own secret", &heard, &names)),
        Some(person) => {
            heard.facts.proofs = as_if_shown(&person, false, now);
            cases.push(case("the password", &heard, &names));
            if !person.authenticators.is_empty() {
                heard.facts.proofs = as_if_shown(&person, true, now);
                cases.push(case("the password and a code of the authenticator", &heard, &names));
            }
        }
    }
    let mut facts = heard.facts.person.as_ref().map(|person| facts(person, &heard)).unwrap_or_default();
    if heard.rules.tenants.is_empty() {
        facts.extend(several(tx, heard.facts.person.as_ref()).await?);
    }
    let grants = match question.person {
        Some(person) => held(tx, person, question.client, &names, now).await?,
        None => vec![],
    };
    let row = match question.person {
        Some(person) => tx.person(person).await?,
        None => None,
    };
    let person = row.map(|row| format!("{} <{}>", row.full_name(), row.email.clone().unwrap_or_default()));
    let Client { name, id, .. } = &heard.rules.client;
    Ok(Explanation {
        person,
        client: format!("{name} ({id})"),
        tenants: heard.rules.tenants.iter().map(|tenant| said_of_tenant(tenant, now)).collect(),
        facts,
        cases,
        grants,
    })
}

fn claim(question: &Question<'_>, now: Instant) -> Claim {
    let (whose, occasion) = match question.person {
        Some(person) => (
            Whose::AtTheDoor { person: person.clone(), session: None, visit: None },
            Occasion::Authorize { visit_began: now },
        ),
        None => (Whose::Machine, Occasion::Machine),
    };
    Claim {
        client: question.client.clone(),
        whose,
        pin: question.tenant.cloned().map_or(Pin::None, Pin::To),
        occasion,
        scope: question.scope.clone(),
        resource: None,
        demand: Demand::default(),
        wishes: question.wishes.clone(),
        fresh: None,
        only: None,
        // Consent is a page of its own and never a surprise to support.
        consented: true,
    }
}

type Names = (BTreeMap<TenantId, String>, BTreeMap<ClientId, String>);

fn names(heard: &Heard) -> Names {
    let tenants = heard.rules.tenants.iter();
    let connected = tenants.clone().flat_map(|t| &t.connections).map(|c| (c.client.clone(), c.client_name.clone()));
    let client = &heard.rules.client;
    (
        tenants.map(|tenant| (tenant.id.clone(), tenant.name.clone())).collect(),
        connected.chain([(client.id.clone(), client.name.clone())]).collect(),
    )
}

fn case(shown: &'static str, heard: &Heard, names: &Names) -> Case {
    let judgement = heard.judgement();
    Case {
        shown,
        gets_a_token: judgement.outcome == Outcome::Clear,
        outcome: match &judgement.outcome {
            Outcome::Clear if judgement.evidence.is_empty() => "gets a token".to_owned(),
            Outcome::Clear => {
                let amr: Vec<_> = judgement.evidence.references().iter().map(|reference| reference.as_str()).collect();
                format!("gets a token, amr [{}], acr {}", amr.join(", "), judgement.evidence.acr().canonical())
            }
            Outcome::Step(step) => step_in_words(*step).to_owned(),
            Outcome::Refused(refusal) => refusal_in_words(*refusal).to_owned(),
        },
        demands: judgement.reasons.iter().map(|reason| why(reason, names)).collect(),
    }
}

fn why(reason: &Reason, (tenants, clients): &Names) -> Why {
    let tenant = |id: &TenantId| tenants.get(id).cloned().unwrap_or_else(|| id.to_string());
    let client = |id: &ClientId| clients.get(id).cloned().unwrap_or_else(|| id.to_string());
    let by = match &reason.clause.origin {
        Origin::SignIn => "everybody signs in with something".to_owned(),
        Origin::Tenant { tenant: id, since } => format!("{} requires two-factor since {}", tenant(id), day(*since)),
        Origin::Connection { client: id, tenant: of, since } => {
            format!("{}, connected to {} since {}, demands it of everyone", client(id), tenant(of), day(*since))
        }
        Origin::Client { client: id } => format!("{} demands it of its users", client(id)),
        Origin::Request => "the request asks for it".to_owned(),
        Origin::Person => "they have an authenticator, so it is asked at every new sign-in".to_owned(),
        Origin::OwnPages => "Ostiary's own pages ask for it".to_owned(),
    };
    Why {
        tenant: reason.tenant.as_ref().map(tenant),
        by,
        asks: asks(&reason.clause),
        met: match reason.met {
            Met::Yes => "met",
            Met::TooOld => "shown, but too long ago",
            Met::No => "not met",
        },
    }
}

fn asks(clause: &Clause) -> String {
    let means = |means: &Means| match means {
        Means::Password => "a password".to_owned(),
        Means::Totp => "a 6-digit code".to_owned(),
        Means::Passkey => "a passkey".to_owned(),
        Means::VerifiedPasskey => "a passkey with PIN or fingerprint".to_owned(),
        Means::Reference(reference) => format!("amr {}", reference.as_str()),
        Means::Class(acr) => format!("acr {}", acr.canonical()),
    };
    let one = |all: &std::collections::BTreeSet<Means>| all.iter().map(means).collect::<Vec<_>>().join(" and ");
    let any = clause.any_of.iter().map(one).collect::<Vec<_>>().join(", or ");
    match clause.not_older_than {
        Some(age) => format!("{any}, not older than {}", span(age)),
        None => any,
    }
}

fn facts(person: &Person, heard: &Heard) -> Vec<String> {
    let mut said = vec![];
    if person.authenticators.is_empty() {
        said.push("has no authenticator".to_owned());
    }
    for tenant in &heard.rules.tenants {
        let Some(membership) = person.live_membership(&tenant.id) else {
            said.push(format!("is no member of {} now", tenant.name));
            continue;
        };
        if membership.reset_waiting.is_some() {
            said.push(format!("{}: the authenticator was reset and none was set up since", tenant.name));
        }
        if !person.authenticators.is_empty() && !person.has_authenticator(&tenant.id) {
            said.push(format!("{}: the authenticator does not count here since a reset", tenant.name));
        }
    }
    if !person.has_phone {
        said.push("has no mobile number on file".to_owned());
    }
    if !person.codes_saved {
        said.push("has not saved backup codes".to_owned());
    }
    said
}

/// Among which clinics somebody must choose before more can be said.
async fn several(tx: &mut Tx, person: Option<&Person>) -> Result<Option<String>, StoreError> {
    let mut slugs = vec![];
    for membership in person.map(|person| person.memberships.as_slice()).unwrap_or_default() {
        if membership.state == MembershipState::Live {
            slugs.extend(tx.tenant(&membership.tenant).await?.map(|tenant| tenant.slug));
        }
    }
    slugs.sort();
    Ok((!slugs.is_empty()).then(|| format!("belongs to {}; say --tenant to see further", slugs.join(", "))))
}

fn said_of_tenant(tenant: &Tenant, now: Instant) -> String {
    match (tenant.requires_two_factor(now), tenant.pending) {
        (Some(since), _) => format!("{}: two-factor required since {}", tenant.name, day(since)),
        (None, Some(pending)) => format!("{}: two-factor off, required from {}", tenant.name, day(pending.starts_at)),
        (None, None) => format!("{}: two-factor off", tenant.name),
    }
}

async fn held(
    tx: &mut Tx,
    person: &PersonId,
    client: &ClientId,
    names: &Names,
    now: Instant,
) -> Result<Vec<Held>, StoreError> {
    let mut held = vec![];
    for row in tx.grants_of(person).await? {
        if row.client()? != *client || row.has_ended() {
            continue;
        }
        let (id, keeping) = (row.id()?, row.keeping()?);
        let Some(heard) = standing::hear_grant(tx, &row, now).await? else { continue };
        let case = case("what was shown when it was given", &heard, names);
        held.push(Held {
            grant: id.to_string(),
            kind: match keeping {
                Keeping::Online => "online",
                Keeping::Offline => "offline",
                Keeping::Machine => "machine",
            },
            stands: match standing::of(&heard) {
                Standing::Works => "works",
                Standing::Suspended => "suspended",
                Standing::Over => "over",
            },
            why: case.outcome,
        });
    }
    Ok(held)
}

fn step_in_words(step: Step) -> &'static str {
    match step {
        Step::SignIn => "is asked to sign in",
        Step::SignInAgain => "is asked to sign in again",
        Step::ChooseTenant => "is asked which clinic",
        Step::SecondFactor => "is asked for the second factor they have",
        Step::SetUpCode => "is asked for a set-up code from an admin, because of a reset",
        Step::Enrol => "is led through setting up an authenticator",
        Step::Complete => "is asked to complete what is missing: a mobile number, saved backup codes",
        Step::Connect => "is stopped: an admin of the clinic may connect this app",
        Step::Consent => "is asked whether this app may know",
    }
}

fn refusal_in_words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::ClientDisabled => "refused: the client is disabled",
        Refusal::TenantDisabled => "refused: the tenant is disabled",
        Refusal::PersonDisabled => "refused: the person is disabled",
        Refusal::NotAMember => "refused: not a member",
        Refusal::GrantEnded => "refused: the grant has ended",
        Refusal::GrantTooOld => "refused: the grant is too old and must be given again",
        Refusal::Unmeetable => "refused: asks for what this person can neither show nor set up",
        Refusal::NotConnected => "refused: the clinic has no live connection to this app",
        Refusal::ScopeNotAgreed => "refused: the connection does not cover these scopes",
    }
}

fn day(at: Instant) -> String {
    jiff::Timestamp::from_microsecond(at.0).unwrap_or_default().strftime("%Y-%m-%d %H:%M UTC").to_string()
}
