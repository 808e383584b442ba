//! Where a visit goes on, as an answer to the browser: the next page, one of our own, or back to the client.
use crate::{
    acts::prove::NotProved,
    acts::visit::{Opening, Purpose},
    grants::door::{DoorError, Onward},
    http::{Ask, Failure, Handled, own::minutes_until},
    mint::MintError,
    protocol::{
        authorize::{AuthorizeRequest, Prompt},
        error::AuthorizationCode as Code,
    },
    views::trouble::Kind,
};
use http::StatusCode;
use ostiary_gate::{
    domain::{
        client::Client,
        ids::{ClientId, VisitId},
        time::{Instant, Span},
    },
    gate::{Refusal, Step},
};

/// The page of a step.
pub fn page_of(step: Step) -> &'static str {
    match step {
        Step::SignIn | Step::SignInAgain => "/login",
        Step::ChooseTenant => "/login/tenant",
        Step::SecondFactor => "/login/totp",
        Step::SetUpCode => "/enrol/setup-code",
        Step::Enrol => "/enrol",
        Step::Complete => "/enrol/phone",
        Step::Connect => "/connect",
        Step::Consent => "/consent",
    }
}

/// RULES 2: what `prompt=none` is told instead of a page (OIDC Core §3.1.2.6).
fn told_silently(step: Step) -> (Code, &'static str) {
    match step {
        Step::SignIn => (Code::LoginRequired, "nobody is signed in, or somebody else"),
        Step::SignInAgain => (Code::LoginRequired, "the person has to sign in again"),
        Step::ChooseTenant => (Code::AccountSelectionRequired, "the person has to say for which clinic"),
        Step::SecondFactor => (Code::InteractionRequired, "a second factor has to be shown"),
        Step::SetUpCode => (Code::InteractionRequired, "a set-up code has to be shown"),
        Step::Enrol => (Code::InteractionRequired, "an authenticator has to be set up"),
        Step::Complete => (Code::InteractionRequired, "setting up has to be completed"),
        Step::Connect => (Code::InteractionRequired, "an admin of the clinic has to connect this app"),
        Step::Consent => (Code::ConsentRequired, "the person has not allowed this yet"),
    }
}

/// What the client is told when nobody at the door can put it right.
fn told_at_last(refusal: Refusal) -> (Code, &'static str) {
    match refusal {
        Refusal::ClientDisabled => (Code::AccessDenied, "this client is not in service"),
        Refusal::TenantDisabled => (Code::AccessDenied, "this clinic is not in service"),
        Refusal::PersonDisabled => (Code::AccessDenied, "this person may not sign in"),
        Refusal::NotAMember => (Code::AccessDenied, "this person does not belong to the clinic"),
        Refusal::GrantEnded | Refusal::GrantTooOld => (Code::AccessDenied, "what was granted has ended"),
        Refusal::Unmeetable => {
            (Code::UnmetAuthenticationRequirements, "this person cannot sign in in the way that is required")
        }
        Refusal::NotConnected => (Code::AccessDenied, "the clinic has not connected this app; its admin can"),
        Refusal::ScopeNotAgreed => (Code::AccessDenied, "the clinic has not agreed to this scope"),
    }
}

/// A wait as a person counts it, begun minutes whole.
pub fn minutes(wait: Span) -> u32 {
    minutes_until(Instant(wait.0), Instant(0))
}

impl Ask {
    /// Goes on. `client`, where it is at hand, is named on a page that leaves.
    pub async fn lead(&self, onward: Onward, client: Option<&Client>) -> Handled {
        match onward {
            Onward::Code { code, request, cookie } => {
                let client = self.named(client, &request.client).await?;
                let answer = self.answer_client(&request.granted(self.issuer(), &code), client.as_ref())?;
                Ok(self.with_session(answer, cookie.as_ref()))
            }
            Onward::OwnPage { path, cookie } => Ok(self.with_session(self.see_other(&path), cookie.as_ref())),
            Onward::Step { step, visit, purpose, .. } => self.lead_to(step, visit, *purpose, client).await,
            Onward::Refused { refusal, purpose, .. } => match purpose.request() {
                Some(request) => self.tell(request, told_at_last(refusal), client).await,
                None => Err(Failure::forbidden()),
            },
            Onward::UnknownResource { request } => {
                self.tell(&request, (Code::InvalidTarget, "resource is not registered, or not in service"), client)
                    .await
            }
            Onward::UnknownClient => Err(Failure::malformed(StatusCode::BAD_REQUEST)),
        }
    }

    async fn lead_to(&self, step: Step, visit: Option<VisitId>, purpose: Purpose, client: Option<&Client>) -> Handled {
        if let Some(request) = purpose.request().filter(|request| request.asks(Prompt::None)) {
            return self.tell(request, told_silently(step), client).await;
        }
        match (step, visit) {
            (Step::SignIn | Step::SignInAgain, _) | (_, None) => {
                self.to_sign_in(&Opening { purpose, began_at: self.app.desk.now().await? })
            }
            (step, Some(visit)) => Ok(self.see_other(&format!("{}?visit={visit}", page_of(step)))),
        }
    }

    /// Back to the client with an error.
    pub async fn tell(
        &self,
        request: &AuthorizeRequest,
        what: (Code, &'static str),
        client: Option<&Client>,
    ) -> Handled {
        let (code, words) = what;
        let client = self.named(client, &request.client).await?;
        self.refuse_request(&request.refused(code, words), client.as_ref())
    }

    async fn named(&self, client: Option<&Client>, id: &ClientId) -> Result<Option<Client>, Failure> {
        if let Some(client) = client {
            return Ok(Some(client.clone()));
        }
        let mut unit = self.app.desk.store.look().await?;
        let row = unit.tx().client(id).await?;
        unit.commit().await?;
        Ok(row.map(|row| row.client()).transpose()?)
    }
}

/// What is no page's business. Wrong passwords and codes are told on the page where they were typed.
impl From<DoorError> for Failure {
    fn from(cause: DoorError) -> Self {
        match cause {
            DoorError::VisitOver => Self::expired(None),
            DoorError::NotProved(NotProved::Busy(retry_after)) => Self::busy(retry_after),
            DoorError::NotProved(NotProved::Store(cause)) | DoorError::Store(cause) => cause.into(),
            DoorError::Mint(MintError::KeyNotReady(_)) => Self::busy(Span::seconds(5)),
            DoorError::Mint(cause) => Self::ours(cause),
            DoorError::NoCode(_) | DoorError::NotProved(_) => {
                Self::Theirs { status: StatusCode::FORBIDDEN, kind: Kind::Forbidden }
            }
        }
    }
}
