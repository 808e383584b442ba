//! Introspection (RFC 7662): a resource asks about tokens for it, a client about its own. Whatever does not work this very
//! moment, for whatever reason, is not active, and that is all that is said.
use super::{
    client::Asker,
    held::Held,
    presented::{Access, Named},
};
use crate::{
    acts::Desk,
    crypto::hash::sha256_base64url,
    porter::{Claim, Cleared, No, Sight},
    protocol::{
        introspection::{ActiveToken, Introspection},
        sign_in::SignIn,
        token::TokenError,
    },
    store::{Presented, StoreError, Tx},
};
use ostiary_gate::domain::{Blame, ids::PersonId, secret::Secret, time::Instant};

pub async fn introspect(desk: &Desk, asker: &Asker, token: &Secret) -> Result<Introspection, TokenError> {
    let named = Named::read(desk.porter.mint(), token);
    let hash = sha256_base64url(token.expose().as_bytes());
    let mut look = Look { desk, asker, named, hash, found: None };
    match desk.porter.see(&mut look).await {
        Ok(seen) => {
            if let Some(Found::Access(access)) = &look.found {
                look.named.seen(desk, &access.row, seen.now).await;
            }
            Ok(Introspection::Active(Box::new(seen.answer)))
        }
        Err(Quiet::Inactive) => Ok(Introspection::Inactive),
        Err(Quiet::Store(cause)) => Err(cause.into()),
    }
}

struct Look<'a> {
    desk: &'a Desk,
    asker: &'a Asker,
    named: Named,
    hash: String,
    found: Option<Found>,
}

enum Found {
    Access(Box<Access>),
    Refresh(Presented, Box<Held>),
}

/// Why nothing is said.
enum Quiet {
    Inactive,
    Store(StoreError),
}

impl Blame for Quiet {
    fn is_ours(&self) -> bool {
        match self {
            Self::Inactive => false,
            Self::Store(_) => true,
        }
    }
}

impl From<StoreError> for Quiet {
    fn from(cause: StoreError) -> Self {
        Self::Store(cause)
    }
}

impl Found {
    fn held(&self) -> &Held {
        match self {
            Self::Access(access) => &access.held,
            Self::Refresh(_, held) => held,
        }
    }
}

impl Look<'_> {
    /// RULES 3: a resource is answered about its tokens, a client about its own.
    async fn find(&self, tx: &mut Tx, now: Instant) -> Result<Option<Found>, StoreError> {
        if let Some(access) = self.named.find(tx, now).await? {
            let theirs = match self.asker {
                Asker::Client(client) => access.held.row.client()? == client.id,
                Asker::Resource(row) => access.row.audience == row.identifier,
            };
            return Ok(theirs.then(|| Found::Access(Box::new(access))));
        }
        let Asker::Client(client) = self.asker else { return Ok(None) };
        let Some(token) = tx.find_refresh(&self.hash).await?.filter(|token| token.is_live(now)) else {
            return Ok(None);
        };
        let Some(held) = Held::read(tx, &token.grant()?).await? else { return Ok(None) };
        Ok((held.row.client()? == client.id).then(|| Found::Refresh(token, Box::new(held))))
    }
}

impl Sight for Look<'_> {
    type Error = Quiet;
    type Answer = ActiveToken;

    async fn present(&mut self, tx: &mut Tx, now: Instant) -> Result<Claim, Quiet> {
        let Some(found) = self.find(tx, now).await? else { return Err(Quiet::Inactive) };
        let held = found.held();
        let claim = held.claim(held.occasion(), held.row.resource.clone())?;
        self.found = Some(found);
        Ok(claim)
    }

    async fn answer(&mut self, _: &mut Tx, cleared: &Cleared) -> Result<ActiveToken, Quiet> {
        let Some(found) = &self.found else { return Err(Quiet::Inactive) };
        let held = found.held();
        let issuer = self.desk.settings.issuer.as_str();
        let client_id = held.row.client()?;
        let told = ActiveToken {
            iss: issuer.to_owned(),
            sub: cleared.person.as_ref().map_or(client_id.as_str(), |person| PersonId::as_str(&person.id)).to_owned(),
            client_id,
            aud: issuer.to_owned(),
            scope: held.scope.clone(),
            token_type: None,
            jti: None,
            iat: cleared.now,
            exp: cleared.now,
            sign_in: SignIn::of(&cleared.evidence),
            tenant_id: held.names(cleared).map(|tenant| tenant.id.to_string()),
        };
        Ok(match found {
            Found::Access(access) => ActiveToken {
                aud: access.row.audience.clone(),
                scope: access.row.scope()?,
                token_type: Some("Bearer"),
                jti: self.named.jti.as_ref().map(ToString::to_string),
                iat: access.row.issued_at(),
                exp: access.row.expires_at(),
                ..told
            },
            Found::Refresh(token, _) => ActiveToken { iat: token.issued_at(), exp: token.expires_at(), ..told },
        })
    }

    fn refuse(&mut self, _: No) -> Quiet {
        Quiet::Inactive
    }
}
