//! The sign-in door: password, 6-digit code, which clinic, and the ways back in. JOURNEYS A1, A2, A8, A10.
pub mod code;
pub mod help;
pub mod not_me;
pub mod password;
pub mod recovery;
pub mod signin;
pub mod tenant;
