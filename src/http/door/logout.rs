//! `/logout` (OpenID Connect RP-Initiated Logout 1.0) and `/logout/done`. A verified hint about whoever is signed in here
//! is their app's word that they want it; everything else is asked first, and never sends the browser anywhere.
use crate::{
    acts::say,
    http::{Ask, Body, Failure, Form, Handled, Stage, oidc::paths},
    mint::Hint,
    protocol::{logout::LogoutRequest, redirect::with_query},
    views::{
        leave::{LoggedOut, Logout},
        words::Locale,
    },
};
use axum::response::Response;
use http::StatusCode;

/// As long as an address may become when a posted request is turned into one.
const LONGEST: usize = 16 * 1024;
/// What a relying party may say (§2). The rest, a token of an old page of ours among it, goes no further.
const MEANT: [&str; 6] =
    ["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];

/// GET.
pub async fn ask(ask: Ask) -> Handled {
    let request = LogoutRequest::parse(&ask.query_params()?);
    let request = request.map_err(|_| Failure::malformed(StatusCode::BAD_REQUEST))?;
    let hint = request.id_token_hint.as_deref().and_then(|jwt| ask.app.desk.porter.mint().read_hint(jwt));
    let back = match &hint {
        Some(hint) => way_back(&ask, hint, &request).await?,
        None => None,
    };
    match (ask.caller(), hint) {
        // Nobody is here to be asked.
        (None, Some(_)) => Ok(leave(&ask, back.as_deref())),
        (None, None) => Ok(ask.see_other("/logout/done")),
        (Some(caller), Some(hint)) if hint.sub == caller.person => {
            say::sign_out(&ask.app.desk, &ask.browser()).await?;
            Ok(ask.without_session(leave(&ask, back.as_deref())))
        }
        // §2: a hint about somebody else signs nobody out; nor does no hint. The person may.
        (Some(_), _) => confirm(&ask, &request).await,
    }
}

fn leave(ask: &Ask, back: Option<&str>) -> Response {
    ask.see_other(back.unwrap_or("/logout/done"))
}

/// Where the client of a verified hint wants the browser afterwards, if it is registered.
async fn way_back(ask: &Ask, hint: &Hint, request: &LogoutRequest) -> Result<Option<String>, Failure> {
    let mut unit = ask.app.desk.store.look().await?;
    let row = unit.tx().client(&hint.aud).await?;
    unit.commit().await?;
    let client = row.map(|row| row.client()).transpose()?;
    Ok(client.and_then(|client| request.way_back(&client)))
}

/// "Do you want to sign out?"
async fn confirm(ask: &Ask, request: &LogoutRequest) -> Handled {
    let mut account = None;
    if let Some(caller) = ask.caller() {
        let mut unit = ask.app.desk.store.look().await?;
        account = unit.tx().person(&caller.person).await?.and_then(|person| person.email);
        unit.commit().await?;
    }
    let mut scene = ask.scene(None);
    if !request.ui_locales.is_empty() {
        let wishes = request.ui_locales.iter().map(String::as_str);
        scene.frame.locale = Locale::choose(wishes.chain(ask.languages()));
    }
    scene.draw(StatusCode::OK, |frame| Logout { frame, account, request: None })
}

/// POST of our own form: "Sign out", here or on the account page.
pub async fn sign_out(ask: Ask, form: Form) -> Handled {
    if form.one("answer")? == Some("no") {
        return Ok(ask.see_other("/account"));
    }
    // Half a sign-in ends too.
    if let Some(text) = form.one("visit")?
        && let Ok(visit) = ask.visit_even_over(text).await
        && let Stage::Row(id, _) = &visit.stage
    {
        say::cancel(&ask.app.desk, id, &ask.browser()).await?;
    }
    say::sign_out(&ask.app.desk, &ask.browser()).await?;
    Ok(ask.without_session(ask.see_other("/logout/done")))
}

/// POST of a relying party: the same as a GET of itself, so that the browser brings its cookies (RULES 8).
pub fn from_outside(body: &Body) -> Handled {
    let mut sent = body.pairs();
    sent.retain(|(name, _)| MEANT.contains(name));
    let to = with_query(paths::END_SESSION, &sent);
    Err(if to.len() > LONGEST { Failure::malformed(StatusCode::URI_TOO_LONG) } else { Failure::Elsewhere(to) })
}

/// GET `/logout/done`.
pub async fn done(ask: Ask) -> Handled {
    ask.scene(None).draw(StatusCode::OK, |frame| LoggedOut { frame })
}
