//! Claims handed out by userinfo and introspection: the same decision, on one picture begun after the request arrived,
//! without locks, recorded nowhere (RULES 7).
use super::{
    Porter,
    claim::Claim,
    hearing::{NoRules, hear},
    road::{Cleared, No},
};
use crate::store::{Known, Reading, StoreError, Tx};
use ostiary_gate::{
    domain::{
        Blame,
        time::{Instant, Span},
    },
    gate::{Verdict, decide},
};
use std::future::Future;

/// An answer older than this since its decision is thrown away.
const STALE: Span = Span::seconds(5);

/// What was decided, and what may be said because of it.
pub struct Seen<T> {
    pub answer: T,
    pub now: Instant,
}

/// One way to ask about a token.
pub trait Sight: Send {
    type Error: Blame + From<StoreError> + Send;
    type Answer: Send;

    /// What was presented, and whose it is.
    fn present(&mut self, tx: &mut Tx, now: Instant) -> impl Future<Output = Result<Claim, Self::Error>> + Send;

    /// After the yes, from the same picture.
    fn answer(
        &mut self,
        tx: &mut Tx,
        cleared: &Cleared,
    ) -> impl Future<Output = Result<Self::Answer, Self::Error>> + Send;

    /// The no, in this surface's words.
    fn refuse(&mut self, no: No) -> Self::Error;
}

impl Porter {
    /// Decides and answers from one picture.
    pub async fn see<S: Sight>(&self, sight: &mut S) -> Result<Seen<S::Answer>, S::Error> {
        let began = self.reading()?;
        let mut unit = self.store.look().await?;
        let (bond, tx) = unit.parts();
        let now = tx.now(&*self.clock).await?;
        let claim = sight.present(tx, now).await?;
        let heard = match hear(tx, &claim, None, Known::AsPicture, now).await? {
            Ok(heard) => heard,
            Err(NoRules::UnknownClient) => return Err(sight.refuse(No::UnknownClient)),
            Err(NoRules::UnknownResource) => return Err(sight.refuse(No::UnknownResource)),
        };
        let evidence = match decide(bond, heard.ask(), &heard.facts, now) {
            Verdict::Cleared(clearance) => clearance.evidence().clone(),
            Verdict::Step(step, reasons) => return Err(sight.refuse(No::Step(step, reasons))),
            Verdict::Refused(refusal, reasons) => return Err(sight.refuse(No::Refused(refusal, reasons))),
        };
        let cleared = Cleared::of(heard, evidence);
        let answer = sight.answer(tx, &cleared).await?;
        unit.commit().await?;
        // By this machine's own clock: how long it took, not what time it is.
        if self.reading()?.since(began) > STALE {
            return Err(StoreError::Busy.into());
        }
        Ok(Seen { answer, now })
    }

    fn reading(&self) -> Result<Instant, StoreError> {
        match self.clock.read().map_err(|e| StoreError::unreadable("clock", e))? {
            Reading::System(at) | Reading::Test(at) => Ok(at),
        }
    }
}
