//! `ostiary apply`: what should be, read, checked, planned and done in one unit of work. Owns the language of state files.
pub mod reading;
