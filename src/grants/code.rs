//! `authorization_code`: a code becomes tokens, once (RFC 6749 §4.1.3, RFC 7636). Client, redirect URI and verifier are
//! checked before anything is spent, so that nobody else's attempt costs the right one.
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
    protocol::{
        pkce::{self, Challenge},
        token::{CodeRedemption, TokenError, TokenRequest},
    },
    store::{End, Order, Redeemed, Redemption, RefreshOrder, StoreError, Tx, Which},
};
use ostiary_gate::{
    domain::{audit::Event, client::Client, scope::Scope, secret::Secret, time::Instant},
    gate::Occasion,
};

pub struct AuthorizationCode;

impl Grant for AuthorizationCode {
    fn name(&self) -> &'static str {
        "authorization_code"
    }

    fn give<'a>(&self, desk: &'a Desk, client: &'a Client, request: TokenRequest<'a>) -> Answer<'a> {
        Box::pin(async move {
            let asked = request.code_redemption()?;
            let hash = sha256_base64url(asked.code.expose().as_bytes());
            desk.porter.issue(&mut Redeem { desk, client, asked, hash, found: None, scope: Scope::default() }).await
        })
    }
}

const USED: TokenError = TokenError::InvalidGrant("code was used before");
const UNKNOWN: TokenError = TokenError::InvalidGrant("code is unknown, expired or another client's");

struct Redeem<'a> {
    desk: &'a Desk,
    client: &'a Client,
    asked: CodeRedemption<'a>,
    hash: String,
    found: Option<(Redeemed, Held)>,
    /// What the order borrows.
    scope: Scope,
}

impl Redeem<'_> {
    /// The code with its grant, if it is this client's; nothing is written.
    async fn find(&self, tx: &mut Tx) -> Result<(Redeemed, Held), TokenError> {
        let Some(code) = tx.find_code(&self.hash).await? else { return Err(UNKNOWN) };
        if !code.is_for(&self.client.id) {
            return Err(UNKNOWN);
        }
        let Some(held) = Held::read(tx, &code.grant()?).await? else { return Err(UNKNOWN) };
        Ok((code, held))
    }

    /// RFC 6749 §4.1.3, RFC 7636 §4.6.
    fn check(&self, code: &Redeemed) -> Result<(), TokenError> {
        if self.asked.redirect_uri != Some(code.redirect_uri.as_str()) {
            return Err(TokenError::InvalidGrant("redirect_uri is not the one of the authorization request"));
        }
        let challenge = code.code_challenge.as_deref().map(Challenge::parse).transpose();
        let challenge = challenge.map_err(|e| StoreError::unreadable("code_challenge", e))?;
        let verifier = self.asked.code_verifier.as_ref().map(Secret::expose);
        pkce::check(challenge.as_ref(), verifier, sha256_base64url)
    }

    fn claim(&self, code: &Redeemed, held: &Held) -> Result<Claim, TokenError> {
        let resource = bound_target(held, self.asked.resource)?;
        Ok(held.claim(Occasion::Redeem { code_issued: code.issued_at() }, resource)?)
    }

    /// RFC 6749 §4.1.2, §10.5: whoever comes second, the code has leaked, so what it bought ends.
    async fn replayed(&self, tx: &mut Tx, held: &Held, now: Instant) -> Result<TokenError, StoreError> {
        if tx.end_grants(Which::One(&held.id), End::All, "code used twice", now).await? > 0 {
            let person = held.row.person()?;
            let about = (Event::CodeReused, self.client, person.as_ref(), &held.id);
            log_in_each(tx, self.desk, held.tenants(), about, now).await?;
        }
        Ok(USED)
    }
}

impl Road for Redeem<'_> {
    type Error = TokenError;

    async fn look(&mut self, tx: &mut Tx) -> Result<Option<Claim>, TokenError> {
        // Refused in `present`, in the unit that may also write.
        let Ok((code, held)) = self.find(tx).await else { return Ok(None) };
        Ok(self.claim(&code, &held).ok())
    }

    async fn present(&mut self, tx: &mut Tx, now: Instant) -> Result<Claim, TokenError> {
        let (code, held) = self.find(tx).await?;
        self.check(&code)?;
        match code.standing(now) {
            Redemption::Fresh => {}
            Redemption::Replayed => return Err(self.replayed(tx, &held, now).await?),
            Redemption::Over => return Err(UNKNOWN),
        }
        check_target(tx, self.client, self.asked.resource).await?;
        let claim = self.claim(&code, &held)?;
        self.found = Some((code, held));
        Ok(claim)
    }

    async fn spend<'a>(&'a mut self, tx: &mut Tx, cleared: &'a Cleared) -> Result<Order<'a>, TokenError> {
        let now = cleared.now;
        let Some((code, held)) = &self.found else { return Err(UNKNOWN) };
        let until = refresh_until(tx, held, cleared).await?;
        self.scope = scope_for(cleared.resource.as_ref(), &held.scope)?;
        let access = access(&self.desk.settings.issuer, cleared, until)?;
        let id_token = if held.scope.has("openid") {
            Some(held.id_token(tx, cleared, code.nonce.as_deref(), now.plus(ID_TOKEN_LIFE)).await?)
        } else {
            None
        };
        can_be_signed(self.desk.porter.mint(), &access, id_token.as_ref())?;
        if !tx.spend_code(&self.hash, now).await? {
            // Somebody was here since `present` looked.
            return Err(self.replayed(tx, held, now).await?);
        }
        if !tx.grant_used(&held.id, now).await? {
            return Err(TokenError::InvalidGrant("this grant has ended"));
        }
        let refresh = self.client.grant_types.contains("refresh_token");
        Ok(Order {
            occasion: "authorization_code",
            grant: &held.id,
            new_grant: None,
            scope: &self.scope,
            sid: held.row.sid.as_deref(),
            names_tenant: held.names(cleared).map(|tenant| &tenant.id),
            code: None,
            access: Some(access),
            refresh: refresh.then_some(RefreshOrder { generation: 1, expires_at: until }),
            id_token,
        })
    }

    async fn refuse(&mut self, _: &mut Tx, no: No, _: Instant) -> TokenError {
        refusal::of_code(&no, &self.desk.settings.issuer)
    }
}
