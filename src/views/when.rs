//! Times as people at a clinic say them: in the clinic's zone, in the order and with the names of the language.
use super::words::{Key, Locale};
use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};
use ostiary_gate::domain::time::Instant;

/// A clinic's time zone.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// By its name in the IANA database, `Australia/Sydney`; nothing for a name that is not there.
    pub fn named(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }

    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The place people know it by: `Sydney`, `Port Moresby`, `UTC`.
    pub fn place(&self) -> String {
        let name = self.0.iana_name().unwrap_or("UTC");
        name.rsplit('/').next().unwrap_or(name).replace('_', " ")
    }

    fn local(&self, at: Instant) -> ZonedDateTime {
        let at = Timestamp::from_microsecond(at.0).unwrap_or(if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX });
        at.to_zoned_datetime(self.0.clone())
    }

    /// `2026-03-03T20:00`, the value of a `datetime-local` field.
    pub fn field(&self, at: &Instant) -> String {
        self.local(*at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// `2026-03-03T20:00:00+11:00`, the machine's side of a `<time>`.
    pub fn exact(&self, at: &Instant) -> String {
        self.local(*at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

/// One instant, ready to be said in several lengths.
pub struct When<'a> {
    pub locale: &'a Locale,
    pub zone: &'a Zone,
    pub at: Instant,
}

impl When<'_> {
    /// `3 March 2026`
    pub fn day(&self) -> String {
        self.said(Key("date-day"))
    }

    /// `Tue 3 Mar, 8:00 pm`
    pub fn short(&self) -> String {
        self.said(Key("date-short"))
    }

    /// `Tuesday 3 March, 8:00 pm`
    pub fn long(&self) -> String {
        self.said(Key("date-long"))
    }

    /// `Tuesday 8:00 pm`
    pub fn weekday(&self) -> String {
        self.said(Key("date-weekday"))
    }

    /// `8:00 pm`
    pub fn clock(&self) -> String {
        self.said(Key("date-clock"))
    }

    fn said(&self, key: Key) -> String {
        let local = self.zone.local(self.at);
        let number = |n: i8| u32::try_from(n).unwrap_or_default();
        let (weekday, month, hour) =
            (number(local.weekday().to_monday_one_offset()), number(local.month()), number(local.hour()));
        let name = |key, n| self.locale.say(key).count("n", n);
        let clock = self
            .locale
            .say(Key("date-clock-of"))
            .with("hour", if hour % 12 == 0 { 12 } else { hour % 12 })
            .with("hour24", format!("{hour:02}"))
            .with("minute", format!("{:02}", local.minute()))
            .with("half", if hour < 12 { "am" } else { "pm" });
        self.locale
            .say(key)
            .with("weekday", name(Key("date-weekday-name"), weekday))
            .with("weekday-short", name(Key("date-weekday-short"), weekday))
            .with("month", name(Key("date-month-name"), month))
            .with("month-short", name(Key("date-month-short"), month))
            .with("day", local.day())
            .with("year", local.year())
            .with("clock", clock)
            .to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_the_clinics_zone() {
        let (locale, zone) = (Locale::default(), Zone::named("Australia/Sydney").unwrap());
        let when = When { locale: &locale, zone: &zone, at: Instant::from_seconds(1_772_528_400) };
        assert_eq!(when.day(), "3 March 2026");
        assert_eq!(when.short(), "Tue 3 Mar, 8:00 pm");
        assert_eq!(when.long(), "Tuesday 3 March, 8:00 pm");
        assert_eq!(when.weekday(), "Tuesday 8:00 pm");
        assert_eq!(when.clock(), "8:00 pm");
        assert_eq!(zone.place(), "Sydney");
        assert_eq!(zone.field(&when.at), "2026-03-03T20:00");
        assert_eq!(zone.exact(&when.at), "2026-03-03T20:00:00+11:00");
    }

    #[test]
    fn midnight_and_noon_are_twelve_and_no_instant_breaks_the_page() {
        let (locale, zone) = (Locale::default(), Zone::utc());
        let clock = |at| When { locale: &locale, zone: &zone, at }.clock();
        assert_eq!(clock(Instant(0)), "12:00 am");
        assert_eq!(clock(Instant::from_seconds(12 * 3600)), "12:00 pm");
        for at in [i64::MIN, i64::MAX] {
            assert!(!When { locale: &locale, zone: &zone, at: Instant(at) }.long().is_empty());
        }
    }
}
