//! What every part of carrying out shares: the unit, the instant, the report, the log.
use super::{NotApplied, Options, look::Seen};
use crate::{
    acts::{
        Desk,
        apply::{
            reading::{Fault, Noted, Place},
            report::{Change, Kept, Report, Sign},
            state::State,
        },
        letters::{Letter, post_to_admins},
        names,
    },
    crypto::dice,
    protocol::near::nearest,
    store::{Lock, StoreError, Tx},
};
use ostiary_gate::domain::{
    audit::{Actor, Entry, Event},
    ids::{ClientId, NotAnId, PersonId, TenantId},
    time::Instant,
};
use std::collections::{BTreeMap, BTreeSet};

/// A letter is no log.
const MOST_TOLD: usize = 12;

pub(super) struct Hand<'a> {
    pub(super) desk: &'a Desk,
    pub(super) tx: &'a mut Tx,
    pub(super) now: Instant,
    pub(super) options: &'a Options,
    pub(super) actor: Actor,
    pub(super) hashes: &'a BTreeMap<String, String>,
    pub(super) report: Report,
    pub(super) faults: Vec<Fault>,
    /// Credentials in the file of people who were there already.
    pub(super) seeds_kept: usize,
    /// Who stopped being an admin, where in the file and of which tenant.
    pub(super) lost_admins: Vec<(Place, String, TenantId, PersonId)>,
    /// What there is to tell the admins of each tenant.
    told: BTreeMap<TenantId, Vec<String>>,
    locks: &'a BTreeSet<Lock>,
    /// Made in this unit: nobody else can know them yet.
    new: BTreeSet<TenantId>,
    slugs: BTreeMap<String, Option<TenantId>>,
}

impl<'a> Hand<'a> {
    /// Locks first, then the instant (RULES 7).
    pub(super) async fn take(
        desk: &'a Desk,
        tx: &'a mut Tx,
        options: &'a Options,
        seen: &'a Seen,
        hashes: &'a BTreeMap<String, String>,
    ) -> Result<Self, NotApplied> {
        tx.alone(&seen.locks.iter().cloned().collect::<Vec<_>>()).await?;
        let now = tx.now(&*desk.clock).await?;
        let actor = Actor::Operator(options.operator.clone());
        let (locks, new, slugs) = (&seen.locks, BTreeSet::new(), BTreeMap::new());
        Ok(Self {
            desk,
            tx,
            now,
            options,
            actor,
            hashes,
            report: Report::default(),
            faults: vec![],
            seeds_kept: 0,
            lost_admins: vec![],
            told: BTreeMap::new(),
            locks,
            new,
            slugs,
        })
    }

    /// In this order: what is named comes before what names it.
    pub(super) async fn carry_out(&mut self, state: &State) -> Result<(), NotApplied> {
        for wanted in &state.tenants {
            self.tenant(wanted).await?;
        }
        for wanted in &state.resources {
            self.resource(wanted).await?;
        }
        for wanted in &state.clients {
            self.client(wanted).await?;
        }
        for wanted in &state.people {
            self.person(wanted).await?;
        }
        if !self.options.yes {
            self.nobody_is_without_admin().await?;
        }
        for wanted in &state.connections {
            self.connection(wanted).await?;
        }
        self.all_weakened_are_known(state);
        self.tell_admins().await
    }

    pub(super) fn finish(mut self) -> Result<Report, NotApplied> {
        if self.seeds_kept > 0 {
            let who = if self.seeds_kept == 1 { "1 person".to_owned() } else { format!("{} people", self.seeds_kept) };
            self.report.notes.push(format!(
                "passwords, numbers and authenticators of {who} who are here already were left alone: in a file they are \
                 seeds, used once"
            ));
        }
        if self.faults.is_empty() {
            return Ok(self.report);
        }
        self.faults.sort();
        Err(NotApplied::Faults(self.faults))
    }

    /// RULES 1: what an operator does in a tenant is mailed to its admins; of one just made there is nothing to tell. The
    /// policy tells of itself.
    async fn tell_admins(&mut self) -> Result<(), NotApplied> {
        for (tenant, what) in std::mem::take(&mut self.told) {
            let what = match what.get(..MOST_TOLD) {
                Some(first) if what.len() > MOST_TOLD => format!("{} and more", first.join("; ")),
                Some(_) | None => what.join("; "),
            };
            let letter = || Letter::OperatorActed { by: self.options.operator.clone(), what: what.clone() };
            post_to_admins(self.tx, letter, &tenant, self.now, &*self.desk.dice).await?;
        }
        Ok(())
    }

