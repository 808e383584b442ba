//! The rungs, in the order a person meets them. To add a rule, add a line to [`LADDER`].
use super::{
    Choice, Occasion, Outcome,
    case::{Case, Place},
    demand::{Clause, Means, Met, Origin},
};
use crate::domain::{
    amr::{Acr, Reference},
    grant::Keeping,
    ids::TenantId,
    person::{MembershipState, Person, Role},
    tenant::Standing,
    time::Span,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// What the person can do about it. Each is a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Nobody is signed in, the session is over, or somebody else was asked for.
    SignIn,
    /// They are, but the request wants it again.
    SignInAgain,
    ChooseTenant,
    /// Show the second factor they have.
    SecondFactor,
    /// An admin reset their authenticator: only a set-up code (or a recovery code) leads on.
    SetUpCode,
    /// Set up an authenticator.
    Enrol,
    /// They have one, but the clinic wants the rest too: phone, saved codes.
    Complete,
    /// An admin may connect this app to the clinic.
    Connect,
    Consent,
}

/// What nobody at the door can put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    ClientDisabled,
    TenantDisabled,
    PersonDisabled,
    NotAMember,
    GrantEnded,
    /// `offline_max_age` or the absolute end has passed.
    GrantTooOld,
    /// What is asked for could be met by nothing this person has or can set up.
    Unmeetable,
    /// The clinic has no live connection to this app.
    NotConnected,
    /// The connection does not cover these scopes.
    ScopeNotAgreed,
}

pub(super) enum Unmet {
    Step(Step),
    Refused(Refusal),
}

type Rung = fn(&Case<'_>) -> Result<(), Unmet>;

/// An offline grant ends after a year, however often it is used.
const OFFLINE_ABSOLUTE: Span = Span::days(365);
/// On a shared computer a session idles this long at most, whatever the tenant says.
const SHARED_IDLE: Span = Span::minutes(30);

const LADDER: &[(&str, Rung)] = &[
    ("the app is in service", client_in_service),
    ("somebody is signed in", somebody),
    ("the person is in service", person_in_service),
    ("it is the person who was asked for", the_one_asked_for),
    ("it is clear for which clinic", tenant_settled),
    ("the clinic is in service", tenant_in_service),
    ("the person belongs to the clinic", member),
    ("the grant stands", grant_stands),
    ("the session is within its limits", session_within_limits),
    ("a first factor was shown", first_factor),
    ("what they have was shown", own_factor),
    ("no reset is waiting", no_reset_waiting),
    ("what the clinic wants on file is there", complete),
    ("what is demanded was shown", demanded),
    ("what was wished for was shown, if they can", wished),
    ("the clinic is connected to the app", connected),
    ("the person agreed", consented),
];

/// The names of the rungs, in order: for documentation and tests.
pub fn rungs() -> impl Iterator<Item = &'static str> {
    LADDER.iter().map(|(name, _)| *name)
}

pub(super) fn climb(case: &Case<'_>) -> Outcome {
    for (_, rung) in LADDER {
        match rung(case) {
            Ok(()) => {}
            Err(Unmet::Step(step)) => return Outcome::Step(step),
            Err(Unmet::Refused(refusal)) => return Outcome::Refused(refusal),
        }
    }
    Outcome::Clear
}

fn stop<T>(unmet: Unmet) -> Result<T, Unmet> {
    Err(unmet)
}

fn need(met: bool, unmet: Unmet) -> Result<(), Unmet> {
    if met { Ok(()) } else { Err(unmet) }
}

fn client_in_service(case: &Case<'_>) -> Result<(), Unmet> {
    need(case.ask.rules.client.standing == Standing::Active, Unmet::Refused(Refusal::ClientDisabled))
}

fn somebody(case: &Case<'_>) -> Result<(), Unmet> {
    if case.is_machine() {
        // A machine token is about nobody: facts about a person do not belong here.
        return need(case.facts.person.is_none(), Unmet::Refused(Refusal::GrantEnded));
    }
    case.person().map(|_| ())
}

fn person_in_service(case: &Case<'_>) -> Result<(), Unmet> {
    let active = case.facts.person.as_ref().is_none_or(|p| p.standing == Standing::Active);
    need(active, Unmet::Refused(Refusal::PersonDisabled))
}

/// OIDC Core §3.1.2.2: a hint of somebody else is never answered with whoever happens to sit there.
fn the_one_asked_for(case: &Case<'_>) -> Result<(), Unmet> {
    match (&case.ask.wants.only, &case.facts.person) {
        (Some(only), Some(person)) => need(person.id == *only, Unmet::Step(Step::SignIn)),
        (Some(_) | None, None) | (None, Some(_)) => Ok(()),
    }
}

