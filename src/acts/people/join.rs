//! Accepting an invitation: a person who exists says yes in a full session, somebody new says who they are; and the first
//! admin's link. The mailed link proves the mailbox. Never a password form for a person who exists (RULES 1).
use super::invite::Detail;
use crate::{
    acts::{
        Desk,
        guard::{Caller, Fresh, Stop, account},
        hashing::Busy,
        session::Browser,
        visit::{LIFE, Progress, Purpose},
    },
    crypto::dice,
    factors::{
        Verified,
        password::{TooWeak, judge_new},
    },
    store::{End, LinkKind, LinkState, Lock, NewPerson, NewVisit, OneTimeRow, PersonRow, StoreError, Tx, Which},
};
use ostiary_gate::domain::{
    Blame,
    audit::{Actor, Entry, Event},
    ids::{PersonId, VisitId},
    person::{Membership, MembershipState},
    secret::Secret,
    tenant::{Standing, Tenant},
    time::Instant,
};

/// Where an invitation leads.
pub enum Invitation {
    /// Nobody yet, or nobody whose address was ever proved and who ever came: somebody new says who they are.
    Newcomer { email: String, tenant: Tenant },
    /// Somebody of this name is asked, and is here: they say yes.
    Ready { account: String, tenant: Tenant },
    /// They exist, and are not signed in here, or somebody else is.
    SignInFirst { tenant: Tenant },
}

/// What somebody new says of themselves.
pub struct Newcomer<'a> {
    pub given_name: &'a str,
    pub family_name: &'a str,
    pub password: Secret,
}

/// Why nobody came in.
#[derive(Debug, thiserror::Error)]
pub enum NotJoined {
    /// Used, too old, taken back, or never was.
    #[error("this link leads nowhere")]
    LinkGone,
    #[error("no given name")]
    NoGivenName,
    #[error("no family name")]
    NoFamilyName,
    #[error(transparent)]
    Password(#[from] TooWeak),
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Stop(#[from] Stop),
}

impl From<StoreError> for NotJoined {
    fn from(fault: StoreError) -> Self {
        Self::Stop(Stop::Store(fault))
    }
}

impl Blame for NotJoined {
    fn is_ours(&self) -> bool {
        match self {
            Self::LinkGone | Self::NoGivenName | Self::NoFamilyName | Self::Password(_) => false,
            Self::Busy(_) => true,
            Self::Stop(stop) => stop.is_ours(),
        }
    }
}

/// The two links that let somebody in; no other kind gets near the functions below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// An admin's mailed invitation.
    Invited,
    /// The link that `init` printed.
    FirstAdmin,
}

impl Way {
    fn link(self) -> LinkKind {
        match self {
            Self::Invited => LinkKind::Invitation,
            Self::FirstAdmin => LinkKind::FirstAdmin,
        }
    }
}

/// What a live link is about.
struct Asked {
    person: PersonId,
    row: PersonRow,
    tenant: Tenant,
    membership: Membership,
    memberships: Vec<Membership>,
    /// The address the link was sent to; none for the first admin's.
    email: Option<String>,
}

impl Asked {
    fn lives_elsewhere(&self) -> bool {
        self.memberships.iter().any(|m| m.state == MembershipState::Live)
    }

    /// Nothing stands behind the row but a typed address.
    fn is_a_shell(&self) -> bool {
        self.row.password_hash.is_none() && self.row.signed_in_at.is_none() && !self.lives_elsewhere()
    }

    /// RULES 1: an address that was never proved, of somebody who never came.
    fn is_unproved(&self) -> bool {
        self.row.email_verified_at.is_none() && self.row.signed_in_at.is_none()
    }

