//! `[[person]]`: made with seeds, described, their memberships, taken out of service.
use super::hand::{About, Hand, differing};
use crate::{
    acts::apply::{
        doing::NotApplied,
        report::Sign,
        state::{MembershipWanted, PasswordWanted, PersonWanted, Presence},
    },
    factors::totp::Seed,
    store::{End, Lock, NewAuthenticator, NewPerson, PersonRow, PhoneOrigin, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    amr::Reach,
    audit::Event,
    ids::{AuthenticatorId, PersonId, TenantId},
    person::{Membership, MembershipState, Role},
    tenant::Standing,
};

impl Hand<'_> {
    pub(super) async fn person(&mut self, wanted: &PersonWanted) -> Result<(), NotApplied> {
        let of = format!("person {}", wanted.email);
        let found = self.tx.person_by_email(&wanted.email).await?;
        let id = match (found, wanted.presence) {
            (None, Presence::Absent) => return Ok(()),
            (Some(id), Presence::Absent) => return self.close_person(&of, wanted, &id).await,
            (None, Presence::Unsaid | Presence::Present) => match self.make_person(&of, wanted).await? {
                Some(id) => id,
                None => return Ok(()),
            },
            (Some(id), presence) => {
                let row = self.row(&id).await?;
                if row.standing()? == Standing::Disabled {
                    if presence == Presence::Unsaid {
                        self.kept(&of, "disabled", "`state = \"present\"` brings them back");
                    } else {
                        self.tx.set_person_standing(&id, Standing::Active, self.now).await?;
                        self.tell_person(&id, Event::PersonEnabled, "").await?;
                        self.did(Sign::Changed, &of, "enabled");
                    }
                }
                self.describe_person(&of, wanted, &row).await?;
                self.seeds(&of, wanted, &row).await?;
                id
            }
        };
        for membership in &wanted.memberships {
            self.membership(&wanted.email, &id, membership).await?;
        }
        Ok(())
    }

    async fn row(&mut self, id: &PersonId) -> Result<PersonRow, NotApplied> {
        self.tx.person(id).await?.ok_or(NotApplied::Overtaken)
    }

    async fn make_person(&mut self, of: &str, wanted: &PersonWanted) -> Result<Option<PersonId>, NotApplied> {
        let (Some(given_name), Some(family_name)) = (&wanted.given_name, &wanted.family_name) else {
            self.fault(wanted.place, format!("{of} is new: it needs `given_name` and `family_name`"));
            return Ok(None);
        };
        let id = self.draw(PersonId::from_tail)?;
        let password = match &wanted.password {
            Some(PasswordWanted::Hash(phc)) => Some(phc.as_str()),
            Some(PasswordWanted::Plain(_)) => match self.hashes.get(&wanted.email) {
                Some(phc) => Some(phc.as_str()),
                // They were here a moment ago; a rehearsal hashes nothing.
                None if !self.options.rehearse => return Err(NotApplied::Overtaken),
                None => None,
            },
            None => None,
        };
        let new = NewPerson {
            id: &id,
            email: &wanted.email,
            email_verified: wanted.email_verified == Some(true),
            given_name,
            family_name,
            claims: &wanted.claims,
            phone: wanted.phone.as_deref(),
            phone_claim: wanted.phone_claim == Some(true),
            password_hash: password,
        };
        self.tx.insert_person(&new, self.now).await?;
        if let Some(seed) = &wanted.totp {
            self.bind(&id, seed).await?;
        }
        self.log(About { person: Some(&id), ..About::default() }, Event::PersonChanged, "made").await?;
        self.did(Sign::Made, of, "");
        Ok(Some(id))
    }

    /// RULES 8: an authenticator by the operator's word counts everywhere, and its backup codes as saved.
    async fn bind(&mut self, person: &PersonId, seed: &Seed) -> Result<(), NotApplied> {
        let id = self.draw(AuthenticatorId::from_tail)?;
        let new = NewAuthenticator {
            id: &id,
            person,
            secret: seed.as_bytes(),
            label: "",
            reach: &Reach::everywhere(),
            browser: None,
            expires_at: None,
        };
        self.tx.insert_authenticator(&new, self.now).await?;
        Ok(self.tx.set_codes_saved(person, self.now).await?)
    }

    async fn describe_person(&mut self, of: &str, wanted: &PersonWanted, row: &PersonRow) -> Result<(), NotApplied> {
        let id = row.id()?;
        let given_name = wanted.given_name.as_ref().unwrap_or(&row.given_name);
        let family_name = wanted.family_name.as_ref().unwrap_or(&row.family_name);
        let stored = row.claims()?;
        let mut claims = stored.clone();
        claims.extend(wanted.claims.clone());
        let verifies = wanted.email_verified == Some(true) && row.email_verified_at.is_none();
        let releases = wanted.phone_claim.filter(|released| *released != row.phone_claim);
        let named = *given_name != row.given_name || *family_name != row.family_name || claims != stored;
        let changed = differing(&[
            ("given_name", *given_name != row.given_name),
            ("family_name", *family_name != row.family_name),
            ("claims", claims != stored),
            ("email_verified", verifies),
            ("phone_claim", releases.is_some()),
        ]);
        if wanted.email_verified == Some(false) && row.email_verified_at.is_some() {
            self.kept(of, "email_verified", "a mail was answered, or an operator said so");
        }
        if changed.is_empty() {
            return Ok(());
        }
        if named {
            self.tx.set_names(&id, given_name, family_name, &claims, self.now).await?;
        }
        if verifies {
            self.tx.set_email_verified(&id, self.now).await?;
        }
        if let Some(released) = releases {
            self.tx.set_phone_claim(&id, released, self.now).await?;
        }
        self.tell_person(&id, Event::PersonChanged, &changed).await?;
        self.did(Sign::Changed, of, changed);
        Ok(())
    }

    /// Credentials of somebody who is here: left alone, or in development sown again.
    async fn seeds(&mut self, of: &str, wanted: &PersonWanted, row: &PersonRow) -> Result<(), NotApplied> {
        if !self.options.reseed {
            let some = wanted.password.is_some() || wanted.totp.is_some() || wanted.phone.is_some();
            self.seeds_kept += usize::from(some);
            return Ok(());
        }
        let id = row.id()?;
        let mut changed = vec![];
        let phc = match &wanted.password {
            Some(PasswordWanted::Hash(phc)) => Some(phc).filter(|phc| row.password_hash.as_ref() != Some(phc)),
            Some(PasswordWanted::Plain(_)) => self.hashes.get(&wanted.email),
            None => None,
        };
        if let Some(phc) = phc {
            self.tx.set_password(&id, phc, self.now).await?;
            changed.push("password");
        }
        if let Some(phone) = &wanted.phone
            && row.phone.as_ref() != Some(phone)
        {
            self.tx.set_phone(&id, phone, &PhoneOrigin::Operator, self.now).await?;
            changed.push("phone_number");
        }
        if let Some(seed) = &wanted.totp {
            let held = self.tx.totp_of(&id).await?;
            if !held.iter().any(|held| held.secret.as_slice() == seed.as_bytes()) {
                for old in held {
                    self.tx.end_authenticator(&id, &old.id, self.now).await?;
                }
                self.bind(&id, seed).await?;
                changed.push("totp_secret");
            }
        }
        if !changed.is_empty() {
            let changed = changed.join(", ");
            self.tell_person(&id, Event::PersonChanged, &changed).await?;
            self.did(Sign::Changed, of, changed);
        }
        Ok(())
    }

    async fn close_person(&mut self, of: &str, wanted: &PersonWanted, id: &PersonId) -> Result<(), NotApplied> {
        if self.row(id).await?.standing()? == Standing::Disabled {
            return Ok(());
        }
        for membership in self.tx.memberships(id).await? {
            if membership.state == MembershipState::Live && membership.role == Role::Admin {
                self.lost_admins.push((wanted.place, of.to_owned(), membership.tenant, id.clone()));
            }
        }
        self.tell_person(id, Event::PersonDisabled, "").await?;
        self.tx.set_person_standing(id, Standing::Disabled, self.now).await?;
        self.tx.end_sessions(id, None, "person_disabled", self.now).await?;
        self.tx.end_grants(Which::OfPerson(id), End::All, "person_disabled", self.now).await?;
        self.tx.end_visits(id, None, "person_disabled", self.now).await?;
        self.did(Sign::Ended, of, "disabled: signed out everywhere, what was granted has ended");
        Ok(())
    }

    async fn membership(
        &mut self,
        email: &str,
        person: &PersonId,
        wanted: &MembershipWanted,
    ) -> Result<(), NotApplied> {
        let Some(tenant) = self.named(&wanted.tenant).await? else { return Ok(()) };
        let of = format!("membership of {email} in {}", wanted.tenant.value);
        let found = self.tx.memberships(person).await?.into_iter().find(|m| m.tenant == tenant);
        let about = About { tenant: Some(&tenant), person: Some(person), ..About::default() };
        let Some(old) = found else {
            if wanted.presence != Presence::Absent {
                let new = Tx::new_membership(tenant.clone(), wanted.role, MembershipState::Live, self.now);
                self.tx.put_membership(person, &new).await?;
                self.log(about, Event::MembershipChanged, role(wanted.role)).await?;
                self.did(Sign::Made, of, role(wanted.role));
            }
            return Ok(());
        };
        let is_live = old.state == MembershipState::Live;
        let Some(new) = self.membership_after(&of, &old, wanted) else { return Ok(()) };
        let loses_admin =
            is_live && old.role == Role::Admin && (new.state != MembershipState::Live || new.role != Role::Admin);
        if loses_admin {
            self.lost_admins.push((wanted.tenant.place, of.clone(), tenant.clone(), person.clone()));
        }
        self.tx.put_membership(person, &new).await?;
        if new.state == MembershipState::Ended {
            let which = Which::OfPersonIn(person, &tenant);
            self.tx.end_grants(which, End::All, "membership_ended", self.now).await?;
            self.tx.end_visits_in(person, &tenant, "membership_ended", self.now).await?;
            self.log(about, Event::MembershipChanged, "ended").await?;
            self.did(Sign::Ended, of, "ended, and what was granted there");
        } else {
            self.log(about, Event::MembershipChanged, role(new.role)).await?;
            self.did(Sign::Changed, of, role(new.role));
        }
        Ok(())
    }

    /// What a membership becomes; nothing where it stays. A raised role and a restored membership ask for proofs shown
    /// since (RULES 1).
    fn membership_after(&mut self, of: &str, old: &Membership, wanted: &MembershipWanted) -> Option<Membership> {
        let mut new = old.clone();
        match (old.state, wanted.presence) {
            (MembershipState::Ended, Presence::Absent) => return None,
            (_, Presence::Absent) => {
                new.state = MembershipState::Ended;
                return Some(new);
            }
            (MembershipState::Ended | MembershipState::Suspended, Presence::Unsaid) => {
                self.kept(of, "not in force", "`state = \"present\"` brings it back");
                return None;
            }
            (MembershipState::Live, _) => {}
            (MembershipState::Ended | MembershipState::Suspended, Presence::Present) => {
                new.state = MembershipState::Live;
                new.accepted_at = Some(self.now);
                new.proofs_not_before = self.now;
            }
            (MembershipState::Invited, _) => {
                new.state = MembershipState::Live;
                new.accepted_at = Some(self.now);
            }
        }
        new.role = wanted.role;
        if old.role < new.role {
            new.proofs_not_before = self.now;
        }
        (new != *old).then_some(new)
    }

    /// RULES 1: nothing takes away a tenant's last admin without `--yes`. Asked when the whole file is done, because it may
    /// name another; counted under the tenant's lock.
    pub(super) async fn nobody_is_without_admin(&mut self) -> Result<(), NotApplied> {
        for (place, of, tenant, person) in std::mem::take(&mut self.lost_admins) {
            self.must_hold(&Lock::Tenant(tenant.clone()))?;
            if self.tx.other_admins(&tenant, &person).await? == 0 {
                let slug = self.slug_of(&tenant).await?;
                self.fault(place, format!("{of}: {slug} would have no admin left; name another, or say --yes"));
            }
        }
        Ok(())
    }

    async fn slug_of(&mut self, id: &TenantId) -> Result<String, StoreError> {
        Ok(self.tx.tenant(id).await?.map(|tenant| tenant.slug).unwrap_or_default())
    }

    /// Into the log of every tenant that the person is of.
    async fn tell_person(&mut self, id: &PersonId, event: Event, what: &str) -> Result<(), StoreError> {
        let about = About { person: Some(id), ..About::default() };
        let memberships = self.tx.memberships(id).await?;
        let mut told = false;
        for membership in memberships.iter().filter(|m| m.state != MembershipState::Ended) {
            self.log(About { tenant: Some(&membership.tenant), ..about }, event, what).await?;
            told = true;
        }
        if told { Ok(()) } else { self.log(about, event, what).await }
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Admin => "admin",
    }
}
