//! Files become records, one for each row, with all problems at once.

use super::check;
use super::csv;
use super::nearest::{Candidate, advice};
use super::problem::Problem;
use super::source::{FolderSource, default_framework};
use super::toml_file::{self, Entry, Item, Table, Value};
use super::value;
use crate::document::Scalar;
use crate::document::code::{date_of, row_key};
use crate::document::schema::{CONFLICT, Ref, Shape, TableSpec, Type, specs};
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
    tables: BTreeMap<&'static str, Vec<Record>>,
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

/// Reads a folder. With mistakes in it nothing is returned but all of them, in order of file and line. A folder without a framework is read
/// against the default one.
pub fn parse(source: &dyn FolderSource) -> Result<Parsed, Vec<Problem>> {
    parse_with(source, default_framework())
}

/// Reads a folder; one without a framework is read against `framework`, the files of the one that a team has already.
pub fn parse_with(
    source: &dyn FolderSource,
    framework: Vec<(String, Vec<u8>)>,
) -> Result<Parsed, Vec<Problem>> {
    let files = source
        .files()
        .map_err(|e| vec![Problem::file("", e.to_string())])?;
    let mut reader = Reader::default();
    let mut texts = BTreeMap::new();
    for (path, bytes) in files {
        if path.to_lowercase().ends_with(".md") {
            continue;
        }
        reader.take(path, bytes, &mut texts);
    }
    if !reader.seen.iter().any(|p| p.starts_with("framework/")) {
        for (path, bytes) in framework {
            reader.take(path, bytes, &mut texts);
        }
    } else {
        reader.parsed.own_framework = true;
    }
    reader.read(&texts);
    let Reader {
        parsed,
        mut problems,
        broken,
        spoilt,
        ..
    } = reader;
    check::check(&parsed, &broken, &spoilt, &mut problems);
    if problems.is_empty() {
        return Ok(parsed);
    }
    problems.sort();
    problems.dedup();
    Err(problems)
}

#[derive(Default)]
struct Reader {
    parsed: Parsed,
    problems: Vec<Problem>,
    /// Tables whose file could not be read as a whole: nothing is said of references into them.
    broken: BTreeSet<&'static str>,
    /// Ids that are not allowed, as they were given.
    spoilt: BTreeSet<(&'static str, String)>,
    seen: BTreeSet<String>,
}

/// The files that the format knows, and how each may end.
fn known_files() -> BTreeMap<String, Vec<&'static TableSpec>> {
    let mut files: BTreeMap<String, Vec<&'static TableSpec>> = BTreeMap::new();
    for spec in specs() {
        if spec.csv {
            files
                .entry(format!("{}.csv", spec.file))
                .or_default()
                .push(spec);
        }
        files
            .entry(format!("{}.toml", spec.file))
            .or_default()
            .push(spec);
    }
    files
}

impl Reader {
    fn take(&mut self, path: String, bytes: Vec<u8>, texts: &mut BTreeMap<String, String>) {
        self.seen.insert(path.clone());
        let files = known_files();
        let Some(specs) = files.get(&path) else {
            let candidates: Vec<Candidate> = files
                .keys()
                .map(|id| Candidate {
                    id: id.clone(),
                    labels: Vec::new(),
                })
                .collect();
            let near = advice(&path, &candidates);
            self.problems.push(Problem::file(
                &path,
                format!(
                    "a team folder has no file of this name{near} (files ending in .md and names beginning with a full stop are passed over)"
                ),
            ));
            return;
        };
        match String::from_utf8(bytes) {
            Ok(text) => {
                texts.insert(path, text);
            }
            Err(error) => {
                let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let breaks = before.iter().filter(|b| **b == b'\n').count();
                let line = u32::try_from(breaks + 1).unwrap_or(u32::MAX);
                self.problems.push(Problem::line(
                    &path,
                    line,
                    "not UTF-8: save the file as UTF-8 (in a spreadsheet “CSV UTF-8”)",
                ));
                self.broken.extend(specs.iter().map(|s| s.table));
            }
        }
    }

    fn read(&mut self, texts: &BTreeMap<String, String>) {
        for (path, specs) in known_files() {
            let Some(text) = texts.get(&path) else {
                continue;
            };
            if let Some(stem) = path.strip_suffix(".csv") {
                if self.seen.contains(&format!("{stem}.toml")) {
                    self.problems.push(Problem::file(
                        &path,
                        format!("{stem}.toml is there too: keep one of the two"),
                    ));
                }
                self.csv(&path, text, specs[0]);
            } else {
                self.toml(&path, text, &specs);
            }
        }
        for (stem, names, why) in [
            ("team", "team.toml", "it gives the team's name and owner"),
            (
                "people",
                "people.csv",
                "it lists everybody with id and name",
            ),
        ] {
            let there = |end: &str| self.seen.contains(&format!("{stem}.{end}"));
            if !there("toml") && !(stem == "people" && there("csv")) {
                self.problems
                    .push(Problem::file(names, format!("the file is missing: {why}")));
                self.broken.extend(["card"]);
            }
        }
        for table in ["framework", "cells"] {
            let file = if table == "cells" {
                "cells"
            } else {
                "framework"
            };
            let path = format!("framework/{file}.toml");
            if !self.seen.contains(&path) {
                self.problems.push(Problem::file(
                    &path,
                    "the file is missing: a framework of one's own has both framework.toml and cells.toml; without the folder “framework” the default framework is used",
                ));
                self.broken
                    .extend(["competencies", "columns", "career_criteria", "cells"]);
            }
        }
    }

    fn csv(&mut self, path: &str, text: &str, spec: &'static TableSpec) {
        let (rows, problems) = csv::read(text);
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
                    name: (*name).to_owned(),
                    line: field.line,
                    value: Value::One(field.text),
                })
                .collect();
            self.record(&file, row.line, entries, spec, &missing);
        }
    }

    fn toml(&mut self, path: &str, text: &str, specs: &[&'static TableSpec]) {
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
            let key = |name: &str, text: &str| Entry {
                name: name.to_owned(),
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
        entries: Vec<Entry>,
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
