//! `/account/codes`: ten new backup codes, seen in the answer to the form that makes them. Until they are said to be saved
//! the form brings them back, sealed for this person, so that a missing tick shows the same ones again.
use super::{
    Ask, Failure, Handled,
    changes::{needs_authenticator, status},
    otherwise,
};
use crate::{
    acts::account::{self, NewCodes},
    http::Form,
    views::{changes::BeforeNewCodes, enrol::codes::Codes},
};
use http::StatusCode;
use ostiary_gate::domain::{ids::PersonId, secret::Secret, time::Instant};

const PATH: &str = "/account/codes";
const SEALED: &str = "new codes";

pub async fn show(ask: Ask) -> Handled {
    let own = ask.own(PATH).await?;
    needs_authenticator(&own)?;
    let mut scene = ask.scene(None);
    ask.at_home(&mut scene, &own.clinics);
    let codes_left = u32::try_from(own.codes_left).unwrap_or(0);
    scene.draw(StatusCode::OK, |frame| BeforeNewCodes { frame, codes_left })
}

/// Makes them; or, when they came back, takes the word that they are saved.
pub async fn make(ask: Ask, form: Form) -> Handled {
    let caller = ask.caller().ok_or_else(|| Failure::Elsewhere(PATH.to_owned()))?;
    let desk = &ask.app.desk;
    let Some(kept) = form.one("kept")? else {
        ask.enter(PATH, None).await?;
        let made = account::make_codes(desk, &caller).await.map_err(|cause| otherwise(cause, PATH))?;
        return draw(&ask, &caller.person, made, false).await;
    };
    if !form.has("saved")? {
        let made = open(&ask, &caller.person, kept).ok_or_else(|| Failure::Elsewhere(PATH.to_owned()))?;
        return draw(&ask, &caller.person, made, true).await;
    }
    account::codes_saved(desk, &caller).await.map_err(|cause| otherwise(cause, PATH))?;
    Ok(ask.see_other("/account?done=codes"))
}

async fn draw(ask: &Ask, person: &PersonId, made: NewCodes, not_ticked: bool) -> Handled {
    let kept = seal(ask, person, &made)?;
    let mut unit = ask.app.desk.store.look().await?;
    let row = unit.tx().person(person).await?.ok_or_else(Failure::not_found)?;
    unit.commit().await?;
    let account = row.email.unwrap_or_default();
    ask.scene(None).draw(status(not_ticked), |frame| Codes {
        frame,
        steps: None,
        account,
        made_at: made.made_at,
        codes: made.codes,
        may_wait: false,
        not_ticked,
        kept: Some(Secret::new(kept)),
    })
}

fn seal(ask: &Ask, person: &PersonId, made: &NewCodes) -> Result<String, Failure> {
    let codes: Vec<&str> = made.codes.iter().map(Secret::expose).collect();
    let plain = zeroize::Zeroizing::new(format!("{} {}", made.made_at.0, codes.join(" ")));
    let sealed = ask.app.desk.store.root().seal_url(SEALED, person.as_str(), plain.as_bytes());
    sealed.map_err(|_| Failure::ours("backup codes cannot be sealed"))
}

fn open(ask: &Ask, person: &PersonId, kept: &str) -> Option<NewCodes> {
    let plain = ask.app.desk.store.root().open_url(SEALED, person.as_str(), kept).ok()?;
    let mut words = std::str::from_utf8(&plain).ok()?.split(' ');
    let made_at = Instant(words.next()?.parse().ok()?);
    Some(NewCodes { codes: words.map(Secret::new).collect(), made_at })
}
