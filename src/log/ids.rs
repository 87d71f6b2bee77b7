//! Names of teams, documents, devices and logs, all opaque: hashes, keys and random bits.

use crate::document::crdt::ActorId;
use crate::document::{DocRef, Kind};
use std::fmt;

macro_rules! bytes32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}:{}", stringify!($name), self)
            }
        }

        impl fmt::Display for $name {
            /// The first eight bytes in hexadecimal digits, enough to tell two apart.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0[..8].iter().try_for_each(|b| write!(f, "{b:02x}"))
            }
        }
    };
}

bytes32!(
    /// A team: the hash of the first entry of its authority.
    TeamId
);
bytes32!(
    /// A document: a hash of team, kind, person and generation, so that it names nobody.
    DocId
);
bytes32!(
    /// A device: its Ed25519 verifying key.
    DeviceId
);

/// An epoch of a log: 64 random bits. Each has its own actor and counts from 1.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Epoch(pub u64);

/// One append-only log: of one device, for one document, in one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId {
    /// Document.
    pub doc: DocId,
    /// Device that writes it.
    pub device: DeviceId,
    /// Epoch.
    pub epoch: Epoch,
}

impl DocId {
    /// The id of a document. `generation` counts up from 0 when a document has to be begun anew.
    pub fn of(team: &TeamId, doc: &DocRef, generation: u32) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(&team.0);
        hasher.update(b"guildhall document id\0");
        hasher.update(&[kind_code(doc.kind)]);
        hasher.update(&generation.to_be_bytes());
        hasher.update(
            doc.person
                .as_ref()
                .map_or(&[][..], |p| p.as_str().as_bytes()),
        );
        Self(*hasher.finalize().as_bytes())
    }
}

/// The number that stands for a kind in hashes and files.
pub fn kind_code(kind: Kind) -> u8 {
    kind as u8
}

impl LogId {
    /// The Automerge actor of this log, and of no other: the first 16 bytes of a hash of all that names it.
    pub fn actor(&self) -> ActorId {
        let mut hasher = blake3::Hasher::new_derive_key("guildhall log actor");
        hasher.update(&self.doc.0);
        hasher.update(&self.device.0);
        hasher.update(&self.epoch.0.to_be_bytes());
        ActorId::from(&hasher.finalize().as_bytes()[..16])
    }
}
