//! The command line's front door. Until the room `cli` stands, it says so rather than pretending.
use std::process::ExitCode;

fn main() -> ExitCode {
    eprintln!(
        "ostiary cannot serve yet: this edition holds the gate, the store and the pages (see README.md, docs/progress.md)"
    );
    ExitCode::from(2)
}
