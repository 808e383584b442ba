//! `/enrol/codes` (JOURNEYS A7), and the file behind "Download".
use super::{around, steps};
use crate::{
    acts::enrol::codes::{self, Shown},
    http::{Ask, Failure, Form, Handled, Visit},
    views::{enrol::codes::Codes, frame::Frame},
};
use axum::response::IntoResponse;
use http::{HeaderValue, StatusCode, header};
use ostiary_gate::domain::ids::VisitId;

/// GET.
pub async fn show(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    draw(&ask, &setup.visit, &setup.id, false).await
}

async fn draw(ask: &Ask, visit: &Visit, id: &VisitId, not_ticked: bool) -> Handled {
    let shown = match codes::show(&ask.app.desk, id, &ask.browser()).await {
        Ok(shown) => shown,
        Err(cause) => return ask.instead(id, cause).await,
    };
    let status = if not_ticked { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    around(ask, visit, &shown.scene).draw(status, |frame| page(frame, shown, not_ticked))
}

fn page(frame: Frame, shown: Shown, not_ticked: bool) -> Codes {
    let Shown { scene, codes, made_at, may_wait } = shown;
    let (steps, account) = (Some(steps(&scene, 4)), scene.account().to_owned());
    Codes { frame, steps, account, made_at, codes, may_wait, not_ticked, kept: None }
}

/// POST: saved, or later. Without the tick the page comes back with the same codes.
pub async fn keep(ask: Ask, form: Form) -> Handled {
    let setup = ask.setup_in(&form).await?;
    let (desk, browser) = (&ask.app.desk, ask.browser());
    let done = if form.has("later")? {
        codes::later(desk, &setup.id, &browser).await
    } else if form.has("saved")? {
        codes::saved(desk, &setup.id, &browser).await
    } else {
        return draw(&ask, &setup.visit, &setup.id, true).await;
    };
    match done {
        Ok(()) => ask.onwards(&setup.id).await,
        Err(cause) => ask.instead(&setup.id, cause).await,
    }
}

/// GET `/enrol/codes/download`.
pub async fn download(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    let shown = match codes::download(&ask.app.desk, &setup.id, &ask.browser()).await {
        Ok(shown) => shown,
        Err(cause) => return ask.instead(&setup.id, cause).await,
    };
    let page = page(setup.around(&ask).frame, shown, false);
    let name = format!("attachment; filename=\"{}\"", page.file_name());
    let name = HeaderValue::from_str(&name).map_err(Failure::ours)?;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    let text = page.file().expose().to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], text).into_response())
}
