//! `/enrol`: stopped because set-up is needed (JOURNEYS A3); `/enrol/cannot` for who cannot do it now (A9).
use super::helpers;
use crate::{
    acts::enrol::Place,
    http::{Ask, Form, Handled},
    views::enrol::stop::{Cannot, Stop, Urgency},
};
use http::StatusCode;

/// GET `/enrol`. Who is on their way already is led to where they were.
pub async fn show(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    let place = setup.scene.place();
    if place == Place::Elsewhere || setup.scene.has_begun() {
        return ask.to_place(&setup.id, place).await;
    }
    let reasons = ask.standing(ask.visit().await?).await?.reasons();
    let draft_kept = setup.scene.purpose.request().is_some_and(|request| request.draft_kept);
    setup.around(&ask).draw(StatusCode::OK, |frame| Stop { frame, urgency: Urgency::Now, draft_kept, reasons })
}

/// POST `/enrol`.
pub async fn choose(ask: Ask, form: Form) -> Handled {
    let setup = ask.setup_in(&form).await?;
    ask.to_place(&setup.id, setup.scene.place()).await
}

/// GET `/enrol/cannot`.
pub async fn cannot(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    let now = setup.scene.now;
    let decided = setup.scene.here().iter().filter_map(|t| t.requires_two_factor(now)).min();
    // A row that says since when as "always" says nothing a person could use.
    let decided = decided.filter(|since| since.0 > 0);
    let draft_kept = setup.scene.purpose.request().is_some_and(|request| request.draft_kept);
    let helpers = helpers();
    setup.around(&ask).draw(StatusCode::OK, |frame| Cannot { frame, decided, helpers, draft_kept })
}
