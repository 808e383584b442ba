//! The gate (in the making).
