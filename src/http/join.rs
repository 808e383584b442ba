//! `/invite` and `/setup`: the pages behind a mailed invitation and behind the link that `init` printed. Never a password
//! form for a person who exists (RULES 1). The token is a secret: it stands in the address the mail gave, and no page of
//! ours puts it into another.
use super::{Ask, Failure, Form, Handled, Route, Scene, account::too_weak};
use crate::{
    acts::{
        guard::Stop,
        people::{self, Invitation, Newcomer, NotJoined},
        visit::{Opening, Purpose},
    },
    grants::door,
    views::{
        door::password::NewPasswordError,
        frame::in_query,
        join::{Accept, Join, JoinError, LinkKind},
        trouble::Kind,
        when::Zone,
    },
};
use http::StatusCode;
use ostiary_gate::domain::{secret::Secret, tenant::Tenant};

pub fn routes() -> Vec<Route> {
    vec![
        Route::page("/invite", invitation),
        Route::form("/invite", answer),
        Route::page("/setup", setup),
        Route::form("/setup", set_up),
    ]
}

/// The same page for whatever is wrong with a link.
fn gone() -> Failure {
    Failure::Theirs { status: StatusCode::GONE, kind: Kind::LinkGone }
}

fn token(text: Option<&str>) -> Result<Secret, Failure> {
    text.filter(|text| is_token(text)).map(Secret::new).ok_or_else(gone)
}

/// As `dice::token` draws them; nothing else was ever mailed.
fn is_token(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn house(scene: &mut Scene, tenant: &Tenant) {
    scene.frame.clinic = Some(tenant.name.clone());
    scene.frame.zone = Zone::named(&tenant.time_zone).unwrap_or_else(Zone::utc);
}

async fn invitation(ask: Ask) -> Handled {
    let token = token(ask.query("token")?)?;
    match people::look(&ask.app.desk, &token, ask.caller().as_ref()).await {
        Ok(Invitation::Newcomer { email, tenant }) => {
            draw_join(&ask, (LinkKind::Invitation, &tenant), &token, Said::nothing(email), None)
        }
        Ok(Invitation::Ready { account, tenant }) => {
            let mut scene = ask.scene(None);
            house(&mut scene, &tenant);
            let token = token.expose().to_owned();
            scene.draw(StatusCode::OK, |frame| Accept { frame, token, account })
        }
        Ok(Invitation::SignInFirst { .. }) => Err(sign_in_first(&ask, &token).await?),
        Err(cause) => Err(otherwise(&ask, cause, &token).await?),
    }
}

/// Back here after the sign-in: the visit is sealed, and the token in it too.
async fn sign_in_first(ask: &Ask, token: &Secret) -> Result<Failure, Failure> {
    let path = format!("/invite?token={}", in_query(token.expose()));
    let purpose = Purpose::OwnPage { path, clinic: None };
    Ok(ask.sign_in_first(&Opening { purpose, began_at: ask.app.desk.now().await? }))
}

async fn otherwise(ask: &Ask, cause: NotJoined, token: &Secret) -> Result<Failure, Failure> {
    match cause {
        NotJoined::Stop(Stop::Store(fault)) => Ok(fault.into()),
        NotJoined::Busy(busy) => Ok(busy.into()),
        // Whatever their own account asks for comes first, and leads back.
        NotJoined::Stop(Stop::Step(..)) => {
            let path = format!("/invite?token={}", in_query(token.expose()));
            match ask.enter(&path, None).await {
                Err(failure) => Ok(failure),
                Ok(_) => sign_in_first(ask, token).await,
            }
        }
        NotJoined::Stop(Stop::Refused(..) | Stop::NotAdmin) => Ok(Failure::forbidden()),
        NotJoined::LinkGone | NotJoined::NoGivenName | NotJoined::NoFamilyName | NotJoined::Password(_) => Ok(gone()),
    }
}

/// What stands in the form.
struct Said {
    email: String,
    given_name: String,
    family_name: String,
}

impl Said {
    fn nothing(email: String) -> Self {
        Self { email, given_name: String::new(), family_name: String::new() }
    }
}

fn draw_join(
    ask: &Ask,
    (link, tenant): (LinkKind, &Tenant),
    token: &Secret,
    said: Said,
    error: Option<JoinError>,
) -> Handled {
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut scene = ask.scene(None);
    if link == LinkKind::Invitation {
        house(&mut scene, tenant);
    }
    let token = token.expose().to_owned();
    let Said { email, given_name, family_name } = said;
    scene.draw(status, |frame| Join { frame, link, token, email, given_name, family_name, error })
}

async fn answer(ask: Ask, form: Form) -> Handled {
    let token = token(form.one("token")?)?;
    let found = people::look(&ask.app.desk, &token, ask.caller().as_ref()).await;
    match found {
        Ok(Invitation::Newcomer { email, tenant }) => {
            come_in(&ask, &form, (LinkKind::Invitation, &tenant), &token, email).await
        }
        Ok(Invitation::Ready { .. }) => match people::accept(&ask.app.desk, &token, ask.caller().as_ref()).await {
            Ok(()) => Ok(ask.see_other("/account")),
            Err(cause) => Err(otherwise(&ask, cause, &token).await?),
        },
        Ok(Invitation::SignInFirst { .. }) => Err(sign_in_first(&ask, &token).await?),
        Err(cause) => Err(otherwise(&ask, cause, &token).await?),
    }
}

async fn come_in(ask: &Ask, form: &Form, house: (LinkKind, &Tenant), token: &Secret, email: String) -> Handled {
    let (given_name, family_name) = (form.text("given_name")?.to_owned(), form.text("family_name")?.to_owned());
    let password = form.secret("new_password")?;
    let is_empty = password.is_empty();
    let newcomer = Newcomer { given_name: &given_name, family_name: &family_name, password };
    let (desk, browser) = (&ask.app.desk, ask.browser());
    let visit = match house.0 {
        LinkKind::Invitation => people::join(desk, token, newcomer, &browser).await,
        LinkKind::FirstAdmin => people::set_up(desk, token, newcomer, &browser).await,
    };
    let error = match visit {
        Ok(visit) => {
            let onward = door::go_on(desk, &visit, &browser).await?;
            return ask.lead(onward, None).await;
        }
        Err(NotJoined::NoGivenName) => JoinError::NoGivenName,
        Err(NotJoined::NoFamilyName) => JoinError::NoFamilyName,
        Err(NotJoined::Password(_)) if is_empty => JoinError::Password(NewPasswordError::Empty),
        Err(NotJoined::Password(cause)) => JoinError::Password(too_weak(cause)),
        Err(cause) => return Err(otherwise(ask, cause, token).await?),
    };
    draw_join(ask, house, token, Said { email, given_name, family_name }, Some(error))
}

async fn setup(ask: Ask) -> Handled {
    let token = token(ask.query("token")?)?;
    match people::look_at_setup(&ask.app.desk, &token).await {
        Ok((email, tenant)) => draw_join(&ask, (LinkKind::FirstAdmin, &tenant), &token, Said::nothing(email), None),
        Err(cause) => Err(otherwise(&ask, cause, &token).await?),
    }
}

async fn set_up(ask: Ask, form: Form) -> Handled {
    let token = token(form.one("token")?)?;
    match people::look_at_setup(&ask.app.desk, &token).await {
        Ok((email, tenant)) => come_in(&ask, &form, (LinkKind::FirstAdmin, &tenant), &token, email).await,
        Err(cause) => Err(otherwise(&ask, cause, &token).await?),
    }
}
