//! `refresh_token`: rotation by generation, reuse that ends the family, and the answer that got lost (RFC 6749 §6, RFC 9700
//! §4.14.2, RULES 5). A refusal spends nothing.
use super::{
    Answer, Grant,
    held::Held,
    log_in_each, refusal,
    terms::{ID_TOKEN_LIFE, access, bound_target, can_be_signed, check_target, refresh_until, scope_for},
};
use crate::{
    acts::Desk,
    crypto::hash::sha256_base64url,
    porter::{Claim, Cleared, No, Road},
    protocol::token::{Refresh, TokenError, TokenRequest},
    store::{End, Order, Presented, RefreshOrder, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    audit::Event,
    client::Client,
    scope::Scope,
    time::{Instant, Span},
};

/// RULES 5: how long after a rotation the same token may come again because its answer was lost.
const LOST_ANSWER: Span = Span::seconds(10);
/// Of public clients, whose token anybody may hold: shorter, and once.
const LOST_ANSWER_PUBLIC: Span = Span::seconds(5);

/// When whoever came while the same token was being refreshed may come again.
const AT_ONCE: Span = Span::seconds(1);

pub struct RefreshToken;

impl Grant for RefreshToken {
    fn name(&self) -> &'static str {
        "refresh_token"
    }

    fn give<'a>(&self, desk: &'a Desk, client: &'a Client, request: TokenRequest<'a>) -> Answer<'a> {
        Box::pin(async move {
            let asked = request.refresh()?;
            let hash = sha256_base64url(asked.refresh_token.expose().as_bytes());
            // Until the answer is made.
            let Some(_first) = desk.porter.under_way().enter(&hash) else {
                return Err(TokenError::Unavailable { retry_after: AT_ONCE });
            };
            desk.porter.issue(&mut Rotate { desk, client, asked, hash, found: None, scope: Scope::default() }).await
        })
    }
}

const UNKNOWN: TokenError = TokenError::InvalidGrant("refresh_token is unknown, expired or another client's");
const REUSED: TokenError = TokenError::InvalidGrant("refresh_token was used before: this grant has ended");

/// How a presented token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The newest of its family.
    Rotate,
    /// Spent a moment ago and nobody has seen its successor: the answer was lost. The successor is replaced.
    Again,
    /// Two hold it.
    Reused,
    Expired,
}

struct Rotate<'a> {
    desk: &'a Desk,
    client: &'a Client,
    asked: Refresh<'a>,
    hash: String,
    found: Option<Held>,
    /// What the order borrows.
    scope: Scope,
}

impl Rotate<'_> {
    /// The token with its grant, if it is this client's; nothing is written.
    async fn find(&self, tx: &mut Tx) -> Result<(Presented, Held), TokenError> {
        let Some(token) = tx.find_refresh(&self.hash).await? else { return Err(UNKNOWN) };
        let Some(held) = Held::read(tx, &token.grant()?).await? else { return Err(UNKNOWN) };
        if held.row.client()? != self.client.id {
            return Err(UNKNOWN);
        }
        Ok((token, held))
    }

    async fn turn(&self, tx: &mut Tx, token: &Presented, now: Instant) -> Result<Turn, StoreError> {
        if token.is_live(now) {
            return Ok(Turn::Rotate);
        }
        let Some(spent_at) = token.spent_at() else {
            // Replaced because its answer seemed lost, and here it is: two hold the family.
            return Ok(if token.was_replaced() { Turn::Reused } else { Turn::Expired });
        };
        let (window, may_repeat) =
            if self.client.is_public() { (LOST_ANSWER_PUBLIC, token.retries == 0) } else { (LOST_ANSWER, true) };
        let lost = may_repeat && now.since(spent_at) <= window && !tx.successor_was_seen(token).await?;
        Ok(if lost { Turn::Again } else { Turn::Reused })
    }

    /// RFC 9700 §4.14.2: which of the two is the thief cannot be told, so it ends for both.
    async fn reused(&self, tx: &mut Tx, held: &Held, now: Instant) -> Result<TokenError, StoreError> {
        if tx.end_grants(Which::One(&held.id), End::All, "refresh token used twice", now).await? > 0 {
            let person = held.row.person()?;
            let about = (Event::TokenReused, self.client, person.as_ref(), &held.id);
            log_in_each(tx, self.desk, held.tenants(), about, now).await?;
        }
        Ok(REUSED)
    }

    fn claim(&self, held: &Held) -> Result<Claim, TokenError> {
        let resource = bound_target(held, self.asked.resource)?;
        Ok(held.claim(held.occasion(), resource)?)
    }

    /// RFC 6749 §6: less than was granted, never more; the next refresh starts from the whole again.
    fn narrowed(&self, held: &Held) -> Result<Scope, TokenError> {
        match &self.asked.scope {
            None => Ok(held.scope.clone()),
            Some(asked) if asked.is_within(&held.scope) => Ok(asked.clone()),
            Some(_) => Err(TokenError::InvalidScope("scope is more than was granted")),
        }
    }

    /// Under the grant's own lock, so that of many at once each sees what the one before it did. The generation to issue.
    async fn take_turn(&self, tx: &mut Tx, held: &Held, now: Instant) -> Result<i64, TokenError> {
        tx.hold_grant(&held.id).await?;
        let Some(token) = tx.find_refresh(&self.hash).await? else { return Err(UNKNOWN) };
        let was_mine = match self.turn(tx, &token, now).await? {
            Turn::Rotate => tx.spend_refresh(&self.hash, now).await?,
            Turn::Again => tx.take_back(&self.hash, &token).await?,
            Turn::Reused => false,
            Turn::Expired => return Err(UNKNOWN),
        };
        if !was_mine {
            return Err(self.reused(tx, held, now).await?);
        }
        if !tx.grant_used(&held.id, now).await? {
            return Err(TokenError::InvalidGrant("this grant has ended"));
        }
        Ok(token.generation + 1)
    }
}

