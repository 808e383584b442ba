//! A relying party, written with the crate `openidconnect`: what both sample apps are made of. Knows the provider by its
//! discovery document alone; its pages, its people and its data are the apps'.
pub mod answer;
pub mod ask;
pub mod machine;
pub mod proof;
pub mod standing;
pub mod wire;

use crate::{
    crypto::{Fault, dice::Dice},
    store::{Clock, ClockError, Reading},
};
use openidconnect::{AuthType, ClientId, ClientSecret, EndSessionUrl, IssuerUrl, RedirectUrl, url};
use ostiary_gate::domain::time::{Instant, Span};
use std::sync::Arc;
use tokio::sync::RwLock;
use wire::{Client, Http, Metadata};

/// The discovery document and the keys are read again when something does not fit, but not more often than this.
const FRESH: Span = Span::seconds(1);

/// What the operator of the provider and the app have agreed on.
#[derive(Clone)]
pub struct Registration {
    pub client_id: String,
    pub client_secret: String,
    /// `client_secret_post` instead of `client_secret_basic`.
    pub posts_secret: bool,
    /// The app's own address, without a slash at the end.
    pub base: String,
}

impl Registration {
    pub fn redirect_uri(&self) -> String {
        format!("{}/callback", self.base)
    }

    pub fn post_logout_redirect_uri(&self) -> String {
        format!("{}/bye", self.base)
    }
}

/// Time and chance, from outside.
#[derive(Clone)]
pub struct World {
    pub clock: Arc<dyn Clock>,
    pub dice: Arc<dyn Dice>,
}

impl World {
    pub fn now(&self) -> Result<Instant, ClockError> {
        self.clock.read().map(|reading| match reading {
            Reading::System(now) | Reading::Test(now) => now,
        })
    }
}

pub struct RelyingParty {
    pub registration: Registration,
    pub issuer: String,
    pub world: World,
    http: Http,
    known: RwLock<Option<Arc<Provider>>>,
}

/// The provider as it last described itself.
struct Provider {
    client: Client,
    end_session: EndSessionUrl,
    read_at: Instant,
}

/// The provider cannot be asked, or what it answers makes no sense. Nothing may be concluded from it.
#[derive(Debug, thiserror::Error)]
pub enum Away {
    #[error("the provider does not describe itself: {0}")]
    Discovery(String),
    #[error("the provider does not answer: {0}")]
    Silent(String),
    #[error(transparent)]
    Clock(#[from] ClockError),
    #[error("no randomness: {0:?}")]
    Dice(Fault),
    #[error("the app is registered wrongly: {0}")]
    Registration(#[from] url::ParseError),
}

impl From<Fault> for Away {
    fn from(fault: Fault) -> Self {
        Self::Dice(fault)
    }
}

impl RelyingParty {
    pub fn new(registration: Registration, issuer: &str, world: World, http: Http) -> Self {
        Self { registration, issuer: issuer.to_owned(), world, http, known: RwLock::new(None) }
    }

    pub fn http(&self) -> &Http {
        &self.http
    }

    async fn provider(&self) -> Result<Arc<Provider>, Away> {
        if let Some(known) = self.known.read().await.as_ref() {
            return Ok(Arc::clone(known));
        }
        self.read_provider().await
    }

    /// Again, because a key was not among those we knew.
    async fn provider_again(&self) -> Result<Arc<Provider>, Away> {
        let now = self.world.now()?;
        match self.known.read().await.as_ref() {
            Some(known) if now.since(known.read_at) < FRESH => return Ok(Arc::clone(known)),
            Some(_) | None => {}
        }
        self.read_provider().await
    }

    /// OIDC Discovery §4, and the keys with it.
    async fn read_provider(&self) -> Result<Arc<Provider>, Away> {
        let issuer = IssuerUrl::new(self.issuer.clone())?;
        let metadata = Metadata::discover_async(issuer, &self.http).await;
        let metadata = metadata.map_err(|fault| Away::Discovery(causes(&fault)))?;
        let more = metadata.additional_metadata().clone();
        let auth_type = if self.registration.posts_secret { AuthType::RequestBody } else { AuthType::BasicAuth };
        let (id, secret) = (self.registration.client_id.clone(), self.registration.client_secret.clone());
        let client: Client =
            openidconnect::Client::from_provider_metadata(metadata, ClientId::new(id), Some(ClientSecret::new(secret)))
                .set_auth_type(auth_type)
                .set_redirect_uri(RedirectUrl::new(self.registration.redirect_uri())?)
                .set_introspection_url(more.introspection_endpoint);
        let end_session = more.end_session_endpoint;
        let provider = Arc::new(Provider { client, end_session, read_at: self.world.now()? });
        *self.known.write().await = Some(Arc::clone(&provider));
        Ok(provider)
    }
}

/// An error and what caused it, in one line for the log.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text.push_str(": ");
        text.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    text
}
