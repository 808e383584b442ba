//! One moment of somebody's set-up: their visit, their file and what the gate says, read under one lock. Where they stand
//! follows from it.
use super::{NotEnrolled, Place, first_binding::Asks};
use crate::{
    acts::{
        Desk,
        letters::{self, Letter, News, Seen, To},
        prove::{CODE, code_subject},
        session::Browser,
        visit::{self, Progress, Purpose},
    },
    porter::Heard,
    store::{Known, Lock, PersonRow, StoreError, Tx, Unit, VisitRow},
};
use ostiary_gate::{
    domain::{
        amr::Reach,
        audit::{Actor, Entry, Event},
        ids::{PersonId, TenantId, VisitId},
        person::{Membership, MembershipState, Person},
        tenant::Tenant,
        time::Instant,
    },
    gate::{Outcome, Step},
};

/// What was read. Acts read it alone with the person; pages look at a picture.
pub struct Scene {
    pub id: VisitId,
    pub row: VisitRow,
    pub purpose: Purpose,
    pub progress: Progress,
    pub heard: Heard,
    /// The person's row.
    pub file: PersonRow,
    /// The clinics the person belongs to, also while suspended there.
    pub clinics: Vec<(Membership, Tenant)>,
    /// Since when the person signs in from this browser.
    pub known_since: Option<Instant>,
    /// This browser was shown a secret that waits to be confirmed.
    pub has_pending: bool,
    pub codes_left: i64,
    pub now: Instant,
    pub(super) browser: Browser,
    person: Person,
}

/// How often the locks may turn out to be the wrong ones: memberships do not change that fast.
const TRIES: usize = 4;

