//! `/account/apps`: paused apps that may go on, and allowed ones that may be taken back (RULES 5).
use super::{Ask, Failure, Handled, otherwise, own::count};
use crate::{
    acts::account::{self, AccountError},
    http::Form,
    views::{
        account::{Allowed, Apps, Paused, ResumeError},
        leave::Asked,
    },
};
use http::StatusCode;
use ostiary_gate::domain::ids::{ClientId, GrantId};

const PATH: &str = "/account/apps";

pub async fn show(ask: Ask) -> Handled {
    ask.enter(PATH, None).await?;
    let resumed = ask.query("resumed")?.and_then(|n| n.parse().ok()).unwrap_or(0);
    draw(&ask, None, resumed).await
}

async fn draw(ask: &Ask, error: Option<ResumeError>, resumed: u32) -> Handled {
    let caller = ask.caller().ok_or_else(Failure::forbidden)?;
    let mut unit = ask.app.desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*ask.app.desk.clock).await?;
    let (paused, allowed) = account::apps(tx, &caller.person, now).await?;
    let own = account::own(tx, &caller, now).await?.ok_or_else(Failure::not_found)?;
    unit.commit().await?;
    let paused = paused.into_iter().map(|one| Paused {
        grant: one.grant.to_string(),
        app: one.app,
        clinic: one.clinic,
        authorised_at: one.authorised_at,
        can_resume: one.can_resume,
    });
    let allowed = allowed.into_iter().map(|one| Allowed {
        client: one.client.to_string(),
        app: one.app,
        since: one.since,
        asked: one.scope.words().map(Asked::from_scope).collect(),
    });
    let (paused, allowed) = (paused.collect(), allowed.collect());
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut scene = ask.scene(None);
    ask.at_home(&mut scene, &own.clinics);
    scene.draw(status, |frame| Apps { frame, paused, allowed, error, resumed })
}

pub async fn change(ask: Ask, form: Form) -> Handled {
    let caller = ask.enter(PATH, None).await?;
    let desk = &ask.app.desk;
    if form.has("withdraw")? {
        let client = ClientId::parse(form.text("client")?).map_err(|_| Failure::malformed(StatusCode::BAD_REQUEST))?;
        return match account::withdraw(desk, &caller, &client).await {
            Ok(()) | Err(AccountError::NotYours) => Ok(ask.see_other(PATH)),
            Err(cause) => Err(otherwise(cause, PATH)),
        };
    }
    let mut grants = Vec::new();
    for text in form.params().all("grant") {
        grants.push(GrantId::parse(text).map_err(|_| Failure::malformed(StatusCode::BAD_REQUEST))?);
    }
    if grants.is_empty() {
        return draw(&ask, Some(ResumeError::NothingChosen), 0).await;
    }
    match account::resume(desk, &caller, &grants).await {
        Ok(done) => Ok(ask.see_other(&format!("{PATH}?resumed={}", count(done)))),
        Err(AccountError::TooSoon) => draw(&ask, Some(ResumeError::TooSoon), 0).await,
        Err(cause) => Err(otherwise(cause, PATH)),
    }
}
