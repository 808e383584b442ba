//! Connections: accepted up to a limit, HTTP/1.1 and HTTP/2 (with prior knowledge) on one port, nobody may dawdle, and at
//! the end those under way are finished.
use super::Failure;
use axum::{Router, extract::ConnectInfo};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::{Semaphore, watch},
    time,
};
use tokio_rustls::TlsAcceptor;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::timeout::RequestBodyTimeoutLayer;

/// At once; whoever comes later waits in the kernel's line.
const MOST: usize = 4096;
/// From the connection, or the last answer on it, to the end of the next request's head.
const HEAD: Duration = Duration::from_secs(15);
/// Between two pieces of a body.
const BODY: Duration = Duration::from_secs(10);
const LARGEST_HEAD: u32 = 32 * 1024;

/// A handshake takes three round trips, however far away.
const HANDSHAKE: Duration = Duration::from_secs(10);

pub(super) struct Listener {
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    pub(super) async fn bind(at: SocketAddr, setting: &str) -> Result<Self, Failure> {
        let bound = TcpListener::bind(at).await;
        let socket = bound.map_err(|why| {
            let hint = if why.kind() == io::ErrorKind::AddrInUse { " (is another Ostiary running?)" } else { "" };
            Failure::refused(format!("`{setting}`: {at} cannot be listened to: {why}{hint}"))
        })?;
        Ok(Self { socket, tls: None })
    }

    /// Speaks TLS itself; otherwise a proxy does, or nobody in development.
    pub(super) fn with_tls(self, tls: Option<TlsAcceptor>) -> Self {
        Self { tls, ..self }
    }

    /// Until `stopped` says so; returns when the last connection is done.
    pub(super) async fn serve(self, pages: Router, mut stopped: watch::Receiver<bool>) {
        let (graceful, room) = (GracefulShutdown::new(), Arc::new(Semaphore::new(MOST)));
        let builder = Arc::new(builder());
        loop {
            let next = async {
                let place = room.clone().acquire_owned().await.map_err(io::Error::other)?;
                self.socket.accept().await.map(|(stream, peer)| (stream, peer, place))
            };
            let (stream, peer, place) = tokio::select! {
                () = told(&mut stopped) => break,
                accepted = next => match accepted {
                    Ok(accepted) => accepted,
                    Err(why) => {
                        // Out of file descriptors, mostly: others will be done soon.
                        tracing::warn!(%why, "a connection was not accepted");
                        time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
            };
            let (watcher, builder, pages) = (graceful.watcher(), builder.clone(), pages.clone());
            let tls = self.tls.clone();
            tokio::spawn(async move {
                let _place = place;
                let _ = stream.set_nodelay(true);
                let Some(tls) = tls else { return answer(&builder, stream, peer, pages, watcher).await };
                match time::timeout(HANDSHAKE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => answer(&builder, stream, peer, pages, watcher).await,
                    Ok(Err(why)) => tracing::debug!(%peer, %why, "no TLS came about"),
                    Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
                }
            });
        }
        drop(self.socket);
        graceful.shutdown().await;
    }
}

/// Also when whoever would say so is gone.
async fn told(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(LARGEST_HEAD as usize * 2);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(128)
        .max_header_list_size(LARGEST_HEAD)
        .keep_alive_interval(HEAD)
        .keep_alive_timeout(HEAD);
    builder
}

async fn answer(
    builder: &Builder<TokioExecutor>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    pages: Router,
    watcher: Watcher,
) {
    let pages = ServiceBuilder::new().layer(RequestBodyTimeoutLayer::new(BODY)).service(pages);
    let service = service_fn(move |mut request: Request<Incoming>| {
        // Who is at the other end of the wire; whether it is a proxy of ours, the room `http` judges.
        request.extensions_mut().insert(ConnectInfo(peer));
        pages.clone().oneshot(request)
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    if let Err(why) = watcher.watch(connection).await {
        tracing::debug!(%peer, why, "a connection ended early");
    }
}
