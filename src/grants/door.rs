//! The ways through the door: arriving, signing in, showing a code, going on after a page. Each ends with the gate being
//! asked what comes next, in the unit that recorded what was shown.
use super::authorize::Authorize;
use crate::{
    acts::{
        Desk,
        prove::{self, NotProved, RightPassword},
        session::{self, Browser},
        visit::{self, Asked, Opening, Progress, Purpose, Visitor, Wanted},
    },
    crypto::dice,
    factors::totp::{self, NoCode},
    mint::MintError,
    porter::NoRules,
    protocol::authorize::{AuthorizeRequest, Prompt},
    store::{Known, NewVisit, StoreError, Tx, VisitRow},
};
use ostiary_gate::{
    domain::{
        Blame,
        amr::Proof,
        ids::{TenantId, VisitId},
        secret::Secret,
        time::Instant,
    },
    gate::{Outcome, Reason, Refusal, Step},
};

/// Where a visit goes on.
pub enum Onward {
    /// Back to the client with a code.
    Code { code: Secret, request: Box<AuthorizeRequest>, cookie: Option<Secret> },
    /// Back to one of our own pages.
    OwnPage { path: String, cookie: Option<Secret> },
    /// To the page of this step. Without a visit nobody has shown anything yet: to the sign-in page.
    Step { step: Step, reasons: Vec<Reason>, visit: Option<VisitId>, purpose: Box<Purpose> },
    /// Nobody at the door can put this right.
    Refused { refusal: Refusal, reasons: Vec<Reason>, purpose: Box<Purpose> },
    /// RFC 8707: the resource it is for does not exist.
    UnknownResource { request: Box<AuthorizeRequest> },
    /// The client was removed meanwhile.
    UnknownClient,
}

