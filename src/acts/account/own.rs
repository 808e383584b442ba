//! A person's own account, read for its page.
use crate::{
    acts::{guard::Caller, letters::browser_name, standing},
    store::{Known, LogRow, PersonRow, StoreError, Tx},
};
use ostiary_gate::domain::{
    person::{Membership, MembershipState, Person},
    tenant::Tenant,
    time::{Instant, Span},
};

/// As many lines of recent activity.
const LINES: i64 = 10;

pub struct Own {
    pub row: PersonRow,
    pub person: Person,
    /// Where they belong.
    pub clinics: Vec<(Tenant, Membership)>,
    pub codes_left: i64,
    /// Live ones, the last used first.
    pub sessions: Vec<OwnSession>,
    pub activity: Vec<LogRow>,
    /// Grants that the gate refuses now.
    pub paused: usize,
}

/// A browser they are signed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    pub id: String,
    pub browser: String,
    pub apps: Vec<String>,
    pub seen_at: Instant,
    pub is_this_one: bool,
}

/// The caller was let in by the door.
pub async fn own(tx: &mut Tx, caller: &Caller, now: Instant) -> Result<Option<Own>, StoreError> {
    let Some(row) = tx.person(&caller.person).await? else { return Ok(None) };
    let Some(person) = tx.person_facts(&caller.person, Known::AsPicture).await? else { return Ok(None) };
    let mut clinics = Vec::new();
    for membership in person.memberships.iter().filter(|m| m.state == MembershipState::Live) {
        if let Some(tenant) = tx.tenant(&membership.tenant).await? {
            clinics.push((tenant, membership.clone()));
        }
    }
    let grants = tx.grants_of(&caller.person).await?;
    let mut paused = 0;
    for grant in &grants {
        paused += usize::from(standing::of_grant(tx, grant, now).await? == standing::Standing::Suspended);
    }
    let mut sessions = Vec::new();
    for session in tx.sessions_of(&caller.person).await? {
        let id = session.id()?;
        let mut apps = Vec::new();
        for grant in &grants {
            if grant.session()?.as_ref() == Some(&id) {
                apps.extend(tx.client(&grant.client()?).await?.map(|row| row.client()).transpose()?.map(|c| c.name));
            }
        }
        apps.sort();
        apps.dedup();
        sessions.push(OwnSession {
            is_this_one: id == caller.session,
            id: id.to_string(),
            browser: browser_name(&session.user_agent),
            apps,
            seen_at: session.facts()?.seen_at,
        });
    }
    let codes_left = tx.recovery_codes_left(&caller.person).await?;
    let activity = tx.log_of_person(&caller.person, now.plus(Span::seconds(1)), LINES).await?;
    Ok(Some(Own { row, person, clinics, codes_left, sessions, activity, paused }))
}
