//! `/enrol/phone` (JOURNEYS A4).
use super::{Setup, helpers};
use crate::{
    acts::enrol::{
        NotEnrolled,
        number::{NoNumber, ends_in},
        phone,
    },
    http::{Ask, Form, Handled},
    views::enrol::phone::{Phone, PhoneError, PhoneKnown},
};
use http::StatusCode;

/// Where most of those who work at the clinics are at home; the clinic's own country stands before them.
const USUAL: [&str; 6] = ["AU", "NZ", "GB", "IE", "CA", "US"];

/// GET.
pub async fn show(ask: Ask) -> Handled {
    let setup = ask.setup().await?;
    if !setup.scene.is_open_for_phone() {
        return ask.to_place(&setup.id, setup.scene.place()).await;
    }
    let may_change = setup.scene.may_change_phone();
    let changes = may_change && ask.query("change")?.is_some();
    match setup.scene.file.phone.as_deref().filter(|_| !changes) {
        Some(number) => {
            // RULES 6: no digits before the second factor, nor on a browser that nobody knows.
            let shows = setup.scene.shows_second_factor() && setup.scene.known_since.is_some();
            let (ends_in, steps) = (shows.then(|| ends_in(number).to_owned()), setup.steps(1));
            setup.around(&ask).draw(StatusCode::OK, |frame| PhoneKnown { frame, steps, ends_in, may_change })
        }
        None => page(&ask, &setup, &own_country(&setup), "", None),
    }
}

fn own_country(setup: &Setup) -> String {
    setup.scene.here().first().map_or_else(|| "AU".to_owned(), |tenant| tenant.phone_country.clone())
}

fn page(ask: &Ask, setup: &Setup, country: &str, number: &str, error: Option<PhoneError>) -> Handled {
    let own = own_country(setup);
    let others = USUAL.iter().map(|code| (*code).to_owned()).filter(|code| *code != own);
    let usual = std::iter::once(own.clone()).chain(others).collect();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (steps, helpers) = (Some(setup.steps(1)), helpers());
    let (country, number) = (country.to_owned(), number.to_owned());
    setup.around(ask).draw(status, |frame| Phone { frame, steps, country, usual, number, helpers, error })
}

/// POST.
pub async fn put(ask: Ask, form: Form) -> Handled {
    let setup = ask.setup_in(&form).await?;
    let (desk, browser) = (&ask.app.desk, ask.browser());
    let done = match form.one("keep")? {
        Some("yes") => phone::keep(desk, &setup.id, &browser).await,
        Some(_) => return Ok(ask.see_other(&format!("/enrol/phone?visit={}&change=yes", setup.id))),
        None => {
            let (country, typed) = (form.text("country")?, form.text("phone")?);
            match phone::put(desk, &setup.id, &browser, country, typed).await {
                Err(NotEnrolled::Number(cause)) => {
                    let error = match cause {
                        NoNumber::Empty => PhoneError::Empty,
                        NoNumber::Landline => PhoneError::Landline,
                        NoNumber::NotANumber => PhoneError::NotANumber,
                        NoNumber::NoSuchCountry => PhoneError::NoSuchCountry,
                    };
                    return page(&ask, &setup, country, typed, Some(error));
                }
                // The page that is drawn says how it changes.
                Err(NotEnrolled::NumberStays) => return Ok(ask.see_other(&format!("/enrol/phone?visit={}", setup.id))),
                done => done,
            }
        }
    };
    match done {
        Ok(()) => ask.onwards(&setup.id).await,
        Err(cause) => ask.instead(&setup.id, cause).await,
    }
}
