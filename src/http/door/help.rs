//! `/login/help` (JOURNEYS A8): no phone at hand. Every way leads on, or to a human.
use crate::{
    http::{Ask, Form, Handled, Visit},
    views::{
        door::help::{AskClinic, Asked, Help, Way},
        frame::Helpers,
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

/// POST.
pub async fn choose(ask: Ask, form: Form) -> Handled {
    let visit = ask.visit_of(&form).await?;
    match form.one("way")?.and_then(Way::parse) {
        Some(Way::BackupCode) => Ok(ask.see_other(&format!("/login/recovery?visit={}", visit.text))),
        Some(way @ (Way::NewPhone | Way::PhoneAtHome)) => {
            let phone_at_home = way == Way::PhoneAtHome;
            // RULES 6: before the second factor pages show roles, not names, and no digits of the phone.
            ask.scene(Some(&visit)).draw(StatusCode::OK, |frame| AskClinic {
                frame,
                phone_at_home,
                helpers: Helpers::Role,
                phone_ends_in: None,
                asked: Asked::NotYet,
            })
        }
        None => page(&ask, &visit, true),
    }
}
