//! The sign-in pages.
mod enrol;
pub mod onward;

use super::Route;

pub fn routes() -> Vec<Route> {
    enrol::routes()
}
