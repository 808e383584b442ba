//! What a clinic asks besides the password before an authenticator is bound that counts there (RULES 6).
use super::scene::Scene;
use ostiary_gate::domain::{
    amr::Reach,
    ids::TenantId,
    person::Membership,
    tenant::{FirstBinding, Tenant},
    time::{Instant, Span},
};
use std::collections::BTreeSet;

/// RULES 9.
const ENROL_WINDOW: Span = Span::days(14);
/// How long a browser must have been known to a person to stand for the mailed code.
const KNOWN_LONG_ENOUGH: Span = Span::days(7);
/// After a password reset by mail, the mailbox alone must not lead on for so long.
const RESET_MISTRUST: Span = Span::days(7);

/// What one clinic still asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asks {
    Nothing,
    MailCode,
    SetUpCode,
    /// An authenticator that counts there is on file: it must be shown, or replaced by a recovery code.
    OwnFactor,
}

impl Scene {
    /// What this clinic still asks before something may be bound that counts there.
    pub(super) fn asks(&self, membership: &Membership, clinic: &Tenant) -> Asks {
        let id = &clinic.id;
        let helped = self.progress.set_up_for.contains(id);
        if self.progress.recovery.is_some() {
            return Asks::Nothing;
        }
        if membership.reset_waiting.is_some() {
            return if helped { Asks::Nothing } else { Asks::SetUpCode };
        }
        if self.person().has_authenticator(id) {
            return if self.shows_own(membership) { Asks::Nothing } else { Asks::OwnFactor };
        }
        match self.first_binding(membership, clinic) {
            FirstBinding::Password => Asks::Nothing,
            FirstBinding::Mail if self.progress.binding_allowed.is_some() || helped => Asks::Nothing,
            FirstBinding::Mail => Asks::MailCode,
            FirstBinding::SetupCode if helped => Asks::Nothing,
            FirstBinding::SetupCode => Asks::SetUpCode,
        }
    }

    /// The clinic's policy, tightened by time and by a recent reset, and met by a browser that is known long enough.
    fn first_binding(&self, membership: &Membership, clinic: &Tenant) -> FirstBinding {
        let late = self.now.since(self.window_from(membership, clinic)) > ENROL_WINDOW;
        let reset = self.file.password_reset_at.map(Instant);
        if late || reset.is_some_and(|at| self.now.since(at) < RESET_MISTRUST) {
            return FirstBinding::SetupCode;
        }
        let known = self.known_since.is_some_and(|since| self.now.since(since) >= KNOWN_LONG_ENOUGH);
        match clinic.policy.first_binding {
            FirstBinding::Mail if known => FirstBinding::Password,
            policy => policy,
        }
    }

    /// `enrol_window` runs from the later of acceptance and the box's start; where the box is off, from the last full
    /// session, or from the beginning of who never had one.
    fn window_from(&self, membership: &Membership, clinic: &Tenant) -> Instant {
        let accepted = membership.accepted_at.unwrap_or(Instant(self.file.made_at));
        match clinic.requires_two_factor(self.now) {
            Some(start) => accepted.max(start),
            None => self.file.signed_in_at.map_or(accepted, |at| accepted.max(Instant(at))),
        }
    }

    /// RULES 1: everywhere, except where more is asked than was shown; or, with an admin's help, only in the clinics
    /// that helped and those this visit is for.
    pub(super) fn reach(&self) -> Reach {
        if self.progress.recovery.is_some() {
            return Reach::everywhere();
        }
        let open = |(m, t): &&(Membership, Tenant)| self.asks(m, t) == Asks::Nothing;
        if self.progress.set_up_for.is_empty() {
            return Reach::Except(self.clinics.iter().filter(|c| !open(c)).map(|(_, t)| t.id.clone()).collect());
        }
        let here: BTreeSet<&TenantId> = self.heard.tenants().chain(&self.progress.set_up_for).collect();
        Reach::Only(
            self.clinics.iter().filter(open).filter(|(_, t)| here.contains(&t.id)).map(|(_, t)| t.id.clone()).collect(),
        )
    }
}
