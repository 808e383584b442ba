//! How keys come and go. A first key signs at once; any later one is announced, waits one cache life so that every relying
//! party and every node knows it, signs, and retires, still published for as long as anything it signed may live. Several
//! nodes share the table: the store's places are taken once, whoever comes second forgets what it made.
use super::{MintError, ring::alg_of};
use crate::{
    crypto::{
        dice::SystemDice,
        jose::sign::{self, MadeKey},
    },
    store::{Clock, KeyState, NewKey, Store, Tx},
};
use ostiary_gate::domain::{
    audit::{Actor, Entry, Event},
    client::Algorithm,
    time::{Instant, Span},
};

/// What a tending did, by kid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    pub took_over: Vec<String>,
    pub retired: Vec<String>,
    pub withdrawn: Vec<String>,
}

/// Makes the keys that are missing: one of each algorithm that has none, signing at once. RSA takes about a third of a
/// second. Which were made here; reload the mint afterwards.
pub async fn make_keys(
    store: &Store,
    clock: &dyn Clock,
    dice: &SystemDice,
    which: &[Algorithm],
) -> Result<Vec<Algorithm>, MintError> {
    let mut made_here = Vec::new();
    for alg in which.iter().copied() {
        let mut unit = store.look().await?;
        let has_one = unit.tx().signing_keys().await?.iter().any(|k| k.alg == alg && k.state == KeyState::Signing);
        drop(unit);
        if !has_one && place(store, clock, dice, (alg, true, &Actor::System)).await?.is_some() {
            made_here.push(alg);
        }
    }
    Ok(made_here)
}

/// Begins a rotation: a new key is published and will take over after one cache life, in [`tend_keys`]. Its kid; none if
/// one is announced already.
pub async fn announce_key(
    store: &Store,
    clock: &dyn Clock,
    dice: &SystemDice,
    alg: Algorithm,
    actor: &Actor,
) -> Result<Option<String>, MintError> {
    place(store, clock, dice, (alg, false, actor)).await
}

/// Moves every key as far as its time has come: announced for `cache_life` → signing, the former one → retired; retired
/// for `longest_life` and one cache life (other nodes learn of a hand-over a little later) → withdrawn.
pub async fn tend_keys(
    store: &Store,
    clock: &dyn Clock,
    dice: &SystemDice,
    cache_life: Span,
    longest_life: Span,
) -> Result<Tended, MintError> {
    let mut unit = store.begin().await?;
    let tx = unit.tx();
    let now = tx.now(clock).await?;
    let mut tended = Tended::default();
    for alg in Algorithm::ALL {
        let (down, up) = tx.hand_over(alg, cache_life, now).await?;
        if let Some(kid) = &down {
            log(tx, Event::KeyRetired, kid, &Actor::System, now, dice).await?;
        }
        tended.retired.extend(down);
        tended.took_over.extend(up);
    }
    tended.withdrawn = tx.withdraw_keys(Span(longest_life.0.saturating_add(cache_life.0)), now).await?;
    unit.commit().await?;
    Ok(tended)
}

/// For a key that leaked: nothing it signed is believed any more, from the next reload on. Its place is free at once;
/// [`make_keys`] fills it. Whether it was there.
pub async fn forget_key(
    store: &Store,
    clock: &dyn Clock,
    dice: &SystemDice,
    kid: &str,
    actor: &Actor,
) -> Result<bool, MintError> {
    let mut unit = store.begin().await?;
    let tx = unit.tx();
    let now = tx.now(clock).await?;
    let was_there = tx.remove_key(kid).await?;
    if was_there {
        log(tx, Event::KeyRetired, kid, actor, now, dice).await?;
    }
    unit.commit().await?;
    Ok(was_there)
}

async fn place(
    store: &Store,
    clock: &dyn Clock,
    dice: &SystemDice,
    (alg, signs_at_once, actor): (Algorithm, bool, &Actor),
) -> Result<Option<String>, MintError> {
    // Neither under a lock nor on a thread that answers requests.
    let own_dice = dice.clone();
    let made = tokio::task::spawn_blocking(move || sign::make(alg_of(alg), &own_dice)).await;
    let MadeKey { private, public } = made.map_err(|_| MintError::UnreadableKey)??;
    let kid = public.kid.clone().ok_or(MintError::UnreadableKey)?;
    let mut unit = store.begin().await?;
    let tx = unit.tx();
    let now = tx.now(clock).await?;
    let placed =
        tx.insert_key(&NewKey { kid: &kid, alg, private: &private, public: &public }, signs_at_once, now).await?;
    if placed {
        log(tx, Event::KeyMade, &kid, actor, now, dice).await?;
    }
    unit.commit().await?;
    Ok(placed.then_some(kid))
}

async fn log(
    tx: &mut Tx,
    event: Event,
    kid: &str,
    actor: &Actor,
    now: Instant,
    dice: &SystemDice,
) -> Result<(), MintError> {
    let entry = Entry { tenant: None, actor: actor.clone(), event, person: None, client: None, detail: kid.to_owned() };
    Ok(tx.log(&entry, None, now, dice).await?)
}
