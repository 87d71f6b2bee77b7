//! A team as a folder that imports again to the same team: conflicts as rows that share a `conflict` id. History, drafts and devices are
//! not part of it.

use super::csv::write_field;
use super::format::{Handles, cell, toml};
use super::gather::{Docs, Out, people, table};
use crate::document::code::date_text;
use crate::document::schema::{CONFLICT, Column, Home, Ref, Shape, TableSpec, Type, specs};
use crate::document::{DocRef, Kind, Rows, Scalar};
use crate::domain::succession::FAIRNESS;
use crate::domain::team::{Right, Rights, Role};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A written folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Path inside the folder, and contents.
    pub files: Vec<(String, String)>,
    /// What could not be written so that it imports again, in words: something it refers to is no longer there.
    pub left_out: Vec<String>,
}

/// A row as it is written: texts by column, for CSV and for TOML.
struct Line {
    cells: BTreeMap<&'static str, (String, String)>,
    conflict: Option<String>,
}

/// Writes the whole team.
pub fn export(docs: &BTreeMap<DocRef, Rows>, rights: &Rights) -> Exported {
    let handles = people(docs);
    let mut writer = Writer {
        ids: ids(docs, &handles),
        docs,
        handles,
        left_out: Vec::new(),
        conflicts: 0,
    };
    let mut files: Vec<(String, String)> = Vec::new();
    for spec in specs() {
        let lines = if spec.home == Home::Authority {
            writer.rights(rights, spec)
        } else {
            writer.lines(spec)
        };
        let needed = matches!(spec.table, "team" | "card");
        if lines.is_empty() && !needed {
            continue;
        }
        let csv = spec.csv && spec.table != "objectives";
        let path = format!("{}.{}", spec.file, if csv { "csv" } else { "toml" });
        let text = if csv {
            csv_text(spec, &lines)
        } else if spec.shape == Shape::Top {
            writer.top(rights, spec, &lines)
        } else {
            toml_text(spec, &lines)
        };
        match files.iter_mut().find(|(known, _)| *known == path) {
            Some((_, before)) => {
                before.push('\n');
                before.push_str(&text);
            }
            None => files.push((path, text)),
        }
    }
    Exported {
        files,
        left_out: writer.left_out,
    }
}

/// The framework alone, as files: what a folder without one is read against.
pub fn export_framework(framework: &Rows) -> Vec<(String, Vec<u8>)> {
    let docs = BTreeMap::from([(DocRef::team_wide(Kind::Framework), framework.clone())]);
    export(&docs, &Rights::default())
        .files
        .into_iter()
        .filter(|(path, _)| path.starts_with("framework/"))
        .map(|(path, text)| (path, text.into_bytes()))
        .collect()
}

/// What can be referred to: table, person (for plans) and id.
type Known = BTreeSet<(&'static str, String, String)>;

fn ids(docs: &Docs, handles: &Handles) -> Known {
    let mut known = Known::new();
    for spec in specs() {
        let plan = matches!(spec.table, "objectives" | "actions");
        if !plan
            && !matches!(
                spec.table,
                "areas" | "posts" | "skills" | "columns" | "competencies" | "career_criteria"
            )
        {
            continue;
        }
        for row in table(docs, spec, handles) {
            let mut keys = row.keys.into_iter();
            let person = if plan { keys.next() } else { None };
            if let Some(id) = keys.next() {
                known.insert((spec.table, person.unwrap_or_default(), id));
            }
        }
    }
    known
}

struct Writer<'a> {
    docs: &'a Docs,
    handles: Handles,
    ids: Known,
    left_out: Vec<String>,
    conflicts: usize,
}