    fn all_weakened_are_known(&mut self, state: &State) {
        for name in &self.options.weaken {
            let tenants = state.tenants.iter().map(|tenant| tenant.slug.clone());
            let known: Vec<String> = tenants.chain(state.clients.iter().map(|c| format!("client:{}", c.id))).collect();
            if !known.contains(name) {
                let near = nearest(name, known.iter().map(String::as_str));
                let hint = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                self.faults
                    .push(Fault { place: None, what: format!("--weaken {name}: the file says nothing of it{hint}") });
            }
        }
    }

    pub(super) fn may_weaken(&self, name: &str) -> bool {
        self.options.weaken.iter().any(|known| known == name)
    }

    pub(super) fn fault(&mut self, place: Place, what: impl Into<String>) {
        self.faults.push(Fault { place: Some(place), what: what.into() });
    }

    pub(super) fn did(&mut self, sign: Sign, of: impl Into<String>, what: impl Into<String>) {
        self.report.changes.push(Change { sign, of: of.into(), what: what.into() });
    }

    pub(super) fn kept(&mut self, of: impl Into<String>, what: impl Into<String>, why: impl Into<String>) {
        self.report.kept.push(Kept { of: of.into(), what: what.into(), why: why.into() });
    }

    /// A tenant by its handle, under its lock.
    pub(super) async fn find(&mut self, slug: &str) -> Result<Option<TenantId>, NotApplied> {
        if let Some(known) = self.slugs.get(slug) {
            return Ok(known.clone());
        }
        let found = self.tx.tenant_by_slug(slug).await?;
        if let Some(id) = &found {
            self.must_hold(&Lock::Tenant(id.clone()))?;
        }
        self.slugs.insert(slug.to_owned(), found.clone());
        Ok(found)
    }

    /// The same, where it must be there.
    pub(super) async fn named(&mut self, slug: &Noted<String>) -> Result<Option<TenantId>, NotApplied> {
        let found = self.find(&slug.value).await?;
        if found.is_none() {
            let mut known = vec![];
            for id in self.tx.tenant_ids().await? {
                known.extend(self.tx.tenant(&id).await?.map(|tenant| tenant.slug));
            }
            let near = nearest(&slug.value, known.iter().map(String::as_str));
            let hint = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
            self.fault(slug.place, format!("there is no tenant \"{}\"{hint}", slug.value));
        }
        Ok(found)
    }

    pub(super) fn made(&mut self, slug: &str, id: &TenantId) {
        self.slugs.insert(slug.to_owned(), Some(id.clone()));
        self.new.insert(id.clone());
    }

    /// What is read under no lock of ours may be different at the commit: then begin again, with the lock.
    pub(super) fn must_hold(&self, lock: &Lock) -> Result<(), NotApplied> {
        let is_new = matches!(lock, Lock::Tenant(id) if self.new.contains(id));
        if is_new || self.locks.contains(lock) { Ok(()) } else { Err(NotApplied::Overtaken) }
    }

    pub(super) fn draw<T>(&self, make: impl FnOnce(&str) -> Result<T, NotAnId>) -> Result<T, StoreError> {
        let tail = dice::tail(&*self.desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
        make(&tail).map_err(|e| StoreError::unreadable("id", e))
    }

    /// One row, in the operator's name.
    pub(super) async fn log(&mut self, about: About<'_>, event: Event, detail: &str) -> Result<(), StoreError> {
        let entry = Entry {
            tenant: about.tenant.cloned(),
            actor: self.actor.clone(),
            event,
            person: about.person.cloned(),
            client: about.client.cloned(),
            detail: detail.chars().take(400).collect(),
        };
        self.tx.log(&entry, None, self.now, &*self.desk.dice).await?;
        let Some(tenant) = about.tenant.filter(|tenant| !self.new.contains(*tenant)) else { return Ok(()) };
        let mut who = vec![];
        if let Some(person) = about.person {
            who.push(names::of_person(self.tx, person).await?);
        }
        if let Some(client) = about.client {
            who.push(names::of_actor(self.tx, &Actor::Client(client.clone())).await?);
        }
        let event = serde_json::json!(event).as_str().unwrap_or_default().replace('_', " ");
        let parts = [who.join(", "), event, entry.detail];
        let said = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
        self.told.entry(tenant.clone()).or_default().push(said);
        Ok(())
    }
}

/// Of whom a row of the log is.
#[derive(Clone, Copy, Default)]
pub(super) struct About<'a> {
    pub(super) tenant: Option<&'a TenantId>,
    pub(super) person: Option<&'a PersonId>,
    pub(super) client: Option<&'a ClientId>,
}

/// "name, scope"
pub(super) fn differing(pairs: &[(&'static str, bool)]) -> String {
    pairs.iter().filter(|(_, differs)| *differs).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
