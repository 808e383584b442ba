//! `/login/help` (JOURNEYS A8): no phone at hand. Every way leads on, or to a human.
use crate::{
    acts::say::{self, NotTaken, Told},
    http::{Ask, Failure, Form, Handled, Stage, Visit},
    views::{
        door::help::{AskClinic, Asked, Help, Way},
        frame::{Helpers, in_query},
    },
};
use http::StatusCode;

/// GET.
pub async fn show(ask: Ask) -> Handled {
    let visit = ask.visit().await?;
    page(&ask, &visit, false)
}

fn page(ask: &Ask, visit: &Visit, nothing_chosen: bool) -> Handled {
    let status = if nothing_chosen { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    ask.scene(Some(visit)).draw(status, |frame| Help { frame, chosen: None, nothing_chosen })
}

/// RULES 6: before the second factor pages show roles, not names, and no digits of the phone.
fn clinic(ask: &Ask, visit: &Visit, phone_at_home: bool, asked: Asked) -> Handled {
    let helpers = Helpers::Role;
    ask.scene(Some(visit)).draw(StatusCode::OK, |frame| AskClinic {
        frame,
        phone_at_home,
        helpers,
        phone_ends_in: None,
        asked,
    })
}

/// POST: one of the ways, or "tell them I need help".
pub async fn choose(ask: Ask, form: Form) -> Handled {
    let visit = ask.visit_of(&form).await?;
    if form.has("tell")? {
        return tell(&ask, &visit).await;
    }
    match form.one("way")?.and_then(Way::parse) {
        Some(Way::BackupCode) => Ok(ask.see_other(&format!("/login/recovery?visit={}", in_query(&visit.text)))),
        Some(Way::NewPhone) => clinic(&ask, &visit, false, Asked::NotYet),
        Some(Way::PhoneAtHome) => clinic(&ask, &visit, true, Asked::NotYet),
        None => page(&ask, &visit, true),
    }
}

async fn tell(ask: &Ask, visit: &Visit) -> Handled {
    let Stage::Row(id, _) = &visit.stage else {
        // Nobody is known to tell about.
        return Err(Failure::Elsewhere(format!("/login?visit={}", in_query(&visit.text))));
    };
    match say::ask_for_help(&ask.app.desk, id, &ask.browser()).await {
        Ok(Told::Now) => clinic(ask, visit, false, Asked::Told),
        Ok(Told::Before) => clinic(ask, visit, false, Asked::ToldBefore),
        Err(NotTaken::Store(cause)) => Err(cause.into()),
        Err(NotTaken::VisitOver | NotTaken::NotAsked | NotTaken::NotTheirs) => Err(Failure::expired(None)),
    }
}
