//! The authorization endpoint's road: a visit that the gate clears becomes a code, and the session behind it is made or
//! raised, in one unit.
use super::{
    asked::{Asked, sid},
    door::{DoorError, Front, Onward, Way, request_of},
    held::{Alike, Held},
};
use crate::{
    acts::{
        Desk,
        session::{self, Browser, Settled},
        visit::{Purpose, Wanted},
    },
    crypto::dice,
    mint::MintError,
    porter::{Claim, Cleared, No, Road, hear},
    protocol::{authorize::Prompt, pkce::Challenge, redirect},
    store::{CodeOrder, End, Known, NewGrant, Order, StoreError, Tx, Which},
};
use ostiary_gate::{
    domain::{
        Blame,
        audit::{Actor, Entry, Event},
        grant::Keeping,
        ids::{GrantId, SessionId},
        person::MembershipState,
        scope::Scope,
        time::{Instant, Span},
    },
    gate::{Outcome, Pin, Refusal},
};

/// RULES 9.
const CODE_LIFE: Span = Span::seconds(60);

pub(super) struct Authorize<'a> {
    desk: &'a Desk,
    browser: &'a Browser,
    way: Way,
    wanted: Wanted,
    front: Option<Front>,
    grant: GrantId,
    made: Made,
}

/// What the order borrows.
#[derive(Default)]
struct Made {
    settled: Option<Settled>,
    scope: Scope,
    sid: String,
    asked: serde_json::Value,
    resource: Option<String>,
}

/// How this road ends without a code.
pub(super) enum Halt {
    On(Box<Onward>),
    Error(DoorError),
}

impl Blame for Halt {
    fn is_ours(&self) -> bool {
        match self {
            Self::On(_) => false,
            Self::Error(error) => error.is_ours(),
        }
    }
}

impl From<StoreError> for Halt {
    fn from(cause: StoreError) -> Self {
        Self::Error(cause.into())
    }
}

impl From<MintError> for Halt {
    fn from(cause: MintError) -> Self {
        Self::Error(cause.into())
    }
}

impl From<DoorError> for Halt {
    fn from(cause: DoorError) -> Self {
        Self::Error(cause)
    }
}

impl<'a> Authorize<'a> {
    pub fn new(desk: &'a Desk, browser: &'a Browser, way: Way, wanted: Wanted) -> Result<Self, DoorError> {
        let tail = dice::tail(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
        let grant = GrantId::from_tail(&tail).map_err(|e| StoreError::unreadable("grant id", e))?;
        Ok(Self { desk, browser, way, wanted, front: None, grant, made: Made::default() })
    }

    pub async fn go(mut self) -> Result<Onward, DoorError> {
        let porter = self.desk.porter.clone();
        match porter.issue(&mut self).await {
            Ok(tokens) => {
                let code = tokens.code.ok_or_else(|| StoreError::unreadable("issue", "no code was made"))?;
                let cookie = self.made.settled.and_then(|settled| settled.cookie);
                Ok(Onward::Code { code, request: request_of(&self.wanted), cookie })
            }
            Err(Halt::On(onward)) => Ok(*onward),
            Err(Halt::Error(error)) => Err(error),
        }
    }

    fn front(&self) -> Result<&Front, StoreError> {
        self.front.as_ref().ok_or_else(|| StoreError::unreadable("visit", "not presented"))
    }

    async fn stop(&mut self, tx: &mut Tx, no: No, now: Instant) -> Result<Onward, DoorError> {
        let mut wanted = self.wanted.clone();
        // Whoever signs in again in the middle has said for which clinic, and is not asked for ever.
        if let Some(chosen) = self.front.as_ref().and_then(|front| front.chosen.clone()) {
            wanted.hinted_tenant.get_or_insert(chosen);
        }
        let purpose = Box::new(Purpose::Authorize(Box::new(wanted)));
        match no {
            No::Step(step, reasons) => {
                let visit = self.front()?.visit_for(tx, self.desk, self.browser, step, now).await?;
                Ok(Onward::Step { step, reasons, visit, purpose })
            }
            No::Refused(refusal, reasons) => {
                self.log_refusal(tx, refusal, now).await?;
                Ok(Onward::Refused { refusal, reasons, purpose })
            }
            No::UnknownClient => Ok(Onward::UnknownClient),
            No::UnknownResource => Ok(Onward::UnknownResource { request: request_of(&self.wanted) }),
        }
    }

    /// RULES 5: authorising again gives a new grant, and ends those of the same client, clinic and session that the gate
    /// refuses by now.
    async fn replace_refused(tx: &mut Tx, now: Instant, session: &SessionId, sid: &str) -> Result<(), StoreError> {
        // An app that comes every few minutes leaves many alike: each kind is judged once.
        let mut judged: Vec<(Alike, bool)> = Vec::new();
        for row in tx.grants_in_session(session, sid).await? {
            let (id, alike) = (row.id()?, Alike::of(&row)?);
            let known = judged.iter().find(|(other, _)| *other == alike).map(|(_, stands)| *stands);
            let stands = if let Some(stands) = known {
                stands
            } else {
                let held = Held::of(tx, row).await?;
                let claim = held.claim(held.occasion(), held.row.resource.clone())?;
                let heard = hear(tx, &claim, None, Known::AsPicture, now).await?;
                let stands = heard.is_ok_and(|heard| heard.judgement().outcome == Outcome::Clear);
                judged.push((alike, stands));
                stands
            };
            if !stands {
                tx.end_grants(Which::One(&id), End::All, "authorised again", now).await?;
            }
        }
        Ok(())
    }

    /// Somebody with a right password who got nowhere: in the log of the clinic that was asked for, if they belong to it, or
    /// of all of theirs. What an app asks silently, again and again, is no event.
    async fn log_refusal(&self, tx: &mut Tx, refusal: Refusal, now: Instant) -> Result<(), StoreError> {
        let Some((front, visitor)) = self.front.as_ref().and_then(|front| Some((front, front.visitor.as_ref()?)))
        else {
            return Ok(());
        };
        if visitor.visit.is_none() || self.wanted.request.asks(Prompt::None) {
            return Ok(());
        }
        let pin = front.asked(tx).await?.claim.pin;
        for membership in tx.memberships(&visitor.person).await? {
            let is_asked = match &pin {
                Pin::None => true,
                Pin::To(tenant) => *tenant == membership.tenant,
                Pin::Unknown => false,
            };
            if is_asked && membership.state == MembershipState::Live {
                let entry = Entry {
                    tenant: Some(membership.tenant),
                    actor: Actor::Person(visitor.person.clone()),
                    event: Event::SignInRefused,
                    person: Some(visitor.person.clone()),
                    client: Some(self.wanted.request.client.clone()),
                    detail: said(refusal).to_owned(),
                };
                tx.log(&entry, None, now, &*self.desk.dice).await?;
            }
        }
        Ok(())
    }
}

/// A few words for the log.
fn said(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::ClientDisabled => "the app is switched off",
        Refusal::TenantDisabled => "the clinic is switched off",
        Refusal::PersonDisabled => "the person is switched off",
        Refusal::NotAMember => "no member of the clinic",
        Refusal::GrantEnded | Refusal::GrantTooOld => "what was granted has ended",
        Refusal::Unmeetable => "the app demands what they do not have",
        Refusal::NotConnected => "the app is not connected",
        Refusal::ScopeNotAgreed => "the clinic has not agreed to this",
    }
}

