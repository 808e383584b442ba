//! Connecting in the middle of the app's own request: an admin who was stopped there says yes on the page, with a code
//! shown in that visit within five minutes (RULES 4). Nobody else is asked; a member's request is refused by the gate.
use super::{ConnectionError, connect_as};
use crate::{
    acts::{
        Desk,
        guard::{Fresh, Stop, admin_at},
        policy::TheBox,
        prove::{self, NotProved},
        session::Browser,
        visit::{self, Visitor},
    },
    factors::totp::{self, NoCode},
    porter::Heard,
    store::{Known, Lock, StoreError, Tx, VisitRow},
};
use ostiary_gate::{
    domain::{
        Blame,
        ids::{ClientId, TenantId, VisitId},
        time::Instant,
    },
    gate::{Outcome, Step},
};

/// Why the visit does not go on.
#[derive(Debug, thiserror::Error)]
pub enum NotConnectedHere {
    /// Ended, run out, or of another browser.
    #[error("this visit is over")]
    VisitOver,
    /// It is not what the gate asks now.
    #[error("this is not what is asked")]
    NotAsked,
    #[error(transparent)]
    NoCode(#[from] NoCode),
    #[error(transparent)]
    NotProved(#[from] NotProved),
    #[error(transparent)]
    Connection(#[from] ConnectionError),
}

impl From<StoreError> for NotConnectedHere {
    fn from(fault: StoreError) -> Self {
        Self::Connection(fault.into())
    }
}

impl Blame for NotConnectedHere {
    fn is_ours(&self) -> bool {
        match self {
            Self::VisitOver | Self::NotAsked | Self::NoCode(_) => false,
            Self::NotProved(cause) => cause.is_ours(),
            Self::Connection(cause) => cause.is_ours(),
        }
    }
}

/// The clinic that the visit waits for; none: it waits for something else.
pub fn clinic_of(heard: &Heard, now: Instant) -> Option<&TenantId> {
    if heard.judgement().outcome != Outcome::Step(Step::Connect) {
        return None;
    }
    let client = &heard.rules.client.id;
    heard.rules.tenants.iter().find(|tenant| tenant.live_connection(client, now).is_none()).map(|tenant| &tenant.id)
}

/// Whether the page must ask for a code: none was shown in this visit, or its session, within five minutes.
pub async fn needs_code(tx: &mut Tx, visitor: &Visitor, tenant: &TenantId, now: Instant) -> Result<bool, StoreError> {
    match admin_at(tx, visitor, tenant, Fresh::Yes, now).await {
        Ok(_) => Ok(false),
        Err(Stop::Store(fault)) => Err(fault),
        Err(Stop::Step(..) | Stop::Refused(..) | Stop::NotAdmin) => Ok(true),
    }
}

/// `typed`: empty where no code was asked for.
pub async fn connect_here(
    desk: &Desk,
    id: &VisitId,
    browser: &Browser,
    typed: &str,
    start: Option<TheBox>,
) -> Result<(), NotConnectedHere> {
    let code = if typed.trim().is_empty() { None } else { Some(totp::read(typed)?) };
    let mut look = desk.store.look().await?;
    let now = look.tx().now(&*desk.clock).await?;
    let (_, (tenant, client)) = due(look.tx(), id, browser, now).await?;
    look.commit().await?;
    let mut unit = desk.store.begin().await?;
    let answer = connect_in(desk, unit.tx(), (id, browser), (&tenant, &client), (code, start)).await;
    unit.settle(answer).await
}

type Meant = (TenantId, ClientId);

/// The visit, which must be stopped for just this.
async fn due(
    tx: &mut Tx,
    id: &VisitId,
    browser: &Browser,
    now: Instant,
) -> Result<(VisitRow, Meant), NotConnectedHere> {
    let row = tx.visit(id, &browser.hash).await?.filter(|row| row.is_open(now)).ok_or(NotConnectedHere::VisitOver)?;
    let (_, asked) = visit::claim_of_row(tx, &row, &browser.hash).await?;
    let heard = visit::heard(tx, &asked, Known::AsPicture, now).await?.map_err(|_| NotConnectedHere::NotAsked)?;
    let tenant = clinic_of(&heard, now).cloned().ok_or(NotConnectedHere::NotAsked)?;
    Ok((row, (tenant, heard.rules.client.id.clone())))
}

async fn connect_in(
    desk: &Desk,
    tx: &mut Tx,
    (id, browser): (&VisitId, &Browser),
    (tenant, client): (&TenantId, &ClientId),
    (code, start): (Option<totp::Code>, Option<TheBox>),
) -> Result<(), NotConnectedHere> {
    tx.alone(&[Lock::Tenant(tenant.clone()), Lock::Client(client.clone())]).await?;
    let now = tx.now(&*desk.clock).await?;
    let (row, meant) = due(tx, id, browser, now).await?;
    if meant != (tenant.clone(), client.clone()) {
        // Others than were locked: the page once more.
        return Err(NotConnectedHere::NotAsked);
    }
    let visitor = Visitor::of(&row, &browser.hash)?;
    if let Some(code) = code {
        let verified = prove::code(tx, &visitor.person, &code, now).await?;
        tx.add_proof(&row, verified).await?;
    }
    admin_at(tx, &visitor, tenant, Fresh::Yes, now).await.map_err(ConnectionError::from)?;
    Ok(connect_as(desk, tx, &visitor.person, (tenant, client), start, now).await?)
}
