//! Where instants come from: the system's clock, or the file of `--dev`. The one place that reads the time.
use crate::store::{Clock, ClockError, Reading};
use jiff::{SignedDuration, Timestamp};
use ostiary_gate::domain::time::{Instant, Span};
use std::path::PathBuf;

/// This machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the clock is read")]
    pub fn now() -> Result<Instant, ClockError> {
        let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
        let micros = since.map_err(|e| ClockError(e.to_string()))?.as_micros();
        i64::try_from(micros).map(Instant).map_err(|e| ClockError(e.to_string()))
    }
}

impl Clock for SystemClock {
    fn read(&self) -> Result<Reading, ClockError> {
        Self::now().map(Reading::System)
    }
}

/// `OSTIARY_TEST_CLOCK`: a file that holds an RFC 3339 instant, which stands still, or an offset from the real time such
/// as `+90s` or `-1h 30m`. Read at each use, so that a test moves time by writing the file; while it cannot be read
/// nothing is decided (RULES 8).
#[derive(Clone, Debug)]
pub struct TestClock(pub PathBuf);

impl Clock for TestClock {
    fn read(&self) -> Result<Reading, ClockError> {
        let file = self.0.display();
        let text = std::fs::read_to_string(&self.0).map_err(|e| ClockError(format!("{file}: {e}")))?;
        match understood(text.trim()) {
            Some(Said::At(instant)) => Ok(Reading::Test(instant)),
            Some(Said::Ahead(by)) => Ok(Reading::Test(SystemClock::now()?.plus(by))),
            None => Err(ClockError(format!("{file} holds neither an RFC 3339 instant nor an offset such as +90s"))),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Said {
    At(Instant),
    Ahead(Span),
}

fn understood(text: &str) -> Option<Said> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Said::At(Instant(at.as_microsecond())));
    }
    // Without a sign it could be meant as either.
    let (ahead, bare) = (text.strip_prefix('+'), text.strip_prefix('-'));
    let by: SignedDuration = ahead.or(bare)?.trim_start().parse().ok()?;
    let micros = i64::try_from(by.as_micros()).ok().filter(|micros| *micros >= 0)?;
    Some(Said::Ahead(Span(if bare.is_some() { -micros } else { micros })))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_file_says_an_instant_or_an_offset() {
        assert_eq!(understood("2026-03-01T10:00:07Z"), Some(Said::At(Instant::from_seconds(1_772_359_207))));
        assert_eq!(understood("2026-03-01T21:00:07+11:00"), Some(Said::At(Instant::from_seconds(1_772_359_207))));
        for (text, seconds) in [("+90s", 90), ("-30s", -30), ("+0s", 0), ("+1h 30m", 5400), ("-36h", -129_600)] {
            assert_eq!(understood(text), Some(Said::Ahead(Span::seconds(seconds))), "{text}");
        }
        for text in ["", "90s", "+", "soon", "+-5s", "2026-03-01", "2026-03-01T10:00:07"] {
            assert_eq!(understood(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_file_is_read_at_each_use_and_without_it_there_is_no_time() {
        let dir = tempfile::tempdir().unwrap();
        let clock = TestClock(dir.path().join("clock"));
        assert!(clock.read().is_err(), "there is no file");
        std::fs::write(&clock.0, "2026-03-01T10:00:07Z\n").unwrap();
        assert_eq!(clock.read().unwrap(), Reading::Test(Instant::from_seconds(1_772_359_207)));
        std::fs::write(&clock.0, "+1h").unwrap();
        let Reading::Test(ahead) = clock.read().unwrap() else { unreachable!() };
        let by = ahead.since(SystemClock::now().unwrap());
        assert!((by.as_seconds() - 3600).abs() <= 1, "{by:?}");
        std::fs::write(&clock.0, "half an inst").unwrap();
        assert!(clock.read().is_err());
    }
}
