//! A writing: what one person wrote to one document at one time. Imports and the demo are lists of them; the store turns each into a
//! signed change, and painting replays them without one.

use super::edit::Op;
use super::kind::DocRef;
use crate::domain::PersonId;

/// One writing. Writings to one document follow each other in the order of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    /// Document.
    pub doc: DocRef,
    /// Who wrote it.
    pub author: PersonId,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: u64,
    /// Written without knowledge of the writing before it to the same document. Several in a row know neither each other nor the last
    /// one before them that is not apart: all of these stand side by side.
    pub apart: bool,
    /// What it assigns; every `op.doc` is `doc`.
    pub ops: Vec<Op>,
}
