//! Settings › General › Security: the box, whom it hits, when it starts; then "check before you save" with a fresh code
//! (JOURNEYS B2 to B5).
use super::{Ask, Failure, Handled, Inside, Route, admins};
use crate::{
    acts::guard::Stop,
    acts::policy::{self, Change as Wanted, Impact as Hit, PolicyError, Readiness as Ready, Refused, TheBox, Wish},
    http::{Form, own::count},
    views::console::{
        Readiness, Section, TwoFactorBox,
        review::{Change, Review, ReviewError},
        security::{Affected, Done, Form as Fields, Impact, RightNow, Security, SecurityError, Start, Viewer},
    },
};
use http::StatusCode;
use ostiary_gate::domain::{
    tenant::Tenant,
    time::{Instant, Span},
};

const PATH: &str = "/console/{tenant}/settings/general/security";
const SECTION: &str = "/settings/general/security";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::page(PATH, show), Route::form(PATH, decide)]
}

fn path(ask: &Ask) -> Result<String, Failure> {
    Ok(format!("/console/{}{SECTION}", ask.piece("tenant")?))
}

async fn show(ask: Ask) -> Handled {
    let inside = Inside::enter(&ask, &path(&ask)?).await?;
    let done = match ask.query("done")? {
        Some("saved") => Some(Done::Saved),
        Some("reminded") => {
            let people = ask.query("n")?.and_then(|n| n.parse().ok()).unwrap_or(0);
            Some(Done::Reminded { people })
        }
        Some(_) | None => None,
    };
    let looked = look(&ask, &inside).await?;
    let fields = looked.fields(&inside.tenant);
    draw(&ask, &inside, looked, Shown { fields, done, error: None })
}

/// What the page is made of.
struct Looked {
    now: Instant,
    hit: Hit,
    viewer: Viewer,
    recommended: Instant,
}

struct Shown {
    fields: Fields,
    done: Option<Done>,
    error: Option<SecurityError>,
}

async fn look(ask: &Ask, inside: &Inside) -> Result<Looked, Failure> {
    let mut unit = ask.app.desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*ask.app.desk.clock).await?;
    let (tenant, person) = (&inside.tenant, &inside.caller.person);
    let viewer = if !inside.is_admin {
        Viewer::Member { admins: admins(tx, &tenant.id).await? }
    } else if !policy::is_prepared(tx, person).await? {
        Viewer::UnpreparedAdmin
    } else if tx.other_admins(&tenant.id, person).await? == 0 {
        Viewer::OnlyAdmin
    } else {
        Viewer::Admin
    };
    // Who is affected is the admins' to know.
    let hit = if inside.is_admin { policy::impact(tx, tenant, now).await? } else { Hit::default() };
    unit.commit().await?;
    Ok(Looked { now, hit, viewer, recommended: policy::recommended(now, &tenant.time_zone) })
}

impl Looked {
    /// The form as it stands before anybody touched it.
    fn fields(&self, tenant: &Tenant) -> Fields {
        let coming = tenant.pending.filter(|_| !tenant.box_is_ticked(self.now));
        Fields {
            ticked: tenant.box_is_ticked(self.now) || coming.is_some(),
            start: coming.map(|_| Start::Date),
            recommended: Some(self.recommended),
            start_at: coming.map(|p| zone(tenant).field(&p.starts_at)).unwrap_or_default(),
        }
    }
}

fn zone(tenant: &Tenant) -> crate::views::when::Zone {
    crate::views::when::Zone::named(&tenant.time_zone).unwrap_or_else(crate::views::when::Zone::utc)
}

fn draw(ask: &Ask, inside: &Inside, looked: Looked, shown: Shown) -> Handled {
    let status = if shown.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    ask.scene(None).draw(status, |frame| Security {
        frame: inside.around(frame),
        desk: inside.desk(Section::Security),
        two_factor: state(&inside.tenant, looked.now),
        viewer: looked.viewer,
        impact: seen(looked.hit),
        form: shown.fields,
        done: shown.done,
        error: shown.error,
    })
}

pub(super) fn state(tenant: &Tenant, now: Instant) -> TwoFactorBox {
    match (tenant.requires_two_factor(now), tenant.pending) {
        (Some(since), _) => {
            let locked_by = tenant.locks(now).map(|c| c.client_name.clone()).collect();
            TwoFactorBox::On { since, locked_by }
        }
        (None, Some(pending)) => TwoFactorBox::Pending { starts_at: pending.starts_at },
        (None, None) => TwoFactorBox::Off,
    }
}

