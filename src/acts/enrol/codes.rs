//! Backup codes: made when their page is first opened, shown by the visit that made them until they are saved, never
//! again after that. Kept as keyed hashes; what the visit shows is sealed.
use super::{NotEnrolled, Place, Scene, begin};
use crate::{
    acts::{Desk, session::Browser},
    crypto::seal::Place as Sealed,
    factors::recovery::{self, RecoveryCode},
    store::{StoreError, Tx},
};
use ostiary_gate::domain::{audit::Event, ids::VisitId, secret::Secret, time::Instant};
use zeroize::Zeroizing;

/// What the page and the file show.
pub struct Shown {
    pub scene: Scene,
    /// In groups of five.
    pub codes: Vec<Secret>,
    pub made_at: Instant,
    /// "Show me these next time I sign in": once.
    pub may_wait: bool,
}

/// Shows the codes: those this visit has made, or ten new ones.
pub async fn show(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<Shown, NotEnrolled> {
    let (mut unit, scene) = begin(desk, visit, browser).await?;
    let answer = show_in(unit.tx(), desk, scene).await;
    unit.settle(answer).await
}

async fn show_in(tx: &mut Tx, desk: &Desk, mut scene: Scene) -> Result<Shown, NotEnrolled> {
    needs_codes(&scene)?;
    let (made_at, codes) = match &scene.progress.codes {
        Some(sealed) => open(desk, &scene, sealed)?,
        None => make(tx, desk, &mut scene).await?,
    };
    let may_wait = !scene.file.codes_waited && !scene.in_recovery();
    Ok(Shown { codes: codes.iter().map(RecoveryCode::shown).collect(), made_at, may_wait, scene })
}

/// The same codes as a file. Makes none: the page was there first.
pub async fn download(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<Shown, NotEnrolled> {
    let scene = super::look(desk, visit, browser).await?;
    needs_codes(&scene)?;
    let Some(sealed) = &scene.progress.codes else { return Err(NotEnrolled::Next(Place::Codes)) };
    let (made_at, codes) = open(desk, &scene, sealed)?;
    Ok(Shown { codes: codes.iter().map(RecoveryCode::shown).collect(), made_at, may_wait: false, scene })
}

/// "I have saved my backup codes."
pub async fn saved(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<(), NotEnrolled> {
    let (mut unit, mut scene) = begin(desk, visit, browser).await?;
    let answer = saved_in(unit.tx(), desk, &mut scene).await;
    unit.settle(answer).await
}

async fn saved_in(tx: &mut Tx, desk: &Desk, scene: &mut Scene) -> Result<(), NotEnrolled> {
    needs_shown_codes(scene)?;
    tx.set_codes_saved(scene.person_id(), scene.now).await?;
    scene.progress.codes = None;
    scene.save(tx).await?;
    Ok(scene.log(tx, desk, Event::BackupCodesSaved, "").await?)
}

/// "Patient waiting? Show me these next time I sign in." Who has waited before is shown the page again.
pub async fn later(desk: &Desk, visit: &VisitId, browser: &Browser) -> Result<(), NotEnrolled> {
    let (mut unit, mut scene) = begin(desk, visit, browser).await?;
    let answer = later_in(unit.tx(), &mut scene).await;
    unit.settle(answer).await
}

async fn later_in(tx: &mut Tx, scene: &mut Scene) -> Result<(), NotEnrolled> {
    needs_shown_codes(scene)?;
    if scene.in_recovery() || !tx.defer_codes(scene.person_id(), scene.now).await? {
        return Err(NotEnrolled::Next(Place::Codes));
    }
    // What was shown and not kept must open nothing: the next time makes new ones.
    tx.void_recovery_codes(scene.person_id(), scene.now).await?;
    scene.progress.codes = None;
    scene.progress.later = true;
    Ok(scene.save(tx).await?)
}

fn needs_codes(scene: &Scene) -> Result<(), NotEnrolled> {
    match scene.place() {
        Place::Codes => Ok(()),
        next @ (Place::ShowOwn
        | Place::SetUpCode
        | Place::MailCode
        | Place::Phone
        | Place::App
        | Place::Link
        | Place::Elsewhere) => Err(NotEnrolled::Next(next)),
    }
}

/// Nobody has saved what they were not shown.
fn needs_shown_codes(scene: &Scene) -> Result<(), NotEnrolled> {
    needs_codes(scene)?;
    if scene.progress.codes.is_some() { Ok(()) } else { Err(NotEnrolled::Next(Place::Codes)) }
}

async fn make(tx: &mut Tx, desk: &Desk, scene: &mut Scene) -> Result<(Instant, Vec<RecoveryCode>), NotEnrolled> {
    let codes = recovery::make(&*desk.dice)?;
    let normal: Vec<String> = codes.iter().map(|code| code.normal().to_owned()).collect();
    tx.put_recovery_codes(scene.person_id(), &normal, scene.now).await?;
    let plain = Zeroizing::new(format!("{} {}", scene.now.0, normal.join(" ")));
    let sealed = desk.store.root().seal(&place(scene), plain.as_bytes())?;
    scene.progress.codes = Some(sealed);
    scene.save(tx).await?;
    scene.log(tx, desk, Event::BackupCodesMade, "").await?;
    Ok((scene.now, codes))
}

fn open(desk: &Desk, scene: &Scene, sealed: &str) -> Result<(Instant, Vec<RecoveryCode>), StoreError> {
    let broken = || StoreError::unreadable("backup codes", "the seal or what is in it");
    let plain = desk.store.root().open(&place(scene), sealed).map_err(|_| broken())?;
    let text = std::str::from_utf8(&plain).map_err(|_| broken())?;
    let mut words = text.split(' ');
    let made_at = words.next().and_then(|at| at.parse().ok()).map(Instant).ok_or_else(broken)?;
    let codes = words.map(RecoveryCode::read).collect::<Result<Vec<_>, _>>().map_err(|_| broken())?;
    Ok((made_at, codes))
}

fn place(scene: &Scene) -> Sealed<'_> {
    let (row, owner) = (scene.id.as_str(), scene.person_id().as_str());
    Sealed { table: "visits", column: "progress", row, owner, epoch: 1 }
}