/// Why a visit does not go on.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    #[error(transparent)]
    NotProved(#[from] NotProved),
    /// What was typed is no code; no try was counted.
    #[error(transparent)]
    NoCode(#[from] NoCode),
    /// Ended, run out, or of another browser.
    #[error("this visit is over")]
    VisitOver,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Mint(#[from] MintError),
}

impl Blame for DoorError {
    fn is_ours(&self) -> bool {
        match self {
            Self::NotProved(cause) => cause.is_ours(),
            Self::NoCode(_) | Self::VisitOver => false,
            Self::Store(_) | Self::Mint(_) => true,
        }
    }
}

/// By which way somebody comes.
pub(super) enum Way {
    Arrives(Opening),
    SignsIn { opening: Opening, right: Option<RightPassword>, shared_computer: bool },
    ShowsCode { visit: VisitId, code: totp::Code },
    GoesOn { visit: VisitId },
}

/// What the gate is to be asked, once what was shown is recorded.
pub(super) struct Front {
    pub purpose: Purpose,
    pub began_at: Instant,
    pub visitor: Option<Visitor>,
    pub chosen: Option<TenantId>,
    pub progress: Progress,
    /// Shown in this visit.
    pub shown: Vec<Proof>,
}

/// GET `/authorize`, or one of our own pages, with whoever is signed in.
pub async fn arrive(desk: &Desk, opening: Opening, browser: &Browser) -> Result<Onward, DoorError> {
    if browser.session_hash.is_none() {
        return stranger(desk, opening).await;
    }
    Box::pin(go(desk, browser, Way::Arrives(opening))).await
}

/// Nobody is signed in: the gate is asked over one picture, so that strangers never wait for, or hold up, a writer.
async fn stranger(desk: &Desk, opening: Opening) -> Result<Onward, DoorError> {
    let mut unit = desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*desk.clock).await?;
    if !opening.is_open(now) {
        return Err(DoorError::VisitOver);
    }
    let asked = visit::claim(tx, &opening.purpose, None, opening.began_at, None, false).await?;
    let heard = visit::heard(tx, &asked, Known::AsPicture, now).await?;
    unit.commit().await?;
    let purpose = Box::new(opening.purpose);
    let judgement = match (heard, purpose.as_ref()) {
        (Ok(heard), _) => heard.judgement(),
        (Err(NoRules::UnknownResource), Purpose::Authorize(wanted)) => {
            return Ok(Onward::UnknownResource { request: request_of(wanted) });
        }
        (Err(NoRules::UnknownClient | NoRules::UnknownResource), _) => return Ok(Onward::UnknownClient),
    };
    let reasons = judgement.reasons;
    match judgement.outcome {
        Outcome::Refused(refusal) => Ok(Onward::Refused { refusal, reasons, purpose }),
        Outcome::Step(step) => Ok(Onward::Step { step, reasons, visit: None, purpose }),
        // Nobody is never let in, whatever a gate may say.
        Outcome::Clear => Ok(Onward::Step { step: Step::SignIn, reasons, visit: None, purpose }),
    }
}

/// A name and a password.
pub async fn sign_in(
    desk: &Desk,
    opening: Opening,
    browser: &Browser,
    given: (&str, Secret),
    shared_computer: bool,
) -> Result<Onward, DoorError> {
    let (username, password) = given;
    let right = prove::password(desk, browser, username, password).await?;
    Box::pin(go(desk, browser, Way::SignsIn { opening, right: Some(right), shared_computer })).await
}

/// A 6-digit code, as it was typed.
pub async fn show_code(desk: &Desk, visit: &VisitId, browser: &Browser, typed: &str) -> Result<Onward, DoorError> {
    let code = totp::read(typed)?;
    Box::pin(go(desk, browser, Way::ShowsCode { visit: visit.clone(), code })).await
}

/// After enrolment, consent, the choice of a clinic: what is next?
pub async fn go_on(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<Onward, DoorError> {
    Box::pin(go(desk, browser, Way::GoesOn { visit: visit.clone() })).await
}

async fn go(desk: &Desk, browser: &Browser, way: Way) -> Result<Onward, DoorError> {
    let purpose = match &way {
        Way::Arrives(opening) | Way::SignsIn { opening, .. } => opening.purpose.clone(),
        Way::ShowsCode { visit, .. } | Way::GoesOn { visit } => {
            let mut unit = desk.store.look().await?;
            let row = unit.tx().visit(visit, &browser.hash).await?;
            unit.commit().await?;
            row.ok_or(DoorError::VisitOver)?.request()?
        }
    };
    match purpose {
        // On the heap: every page that ends here would carry the whole road in its own frame.
        Purpose::Authorize(wanted) => Box::pin(Authorize::new(desk, browser, way, *wanted)?.go()).await,
        Purpose::OwnPage { path, .. } => own_page(desk, browser, way, path).await,
    }
}

impl Way {
    /// Records what was shown, in the unit that asks the gate. May be called again in another unit.
    pub(super) async fn record(
        &mut self,
        tx: &mut Tx,
        desk: &Desk,
        browser: &Browser,
        now: Instant,
    ) -> Result<Front, DoorError> {
        match self {
            Self::Arrives(opening) | Self::SignsIn { opening, .. } if !opening.is_open(now) => {
                Err(DoorError::VisitOver)
            }
            Self::Arrives(opening) => arrived(tx, browser, opening).await,
            Self::SignsIn { opening, right, shared_computer } => {
                let right = right.take().ok_or(StoreError::Busy)?;
                signed_in(tx, desk, browser, (opening, right, *shared_computer), now).await
            }
            Self::ShowsCode { visit, code } => {
                let row = open(tx, visit, browser, now).await?;
                let person = row.person()?;
                let verified = match prove::code(tx, &person, code, now).await {
                    Ok(verified) => verified,
                    Err(cause) => {
                        prove::log_wrong_code(tx, desk, &person, &cause, now).await?;
                        return Err(cause.into());
                    }
                };
                tx.add_proof(&row, verified).await?;
                front_of(&open(tx, visit, browser, now).await?, browser)
            }
            Self::GoesOn { visit } => front_of(&open(tx, visit, browser, now).await?, browser),
        }
    }
}

impl Way {
    /// Who comes, without recording anything: enough to know which clinics the gate will be asked about.
    pub(super) async fn peek(&self, tx: &mut Tx, browser: &Browser) -> Result<Option<Front>, DoorError> {
        match self {
            Self::Arrives(opening) => arrived(tx, browser, opening).await.map(Some),
            Self::SignsIn { opening, right, .. } => {
                let mut front = arrived(tx, browser, opening).await?;
                let person = right.as_ref().map(|right| right.person.clone());
                front.visitor = person.map(|person| Visitor { person, session: None, visit: None });
                Ok(Some(front))
            }
            Self::ShowsCode { visit, .. } | Self::GoesOn { visit } => {
                let row = tx.visit(visit, &browser.hash).await?;
                row.map(|row| front_of(&row, browser)).transpose()
            }
        }
    }
}

async fn open(tx: &mut Tx, visit: &VisitId, browser: &Browser, now: Instant) -> Result<VisitRow, DoorError> {
    let row = tx.visit(visit, &browser.hash).await?;
    row.filter(|row| row.is_open(now)).ok_or(DoorError::VisitOver)
}

fn front_of(row: &VisitRow, browser: &Browser) -> Result<Front, DoorError> {
    Ok(Front {
        purpose: row.request()?,
        began_at: row.began_at(),
        visitor: Some(Visitor::of(row, &browser.hash)?),
        chosen: row.tenant()?,
        progress: row.progress()?,
        shown: row.proofs()?,
    })
}

async fn arrived(tx: &mut Tx, browser: &Browser, opening: &Opening) -> Result<Front, DoorError> {
    let visitor = match browser.session(tx).await? {
        Some(row) => Some(Visitor { person: row.person()?, session: Some(row.id()?), visit: None }),
        None => None,
    };
    Ok(Front {
        purpose: opening.purpose.clone(),
        began_at: opening.began_at,
        visitor,
        chosen: None,
        progress: Progress::default(),
        shown: vec![],
    })
}

async fn signed_in(
    tx: &mut Tx,
    desk: &Desk,
    browser: &Browser,
    what: (&Opening, RightPassword, bool),
    now: Instant,
) -> Result<Front, DoorError> {
    let (opening, right, shared_computer) = what;
    let (person, verified) = right.accept(tx).await?;
    let id = new_visit_id(desk)?;
    let progress = Progress { shared_computer, ..Progress::default() };
    let new = NewVisit {
        id: &id,
        browser_hash: &browser.hash,
        client_id: opening.purpose.client_id().map(ostiary_gate::domain::ids::ClientId::as_str),
        person: &person,
        // Whoever signs in again shows all of it again: what their session showed before does not count here.
        session: None,
        tenant: None,
        began_at: opening.began_at,
        expires_at: now.plus(visit::LIFE),
    };
    tx.insert_visit(&new, &opening.purpose, &progress, Some(verified)).await?;
    front_of(&open(tx, &id, browser, now).await?, browser)
}

fn new_visit_id(desk: &Desk) -> Result<VisitId, StoreError> {
    let tail = dice::tail(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    VisitId::from_tail(&tail).map_err(|e| StoreError::unreadable("visit id", e))
}

impl Front {
    pub(super) async fn asked(&self, tx: &mut Tx) -> Result<Asked, StoreError> {
        let (visitor, chosen) = (self.visitor.as_ref(), self.chosen.as_ref());
        visit::claim(tx, &self.purpose, visitor, self.began_at, chosen, self.progress.consented).await
    }

    /// The step's page needs a row to hang from: a live session that must show more opens its visit here.
    pub(super) async fn visit_for(
        &self,
        tx: &mut Tx,
        desk: &Desk,
        browser: &Browser,
        step: Step,
        now: Instant,
    ) -> Result<Option<VisitId>, StoreError> {
        let Some(visitor) = &self.visitor else { return Ok(None) };
        if let Some((id, _)) = &visitor.visit {
            return Ok(Some(id.clone()));
        }
        let silent = self.purpose.request().is_some_and(|request| request.asks(Prompt::None));
        if silent || matches!(step, Step::SignIn | Step::SignInAgain) {
            return Ok(None);
        }
        let id = new_visit_id(desk)?;
        let new = NewVisit {
            id: &id,
            browser_hash: &browser.hash,
            client_id: self.purpose.client_id().map(ostiary_gate::domain::ids::ClientId::as_str),
            person: &visitor.person,
            session: visitor.session.as_ref(),
            tenant: None,
            began_at: self.began_at,
            expires_at: now.plus(visit::LIFE),
        };
        tx.insert_visit(&new, &self.purpose, &self.progress, None).await?;
        Ok(Some(id))
    }

    /// Ends the visit in a session.
    pub(super) async fn settle(
        &self,
        tx: &mut Tx,
        desk: &Desk,
        browser: &Browser,
        now: Instant,
    ) -> Result<session::Settled, StoreError> {
        let visitor = self.visitor.as_ref().ok_or_else(|| StoreError::unreadable("visit", "nobody is there"))?;
        let shown = (self.shown.as_slice(), &self.progress);
        let settled = session::settle(tx, desk, browser, &visitor.person, shown, now).await?;
        if let Some((id, _)) = &visitor.visit {
            tx.end_visit(id, "done", now).await?;
        }
        Ok(settled)
    }
}

/// Our own pages hand out no token: nothing is recorded but the session.
async fn own_page(desk: &Desk, browser: &Browser, mut way: Way, path: String) -> Result<Onward, DoorError> {
    let mut unit = desk.store.begin().await?;
    let answer = own_page_in(unit.tx(), desk, browser, &mut way, path).await;
    unit.settle(answer).await
}

async fn own_page_in(
    tx: &mut Tx,
    desk: &Desk,
    browser: &Browser,
    way: &mut Way,
    path: String,
) -> Result<Onward, DoorError> {
    let now = tx.now(&*desk.clock).await?;
    let front = way.record(tx, desk, browser, now).await?;
    let asked = front.asked(tx).await?;
    let heard = match visit::heard(tx, &asked, Known::ToWrite, now).await? {
        Ok(heard) => heard,
        Err(NoRules::UnknownClient | NoRules::UnknownResource) => return Ok(Onward::UnknownClient),
    };
    let judgement = heard.judgement();
    let purpose = Box::new(front.purpose.clone());
    match judgement.outcome {
        Outcome::Clear => {
            let settled = front.settle(tx, desk, browser, now).await?;
            if settled.rose {
                let about = (heard.person(), heard.rules.tenants.as_slice(), None);
                session::log(tx, desk, about, judgement.evidence.acr(), now).await?;
            }
            Ok(Onward::OwnPage { path, cookie: settled.cookie })
        }
        Outcome::Step(step) => {
            let visit = front.visit_for(tx, desk, browser, step, now).await?;
            Ok(Onward::Step { step, reasons: judgement.reasons, visit, purpose })
        }
        Outcome::Refused(refusal) => Ok(Onward::Refused { refusal, reasons: judgement.reasons, purpose }),
    }
}

/// For the road: the request as it was wanted.
pub(super) fn request_of(wanted: &Wanted) -> Box<AuthorizeRequest> {
    Box::new(wanted.request.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The server moves requests between threads: a road that cannot be moved is told here, and not where the pages are.
    #[test]
    fn every_way_through_the_door_can_change_threads() {
        fn moves<'a>(desk: &'a Desk, opening: Opening, browser: &'a Browser) -> impl Send + 'a {
            arrive(desk, opening, browser)
        }
        let _: fn(&'static Desk, Opening, &'static Browser) -> _ = moves;
    }
}
