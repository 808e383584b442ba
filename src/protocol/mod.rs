//! The wire as types: parsed on the way in, rendered on the way out, one enum of errors per surface. No I/O, no clock, no
//! dice, no decisions: whether somebody may have what they ask for is the gate's business.
pub mod authorize;
pub mod bearer;
pub mod claims;
pub mod claims_out;
pub mod client_auth;
pub mod discovery;
pub mod error;
pub mod form;
pub mod introspection;
pub mod locales;
pub mod logout;
pub mod named_token;
pub mod near;
pub mod pkce;
pub mod redirect;
pub mod registration;
pub mod resource;
pub mod revocation;
pub mod sign_in;
#[cfg(test)]
pub mod testing;
pub mod token;