fn tenant_settled(case: &Case<'_>) -> Result<(), Unmet> {
    match &case.ask.wants.tenants {
        Choice::Open(_) => stop(Unmet::Step(Step::ChooseTenant)),
        Choice::Nowhere => stop(Unmet::Refused(Refusal::NotAMember)),
        Choice::Unsettled => stop(Unmet::Step(Step::SignIn)),
        Choice::These(ids) => {
            // What was fetched must be what was chosen, each once: a missing row closes the gate.
            let chosen: BTreeSet<_> = ids.iter().collect();
            let fetched: BTreeSet<_> = case.places.iter().map(|p| &p.tenant.id).collect();
            let each_once = chosen == fetched && fetched.len() == case.places.len();
            // RULES 3: a bound client is for its own clinic, and a machine grant for one.
            let bound = case.ask.rules.client.tenant.as_ref().is_none_or(|own| fetched.iter().all(|id| *id == own));
            let one_machine = !case.is_machine() || fetched.len() == 1;
            need(each_once && !fetched.is_empty() && bound && one_machine, Unmet::Refused(Refusal::NotAMember))
        }
    }
}

fn tenant_in_service(case: &Case<'_>) -> Result<(), Unmet> {
    let active = case.places.iter().all(|p| p.tenant.standing == Standing::Active);
    need(active, Unmet::Refused(Refusal::TenantDisabled))
}

fn member(case: &Case<'_>) -> Result<(), Unmet> {
    let live = |p: &Place<'_>| p.membership.is_some_and(|m| m.state == MembershipState::Live);
    need(case.is_machine() || case.places.iter().all(live), Unmet::Refused(Refusal::NotAMember))
}

fn grant_stands(case: &Case<'_>) -> Result<(), Unmet> {
    let ended = Unmet::Refused(Refusal::GrantEnded);
    let Some(grant) = &case.facts.grant else {
        return need(case.is_at_the_door() || case.is_machine(), ended);
    };
    need(grant.ended_at.is_none() && suits(case.ask.wants.occasion, grant.keeping), ended)?;
    match grant.keeping {
        Keeping::Machine => Ok(()),
        Keeping::Offline => {
            let age = case.now.since(grant.authorised_at);
            let limit = case.places.iter().map(|p| p.tenant.policy.offline_max_age).min().unwrap_or(Span::ZERO);
            need(age <= limit.min(OFFLINE_ABSOLUTE), Unmet::Refused(Refusal::GrantTooOld))
        }
        Keeping::Online => {
            let Some(session) = &grant.session else { return stop(Unmet::Refused(Refusal::GrantEnded)) };
            let absolute = case.places.iter().map(|p| p.tenant.policy.session_absolute).min().unwrap_or(Span::ZERO);
            let lives = session.ended_at.is_none() && case.now.since(session.started_at) <= absolute;
            need(lives, Unmet::Refused(Refusal::GrantEnded))
        }
    }
}

/// A grant comes by its own road only: another one would judge its ages against another instant.
fn suits(occasion: Occasion, keeping: Keeping) -> bool {
    match occasion {
        Occasion::Authorize { .. } | Occasion::OwnPages { .. } => true,
        Occasion::Redeem { .. } => keeping != Keeping::Machine,
        Occasion::Online => keeping == Keeping::Online,
        Occasion::Offline => keeping == Keeping::Offline,
        Occasion::Machine => keeping == Keeping::Machine,
    }
}

/// Limits are each tenant's, judged at use: idle as of the visit's start, absolute as of now.
fn session_within_limits(case: &Case<'_>) -> Result<(), Unmet> {
    let Some(session) = case.facts.session.as_ref().filter(|_| case.is_at_the_door()) else { return Ok(()) };
    let idle = case.as_of.since(session.seen_at);
    let fits = |p: &Place<'_>| {
        let limit = p.tenant.policy.session_idle;
        let limit = if session.shared_computer { limit.min(SHARED_IDLE) } else { limit };
        idle <= limit && case.now.since(session.started_at) <= p.tenant.policy.session_absolute
    };
    need(session.ended_at.is_none() && case.places.iter().all(fits), Unmet::Step(Step::SignIn))
}

fn first_factor(case: &Case<'_>) -> Result<(), Unmet> {
    let shown = |p: &Place<'_>| Clause::primary(Origin::SignIn).met(&p.evidence, case.as_of) == Met::Yes;
    need(case.is_machine() || case.places.iter().all(shown), Unmet::Step(Step::SignInAgain))
}

fn own_factor(case: &Case<'_>) -> Result<(), Unmet> {
    let own = |clause: &&Clause| clause.origin == Origin::Person;
    let shown = |p: &Place<'_>| p.demand.clauses().filter(own).all(|c| c.met(&p.evidence, case.as_of) == Met::Yes);
    need(case.places.iter().all(shown), Unmet::Step(Step::SecondFactor))
}

