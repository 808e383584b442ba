//! The two sample relying parties and the throw-away deployment around them.
pub mod clinic;
pub mod rp;
pub mod web;
