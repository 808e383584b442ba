//! `/authorize` (RFC 6749 §4.1.1, OIDC Core §3.1.2): never a form, only ways: to the sign-in pages, back to the client, or
//! the page that must not redirect.
use super::paths;
use crate::{
    acts::visit::{Opening, Purpose, Wanted},
    grants::door,
    http::{App, Ask, Body, Failure, Handled, NoBody, NoVisit},
    protocol::{
        authorize::{self, AuthorizeError, AuthorizeRequest, Near, PageFault},
        error::AuthorizationCode,
        form::{FormError, Params},
        redirect::{Answer, Rendered, with_query},
    },
    views::trouble::{BrokenRequest, Cause, Explanation, FormPost},
};
use axum::{extract::State, response::Response};
use http::StatusCode;
use ostiary_gate::domain::client::Client;

/// As long as an address may become when a posted request is turned into one.
const LONGEST: usize = 16 * 1024;

/// GET.
pub async fn get(ask: Ask) -> Handled {
    let found = match ask.query_params() {
        Ok(params) => read(&ask, &params).await?,
        Err(_) => Err((AuthorizeError::malformed(), None)),
    };
    let (wanted, client) = match found {
        Ok(found) => found,
        Err((error, client)) => return ask.refuse_request(&error, client.as_ref()),
    };
    let opening = Opening { purpose: Purpose::Authorize(Box::new(wanted)), began_at: ask.app.desk.now().await? };
    let onward = door::arrive(&ask.app.desk, opening, &ask.browser()).await?;
    ask.lead(onward, Some(&client)).await
}

/// POST: the same, said in a body. No cookie is read, since it may come from anywhere (RULES 8): what is valid becomes a
/// GET of itself, and a browser that follows brings its cookies.
pub async fn post(State(app): State<App>, body: Result<Body, NoBody>) -> Response {
    let ask = Ask::of_nobody(&app);
    turned(&ask, body).await.unwrap_or_else(|failure| failure.answer(&ask))
}

async fn turned(ask: &Ask, body: Result<Body, NoBody>) -> Handled {
    let body = match body {
        Ok(body) => body,
        Err(NoBody::Form(FormError::BadPercent | FormError::NotUtf8 | FormError::Nul) | NoBody::BrokenOff) => {
            return ask.refuse_request(&AuthorizeError::malformed(), None);
        }
        Err(other) => return Err(Failure::malformed(other.status())),
    };
    match read(ask, &body.params()).await? {
        Err((error, client)) => ask.refuse_request(&error, client.as_ref()),
        Ok((wanted, client)) => {
            let to = with_query(paths::AUTHORIZATION, &body.pairs());
            if to.len() > LONGEST {
                let error = wanted.request.refused(AuthorizationCode::InvalidRequest, TOO_LONG);
                return ask.refuse_request(&error, Some(&client));
            }
            Ok(ask.see_other(&to))
        }
    }
}

const TOO_LONG: &str = "the request is longer than can be kept; shorten state, nonce or claims";

type Read = Result<(Wanted, Client), (AuthorizeError, Option<Client>)>;

/// The request, checked against the client's registration, with what its hint says put in place of the hint.
async fn read(ask: &Ask, params: &Params<'_>) -> Result<Read, Failure> {
    let id = match authorize::client_id(params) {
        Ok(id) => id,
        Err(error) => return Ok(Err((error, None))),
    };
    let mut unit = ask.app.desk.store.look().await?;
    let row = unit.tx().client(&id).await?;
    unit.commit().await?;
    let Some(client) = row.map(|row| row.client()).transpose()? else {
        return Ok(Err((AuthorizeError::unknown_client(id.as_str()), None)));
    };
    Ok(match authorize::parse(params, &client).and_then(|request| with_hint(ask, request)) {
        Ok(wanted) => Ok((wanted, client)),
        Err(error) => Err((error, Some(client))),
    })
}

