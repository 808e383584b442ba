//! One's own account: what a person sees of themselves, and the fresh code before an act.
use super::Route;

pub fn routes() -> Vec<Route> {
    vec![]
}
