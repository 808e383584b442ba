//! The sign-in pages.
pub mod onward;

use super::Route;

pub fn routes() -> Vec<Route> {
    vec![]
}