fn seen(hit: Hit) -> Impact {
    Impact {
        people: count(hit.people),
        not_ready: count(hit.affected.len()),
        signed_in: count(hit.signed_in()),
        paused_apps: count(hit.suspended),
        rows: hit.affected.into_iter().map(affected).collect(),
        demanded_by: hit.demanded_by,
    }
}

fn affected(one: policy::Affected) -> Affected {
    let now = match one.now {
        policy::Now::Using { app, since } => {
            let minutes = u32::try_from(since.0.max(0) / Span::minutes(1).0).unwrap_or(u32::MAX);
            RightNow::Using { app, minutes }
        }
        policy::Now::Idle => RightNow::Idle,
        policy::Now::NotSignedIn => RightNow::NotSignedIn,
    };
    Affected { name: one.name, now, usually_at: one.usually_at, readiness: readiness(one.readiness) }
}

pub(super) fn readiness(readiness: Ready) -> Readiness {
    match readiness {
        Ready::Ready => Readiness::Ready,
        Ready::NotYet => Readiness::NotYet,
        Ready::ResetWaiting => Readiness::ResetWaiting,
    }
}

/// Both halves: without `save` it is looked over, with it saved.
async fn decide(ask: Ask, form: Form) -> Handled {
    let path = path(&ask)?;
    let inside = match Inside::enter_as_admin(&ask, &path).await {
        Ok(inside) => inside,
        Err(failure) => {
            note_attempt(&ask).await?;
            return Err(failure);
        }
    };
    if form.has("remind")? {
        return remind(&ask, &inside, &path).await;
    }
    let looked = look(&ask, &inside).await?;
    let fields = fields(&form, &looked)?;
    let wanted = match wanted(&fields, &inside.tenant, looked.now) {
        Ok(wanted) => wanted,
        Err(error) => return draw(&ask, &inside, looked, Shown { fields, done: None, error: Some(error) }),
    };
    let reason = form.text("reason")?.to_owned();
    let wish = Wish::the_box(&inside.tenant, wanted);
    let change = change_of(&inside.tenant, wanted, &looked);
    let is_saving = form.has("save")?;
    // Looking over needs no reason yet.
    let because = if is_saving { reason.as_str() } else { "…" };
    match policy::weigh(&inside.tenant, &wish, because, looked.now) {
        Ok(_) if is_saving => {}
        Ok(_) => return review(&ask, &inside, change, (reason, None)),
        Err(Refused::NoReason) => return review(&ask, &inside, change, (reason, Some(ReviewError::NoReason))),
        Err(refused) => {
            return draw(&ask, &inside, looked, Shown { fields, done: None, error: Some(said(refused)) });
        }
    }
    let Some(revision) = form.one("revision")?.and_then(|text| text.parse::<i64>().ok()) else {
        return Err(Failure::malformed(StatusCode::BAD_REQUEST));
    };
    let cookie = match ask.fresh_code(&inside.caller, Some(&inside.tenant.id), form.text("code")?, &path).await? {
        Ok(cookie) => cookie,
        Err(error) => return review(&ask, &inside, change, (reason, Some(ReviewError::Code(error)))),
    };
    let wanted = Wanted { tenant: &inside.tenant.id, wish, reason: &reason, revision: Some(revision) };
    let saved = policy::save(&ask.app.desk, &inside.caller, &wanted).await;
    let answer = answer(&ask, inside, fields, saved).await;
    // Whatever came of it, the code was shown: the session goes on under its new name.
    Ok(ask.with_session(answer.unwrap_or_else(|failure| failure.answer(&ask)), Some(&cookie)))
}

/// Who is signed in and no admin of the clinic stands in its log with the try.
async fn note_attempt(ask: &Ask) -> Result<(), Failure> {
    let Some(caller) = ask.caller() else { return Ok(()) };
    let mut unit = ask.app.desk.store.look().await?;
    let tenant = unit.tx().tenant_by_slug(ask.piece("tenant")?).await?;
    unit.commit().await?;
    let Some(tenant) = tenant else { return Ok(()) };
    match policy::note_attempt(&ask.app.desk, &caller, &tenant).await {
        Err(PolicyError::Stop(Stop::Store(cause))) => Err(cause.into()),
        // The answer is the page's own.
        Ok(()) | Err(_) => Ok(()),
    }
}

