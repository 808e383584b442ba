//! The two sample relying parties and the throw-away deployment around them.
mod cast;
pub mod clinic;
pub mod ledgerly;
pub mod rp;
pub mod viewer;
pub mod web;

/// Where each part listens, on 127.0.0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    pub issuer: u16,
    pub clinic: u16,
    pub ledgerly: u16,
    pub viewer: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Self { issuer: 9400, clinic: 9401, ledgerly: 9402, viewer: 9403 }
    }
}

impl Ports {
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
