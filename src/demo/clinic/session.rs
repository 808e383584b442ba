//! Who is signed in to the clinic app, whether the provider still says so, and where a text goes that is saved.
use super::{
    Clinic,
    book::{NotWritten, Owner},
    lane::OPEN_FOR,
};
use crate::demo::{
    rp::{
        Away,
        answer::SignedIn,
        proof::SignIn,
        standing::{Standing, Suspended},
        wire::Refused,
    },
    web::browsers::Browser,
};
use ostiary_gate::domain::time::Instant;

#[derive(Clone)]
pub struct Session {
    pub signed_in: SignedIn,
    /// What the provider last said, and when.
    pub said: SignIn,
    pub checked_at: Instant,
    pub paused: Option<Paused>,
}

/// The provider wants more than this sign-in showed.
#[derive(Clone)]
pub struct Paused {
    pub since: Instant,
    pub suspended: Suspended,
}

/// What the provider says now of whoever is signed in.
pub enum Seen {
    Nobody,
    Good(Box<Session>),
    /// May write into the draft lane for a while, and read nothing.
    Paused(Box<Session>),
    Ended(Refused),
}

/// What became of a text.
pub enum Saved {
    InNote,
    /// In the draft lane.
    Kept,
    /// Nobody is signed in any more, or too long ago for the lane: the text is not ours to take.
    NotTaken(Refused),
    NotWritten(NotWritten),
    Full,
}

impl Session {
    pub fn new(signed_in: SignedIn, now: Instant) -> Self {
        Self { said: signed_in.sign_in.clone(), signed_in, checked_at: now, paused: None }
    }

    pub fn owner(&self) -> Owner {
        Owner { sub: self.signed_in.sign_in.sub.clone(), tenant_id: self.signed_in.tenant.id.clone() }
    }

    pub fn is_of(&self, other: &Self) -> bool {
        self.owner() == other.owner()
    }
}

impl Clinic {
    /// Asks the provider: at every click and every save.
    pub async fn look(&self, browser: &Browser<Session>) -> Result<Seen, Away> {
        let mut held = browser.session.lock().await;
        let Some(session) = held.as_mut() else { return Ok(Seen::Nobody) };
        let standing = self.rp.standing(&session.signed_in).await?;
        let now = self.rp.world.now()?;
        session.checked_at = now;
        match standing {
            Standing::Good(said, fresh) => {
                session.said = said;
                if let Some(tokens) = fresh {
                    session.signed_in.tokens = *tokens;
                }
                if session.paused.take().is_some() {
                    self.restore(&session.owner(), &session.signed_in.name);
                }
                Ok(Seen::Good(Box::new(session.clone())))
            }
            Standing::Suspended(suspended) => {
                let since = session.paused.as_ref().map_or(now, |paused| paused.since);
                session.paused = Some(Paused { since, suspended });
                Ok(Seen::Paused(Box::new(session.clone())))
            }
            Standing::Ended(refused) => {
                *held = None;
                Ok(Seen::Ended(refused))
            }
        }
    }

    /// Save first, then ask the person: into the note while the provider agrees, into the lane when it wants more.
    pub async fn save(&self, browser: &Browser<Session>, note: u16, text: &str) -> Result<Saved, Away> {
        let session = match self.look(browser).await? {
            Seen::Good(session) => session,
            Seen::Paused(session) => return Ok(self.keep(&session, note, text)),
            Seen::Nobody => return Ok(Saved::NotTaken(nobody("nobody is signed in"))),
            Seen::Ended(refused) => return Ok(Saved::NotTaken(refused)),
        };
        let written = self.book().write(&session.owner(), &session.signed_in.name, note, text, session.checked_at);
        Ok(written.map_or_else(Saved::NotWritten, |()| Saved::InNote))
    }

    fn keep(&self, session: &Session, note: u16, text: &str) -> Saved {
        let (owner, now) = (session.owner(), session.checked_at);
        let over = session.paused.as_ref().is_none_or(|paused| now.since(paused.since) > OPEN_FOR);
        if over {
            return Saved::NotTaken(nobody("the sign-in was refused more than 15 minutes ago"));
        }
        if let Err(fault) = self.book().may_write(&owner, note, text) {
            return Saved::NotWritten(fault);
        }
        self.lane().keep(&owner, note, text, now).map_or(Saved::Full, |()| Saved::Kept)
    }

    /// Puts the owner's drafts back where they were being written.
    pub fn restore(&self, owner: &Owner, name: &str) {
        let drafts = self.lane().restore(owner);
        let mut book = self.book();
        for draft in drafts {
            match book.write(owner, name, draft.note, &draft.text, draft.at) {
                Ok(()) => {
                    if let Some(note) = book.find(&owner.tenant_id, draft.note) {
                        note.restored_at = Some(draft.at);
                    }
                }
                Err(fault) => tracing::warn!(%fault, "a draft found its note taken"),
            }
        }
    }
}

fn nobody(why: &str) -> Refused {
    Refused { error: "invalid_grant".to_owned(), error_description: Some(why.to_owned()), error_uri: None, grant: None }
}
