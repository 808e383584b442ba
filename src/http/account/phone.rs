//! `/account/phone`: another number, with a second factor only (RULES 6).
use super::{
    Ask, Failure, Handled,
    changes::{needs_authenticator, status},
    otherwise,
};
use crate::{
    acts::{
        account::{self, AccountError, Own},
        enrol::number::NoNumber,
    },
    http::Form,
    views::{
        enrol::phone::{Phone, PhoneError},
        frame::Helpers,
    },
};

const PATH: &str = "/account/phone";

pub async fn show(ask: Ask) -> Handled {
    let own = ask.own(PATH).await?;
    needs_authenticator(&own)?;
    draw(&ask, &own, (None, String::new()), None)
}

fn draw(ask: &Ask, own: &Own, (country, number): (Option<String>, String), error: Option<PhoneError>) -> Handled {
    let home = own.clinics.first().map_or("AU", |(tenant, _)| tenant.phone_country.as_str()).to_owned();
    let mut usual: Vec<String> = own.clinics.iter().map(|(tenant, _)| tenant.phone_country.clone()).collect();
    usual.dedup();
    let mut scene = ask.scene(None);
    ask.at_home(&mut scene, &own.clinics);
    scene.draw(status(error.is_some()), |frame| Phone {
        frame,
        steps: None,
        country: country.unwrap_or(home),
        usual,
        number,
        helpers: Helpers::Role,
        error,
    })
}

pub async fn set(ask: Ask, form: Form) -> Handled {
    let own = ask.own(PATH).await?;
    needs_authenticator(&own)?;
    let caller = ask.caller().ok_or_else(Failure::forbidden)?;
    let (country, typed) = (form.text("country")?.to_owned(), form.text("phone")?.to_owned());
    match account::change_phone(&ask.app.desk, &caller, (&country, &typed), &ask.browser().user_agent).await {
        Ok(()) => Ok(ask.see_other("/account?done=saved")),
        Err(AccountError::Number(cause)) => {
            let error = match cause {
                NoNumber::Empty => PhoneError::Empty,
                NoNumber::Landline => PhoneError::Landline,
                NoNumber::NotANumber => PhoneError::NotANumber,
                NoNumber::NoSuchCountry => PhoneError::NoSuchCountry,
            };
            draw(&ask, &own, (Some(country), typed), Some(error))
        }
        Err(cause) => Err(otherwise(cause, PATH)),
    }
}