impl Writer<'_> {
    fn lines(&mut self, spec: &'static TableSpec) -> Vec<Line> {
        let mut lines = Vec::new();
        for row in table(self.docs, spec, &self.handles) {
            let claims = row.fields.values().map(|c| distinct(spec, c).len()).max();
            let several = claims.unwrap_or(1).max(1);
            let mut made = Vec::new();
            for claim in 0..several {
                match self.line(spec, &row, claim) {
                    Ok(cells) => made.push(cells),
                    Err(why) => {
                        self.left_out.push(why);
                        break;
                    }
                }
            }
            made.dedup();
            let conflict = (made.len() > 1).then(|| {
                self.conflicts += 1;
                format!("c{}", self.conflicts)
            });
            lines.extend(made.into_iter().map(|cells| Line {
                cells,
                conflict: conflict.clone(),
            }));
        }
        lines
    }

    /// One row, with the `claim`-th claim to each field that has so many, else its last.
    fn line(
        &self,
        spec: &'static TableSpec,
        row: &Out,
        claim: usize,
    ) -> Result<BTreeMap<&'static str, (String, String)>, String> {
        let mut cells = BTreeMap::new();
        let mut keys = row.keys.iter();
        let person = if spec.is_personal() {
            row.keys.first().map_or("", String::as_str)
        } else {
            ""
        };
        for column in spec.columns {
            let value = if column.key {
                let key = keys.next().map_or("", String::as_str);
                if spec.table == "card" {
                    Scalar::Text(self.handles.get(key).cloned().unwrap_or_default())
                } else {
                    key_scalar(column, key)
                }
            } else {
                let claims = row
                    .fields
                    .get(column.name)
                    .map_or_else(Vec::new, |c| distinct(spec, c));
                let at = claim.min(claims.len().saturating_sub(1));
                claims.get(at).cloned().unwrap_or(Scalar::Null)
            };
            let value = self.filled(column, value, row);
            if value == Scalar::Null {
                if column.required && !matches!(column.name, "owner") {
                    return Err(says(spec, row, column, "is not there"));
                }
                continue;
            }
            let (Some(text), Some(assigned)) = (
                cell(column.ty, &value, &self.handles),
                toml(column.ty, &value, &self.handles),
            ) else {
                if column.required || column.key {
                    return Err(says(spec, row, column, "names nobody"));
                }
                continue;
            };
            if !self.refers(column, person, &text) {
                if column.required || column.key {
                    return Err(says(spec, row, column, "refers to what is not there"));
                }
                continue;
            }
            cells.insert(column.name, (text, assigned));
        }
        if spec.table == "agreements" && !self.measured(person, row.keys.get(1)) {
            return Err(
                "an agreement to an objective that has lost its success measure".to_owned(),
            );
        }
        Ok(cells)
    }

    /// What readers take a field for that nobody wrote.
    fn filled(&self, column: &Column, value: Scalar, row: &Out) -> Scalar {
        if value != Scalar::Null || !column.required {
            return value;
        }
        match column.ty {
            Type::Line | Type::Text => row.keys.last().map_or(Scalar::Null, |key| {
                let key = self.handles.get(key).unwrap_or(key);
                Scalar::text(if key.is_empty() { "–" } else { key })
            }),
            Type::Word(words) if matches!(column.name, "priority" | "kind") => {
                Scalar::text(words[0])
            }
            _ => Scalar::Null,
        }
    }

    fn refers(&self, column: &Column, person: &str, text: &str) -> bool {
        let tables = match column.ty {
            Type::Ref(Ref::Person) => return true,
            Type::Ref(reference) => super::parsed::table_of(reference),
            _ => return true,
        };
        tables.iter().any(|table| {
            let whose = if matches!(*table, "objectives" | "actions") {
                person
            } else {
                ""
            };
            self.ids
                .contains(&(*table, whose.to_owned(), text.to_owned()))
        })
    }

    fn measured(&self, person: &str, objective: Option<&String>) -> bool {
        let doc = DocRef::of(Kind::Plan, &person.into());
        let Some((plan, objective)) = self.docs.get(&doc).zip(objective) else {
            return false;
        };
        let key = crate::document::code::row_key(&[objective]);
        plan.claims("objectives", &key, "difference")
            .iter()
            .all(|c| matches!(&c.value, Scalar::Text(t) if !t.trim().is_empty()))
            && !plan.claims("objectives", &key, "difference").is_empty()
    }

    fn rights(&mut self, rights: &Rights, spec: &'static TableSpec) -> Vec<Line> {
        let mut found: Vec<&Right> = rights.0.iter().filter(|r| r.role != Role::Owner).collect();
        found.sort_by_key(|r| (self.handles.get(r.holder.as_str()), *r));
        let mut lines = Vec::new();
        for right in found {
            let word = match right.role {
                Role::Manager | Role::Owner => "manager",
                Role::Head => "head",
                Role::Line => "line",
                Role::Assessor => "assessor",
                Role::Reviewer => "reviewer",
            };
            let day =
                |day: Option<NaiveDate>| day.map_or(Scalar::Null, |d| Scalar::Text(date_text(d)));
            let over = right.over.as_ref();
            let values = [
                Scalar::text(right.holder.as_str()),
                Scalar::text(word),
                over.map_or(Scalar::Null, |p| Scalar::text(p.as_str())),
                day(right.from),
                day(right.until),
            ];
            let mut cells = BTreeMap::new();
            for (column, value) in spec.columns.iter().zip(&values) {
                if let (Some(text), Some(assigned)) = (
                    cell(column.ty, value, &self.handles),
                    toml(column.ty, value, &self.handles),
                ) {
                    cells.insert(column.name, (text, assigned));
                }
            }
            let whole =
                cells.contains_key("person") && (over.is_none() || cells.contains_key("over"));
            if whole {
                lines.push(Line {
                    cells,
                    conflict: None,
                });
            } else {
                self.left_out.push(format!(
                    "the right “{word}” of somebody who is not in the team"
                ));
            }
        }
        lines
    }

    /// `team.toml` from its one row, with the owner.
    fn top(&self, rights: &Rights, spec: &TableSpec, lines: &[Line]) -> String {
        let owner = rights
            .0
            .iter()
            .rev()
            .find(|r| r.role == Role::Owner)
            .and_then(|r| self.handles.get(r.holder.as_str()));
        let mut text = String::new();
        for column in spec.columns {
            let assigned = match (column.name, owner) {
                ("owner", Some(owner)) => Some(super::toml_file::quote(owner)),
                _ => lines
                    .first()
                    .and_then(|l| l.cells.get(column.name))
                    .map(|(_, assigned)| assigned.clone()),
            };
            if let Some(assigned) = assigned {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{} = {assigned}", column.name);
            }
        }
        text
    }
}

