//! The root key: one file that everything sealed in the database hangs from. Owns its file, the keys derived from it
//! and the keyed hashes; the sealing itself is in `seal`. Never replaces a key that is there.
use super::{
    Fault,
    dice::{Dice, SystemDice},
};
use aws_lc_rs::{
    aead::{AES_256_GCM, AES_256_GCM_SIV, RandomizedNonceKey},
    hkdf, hmac,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The file's name inside the directory of keys.
pub const FILE: &str = "root.key";

/// What a keyed hash is of. The kind stands in the input, so a hash of one kind is never one of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    RecoveryCode,
    SetUpCode,
    MailCode,
    UserCode,
    ClientSecret,
    FormToken,
    AuditChain,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::RecoveryCode => "recovery-code",
            Self::SetUpCode => "set-up-code",
            Self::MailCode => "mail-code",
            Self::UserCode => "user-code",
            Self::ClientSecret => "client-secret",
            Self::FormToken => "form-token",
            Self::AuditChain => "audit-chain",
        }
    }
}

/// The keys derived from the root key. Built once; the root itself is forgotten.
pub struct RootKey {
    pub(super) rows: RandomizedNonceKey,
    pub(super) urls: RandomizedNonceKey,
    hashes: hmac::Key,
    fingerprint: String,
}

impl RootKey {
    /// Reads `root.key` in `directory`. Refuses a file that anybody but its owner may write, or that others may read;
    /// the group may read, because that is how Kubernetes mounts secrets for a user that is not root.
    pub fn load(directory: &Path) -> Result<Self, NoRootKey> {
        let path = directory.join(FILE);
        let file = File::open(&path).map_err(|fault| match fault.kind() {
            io::ErrorKind::NotFound => NoRootKey::Missing(path.clone()),
            _ => io_fault(&path)(fault),
        })?;
        let facts = file.metadata().map_err(io_fault(&path))?;
        if is_open_to_others(&facts) {
            return Err(NoRootKey::OpenToOthers(path));
        }
        let mut text = Zeroizing::new(String::with_capacity(128));
        file.take(128).read_to_string(&mut text).map_err(|_| NoRootKey::Malformed(path.clone()))?;
        let bytes = STANDARD.decode(text.trim_ascii()).map(Zeroizing::new).ok();
        match bytes.as_deref().and_then(|bytes| <&[u8; 32]>::try_from(bytes.as_slice()).ok()) {
            Some(bytes) => Ok(Self::from_bytes(bytes)?),
            None => Err(NoRootKey::Malformed(path)),
        }
    }

    /// Makes a new `root.key` in `directory`, which is made too if missing. Whole or not at all, on disk before it is
    /// used, and never over one that is there, not even when two start at once.
    pub fn make(directory: &Path, dice: &SystemDice) -> Result<Self, NoRootKey> {
        make_directory(directory).map_err(io_fault(directory))?;
        let path = directory.join(FILE);
        let draft = directory.join(format!("{FILE}.{}", super::dice::tail(dice)?));
        let mut bytes = Zeroizing::new([0_u8; 32]);
        dice.fill(bytes.as_mut())?;
        let written = write_private(&draft, &bytes)
            // A link, unlike a rename, fails when the name is taken.
            .and_then(|()| fs::hard_link(&draft, &path))
            .and_then(|()| File::open(directory)?.sync_all());
        let removed = fs::remove_file(&draft);
        match (written, removed) {
            (Err(fault), _) if fault.kind() == io::ErrorKind::AlreadyExists => Err(NoRootKey::AlreadyThere(path)),
            (Err(fault), _) | (Ok(()), Err(fault)) => Err(io_fault(&path)(fault)),
            (Ok(()), Ok(())) => Ok(Self::from_bytes(&bytes)?),
        }
    }

    /// Derives the keys (HKDF-SHA256, RFC 5869; one label each).
    pub(super) fn from_bytes(root: &[u8; 32]) -> Result<Self, Fault> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"ostiary root v1").extract(root);
        let fingerprint = derived(&root, b"fingerprint")?;
        Ok(Self {
            rows: sealing_key(&root, b"rows", &AES_256_GCM)?,
            // A visit is sealed for every stranger who comes by; random nonces of plain GCM wear out after 2^32 of
            // them.
            urls: sealing_key(&root, b"urls", &AES_256_GCM_SIV)?,
            hashes: hmac::Key::new(hmac::HMAC_SHA256, derived(&root, b"hashes")?.as_ref()),
            fingerprint: URL_SAFE_NO_PAD.encode(fingerprint.first_chunk::<16>().unwrap_or(&[0; 16])),
        })
    }

    /// Tells root keys apart without telling anything about them: 22 characters, safe to store beside what they sealed.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// HMAC-SHA256 over kind, owner and text, each with its length, as 43 characters of base64url: for secrets too
    /// short to be hashed without a key (RULES 6). Give it the normalised text of a code, not what was typed.
    pub fn keyed_hash(&self, kind: Kind, owner: &str, text: &[u8]) -> String {
        let mut mac = hmac::Context::with_key(&self.hashes);
        for part in [kind.as_str().as_bytes(), owner.as_bytes(), text] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        URL_SAFE_NO_PAD.encode(mac.sign())
    }
}

fn io_fault(path: &Path) -> impl Fn(io::Error) -> NoRootKey {
    move |cause| NoRootKey::Io { path: path.to_owned(), cause }
}

