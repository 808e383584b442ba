//! `/console`, and a clinic's first page: is it on, who is not set up, has anything odd happened (JOURNEYS B1).
use super::{Ask, Handled, Inside, Route, log::lines, security::state};
use crate::{
    acts::people::{Listed, list},
    acts::policy::Readiness,
    http::own::count,
    store::{StoreError, Tx},
    views::console::{
        Section,
        choose::{Choose, Clinic},
        overview::Overview,
    },
};
use http::StatusCode;
use ostiary_gate::domain::{
    audit::Event,
    ids::{PersonId, TenantId},
    person::{MembershipState, Role},
    time::{Instant, Span},
};
use std::collections::BTreeSet;

/// "This week."
const LATELY: Span = Span::days(7);
/// How far back something odd is looked for, in lines of the log.
const LINES: i64 = 300;
const SHOWN: usize = 8;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::page("/console", choose), Route::page("/console/{tenant}", show)]
}

/// Whoever belongs to one clinic is there at once.
async fn choose(ask: Ask) -> Handled {
    let caller = ask.enter("/console", None).await?;
    let mut unit = ask.app.desk.store.look().await?;
    let clinics = clinics(unit.tx(), &caller.person).await?;
    unit.commit().await?;
    if let [only] = clinics.as_slice() {
        return Ok(ask.see_other(&format!("/console/{}", only.slug)));
    }
    ask.scene(None).draw(StatusCode::OK, |frame| Choose { frame, clinics })
}

async fn clinics(tx: &mut Tx, person: &PersonId) -> Result<Vec<Clinic>, StoreError> {
    let mut found = Vec::new();
    for membership in tx.memberships(person).await? {
        if membership.state != MembershipState::Live {
            continue;
        }
        if let Some(tenant) = tx.tenant(&membership.tenant).await? {
            found.push(Clinic { slug: tenant.slug, name: tenant.name, is_admin: membership.role == Role::Admin });
        }
    }
    found.sort_by(|a, b| (!a.is_admin, &a.name).cmp(&(!b.is_admin, &b.name)));
    Ok(found)
}

async fn show(ask: Ask) -> Handled {
    let path = format!("/console/{}", ask.piece("tenant")?);
    let inside = Inside::enter(&ask, &path).await?;
    if !inside.is_admin {
        // What a member may see stands on one page.
        return Ok(ask.see_other(&inside.to("/settings/general/security")));
    }
    let mut unit = ask.app.desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*ask.app.desk.clock).await?;
    let people = list(tx, &inside.tenant, now).await?;
    let (odd, asking) = odd(tx, &inside.tenant.id, now).await?;
    unit.commit().await?;
    let live = || people.iter().filter(|one| one.state == MembershipState::Live);
    let is_ready = |one: &&Listed| one.readiness == Readiness::Ready;
    let (ready, all) = (count(live().filter(is_ready).count()), count(live().count()));
    ask.scene(None).draw(StatusCode::OK, |frame| Overview {
        frame: inside.around(frame),
        desk: inside.desk(Section::Overview),
        two_factor: state(&inside.tenant, now),
        ready,
        people: all,
        asking_for_help: asking,
        odd,
    })
}

/// What is worth a look, and how many people asked for help this week.
async fn odd(tx: &mut Tx, tenant: &TenantId, now: Instant) -> Result<(Vec<crate::views::log::Line>, u32), StoreError> {
    let rows = tx.log_of_tenant(tenant, now.plus(Span::seconds(1)), LINES).await?;
    let asked = rows.iter().filter(|row| row.entry.event == Event::HelpAsked && now.since(row.at) <= LATELY);
    let asking: BTreeSet<_> = asked.filter_map(|row| row.entry.person.clone()).collect();
    let odd: Vec<_> = rows.into_iter().filter(|row| is_odd(row.entry.event)).take(SHOWN).collect();
    Ok((lines(tx, tenant, odd).await?, count(asking.len())))
}

fn is_odd(event: Event) -> bool {
    matches!(
        event,
        Event::SignInRefused
            | Event::Throttled
            | Event::CodeReplayed
            | Event::TokenReused
            | Event::CodeReused
            | Event::AuthenticatorReset
            | Event::BackupCodeUsed
            | Event::TwoFactorTurnedOff
            | Event::TwoFactorScheduleCancelled
            | Event::PolicyChanged
            | Event::PolicyChangeRefused
            | Event::ConnectionEnded
    )
}
