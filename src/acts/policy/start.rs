//! When a change starts: a date and a time as people at the clinic read their clocks, turned into an instant.
//!
//! RULES 7: a time that the spring jump leaves out is the first that exists, one that autumn brings twice the earlier.
use jiff::{Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use ostiary_gate::domain::time::{Instant, Span};

/// After closing, where a clinic says no hours.
const EVENING: (i8, i8) = (20, 0);
/// Nobody is surprised within this.
const NOTICE: Span = Span::hours(4);

/// Why a text is no start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAStart {
    #[error("not a date and a time")]
    NotADate,
    #[error("no such time zone")]
    NoZone,
}

/// `2026-03-03T20:00` (or with seconds) on the clocks of `zone`.
pub fn local(text: &str, zone: &str) -> Result<Instant, NotAStart> {
    let zone = TimeZone::get(zone).map_err(|_| NotAStart::NoZone)?;
    let date: DateTime = text.trim().parse().map_err(|_| NotAStart::NotADate)?;
    let ambiguous = zone.to_ambiguous_timestamp(date);
    let at = match ambiguous.offset() {
        jiff::tz::AmbiguousOffset::Gap { before, after } => {
            // Where the clocks jump to is the first time that exists.
            let within = before.to_timestamp(date).map_err(|_| NotAStart::NotADate)?;
            let behind = after.to_timestamp(date).map_err(|_| NotAStart::NotADate)?;
            jump_between(&zone, behind, within)
        }
        jiff::tz::AmbiguousOffset::Unambiguous { .. } | jiff::tz::AmbiguousOffset::Fold { .. } => {
            ambiguous.earlier().map_err(|_| NotAStart::NotADate)?
        }
    };
    Ok(Instant(at.as_microsecond()))
}

/// The instant of the change of offset in between.
fn jump_between(zone: &TimeZone, from: Timestamp, to: Timestamp) -> Timestamp {
    zone.following(from).map(|change| change.timestamp()).next().filter(|at| *at <= to).unwrap_or(to)
}

/// The first evening after enough notice, on the clocks of `zone`; in UTC where there is no such zone.
pub fn recommended(now: Instant, zone: &str) -> Instant {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let after = now.plus(NOTICE);
    let Ok(earliest) = Timestamp::from_microsecond(after.0) else { return after };
    let today = earliest.to_zoned_datetime(zone.clone()).date();
    for days in 0..3 {
        let evening = today.checked_add(days.days()).ok().map(|day| day.at(EVENING.0, EVENING.1, 0, 0));
        let at = evening.and_then(|evening| zone.to_ambiguous_timestamp(evening).earlier().ok());
        if let Some(at) = at.filter(|at| *at >= earliest) {
            return Instant(at.as_microsecond());
        }
    }
    after
}

/// As the activity log says it: `2026-03-03 20:00 +11:00`.
pub(super) fn said(at: Instant, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let at = Timestamp::from_microsecond(at.0).unwrap_or_default();
    at.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M %:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(at: Instant) -> String {
        Timestamp::from_microsecond(at.0).unwrap().to_string()
    }

    #[test]
    fn a_start_is_read_on_the_clinics_clocks() {
        assert_eq!(utc(local("2026-03-03T20:00", "Australia/Sydney").unwrap()), "2026-03-03T09:00:00Z");
        assert_eq!(utc(local("2026-03-03T20:00:30", "Europe/London").unwrap()), "2026-03-03T20:00:30Z");
        assert_eq!(local("next Tuesday", "Europe/London"), Err(NotAStart::NotADate));
        assert_eq!(local("2026-02-30T10:00", "Europe/London"), Err(NotAStart::NotADate));
        assert_eq!(local("2026-03-03T20:00", "Europe/Atlantis"), Err(NotAStart::NoZone));
    }

    #[test]
    fn a_time_that_spring_leaves_out_is_the_first_that_exists() {
        // In Sydney the clocks went from 2:00 to 3:00 on 4 October 2026; in Lord Howe by half an hour.
        assert_eq!(utc(local("2026-10-04T02:30", "Australia/Sydney").unwrap()), "2026-10-03T16:00:00Z");
        assert_eq!(utc(local("2026-10-04T02:00", "Australia/Sydney").unwrap()), "2026-10-03T16:00:00Z");
        assert_eq!(utc(local("2026-10-04T02:59", "Australia/Sydney").unwrap()), "2026-10-03T16:00:00Z");
        assert_eq!(utc(local("2026-10-04T02:10", "Australia/Lord_Howe").unwrap()), "2026-10-03T15:30:00Z");
    }

    #[test]
    fn a_time_that_autumn_brings_twice_is_the_earlier() {
        assert_eq!(utc(local("2026-04-05T02:30", "Australia/Sydney").unwrap()), "2026-04-04T15:30:00Z");
    }

    #[test]
    fn the_recommended_start_is_an_evening_with_four_hours_notice() {
        let at = |text: &str| Instant(text.parse::<Timestamp>().unwrap().as_microsecond());
        let sydney = "Australia/Sydney";
        assert_eq!(utc(recommended(at("2026-03-03T01:00:00Z"), sydney)), "2026-03-03T09:00:00Z");
        assert_eq!(utc(recommended(at("2026-03-03T05:00:00Z"), sydney)), "2026-03-03T09:00:00Z");
        assert_eq!(utc(recommended(at("2026-03-03T05:00:01Z"), sydney)), "2026-03-04T09:00:00Z");
        assert_eq!(utc(recommended(at("2026-03-03T05:00:00Z"), "Europe/Atlantis")), "2026-03-03T20:00:00Z");
    }
}
