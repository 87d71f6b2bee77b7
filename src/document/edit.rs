//! `Edit`: the only way to change anything. An edit is data: one step for undo, made of field assignments that may span documents.

use super::kind::DocRef;
use super::rows::Scalar;
use serde::{Deserialize, Serialize};

/// One assignment: field of row of table of document := value. `Null` clears it. Nothing else can be done to a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Op {
    /// Which document.
    pub doc: DocRef,
    /// Table of its kind.
    pub table: String,
    /// Row key.
    pub row: String,
    /// Field name.
    pub field: String,
    /// New value.
    pub value: Scalar,
}

/// One step that a person took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// What it is, for toasts, undo and History: "Edie Swann · Budget Management: 6".
    pub label: String,
    /// What it assigns.
    pub ops: Vec<Op>,
}
