//! A document's contents without Automerge: tables of rows of fields, every field with all claims to it.

use crate::domain::{Claim, PersonId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a field holds. Absence is `Null` (or no entry at all, which means the same).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scalar {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number; marks, FTE and the like are kept in their smallest unit.
    Int(i64),
    /// Text; dates are ISO texts.
    Text(String),
}

impl Scalar {
    /// Text of a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// All claims to one field: one, or several that were written apart. Never empty.
pub type Field = Vec<Claim<Scalar>>;

/// Fields by name.
pub type Row = BTreeMap<String, Field>;

/// A document's tables: table → row key → field → claims.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Tables by name.
    pub tables: BTreeMap<String, BTreeMap<String, Row>>,
}

impl Rows {
    /// A row, if it is there.
    pub fn row(&self, table: &str, key: &str) -> Option<&Row> {
        self.tables.get(table)?.get(key)
    }

    /// The rows of a table in order of their keys.
    pub fn table(&self, table: &str) -> impl Iterator<Item = (&String, &Row)> {
        self.tables.get(table).into_iter().flatten()
    }

    /// The claims to a field; empty where it is absent.
    pub fn claims(&self, table: &str, key: &str, field: &str) -> &[Claim<Scalar>] {
        self.row(table, key)
            .and_then(|row| row.get(field))
            .map_or(&[], Vec::as_slice)
    }

    /// Replaces all claims to a field by one. `Null` removes the field.
    pub fn set(
        &mut self,
        table: &str,
        key: &str,
        field: &str,
        value: Scalar,
        author: Option<PersonId>,
        at: u64,
    ) {
        let row = self
            .tables
            .entry(table.to_owned())
            .or_default()
            .entry(key.to_owned())
            .or_default();
        if value == Scalar::Null {
            row.remove(field);
        } else {
            row.insert(field.to_owned(), vec![Claim { value, author, at }]);
        }
    }
}