fn says(spec: &TableSpec, row: &Out, column: &Column, what: &str) -> String {
    format!(
        "{} {}: {} {what}",
        spec.table,
        row.keys.join(" "),
        column.name
    )
}

/// A part of a key as the scalar that its column would hold.
fn key_scalar(column: &Column, key: &str) -> Scalar {
    match column.ty {
        _ if key.is_empty() => Scalar::Null,
        Type::YesNo => Scalar::Bool(key == "yes"),
        Type::Int(..) => key.parse().map_or(Scalar::Null, Scalar::Int),
        _ => Scalar::text(key),
    }
}

/// The values of a field, each once; of a mark only the answer tells two apart. Of one row in conflict, an absent value is a value.
fn distinct(spec: &TableSpec, claims: &[crate::domain::Claim<Scalar>]) -> Vec<Scalar> {
    let field = if spec.table == "marks" { "mark" } else { "" };
    let mut values: Vec<Scalar> = Vec::new();
    for claim in claims {
        let known = |v: &Scalar| {
            v == &claim.value
                || (field == "mark" && super::write::same("marks", field, v, &claim.value) && {
                    crate::document::code::MarkCode::decode(v).is_some()
                })
        };
        if !values.iter().any(known) {
            values.push(claim.value.clone());
        }
    }
    values
}

fn csv_text(spec: &'static TableSpec, lines: &[Line]) -> String {
    let mut columns: Vec<&str> = spec
        .columns
        .iter()
        .filter(|c| c.required || lines.iter().any(|l| l.cells.contains_key(c.name)))
        .map(|c| c.name)
        .collect();
    if lines.iter().any(|l| l.conflict.is_some()) {
        columns.push(CONFLICT);
    }
    let mut text = String::new();
    if matches!(spec.table, "critical" | "nominations") {
        // Whoever reads the file alone reads it too.
        text.push_str(&format!("# {FAIRNESS}\n"));
    }
    text.push_str(&columns.join(","));
    text.push('\n');
    for line in lines {
        for (at, column) in columns.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            let value = if *column == CONFLICT {
                line.conflict.as_deref().unwrap_or_default()
            } else {
                line.cells.get(column).map_or("", |(text, _)| text)
            };
            write_field(&mut text, value, at == 0);
        }
        text.push('\n');
    }
    text
}

fn toml_text(spec: &'static TableSpec, lines: &[Line]) -> String {
    let mut blocks = Vec::new();
    for line in lines {
        let get = |name: &str| line.cells.get(name).map_or("", |(text, _)| text);
        let mut text = match spec.shape {
            Shape::Grid => format!("[{}.{}]\n", get("column"), get("competency")),
            Shape::Single => format!("[{}]\n", spec.toml),
            Shape::Rows | Shape::Top => format!("[[{}]]\n", spec.toml),
        };
        for column in spec.columns {
            if spec.shape == Shape::Grid && column.key {
                continue;
            }
            if let Some((_, assigned)) = line.cells.get(column.name) {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{} = {assigned}", column.name);
            }
        }
        if let Some(conflict) = &line.conflict {
            let _ = writeln!(text, "{CONFLICT} = {}", super::toml_file::quote(conflict));
        }
        blocks.push(text);
    }
    blocks.join("\n")
}
