//! The edge: requests in, answers out. Extract, call, render; no rule of the house is decided here.
//!
//! Every address stands in [`routes`], one list. A page is made with [`Route::page`] or [`Route::form`]; a form cannot be
//! had without the check against forged requests, because nothing else hands out a [`Form`]. What other programs call is
//! made with [`Route::wire`] and reads no cookie.
pub mod account;
pub mod address;
mod ask;
mod confirm;
mod connect;
pub mod console;
pub mod cookies;
pub mod door;
pub mod failure;
mod files;
mod form;
mod guard;
mod headers;
mod health;
mod join;
mod locale;
pub mod oidc;
mod own;
#[cfg(test)]
mod own_tests;
mod reference;
mod route;
mod scene;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
mod visit;

pub use ask::Ask;
pub use failure::{Failure, Handled};
pub use form::{Body, Form, NoBody};
pub use route::{Kind, Route};
pub use scene::Scene;
pub use visit::{NoVisit, Stage, Visit};

use crate::acts::Desk;
use address::Proxies;
use oidc::discovery::Discovery;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What every request works with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub desk: Desk,
    edge: Arc<Edge>,
    draining: Arc<AtomicBool>,
    discovery: Arc<Discovery>,
}

/// How this process stands in the network.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    pub proxies: Proxies,
    /// `--dev`: broken requests are explained to their developers.
    pub explains: bool,
}

impl App {
    pub fn new(desk: Desk, edge: Edge) -> Self {
        let discovery = Arc::new(Discovery::new(&desk.settings.issuer));
        Self { desk, edge: Arc::new(edge), draining: Arc::default(), discovery }
    }

    /// From now on `/readyz` says no; what is under way goes on.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }
}

/// Every address of the main listener.
pub fn routes() -> Vec<Route> {
    let mut all = health::routes();
    all.extend(files::routes());
    all.extend(oidc::routes());
    all.extend(door::routes());
    all.extend(confirm::routes());
    all.extend(join::routes());
    all.extend(connect::routes());
    all.extend(account::routes());
    all.extend(console::routes());
    all
}

/// The whole of the main listener. Expects the peer's address as `axum::extract::ConnectInfo<SocketAddr>` among the
/// extensions of each request.
pub fn router(app: App) -> axum::Router {
    let mut router = axum::Router::new();
    for route in routes() {
        router = route.onto(router, &app);
    }
    let router = router.fallback(route::not_found).method_not_allowed_fallback(route::not_like_this);
    headers::around(router, &app).with_state(app)
}

/// The second listener, for the host only: whether this process works.
pub fn admin_router(app: App) -> axum::Router {
    let routes = health::routes().into_iter();
    routes.fold(axum::Router::new(), |router, route| route.onto(router, &app)).with_state(app)
}
