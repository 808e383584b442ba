//! The table, in chapters. A line is a sentence that a practice manager understands, the scene it speaks of, and what
//! comes out.
#![allow(clippy::too_many_lines, reason = "a chapter is as long as its rules are many")]
use super::world::scene::Scene;
use ostiary_gate::gate::{Outcome, Refusal, Step};

pub mod ages;
pub mod apps;
pub mod asking;
pub mod clinics;
pub mod later;
pub mod signing_in;

#[derive(Clone)]
pub struct Line {
    pub sentence: &'static str,
    pub scene: Scene,
    pub expected: Outcome,
}

pub const IN: Outcome = Outcome::Clear;

/// The page that they see next.
pub fn page(step: Step) -> Outcome {
    Outcome::Step(step)
}

pub fn no(refusal: Refusal) -> Outcome {
    Outcome::Refused(refusal)
}

macro_rules! table {
    ($($sentence:literal => $scene:expr => $expected:expr;)+) => {
        vec![$($crate::table::Line { sentence: $sentence, scene: $scene, expected: $expected }),+]
    };
}
pub(crate) use table;
