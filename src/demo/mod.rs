//! `ostiary demo`: the real server on a throw-away database, the two sample relying parties and what a visitor needs, in
//! one process. Owns how they are put together; the server is started as `serve --dev` starts it and its people come by
//! the code of `apply`.
mod cast;
pub mod clinic;
pub mod ledgerly;
pub mod rp;
mod run;
mod stage;
#[cfg(test)]
mod tests;
pub mod viewer;
pub mod web;

pub use run::main;

/// Where each part listens, on 127.0.0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    pub issuer: u16,
    pub clinic: u16,
    pub ledgerly: u16,
    pub viewer: u16,
    /// The server's second listener.
    pub admin: u16,
}

impl Ports {
    /// Ten in a row, of which five are used.
    pub fn from(first: u16) -> Option<Self> {
        let at = |n: u16| first.checked_add(n);
        Some(Self { issuer: first, clinic: at(1)?, ledgerly: at(2)?, viewer: at(3)?, admin: at(9)? })
    }

    /// Another host than the apps', so that cookies stay apart.
    pub fn issuer(&self) -> String {
        format!("http://localhost:{}", self.issuer)
    }

    pub fn clinic(&self) -> String {
        format!("http://127.0.0.1:{}", self.clinic)
    }

    pub fn ledgerly(&self) -> String {
        format!("http://127.0.0.1:{}", self.ledgerly)
    }

    pub fn viewer(&self) -> String {
        format!("http://127.0.0.1:{}", self.viewer)
    }
}
