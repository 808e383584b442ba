//! `?visit=`: before a right password what was asked for is sealed in the value itself, bound to the browser's cookie;
//! after it the value names a row (RULES 8). Read here, shown by pages, judged by nobody.
use super::{Ask, Failure, Form};
use crate::{
    acts::visit::{Opening, Purpose, named},
    crypto::seal::CannotSeal,
    protocol::redirect::csp_source,
    store::{StoreError, Tx, VisitRow},
    views::trouble::Kind,
};
use http::StatusCode;
use ostiary_gate::{
    domain::{
        client::Client,
        ids::{TenantId, VisitId},
        tenant::Tenant,
        time::{Instant, Span},
    },
    gate::Pin,
};

/// What the seal is for.
const SEALED: &str = "visit";
/// What was asked for longer ago is not asked for any more: the app itself has forgotten it. As long as a pending set-up
/// is kept.
const FORGOTTEN: Span = Span::hours(24);

/// A visit on its way through the pages.
pub struct Visit {
    /// The value of `?visit=`.
    pub text: String,
    pub stage: Stage,
    pub purpose: Purpose,
    pub client: Option<Client>,
    /// The clinic that the request itself names, or that the person chose.
    pub clinic: Option<Tenant>,
}

pub enum Stage {
    /// Nobody has shown anything.
    Sealed(Opening),
    /// Somebody has shown a password, or is signed in.
    Row(VisitId, Box<VisitRow>),
}

impl Ask {
    /// The visit of a page. Errors: none, not this browser's, or over: a page says so and leads on.
    pub async fn visit(&self) -> Result<Visit, Failure> {
        match self.query("visit")? {
            Some(text) => self.visit_named(text).await,
            None => Err(Failure::Elsewhere("/account".to_owned())),
        }
    }

    /// The visit of a form.
    pub async fn visit_of(&self, form: &Form) -> Result<Visit, Failure> {
        match form.one("visit")? {
            Some(text) => self.visit_named(text).await,
            None => Err(Failure::malformed(StatusCode::BAD_REQUEST)),
        }
    }

    pub async fn visit_named(&self, text: &str) -> Result<Visit, Failure> {
        let now = self.now()?;
        let visit = self.visit_even_over(text).await?;
        if visit.is_over(now) { Err(self.over(&visit, now)) } else { Ok(visit) }
    }

    /// A visit of this browser, whether it goes on or not.
    pub(super) async fn visit_even_over(&self, text: &str) -> Result<Visit, Failure> {
        let mut unit = self.app.desk.store.look().await?;
        let visit = self.found(unit.tx(), text).await?;
        unit.commit().await?;
        Ok(visit)
    }

    async fn found(&self, tx: &mut Tx, text: &str) -> Result<Visit, Failure> {
        let (stage, purpose) = if let Ok(id) = VisitId::parse(text) {
            let row = tx.visit(&id, &self.browser().hash).await?.ok_or_else(|| self.unknown())?;
            let purpose = row.request()?;
            (Stage::Row(id, Box::new(row)), purpose)
        } else {
            let opening = self.open(text)?;
            let purpose = opening.purpose.clone();
            (Stage::Sealed(opening), purpose)
        };
        let client = match purpose.client_id() {
            Some(id) => tx.client(id).await?.map(|row| row.client()).transpose()?,
            None => None,
        };
        let clinic = clinic(tx, &stage, &purpose, client.as_ref()).await?;
        Ok(Visit { text: text.to_owned(), stage, purpose, client, clinic })
    }

    /// Opens a sealed visit. One of another browser stays shut, and is told like one that is over.
    fn open(&self, text: &str) -> Result<Opening, Failure> {
        let browser = self.browser().hash;
        let opened = self.app.desk.store.root().open_url(SEALED, &browser, text);
        let plain = opened.map_err(|_| self.unknown())?;
        serde_json::from_slice(&plain).map_err(|_| self.unknown())
    }