    fn is_newcomer(&self) -> bool {
        self.is_a_shell() || self.is_unproved()
    }
}

/// Looks, and spends nothing: mail scanners follow links.
pub async fn look(desk: &Desk, token: &Secret, caller: Option<&Caller>) -> Result<Invitation, NotJoined> {
    let mut unit = desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*desk.clock).await?;
    let asked = asked(tx, Way::Invited, token, now).await?;
    unit.commit().await?;
    let is_here = caller.is_some_and(|caller| caller.person == asked.person);
    let account = asked.row.email.clone().unwrap_or_default();
    let (tenant, newcomer) = (asked.tenant.clone(), asked.is_newcomer());
    Ok(if newcomer && !is_here {
        Invitation::Newcomer { email: account, tenant }
    } else if is_here || !asked.lives_elsewhere() {
        Invitation::Ready { account, tenant }
    } else {
        Invitation::SignInFirst { tenant }
    })
}

/// As [`look`], of the link that `init` printed: the address and the house of the first admin.
pub async fn look_at_setup(desk: &Desk, token: &Secret) -> Result<(String, Tenant), NotJoined> {
    let mut unit = desk.store.look().await?;
    let tx = unit.tx();
    let now = tx.now(&*desk.clock).await?;
    let asked = asked(tx, Way::FirstAdmin, token, now).await?;
    unit.commit().await?;
    Ok((asked.row.email.unwrap_or_default(), asked.tenant))
}

async fn asked(tx: &mut Tx, way: Way, token: &Secret, now: Instant) -> Result<Asked, NotJoined> {
    let link = tx.link(way.link(), token).await?.filter(|link| link.state(now) == LinkState::Live);
    read(tx, way, &link.ok_or(NotJoined::LinkGone)?).await
}

async fn read(tx: &mut Tx, way: Way, link: &OneTimeRow) -> Result<Asked, NotJoined> {
    let person = link.person()?;
    let tenant = link.tenant()?.ok_or(NotJoined::LinkGone)?;
    let (Some(row), Some(tenant)) = (tx.person(&person).await?, tx.tenant(&tenant).await?) else {
        return Err(NotJoined::LinkGone);
    };
    let memberships = tx.memberships(&person).await?;
    let wanted = match way {
        Way::Invited => MembershipState::Invited,
        Way::FirstAdmin => MembershipState::Live,
    };
    let membership = memberships.iter().find(|m| m.tenant == tenant.id && m.state == wanted).cloned();
    let email = match way {
        Way::Invited => Some(link.detail::<Detail>()?.email),
        Way::FirstAdmin => None,
    };
    let moved = email.as_ref().is_some_and(|email| row.email.as_ref() != Some(email));
    let in_service = row.standing()? == Standing::Active && tenant.standing == Standing::Active;
    match membership {
        Some(membership) if in_service && !moved => Ok(Asked { person, row, tenant, membership, memberships, email }),
        Some(_) | None => Err(NotJoined::LinkGone),
    }
}

/// A person who exists says yes, in a full session of their own. Who belongs nowhere any more cannot have one; for them
/// the mailed link is enough, and signing in comes after.
pub async fn accept(desk: &Desk, token: &Secret, caller: Option<&Caller>) -> Result<(), NotJoined> {
    let locks = locks(desk, Way::Invited, token).await?;
    let mut unit = desk.store.begin().await?;
    let answer = accept_in(desk, unit.tx(), &locks, token, caller).await;
    unit.settle(answer).await
}

async fn locks(desk: &Desk, way: Way, token: &Secret) -> Result<Vec<Lock>, NotJoined> {
    let mut unit = desk.store.look().await?;
    let link = unit.tx().link(way.link(), token).await?;
    unit.commit().await?;
    let tenant = link.ok_or(NotJoined::LinkGone)?.tenant()?;
    Ok(tenant.map(Lock::Tenant).into_iter().collect())
}

