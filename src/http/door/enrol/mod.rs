//! The pages of set-up: each shows where somebody stands, takes one form, and leads to what is next. Which page that is,
//! the act says, never the address.
mod codes;
mod first_binding;
mod link;
mod not_me;
mod phone;
mod recovery;
mod stop;

use crate::{
    acts::enrol::{self, NotEnrolled, Place},
    grants::door,
    http::{Ask, Failure, Form, Handled, Route, Scene, Stage, Visit},
    views::{
        enrol::Steps,
        frame::{Helpers, in_query},
    },
};
use http::StatusCode;
use ostiary_gate::domain::ids::VisitId;

pub fn routes() -> Vec<Route> {
    vec![
        Route::page("/enrol", stop::show),
        Route::form("/enrol", stop::choose),
        Route::page("/enrol/cannot", stop::cannot),
        Route::page("/enrol/mail-code", first_binding::mail_code),
        Route::form("/enrol/mail-code", first_binding::check_mail_code),
        Route::page("/enrol/setup-code", first_binding::set_up_code),
        Route::form("/enrol/setup-code", first_binding::check_set_up_code),
        Route::page("/enrol/phone", phone::show),
        Route::form("/enrol/phone", phone::put),
        Route::page("/enrol/app", link::app),
        Route::form("/enrol/app", link::have_app),
        Route::page("/enrol/link", link::show),
        Route::form("/enrol/link", link::confirm),
        Route::page("/enrol/codes", codes::show),
        Route::form("/enrol/codes", codes::keep),
        Route::page("/enrol/codes/download", codes::download),
        Route::page("/login/recovery", recovery::show),
        Route::form("/login/recovery", recovery::use_code),
        Route::page("/not-me", not_me::show),
        Route::form("/not-me", not_me::disown),
        Route::page("/not-me/done", not_me::done),
    ]
}

/// A visit on its way through set-up.
pub(super) struct Setup {
    pub visit: Visit,
    pub id: VisitId,
    pub scene: enrol::Scene,
}

/// The page of a place; none: the gate is to be asked.
fn page_of(place: Place) -> Option<&'static str> {
    match place {
        Place::ShowOwn => Some("/login/totp"),
        Place::SetUpCode => Some("/enrol/setup-code"),
        Place::MailCode => Some("/enrol/mail-code"),
        Place::Phone => Some("/enrol/phone"),
        Place::App => Some("/enrol/app"),
        Place::Link => Some("/enrol/link"),
        Place::Codes => Some("/enrol/codes"),
        Place::Elsewhere => None,
    }
}

impl Ask {
    /// Of a page's address.
    async fn setup(&self) -> Result<Setup, Failure> {
        self.setup_of(self.visit().await?).await
    }

    /// Of a form.
    async fn setup_in(&self, form: &Form) -> Result<Setup, Failure> {
        self.setup_of(self.visit_of(form).await?).await
    }

    async fn setup_of(&self, visit: Visit) -> Result<Setup, Failure> {
        let Stage::Row(id, _) = &visit.stage else {
            // Nobody has shown a password in it.
            return Err(Failure::Elsewhere(format!("/login?visit={}", in_query(&visit.text))));
        };
        let id = id.clone();
        let scene = enrol::look(&self.app.desk, &id, &self.browser()).await.map_err(|cause| not_drawn(&id, cause))?;
        Ok(Setup { visit, id, scene })
    }

    /// Where a visit goes on after a step of set-up.
    async fn onwards(&self, visit: &VisitId) -> Handled {
        let browser = self.browser();
        let scene = enrol::look(&self.app.desk, visit, &browser).await.map_err(|cause| not_drawn(visit, cause))?;
        self.to_place(visit, scene.place()).await
    }

    async fn to_place(&self, visit: &VisitId, place: Place) -> Handled {
        if let Some(page) = page_of(place) {
            return Ok(self.see_other(&format!("{page}?visit={visit}")));
        }
        let onward = Box::pin(door::go_on(&self.app.desk, visit, &self.browser())).await?;
        Box::pin(self.lead(onward, None)).await
    }

    /// What no page of set-up says itself.
    async fn instead(&self, visit: &VisitId, cause: NotEnrolled) -> Handled {
        match cause {
            NotEnrolled::Next(place) => self.to_place(visit, place).await,
            other => Err(not_drawn(visit, other)),
        }
    }
}

/// What no page of set-up says itself, and what leads nowhere.
fn not_drawn(visit: &VisitId, cause: NotEnrolled) -> Failure {
    match cause {
        NotEnrolled::Store(cause) => cause.into(),
        NotEnrolled::VisitOver => Failure::expired(None),
        // The app that sent them is gone: there is no gate to ask.
        NotEnrolled::Next(_) => Failure::malformed(StatusCode::BAD_REQUEST),
        NotEnrolled::Number(_)
        | NotEnrolled::NumberStays
        | NotEnrolled::NoCode(_)
        | NotEnrolled::WrongCode { .. }
        | NotEnrolled::NewKey
        | NotEnrolled::PausedUntil(_) => Failure::Elsewhere(format!("/enrol?visit={visit}")),
    }
}

impl Setup {
    /// The frame knows whose house it is once it is clear who is there.
    fn around(&self, ask: &Ask) -> Scene {
        around(ask, &self.visit, &self.scene)
    }

    fn steps(&self, now: u32) -> Steps {
        steps(&self.scene, now)
    }
}

fn around(ask: &Ask, visit: &Visit, scene: &enrol::Scene) -> Scene {
    let mut around = ask.scene(Some(visit));
    if around.frame.clinic.is_none()
        && let [only] = scene.here()
    {
        around.at_clinic(only);
    }
    around
}

/// Phone, app, link, codes; without the first where no number is wanted.
fn steps(scene: &enrol::Scene, now: u32) -> Steps {
    if scene.wants_phone() { Steps { now, of: 4 } } else { Steps { now: now.saturating_sub(1), of: 3 } }
}

/// RULES 6: before the second factor pages show roles, not names.
fn helpers() -> Helpers {
    Helpers::Role
}
