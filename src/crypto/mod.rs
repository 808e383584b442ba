//! josekit behind a fence, signature checks, sealing, keyed hashes, dice. Owns every use of a cryptographic crate; never decides
//! anything about people, tenants or tokens.