async fn accept_in(
    desk: &Desk,
    tx: &mut Tx,
    locks: &[Lock],
    token: &Secret,
    caller: Option<&Caller>,
) -> Result<(), NotJoined> {
    tx.alone(locks).await?;
    let now = tx.now(&*desk.clock).await?;
    let asked = asked(tx, Way::Invited, token, now).await?;
    if asked.lives_elsewhere() {
        let mine = caller.filter(|caller| caller.person == asked.person).ok_or_else(|| signed_out(&asked))?;
        account(tx, mine, Fresh::No, now).await?;
    } else if asked.is_newcomer() {
        // They have no name and no password yet: the other form is theirs.
        return Err(NotJoined::LinkGone);
    }
    spend(tx, Way::Invited, token, now).await?;
    tx.set_email_verified(&asked.person, now).await?;
    admit(desk, tx, &asked.person, asked.membership, now).await
}

fn signed_out(_: &Asked) -> Stop {
    Stop::Step(ostiary_gate::gate::Step::SignIn, vec![])
}

async fn spend(tx: &mut Tx, way: Way, token: &Secret, now: Instant) -> Result<OneTimeRow, NotJoined> {
    // Of two at once one comes in.
    tx.spend_link(way.link(), token, now).await?.ok_or(NotJoined::LinkGone)
}

async fn admit(
    desk: &Desk,
    tx: &mut Tx,
    person: &PersonId,
    membership: Membership,
    now: Instant,
) -> Result<(), NotJoined> {
    let tenant = membership.tenant.clone();
    let live = Membership { state: MembershipState::Live, accepted_at: Some(now), ..membership };
    tx.put_membership(person, &live).await?;
    let entry = Entry {
        tenant: Some(tenant),
        actor: Actor::Person(person.clone()),
        event: Event::MembershipAccepted,
        person: Some(person.clone()),
        client: None,
        detail: String::new(),
    };
    Ok(tx.log(&entry, None, now, &*desk.dice).await?)
}

/// Somebody new comes in by a mailed invitation. The visit that comes back has shown the password just chosen, and the
/// link stands in it for the mailed code (RULES 6).
pub async fn join(desk: &Desk, token: &Secret, new: Newcomer<'_>, browser: &Browser) -> Result<VisitId, NotJoined> {
    come_in(desk, Way::Invited, token, new, browser).await
}

/// The first admin comes in by the link that `init` printed; it stands for the set-up code.
pub async fn set_up(desk: &Desk, token: &Secret, new: Newcomer<'_>, browser: &Browser) -> Result<VisitId, NotJoined> {
    come_in(desk, Way::FirstAdmin, token, new, browser).await
}

/// What was chosen, hashed and checked before anything is locked.
struct Chosen<'a> {
    given_name: &'a str,
    family_name: &'a str,
    phc: String,
    verified: Verified,
}

async fn come_in(
    desk: &Desk,
    way: Way,
    token: &Secret,
    new: Newcomer<'_>,
    browser: &Browser,
) -> Result<VisitId, NotJoined> {
    let mut unit = desk.store.look().await?;
    let now = unit.tx().now(&*desk.clock).await?;
    let asked = asked(unit.tx(), way, token, now).await?;
    unit.commit().await?;
    let (given_name, family_name) = (one_line(new.given_name), one_line(new.family_name));
    if given_name.is_empty() {
        return Err(NotJoined::NoGivenName);
    }
    if family_name.is_empty() {
        return Err(NotJoined::NoFamilyName);
    }
    let email = asked.row.email.clone().unwrap_or_default();
    judge_new(&new.password, &[&email, &given_name, &family_name, &asked.tenant.name])?;
    let phc = desk.hashing.hash(new.password.clone()).await?;
    let verified = desk.hashing.check(Some(phc.clone()), new.password, now).await?;
    let verified = verified.ok_or_else(|| StoreError::unreadable("password", "its own hash does not fit"))?;
    let chosen = Chosen { given_name: &given_name, family_name: &family_name, phc, verified };
    let mut unit = desk.store.begin().await?;
    let answer = come_in_with(desk, unit.tx(), (way, token), chosen, browser).await;
    unit.settle(answer).await
}

