//! `ostiary apply`: what should be, read, checked and done in one unit of work. Owns the language of state files and what
//! joining means: a file tightens, never loosens, unless it is told to and why.
mod doing;
mod export;
mod parse;
pub mod reading;
mod report;
mod state;

pub use doing::{NotApplied, Options, apply, country_of, span};
pub use export::export;
pub use parse::{email, read, time_zone};
pub use report::{Change, Kept, Report, Sign, Stops};
pub use state::State;

/// The slug of the operator's own tenant.
pub const OPERATOR_SLUG: &str = "operator";
