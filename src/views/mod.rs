//! Words (Fluent) and the pages and mails as typed structs. Pure: renders what it is given.
