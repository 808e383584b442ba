//! The only HTTP and SMTP client.
