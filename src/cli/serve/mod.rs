//! `ostiary serve`: one process from its first line to its last answer. Owns start, readiness and the end; what is
//! answered is the room `http`'s.
mod connections;
mod keys;
mod tls;

use super::{
    Failure,
    config::{Mail, Mode, Settings, layers::Layers},
    desk::desk,
    logs, opening, say,
};
use crate::{
    acts::Desk,
    crypto::dice::SystemDice,
    http::{self, App, Edge},
    jobs,
    outgoing::mail::{Mailer, Way},
};
use connections::Listener;
use ostiary_gate::domain::secret::Secret;
use std::{sync::Arc, time::Duration};
use tokio::{signal, sync::watch};

/// How long answers under way may take once the process was told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How long a letter that is being sent may take then; another start goes on with what was not.
const LAST_LETTERS: Duration = Duration::from_secs(5);

pub fn serve(layers: &Layers, mode: Mode) -> Result<(), Failure> {
    let settings = Settings::to_serve(layers, mode)?;
    let ready = format!("ready {}", settings.issuer);
    with(settings, async move |_| {
        say(ready);
        told_to_stop().await
    })
}

/// Serves for as long as `meanwhile` takes, which begins once everything answers.
pub fn with(settings: Settings, meanwhile: impl AsyncFnOnce(Desk) -> Result<(), Failure>) -> Result<(), Failure> {
    logs::begin(&settings.log, settings.mode == Mode::Dev);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let answer = runtime.block_on(run(settings, meanwhile));
    // What still hashes or writes has been answered to nobody: it need not hold up the end.
    runtime.shutdown_timeout(Duration::from_secs(1));
    answer
}

async fn run(settings: Settings, meanwhile: impl AsyncFnOnce(Desk) -> Result<(), Failure>) -> Result<(), Failure> {
    // Before the database: whoever cannot listen should not migrate either.
    let main = Listener::bind(settings.listen, "listen").await?;
    let admin = Listener::bind(settings.admin_listen, "admin_listen").await?;
    let main = main.with_tls(settings.tls.as_ref().map(|(chain, key)| tls::acceptor(chain, key)).transpose()?);
    let mailer = Arc::new(mailer(&settings)?);
    if matches!(settings.mail, Mail::Nowhere) {
        tracing::warn!("no mail server is configured: invitations, codes and reset links wait until `smtp_url` is set");
    }
    let opened = opening::to_serve(&settings).await?;
    let desk = desk(&settings, &opened);
    keys::first(&desk).await?;
    let edge = Edge { proxies: settings.trusted_proxies.clone(), explains: settings.mode == Mode::Dev };
    let app = App::new(desk.clone(), edge);

    let (stop, stopped) = watch::channel(false);
    let main = tokio::spawn(main.serve(http::router(app.clone()), stopped.clone()));
    let admin = tokio::spawn(admin.serve(http::admin_router(app.clone()), stopped));
    tracing::info!(issuer = settings.issuer, listen = %settings.listen, "serving");
    let jobs = jobs::start(&desk, mailer, SystemDice::new());

    let answer = meanwhile(desk).await;
    tracing::info!("stopping: no new connections, answers under way are finished");
    app.drain();
    let _ = stop.send(true);
    let both = async { (main.await, admin.await) };
    if tokio::time::timeout(DRAIN, both).await.is_err() {
        tracing::warn!("some connections were cut off");
    }
    jobs.stop(LAST_LETTERS).await;
    answer
}

fn mailer(settings: &Settings) -> Result<Mailer, Failure> {
    let way = match &settings.mail {
        Mail::Directory(path) => Way::Directory(path.clone()),
        Mail::Smtp(url) => Way::Smtp { url: Secret::new(url.expose()), extra_ca: settings.extra_ca_file.clone() },
        Mail::Nowhere => Way::Nowhere,
    };
    Mailer::new(&way, settings.mail_from.as_deref(), &settings.issuer).map_err(|why| Failure::refused(why.to_string()))
}

/// SIGTERM or Ctrl-C.
pub async fn told_to_stop() -> Result<(), Failure> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        pressed = signal::ctrl_c() => Ok(pressed?),
        _ = terminate.recv() => Ok(()),
    }
}
