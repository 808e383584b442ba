//! The claims that userinfo hands out (OIDC Core §5.3): decided anew at each call, on one picture, recorded nowhere.
use super::{
    held::{profile, tenant_claims},
    presented::{Access, Named},
    refusal,
};
use crate::{
    acts::Desk,
    porter::{Claim, Cleared, No, Sight},
    protocol::{bearer::BearerError, claims_out},
    store::Tx,
};
use ostiary_gate::domain::{scope::Scope, secret::Secret, time::Instant};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// For a live access token of any audience that carries `openid`: such a token is for userinfo too (OIDC Core §5.3.1).
pub async fn userinfo(desk: &Desk, token: &Secret) -> Result<Map<String, Value>, BearerError> {
    let mut look = Look { named: Named::read(desk.porter.mint(), token), found: None };
    let seen = desk.porter.see(&mut look).await?;
    if let Some(access) = &look.found {
        look.named.seen(desk, &access.row, seen.now).await;
    }
    Ok(seen.answer)
}

struct Look {
    named: Named,
    found: Option<Access>,
}

impl Sight for Look {
    type Error = BearerError;
    type Answer = Map<String, Value>;

    async fn present(&mut self, tx: &mut Tx, now: Instant) -> Result<Claim, BearerError> {
        let Some(access) = self.named.find(tx, now).await? else { return Err(BearerError::InvalidToken) };
        if !access.row.scope()?.has("openid") {
            let needed = Scope::parse("openid").unwrap_or_default();
            return Err(BearerError::InsufficientScope { needed });
        }
        let claim = access.held.claim(access.held.occasion(), access.held.row.resource.clone())?;
        self.found = Some(access);
        Ok(claim)
    }

    async fn answer(&mut self, tx: &mut Tx, cleared: &Cleared) -> Result<Self::Answer, BearerError> {
        let (Some(access), Some(person)) = (&self.found, &cleared.person) else {
            return Err(BearerError::InvalidToken);
        };
        let Some(row) = tx.person(&person.id).await? else { return Err(BearerError::InvalidToken) };
        let nothing = BTreeSet::new();
        let request = access.held.asked.request.as_deref();
        let asked = request.map_or(&nothing, |request| &request.claims.userinfo);
        let tenant = access.held.names(cleared).map(|tenant| tenant_claims(tenant, cleared));
        Ok(claims_out::userinfo(&person.id, &profile(&row)?, &access.row.scope()?, asked, tenant.as_ref()))
    }

    fn refuse(&mut self, no: No) -> BearerError {
        refusal::of_bearer(&no)
    }
}
