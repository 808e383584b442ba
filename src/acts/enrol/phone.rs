//! The mobile number: contact data that the clinic calls before it resets somebody's sign-in, never a factor.
use super::{NotEnrolled, Place, Scene, begin, number::Number};
use crate::{
    acts::{Desk, session::Browser},
    store::{PhoneOrigin, Tx},
};
use ostiary_gate::domain::{audit::Event, ids::VisitId};

impl Scene {
    /// RULES 6: a number on file changes only with a second factor or a set-up code, and never in a recovery session. One
    /// that was typed a moment ago, on the way to a first binding, may still be corrected.
    pub fn may_change_phone(&self) -> bool {
        let unbound = self.progress.phone_typed && self.progress.bound.is_none();
        !self.in_recovery() && (self.shows_second_factor() || !self.progress.set_up_for.is_empty() || unbound)
    }

    /// The page may be opened: it is its turn, or somebody comes back to it before anything is bound.
    pub fn is_open_for_phone(&self) -> bool {
        match self.place() {
            Place::Phone => true,
            Place::App | Place::Link => self.wants_phone(),
            Place::ShowOwn | Place::SetUpCode | Place::MailCode | Place::Codes | Place::Elsewhere => false,
        }
    }

    fn needs_phone_page(&self) -> Result<(), NotEnrolled> {
        if self.is_open_for_phone() { Ok(()) } else { Err(NotEnrolled::Next(self.place())) }
    }
}

/// Puts a number on file, as it was typed. `country` is an ISO 3166 code.
pub async fn put(
    desk: &Desk,
    visit: &VisitId,
    browser: &Browser,
    country: &str,
    typed: &str,
) -> Result<(), NotEnrolled> {
    let number = Number::read(country, typed)?;
    let (mut unit, mut scene) = begin(desk, visit, browser).await?;
    let answer = put_in(unit.tx(), desk, &mut scene, &number).await;
    unit.settle(answer).await
}

async fn put_in(tx: &mut Tx, desk: &Desk, scene: &mut Scene, number: &Number) -> Result<(), NotEnrolled> {
    scene.needs_phone_page()?;
    let before = scene.file.phone.clone();
    if before.as_deref() != Some(number.as_str()) {
        if before.is_some() && !scene.may_change_phone() {
            return Err(NotEnrolled::NumberStays);
        }
        let origin = if scene.shows_second_factor() { PhoneOrigin::Person } else { PhoneOrigin::SetUp };
        tx.set_phone(scene.person_id(), number.as_str(), &origin, scene.now).await?;
        scene.progress.phone_typed = true;
        scene.log(tx, desk, Event::PhoneChanged, "").await?;
    }
    scene.progress.phone_settled = true;
    scene.save(tx).await?;
    Ok(())
}

/// "Is this still your number?" Yes.
pub async fn keep(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<(), NotEnrolled> {
    let (mut unit, mut scene) = begin(desk, visit, browser).await?;
    let answer = keep_in(unit.tx(), &mut scene).await;
    unit.settle(answer).await
}

async fn keep_in(tx: &mut Tx, scene: &mut Scene) -> Result<(), NotEnrolled> {
    scene.needs_phone_page()?;
    if scene.file.phone.is_none() {
        return Err(NotEnrolled::Next(Place::Phone));
    }
    scene.progress.phone_settled = true;
    scene.save(tx).await?;
    Ok(())
}
