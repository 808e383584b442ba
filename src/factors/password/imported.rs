//! Password hashes that were made elsewhere, or at least may have been: which of them we are ready to compute. The cost
//! is written in the hash, so whoever writes a hash would choose our work: it is capped, at import and again at each
//! check.
use super::{LANES, MEMORY, PASSES, Stored};
use argon2::{ARGON2D_IDENT, ARGON2I_IDENT, ARGON2ID_IDENT, Params, Version, password_hash::phc::PasswordHash};

/// 64 MiB and four passes are what PHP and argon2-cffi make; nothing dearer is accepted.
const MAX_MEMORY: u32 = 65_536;
const MAX_PASSES: u32 = 10;
const MAX_LANES: u32 = 8;
const MAX_WORK: u32 = MAX_MEMORY * 4;

/// Checks a hash to be imported and gives it in the form to be stored. Accepts argon2id, argon2i and argon2d in PHC
/// form.
pub fn accept_import(phc: &str) -> Result<String, NotAccepted> {
    let scheme = phc.strip_prefix('$').and_then(|rest| rest.split('$').next()).unwrap_or_default();
    if !scheme.starts_with("argon2") {
        return Err(NotAccepted::UnknownScheme);
    }
    let parsed = parsed(phc).ok_or(NotAccepted::Malformed)?;
    within_limits(phc).map(|_| parsed.0.to_string()).ok_or(NotAccepted::TooDear)
}

/// Why a hash is not imported. The person then needs a reset link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    #[error("only argon2id, argon2i and argon2d hashes in PHC form ($argon2id$v=19$m=…) are understood")]
    UnknownScheme,
    #[error("not a whole PHC string: version, m, t, p, salt and hash are needed")]
    Malformed,
    #[error("costs more than m={MAX_MEMORY}, t={MAX_PASSES}, p={MAX_LANES} or m×t={MAX_WORK}")]
    TooDear,
}

pub(super) fn within_limits(phc: &str) -> Option<Stored> {
    let (phc, params) = parsed(phc)?;
    let (memory, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
    let work = memory.checked_mul(passes)?;
    if memory > MAX_MEMORY || passes > MAX_PASSES || lanes > MAX_LANES || work > MAX_WORK {
        return None;
    }
    let is_ours = phc.algorithm == ARGON2ID_IDENT
        && phc.version == Some(Version::V0x13.into())
        && (memory, passes, lanes) == (MEMORY, PASSES, LANES);
    Some(Stored { phc, work, is_ours })
}

/// Whole, of a known kind and version, with a hash of at least 128 bits.
fn parsed(phc: &str) -> Option<(PasswordHash, Params)> {
    if phc.len() > 512 {
        return None;
    }
    let phc = PasswordHash::new(phc).ok()?;
    let known = [ARGON2ID_IDENT, ARGON2I_IDENT, ARGON2D_IDENT].contains(&phc.algorithm);
    let version = phc.version.is_none_or(|version| Version::try_from(version).is_ok());
    let whole = phc.salt.is_some() && phc.hash.is_some_and(|hash| hash.len() >= 16) && !phc.params.is_empty();
    let params = Params::try_from(&phc).ok()?;
    (known && version && whole).then_some((phc, params))
}
