//! `Issued` in, tokens out. The only room that can sign.
