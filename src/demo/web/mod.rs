//! What the demo's own web sites have in common: their browsers, their answers, and what a request must show before it
//! changes anything.
pub mod answers;
pub mod browsers;
pub mod door;

use crate::store::Clock;
use jiff::{Timestamp, tz::TimeZone};
use ostiary_gate::domain::time::Instant;
use std::sync::Arc;

/// One site, as its browsers know it.
#[derive(Clone)]
pub struct Site {
    /// Of the cookie. Cookies know hosts and no ports: on one host each site needs its own name.
    pub cookie: &'static str,
    /// `http://127.0.0.1:9401`
    pub base: String,
    /// Where forms may lead besides here: signing in and out.
    pub issuer: String,
    pub clock: Arc<dyn Clock>,
}

impl Site {
    /// `127.0.0.1:9401`, the only host this site answers to.
    pub fn host(&self) -> &str {
        self.base.split_once("//").map_or("", |(_, host)| host)
    }
}

/// `14:05:09` where this machine is: the demo's people are.
pub fn time_of_day(at: Instant) -> String {
    local(at, "%H:%M:%S")
}

/// `Tue 3 Mar, 20:00`
pub fn day_and_time(at: Instant) -> String {
    local(at, "%a %-d %b, %H:%M")
}

fn local(at: Instant, format: &str) -> String {
    let Ok(stamp) = Timestamp::from_microsecond(at.0) else { return String::new() };
    stamp.to_zoned_datetime(TimeZone::system()).strftime(format).to_string()
}
