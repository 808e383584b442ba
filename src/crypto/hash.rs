//! Plain hashes and comparison that takes the same time whatever it finds. No keys here.
use aws_lc_rs::{constant_time, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// SHA-256 as 43 characters of base64url: how tokens of 256 random bits are stored and looked up, and the S256 of PKCE
/// (RFC 7636 §4.2).
pub fn sha256_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(sha256(bytes))
}

/// SHA-256, raw.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    taken(&digest::digest(&digest::SHA256, bytes))
}

/// SHA-512, raw.
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    taken(&digest::digest(&digest::SHA512, bytes))
}

/// Whether two secrets are equal, in a time that depends on their length alone.
pub fn same(a: impl AsRef<[u8]>, b: impl AsRef<[u8]>) -> bool {
    constant_time::verify_slices_are_equal(a.as_ref(), b.as_ref()).is_ok()
}

fn taken<const N: usize>(digest: &digest::Digest) -> [u8; N] {
    let mut out = [0; N];
    out.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pkce_s256_is_that_of_rfc_7636_appendix_b() {
        let verifier = b"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(sha256_base64url(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn sha512_is_that_of_fips_180() {
        assert!(data_encoding::HEXLOWER.encode(&sha512(b"abc")).starts_with("ddaf35a193617abacc417349ae204131"));
        assert_eq!(sha512(b"abc")[63], 0x9f);
    }

    #[test]
    fn equal_is_equal_and_a_prefix_is_not() {
        assert!(same("abc", "abc"));
        assert!(!same("abc", "abd") && !same("abc", "ab") && !same("", "a"));
    }
}