/// RULES 6: whatever the policy, however long.
fn no_reset_waiting(case: &Case<'_>) -> Result<(), Unmet> {
    let waiting = |p: &Place<'_>| p.membership.is_some_and(|m| m.reset_waiting.is_some());
    need(!case.places.iter().any(waiting), Unmet::Step(Step::SetUpCode))
}

/// Housekeeping stops pages, never a refresh. Who has no authenticator is led through all of it by enrolment.
fn complete(case: &Case<'_>) -> Result<(), Unmet> {
    if !case.is_at_the_door() {
        return Ok(());
    }
    let person = case.person()?;
    let missing = |p: &Place<'_>| {
        let policy = &p.tenant.policy;
        let wanted = p.tenant.requires_two_factor(case.now).is_some() && person.has_authenticator(&p.tenant.id);
        wanted && ((policy.phone_required && !person.has_phone) || !person.codes_saved)
    };
    need(!case.places.iter().any(missing), Unmet::Step(Step::Complete))
}

fn demanded(case: &Case<'_>) -> Result<(), Unmet> {
    for place in &case.places {
        for clause in place.demand.clauses() {
            if clause.met(&place.evidence, case.as_of) != Met::Yes {
                return stop(way_to(clause, case.person()?, &place.tenant.id));
            }
        }
    }
    Ok(())
}

/// Show it if they have it, set it up if that would help, else nobody here can.
fn way_to(clause: &Clause, person: &Person, tenant: &TenantId) -> Unmet {
    let (totp, passkey) = (person.has_totp(tenant), person.has_passkey(tenant));
    if clause.can_be_met(|means| could(means, totp, passkey)) {
        Unmet::Step(Step::SecondFactor)
    } else if clause.can_be_met(|means| could(means, true, passkey)) {
        Unmet::Step(Step::Enrol)
    } else {
        Unmet::Refused(Refusal::Unmeetable)
    }
}

/// Whether somebody with a password and these could ever show it.
fn could(means: Means, totp: bool, passkey: bool) -> bool {
    match means {
        Means::Password => true,
        Means::Totp => totp,
        Means::Passkey | Means::VerifiedPasskey => passkey,
        Means::Reference(reference) => match reference {
            Reference::Pwd => true,
            Reference::Otp => totp,
            Reference::Hwk | Reference::Swk | Reference::Pop | Reference::User => passkey,
            Reference::Mfa => totp || passkey,
        },
        Means::Class(acr) => match acr {
            Acr::Sfa => true,
            Acr::Mfa => totp || passkey,
            Acr::Phr => passkey,
        },
    }
}

/// `acr_values` is voluntary: any listed class will do, and who cannot reach one gets in with what they have. Judged in
/// each clinic by what counts there, like a clause, so that one more clinic never spares the question.
fn wished(case: &Case<'_>) -> Result<(), Unmet> {
    let wishes = &case.ask.wants.wishes;
    if !case.is_at_the_door() || wishes.is_empty() {
        return Ok(());
    }
    let person = case.person()?;
    let open = |p: &Place<'_>| {
        let (totp, passkey) = (person.has_totp(&p.tenant.id), person.has_passkey(&p.tenant.id));
        let reached = wishes.iter().any(|wish| p.evidence.reaches(*wish));
        !reached && wishes.iter().any(|wish| could(Means::Class(*wish), totp, passkey))
    };
    need(!case.places.iter().any(open), Unmet::Step(Step::SecondFactor))
}

fn connected(case: &Case<'_>) -> Result<(), Unmet> {
    let (client, wants) = (&case.ask.rules.client, case.ask.wants);
    // RULES 3: a machine that is not bound to the clinic works there only by its word.
    let unbound_machine = case.is_machine() && client.tenant.is_none();
    if !unbound_machine && !client.needs_connection(&wants.scope, case.is_machine(), wants.resource_scope) {
        return Ok(());
    }
    for place in &case.places {
        match place.tenant.live_connection(&client.id, case.now) {
            Some(connection) if case.is_machine() => {
                need(wants.scope.is_within(&connection.scope), Unmet::Refused(Refusal::ScopeNotAgreed))?;
            }
            Some(_) => {}
            None => {
                let admin = place.membership.is_some_and(|m| m.role == Role::Admin);
                let unmet = if admin && case.is_at_the_door() {
                    Unmet::Step(Step::Connect)
                } else {
                    Unmet::Refused(Refusal::NotConnected)
                };
                return stop(unmet);
            }
        }
    }
    Ok(())
}

fn consented(case: &Case<'_>) -> Result<(), Unmet> {
    let client = &case.ask.rules.client;
    let asked = !client.first_party && matches!(case.ask.wants.occasion, Occasion::Authorize { .. });
    need(!asked || case.facts.consented, Unmet::Step(Step::Consent))
}
