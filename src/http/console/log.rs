//! The activity log, in sentences (JOURNEYS B9). Names are of people who belong, or belonged, to this clinic; of others
//! the log says that somebody did it.
use super::{Ask, Failure, Handled, Inside, Route};
use crate::{
    store::{LogRow, StoreError, Tx},
    views::{
        console::{Section, log::Log},
        log::{Line, kind, value},
    },
};
use http::StatusCode;
use ostiary_gate::domain::{
    audit::{Actor, Event},
    ids::{ClientId, PersonId, TenantId},
    person::MembershipState,
    time::{Instant, Span},
};
use std::collections::HashMap;

/// As many lines on one page.
const LINES: usize = 50;
/// As many rows are looked at for one page of a filter.
const LOOKED_AT: i64 = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::page("/console/{tenant}/log", show)]
}

async fn show(ask: Ask) -> Handled {
    let path = format!("/console/{}/log", ask.piece("tenant")?);
    let inside = Inside::enter_as_admin(&ask, &path).await?;
    let wanted = ask.query("kind")?.and_then(kind);
    let before = ask.query("before")?.map(|text| text.parse().map_err(|_| Failure::not_found())).transpose()?;
    let mut unit = ask.app.desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*ask.app.desk.clock).await?;
    let before = before.map_or(now.plus(Span::seconds(1)), Instant);
    let (rows, older) = page(tx, &inside.tenant.id, before, wanted).await?;
    let lines = lines(tx, &inside.tenant.id, rows).await?;
    unit.commit().await?;
    let of_kind = wanted.map(|kind| format!("&kind={}", value(kind))).unwrap_or_default();
    ask.scene(None).draw(StatusCode::OK, |frame| Log {
        frame: inside.around(frame),
        desk: inside.desk(Section::Log),
        lines,
        kind: wanted,
        older: older.map(|at| format!("before={}{of_kind}", at.0)),
    })
}

/// One page, and where the next begins. Rows of one instant are never torn apart: a page ends before the last of them.
async fn page(
    tx: &mut Tx,
    tenant: &TenantId,
    before: Instant,
    wanted: Option<Event>,
) -> Result<(Vec<LogRow>, Option<Instant>), StoreError> {
    let rows = tx.log_of_tenant(tenant, before, LOOKED_AT).await?;
    let looked_at_all = i64::try_from(rows.len()).is_ok_and(|n| n < LOOKED_AT);
    let end = rows.last().map(|row| row.at);
    let mut kept: Vec<LogRow> =
        rows.into_iter().filter(|row| wanted.is_none_or(|event| row.entry.event == event)).collect();
    if kept.len() <= LINES {
        return Ok((kept, end.filter(|_| !looked_at_all)));
    }
    let first_left_out = kept.get(LINES).map(|row| row.at);
    let whole = kept.iter().take(LINES).filter(|row| Some(row.at) != first_left_out).count();
    // More at one instant than a page holds: then they are torn.
    let shown = if whole == 0 { LINES } else { whole };
    kept.truncate(shown);
    let last = kept.last().map(|row| row.at);
    Ok((kept, last))
}

/// Ids turned into names.
pub(super) async fn lines(tx: &mut Tx, tenant: &TenantId, rows: Vec<LogRow>) -> Result<Vec<Line>, StoreError> {
    let (mut people, mut apps) = (HashMap::new(), HashMap::new());
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let actor = match &row.entry.actor {
            Actor::Person(id) => person(tx, tenant, id, &mut people).await?,
            Actor::Client(id) => app(tx, id, &mut apps).await?,
            Actor::Operator(name) => Some(name.clone()),
            Actor::System => None,
        };
        let person = match &row.entry.person {
            Some(id) => person(tx, tenant, id, &mut people).await?,
            None => None,
        };
        let app = match &row.entry.client {
            Some(id) => app(tx, id, &mut apps).await?,
            None => None,
        };
        lines.push(Line { at: row.at, event: row.entry.event, actor, person, app, detail: row.entry.detail });
    }
    Ok(lines)
}

async fn person(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &PersonId,
    known: &mut HashMap<PersonId, Option<String>>,
) -> Result<Option<String>, StoreError> {
    if let Some(name) = known.get(id) {
        return Ok(name.clone());
    }
    let membership = tx.memberships(id).await?.into_iter().find(|m| m.tenant == *tenant);
    let row = tx.person(id).await?;
    let name = match (membership, row) {
        // Until they accept, the clinic knows the address it typed.
        (Some(m), Some(row)) if m.accepted_at.is_none() && m.state == MembershipState::Invited => row.email,
        (Some(_), Some(row)) if row.full_name().is_empty() => row.email,
        (Some(_), Some(row)) => Some(row.full_name()),
        (None, _) | (_, None) => None,
    };
    known.insert(id.clone(), name.clone());
    Ok(name)
}

async fn app(
    tx: &mut Tx,
    id: &ClientId,
    known: &mut HashMap<ClientId, Option<String>>,
) -> Result<Option<String>, StoreError> {
    if let Some(name) = known.get(id) {
        return Ok(name.clone());
    }
    let name = tx.client(id).await?.map(|row| row.client()).transpose()?.map(|client| client.name);
    known.insert(id.clone(), name.clone());
    Ok(name)
}

/// A person's own activity, for their account: who else acted is said by role, which is all they need.
pub async fn lines_of_person(
    tx: &mut Tx,
    own: &crate::store::PersonRow,
    rows: &[LogRow],
) -> Result<Vec<Line>, StoreError> {
    let (id, name) = (own.id()?, own.full_name());
    let mut apps = HashMap::new();
    let mut lines: Vec<Line> = Vec::with_capacity(rows.len());
    for row in rows {
        let is_own = row.entry.actor == Actor::Person(id.clone());
        let app = match &row.entry.client {
            Some(client) => app(tx, client, &mut apps).await?,
            None => None,
        };
        let line = Line {
            at: row.at,
            event: row.entry.event,
            actor: is_own.then(|| name.clone()),
            person: Some(name.clone()),
            app,
            detail: String::new(),
        };
        // The same thing in the log of each of several clinics is one thing.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    Ok(lines)
}