impl Road for Rotate<'_> {
    type Error = TokenError;

    async fn look(&mut self, tx: &mut Tx) -> Result<Option<Claim>, TokenError> {
        // Refused in `present`, in the unit that may also write.
        let Ok((_, held)) = self.find(tx).await else { return Ok(None) };
        Ok(self.claim(&held).ok())
    }

    async fn present(&mut self, tx: &mut Tx, now: Instant) -> Result<Claim, TokenError> {
        let (token, held) = self.find(tx).await?;
        match self.turn(tx, &token, now).await? {
            Turn::Rotate | Turn::Again => {}
            // Whatever the gate would say (RULES 5).
            Turn::Reused => return Err(self.reused(tx, &held, now).await?),
            Turn::Expired => return Err(UNKNOWN),
        }
        self.scope = self.narrowed(&held)?;
        check_target(tx, self.client, self.asked.resource).await?;
        let claim = self.claim(&held)?;
        self.found = Some(held);
        Ok(claim)
    }

    async fn spend<'a>(&'a mut self, tx: &mut Tx, cleared: &'a Cleared) -> Result<Order<'a>, TokenError> {
        let now = cleared.now;
        let Some(held) = &self.found else { return Err(UNKNOWN) };
        let until = refresh_until(tx, held, cleared).await?;
        let access = access(&self.desk.settings.issuer, cleared, until)?;
        let id_token = if self.scope.has("openid") {
            // OIDC Core §12.2: without a nonce.
            Some(held.id_token(tx, cleared, None, now.plus(ID_TOKEN_LIFE)).await?)
        } else {
            None
        };
        can_be_signed(self.desk.porter.mint(), &access, id_token.as_ref())?;
        let generation = self.take_turn(tx, held, now).await?;
        self.scope = scope_for(cleared.resource.as_ref(), &self.scope)?;
        Ok(Order {
            occasion: "refresh_token",
            grant: &held.id,
            new_grant: None,
            scope: &self.scope,
            sid: held.row.sid.as_deref(),
            names_tenant: held.names(cleared).map(|tenant| &tenant.id),
            code: None,
            access: Some(access),
            refresh: Some(RefreshOrder { generation, expires_at: until }),
            id_token,
        })
    }

    async fn refuse(&mut self, tx: &mut Tx, no: No, now: Instant) -> TokenError {
        let refused = refusal::of_refresh(&no, &self.desk.settings.issuer);
        if let (TokenError::Suspended { .. }, Some(held)) = (&refused, &self.found)
            && let Err(cause) = self.log_suspension(tx, held, now).await
        {
            return cause.into();
        }
        refused
    }
}

impl Rotate<'_> {
    /// Once since it was last used, however often it is tried meanwhile.
    async fn log_suspension(&self, tx: &mut Tx, held: &Held, now: Instant) -> Result<(), StoreError> {
        if !tx.grant_refused(&held.id, now).await? {
            return Ok(());
        }
        let person = held.row.person()?;
        let about = (Event::GrantSuspended, self.client, person.as_ref(), &held.id);
        log_in_each(tx, self.desk, held.tenants(), about, now).await
    }
}
