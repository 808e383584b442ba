//! `/connect`: an admin whose app's request was stopped because their clinic has not connected it says yes on the way
//! (RULES 4). For members the gate has refused it before.
use super::{
    Ask, Failure, Form, Handled, Route,
    console::{question, start, unconnected},
    door::standing::Standing,
    own::not_proved,
};
use crate::{
    acts::{
        connections::{self, ConnectionError, NotConnectedHere},
        guard::Stop,
        policy::PolicyError,
        visit::Visitor,
    },
    factors::totp::NoCode,
    grants::door,
    store::StoreError,
    views::{
        console::apps::{ConnectError, ConnectHere, Question},
        door::code::CodeError,
    },
};
use http::StatusCode;
use ostiary_gate::{domain::tenant::Tenant, gate::Step};

pub fn routes() -> Vec<Route> {
    vec![Route::page("/connect", show), Route::form("/connect", connect)]
}

async fn show(ask: Ask) -> Handled {
    let standing = ask.standing_at(Step::Connect).await?;
    draw(&ask, &standing, None).await
}

/// The clinic that has to agree.
fn clinic(standing: &Standing) -> Result<&Tenant, Failure> {
    let id = connections::clinic_of(&standing.heard, standing.heard.now).ok_or_else(Failure::forbidden)?;
    standing.heard.rules.tenants.iter().find(|tenant| tenant.id == *id).ok_or_else(Failure::forbidden)
}

async fn draw(ask: &Ask, standing: &Standing, error: Option<ConnectError>) -> Handled {
    let tenant = clinic(standing)?;
    let client = &standing.heard.rules.client;
    let question: Question = question(ask, tenant, client).await?;
    let asks_code = asks_code(ask, standing, tenant).await?;
    let has_one = standing.heard.person().is_some_and(|person| person.has_authenticator(&tenant.id));
    let is_prepared = has_one && standing.person.codes_saved_at.is_some();
    let console = (!is_prepared).then(|| format!("/console/{}/apps", tenant.slug));
    let app = client.name.clone();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    standing.scene(ask).draw(status, |frame| ConnectHere { frame, app, question, asks_code, console, error })
}

async fn asks_code(ask: &Ask, standing: &Standing, tenant: &Tenant) -> Result<bool, StoreError> {
    let mut unit = ask.app.desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*ask.app.desk.clock).await?;
    let hash = ask.browser().hash;
    let asks = match tx.visit(&standing.id, &hash).await? {
        Some(row) => connections::needs_code(tx, &Visitor::of(&row, &hash)?, &tenant.id, now).await?,
        None => true,
    };
    unit.commit().await?;
    Ok(asks)
}

async fn connect(ask: Ask, form: Form) -> Handled {
    let standing = ask.due(ask.visit_of(&form).await?, Step::Connect).await?;
    let start = start(&form, clinic(&standing)?)?;
    let (desk, browser) = (&ask.app.desk, ask.browser());
    let error = match connections::connect_here(desk, &standing.id, &browser, form.text("code")?, start).await {
        Ok(()) | Err(NotConnectedHere::NotAsked | NotConnectedHere::Connection(ConnectionError::Connected)) => {
            let onward = door::go_on(desk, &standing.id, &browser).await?;
            return ask.lead(onward, standing.visit.client.as_ref()).await;
        }
        Err(NotConnectedHere::VisitOver) => return Err(Failure::expired(None)),
        Err(NotConnectedHere::NoCode(NoCode::Empty)) => ConnectError::Code(CodeError::Empty),
        Err(NotConnectedHere::NoCode(_)) => ConnectError::Code(CodeError::NotSixDigits),
        Err(NotConnectedHere::NotProved(cause)) => ConnectError::Code(not_proved(cause, ask.now()?)?),
        Err(NotConnectedHere::Connection(ConnectionError::Policy(PolicyError::Stop(Stop::Step(..))))) => {
            ConnectError::Code(CodeError::Empty)
        }
        Err(NotConnectedHere::Connection(cause)) => unconnected(cause, "/account")?,
    };
    draw(&ask, &standing, Some(error)).await
}
