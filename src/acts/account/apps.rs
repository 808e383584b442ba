//! Apps that hold something of a person's: allowed, paused, taken back, and let go on (RULES 5, "resume").
use super::AccountError;
use crate::{
    acts::{
        Desk,
        guard::{Caller, Fresh, account},
        standing::{self, Standing},
    },
    store::{End, GrantRow, Lock, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    audit::{Actor, Entry, Event},
    client::Client,
    grant::Keeping,
    ids::{ClientId, GrantId, PersonId},
    scope::Scope,
    time::{Instant, Span},
};

/// RULES 5.
const QUARANTINE: Span = Span::hours(24);

/// What the gate refuses now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PausedApp {
    pub grant: GrantId,
    pub app: String,
    /// The clinic it is for, where it is for one.
    pub clinic: Option<String>,
    pub authorised_at: Instant,
    pub can_resume: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedApp {
    pub client: ClientId,
    pub app: String,
    pub since: Instant,
    pub scope: Scope,
}

/// Paused ones, then all that hold or were allowed anything.
pub async fn apps(
    tx: &mut Tx,
    person: &PersonId,
    now: Instant,
) -> Result<(Vec<PausedApp>, Vec<AllowedApp>), StoreError> {
    let (mut paused, mut allowed) = (Vec::new(), Vec::<AllowedApp>::new());
    for grant in tx.grants_of(person).await? {
        let Some(client) = tx.client(&grant.client()?).await?.map(|row| row.client()).transpose()? else { continue };
        match standing::of_grant(tx, &grant, now).await? {
            Standing::Suspended => paused.push(paused_app(tx, &grant, &client).await?),
            Standing::Works => {}
            Standing::Over => continue,
        }
        let (since, scope) = (grant.authorised_at(), grant.scope()?);
        remember(&mut allowed, client, since, &scope)?;
    }
    for consent in tx.consents_of(person).await? {
        let Some(client) = tx.client(&consent.client).await?.map(|row| row.client()).transpose()? else { continue };
        remember(&mut allowed, client, consent.given_at, &consent.scope)?;
    }
    allowed.sort_by(|a, b| (&a.app, &a.client).cmp(&(&b.app, &b.client)));
    Ok((paused, allowed))
}

async fn paused_app(tx: &mut Tx, grant: &GrantRow, client: &Client) -> Result<PausedApp, StoreError> {
    let clinic = match tx.grant_tenants(&grant.id()?).await?.as_slice() {
        [one] => tx.tenant(one).await?.map(|tenant| tenant.name),
        [] | [..] => None,
    };
    Ok(PausedApp {
        grant: grant.id()?,
        app: client.name.clone(),
        clinic,
        authorised_at: grant.authorised_at(),
        can_resume: may_go_on(grant, client)?,
    })
}

fn remember(allowed: &mut Vec<AllowedApp>, client: Client, at: Instant, scope: &Scope) -> Result<(), StoreError> {
    if let Some(known) = allowed.iter_mut().find(|known| known.client == client.id) {
        known.since = known.since.min(at);
        let joined = format!("{} {scope}", known.scope);
        known.scope = Scope::parse(&joined).map_err(|e| StoreError::unreadable("scope", e))?;
    } else {
        allowed.push(AllowedApp { app: client.name, client: client.id, since: at, scope: scope.clone() });
    }
    Ok(())
}

/// A confidential client with an offline grant, registered for it. Others are let in again, which makes a new grant.
fn may_go_on(grant: &GrantRow, client: &Client) -> Result<bool, StoreError> {
    Ok(client.keeps_suspended_grants && !client.is_public() && grant.keeping()? == Keeping::Offline)
}

/// Lets paused grants go on with what was shown in this session. All lifetimes run on. How many do.
pub async fn resume(desk: &Desk, caller: &Caller, grants: &[GrantId]) -> Result<usize, AccountError> {
    let locks = locks(desk, grants).await?;
    let mut unit = desk.store.begin().await?;
    let answer = resume_in(desk, unit.tx(), caller, (grants, &locks)).await;
    unit.settle(answer).await
}

async fn locks(desk: &Desk, grants: &[GrantId]) -> Result<Vec<Lock>, StoreError> {
    let mut unit = desk.store.look().await?;
    let mut locks = Vec::new();
    for id in grants {
        locks.extend(unit.tx().grant_tenants(id).await?.into_iter().map(Lock::Tenant));
        if let Some(row) = unit.tx().grant(id).await? {
            locks.push(Lock::Client(row.client()?));
        }
    }
    unit.commit().await?;
    Ok(locks)
}

async fn resume_in(
    desk: &Desk,
    tx: &mut Tx,
    caller: &Caller,
    (grants, locks): (&[GrantId], &[Lock]),
) -> Result<usize, AccountError> {
    tx.share(locks).await?;
    let now = tx.now(&*desk.clock).await?;
    let heard = account(tx, caller, Fresh::Yes, now).await?;
    if heard.person().is_none_or(|person| person.authenticators.is_empty()) {
        // Nothing more was shown than when the gate refused.
        return Err(AccountError::NotYours);
    }
    if bound_lately(tx, &caller.person, now).await? {
        return Err(AccountError::TooSoon);
    }
    let session = tx.session(&caller.session).await?.ok_or(AccountError::NotYours)?;
    let mut done = 0;
    for id in grants {
        tx.hold_grant(id).await?;
        let row = tx.grant(id).await?.ok_or(AccountError::NotYours)?;
        let client = tx.client(&row.client()?).await?.ok_or(AccountError::NotYours)?.client()?;
        if row.person()?.as_ref() != Some(&caller.person) || row.has_ended() || !may_go_on(&row, &client)? {
            return Err(AccountError::NotYours);
        }
        let Some(mut heard) = standing::hear_grant(tx, &row, now).await? else { continue };
        let before = standing::of(&heard);
        heard.facts.proofs = session.proofs()?;
        // What this session shows must be what the gate misses.
        if before != Standing::Suspended || standing::of(&heard) != Standing::Works {
            continue;
        }
        tx.resume_grant(id, &session).await?;
        log(desk, tx, &row, (caller, &client.id), now).await?;
        done += 1;
    }
    Ok(done)
}

/// A first binding, or a recovery code used: for a day whoever did that must not wake what was given before.
async fn bound_lately(tx: &mut Tx, person: &PersonId, now: Instant) -> Result<bool, StoreError> {
    const MANY: i64 = 500;
    let rows = tx.log_of_person(person, now.plus(Span::seconds(1)), MANY).await?;
    let lately = rows.iter().filter(|row| now.since(row.at) < QUARANTINE);
    let told = |event| matches!(event, Event::AuthenticatorConfirmed | Event::BackupCodeUsed | Event::SetUpCodeUsed);
    Ok(lately.map(|row| row.entry.event).any(told))
}

async fn log(
    desk: &Desk,
    tx: &mut Tx,
    row: &GrantRow,
    (caller, client): (&Caller, &ClientId),
    now: Instant,
) -> Result<(), StoreError> {
    for tenant in tx.grant_tenants(&row.id()?).await? {
        let entry = Entry {
            tenant: Some(tenant),
            actor: Actor::Person(caller.person.clone()),
            event: Event::GrantResumed,
            person: Some(caller.person.clone()),
            client: Some(client.clone()),
            detail: String::new(),
        };
        tx.log(&entry, None, now, &*desk.dice).await?;
    }
    Ok(())
}

/// Takes back what an app was allowed: its grants end, offline ones too.
pub async fn withdraw(desk: &Desk, caller: &Caller, client: &ClientId) -> Result<(), AccountError> {
    let mut unit = desk.store.begin().await?;
    let answer = withdraw_in(desk, unit.tx(), caller, client).await;
    unit.settle(answer).await
}

async fn withdraw_in(desk: &Desk, tx: &mut Tx, caller: &Caller, client: &ClientId) -> Result<(), AccountError> {
    let now = tx.now(&*desk.clock).await?;
    account(tx, caller, Fresh::No, now).await?;
    let person = &caller.person;
    let was_allowed = tx.withdraw_consent(person, client, now).await?;
    let ended = tx.end_grants(Which::OfPersonAt(person, client), End::All, "consent withdrawn", now).await?;
    if !was_allowed && ended == 0 {
        return Err(AccountError::NotYours);
    }
    let entry = Entry {
        tenant: None,
        actor: Actor::Person(person.clone()),
        event: Event::ConsentWithdrawn,
        person: Some(person.clone()),
        client: Some(client.clone()),
        detail: String::new(),
    };
    Ok(tx.log(&entry, None, now, &*desk.dice).await?)
}
