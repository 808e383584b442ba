//! The command line's front door.
use std::process::ExitCode;

fn main() -> ExitCode {
    ostiary::cli::main(|| {
        eprintln!("ostiary: the demo is not built into this edition yet");
        ExitCode::from(1)
    })
}
