//! Our own pages, account and console, as seen from the edge: whoever is not signed in, or must show more, is led through
//! the door and back; and the fresh code that many acts ask for.
use super::{Ask, Failure, Scene, door::onward::page_of, visit::NoVisit};
use crate::{
    acts::{
        account::{ConfirmError, confirm},
        guard::{Caller, Stop},
        prove::NotProved,
        visit::{Opening, Purpose},
    },
    factors::totp::NoCode,
    grants::door::{self, DoorError, Onward},
    views::{door::code::CodeError, frame::in_query, when::Zone},
};
use http::StatusCode;
use ostiary_gate::{
    domain::{
        ids::{TenantId, VisitId},
        person::Membership,
        secret::Secret,
        tenant::Tenant,
        time::{Instant, Span},
    },
    gate::{Refusal, Step},
};

impl Ask {
    /// Around a page of the account: the clinic's name and clocks where a person belongs to one only.
    pub fn at_home(&self, scene: &mut Scene, clinics: &[(Tenant, Membership)]) {
        if let [(only, _)] = clinics {
            scene.frame.clinic = Some(only.name.clone());
        }
        if let Some((first, _)) = clinics.first() {
            scene.frame.zone = Zone::named(&first.time_zone).unwrap_or_else(Zone::utc);
        }
    }

    /// Lets whoever is signed in onto one of our pages, or says where they must go first. `path` brings them back.
    pub async fn enter(&self, path: &str, clinic: Option<&str>) -> Result<Caller, Failure> {
        let began_at = self.app.desk.now().await?;
        let purpose = Purpose::OwnPage { path: path.to_owned(), clinic: clinic.map(str::to_owned) };
        let opening = Opening { purpose, began_at };
        let Some(caller) = self.caller() else { return Err(self.sign_in_first(&opening)) };
        match door::arrive(&self.app.desk, opening.clone(), &self.browser()).await {
            Ok(Onward::OwnPage { .. }) => Ok(caller),
            Ok(Onward::Step { step, visit, .. }) => Err(self.to_step(step, visit.as_ref(), &opening)),
            Ok(Onward::Refused { refusal: Refusal::NotAMember, .. }) if clinic.is_some() => Err(Failure::not_found()),
            Ok(_) => Err(Failure::forbidden()),
            Err(DoorError::Store(cause)) => Err(cause.into()),
            Err(other) => Err(Failure::ours(other)),
        }
    }

    /// The sign-in page, for whoever must show a password first.
    pub fn sign_in_first(&self, opening: &Opening) -> Failure {
        match self.seal(opening) {
            Ok(visit) => Failure::Elsewhere(format!("/login?visit={}", in_query(&visit))),
            Err(NoVisit::Ours(failure)) => failure,
            Err(NoVisit::TooLong) => Failure::malformed(StatusCode::URI_TOO_LONG),
        }
    }

    fn to_step(&self, step: Step, visit: Option<&VisitId>, opening: &Opening) -> Failure {
        match step {
            Step::SignIn | Step::SignInAgain => return self.sign_in_first(opening),
            // Nothing of ours asks for these.
            Step::Connect | Step::Consent => return Failure::forbidden(),
            Step::ChooseTenant | Step::SecondFactor | Step::SetUpCode | Step::Enrol | Step::Complete => {}
        }
        match visit {
            Some(visit) => Failure::Elsewhere(format!("{}?visit={visit}", page_of(step))),
            None => self.sign_in_first(opening),
        }
    }

    /// What a form answers to whoever may not act. `confirm` is the page of the fresh code, `back` leads to where the act
    /// is asked for again.
    pub fn stopped(stop: Stop, confirm: &str, back: &str) -> Failure {
        match stop {
            Stop::Step(Step::SecondFactor, _) => Failure::Elsewhere(format!("{confirm}?then={}", in_query(back))),
            // The page leads through the door by itself.
            Stop::Step(..) => Failure::Elsewhere(back.to_owned()),
            Stop::Refused(Refusal::NotAMember, _) => Failure::not_found(),
            Stop::Refused(..) | Stop::NotAdmin => Failure::forbidden(),
            Stop::Store(cause) => cause.into(),
        }
    }

    /// A fresh code: the new session cookie, or what to say beside the field.
    pub async fn fresh_code(
        &self,
        caller: &Caller,
        clinic: Option<&TenantId>,
        typed: &str,
        back: &str,
    ) -> Result<Result<Secret, CodeError>, Failure> {
        match confirm(&self.app.desk, caller, clinic, typed).await {
            Ok(cookie) => Ok(Ok(cookie)),
            Err(ConfirmError::NoCode(cause)) => Ok(Err(untyped(cause))),
            Err(ConfirmError::NotProved(cause)) => not_proved(cause, self.now()?).map(Err),
            Err(ConfirmError::Stop(stop)) => Err(Self::stopped(stop, back, back)),
        }
    }
}

fn untyped(cause: NoCode) -> CodeError {
    match cause {
        NoCode::Empty => CodeError::Empty,
        // A backup code opens the way to a new authenticator and is no fresh code.
        NoCode::Malformed | NoCode::LooksLikeRecoveryCode => CodeError::NotSixDigits,
    }
}

/// What to say beside the field of a code.
pub fn not_proved(cause: NotProved, now: Instant) -> Result<CodeError, Failure> {
    match cause {
        NotProved::WrongCode | NotProved::WrongPassword => Ok(CodeError::Wrong),
        NotProved::UsedCode => Ok(CodeError::Replayed),
        NotProved::PausedUntil(until) => Ok(CodeError::Throttled { minutes: minutes_until(until, now) }),
        NotProved::Stopped => Ok(CodeError::Stopped),
        NotProved::Busy(retry_after) => Err(Failure::busy(retry_after)),
        NotProved::Store(cause) => Err(cause.into()),
    }
}

/// Rounded up: who waits as long as they were told is let in.
pub fn minutes_until(until: Instant, now: Instant) -> u32 {
    let minute = Span::minutes(1).0;
    let minutes = until.since(now).0.max(0).saturating_add(minute - 1) / minute;
    u32::try_from(minutes).unwrap_or(u32::MAX).max(1)
}

/// As many as a page says; nobody counts further.
pub fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A path of ours that somebody is led back to. What could lead elsewhere leads to `home`.
pub fn local<'a>(then: &'a str, home: &'a str) -> &'a str {
    let is_ours = ["/account", "/console"].iter().any(|room| {
        then.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with('?'))
    });
    let is_plain = then.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#');
    if is_ours && is_plain && !then.contains("/..") { then } else { home }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_out_of_the_house() {
        for good in ["/account", "/account/apps", "/console/riverside/people?mfa=none"] {
            assert_eq!(local(good, "/account"), good);
        }
        for bad in [
            "https://evil.example",
            "//evil.example",
            "/\\evil",
            "/accountant",
            "/account/../logout",
            "/account\n",
            "",
            "/account#x",
        ] {
            assert_eq!(local(bad, "/account"), "/account", "{bad}");
        }
    }

    #[test]
    fn who_waits_as_long_as_they_were_told_is_let_in() {
        let now = Instant(0);
        assert_eq!(minutes_until(now.plus(Span::seconds(61)), now), 2);
        assert_eq!(minutes_until(now.plus(Span::minutes(5)), now), 5);
        assert_eq!(minutes_until(now.minus(Span::minutes(5)), now), 1);
    }
}
