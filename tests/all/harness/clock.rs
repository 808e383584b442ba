//! The clock file of `serve --dev` (`OSTIARY_TEST_CLOCK`): an instant that stands still, or an offset from the real time.
use jiff::{SignedDuration, Timestamp};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Stands still there.
    At(Timestamp),
    /// Runs, this far ahead of the real time.
    Ahead(SignedDuration),
}

pub struct Clock {
    file: PathBuf,
    reading: Mutex<Reading>,
}

impl Clock {
    pub fn new(file: PathBuf, reading: Reading) -> Self {
        let clock = Self { file, reading: Mutex::new(reading) };
        clock.set(reading);
        clock
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What the product sees as now.
    pub fn now(&self) -> Timestamp {
        match *self.reading.lock().unwrap() {
            Reading::At(instant) => instant,
            Reading::Ahead(by) => Timestamp::now() + by,
        }
    }

    /// Replaces the file in one step: the product reads it at each use and must never see half of it.
    pub fn set(&self, reading: Reading) {
        let mut current = self.reading.lock().unwrap();
        let next = self.file.with_extension("next");
        let text = match reading {
            Reading::At(instant) => instant.to_string(),
            Reading::Ahead(by) => format!("{:+}s", by.as_secs()),
        };
        fs::write(&next, text).unwrap();
        fs::rename(&next, &self.file).unwrap();
        *current = reading;
    }

    /// Moves on (or back) by `by`; standing or running as before.
    pub fn advance(&self, by: SignedDuration) {
        let current = *self.reading.lock().unwrap();
        self.set(match current {
            Reading::At(instant) => Reading::At(instant + by),
            Reading::Ahead(ahead) => Reading::Ahead(ahead + by),
        });
    }

    /// To the start of the next 30 seconds: the next code of every authenticator, never used before.
    pub fn next_step(&self) {
        let into = self.now().as_second().rem_euclid(30);
        self.advance(SignedDuration::from_secs(30 - into));
    }
}