fn derived(root: &hkdf::Prk, label: &[u8]) -> Result<Zeroizing<[u8; 32]>, Fault> {
    let mut key = Zeroizing::new([0; 32]);
    let labels = [label];
    let stream = root.expand(&labels, hkdf::HKDF_SHA256).map_err(|_| Fault("key derivation"))?;
    stream.fill(key.as_mut()).map_err(|_| Fault("key derivation"))?;
    Ok(key)
}

fn sealing_key(
    root: &hkdf::Prk,
    label: &[u8],
    cipher: &'static aws_lc_rs::aead::Algorithm,
) -> Result<RandomizedNonceKey, Fault> {
    RandomizedNonceKey::new(cipher, derived(root, label)?.as_ref()).map_err(|_| Fault("sealing key"))
}

fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn write_private(path: &Path, bytes: &[u8; 32]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut text = Zeroizing::new(STANDARD.encode(bytes));
    text.push('\n');
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(unix)]
fn is_open_to_others(facts: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&facts.permissions()) & 0o037 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &fs::Metadata) -> bool {
    false
}

/// Why there is no root key to work with. All of it is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum NoRootKey {
    #[error("there is no root key at {}", .0.display())]
    Missing(PathBuf),
    #[error("there is a root key at {} already; it is not replaced", .0.display())]
    AlreadyThere(PathBuf),
    #[error("{} can be read by others or written by the group: chmod 600 it", .0.display())]
    OpenToOthers(PathBuf),
    #[error("{} is not 32 bytes in base64", .0.display())]
    Malformed(PathBuf),
    #[error("{}: {cause}", path.display())]
    Io { path: PathBuf, cause: io::Error },
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn made() -> (tempfile::TempDir, RootKey) {
        let home = tempfile::tempdir().unwrap();
        let root = RootKey::make(&home.path().join("keys"), &SystemDice::new()).unwrap();
        (home, root)
    }

    #[test]
    fn what_was_made_is_loaded_again() {
        let (home, root) = made();
        let again = RootKey::load(&home.path().join("keys")).unwrap();
        assert_eq!(again.fingerprint(), root.fingerprint());
        assert_eq!(root.fingerprint().len(), 22);
        assert_ne!(made().1.fingerprint(), root.fingerprint());
    }

    #[test]
    fn a_key_that_is_there_is_never_replaced() {
        let (home, root) = made();
        let keys = home.path().join("keys");
        assert!(matches!(RootKey::make(&keys, &SystemDice::new()), Err(NoRootKey::AlreadyThere(_))));
        assert_eq!(RootKey::load(&keys).unwrap().fingerprint(), root.fingerprint());
        assert_eq!(fs::read_dir(&keys).unwrap().count(), 1, "no draft is left behind");
    }

    #[test]
    fn of_many_that_start_at_once_one_makes_the_key() {
        let home = tempfile::tempdir().unwrap();
        let made: Vec<bool> = std::thread::scope(|scope| {
            let start = || RootKey::make(home.path(), &SystemDice::new()).is_ok();
            let starts: Vec<_> = (0..16).map(|_| scope.spawn(start)).collect();
            starts.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(made.iter().filter(|made| **made).count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let (home, _) = made();
        let file = home.path().join("keys").join(FILE);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        for (mode, fine) in [(0o400, true), (0o440, true), (0o644, false), (0o660, false), (0o601, false)] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            match RootKey::load(&home.path().join("keys")) {
                Ok(_) => assert!(fine, "{mode:o}"),
                Err(NoRootKey::OpenToOthers(_)) => assert!(!fine, "{mode:o}"),
                Err(other) => panic!("{mode:o}: {other}"),
            }
        }
    }

    #[test]
    fn a_missing_file_and_a_torn_one_are_told_apart() {
        let (home, _) = made();
        let keys = home.path().join("keys");
        assert!(matches!(RootKey::load(home.path()), Err(NoRootKey::Missing(_))));
        for torn in ["", "AAAA", "not base64 at all, though long enough to be one =", &"A".repeat(4096)] {
            fs::write(keys.join(FILE), torn).unwrap();
            assert!(matches!(RootKey::load(&keys), Err(NoRootKey::Malformed(_))), "{torn:.20}");
        }
    }

    #[test]
    fn kind_and_owner_are_part_of_a_keyed_hash() {
        let root = crate::crypto::testing::root_key();
        let hash = |kind, owner, text: &str| root.keyed_hash(kind, owner, text.as_bytes());
        let one = hash(Kind::RecoveryCode, "per_a", "4RTKB9WMPH7CQXD");
        assert_eq!(one.len(), 43);
        assert_eq!(one, hash(Kind::RecoveryCode, "per_a", "4RTKB9WMPH7CQXD"));
        assert_ne!(one, hash(Kind::SetUpCode, "per_a", "4RTKB9WMPH7CQXD"));
        assert_ne!(one, hash(Kind::RecoveryCode, "per_b", "4RTKB9WMPH7CQXD"));
        assert_ne!(hash(Kind::MailCode, "ab", "c"), hash(Kind::MailCode, "a", "bc"), "lengths are part of it");
        assert_ne!(one, made().1.keyed_hash(Kind::RecoveryCode, "per_a", b"4RTKB9WMPH7CQXD"));
    }
}
