//! Document keys, encryption of bodies, and the running `sum` of a log. Owns how a body becomes bytes that only readers can read.

use super::envelope::{Envelope, Header};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

/// Name of a document key: its hash, which tells nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 32]);

/// A document key: 32 random bytes, wiped when dropped. All envelopes of a document that name its id are encrypted with it.
#[derive(Clone)]
pub struct DocKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for DocKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DocKey({:?})", self.id())
    }
}

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Wrong key, or changed bytes.
    #[error("the body cannot be decrypted: it was changed, or another key is needed")]
    Decrypt,
    /// What was inside does not follow the form.
    #[error("the body does not hold whole change chunks")]
    Form,
    /// The running hash does not continue the one before.
    #[error("the running hash does not match the changes")]
    Sum,
}

impl DocKey {
    /// From random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The secret bytes, for wrapping.
    pub fn secret(&self) -> &[u8; 32] {
        &self.0
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        KeyId(blake3::derive_key("guildhall document key id", &*self.0))
    }

    /// The sum after one more change: a keyed hash of the sum so far and the change's hash. The first one follows 32 zeros.
    pub fn sum(&self, before: &[u8; 32], change: &[u8; 32]) -> [u8; 32] {
        let key = Zeroizing::new(blake3::derive_key("guildhall log sum", &*self.0));
        let mut hasher = blake3::Hasher::new_keyed(&key);
        hasher.update(before);
        hasher.update(change);
        *hasher.finalize().as_bytes()
    }
}

/// Encrypts and signs: fills key id, nonce and body hash of `header`.
pub fn seal(
    mut header: Header,
    chunks: &[&[u8]],
    key: &DocKey,
    randomness: &[u8; 32],
    signer: &SigningKey,
) -> Result<Envelope, BodyError> {
    let plain = Zeroizing::new(frame(chunks));
    header.key = key.id();
    header.nonce = nonce(&header, &plain, randomness);
    let body = cipher(key)
        .encrypt(
            XNonce::from_slice(&header.nonce),
            Payload {
                msg: &plain,
                aad: &header.associated_data(),
            },
        )
        .map_err(|_| BodyError::Form)?;
    Ok(Envelope::sign(header, body, signer))
}

/// A hash over randomness, every other field that stands before the body is encrypted, and the plaintext: two clones with the same random
/// state that write the same, but under another position of the authority, repeat none. One key and nonce under two headers would let
/// somebody forge a third.
fn nonce(header: &Header, plain: &[u8], randomness: &[u8; 32]) -> [u8; 24] {
    let rest = Header {
        nonce: [0; 24],
        ..header.clone()
    };
    let mut hasher = blake3::Hasher::new_derive_key("guildhall body nonce");
    hasher.update(randomness);
    hasher.update(&rest.associated_data());
    hasher.update(plain);
    let mut nonce = [0; 24];
    nonce.copy_from_slice(&hasher.finalize().as_bytes()[..24]);
    nonce
}

/// Decrypts the change chunks of an envelope.
pub fn open(envelope: &Envelope, key: &DocKey) -> Result<Vec<Vec<u8>>, BodyError> {
    let plain = cipher(key)
        .decrypt(
            XNonce::from_slice(&envelope.header.nonce),
            Payload {
                msg: &envelope.body,
                aad: &envelope.header.associated_data(),
            },
        )
        .map(Zeroizing::new)
        .map_err(|_| BodyError::Decrypt)?;
    unframe(&plain)
}

fn cipher(key: &DocKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*key.0).into())
}

/// Each chunk behind its length in four bytes.
fn frame(chunks: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(chunks.iter().map(|c| c.len() + 4).sum());
    for chunk in chunks {
        // A chunk is bounded far below 4 GiB before it gets here.
        out.extend_from_slice(&(chunk.len() as u32).to_be_bytes());
        out.extend_from_slice(chunk);
    }
    out
}

fn unframe(mut bytes: &[u8]) -> Result<Vec<Vec<u8>>, BodyError> {
    let mut chunks = Vec::new();
    while !bytes.is_empty() {
        let (len, rest) = bytes.split_first_chunk::<4>().ok_or(BodyError::Form)?;
        let len = u32::from_be_bytes(*len) as usize;
        if len > rest.len() {
            return Err(BodyError::Form);
        }
        let (chunk, rest) = rest.split_at(len);
        chunks.push(chunk.to_vec());
        bytes = rest;
    }
    Ok(chunks)
}
