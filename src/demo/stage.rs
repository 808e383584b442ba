//! The demo's directory, which is gone with it, and its three sites.
use super::{
    Ports,
    cast::{Member, Secrets},
    clinic::{self, Clinic},
    ledgerly::{self, Ledgerly},
    rp::{Registration, RelyingParty, World, wire::Http},
    viewer::{self, Viewer},
    web::Site,
};
use crate::{
    acts::Desk,
    cli::failure::Failure,
    crypto::dice::{self, Dice},
};
use axum::Router;
use std::{
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

/// How long answers under way may take at the end.
const DRAIN: Duration = Duration::from_secs(2);

/// Ours alone to read; removed when dropped.
pub struct Directory(PathBuf);

impl Directory {
    pub fn make(dice: &dyn Dice) -> Result<Self, Failure> {
        let name = dice::tail(dice).map_err(|fault| Failure::refused(fault.to_string()))?;
        let path = std::env::temp_dir().join(format!("ostiary-demo.{name}"));
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|why| Failure::refused(format!("{}: {why}", path.display())))?;
        let directory = Self(path);
        for inside in [directory.keys(), directory.mails()] {
            fs::create_dir(inside)?;
        }
        Ok(directory)
    }

    pub fn database(&self) -> PathBuf {
        self.0.join("ostiary.db")
    }

    pub fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    pub fn mails(&self) -> PathBuf {
        self.0.join("mails")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let path: &Path = &self.0;
        if let Err(why) = fs::remove_dir_all(path) {
            tracing::warn!(path = %path.display(), %why, "the demo's directory is still there");
        }
    }
}

/// The clinic app, Ledgerly and the viewer, answering.
pub struct Sites {
    stop: watch::Sender<bool>,
    tasks: JoinSet<io::Result<()>>,
}

impl Sites {
    pub async fn open(
        desk: &Desk,
        ports: &Ports,
        secrets: Secrets,
        people: Vec<Member>,
        mails: PathBuf,
    ) -> Result<Self, Failure> {
        let http = Http::new().map_err(|fault| Failure::refused(fault.to_string()))?;
        let world = World { clock: Arc::clone(&desk.clock), dice: Arc::clone(&desk.dice) };
        let site = |cookie, base: String| Site { cookie, base, issuer: ports.issuer(), clock: Arc::clone(&desk.clock) };
        let registered = |client_id: &str, client_secret: String, base: String, posts_secret| {
            let registration = Registration { client_id: client_id.to_owned(), client_secret, posts_secret, base };
            RelyingParty::new(registration, &ports.issuer(), world.clone(), http.clone())
        };

        let rp = registered(clinic::CLIENT_ID, secrets.clinic, ports.clinic(), false);
        let api = registered(clinic::API_CLIENT_ID, secrets.api, ports.clinic(), false);
        let clinic = Clinic::new(site("bluegum", ports.clinic()), rp, api, ports.viewer());
        let rp = registered(ledgerly::CLIENT_ID, secrets.ledgerly, ports.ledgerly(), true);
        let treatments = format!("{}/api/treatments", ports.clinic());
        let ledgerly = Ledgerly::new(site("ledgerly", ports.ledgerly()), rp, treatments, ports.viewer());
        let apps = [ports.clinic(), ports.ledgerly()];
        let viewer = Viewer::new(site("viewer", ports.viewer()), world.clone(), people, mails, apps);

        let (stop, _) = watch::channel(false);
        let mut sites = Self { stop, tasks: JoinSet::new() };
        sites.listen(ports.clinic, clinic::router(&clinic)).await?;
        sites.listen(ports.ledgerly, ledgerly::router(&ledgerly)).await?;
        sites.listen(ports.viewer, viewer::router(&viewer)).await?;
        Ok(sites)
    }

    async fn listen(&mut self, port: u16, router: Router) -> Result<(), Failure> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await;
        let listener =
            listener.map_err(|why| Failure::refused(format!("port {port}: {why}; give another with --port")))?;
        let mut stopped = self.stop.subscribe();
        let stopping = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        self.tasks.spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stopping).await });
        Ok(())
    }

    pub async fn close(mut self) {
        let _ = self.stop.send(true);
        let _ = tokio::time::timeout(DRAIN, async { while self.tasks.join_next().await.is_some() {} }).await;
    }
}
