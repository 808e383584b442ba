//! What people and operators do, each with its rules, its audit row and its mails in one transaction. Called alike by pages, API, CLI and demo.
pub mod apply;
pub mod hashing;