/// For a page: one picture, nothing held.
pub async fn look(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<Scene, NotEnrolled> {
    let mut unit = desk.store.look().await?;
    let scene = read(unit.tx(), desk, visit, browser, Known::AsPicture).await?;
    unit.commit().await?;
    Ok(scene)
}

/// For an act: the clinics' locks shared, the person held alone.
pub async fn begin(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<(Unit, Scene), NotEnrolled> {
    begin_with(desk, visit, browser, false).await
}

/// The same for an act that also counts or clears tries at the person's second factor: that row first, as by whoever
/// shows a code.
pub(in crate::acts) async fn begin_counting(
    desk: &Desk,
    visit: &VisitId,
    browser: &Browser,
) -> Result<(Unit, Scene), NotEnrolled> {
    begin_with(desk, visit, browser, true).await
}

async fn begin_with(
    desk: &Desk,
    visit: &VisitId,
    browser: &Browser,
    counting: bool,
) -> Result<(Unit, Scene), NotEnrolled> {
    let mut locks = vec![];
    for _ in 0..TRIES {
        let mut unit = desk.store.begin().await?;
        unit.tx().share(&locks).await?;
        if counting {
            let now = unit.tx().now(&*desk.clock).await?;
            let row = unit.tx().visit(visit, &browser.hash).await?.ok_or(NotEnrolled::VisitOver)?;
            unit.tx().hold_attempts(&code_subject(&row.person()?), CODE, now).await?;
        }
        let scene = read(unit.tx(), desk, visit, browser, Known::ToWrite).await?;
        let needed = scene.locks();
        if !desk.store.locks_matter() || needed.iter().all(|lock| locks.contains(lock)) {
            return Ok((unit, scene));
        }
        locks = needed;
    }
    Err(StoreError::Busy.into())
}

async fn read(tx: &mut Tx, desk: &Desk, id: &VisitId, browser: &Browser, known: Known) -> Result<Scene, NotEnrolled> {
    let now = tx.now(&*desk.clock).await?;
    let person = tx.visit(id, &browser.hash).await?.ok_or(NotEnrolled::VisitOver)?.person()?;
    // The person first: whoever waits here reads the visit as the one before them left it.
    let person = tx.person_facts(&person, known).await?.ok_or(NotEnrolled::VisitOver)?;
    let row = tx.visit(id, &browser.hash).await?.filter(|row| row.is_open(now)).ok_or(NotEnrolled::VisitOver)?;
    let (purpose, asked) = visit::claim_of_row(tx, &row, &browser.hash).await?;
    // A client or resource that is gone is the gate's to tell.
    let heard = visit::heard(tx, &asked, known, now).await?.map_err(|_| NotEnrolled::Next(Place::Elsewhere))?;
    let file = tx.person(&person.id).await?.ok_or(NotEnrolled::VisitOver)?;
    let mut clinics = vec![];
    for membership in &person.memberships {
        if matches!(membership.state, MembershipState::Live | MembershipState::Suspended)
            && let Some(tenant) = tx.tenant(&membership.tenant).await?
        {
            clinics.push((membership.clone(), tenant));
        }
    }
    let pending = tx.pending_totp(&person.id, &browser.hash, now).await?;
    Ok(Scene {
        id: id.clone(),
        progress: row.progress()?,
        known_since: tx.browser_known_since(&person.id, &browser.hash).await?,
        has_pending: pending.is_some(),
        codes_left: tx.recovery_codes_left(&person.id).await?,
        browser: browser.clone(),
        row,
        purpose,
        heard,
        file,
        clinics,
        now,
        person,
    })
}

impl Scene {
    pub fn person(&self) -> &Person {
        &self.person
    }

    pub fn person_id(&self) -> &PersonId {
        &self.person.id
    }

    /// The clinics this visit is for.
    pub fn here(&self) -> &[Tenant] {
        &self.heard.rules.tenants
    }

    fn locks(&self) -> Vec<Lock> {
        let own = self.clinics.iter().map(|(_, tenant)| &tenant.id);
        let mut ids: Vec<&TenantId> = own.chain(self.heard.tenants()).collect();
        ids.sort();
        ids.dedup();
        ids.into_iter().map(|id| Lock::Tenant(id.clone())).collect()
    }

    /// Where the person stands now.
    pub fn place(&self) -> Place {
        match self.heard.judgement().outcome {
            Outcome::Step(Step::Enrol | Step::SetUpCode) => self.on_the_way_to_a_binding(),
            Outcome::Step(Step::SecondFactor) if self.in_recovery() && self.progress.bound.is_none() => {
                self.on_the_way_to_a_binding()
            }
            Outcome::Step(Step::Complete) => self.what_is_missing(),
            Outcome::Clear | Outcome::Step(Step::Consent | Step::Connect) if self.owes_codes() => Place::Codes,
            Outcome::Clear
            | Outcome::Step(
                Step::SignIn
                | Step::SignInAgain
                | Step::ChooseTenant
                | Step::SecondFactor
                | Step::Connect
                | Step::Consent,
            )
            | Outcome::Refused(_) => Place::Elsewhere,
        }
    }

    fn on_the_way_to_a_binding(&self) -> Place {
        let asked = self.asked_here();
        if self.must_show_own() || asked.contains(&Asks::OwnFactor) {
            return Place::ShowOwn;
        }
        if asked.contains(&Asks::SetUpCode) {
            return Place::SetUpCode;
        }
        if asked.contains(&Asks::MailCode) {
            return Place::MailCode;
        }
        if self.wants_phone() && !self.progress.phone_settled {
            return Place::Phone;
        }
        if self.has_pending { Place::Link } else { Place::App }
    }

    fn what_is_missing(&self) -> Place {
        let wanted = |t: &Tenant| t.policy.phone_required && t.requires_two_factor(self.now).is_some();
        if !self.person.has_phone && self.here().iter().any(wanted) {
            return Place::Phone;
        }
        if self.person.codes_saved { Place::Elsewhere } else { Place::Codes }
    }

    /// What the clinics at hand still ask.
    pub fn asked_here(&self) -> Vec<Asks> {
        let here = |id: &TenantId| self.heard.tenants().any(|t| t == id);
        self.clinics.iter().filter(|(_, t)| here(&t.id)).map(|(m, t)| self.asks(m, t)).collect()
    }

    /// RULES 6: a half session of somebody who has any authenticator may show it, or a recovery code, or, while a reset
    /// waits, a set-up code.
    fn must_show_own(&self) -> bool {
        let waiting =
            self.clinics.iter().any(|(m, t)| m.reset_waiting.is_some() && self.heard.tenants().any(|h| *h == t.id));
        let has_any = self.clinics.iter().any(|(_, t)| self.person.has_authenticator(&t.id));
        let shown = self.clinics.iter().any(|(m, _)| self.shows_own(m));
        has_any && !shown && !waiting && !self.in_recovery()
    }

    /// Whether an authenticator on file that counts in this clinic was shown, in this visit or its session.
    pub(super) fn shows_own(&self, membership: &Membership) -> bool {
        let on_file =
            |id| self.person.authenticators.iter().any(|a| Some(&a.id) == id && a.reach.covers(&membership.tenant));
        let counts = |reach: &Reach| reach.covers(&membership.tenant);
        self.heard
            .facts
            .proofs
            .iter()
            .any(|p| on_file(p.authenticator.as_ref()) && counts(&p.reach) && p.at >= membership.proofs_not_before)
    }

    pub fn in_recovery(&self) -> bool {
        self.progress.recovery.is_some()
    }

    /// A number is asked for on the way to a binding: never in a recovery session, where it may not be touched.
    pub fn wants_phone(&self) -> bool {
        !self.in_recovery() && self.here().iter().any(|t| t.policy.phone_required)
    }

    /// Something was bound in this visit, and codes are still to be kept.
    fn owes_codes(&self) -> bool {
        let spent = self.in_recovery() && self.codes_left == 0;
        self.progress.bound.is_some() && (!self.person.codes_saved || spent)
    }

    /// Whether the gate has seen a second factor of this person here.
    pub fn shows_second_factor(&self) -> bool {
        self.clinics.iter().any(|(m, _)| self.shows_own(m))
    }

    /// Something of set-up was done already: whoever comes back goes on there.
    pub fn has_begun(&self) -> bool {
        let p = &self.progress;
        self.has_pending || p.phone_settled || p.bound.is_some() || self.in_recovery()
    }

    /// What the entry in the app is called: the clinic, or the house where somebody belongs to several.
    pub fn entry(&self) -> String {
        match self.clinics.as_slice() {
            [(_, only)] => only.name.clone(),
            [] | [..] => "Ostiary".to_owned(),
        }
    }

    pub fn account(&self) -> &str {
        self.file.email.as_deref().unwrap_or_default()
    }

    pub(in crate::acts) async fn save(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.set_progress(&self.id, &self.progress).await
    }

    /// When and in which browser this happens, as the person would know it again.
    pub(in crate::acts) fn seen(&self) -> Seen {
        Seen::new(self.now, &self.browser.user_agent)
    }

    /// binding, recovery and what they change are always told, in the name of the clinic this visit is for.
    pub(in crate::acts) async fn tell(&self, tx: &mut Tx, desk: &Desk, letter: Letter) -> Result<(), StoreError> {
        let tenant = match self.here() {
            [only] => Some(&only.id),
            [] | [..] => None,
        };
        let to = To { person: &self.person.id, tenant };
        letters::post(tx, letter, to, self.now, &*desk.dice).await?;
        Ok(())
    }

    pub(in crate::acts) async fn tell_news(&self, tx: &mut Tx, desk: &Desk, news: News) -> Result<(), StoreError> {
        self.tell(tx, desk, Letter::News(news)).await
    }

    /// One row in the log of each clinic this visit is for.
    pub(in crate::acts) async fn log(
        &self,
        tx: &mut Tx,
        desk: &Desk,
        event: Event,
        detail: &str,
    ) -> Result<(), StoreError> {
        for tenant in self.heard.tenants() {
            let entry = Entry {
                tenant: Some(tenant.clone()),
                actor: Actor::Person(self.person.id.clone()),
                event,
                person: Some(self.person.id.clone()),
                client: self.purpose.client_id().cloned(),
                detail: detail.to_owned(),
            };
            tx.log(&entry, None, self.now, &*desk.dice).await?;
        }
        Ok(())
    }
}