async fn come_in_with(
    desk: &Desk,
    tx: &mut Tx,
    (way, token): (Way, &Secret),
    chosen: Chosen<'_>,
    browser: &Browser,
) -> Result<VisitId, NotJoined> {
    let tenant = tx.link(way.link(), token).await?.ok_or(NotJoined::LinkGone)?.tenant()?.ok_or(NotJoined::LinkGone)?;
    tx.alone(&[Lock::Tenant(tenant.clone())]).await?;
    let now = tx.now(&*desk.clock).await?;
    let asked = asked(tx, way, token, now).await?;
    if way == Way::Invited && !asked.is_newcomer() || asked.row.password_hash.is_some() && way == Way::FirstAdmin {
        return Err(NotJoined::LinkGone);
    }
    spend(tx, way, token, now).await?;
    let person = if asked.is_a_shell() || way == Way::FirstAdmin {
        tx.set_names(&asked.person, chosen.given_name, chosen.family_name, &asked.row.claims()?, now).await?;
        asked.person.clone()
    } else {
        replace(desk, tx, &asked, &chosen, now).await?
    };
    tx.set_password(&person, &chosen.phc, now).await?;
    if asked.email.is_some() {
        tx.set_email_verified(&person, now).await?;
    }
    admit(desk, tx, &person, asked.membership, now).await?;
    let progress = match way {
        Way::FirstAdmin => Progress { set_up_for: vec![tenant], ..Progress::default() },
        Way::Invited => Progress { binding_allowed: Some(now), ..Progress::default() },
    };
    open_visit(desk, tx, (&person, browser), &progress, chosen.verified, now).await
}

/// RULES 1: replaced by a new one, not joined. Whoever made the old one keeps everything but the address, and the
/// address was never theirs.
async fn replace(
    desk: &Desk,
    tx: &mut Tx,
    asked: &Asked,
    chosen: &Chosen<'_>,
    now: Instant,
) -> Result<PersonId, NotJoined> {
    let email = asked.row.email.as_deref().ok_or(NotJoined::LinkGone)?;
    tx.release_email(&asked.person, now).await?;
    tx.end_sessions(&asked.person, None, "address proved by somebody else", now).await?;
    tx.end_grants(Which::OfPerson(&asked.person), End::All, "address proved by somebody else", now).await?;
    tx.end_visits(&asked.person, None, "address proved by somebody else", now).await?;
    let gone = Membership { state: MembershipState::Ended, ..asked.membership.clone() };
    tx.put_membership(&asked.person, &gone).await?;
    let tail = dice::tail(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let id = PersonId::from_tail(&tail).map_err(|e| StoreError::unreadable("person id", e))?;
    let new = NewPerson {
        id: &id,
        email,
        email_verified: false,
        given_name: chosen.given_name,
        family_name: chosen.family_name,
        claims: &crate::store::Profile::new(),
        phone: None,
        phone_claim: false,
        password_hash: None,
    };
    tx.insert_person(&new, now).await?;
    Ok(id)
}

async fn open_visit(
    desk: &Desk,
    tx: &mut Tx,
    (person, browser): (&PersonId, &Browser),
    progress: &Progress,
    verified: Verified,
    now: Instant,
) -> Result<VisitId, NotJoined> {
    let tail = dice::tail(&*desk.dice).map_err(|e| StoreError::Crypto(e.to_string()))?;
    let id = VisitId::from_tail(&tail).map_err(|e| StoreError::unreadable("visit id", e))?;
    let new = NewVisit {
        id: &id,
        browser_hash: &browser.hash,
        client_id: None,
        person,
        session: None,
        tenant: None,
        began_at: now,
        expires_at: now.plus(LIFE),
    };
    let purpose = Purpose::OwnPage { path: "/account".to_owned(), clinic: None };
    tx.insert_visit(&new, &purpose, progress, Some(verified)).await?;
    Ok(id)
}

/// A name is one line, and no longer than a badge.
fn one_line(text: &str) -> String {
    let text = text.split(char::is_control).collect::<Vec<_>>().join(" ");
    text.trim().chars().take(100).collect()
}