/// "Email them first." Twice within the hour is once.
async fn remind(ask: &Ask, inside: &Inside, path: &str) -> Handled {
    match policy::remind(&ask.app.desk, &inside.caller, &inside.tenant.id).await {
        Ok(told) => Ok(ask.see_other(&format!("{path}?done=reminded&n={}", told.unwrap_or(0)))),
        Err(PolicyError::Stop(stop)) => Err(Ask::stopped(stop, "/console/confirm", path)),
        Err(_) => Err(Failure::not_found()),
    }
}

async fn answer(ask: &Ask, inside: Inside, fields: Fields, saved: Result<policy::Weighed, PolicyError>) -> Handled {
    let path = inside.to(SECTION);
    let error = match saved {
        Ok(_) => return Ok(ask.see_other(&format!("{path}?done=saved"))),
        Err(PolicyError::Stop(stop)) => return Err(Ask::stopped(stop, "/console/confirm", &path)),
        Err(PolicyError::NoSuchTenant) => return Err(Failure::not_found()),
        // The page says what comes first.
        Err(PolicyError::NotPrepared) => return Ok(ask.see_other(&path)),
        Err(PolicyError::ChangedMeanwhile) => SecurityError::ChangedMeanwhile,
        Err(PolicyError::Refused(refused)) => said(refused),
    };
    // As things stand now.
    let inside = inside.again(ask).await?;
    let looked = look(ask, &inside).await?;
    draw(ask, &inside, looked, Shown { fields, done: None, error: Some(error) })
}

fn fields(form: &Form, looked: &Looked) -> Result<Fields, Failure> {
    Ok(Fields {
        ticked: form.has("two_factor")?,
        start: form.one("start")?.and_then(Start::parse),
        // What was on the page when it was chosen, not what would be recommended by now.
        recommended: Some(looked.recommended),
        start_at: form
            .text(if form.one("start")? == Some("recommended") { "recommended_at" } else { "start_at" })?
            .to_owned(),
    })
}

fn wanted(fields: &Fields, tenant: &Tenant, now: Instant) -> Result<TheBox, SecurityError> {
    if !fields.ticked {
        return Ok(TheBox::Off);
    }
    if tenant.box_is_ticked(now) {
        return Ok(TheBox::On);
    }
    match fields.start {
        None => Err(SecurityError::NoStart),
        Some(Start::Now) => Ok(TheBox::On),
        Some(Start::Recommended | Start::Date) => {
            let at = policy::local(&fields.start_at, &tenant.time_zone);
            at.map(TheBox::From).map_err(|_| SecurityError::NotADate)
        }
    }
}

fn said(refused: Refused) -> SecurityError {
    match refused {
        Refused::InThePast => SecurityError::InThePast,
        Refused::Locked(apps) => SecurityError::Locked { apps },
        Refused::OutOfRange(_) => SecurityError::NotADate,
        Refused::NothingChanged | Refused::NoReason => SecurityError::NothingChanged,
    }
}

/// What is looked over; what does not move was refused before.
fn change_of(tenant: &Tenant, wanted: TheBox, looked: &Looked) -> Change {
    let not_ready = count(looked.hit.affected.len());
    match wanted {
        TheBox::On | TheBox::Stays => Change::TurnOnNow { not_ready, interrupted: count(looked.hit.signed_in()) },
        TheBox::From(at) => match tenant.pending {
            Some(pending) if at > pending.starts_at => Change::Postpone { was: pending.starts_at, at, not_ready },
            Some(_) | None => Change::TurnOnAt { at, not_ready },
        },
        TheBox::Off => match tenant.pending.filter(|_| !tenant.box_is_ticked(looked.now)) {
            Some(pending) => Change::Cancel { at: pending.starts_at },
            None => Change::TurnOff,
        },
    }
}

fn review(ask: &Ask, inside: &Inside, change: Change, (reason, error): (String, Option<ReviewError>)) -> Handled {
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    ask.scene(None).draw(status, |frame| Review {
        frame: inside.around(frame),
        desk: inside.desk(Section::Security),
        change,
        revision: inside.tenant.revision,
        reason,
        error,
    })
}
