//! Extract, call, render. No rules, no SQL.
