//! The envelope: a header of fixed width, a signature over it, and an encrypted body. Owns the byte layout and the checks that need
//! nothing but the bytes; whether a writer had the right is asked of the authority.
//!
//! All numbers are big-endian. Offsets in the header:
//!
//! | Offset | Bytes | Field |
//! |---|---|---|
//! | 0 | 2 | version: 1 |
//! | 2 | 32 | team |
//! | 34 | 32 | document |
//! | 66 | 32 | device, an Ed25519 verifying key |
//! | 98 | 8 | epoch |
//! | 106 | 8 | seq, from 1 |
//! | 114 | 32 | prev: hash of the header before, zeros for seq 1 |
//! | 146 | 8 | authority: number of entries known |
//! | 154 | 32 | authority: hash of the last of them |
//! | 186 | 1 | kind of body: 1 changes, 2 key grant, 3 statement |
//! | 187 | 1 | schema step of the document's kind as the writer knew it, from 1; 0 unless the body holds changes |
//! | 188 | 8 | time: milliseconds since 1970 UTC by the writer's clock |
//! | 196 | 32 | id of the document key: the one that encrypts the body, or the one granted; zeros for a statement |
//! | 228 | 24 | nonce; zeros unless the body is encrypted with the document key |
//! | 252 | 32 | sum: keyed running hash of this log's change hashes; zeros for a statement |
//! | 284 | 32 | BLAKE3 of the body |
//!
//! Then 64 bytes of signature over [`tags::ENVELOPE`] and the header, then the body.
//!
//! The time stands here, and not only inside the encrypted change, since rights are dated: so whoever checks an envelope judges it on the
//! same day, a carrier that cannot decrypt it included. A reader refuses a change whose own time is another.
//! The schema step stands here so that a reader can say that its program is too old, and not that something is wrong.

use super::ids::{DeviceId, DocId, Epoch, LogId, TeamId};
use super::seal::KeyId;
use super::tags;
use ed25519_dalek::{Signature, Signer, SigningKey};

/// Version of the format.
pub const VERSION: u16 = 1;
/// Bytes of a header.
pub const HEADER_LEN: usize = 316;
/// Bytes of a signature.
pub const SIGNATURE_LEN: usize = 64;
/// A body has at most so many bytes.
pub const MAX_BODY: usize = 5 << 20;
/// Offset of the body hash, the one field that the body's encryption cannot cover.
const BODY_HASH_AT: usize = HEADER_LEN - 32;

/// A position in the authority: how many entries a writer knew, and the hash of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// Number of entries.
    pub len: u64,
    /// Hash of the last entry.
    pub hash: [u8; 32],
}

/// What the body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BodyKind {
    /// Automerge change chunks, encrypted with the document key.
    Changes = 1,
    /// A document key, wrapped for each device that it is granted to.
    Grant = 2,
    /// A signed statement for everybody: somebody is admitted, or a device stopped. Not encrypted.
    Statement = 3,
}

/// A decoded header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Team.
    pub team: TeamId,
    /// Which log.
    pub log: LogId,
    /// Place in the log, from 1.
    pub seq: u64,
    /// Hash of the header before it; zeros for the first.
    pub prev: [u8; 32],
    /// Authority as the writer knew it.
    pub authority: Position,
    /// What the body holds.
    pub kind: BodyKind,
    /// With which schema step of the document's kind the changes were written; 0 where there are none.
    pub step: u8,
    /// When it was written by the writer's clock, milliseconds since 1970 UTC.
    pub time_ms: u64,
    /// Which document key encrypts the body, or is granted by it; zeros for a statement.
    pub key: KeyId,
    /// Nonce of the body; zeros where the document key does not encrypt it.
    pub nonce: [u8; 24],
    /// Running hash over this log's change hashes, keyed for readers; zeros for a statement.
    pub sum: [u8; 32],
    /// BLAKE3 of the encrypted body.
    pub body_hash: [u8; 32],
}

/// Why bytes are not a valid envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Too few or too many bytes.
    #[error("an envelope of {0} bytes: too short or too long")]
    Length(usize),
    /// Another format.
    #[error("envelope format {0}; this program knows format {VERSION}")]
    Version(u16),
    /// Unknown kind of body.
    #[error("unknown kind of body {0}")]
    Kind(u8),
    /// A field holds something that this kind of body has no use for.
    #[error("a field that this kind of envelope does not use is not empty")]
    Spare,
    /// Changes of no schema step.
    #[error("an envelope of changes that does not say with which schema step they were written")]
    Step,
    /// The device is not a key.
    #[error("the device is not a valid key")]
    Device,
    /// The signature is wrong.
    #[error("the signature does not match")]
    Signature,
    /// The body is not the one signed for.
    #[error("the body does not match its hash")]
    Body,
}

