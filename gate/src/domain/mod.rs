//! What is true. Owns the words of the trade and their invariants; never waits, rolls dice, reads a clock or speaks a wire.
pub mod amr;
pub mod audit;
pub mod client;
pub mod grant;
pub mod ids;
pub mod person;
pub mod scope;
pub mod secret;
pub mod tenant;
pub mod time;

/// Whose fault an answer is. A refusal stands and is committed; only our own fault is undone.
pub trait Blame {
    fn is_ours(&self) -> bool;
}
