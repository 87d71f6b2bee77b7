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
    /// What it is, for toasts, undo and History: "Ann Example · Budget Management: 6".
    pub label: String,
    /// What it assigns.
    pub ops: Vec<Op>,
    /// Texts that it was written over: where one of these fields says something else by then, nothing of the edit is saved.
    pub stood: Vec<Stood>,
}

impl Edit {
    /// An edit that is saved whatever stood there before.
    pub fn new(label: impl Into<String>, ops: Vec<Op>) -> Self {
        Self {
            label: label.into(),
            ops,
            stood: Vec::new(),
        }
    }
}

/// What a field of text said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood {
    /// Which document.
    pub doc: DocRef,
    /// Table.
    pub table: String,
    /// Row key.
    pub row: String,
    /// Field.
    pub field: String,
    /// The text; none where the field was empty, several where it was written apart.
    pub texts: Vec<String>,
}

impl Stood {
    /// Before an assignment.
    pub fn before(op: &Op, texts: Vec<String>) -> Self {
        Self {
            doc: op.doc.clone(),
            table: op.table.clone(),
            row: op.row.clone(),
            field: op.field.clone(),
            texts,
        }
    }
}
