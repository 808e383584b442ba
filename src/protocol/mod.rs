//! The wire as types: parsed on the way in, rendered on the way out, one enum of errors per surface. No I/O, no decisions.
