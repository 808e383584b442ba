//! A fresh code before an act: shows the second factor again in a session that lives, and nothing else. The session goes
//! on under a new cookie (SECURITY R-75).
use crate::{
    acts::{
        Desk,
        guard::{Caller, Stop},
        prove::{self, NotProved},
        visit::own_claim,
    },
    crypto::{dice, hash},
    factors::totp::{self, NoCode},
    porter::{Whose, hear},
    store::{Known, StoreError, Tx},
};
use ostiary_gate::{
    domain::{Blame, ids::TenantId, secret::Secret, time::Instant},
    gate::{Demand, Outcome, Step},
};

/// Why nothing was shown.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// What was typed is no code; no try was counted.
    #[error(transparent)]
    NoCode(#[from] NoCode),
    #[error(transparent)]
    NotProved(#[from] NotProved),
    /// The session does not live, or its person may not be here.
    #[error(transparent)]
    Stop(#[from] Stop),
}

impl From<StoreError> for ConfirmError {
    fn from(fault: StoreError) -> Self {
        Self::Stop(Stop::Store(fault))
    }
}

impl Blame for ConfirmError {
    fn is_ours(&self) -> bool {
        match self {
            Self::NoCode(_) => false,
            Self::NotProved(cause) => cause.is_ours(),
            Self::Stop(stop) => stop.is_ours(),
        }
    }
}

/// The new value of the session cookie. `clinic`: the console's; none: the account.
pub async fn confirm(
    desk: &Desk,
    caller: &Caller,
    clinic: Option<&TenantId>,
    typed: &str,
) -> Result<Secret, ConfirmError> {
    let code = totp::read(typed)?;
    let mut unit = desk.store.begin().await?;
    let answer = confirm_in(desk, unit.tx(), caller, clinic, &code).await;
    unit.settle(answer).await
}

async fn confirm_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    clinic: Option<&TenantId>,
    code: &totp::Code,
) -> Result<Secret, ConfirmError> {
    let now = tx.now(&*desk.clock).await?;
    lives(tx, caller, clinic, now).await?;
    let verified = prove::code(tx, &caller.person, code, now).await?;
    let gone = || Stop::Step(Step::SignIn, vec![]);
    let row = tx.session(&caller.session).await?.ok_or_else(gone)?;
    let cookie = dice::token(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let cookie_hash = hash::sha256_base64url(cookie.expose().as_bytes());
    if tx.confirm_session(&row, &cookie_hash, verified, now).await? { Ok(cookie) } else { Err(gone().into()) }
}

/// A code alone wakes nothing: an idle session, or one of somebody who may not be here, is not raised.
async fn lives(tx: &mut Tx, caller: &Caller, clinic: Option<&TenantId>, now: Instant) -> Result<(), Stop> {
    let whose = Whose::AtTheDoor { person: caller.person.clone(), session: Some(caller.session.clone()), visit: None };
    let asked = own_claim(whose, now, clinic.cloned(), Demand::default())?;
    let heard = hear(tx, &asked.claim, asked.own.as_ref(), Known::AsPicture, now).await?.map_err(|_| Stop::NotAdmin)?;
    let judgement = heard.judgement();
    match judgement.outcome {
        Outcome::Step(step @ (Step::SignIn | Step::SignInAgain)) => Err(Stop::Step(step, judgement.reasons)),
        Outcome::Refused(refusal) => Err(Stop::Refused(refusal, judgement.reasons)),
        Outcome::Clear | Outcome::Step(_) => Ok(()),
    }
}
