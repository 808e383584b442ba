//! The log: JSON lines on standard error, or lines for people where people look. What is logged never holds a secret;
//! this file only says how it looks.
use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, fmt};

/// `for_people`: `--dev`. A terminal counts as people too.
pub fn begin(filter: &str, for_people: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let is_terminal = std::io::stderr().is_terminal();
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second begin (a test, the demo) keeps the first.
    let _ = if for_people || is_terminal {
        log.with_ansi(is_terminal).with_target(false).try_init()
    } else {
        log.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    };
}