/// `offline_access` needs a client that can refresh (RULES 9); without one it is not granted, and the answer says so.
fn granted(cleared: &Cleared, wanted: &Scope) -> (Scope, Keeping) {
    let client = &cleared.rules.client;
    let scope = wanted.meet(&client.scope);
    if !scope.has("offline_access") {
        return (scope, Keeping::Online);
    }
    if client.grant_types.contains("refresh_token") {
        (scope, Keeping::Offline)
    } else {
        (scope.without("offline_access"), Keeping::Online)
    }
}

impl Road for Authorize<'_> {
    type Error = Halt;

    fn known(&self) -> Known {
        // The last sign-in stands in the person's row.
        Known::ToWrite
    }

    async fn look(&mut self, tx: &mut Tx) -> Result<Option<Claim>, Halt> {
        match self.way.peek(tx, self.browser).await? {
            Some(front) => Ok(Some(front.asked(tx).await?.claim)),
            None => Ok(None),
        }
    }

    async fn present(&mut self, tx: &mut Tx, now: Instant) -> Result<Claim, Halt> {
        let front = self.way.record(tx, self.desk, self.browser, now).await?;
        let asked = front.asked(tx).await?;
        self.front = Some(front);
        Ok(asked.claim)
    }

    async fn spend<'a>(&'a mut self, tx: &mut Tx, cleared: &'a Cleared) -> Result<Order<'a>, Halt> {
        let now = cleared.now;
        let client = &cleared.rules.client;
        // The registration may have changed while the person was on our pages.
        if redirect::registered(client, &self.wanted.request.redirect_uri).is_none() {
            return Err(Halt::On(Box::new(Onward::UnknownClient)));
        }
        let settled = self.front()?.settle(tx, self.desk, self.browser, now).await?;
        if settled.rose {
            let to = Some(&client.id);
            session::log(tx, self.desk, (cleared.person.as_ref(), &cleared.rules.tenants, to), cleared.acr, now)
                .await?;
        }
        let request = &self.wanted.request;
        let (scope, keeping) = granted(cleared, &request.scope);
        let names = cleared.names.as_ref().map(|tenant| &tenant.id);
        let asked = Asked::of(request, client);
        let sid = sid(&settled.id, &client.id, names);
        Self::replace_refused(tx, now, &settled.id, &sid).await?;
        self.made = Made {
            sid,
            settled: Some(settled),
            scope,
            asked: serde_json::to_value(&asked).map_err(|e| StoreError::unreadable("asked", e))?,
            resource: cleared.resource.as_ref().map(|row| row.identifier.clone()),
        };
        let made = &self.made;
        let session = made.settled.as_ref().map(|settled| &settled.id);
        let new_grant = NewGrant {
            id: &self.grant,
            session,
            keeping,
            scope: &made.scope,
            resource: made.resource.as_deref(),
            sid: Some(&made.sid),
            tenant_aware: client.tenant_aware,
            asked: &made.asked,
        };
        let code = CodeOrder {
            redirect_uri: &request.redirect_uri,
            code_challenge: request.code_challenge.as_ref().map(Challenge::as_str),
            nonce: request.nonce.as_deref(),
            expires_at: now.plus(CODE_LIFE),
        };
        Ok(Order {
            occasion: "authorize",
            grant: &self.grant,
            new_grant: Some(new_grant),
            scope: &made.scope,
            sid: Some(&made.sid),
            names_tenant: names,
            code: Some(code),
            access: None,
            refresh: None,
            id_token: None,
        })
    }

    async fn refuse(&mut self, tx: &mut Tx, no: No, now: Instant) -> Halt {
        match self.stop(tx, no, now).await {
            Ok(onward) => Halt::On(Box::new(onward)),
            Err(error) => Halt::Error(error),
        }
    }
}
