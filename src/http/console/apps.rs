//! Connected apps: connect, together with the box where the app demands it, and disconnect (JOURNEYS B6).
use super::{Ask, Failure, Handled, Inside, Route};
use crate::{
    acts::{
        connections::{self, ConnectionError},
        policy::{self, PolicyError, TheBox},
    },
    http::{Form, own::count},
    views::{
        console::{
            Section,
            apps::{Apps, Available, Connect, ConnectError, Connected, Question},
        },
        frame::in_query,
    },
};
use http::StatusCode;
use ostiary_gate::domain::{client::Client, ids::ClientId, tenant::Tenant};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/console/{tenant}/apps", show),
        Route::page("/console/{tenant}/apps/connect", ask_first),
        Route::form("/console/{tenant}/apps/connect", connect),
        Route::form("/console/{tenant}/apps/disconnect", disconnect),
    ]
}

fn path(ask: &Ask) -> Result<String, Failure> {
    Ok(format!("/console/{}/apps", ask.piece("tenant")?))
}

async fn show(ask: Ask) -> Handled {
    let inside = Inside::enter_as_admin(&ask, &path(&ask)?).await?;
    let mut unit = ask.app.desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*ask.app.desk.clock).await?;
    let available = connections::available(tx, &inside.tenant).await?;
    unit.commit().await?;
    let connected = inside.tenant.connections.iter().map(|c| Connected {
        id: c.id.to_string(),
        app: c.client_name.clone(),
        state: inside.tenant.connection_state(c, now),
        agreed_at: c.agreed_at,
        requires_two_factor: c.requires_two_factor,
    });
    let connected = connected.collect();
    let available = available.into_iter().map(|client| Available {
        client: client.id.to_string(),
        app: client.name,
        requires_two_factor: client.requires_tenant_two_factor,
    });
    let available = available.collect();
    ask.scene(None).draw(StatusCode::OK, |frame| Apps {
        frame: inside.around(frame),
        desk: inside.desk(Section::Apps),
        connected,
        available,
    })
}

/// The app that is meant, if this clinic can connect it.
async fn meant(ask: &Ask, inside: &Inside, id: Option<&str>) -> Result<Client, Failure> {
    let mut unit = ask.app.desk.store.look().await?;
    let available = connections::available(unit.tx(), &inside.tenant).await?;
    unit.commit().await?;
    available.into_iter().find(|client| Some(client.id.as_str()) == id).ok_or_else(Failure::not_found)
}

async fn ask_first(ask: Ask) -> Handled {
    let id = ask.query("client")?.unwrap_or_default();
    let path = format!("{}/connect?client={}", path(&ask)?, in_query(id));
    let inside = Inside::enter_as_admin(&ask, &path).await?;
    let client = meant(&ask, &inside, Some(id)).await?;
    draw(&ask, &inside, client, None).await
}

async fn draw(ask: &Ask, inside: &Inside, client: Client, error: Option<ConnectError>) -> Handled {
    let question = question(ask, &inside.tenant, &client).await?;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    ask.scene(None).draw(status, |frame| Connect {
        frame: inside.around(frame),
        desk: inside.desk(Section::Apps),
        client: client.id.to_string(),
        app: client.name,
        question,
        error,
    })
}

/// What connecting means for the clinic now.
pub async fn question(ask: &Ask, tenant: &Tenant, client: &Client) -> Result<Question, Failure> {
    let mut unit = ask.app.desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*ask.app.desk.clock).await?;
    let asks = client.requires_tenant_two_factor && !tenant.box_is_ticked(now);
    let question = if asks {
        let hit = policy::impact(tx, tenant, now).await?;
        let coming = tenant.pending.map(|p| p.starts_at);
        Question::TwoFactor {
            not_ready: count(hit.affected.len()),
            people: count(hit.people),
            recommended: coming.unwrap_or_else(|| policy::recommended(now, &tenant.time_zone)),
        }
    } else {
        Question::Simple
    };
    unit.commit().await?;
    Ok(question)
}

/// When the box is ticked, as the form says it.
pub fn start(form: &Form, tenant: &Tenant) -> Result<Option<TheBox>, Failure> {
    Ok(match form.one("start")? {
        Some("now") => Some(TheBox::On),
        Some("recommended") => {
            let at = policy::local(form.text("recommended_at")?, &tenant.time_zone);
            at.ok().map(|at| match tenant.pending {
                // The form says it to the minute.
                Some(coming) if coming.starts_at.since(at).0.abs() < 60_000_000 => TheBox::Stays,
                Some(_) | None => TheBox::From(at),
            })
        }
        Some(_) | None => None,
    })
}

async fn connect(ask: Ask, form: Form) -> Handled {
    let back = format!("{}/connect?client={}", path(&ask)?, in_query(form.text("client")?));
    let inside = Inside::enter_as_admin(&ask, &back).await?;
    let client = meant(&ask, &inside, form.one("client")?).await?;
    let start = start(&form, &inside.tenant)?;
    let desk = &ask.app.desk;
    let error = match connections::connect(desk, &inside.caller, &inside.tenant.id, &client.id, start).await {
        Ok(()) | Err(ConnectionError::Connected) => return Ok(ask.see_other(&inside.to("/apps"))),
        Err(cause) => unconnected(cause, &back)?,
    };
    draw(&ask, &inside, client, Some(error)).await
}

/// What is told on the page; the rest leads elsewhere.
pub fn unconnected(cause: ConnectionError, back: &str) -> Result<ConnectError, Failure> {
    match cause {
        ConnectionError::NoStart | ConnectionError::Policy(PolicyError::Refused(_) | PolicyError::ChangedMeanwhile) => {
            Ok(ConnectError::NothingChosen)
        }
        ConnectionError::Policy(PolicyError::NotPrepared) => Ok(ConnectError::YourselfFirst),
        ConnectionError::Policy(PolicyError::Stop(stop)) => Err(Ask::stopped(stop, "/console/confirm", back)),
        ConnectionError::NoSuchApp
        | ConnectionError::Connected
        | ConnectionError::NotConnected
        | ConnectionError::Policy(PolicyError::NoSuchTenant) => Err(Failure::not_found()),
    }
}

async fn disconnect(ask: Ask, form: Form) -> Handled {
    let path = path(&ask)?;
    let inside = Inside::enter_as_admin(&ask, &path).await?;
    let id = form.text("connection")?;
    let meant = inside.tenant.connections.iter().find(|c| c.id.as_str() == id).map(|c| c.client.clone());
    // Ended already, in another tab or by another admin.
    let Some(client): Option<ClientId> = meant else { return Ok(ask.see_other(&path)) };
    match connections::disconnect(&ask.app.desk, &inside.caller, &inside.tenant.id, &client).await {
        Ok(()) | Err(ConnectionError::NotConnected) => Ok(ask.see_other(&path)),
        Err(cause) => Err(unconnected(cause, &path).err().unwrap_or_else(Failure::forbidden)),
    }
}
