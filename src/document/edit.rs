//! `Edit`: the only way to change anything. An edit is data: one step for undo, made of field assignments that may span documents.

use super::kind::DocRef;
use super::rows::Scalar;
use crate::domain::Claim;
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
    /// What it was written over: where one of these fields says something else by then, nothing of the edit is saved.
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

/// What a field said.
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
    /// Every value, in order, where the edit rests on all of them and not on texts alone: one of two numbers was chosen.
    pub values: Option<Vec<Scalar>>,
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
            values: None,
        }
    }

    /// Before a choice among all that stands in a field.
    pub fn whole(
        doc: &DocRef,
        (table, row, field): (&str, &str, &str),
        values: Values<'_>,
    ) -> Self {
        let values = in_order(values);
        let texts = values.iter().filter_map(|value| match value {
            Scalar::Text(text) => Some(text.clone()),
            _ => None,
        });
        Self {
            doc: doc.clone(),
            table: table.to_owned(),
            row: row.to_owned(),
            field: field.to_owned(),
            texts: texts.collect(),
            values: Some(values),
        }
    }

    /// The same place as it stands now, asked in the same way.
    pub fn now(&self, values: Values<'_>) -> Self {
        let now = Self::whole(&self.doc, (&self.table, &self.row, &self.field), values);
        Self {
            values: self.values.is_some().then_some(now.values).flatten(),
            ..now
        }
    }
}

/// All claims to a field.
pub type Values<'a> = &'a [Claim<Scalar>];

/// What they say, each once.
fn in_order(claims: Values<'_>) -> Vec<Scalar> {
    let mut values: Vec<Scalar> = claims.iter().map(|claim| claim.value.clone()).collect();
    values.sort();
    values.dedup();
    values
}