/// OIDC Core §3.1.2.1. A hint that is not ours, or was not made for this client, says nothing anybody can rely on.
fn with_hint(ask: &Ask, mut request: AuthorizeRequest) -> Result<Wanted, AuthorizeError> {
    let Some(jwt) = request.id_token_hint.take() else {
        return Ok(Wanted { request, hinted: None, hinted_tenant: None });
    };
    match ask.app.desk.porter.mint().read_hint(&jwt).filter(|hint| hint.aud == request.client) {
        Some(hint) => Ok(Wanted { request, hinted: Some(hint.sub), hinted_tenant: hint.tenant }),
        None => {
            Err(request.refused(AuthorizationCode::InvalidRequest, "id_token_hint is no ID token made for this client"))
        }
    }
}

impl Ask {
    /// Seals a visit into an address of the sign-in page, or says to the client that it cannot be kept.
    pub fn to_sign_in(&self, opening: &Opening) -> Handled {
        match (self.seal(opening), opening.purpose.request()) {
            (Ok(visit), _) => Ok(self.see_other(&format!("/login?visit={visit}"))),
            (Err(NoVisit::TooLong), Some(request)) => {
                self.refuse_request(&request.refused(AuthorizationCode::InvalidRequest, TOO_LONG), None)
            }
            (Err(NoVisit::TooLong), None) => Err(Failure::malformed(StatusCode::URI_TOO_LONG)),
            (Err(NoVisit::Ours(failure)), _) => Err(failure),
        }
    }

    /// Back to the client with the error, or the page that stays here.
    pub fn refuse_request(&self, error: &AuthorizeError, client: Option<&Client>) -> Handled {
        match error.answer(self.issuer()) {
            Some(answer) => self.answer_client(&answer, client),
            None => self.broken_request(error, client),
        }
    }

    /// The answer of the authorization endpoint, as the client wants it sent.
    pub fn answer_client(&self, answer: &Answer<'_>, client: Option<&Client>) -> Handled {
        match answer.render() {
            Rendered::Location(to) => Ok(self.see_other(&to)),
            Rendered::Form { action, fields } => {
                let mut scene = self.scene(None);
                scene.may_lead_to(&action);
                scene.frame.client = client.map(|client| client.name.clone());
                // It goes to another house: no token of ours is in it.
                scene.frame.csrf.clear();
                let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                scene.draw_leaving(|frame| FormPost { frame, action, fields })
            }
        }
    }

    /// RFC 6749 §4.1.2.1: nobody is known to send the browser to. What was wrong is for the log, and in development for
    /// the page too.
    fn broken_request(&self, error: &AuthorizeError, client: Option<&Client>) -> Handled {
        let AuthorizeError::Page { parameter, fault, sent, registered, near } = error else {
            return Err(Failure::malformed(StatusCode::BAD_REQUEST));
        };
        let reference = self.app.reference();
        let client_id = client.map(|client| client.id.as_str());
        tracing::info!(
            reference = reference.code,
            parameter,
            ?fault,
            ?sent,
            client_id,
            "authorization request refused"
        );
        let explanation = self.app.edge.explains.then(|| Explanation {
            parameter: (*parameter).to_owned(),
            sent: sent.clone().unwrap_or_default(),
            registered: registered.clone(),
            nearest: near.as_deref().map(said),
        });
        let mut scene = self.scene(None);
        scene.frame.client = client.map(|client| client.name.clone());
        let cause = cause(parameter, *fault);
        scene.draw(StatusCode::BAD_REQUEST, |frame| BrokenRequest { frame, cause, reference, explanation })
    }
}

fn cause(parameter: &str, fault: PageFault) -> Cause {
    match (parameter, fault) {
        (_, PageFault::ClientDisabled) => Cause::ClientDisabled,
        (_, PageFault::Malformed) => Cause::Malformed,
        ("client_id", _) => Cause::UnknownClient,
        (_, PageFault::Missing) => Cause::RedirectMissing,
        (_, PageFault::Duplicated | PageFault::Unregistered) => Cause::RedirectNotRegistered,
    }
}

fn said(near: &Near) -> String {
    let what = serde_json::to_value(near.difference).ok();
    let what = what.as_ref().and_then(|what| what.as_str()).unwrap_or_default().replace('_', " ");
    format!("{} ({what})", near.registered)
}
