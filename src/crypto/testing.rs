//! For the tests of this crate: a root key that everybody can read.
use super::root::RootKey;
use std::sync::LazyLock;

static PUBLIC: LazyLock<Option<RootKey>> = LazyLock::new(|| RootKey::from_bytes(&[7; 32]).ok());

/// The same root key at each call, so that sealed fixtures stay readable. Absent from production code.
#[allow(clippy::expect_used, clippy::missing_panics_doc)]
pub fn root_key() -> &'static RootKey {
    PUBLIC.as_ref().expect("a fixed key derives")
}
