//! Who belongs here, and inviting (JOURNEYS B8).
use super::{Ask, Failure, Handled, Inside, Route, security::readiness};
use crate::{
    acts::people::{self, Listed, PeopleError},
    acts::policy::Readiness,
    http::{Form, own::minutes_until},
    views::{
        console::{
            Section,
            people::{Filter, Invite, InviteError, People, Row, RowStanding},
        },
        frame::in_query,
    },
};
use http::StatusCode;
use ostiary_gate::domain::person::{MembershipState, Role};

/// As many rows on one page.
const ROWS: usize = 100;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/console/{tenant}/people", show),
        Route::page("/console/{tenant}/people/invite", form),
        Route::form("/console/{tenant}/people/invite", invite),
        Route::form("/console/{tenant}/people/withdraw", withdraw),
    ]
}

/// What is wanted of the list.
struct Wanted {
    filter: Filter,
    search: String,
    from: usize,
}

impl Wanted {
    fn read(ask: &Ask) -> Result<Self, Failure> {
        let filter = match (ask.query("mfa")?, ask.query("role")?) {
            (Some("none"), _) => Filter::NotReady,
            (_, Some("admin")) => Filter::Admins,
            (_, _) => Filter::Everyone,
        };
        let search = ask.query("q")?.unwrap_or_default().to_owned();
        let from = ask.query("from")?.and_then(|text| text.parse().ok()).unwrap_or(0);
        Ok(Self { filter, search, from })
    }

    fn query(&self, from: usize) -> String {
        let filter = match self.filter {
            Filter::NotReady => "&mfa=none",
            Filter::Admins => "&role=admin",
            Filter::Everyone => "",
        };
        let search = if self.search.is_empty() { String::new() } else { format!("&q={}", in_query(&self.search)) };
        format!("from={from}{filter}{search}")
    }

    fn wants(&self, one: &Listed) -> bool {
        let fits = match self.filter {
            Filter::Everyone => true,
            Filter::NotReady => one.state == MembershipState::Live && one.readiness != Readiness::Ready,
            Filter::Admins => one.role == Role::Admin,
        };
        let (text, search) = (format!("{} {}", one.name, one.email).to_lowercase(), self.search.to_lowercase());
        fits && search.split_whitespace().all(|word| text.contains(word))
    }
}

async fn show(ask: Ask) -> Handled {
    let wanted = Wanted::read(&ask)?;
    let path = format!("/console/{}/people?{}", ask.piece("tenant")?, wanted.query(wanted.from));
    let inside = Inside::enter_as_admin(&ask, &path).await?;
    let mut unit = ask.app.desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*ask.app.desk.clock).await?;
    let all = people::list(tx, &inside.tenant, now).await?;
    unit.commit().await?;
    let mut rows: Vec<Row> = all.iter().filter(|one| wanted.wants(one)).skip(wanted.from).map(row).collect();
    let more = (rows.len() > ROWS).then(|| wanted.query(wanted.from + ROWS));
    rows.truncate(ROWS);
    let invited = ask.query("invited")?.and_then(people::address);
    ask.scene(None).draw(StatusCode::OK, |frame| People {
        frame: inside.around(frame),
        desk: inside.desk(Section::People),
        rows,
        filter: wanted.filter,
        search: wanted.search,
        invited,
        more,
    })
}

fn row(one: &Listed) -> Row {
    Row {
        person: one.person.as_ref().map(ToString::to_string),
        name: one.name.clone(),
        role: one.role,
        standing: match one.state {
            MembershipState::Live => RowStanding::Live(readiness(one.readiness)),
            MembershipState::Suspended | MembershipState::Ended => RowStanding::Suspended,
            MembershipState::Invited => RowStanding::Invited,
        },
        codes_left: u32::try_from(one.codes_left).unwrap_or(0),
        last_sign_in: one.last_sign_in,
    }
}

fn invite_path(ask: &Ask) -> Result<String, Failure> {
    Ok(format!("/console/{}/people/invite", ask.piece("tenant")?))
}

async fn form(ask: Ask) -> Handled {
    let inside = Inside::enter_as_admin(&ask, &invite_path(&ask)?).await?;
    draw(&ask, &inside, (String::new(), Role::Member), None)
}

fn draw(ask: &Ask, inside: &Inside, (email, role): (String, Role), error: Option<InviteError>) -> Handled {
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    ask.scene(None).draw(status, |frame| Invite {
        frame: inside.around(frame),
        desk: inside.desk(Section::People),
        email,
        role,
        error,
    })
}

async fn invite(ask: Ask, form: Form) -> Handled {
    let path = invite_path(&ask)?;
    let inside = Inside::enter_as_admin(&ask, &path).await?;
    let email = form.text("email")?.to_owned();
    let role = if form.one("role")? == Some("admin") { Role::Admin } else { Role::Member };
    let error = match people::invite(&ask.app.desk, &inside.caller, &inside.tenant.id, &email, role).await {
        Ok(()) => return Ok(ask.see_other(&inside.to(&format!("/people?invited={}", in_query(email.trim()))))),
        Err(PeopleError::NotAnAddress) if email.trim().is_empty() => InviteError::NoEmail,
        Err(PeopleError::NotAnAddress) => InviteError::NotAnAddress,
        Err(PeopleError::PausedUntil(until)) => InviteError::Throttled { minutes: minutes_until(until, ask.now()?) },
        Err(PeopleError::Stop(stop)) => return Err(Ask::stopped(stop, "/console/confirm", &path)),
        // None of these comes of an invitation.
        Err(
            PeopleError::NotHere
            | PeopleError::LastAdmin
            | PeopleError::Yourself
            | PeopleError::SecondAdmin
            | PeopleError::CannotCall
            | PeopleError::NoSuchWords,
        ) => return Err(Failure::forbidden()),
    };
    draw(&ask, &inside, (email, role), Some(error))
}

/// An invitation is taken back.
async fn withdraw(ask: Ask, form: Form) -> Handled {
    let path = format!("/console/{}/people", ask.piece("tenant")?);
    let inside = Inside::enter_as_admin(&ask, &path).await?;
    match people::withdraw(&ask.app.desk, &inside.caller, &inside.tenant.id, form.text("email")?).await {
        Err(PeopleError::Stop(stop)) => Err(Ask::stopped(stop, "/console/confirm", &path)),
        // Accepted or taken back meanwhile: the list says which.
        Ok(()) | Err(_) => Ok(ask.see_other(&path)),
    }
}
