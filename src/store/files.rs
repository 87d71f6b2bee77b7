//! The data folder: its files, who may read them, and the key file.

use super::error::{StoreError, io};
use ed25519_dalek::SigningKey;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Name of the team's file.
pub const TEAM_FILE: &str = "team.db";

/// The team's file in a data folder.
pub fn team_file(dir: &Path) -> PathBuf {
    dir.join(TEAM_FILE)
}

/// The key file in a data folder.
pub fn key_file(dir: &Path) -> PathBuf {
    dir.join("key")
}

/// First bytes of a key file; the number is the version of its form.
const KEY_MAGIC: &[u8; 16] = b"guildhall key 0\n";
/// Protection of the secrets in a key file: none, they stand as they are.
const PLAIN: u8 = 0;
/// Magic, protection, two secrets, checksum.
const KEY_LEN: usize = 16 + 1 + 32 + 32 + 8;

/// What a key file holds.
pub struct Secrets {
    /// Everything local is encrypted with keys made from this.
    pub root: Zeroizing<[u8; 32]>,
    /// The device's signing key.
    pub device: SigningKey,
}

/// Random bytes from the system.
pub fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| StoreError::Random(e.to_string()))?;
    Ok(bytes)
}

/// Makes the folder with access for its owner only. A folder that is there is taken if it is private, or empty and can be made so.
pub fn make_private_dir(dir: &Path) -> Result<(), StoreError> {
    let what = || format!("make the folder {}", dir.display());
    if !dir.exists() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(dir).map_err(io(what()))?;
    } else if fs::read_dir(dir).map_err(io(what()))?.next().is_none() {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(io(what()))?;
        }
    }
    check_private(dir, 0o700)
}

/// Refuses what others on this machine could read. Elsewhere than on Unix the system's own rules for home folders apply.
pub fn check_private(path: &Path, wanted: u32) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path)
            .map_err(io(format!("look at {}", path.display())))?
            .permissions()
            .mode()
            & 0o7777;
        if mode & 0o077 != 0 {
            return Err(StoreError::Permissions {
                path: path.to_owned(),
                mode,
                wanted,
            });
        }
    }
    #[cfg(not(unix))]
    let _ = (path, wanted);
    Ok(())
}

/// Creates a file that only its owner can read, and waits until the disk has it; fails where one is.
pub fn create_private(path: &Path, contents: &[u8]) -> Result<(), StoreError> {
    let file = write_private(path, contents)?;
    file.sync_all()
        .map_err(io(format!("write {}", path.display())))?;
    sync_parent(path)
}

/// The same without waiting, for what can be made again.
pub fn write_private(path: &Path, contents: &[u8]) -> Result<fs::File, StoreError> {
    let what = || format!("write {}", path.display());
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(io(what()))?;
    file.write_all(contents).map_err(io(what()))?;
    Ok(file)
}

/// Makes sure that a new name survives a power cut.
pub fn sync_parent(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    if let Some(parent) = path.parent() {
        fs::File::open(parent)
            .and_then(|dir| dir.sync_all())
            .map_err(io(format!("sync {}", parent.display())))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Whether creating failed because the file is there already.
pub fn is_there(error: &StoreError) -> bool {
    matches!(error, StoreError::Io { source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists)
}

impl Secrets {
    /// Reads the key file of a folder, or makes one with fresh secrets. A key file that is there is never replaced.
    pub fn read_or_make(dir: &Path) -> Result<Self, StoreError> {
        let path = key_file(dir);
        if !path.exists() {
            let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_LEN));
            bytes.extend_from_slice(KEY_MAGIC);
            bytes.push(PLAIN);
            bytes.extend_from_slice(&*Zeroizing::new(random::<64>()?));
            let sum = checksum(&bytes);
            bytes.extend_from_slice(&sum);
            match create_private(&path, &bytes) {
                // Two programs founding at once: the file of the first counts.
                Err(e) if is_there(&e) => {}
                other => other?,
            }
        }
        Self::read(dir)
    }

    /// Reads the key file of a folder.
    pub fn read(dir: &Path) -> Result<Self, StoreError> {
        let path = key_file(dir);
        let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_LEN + 1));
        let file = match fs::File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(StoreError::KeyMissing(path));
            }
            Err(e) => return Err(io(format!("read {}", path.display()))(e)),
        };
        check_private(&path, 0o600)?;
        file.take(KEY_LEN as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(io(format!("read {}", path.display())))?;
        Self::decode(&bytes).ok_or(StoreError::KeyDamaged(path))
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, sum) = bytes.split_last_chunk::<8>()?;
        let (magic, rest) = body.split_first_chunk::<16>()?;
        let (protection, rest) = rest.split_first()?;
        let (root, rest) = rest.split_first_chunk::<32>()?;
        let device: &[u8; 32] = rest.try_into().ok()?;
        (magic == KEY_MAGIC && *protection == PLAIN && *sum == checksum(body)).then(|| Self {
            root: Zeroizing::new(*root),
            device: SigningKey::from_bytes(device),
        })
    }
}

/// Tells a damaged key file from a good one; it protects nothing.
fn checksum(bytes: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    sum.copy_from_slice(&blake3::derive_key("guildhall key file checksum", bytes)[..8]);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_file_is_made_once_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let made = Secrets::read_or_make(dir.path()).unwrap();
        let again = Secrets::read_or_make(dir.path()).unwrap();
        assert_eq!(made.root, again.root);
        assert_eq!(made.device.to_bytes(), again.device.to_bytes());
    }

    #[test]
    fn every_changed_byte_of_a_key_file_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        Secrets::read_or_make(dir.path()).unwrap();
        let good = fs::read(key_file(dir.path())).unwrap();
        assert!(Secrets::decode(&good).is_some());
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(Secrets::decode(&bad).is_none(), "byte {at}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        Secrets::read_or_make(dir.path()).unwrap();
        let path = key_file(dir.path());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = Secrets::read(dir.path()).err().unwrap();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            prop_assert!(Secrets::decode(&bytes).is_none());
        }
    }
}
