//! Somebody of this clinic: helping them back in, and what they may do here (JOURNEYS B7, RULES 1 and 6).
use super::{Ask, Failure, Handled, Inside, Route, security::readiness};
use crate::{
    acts::people::{self, Checked, Membering, NumberOnFile, PeopleError, Somebody},
    factors::recovery::Words,
    http::Form,
    views::console::{
        Section,
        help::{Help, HelpError, Person, Phone, PhoneOrigin, Standing},
    },
};
use http::StatusCode;
use ostiary_gate::domain::{
    ids::PersonId,
    person::{MembershipState, Role},
    time::Instant,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/console/{tenant}/people/{person}", show),
        Route::form("/console/{tenant}/people/{person}/reset", reset),
        Route::form("/console/{tenant}/people/{person}/setup-code", setup_code),
        Route::form("/console/{tenant}/people/{person}/standing", standing),
    ]
}

/// Which person the address names, and who looks.
async fn enter(ask: &Ask) -> Result<(Inside, PersonId, String), Failure> {
    let id = PersonId::parse(ask.piece("person")?).map_err(|_| Failure::not_found())?;
    let path = format!("/console/{}/people/{id}", ask.piece("tenant")?);
    let inside = Inside::enter_as_admin(ask, &path).await?;
    Ok((inside, id, path))
}

async fn show(ask: Ask) -> Handled {
    let (inside, id, _) = enter(&ask).await?;
    let done = ask.query("done")?.is_some();
    draw(&ask, &inside, &id, (None, None, done)).await
}

/// What is known, and what was just asked or done.
type Just = (Option<HelpError>, Option<Help>, bool);

async fn draw(ask: &Ask, inside: &Inside, id: &PersonId, (error, help, done): Just) -> Handled {
    let mut unit = ask.app.desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*ask.app.desk.clock).await?;
    let somebody = people::somebody(tx, &inside.tenant, id, now).await?.ok_or_else(Failure::not_found)?;
    let waiting = people::waiting(tx, &inside.caller.person, (&inside.tenant.id, id), now).await?;
    unit.commit().await?;
    let help = help.unwrap_or_else(|| offered(inside, id, &somebody, &waiting));
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let phone = phone(&somebody);
    ask.scene(None).draw(status, |frame| Person {
        frame: inside.around(frame),
        desk: inside.desk(Section::People),
        id: id.to_string(),
        name: somebody.row.full_name(),
        given_name: somebody.row.given_name.clone(),
        email: somebody.row.email.clone().unwrap_or_default(),
        role: somebody.membership.role,
        readiness: readiness(somebody.readiness),
        phone,
        help,
        standing: match somebody.membership.state {
            MembershipState::Suspended => Standing::Suspended,
            MembershipState::Live | MembershipState::Invited | MembershipState::Ended => Standing::Live,
        },
        done,
        error,
    })
}

/// Where the helping stands.
fn offered(inside: &Inside, id: &PersonId, somebody: &Somebody, waiting: &[Words]) -> Help {
    if *id == inside.caller.person {
        return Help::Yourself;
    }
    if !waiting.is_empty() {
        let words = waiting.iter().map(|w| (w.first().to_owned(), w.second().to_owned())).collect();
        return Help::Choose { words };
    }
    if somebody.membership.reset_waiting.is_some() {
        return Help::Waiting;
    }
    if somebody.second_admin { Help::SecondAdmin } else { Help::Offered }
}

fn phone(somebody: &Somebody) -> Option<Phone> {
    let number = somebody.row.phone.clone()?;
    let set_at = Instant(somebody.row.phone_set_at?);
    let origin = match somebody.number? {
        NumberOnFile::TypedBySelf => PhoneOrigin::TypedBySelf,
        NumberOnFile::FromOperator => PhoneOrigin::FromOperator,
        NumberOnFile::Disputed => PhoneOrigin::Disputed,
    };
    Some(Phone { number, set_at, origin })
}

async fn reset(ask: Ask, form: Form) -> Handled {
    let (inside, id, path) = enter(&ask).await?;
    let checked = match form.one("checked")? {
        Some("call") => Checked::Called,
        Some("face") => Checked::FaceToFace,
        Some(_) | None => return draw(&ask, &inside, &id, (Some(HelpError::NotChecked), None, false)).await,
    };
    let answer = people::reset(&ask.app.desk, &inside.caller, &inside.tenant.id, &id, checked).await;
    told(&ask, &inside, (&id, &path), answer).await
}

async fn standing(ask: Ask, form: Form) -> Handled {
    let (inside, id, path) = enter(&ask).await?;
    let what = match form.one("what")? {
        Some("admin") => Membering::Role(Role::Admin),
        Some("member") => Membering::Role(Role::Member),
        Some("suspend") => Membering::Suspend,
        Some("restore") => Membering::Restore,
        Some("end") => Membering::End,
        Some("sign-out") => Membering::SignOut,
        Some(_) | None => return Err(Failure::malformed(StatusCode::BAD_REQUEST)),
    };
    match people::change(&ask.app.desk, &inside.caller, &inside.tenant.id, &id, what).await {
        // They are gone from here, and so is their page.
        Ok(()) if what == Membering::End => Ok(ask.see_other(&inside.to("/people"))),
        answer => told(&ask, &inside, (&id, &path), answer).await,
    }
}

async fn told(ask: &Ask, inside: &Inside, (id, path): (&PersonId, &str), answer: Result<(), PeopleError>) -> Handled {
    let error = match answer {
        Ok(()) => return Ok(ask.see_other(&format!("{path}?done=yes"))),
        Err(PeopleError::Stop(stop)) => return Err(Ask::stopped(stop, "/console/confirm", path)),
        Err(PeopleError::LastAdmin) => HelpError::LastAdmin,
        Err(PeopleError::SecondAdmin) => HelpError::SecondNoted,
        Err(PeopleError::CannotCall) => HelpError::CannotCall,
        Err(PeopleError::NoSuchWords) => HelpError::NoWords,
        // The page says so already, or the page is gone.
        Err(PeopleError::Yourself) => return Ok(ask.see_other(path)),
        Err(PeopleError::NotHere | PeopleError::NotAnAddress | PeopleError::PausedUntil(_)) => {
            return Ok(ask.see_other(path));
        }
    };
    draw(ask, inside, id, (Some(error), None, false)).await
}

/// The code is shown once, in the answer to the form, and stands nowhere else.
async fn setup_code(ask: Ask, form: Form) -> Handled {
    let (inside, id, path) = enter(&ask).await?;
    let words = form.text("words")?;
    if words == "none" {
        return Ok(ask.see_other(&path));
    }
    let Some(words) = words.split_once(' ').and_then(|(first, second)| Words::read(first, second)) else {
        return draw(&ask, &inside, &id, (Some(HelpError::NoWords), None, false)).await;
    };
    match people::give_setup_code(&ask.app.desk, &inside.caller, (&inside.tenant.id, &id), words).await {
        Ok(given) => {
            let words = (given.words.first().to_owned(), given.words.second().to_owned());
            let code = given.code.shown();
            let help = Help::Read { code, words, until: given.until };
            draw(&ask, &inside, &id, (None, Some(help), false)).await
        }
        Err(error) => told(&ask, &inside, (&id, &path), Err(error)).await,
    }
}
