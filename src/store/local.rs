//! Encryption of what stays on this machine: views, summaries, undo steps, document keys, the authority. One key, made from the root
//! secret of the key file; what a value is for is bound to it, so that none can stand in for another.

use super::error::StoreError;
use super::files::random;
use crate::domain::PersonId;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// What something is sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Who uses this folder.
    Me = 1,
    /// Which document an id stands for.
    Reference = 2,
    /// Document keys.
    Key = 3,
    /// Contents of a document.
    View = 4,
    /// Summary of a person.
    Summary = 5,
    /// What the whole team shares, decoded.
    Base = 6,
    /// Undo steps.
    Step = 7,
    /// Authority entries.
    Authority = 8,
    /// Statements of others.
    Statement = 9,
    /// Whom an invitation is for.
    Invitation = 20,
    /// What a device brought that came with a ticket.
    Request = 21,
    /// Where the program listens that is on the network.
    Listening = 22,
    /// Where a machine of the team can be reached.
    Reached = 23,
    /// What a repair could not read.
    Lacking = 24,
}

/// The local keys.
pub struct LocalKeys {
    seal: XChaCha20Poly1305,
    hash: Zeroizing<[u8; 32]>,
}

// Both fields do so by themselves.
impl ZeroizeOnDrop for LocalKeys {}

impl LocalKeys {
    /// From the root secret.
    pub fn new(root: &[u8; 32]) -> Self {
        let key = Zeroizing::new(blake3::derive_key("guildhall local seal", root));
        Self {
            seal: XChaCha20Poly1305::new((&*key).into()),
            hash: Zeroizing::new(blake3::derive_key("guildhall local names", root)),
        }
    }

    /// What stands for a person in the tables.
    pub fn person(&self, person: &PersonId) -> [u8; 32] {
        *blake3::keyed_hash(&self.hash, person.as_str().as_bytes()).as_bytes()
    }

    /// What stands for a person who is erased: nothing leads from it to what stood for them before.
    pub fn erased(&self, person: &PersonId) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.hash);
        hasher.update(b"erased\0");
        hasher.update(person.as_str().as_bytes());
        *hasher.finalize().as_bytes()
    }

    /// Nonce, then ciphertext; `bound` must be the same when it is opened.
    pub fn seal(
        &self,
        purpose: Purpose,
        bound: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let aad = associated(purpose, bound);
        let nonce = nonce(&random::<32>()?, &aad, plain);
        let payload = Payload {
            msg: plain,
            aad: &aad,
        };
        let sealed = self
            .seal
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| StoreError::Encode("an encrypted value"))?;
        let mut out = nonce.to_vec();
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// The plaintext; `None` where bytes or binding are not what was sealed.
    pub fn open(
        &self,
        purpose: Purpose,
        bound: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, body) = sealed.split_first_chunk::<24>()?;
        let payload = Payload {
            msg: body,
            aad: &associated(purpose, bound),
        };
        self.seal
            .decrypt(XNonce::from_slice(nonce), payload)
            .ok()
            .map(Zeroizing::new)
    }

    /// Seals a value in its compact form.
    pub fn seal_value<T: Serialize>(
        &self,
        purpose: Purpose,
        bound: &[u8],
        value: &T,
    ) -> Result<Vec<u8>, StoreError> {
        let plain =
            Zeroizing::new(postcard::to_stdvec(value).map_err(|_| StoreError::Encode("a value"))?);
        self.seal(purpose, bound, &plain)
    }

    /// Opens a value that [`LocalKeys::seal_value`] sealed.
    pub fn open_value<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        bound: &[u8],
        sealed: &[u8],
    ) -> Option<T> {
        postcard::from_bytes(&self.open(purpose, bound, sealed)?).ok()
    }
}

/// Hashes randomness with all that is sealed: two copies of a folder that are given the same random bits repeat a nonce only for the same
/// contents.
fn nonce(randomness: &[u8; 32], aad: &[u8], plain: &[u8]) -> [u8; 24] {
    let mut hasher = blake3::Hasher::new_derive_key("guildhall local nonce");
    hasher.update(randomness);
    hasher.update(&(aad.len() as u64).to_be_bytes());
    hasher.update(aad);
    hasher.update(plain);
    let mut nonce = [0; 24];
    nonce.copy_from_slice(&hasher.finalize().as_bytes()[..24]);
    nonce
}

fn associated(purpose: Purpose, bound: &[u8]) -> Vec<u8> {
    let mut aad = vec![purpose as u8];
    aad.extend_from_slice(bound);
    aad
}
