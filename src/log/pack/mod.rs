//! Packs: many envelopes of one document as one piece, made by anybody who can read them and trusted by nobody. Owns the bytes of a pack
//! and what must hold before it is believed; no I/O. Must not know where packs are kept, nor when one is made.
//!
//! A pack holds the changes of some first envelopes of each log, and of each log the signed header at which it was covered. The header's
//! `sum` is a running hash over the log's changes, keyed for readers and signed by the device, so a pack is right when its changes give
//! exactly these sums, whoever made it. A key renewed inside a log changes the key of the sum: then the signed header of the last envelope
//! under the old key is kept as well, and the log is covered in *stretches*, one for each key.
//!
//! The changes stand as plain chunks less what can be computed, and not as Automerge's own `save()`: that form is one piece, whose columns
//! Automerge decodes before anybody can know whose changes are in it. Here every change's hash and every sum is checked before Automerge
//! sees a byte, and then each change passes the gate as it did when it came in its envelope. `docs/format.md` has the bytes.

mod bytes;
mod check;

use super::envelope::{BodyKind, EnvelopeError};
use super::ids::{DocId, LogId, TeamId};
use super::seal::{DocKey, KeyId};
use super::signed::SignedHeader;
use crate::document::Kind;
use crate::document::crdt::{ApplyError, Doc};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// Version of the format.
pub const VERSION: u16 = 1;
/// Bytes of the front, which is not encrypted: version, team, document, key id, nonce.
pub const FRONT_LEN: usize = 2 + 32 + 32 + 32 + NONCE_LEN;
const NONCE_LEN: usize = 24;
/// A pack has at most so many bytes, compressed or not.
pub const MAX_PACK: usize = 32 << 20;
/// The chunks of a pack have at most so many bytes together once they are whole again.
pub const MAX_CHUNKS: usize = 64 << 20;
/// A pack covers at most so many stretches of logs; each has a signature to check.
pub const MAX_STRETCHES: usize = 8_192;
/// What is authenticated before the front, so that nothing else encrypted with a document key can be taken for a pack.
const TAG: &[u8] = b"guildhall pack\0";

/// What a pack is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The team.
    pub team: TeamId,
    /// The document.
    pub doc: DocId,
    /// Its kind.
    pub kind: Kind,
}

/// A row of envelopes of one log whose changes are under one key, up to a signed header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The header of its last envelope.
    pub signed: SignedHeader,
    /// How many changes it holds; 0 where the last envelope that is covered is none of changes.
    pub changes: u64,
}

/// How far a log is covered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    stretches: Vec<Stretch>,
}

/// A change in a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedChange {
    /// Which of the pack's logs it stands in.
    pub log: usize,
    /// The plain change chunk.
    pub chunk: Vec<u8>,
    /// Its hash.
    pub hash: [u8; 32],
    /// Its time, milliseconds since 1970 UTC.
    pub time_ms: i64,
}

/// A pack that was read and checked.
#[derive(Debug)]
pub struct Pack {
    /// The logs, in order of device and epoch.
    pub logs: Vec<Coverage>,
    /// The changes, each behind all that it depends on.
    pub changes: Vec<PackedChange>,
    /// The document that they make.
    pub doc: Doc,
}

/// What stands in a pack, its changes not applied yet.
#[derive(Debug)]
pub struct Found {
    /// The logs, in order of device and epoch.
    pub logs: Vec<Coverage>,
    /// The changes, each behind all that it depends on.
    pub changes: Vec<PackedChange>,
}

