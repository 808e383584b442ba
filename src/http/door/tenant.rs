//! `/login/tenant` (JOURNEYS A10) and `/consent`: what only the person can say.
use super::standing::Standing;
use crate::{
    acts::say::{self, NotTaken},
    grants::door,
    http::{Ask, Failure, Form, Handled},
    views::{
        door::tenant::{Clinic, WhichClinic},
        leave::{Asked, Consent},
    },
};
use http::StatusCode;
use ostiary_gate::{domain::ids::TenantId, gate::Step};

/// GET `/login/tenant`.
pub async fn which(ask: Ask) -> Handled {
    let standing = ask.standing_at(Step::ChooseTenant).await?;
    page(&ask, &standing, false)
}

fn page(ask: &Ask, standing: &Standing, nothing_chosen: bool) -> Handled {
    let status = if nothing_chosen { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let clinics = standing.clinics.iter();
    let clinics = clinics.map(|tenant| Clinic { id: tenant.id.to_string(), name: tenant.name.clone() }).collect();
    standing.scene(ask).draw(status, |frame| WhichClinic { frame, clinics, chosen: None, nothing_chosen })
}

/// POST `/login/tenant`.
pub async fn choose(ask: Ask, form: Form) -> Handled {
    let standing = ask.due(ask.visit_of(&form).await?, Step::ChooseTenant).await?;
    let Some(clinic) = form.one("tenant")?.and_then(|id| TenantId::parse(id).ok()) else {
        return page(&ask, &standing, true);
    };
    match say::choose_clinic(&ask.app.desk, &standing.id, &ask.browser(), &clinic).await {
        Err(NotTaken::NotTheirs) => page(&ask, &standing, true),
        answer => on(&ask, &standing, answer).await,
    }
}

/// GET `/consent`.
pub async fn asks(ask: Ask) -> Handled {
    let standing = ask.standing_at(Step::Consent).await?;
    let asked = standing.heard.wants.scope.words().map(Asked::from_scope).collect();
    let account = standing.person.email.clone().unwrap_or_else(|| standing.person.full_name());
    standing.scene(&ask).draw(StatusCode::OK, |frame| Consent { frame, account, asked })
}

/// POST `/consent`. Whatever is not a plain yes is a no.
pub async fn answer(ask: Ask, form: Form) -> Handled {
    let visit = ask.visit_of(&form).await?;
    if form.one("answer")? != Some("allow") {
        return ask.turn_back(&visit).await;
    }
    let standing = ask.due(visit, Step::Consent).await?;
    let taken = say::consent(&ask.app.desk, &standing.id, &ask.browser()).await;
    on(&ask, &standing, taken).await
}

/// What was not asked is not taken, and the page that is due comes next, as after what was.
async fn on(ask: &Ask, standing: &Standing, taken: Result<(), NotTaken>) -> Handled {
    match taken {
        Ok(()) | Err(NotTaken::NotAsked | NotTaken::NotTheirs) => {
            let onward = door::go_on(&ask.app.desk, &standing.id, &ask.browser()).await?;
            ask.lead(onward, standing.visit.client.as_ref()).await
        }
        Err(NotTaken::VisitOver) => Err(Failure::expired(None)),
        Err(NotTaken::Store(cause)) => Err(cause.into()),
    }
}