impl Header {
    /// The fixed-width bytes.
    pub fn encode(&self) -> [u8; HEADER_LEN] {
        let mut out = [0; HEADER_LEN];
        let mut at = 0;
        let mut put = |bytes: &[u8]| {
            out[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        };
        put(&VERSION.to_be_bytes());
        put(&self.team.0);
        put(&self.log.doc.0);
        put(&self.log.device.0);
        put(&self.log.epoch.0.to_be_bytes());
        put(&self.seq.to_be_bytes());
        put(&self.prev);
        put(&self.authority.len.to_be_bytes());
        put(&self.authority.hash);
        put(&[self.kind as u8, self.step]);
        put(&self.time_ms.to_be_bytes());
        put(&self.key.0);
        put(&self.nonce);
        put(&self.sum);
        put(&self.body_hash);
        out
    }

    /// Reads the fixed-width bytes; every field is taken as it stands, there are no spare bits.
    pub fn decode(bytes: &[u8; HEADER_LEN]) -> Result<Self, EnvelopeError> {
        let mut reader = Reader(bytes);
        let version = u16::from_be_bytes(reader.take());
        if version != VERSION {
            return Err(EnvelopeError::Version(version));
        }
        let team = TeamId(reader.take());
        let log = LogId {
            doc: DocId(reader.take()),
            device: DeviceId(reader.take()),
            epoch: Epoch(u64::from_be_bytes(reader.take())),
        };
        let seq = u64::from_be_bytes(reader.take());
        let prev = reader.take();
        let authority = Position {
            len: u64::from_be_bytes(reader.take()),
            hash: reader.take(),
        };
        let kind = match reader.take::<1>() {
            [1] => BodyKind::Changes,
            [2] => BodyKind::Grant,
            [3] => BodyKind::Statement,
            [other] => return Err(EnvelopeError::Kind(other)),
        };
        let [step] = reader.take();
        let header = Self {
            team,
            log,
            seq,
            prev,
            authority,
            kind,
            step,
            time_ms: u64::from_be_bytes(reader.take()),
            key: KeyId(reader.take()),
            nonce: reader.take(),
            sum: reader.take(),
            body_hash: reader.take(),
        };
        // One content has one encoding: what is not used cannot vary.
        let spare = match kind {
            BodyKind::Changes => false,
            BodyKind::Grant => header.nonce != [0; 24] || step != 0,
            BodyKind::Statement => {
                let empty = [header.key.0, header.sum] == [[0; 32]; 2];
                header.nonce != [0; 24] || !empty || step != 0
            }
        };
        if spare {
            return Err(EnvelopeError::Spare);
        }
        if kind == BodyKind::Changes && step == 0 {
            return Err(EnvelopeError::Step);
        }
        Ok(header)
    }

    /// The header's hash, which the next envelope of the log names.
    pub fn hash(&self) -> [u8; 32] {
        *blake3::hash(&self.encode()).as_bytes()
    }

    /// What the body's encryption covers besides the body: the header without the body's hash.
    pub fn associated_data(&self) -> [u8; BODY_HASH_AT] {
        let bytes = self.encode();
        let mut out = [0; BODY_HASH_AT];
        out.copy_from_slice(&bytes[..BODY_HASH_AT]);
        out
    }
}

/// Takes fields off the front of a header; the header's length is the sum of all fields, so it never runs out.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        let (head, rest) = self.0.split_at(N.min(self.0.len()));
        out[..head.len()].copy_from_slice(head);
        self.0 = rest;
        out
    }
}

/// A signed envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Header.
    pub header: Header,
    /// Signature over tag and header.
    pub signature: [u8; SIGNATURE_LEN],
    /// Encrypted body.
    pub body: Vec<u8>,
}

fn signed_bytes(header: &Header) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(tags::ENVELOPE.len() + HEADER_LEN);
    bytes.extend_from_slice(tags::ENVELOPE);
    bytes.extend_from_slice(&header.encode());
    bytes
}

impl Envelope {
    /// Signs a header whose `body_hash` is set here.
    pub fn sign(mut header: Header, body: Vec<u8>, key: &SigningKey) -> Self {
        header.body_hash = *blake3::hash(&body).as_bytes();
        let signature = key.sign(&signed_bytes(&header)).to_bytes();
        Self {
            header,
            signature,
            body,
        }
    }

    /// Header, signature, body.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_LEN + SIGNATURE_LEN + self.body.len());
        out.extend_from_slice(&self.header.encode());
        out.extend_from_slice(&self.signature);
        out.extend_from_slice(&self.body);
        out
    }

    /// Reads an envelope without judging it.
    pub fn decode(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let length = EnvelopeError::Length(bytes.len());
        let (header, rest) = bytes.split_first_chunk::<HEADER_LEN>().ok_or(length)?;
        let (signature, body) = rest.split_first_chunk::<SIGNATURE_LEN>().ok_or(length)?;
        if body.len() > MAX_BODY {
            return Err(length);
        }
        Ok(Self {
            header: Header::decode(header)?,
            signature: *signature,
            body: body.to_vec(),
        })
    }

    /// Checks that the body is the one named and that the device signed. A carrier that cannot decrypt can do this.
    pub fn verify(&self) -> Result<(), EnvelopeError> {
        if *blake3::hash(&self.body).as_bytes() != self.header.body_hash {
            return Err(EnvelopeError::Body);
        }
        let key = super::signed::key_of(&self.header.log.device)?;
        key.verify_strict(
            &signed_bytes(&self.header),
            &Signature::from_bytes(&self.signature),
        )
        .map_err(|_| EnvelopeError::Signature)
    }
}

#[cfg(test)]
#[path = "envelope_tests.rs"]
mod tests;
