//! What a person sees and does about themselves: their sessions, apps, password, codes, and the fresh code that most of it
//! asks for (JOURNEYS A11, RULES 1 and 5).
mod confirm;

pub use confirm::{ConfirmError, confirm};
