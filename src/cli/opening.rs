//! From settings to an open store: which root key, which kind, which clock. Makes a root key once in a deployment's life,
//! when nothing was ever written; never a new one beside sealed rows (RULES 7).
use super::{
    Failure,
    clock::{SystemClock, TestClock},
    config::{Mode, Settings},
};
use crate::{
    crypto::{
        dice::SystemDice,
        root::{NoRootKey, RootKey},
    },
    store::{self, Address, Clock, Deployment, Kind, Opening, Store},
};
use std::{path::Path, sync::Arc};

/// An open deployment and what it was opened with.
pub struct Opened {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub kind: Kind,
}

/// Connections to PostgreSQL of a process that serves, and of one that does a single thing.
const SERVING: u32 = 16;
const WORKING: u32 = 2;

/// For `serve`: the database is of this mode's kind or becomes it.
pub async fn to_serve(settings: &Settings) -> Result<Opened, Failure> {
    let kind = match settings.mode {
        Mode::Live => Kind::Live,
        Mode::Dev => Kind::Dev,
    };
    let born = store::found(&settings.database).await?;
    if let Some(born) = &born
        && born.kind != kind
    {
        return Err(Failure::refused(match born.kind {
            Kind::Dev => "this database was made by `serve --dev` and is not for production: give a new database",
            Kind::Live => "this is a production database: --dev refuses to touch it; give a new database",
        }));
    }
    open(settings, kind, born.as_ref(), SERVING).await
}

/// For verbs: the deployment is what it was born as. One that was never born is born `fresh`, or else must be there.
pub async fn to_work(settings: &Settings, fresh: Option<Kind>) -> Result<Opened, Failure> {
    let born = store::found(&settings.database).await?;
    let Some(kind) = born.as_ref().map(|born| born.kind).or(fresh) else {
        return Err(Failure::refused(
            "there is no deployment yet: `ostiary init` makes one, `ostiary serve` starts it",
        ));
    };
    if kind == Kind::Live && settings.test_clock.is_some() {
        return Err(Failure::refused("`test_clock` is for --dev only, and this is a production database"));
    }
    if kind == Kind::Live && settings.plain_http {
        return Err(Failure::refused("`issuer`: http is for --dev on localhost only; give the https address"));
    }
    open(settings, kind, born.as_ref(), WORKING).await
}

async fn open(settings: &Settings, kind: Kind, born: Option<&Deployment>, most: u32) -> Result<Opened, Failure> {
    let root = root_key(settings, born)?;
    let clock: Arc<dyn Clock> = match &settings.test_clock {
        Some(file) => Arc::new(TestClock(file.clone())),
        None => Arc::new(SystemClock),
    };
    if let Address::Sqlite(path) = &settings.database {
        private_file(path).map_err(|why| Failure::refused(format!("{}: {why}", path.display())))?;
    }
    let (address, issuer) = (settings.database.clone(), settings.issuer.clone());
    let store = Store::open(Opening { address, root, kind, issuer, connections: most }, &*clock).await?;
    Ok(Opened { store, clock, kind })
}

/// A new database is nobody else's to read; what SQLite puts beside it is made alike.
fn private_file(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(why) if why.kind() != std::io::ErrorKind::AlreadyExists => Err(why),
        _ => Ok(()),
    }
}

fn root_key(settings: &Settings, born: Option<&Deployment>) -> Result<RootKey, Failure> {
    let directory = &settings.keys_dir;
    let made = match RootKey::load(directory) {
        Err(NoRootKey::Missing(_)) if born.is_none() => RootKey::make(directory, &SystemDice::new()),
        loaded => loaded,
    };
    match made {
        // Another process of the same first start was quicker.
        Err(NoRootKey::AlreadyThere(_)) => Ok(RootKey::load(directory)?),
        Err(NoRootKey::Missing(path)) => Err(Failure::refused(format!(
            "there is no root key at {}, and this database holds what was sealed under one: put it back from its backup. \
             A new key could not open any authenticator, so none is made",
            path.display()
        ))),
        other => Ok(other?),
    }
}
