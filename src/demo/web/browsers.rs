//! The browsers a site knows, by a cookie that says nothing: who is signed in there, which sign-ins are under way, and the
//! token that its forms carry. In memory: the demo is gone with its process.
use crate::{
    crypto::{Fault, dice, dice::Dice, hash},
    demo::rp::ask::Pending,
};
use ostiary_gate::domain::{
    secret::Secret,
    time::{Instant, Span},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// More browsers than a demo has; the one that was away longest makes room.
const MAX_BROWSERS: usize = 2_000;
/// Sign-ins under way in one browser, one a tab.
const MAX_GOING: usize = 16;
/// As long as the provider keeps one open, and the time it takes to come back.
const GOING_FOR: Span = Span::minutes(65);

/// `S`: what the site keeps of somebody who is signed in. The lock is held while the provider is asked, so that two tabs
/// never spend the same refresh token.
pub struct Browser<S> {
    pub session: tokio::sync::Mutex<Option<S>>,
    form_token: Secret,
    going: Mutex<Vec<Going>>,
}

/// A sign-in under way.
#[derive(Clone)]
pub struct Going {
    pub pending: Pending,
    /// A path of this site's.
    pub back_to: String,
}

pub struct Browsers<S>(Mutex<HashMap<String, Known<S>>>);

struct Known<S> {
    browser: Arc<Browser<S>>,
    seen_at: Instant,
}

impl<S> Default for Browsers<S> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<S> Browser<S> {
    fn new(form_token: Secret) -> Arc<Self> {
        Arc::new(Self { session: tokio::sync::Mutex::new(None), form_token, going: Mutex::default() })
    }

    /// For forms; whoever posts it back has seen a page of ours in this browser.
    pub fn form_token(&self) -> &str {
        self.form_token.expose()
    }

    pub fn is_own_form(&self, token: &str) -> bool {
        hash::same(self.form_token.expose(), token)
    }

    pub fn set_out(&self, going: Going) {
        let mut all = held(&self.going);
        if all.len() >= MAX_GOING {
            all.remove(0);
        }
        all.push(going);
    }

    /// The sign-in with this `state`, once.
    pub fn come_back(&self, state: &str, now: Instant) -> Option<Going> {
        let mut all = held(&self.going);
        all.retain(|going| now.since(going.pending.began_at) < GOING_FOR);
        let at = all.iter().position(|going| going.pending.is_for(state))?;
        Some(all.remove(at))
    }
}

impl<S> Browsers<S> {
    /// The browser that sent this cookie; none if it is not one of ours.
    pub fn find(&self, cookie: &str, now: Instant) -> Option<Arc<Browser<S>>> {
        let mut all = held(&self.0);
        let known = all.get_mut(&hash::sha256_base64url(cookie.as_bytes()))?;
        known.seen_at = now;
        Some(Arc::clone(&known.browser))
    }

    /// One that was never here, and its cookie.
    pub fn welcome(&self, dice: &dyn Dice, now: Instant) -> Result<(Arc<Browser<S>>, Secret), Fault> {
        let browser = Browser::new(dice::token(dice)?);
        let cookie = self.remember(Arc::clone(&browser), dice, now)?;
        Ok((browser, cookie))
    }

    /// Somebody signed in: a new cookie, so that one known beforehand is worth nothing. Forms that are open in other tabs go
    /// on only if it is the same person as before (`same_person`).
    pub fn rename(
        &self,
        old: &Browser<S>,
        session: S,
        same_person: bool,
        dice: &dyn Dice,
        now: Instant,
    ) -> Result<Secret, Fault> {
        let form_token = if same_person { old.form_token.clone() } else { dice::token(dice)? };
        let going = std::mem::take(&mut *held(&old.going));
        let browser = Browser { session: tokio::sync::Mutex::new(Some(session)), form_token, going: Mutex::new(going) };
        let cookie = self.remember(Arc::new(browser), dice, now)?;
        held(&self.0).retain(|_, known| !std::ptr::eq(Arc::as_ptr(&known.browser), old));
        Ok(cookie)
    }

    fn remember(&self, browser: Arc<Browser<S>>, dice: &dyn Dice, now: Instant) -> Result<Secret, Fault> {
        let cookie = dice::token(dice)?;
        let mut all = held(&self.0);
        if all.len() >= MAX_BROWSERS {
            let oldest = all.iter().min_by_key(|(_, known)| known.seen_at).map(|(name, _)| name.clone());
            oldest.map(|name| all.remove(&name));
        }
        all.insert(hash::sha256_base64url(cookie.expose().as_bytes()), Known { browser, seen_at: now });
        Ok(cookie)
    }
}

/// What a panicked thread left is still whole: nothing here is written in two steps.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::{crypto::dice::SeededDice, demo::rp::proof::Expects};
    use openidconnect::Nonce;

    const NOW: Instant = Instant::from_seconds(1_000);

    fn going(state: &str, began_at: Instant) -> Going {
        let (state, verifier) = (Secret::new(state), Secret::new("v"));
        let pending = Pending { state, nonce: Nonce::new("n".into()), verifier, expects: Expects::default(), began_at };
        Going { pending, back_to: "/notes".to_owned() }
    }

    #[test]
    fn a_sign_in_comes_back_once_in_the_browser_that_began_it() {
        let (dice, browsers) = (SeededDice::new(1), Browsers::<()>::default());
        let (mine, _) = browsers.welcome(&dice, NOW).unwrap();
        let (yours, _) = browsers.welcome(&dice, NOW).unwrap();
        mine.set_out(going("s", NOW));
        assert!(yours.come_back("s", NOW).is_none());
        assert!(mine.come_back("t", NOW).is_none());
        assert!(mine.come_back("s", NOW).is_some());
        assert!(mine.come_back("s", NOW).is_none());
        mine.set_out(going("late", NOW));
        assert!(mine.come_back("late", NOW.plus(Span::minutes(65))).is_none());
    }

    #[test]
    fn a_browser_has_sixteen_sign_ins_under_way_and_the_oldest_makes_room() {
        let (browser, _) = Browsers::<()>::default().welcome(&SeededDice::new(1), NOW).unwrap();
        (0..17).for_each(|n| browser.set_out(going(&format!("s{n}"), NOW)));
        assert!(browser.come_back("s0", NOW).is_none());
        assert!(browser.come_back("s1", NOW).is_some() && browser.come_back("s16", NOW).is_some());
    }

    #[tokio::test]
    async fn signing_in_changes_the_cookie_and_for_somebody_else_the_forms_too() {
        let (dice, browsers) = (SeededDice::new(1), Browsers::<u8>::default());
        let (first, cookie) = browsers.welcome(&dice, NOW).unwrap();
        let second = browsers.rename(&first, 7, false, &dice, NOW).unwrap();
        assert!(browsers.find(cookie.expose(), NOW).is_none(), "the old cookie opens nothing");
        let signed_in = browsers.find(second.expose(), NOW).unwrap();
        assert_eq!(*signed_in.session.lock().await, Some(7));
        assert!(!signed_in.is_own_form(first.form_token()));
        let third = browsers.rename(&signed_in, 7, true, &dice, NOW).unwrap();
        assert!(browsers.find(third.expose(), NOW).unwrap().is_own_form(signed_in.form_token()));
    }

    #[test]
    fn the_browser_that_was_away_longest_makes_room() {
        let (dice, browsers) = (SeededDice::new(1), Browsers::<()>::default());
        let at = |n: usize| NOW.plus(Span::seconds(i64::try_from(n).unwrap()));
        let cookies: Vec<Secret> = (0..=MAX_BROWSERS).map(|n| browsers.welcome(&dice, at(n)).unwrap().1).collect();
        assert!(browsers.find(cookies[0].expose(), NOW).is_none());
        assert!(browsers.find(cookies[1].expose(), NOW).is_some());
    }
}