    /// Not of this browser: a browser that keeps no cookie is told why nothing will ever fit.
    fn unknown(&self) -> Failure {
        if self.browser_is_new() {
            let again = self.here();
            return Failure::Theirs { status: StatusCode::FORBIDDEN, kind: Kind::CookiesBlocked { again } };
        }
        Failure::expired(None)
    }

    /// Seals a visit for this browser.
    pub fn seal(&self, opening: &Opening) -> Result<String, NoVisit> {
        let plain = serde_json::to_vec(opening).map_err(|cause| NoVisit::Ours(Failure::ours(cause)))?;
        let sealed = self.app.desk.store.root().seal_url(SEALED, &self.browser().hash, &plain);
        sealed.map_err(|cause| match cause {
            CannotSeal::TooLong => NoVisit::TooLong,
            CannotSeal::Fault(fault) => NoVisit::Ours(fault.into()),
        })
    }

    /// What a visit that is over answers. One that was finished says so; what was asked for in another stands in it still,
    /// so it begins again.
    pub(super) fn over(&self, visit: &Visit, now: Instant) -> Failure {
        let app = visit.app();
        if visit.is_done() {
            let on = app.or_else(|| visit.own_path());
            return self.shown_instead(StatusCode::OK, visit, Kind::OtherTab { on });
        }
        let again = self.begin_again(visit, now).map(|fresh| format!("/login?visit={fresh}")).or(app);
        self.shown_instead(StatusCode::GONE, visit, Kind::Expired { again })
    }

    /// The same visit from its start, where it is not too old to mean anything to whoever sent the person here.
    pub(super) fn begin_again(&self, visit: &Visit, now: Instant) -> Option<String> {
        let opening = Opening { purpose: visit.purpose.clone(), began_at: now };
        (now.since(visit.began_at()) < FORGOTTEN).then(|| self.seal(&opening).ok()).flatten()
    }
}

/// Why a visit could not be sealed.
#[derive(Debug)]
pub enum NoVisit {
    /// What was asked is too much for an address.
    TooLong,
    Ours(Failure),
}

impl Visit {
    pub fn began_at(&self) -> Instant {
        match &self.stage {
            Stage::Sealed(opening) => opening.began_at,
            Stage::Row(_, row) => row.began_at(),
        }
    }

    /// Finished, here or in another tab.
    pub(super) fn is_done(&self) -> bool {
        match &self.stage {
            Stage::Sealed(_) => false,
            Stage::Row(_, row) => row.ended_why.as_deref() == Some("done"),
        }
    }

    /// Where the app lives that sent the person here, if it lives on the web.
    fn app(&self) -> Option<String> {
        let source = csp_source(&self.purpose.request()?.redirect_uri).ok()?;
        source.starts_with("http").then_some(source).filter(|source| source.contains("://"))
    }

    fn own_path(&self) -> Option<String> {
        match &self.purpose {
            Purpose::Authorize(_) => None,
            Purpose::OwnPage { path, .. } => Some(path.clone()),
        }
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        match &self.stage {
            Stage::Sealed(opening) => !opening.is_open(now),
            Stage::Row(_, row) => !row.is_open(now),
        }
    }
}

/// Whose house it is (JOURNEYS A1): what the client is bound to, what the request pins, what the person chose; never
/// derived from a typed address.
async fn clinic(
    tx: &mut Tx,
    stage: &Stage,
    purpose: &Purpose,
    client: Option<&Client>,
) -> Result<Option<Tenant>, StoreError> {
    let chosen = match stage {
        Stage::Row(_, row) => row.tenant()?,
        Stage::Sealed(_) => None,
    };
    let pinned = match purpose {
        Purpose::Authorize(wanted) => match named(tx, wanted.request.tenant.as_deref()).await? {
            Pin::To(id) => Some(id),
            Pin::None | Pin::Unknown => None,
        },
        Purpose::OwnPage { clinic: Some(slug), .. } => tx.tenant_by_slug(slug).await?,
        Purpose::OwnPage { clinic: None, .. } => None,
    };
    let bound: Option<TenantId> = client.and_then(|client| client.tenant.clone());
    match chosen.or(bound).or(pinned) {
        Some(id) => tx.tenant(&id).await,
        None => Ok(None),
    }
}
