//! What every verb that works on a deployment begins with: settings, the log, an open store, a desk, a name.
use super::{
    Failure,
    config::{Settings, layers::Layers},
    desk::desk,
    logs, opening,
};
use crate::{acts::Desk, store::Kind};

/// A verb's place to work.
pub struct Work {
    pub desk: Desk,
    pub kind: Kind,
    pub settings: Settings,
}

/// Runs a verb on the deployment that the settings name. One that is not there yet is born `fresh`; none: it must be.
pub fn with<T>(
    layers: &Layers,
    fresh: Option<Kind>,
    verb: impl AsyncFnOnce(Work) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let settings = Settings::to_work(layers)?;
    // Verbs speak on standard output; the log is for what went wrong underneath.
    logs::begin(if settings.log == "info" { "warn" } else { &settings.log }, false);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let opened = opening::to_work(&settings, fresh).await?;
        let desk = desk(&settings, &opened);
        verb(Work { desk, kind: opened.kind, settings }).await
    })
}

/// Who is at the keyboard, for the log: the person behind `sudo`, where there is one.
pub fn operator() -> String {
    let user = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
    match std::env::var("SUDO_USER") {
        Ok(behind) if !behind.is_empty() && behind != user => format!("{behind} as {user}"),
        Ok(_) | Err(_) => user,
    }
}
