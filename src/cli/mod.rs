//! The command line: configuration in, the same acts as everywhere, plain answers out.
