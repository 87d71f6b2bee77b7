//! What stands in one file: CSV rows and TOML tables become records, each field checked by its column.

use super::csv;
use super::nearest::{Candidate, advice};
use super::parse::Reader;
use super::parsed::{Cell, Record};
use super::problem::Problem;
use super::toml_file::{self, Entry, Item, Table, Value};
use super::value;
use crate::document::Scalar;
use crate::document::schema::{CONFLICT, Shape, TableSpec, Type};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Reader {
    pub(super) fn csv(&mut self, path: &str, text: &str, spec: &'static TableSpec) {
        let (rows, problems) = csv::read(text);
        if let Some((sign, row)) = rows
            .first()
            .and_then(|head| Some((other_sign(head)?, head)))
        {
            self.problems.push(Problem::line(
                path,
                row.line,
                format!(
                    "the columns are separated by {sign}: save the file as CSV with commas between them (a spreadsheet asks for the field separator)"
                ),
            ));
            self.broken.insert(spec.table);
            return;
        }
        if !problems.is_empty() {
            self.broken.insert(spec.table);
        }
        for (line, message) in problems {
            self.problems.push(Problem::line(path, line, message));
        }
        let mut rows = rows.into_iter();
        let Some(head) = rows.next() else {
            self.problems.push(Problem::line(
                path,
                1,
                format!(
                    "the first line gives the names of the columns: {}",
                    names(spec)
                ),
            ));
            self.broken.insert(spec.table);
            return;
        };
        let mut columns: Vec<&str> = Vec::new();
        for field in &head.fields {
            let name = field.text.as_str();
            if columns.contains(&name) && !name.is_empty() {
                self.problems.push(Problem::field(
                    path,
                    field.line,
                    name,
                    "",
                    "the column stands here twice",
                ));
            } else if name.is_empty() {
                self.problems.push(Problem::line(
                    path,
                    field.line,
                    "a column has no name: take away the comma too many, or name the column",
                ));
            } else {
                self.known(path, field.line, name, spec);
            }
            columns.push(name);
        }
        let missing: Vec<&str> = spec
            .columns
            .iter()
            .filter(|c| c.required && !columns.contains(&c.name))
            .map(|c| c.name)
            .collect();
        for name in &missing {
            self.problems.push(Problem::field(
                path,
                head.line,
                name,
                "",
                "the column is missing; every row needs it",
            ));
            self.broken.insert(spec.table);
        }
        let file: Arc<str> = Arc::from(path);
        for row in rows {
            if row.fields.len() != columns.len() {
                self.problems.push(Problem::line(
                    path,
                    row.line,
                    format!(
                        "the line has {} fields and the first line names {}; a text with a comma stands in quotation marks",
                        row.fields.len(),
                        columns.len()
                    ),
                ));
                self.broken.insert(spec.table);
                continue;
            }
            let entries = columns
                .iter()
                .zip(row.fields)
                .filter(|(_, field)| !field.text.is_empty())
                .map(|(name, field)| Entry {
                    name: Cow::Borrowed(*name),
                    line: field.line,
                    value: Value::One(field.text),
                })
                .collect();
            self.record(&file, row.line, entries, spec, &missing);
        }
    }

    pub(super) fn toml(&mut self, path: &str, text: &str, specs: &[&'static TableSpec]) {
        let items = match toml_file::read(text) {
            Ok(items) => items,
            Err(problems) => {
                for (line, message) in problems {
                    self.problems.push(Problem::line(path, line, message));
                }
                self.broken.extend(specs.iter().map(|s| s.table));
                return;
            }
        };
        let file: Arc<str> = Arc::from(path);
        let top = specs.iter().find(|s| s.shape == Shape::Top);
        let grid = specs.iter().find(|s| s.shape == Shape::Grid);
        let mut top_entries = Vec::new();
        for item in items {
            match item {
                Item::Entry(entry) if top.is_some() => top_entries.push(entry),
                Item::Entry(entry) => {
                    let empty = entry.value == Value::Many(Vec::new())
                        && specs.iter().any(|s| s.toml == entry.name);
                    if !empty {
                        self.unexpected(path, entry.line, &entry.name, specs);
                    }
                }
                Item::Table(name, table, inner) => {
                    if let Some(spec) = grid {
                        self.grid(&file, &name, &table, inner, spec);
                    } else if let Some(spec) =
                        find(specs, Shape::Single, &name).filter(|_| inner.is_empty())
                    {
                        self.record(&file, table.line, table.entries, spec, &[]);
                    } else {
                        self.unexpected(path, table.line, &name, specs);
                    }
                }
                Item::Array(name, line, tables) => {
                    let Some(spec) = find(specs, Shape::Rows, &name) else {
                        self.unexpected(path, line, &name, specs);
                        continue;
                    };
                    for table in tables {
                        self.record(&file, table.line, table.entries, spec, &[]);
                    }
                }
            }
        }
        if let Some(spec) = top {
            let line = top_entries.first().map_or(1, |e| e.line);
            self.record(&file, line, top_entries, spec, &[]);
        }
    }

    /// `[column.competency]` tables.
    fn grid(
        &mut self,
        file: &Arc<str>,
        column: &str,
        table: &Table,
        inner: Vec<(String, Table)>,
        spec: &'static TableSpec,
    ) {
        if let Some(entry) = table.entries.first() {
            self.problems.push(Problem::field(
                file,
                entry.line,
                &entry.name,
                "",
                "a cell is a table [column.competency], for instance [g6.budget]",
            ));
        }
        for (competency, table) in inner {
            let key = |name: &'static str, text: &str| Entry {
                name: Cow::Borrowed(name),
                line: table.line,
                value: Value::One(text.to_owned()),
            };
            let mut entries = vec![key("column", column), key("competency", &competency)];
            entries.extend(table.entries.iter().cloned());
            self.record(file, table.line, entries, spec, &[]);
        }
    }

    /// One row: known columns, readable values, nothing required left out.
    fn record(
        &mut self,
        file: &Arc<str>,
        line: u32,
        entries: Vec<Entry<'_>>,
        spec: &'static TableSpec,
        reported: &[&str],
    ) {
        let mut record = Record {
            file: file.clone(),
            line,
            cells: BTreeMap::new(),
            conflict: None,
        };
        let mut bad = BTreeSet::new();
        let mut spoilt = None;
        for entry in entries {
            if entry.name == CONFLICT && spec.shape == Shape::Rows {
                match value::read(Type::Id, &entry.value) {
                    Ok(Scalar::Text(id)) => record.conflict = Some(id),
                    Ok(_) => {}
                    Err(message) => self.problems.push(Problem::field(
                        file,
                        entry.line,
                        CONFLICT,
                        &value::shown(&entry.value),
                        message,
                    )),
                }
                continue;
            }
            let Some(column) = spec.column(&entry.name) else {
                // For CSV the head has said so already.
                if !file.ends_with(".csv") {
                    self.known(file, entry.line, &entry.name, spec);
                }
                continue;
            };
            match value::read(column.ty, &entry.value) {
                Ok(Scalar::Null) => {}
                Ok(Scalar::Text(text)) if text.trim().is_empty() => {}
                Ok(value) => {
                    let line = entry.line;
                    record.cells.insert(column.name, Cell { value, line });
                }
                Err(message) => {
                    bad.insert(column.name);
                    if column.name == "id" {
                        spoilt = Some(value::shown(&entry.value));
                    }
                    self.problems.push(Problem::field(
                        file,
                        entry.line,
                        column.name,
                        &value::shown(&entry.value),
                        message,
                    ));
                }
            }
        }
        for column in spec.columns {
            if record.cells.contains_key(column.name) || bad.contains(column.name) {
                continue;
            }
            if let Some(default) = column.default {
                // Defaults are written in this program, and a test reads each of them.
                if let Ok(value) = value::read(column.ty, &Value::One(default.to_owned())) {
                    record.cells.insert(column.name, Cell { value, line });
                }
            } else if column.required && !reported.contains(&column.name) {
                self.problems.push(Problem::field(
                    file,
                    line,
                    column.name,
                    "",
                    "is required and not given",
                ));
                bad.insert(column.name);
            }
        }
        if bad
            .iter()
            .any(|name| spec.column(name).is_some_and(|c| c.key))
        {
            // Without its key the row cannot be compared with others. Who refers to it by the same wrong id is not told so again.
            if let Some(id) = spoilt {
                self.spoilt.insert((spec.table, id));
            } else if spec.column("id").is_some_and(|c| c.key) {
                self.broken.insert(spec.table);
            }
            return;
        }
        self.parsed
            .tables
            .entry(spec.table)
            .or_default()
            .push(record);
    }

    fn known(&mut self, file: &str, line: u32, name: &str, spec: &TableSpec) {
        if spec.column(name).is_some() || (name == CONFLICT && spec.shape == Shape::Rows) {
            return;
        }
        let candidates: Vec<Candidate> = spec
            .columns
            .iter()
            .map(|c| c.name)
            .chain((spec.shape == Shape::Rows).then_some(CONFLICT))
            .map(|id| Candidate {
                id: id.to_owned(),
                labels: Vec::new(),
            })
            .collect();
        self.problems.push(Problem::field(
            file,
            line,
            name,
            "",
            format!("there is no such column here{}", advice(name, &candidates)),
        ));
    }

    fn unexpected(&mut self, path: &str, line: u32, name: &str, specs: &[&'static TableSpec]) {
        let allowed: Vec<String> = specs
            .iter()
            .flat_map(|s| match s.shape {
                Shape::Rows => vec![format!("[[{}]]", s.toml)],
                Shape::Single => vec![format!("[{}]", s.toml)],
                Shape::Grid => vec!["[column.competency]".to_owned()],
                Shape::Top => s.columns.iter().map(|c| c.name.to_owned()).collect(),
            })
            .collect();
        self.problems.push(Problem::field(
            path,
            line,
            name,
            "",
            format!("is not expected here; allowed: {}", allowed.join(", ")),
        ));
    }
}

/// The sign that separates columns where it is not the comma: the whole first line is one field then.
fn other_sign(head: &csv::Row) -> Option<&'static str> {
    let [only] = head.fields.as_slice() else {
        return None;
    };
    [
        (';', "semicolons"),
        ('\t', "tabs"),
        ('|', "upright strokes"),
    ]
    .into_iter()
    .find(|(sign, _)| only.text.contains(*sign))
    .map(|(_, name)| name)
}

fn find(specs: &[&'static TableSpec], shape: Shape, name: &str) -> Option<&'static TableSpec> {
    specs
        .iter()
        .find(|s| s.shape == shape && s.toml == name)
        .copied()
}

fn names(spec: &TableSpec) -> String {
    let names: Vec<&str> = spec.columns.iter().map(|c| c.name).collect();
    names.join(", ")
}
