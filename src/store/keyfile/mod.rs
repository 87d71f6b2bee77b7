//! The key file of a data folder: reading, making and replacing it. Owns the file `key` and what protects it. Must not know: the log, the
//! team, how a passphrase is asked for.
//!
//! Whoever changes the passphrase replaces this file and nothing else: everything in the team's file is encrypted with keys that are made
//! from the root secret, which stays the same.

mod bech32;
mod form;
mod passphrase;
mod replace;

pub use form::{KeyFault, LONGEST, MOST_WORK, Protection, Secrets, WORK, try_any};
pub use passphrase::Passphrase;
pub use replace::{clear, leftover};

use super::error::{StoreError, io};
use super::files;
use replace::Turn;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The key file in a data folder.
pub fn key_file(dir: &Path) -> PathBuf {
    dir.join("key")
}

/// A key file that has been opened.
pub struct KeyFile {
    dir: PathBuf,
    /// Hash of its bytes, to notice that somebody else replaced it meanwhile.
    hash: blake3::Hash,
    /// What it holds.
    pub secrets: Secrets,
    /// How it is protected.
    pub protection: Protection,
}

impl KeyFile {
    /// Reads and opens the key file of a folder.
    ///
    /// # Errors
    /// [`StoreError::PassphraseNeeded`], [`StoreError::WrongPassphrase`], or what is wrong with the file.
    pub fn open(dir: &Path, passphrase: Option<&Passphrase>) -> Result<Self, StoreError> {
        let path = key_file(dir);
        let bytes = read(&path)?;
        let fault = |fault| StoreError::key(fault, &path);
        Ok(Self {
            dir: dir.to_owned(),
            hash: blake3::hash(&bytes),
            secrets: Secrets::decode(&bytes, passphrase, MOST_WORK).map_err(fault)?,
            protection: form::protection(&bytes).map_err(fault)?,
        })
    }

    /// How the key file of a folder is protected, without opening it.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read.
    pub fn protection(dir: &Path) -> Result<Protection, StoreError> {
        let path = key_file(dir);
        form::protection(&read(&path)?).map_err(|fault| StoreError::key(fault, &path))
    }

    /// Opens the key file of a folder, or makes one with fresh secrets. One that is there keeps its secrets; it is protected with the
    /// passphrase if it was not protected before.
    pub(super) fn open_or_make(
        dir: &Path,
        passphrase: Option<&Passphrase>,
    ) -> Result<Self, StoreError> {
        if !key_file(dir).exists() {
            let turn = Turn::take(dir)?;
            // Two programs founding at once: the file of the first counts.
            if !turn.path().exists() {
                let fresh = Zeroizing::new(files::random::<96>()?);
                turn.replace(&encode(&Secrets::from_bytes(&fresh), passphrase)?)?;
            }
        }
        let opened = Self::open(dir, passphrase)?;
        match (passphrase, opened.protection) {
            (Some(_), Protection::None) => {
                opened.protect(passphrase)?;
                Self::open(dir, passphrase)
            }
            _ => Ok(opened),
        }
    }

    /// Makes a key file for a device whose signing key was kept without one; whoever wraps keys for it uses [`recipient_of`].
    pub(super) fn make_for(
        dir: &Path,
        device: &ed25519_dalek::SigningKey,
    ) -> Result<Self, StoreError> {
        let turn = Turn::take(dir)?;
        if !turn.path().exists() {
            let mut bytes = Zeroizing::new([0; 96]);
            let root = Zeroizing::new(files::random::<32>()?);
            bytes[..32].copy_from_slice(&*root);
            bytes[32..64].copy_from_slice(&*Zeroizing::new(device.to_bytes()));
            bytes[64..].copy_from_slice(&*seal_of(device));
            turn.replace(&encode(&Secrets::from_bytes(&bytes), None)?)?;
        }
        drop(turn);
        Self::open(dir, None)
    }

    /// Replaces the file by one with the same secrets under this passphrase, or under none. The team's file is not touched.
    ///
    /// # Errors
    /// The old file is as it was, but for a failure to bring the folder to the disk, which comes when the new one has its place already.
    pub fn protect(&self, passphrase: Option<&Passphrase>) -> Result<(), StoreError> {
        // The work for the passphrase comes first, so that nobody waits for it.
        let bytes = encode(&self.secrets, passphrase)?;
        let turn = Turn::take(&self.dir)?;
        if blake3::hash(&read(turn.path())?) != self.hash {
            return Err(StoreError::KeyChanged(key_file(&self.dir)));
        }
        turn.replace(&bytes)
    }
}

fn encode(
    secrets: &Secrets,
    passphrase: Option<&Passphrase>,
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    secrets
        .encode(passphrase.map(|p| (p, WORK)))
        .ok_or(StoreError::Encode("the key file"))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let failed = || format!("read {}", path.display());
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(StoreError::KeyMissing(path.to_owned()));
        }
        Err(e) => return Err(io(failed())(e)),
    };
    files::check_private(path, 0o600)?;
    // Room for all of it from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 64));
    file.take(LONGEST as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(io(failed()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;

fn seal_of(device: &ed25519_dalek::SigningKey) -> Zeroizing<[u8; 32]> {
    let secret = Zeroizing::new(device.to_bytes());
    Zeroizing::new(blake3::derive_key(
        "guildhall age identity of this device",
        &*secret,
    ))
}

/// The age identity of a device whose signing key is kept without a key file, as the demo keeps those of the other people.
#[allow(clippy::expect_used)] // Any 32 bytes are a key, and a test holds the spelling to age's.
pub fn identity_of(device: &ed25519_dalek::SigningKey) -> age::x25519::Identity {
    bech32::age_secret(&seal_of(device))
        .parse()
        .expect("32 bytes in age's own spelling")
}

/// To whom document keys for such a device are wrapped.
pub fn recipient_of(device: &ed25519_dalek::SigningKey) -> String {
    identity_of(device).to_public().to_string()
}
