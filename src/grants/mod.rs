//! What the token endpoint gives, one file per grant, and the authorization endpoint's part of it: how a visit becomes a
//! code. A grant says what was presented and what a yes buys; the porter does the rest.
pub mod asked;
pub mod authorize;
pub mod door;
#[cfg(test)]
mod tests;
