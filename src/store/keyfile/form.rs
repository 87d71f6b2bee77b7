//! The bytes of a key file. Owns its forms. Must not know: folders, files.
//!
//! Form 1 is `guildhall key 1\n`, one byte of protection, the secrets, and a checksum of eight bytes over all before it, which tells a
//! damaged file from a good one and protects nothing. The secrets are 96 bytes: root secret, the device's signing key, and the secret of
//! the device's age identity (X25519). They stand as they are (protection 0), or in an age file with one scrypt recipient (protection 1).
//! Form 0, which is still read, has the first two secrets only; the third is derived from the root secret.

use super::super::locked::Locked;
use super::bech32;
use super::passphrase::Passphrase;
use age::x25519;
use age::{DecryptError, Decryptor, Encryptor, Identity, Recipient, scrypt};
use ed25519_dalek::SigningKey;
use std::io::{Read, Write};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// First bytes of a key file up to the number of its form.
const MAGIC: &[u8; 14] = b"guildhall key ";
/// The secrets stand as they are.
const PLAIN: u8 = 0;
/// The secrets stand in an age file for one passphrase.
const WRAPPED: u8 = 1;
const CHECKSUM: usize = 8;
const SECRETS: usize = 96;
/// No key file is longer; a hostile one is not read into memory.
pub const LONGEST: usize = 4096;

/// Work for one guess is scrypt with N = 2 to this: about 0.7 s and 256 MiB on the machine this was measured on.
pub const WORK: u8 = 18;
/// More work than this is refused before it begins: a hostile key file costs twice as much as our own, and no more.
pub const MOST_WORK: u8 = WORK + 1;

/// How the secrets of a key file are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// By the file's permissions alone.
    None,
    /// By a passphrase.
    Passphrase,
}

/// Why bytes are not a key file that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The form is not kept.
    #[error("the key file is damaged")]
    Damaged,
    /// A newer program wrote it.
    #[error("the key file has a newer form")]
    Newer,
    /// None was given.
    #[error("a passphrase is needed")]
    PassphraseNeeded,
    /// The one given is not the one.
    #[error("the passphrase is not the right one")]
    WrongPassphrase,
    /// It asks for more than [`MOST_WORK`].
    #[error("the key file asks for 2^{0} steps of work, more than is ever written")]
    TooMuchWork(u8),
}

/// The secrets of a device, in memory that is locked where the system allows it and wiped afterwards.
pub struct Secrets(Locked<Raw>);

#[derive(Zeroize, ZeroizeOnDrop)]
struct Raw {
    root: [u8; 32],
    device: [u8; 32],
    seal: [u8; 32],
}

impl Secrets {
    fn empty() -> Self {
        Self(Locked::new(Raw {
            root: [0; 32],
            device: [0; 32],
            seal: [0; 32],
        }))
    }

    /// From 96 bytes: root secret, signing key, age identity.
    pub fn from_bytes(bytes: &[u8; SECRETS]) -> Self {
        let mut secrets = Self::empty();
        secrets.0.root.copy_from_slice(&bytes[..32]);
        secrets.0.device.copy_from_slice(&bytes[32..64]);
        secrets.0.seal.copy_from_slice(&bytes[64..]);
        secrets
    }

    /// From form 0, which has no age identity of its own.
    fn from_two(root: &[u8; 32], device: &[u8; 32]) -> Self {
        let mut secrets = Self::empty();
        secrets.0.root.copy_from_slice(root);
        secrets.0.device.copy_from_slice(device);
        let seal = Zeroizing::new(blake3::derive_key(
            "guildhall age identity of this device",
            root,
        ));
        secrets.0.seal.copy_from_slice(&*seal);
        secrets
    }

    /// The same secrets once more, for a second handle on the folder.
    pub fn again(&self) -> Self {
        Self::from_bytes(&self.bytes())
    }

    /// Everything local is encrypted with keys made from this.
    pub fn root(&self) -> &[u8; 32] {
        &self.0.root
    }

    /// The device's signing key.
    pub fn device(&self) -> SigningKey {
        SigningKey::from_bytes(&self.0.device)
    }

    /// The device's age identity, to which document keys are wrapped.
    #[allow(clippy::expect_used)] // Any 32 bytes are a key, and a test holds the spelling to age's.
    pub fn seal(&self) -> x25519::Identity {
        bech32::age_secret(&self.0.seal)
            .parse()
            .expect("32 bytes in age's own spelling")
    }

    /// What others wrap document keys to: `age1…`.
    pub fn recipient(&self) -> String {
        self.seal().to_public().to_string()
    }

    fn bytes(&self) -> Zeroizing<[u8; SECRETS]> {
        let mut bytes = Zeroizing::new([0; SECRETS]);
        bytes[..32].copy_from_slice(&self.0.root);
        bytes[32..64].copy_from_slice(&self.0.device);
        bytes[64..].copy_from_slice(&self.0.seal);
        bytes
    }

    /// The bytes of a key file: as they are, or wrapped with a passphrase and 2 to `work` steps. `None` where age cannot wrap, which
    /// memory that always takes a write does not know.
    pub fn encode(&self, protect: Option<(&Passphrase, u8)>) -> Option<Zeroizing<Vec<u8>>> {
        let mut out = Zeroizing::new(Vec::with_capacity(512));
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(b"1\n");
        match protect {
            None => {
                out.push(PLAIN);
                out.extend_from_slice(&*self.bytes());
            }
            Some((passphrase, work)) => {
                out.push(WRAPPED);
                wrap(&*self.bytes(), passphrase, work, &mut out)?;
            }
        }
        let sum = checksum(&out);
        out.extend_from_slice(&sum);
        Some(out)
    }

