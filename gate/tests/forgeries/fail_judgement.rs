//! Taking the judgement of a preview or a what-if for a yes.
use ostiary_gate::gate::{Judgement, Verdict};

fn forge(preview: Judgement) -> Verdict<'static> {
    Verdict::Cleared(preview.into())
}

fn main() {}
