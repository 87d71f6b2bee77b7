//! A change that was measured and decoded, and not judged yet: what its hash, its dependencies and its assignments are, for whoever decides
//! which changes make up a document. Must not know who may write what.

use super::crdt::{Doc, Put, scalar};
use super::gate::{self, ApplyError};
use automerge::legacy::{Key, ObjectId, Op, OpType};
use automerge::{Change, ChangeHash, ObjId};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A decoded change.
#[derive(Clone, Debug)]
pub struct ReadChange(pub(super) Change);

impl ReadChange {
    /// Measures and decodes a plain change chunk.
    pub fn read(chunk: &[u8]) -> Result<Self, ApplyError> {
        gate::decode(chunk).map(Self)
    }

    /// Its hash.
    pub fn hash(&self) -> [u8; 32] {
        self.0.hash().0
    }

    /// Its plain chunk.
    pub fn chunk(&self) -> &[u8] {
        self.0.raw_bytes()
    }

    /// Hashes of the changes that it rests on.
    pub fn deps(&self) -> impl Iterator<Item = [u8; 32]> {
        self.0.deps().iter().map(|d| d.0)
    }

    /// When it was made, milliseconds since 1970 UTC.
    pub fn time_ms(&self) -> u64 {
        u64::try_from(self.0.timestamp()).unwrap_or(0)
    }
}

impl Doc {
    /// Whether a change is in the document.
    pub fn holds(&self, hash: &[u8; 32]) -> bool {
        self.history.holds(&ChangeHash(*hash))
    }

    /// What a change assigns, in the words of [`Put`]; what it does else (settling a conflict for the value that wins) is left out.
    pub fn puts_of(&self, change: &ReadChange) -> Vec<Put> {
        let Ok(decoded) = catch_unwind(AssertUnwindSafe(|| change.0.decode())) else {
            return Vec::new();
        };
        let put = |op: &Op| {
            let OpType::Put(value) = &op.action else {
                return None;
            };
            let (Key::Map(key), ObjectId::Id(object)) = (&op.key, &op.obj) else {
                return None;
            };
            let table = self.tables.iter().find(|(_, id)| match id {
                ObjId::Id(counter, actor, _) => *counter == object.0 && *actor == object.1,
                ObjId::Root => false,
            })?;
            let (row, field) = key.rsplit_once('.')?;
            Some((
                (*table.0).to_owned(),
                row.to_owned(),
                field.to_owned(),
                scalar(value)?,
            ))
        };
        decoded.operations.iter().filter_map(put).collect()
    }
}