    /// Reads the bytes of a key file, whoever made them. Nothing is computed for a passphrase before form and checksum are right, and
    /// never more than 2 to `most_work` steps.
    pub fn decode(
        bytes: &[u8],
        passphrase: Option<&Passphrase>,
        most_work: u8,
    ) -> Result<Self, KeyFault> {
        match parts(bytes)? {
            Parts::Two(root, device) => Ok(Self::from_two(root, device)),
            Parts::Plain(secrets) => Ok(Self::from_bytes(secrets)),
            Parts::Wrapped(file) => {
                let passphrase = passphrase.ok_or(KeyFault::PassphraseNeeded)?;
                Ok(Self::from_bytes(&*unwrap(file, passphrase, most_work)?))
            }
        }
    }
}

/// How a key file is protected, without opening it.
pub fn protection(bytes: &[u8]) -> Result<Protection, KeyFault> {
    Ok(match parts(bytes)? {
        Parts::Two(..) | Parts::Plain(_) => Protection::None,
        Parts::Wrapped(_) => Protection::Passphrase,
    })
}

/// Puts any bytes through the reading of key files: as they are, and with the checksum set right, so that what lies behind it is reached.
/// A target for fuzzing; it must return.
pub fn try_any(bytes: &[u8]) {
    const LITTLE_WORK: u8 = 4;
    let Some(passphrase) = Passphrase::new(Zeroizing::new("any".to_owned())) else {
        return;
    };
    let mut mended = bytes.to_vec();
    mended.extend_from_slice(&checksum(bytes));
    for bytes in [bytes, &mended] {
        for passphrase in [None, Some(&passphrase)] {
            if let Ok(secrets) = Secrets::decode(bytes, passphrase, LITTLE_WORK) {
                let _ = secrets.recipient();
            }
        }
    }
}

enum Parts<'a> {
    Two(&'a [u8; 32], &'a [u8; 32]),
    Plain(&'a [u8; SECRETS]),
    Wrapped(&'a [u8]),
}

fn parts(bytes: &[u8]) -> Result<Parts<'_>, KeyFault> {
    let damaged = KeyFault::Damaged;
    if bytes.len() > LONGEST {
        return Err(damaged);
    }
    let (body, sum) = bytes.split_last_chunk::<CHECKSUM>().ok_or(damaged)?;
    if *sum != checksum(body) {
        return Err(damaged);
    }
    let rest = body.strip_prefix(MAGIC).ok_or(damaged)?;
    let (form, rest) = rest.split_first_chunk::<2>().ok_or(damaged)?;
    let (protection, rest) = rest.split_first().ok_or(damaged)?;
    match (form, *protection) {
        (b"0\n", PLAIN) => {
            let two: &[u8; 64] = rest.try_into().map_err(|_| damaged)?;
            let (root, device) = two.split_first_chunk::<32>().ok_or(damaged)?;
            Ok(Parts::Two(root, device.try_into().map_err(|_| damaged)?))
        }
        (b"1\n", PLAIN) => Ok(Parts::Plain(rest.try_into().map_err(|_| damaged)?)),
        (b"1\n", WRAPPED) => Ok(Parts::Wrapped(rest)),
        ([b'2'..=b'9', b'\n'], _) => Err(KeyFault::Newer),
        _ => Err(damaged),
    }
}

fn wrap(plain: &[u8], passphrase: &Passphrase, work: u8, out: &mut Vec<u8>) -> Option<()> {
    let mut recipient = scrypt::Recipient::new(passphrase.for_age());
    recipient.set_work_factor(work.clamp(1, MOST_WORK));
    let encryptor =
        Encryptor::with_recipients(std::iter::once(&recipient as &dyn Recipient)).ok()?;
    let mut writer = encryptor.wrap_output(out).ok()?;
    writer.write_all(plain).ok()?;
    writer.finish().ok()?;
    Some(())
}

fn unwrap(
    file: &[u8],
    passphrase: &Passphrase,
    most_work: u8,
) -> Result<Zeroizing<[u8; SECRETS]>, KeyFault> {
    let decryptor = Decryptor::new_buffered(file).map_err(|_| KeyFault::Damaged)?;
    // Any other recipient has been put there by somebody else.
    if !decryptor.is_scrypt() {
        return Err(KeyFault::Damaged);
    }
    let mut identity = scrypt::Identity::new(passphrase.for_age());
    identity.set_max_work_factor(most_work);
    let mut plain = decryptor
        .decrypt(std::iter::once(&identity as &dyn Identity))
        .map_err(|error| match error {
            DecryptError::ExcessiveWork { required, .. } => KeyFault::TooMuchWork(required),
            DecryptError::DecryptionFailed
            | DecryptError::KeyDecryptionFailed
            | DecryptError::NoMatchingKeys => KeyFault::WrongPassphrase,
            _ => KeyFault::Damaged,
        })?;
    let mut secrets = Zeroizing::new([0; SECRETS]);
    let mut more = [0; 1];
    plain
        .read_exact(&mut *secrets)
        .map_err(|_| KeyFault::Damaged)?;
    match plain.read(&mut more) {
        Ok(0) => Ok(secrets),
        _ => Err(KeyFault::Damaged),
    }
}

/// Tells a damaged key file from a good one; it protects nothing.
fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&blake3::derive_key("guildhall key file checksum", bytes)[..CHECKSUM]);
    sum
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
