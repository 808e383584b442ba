//! The secret that an authenticator app and we share.
use crate::{
    crypto::{Fault, dice::Dice},
    factors::typed,
};
use data_encoding::BASE32_NOPAD;
use ostiary_gate::domain::secret::Secret;
use zeroize::Zeroizing;

/// What we draw: 160 bits, the length of the hash (RFC 4226 §4, R-52).
const DRAWN: usize = 20;
/// What we accept from elsewhere: 112 bits (SP 800-63B-4 §3.1.4) to one block of the hash.
const ACCEPTED: std::ops::RangeInclusive<usize> = 14..=64;

/// Raw bytes, without `Debug`, wiped when dropped. To be sealed where it is stored.
pub struct Seed(Zeroizing<Vec<u8>>);

impl Seed {
    pub fn draw(dice: &dyn Dice) -> Result<Self, Fault> {
        let mut bytes = Zeroizing::new(vec![0; DRAWN]);
        dice.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// From bytes that were unsealed or imported.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotASeed> {
        if ACCEPTED.contains(&bytes.len()) { Ok(Self(Zeroizing::new(bytes.to_vec()))) } else { Err(NotASeed::Length) }
    }

    /// From base32 as other systems write it: either case, with or without spaces, dashes and padding (RFC 4648 §6).
    pub fn from_base32(text: &str) -> Result<Self, NotASeed> {
        if text.len() > 256 {
            return Err(NotASeed::Length);
        }
        let letters = text.trim().chars().filter(|c| !typed::is_separator(*c));
        let bare = Zeroizing::new(letters.map(|c| c.to_ascii_uppercase()).collect::<String>());
        let bytes = BASE32_NOPAD.decode(bare.trim_end_matches('=').as_bytes()).map_err(|_| NotASeed::Base32)?;
        Self::from_bytes(&Zeroizing::new(bytes))
    }

    /// For sealing.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Base32 without padding.
    pub fn base32(&self) -> Secret {
        Secret::new(BASE32_NOPAD.encode(&self.0))
    }

    /// Base32 in groups of four, for typing: `JBSW Y3DP …`.
    pub fn groups(&self) -> Secret {
        Secret::new(typed::in_groups(self.base32().expose(), 4, ' '))
    }

    /// The six digits of a step; steps before 1970 have none and yield those of the first.
    pub(super) fn code_of(&self, step: i64) -> String {
        let totp = self.totp(totp_rs::Builder::new());
        let seconds = u64::try_from(step).unwrap_or(0).saturating_mul(totp.step());
        totp.generate(seconds).to_string()
    }

    /// Its length was checked by us, by limits that are wider than the library's.
    pub(super) fn totp(&self, builder: totp_rs::Builder) -> totp_rs::Totp {
        builder.with_secret(self.0.to_vec()).build_noncompliant()
    }
}

/// What was given cannot be a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotASeed {
    #[error("not base32")]
    Base32,
    #[error("a seed has 14 to 64 bytes; 20 are usual")]
    Length,
}
