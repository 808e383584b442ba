//! The only HTTP and SMTP client. Owns how a message leaves this machine; never what it says, whom it is for or when.
pub mod address;
pub mod mail;
