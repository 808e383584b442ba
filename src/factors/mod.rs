//! Ways to prove who you are. Pure: replay, throttling and storage are the callers'. Never says yes to a token.
