//! The sign-in pages.
use super::Route;

pub fn routes() -> Vec<Route> {
    vec![]
}