/// Why a pack was not written or not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// Too few or too many bytes.
    #[error("a pack of {0} bytes: too short or too long")]
    Length(usize),
    /// Another format.
    #[error("pack format {0}; this program knows format {VERSION}")]
    Version(u16),
    /// Of another document.
    #[error("the pack, or a header in it, is of another team or document")]
    Elsewhere,
    /// It holds changes of a schema step that this program does not know.
    #[error("the pack was written by a newer guildhall: update this program")]
    Newer,
    /// A key is missing.
    #[error("the pack needs a document key that is not here")]
    NoKey(KeyId),
    /// Wrong key, or changed bytes.
    #[error("the pack cannot be decrypted: it was changed, or another key is needed")]
    Decrypt,
    /// Not one whole compressed piece.
    #[error("the pack does not hold one whole compressed piece")]
    Compression,
    /// More than is allowed.
    #[error("the pack holds more than is allowed ({0})")]
    TooLarge(&'static str),
    /// The bytes inside do not follow the form.
    #[error("the pack does not have the form of a pack: {0}")]
    Form(&'static str),
    /// A header in it is not valid.
    #[error("a header in the pack is not valid: {0}")]
    Header(EnvelopeError),
    /// The stretches of a log do not follow each other.
    #[error("the headers of log {0:?} do not cover it in one way: {1}")]
    Coverage(LogId, &'static str),
    /// A log has other changes than its header counts.
    #[error("the pack has {found} changes of a log that is covered with {counted}")]
    Count {
        /// How many the coverage counts.
        counted: u64,
        /// How many there are.
        found: u64,
    },
    /// The changes of a log are not those that its device signed for.
    #[error("the changes in the pack are not those that the device of log {0:?} signed for")]
    Sum(LogId),
    /// The time of a header is not that of its change.
    #[error("a header of log {0:?} has another time than its change")]
    Time(LogId),
    /// A change is none that may be applied.
    #[error("change {at} of the pack: {why}")]
    Change {
        /// Which, from 0.
        at: usize,
        /// What is wrong with it.
        why: ApplyError,
    },
}

/// As somebody kept it; whether it can be is seen when a pack with it is read.
impl From<Vec<Stretch>> for Coverage {
    fn from(stretches: Vec<Stretch>) -> Self {
        Self { stretches }
    }
}

impl Coverage {
    /// The stretches, oldest first.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// Where the log was covered; `None` where nothing is.
    pub fn head(&self) -> Option<&SignedHeader> {
        self.stretches.last().map(|stretch| &stretch.signed)
    }

    /// Which log it is.
    pub fn log(&self) -> Option<LogId> {
        self.head().map(|signed| signed.header.log)
    }

    /// How many changes are covered.
    pub fn changes(&self) -> u64 {
        let counts = self.stretches.iter().map(|stretch| stretch.changes);
        counts.fold(0, u64::saturating_add)
    }

    /// Covers the log's next envelope. An envelope of changes holds one.
    pub fn push(&mut self, signed: SignedHeader) {
        // A grant is kept only where it is the last: a later header says all that it says.
        self.stretches.pop_if(|last| last.changes == 0);
        if signed.header.kind != BodyKind::Changes {
            self.stretches.push(Stretch { signed, changes: 0 });
            return;
        }
        let key = signed.header.key;
        let same = self.stretches.pop_if(|s| s.signed.header.key == key);
        self.stretches.push(Stretch {
            signed,
            changes: same.map_or(0, |s| s.changes) + 1,
        });
    }
}

/// Makes a pack of plain change chunks, in any order, and how far each log is covered. Whoever drops envelopes for it reads it first: this
/// function takes what it is given.
pub fn write(
    subject: &Subject,
    logs: &[Coverage],
    chunks: &[&[u8]],
    key: &DocKey,
    randomness: &[u8; 32],
) -> Result<Vec<u8>, PackError> {
    let inside = Zeroizing::new(plain(subject, logs, chunks)?);
    if inside.len() > MAX_PACK {
        return Err(PackError::TooLarge("bytes"));
    }
    let packed = zstd::bulk::compress(&inside, LEVEL).map_err(|_| PackError::Compression)?;
    wrap(subject, &packed, key, randomness)
}

/// How hard zstd tries: packs are made when nobody waits.
const LEVEL: i32 = 9;

/// What stands in a pack before it is compressed.
pub fn plain(subject: &Subject, logs: &[Coverage], chunks: &[&[u8]]) -> Result<Vec<u8>, PackError> {
    bytes::encode(subject, logs, chunks)
}

/// Encrypts a compressed piece under the front of a pack.
pub fn wrap(
    subject: &Subject,
    packed: &[u8],
    key: &DocKey,
    randomness: &[u8; 32],
) -> Result<Vec<u8>, PackError> {
    let mut out = Vec::with_capacity(FRONT_LEN + packed.len() + 16);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&subject.team.0);
    out.extend_from_slice(&subject.doc.0);
    out.extend_from_slice(&key.id().0);
    // Randomness hashed with the rest of the front and what is encrypted: clones repeat no nonce.
    let mut hasher = blake3::Hasher::new_derive_key("guildhall pack nonce");
    hasher.update(randomness);
    hasher.update(&out);
    hasher.update(packed);
    let mut nonce = [0; NONCE_LEN];
    nonce.copy_from_slice(&hasher.finalize().as_bytes()[..NONCE_LEN]);
    out.extend_from_slice(&nonce);
    let body = cipher(key)
        .encrypt(
            XNonce::from_slice(&nonce),
            Payload {
                msg: packed,
                aad: &[TAG, &out].concat(),
            },
        )
        .map_err(|_| PackError::TooLarge("bytes"))?;
    out.extend_from_slice(&body);
    if out.len() > MAX_PACK {
        return Err(PackError::TooLarge("bytes"));
    }
    Ok(out)
}

/// Reads a pack of a document and checks all of it: form, signatures, the sum of every log, every change. `keys` finds a document key by its id;
/// a pack may need older ones than the one that encrypts it.
pub fn read(
    bytes: &[u8],
    subject: &Subject,
    keys: &dyn Fn(&KeyId) -> Option<DocKey>,
) -> Result<Pack, PackError> {
    let found = open(bytes, subject, keys)?;
    let doc = check::changes(subject.kind, &found)?;
    Ok(Pack {
        logs: found.logs,
        changes: found.changes,
        doc,
    })
}

/// Reads a pack as far as its sums: its changes are those that the devices signed for. What they make is seen by whoever applies them.
pub fn open(
    bytes: &[u8],
    subject: &Subject,
    keys: &dyn Fn(&KeyId) -> Option<DocKey>,
) -> Result<Found, PackError> {
    let plain = Zeroizing::new(unwrap(bytes, subject, keys)?);
    let found = bytes::decode(&plain, subject)?;
    check::coverage(subject, &found.logs)?;
    check::sums(&found, keys)?;
    Ok(found)
}

/// Decrypts and decompresses.
fn unwrap(
    bytes: &[u8],
    subject: &Subject,
    keys: &dyn Fn(&KeyId) -> Option<DocKey>,
) -> Result<Vec<u8>, PackError> {
    let length = PackError::Length(bytes.len());
    let Some((front, body)) = bytes.split_first_chunk::<FRONT_LEN>() else {
        return Err(length);
    };
    if bytes.len() > MAX_PACK {
        return Err(length);
    }
    let field = |from: usize| {
        let mut out = [0; 32];
        out.copy_from_slice(&front[from..from + 32]);
        out
    };
    let version = u16::from_be_bytes([front[0], front[1]]);
    if version != VERSION {
        return Err(PackError::Version(version));
    }
    if field(2) != subject.team.0 || field(34) != subject.doc.0 {
        return Err(PackError::Elsewhere);
    }
    let id = KeyId(field(66));
    let key = keys(&id).ok_or(PackError::NoKey(id))?;
    let packed = cipher(&key)
        .decrypt(
            XNonce::from_slice(&front[98..]),
            Payload {
                msg: body,
                aad: &[TAG, &front[..]].concat(),
            },
        )
        .map(Zeroizing::new)
        .map_err(|_| PackError::Decrypt)?;
    bytes::decompress(&packed)
}

fn cipher(key: &DocKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.secret().into())
}
