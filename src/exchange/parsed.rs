//! A folder that has been read: its rows, table by table, each with the line it came from.

use super::problem::Problem;
use crate::document::Scalar;
use crate::document::code::{date_of, row_key};
use crate::document::schema::{Ref, TableSpec};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its value; people are named by handle.
    pub value: Scalar,
    /// Line on which it stands.
    pub line: u32,
}

/// A row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Path of the file.
    pub file: Arc<str>,
    /// Line on which it begins.
    pub line: u32,
    /// Fields by column; those that are not given are absent, unless they have a default.
    pub cells: BTreeMap<&'static str, Cell>,
    /// Rows with one key and one of these were written apart.
    pub conflict: Option<String>,
}

impl Record {
    /// Text of a field; empty where it is absent or something else.
    pub fn text(&self, name: &str) -> &str {
        match self.cells.get(name).map(|c| &c.value) {
            Some(Scalar::Text(text)) => text,
            _ => "",
        }
    }

    /// A date.
    pub fn date(&self, name: &str) -> Option<NaiveDate> {
        self.cells.get(name).and_then(|c| date_of(&c.value))
    }

    /// Whether a field says yes.
    pub fn yes(&self, name: &str) -> bool {
        self.cells.get(name).map(|c| &c.value) == Some(&Scalar::Bool(true))
    }

    /// The parts of the key, as texts.
    pub(super) fn key(&self, spec: &TableSpec) -> Vec<String> {
        spec.keys()
            .map(|column| key_text(self.cells.get(column.name).map(|c| &c.value)))
            .collect()
    }

    pub(super) fn problem(&self, field: &str, message: impl Into<String>) -> Problem {
        let cell = self.cells.get(field);
        let value = cell.map_or(String::new(), |c| key_text(Some(&c.value)));
        let line = cell.map_or(self.line, |c| c.line);
        Problem::field(&self.file, line, field, &value, message)
    }
}

/// A scalar as part of a key.
pub(super) fn key_text(value: Option<&Scalar>) -> String {
    match value {
        None | Some(Scalar::Null) => String::new(),
        Some(Scalar::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        Some(Scalar::Int(number)) => number.to_string(),
        Some(Scalar::Text(text)) => text.clone(),
    }
}

/// A folder that holds no mistake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    pub(super) tables: BTreeMap<&'static str, Vec<Record>>,
    /// Whether the folder brings a framework of its own.
    pub(super) own_framework: bool,
}

impl Parsed {
    /// The rows of a table, in the order of the file.
    pub fn rows(&self, table: &str) -> &[Record] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// The team's name.
    pub fn name(&self) -> &str {
        self.rows("team").first().map_or("", |r| r.text("name"))
    }

    /// Handle of the team's owner.
    pub fn owner(&self) -> &str {
        self.rows("team").first().map_or("", |r| r.text("owner"))
    }

    /// The day that the folder is meant for, where it says one; the demo takes it as today.
    pub fn as_of(&self) -> Option<NaiveDate> {
        self.rows("team").first().and_then(|r| r.date("as_of"))
    }

    /// Everybody: handle and name, in the order of the file. A name in conflict is the first one.
    pub fn people(&self) -> Vec<(&str, &str)> {
        let mut seen = BTreeSet::new();
        self.rows("card")
            .iter()
            .map(|r| (r.text("id"), r.text("name")))
            .filter(|(handle, _)| seen.insert(*handle))
            .collect()
    }
}

/// Key of a record as one text, to compare records by.
pub(super) fn record_key(record: &Record, spec: &TableSpec) -> String {
    row_key(&record.key(spec))
}

/// The table that a reference points into; those of a person's own plan are looked up there.
pub(super) fn table_of(reference: Ref) -> &'static [&'static str] {
    match reference {
        Ref::Person => &["card"],
        Ref::Area => &["areas"],
        Ref::Post => &["posts"],
        Ref::Skill => &["skills"],
        Ref::Column => &["columns"],
        Ref::Competency => &["competencies"],
        Ref::Subject => &["competencies", "skills"],
        Ref::Criterion => &["career_criteria"],
        Ref::Objective => &["objectives"],
        Ref::Item => &["objectives", "actions"],
    }
}
