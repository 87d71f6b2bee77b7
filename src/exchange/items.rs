//! Rows of a folder become rows of documents, each with its writer and its clock.

use super::ids::Ids;
use super::parsed::{Parsed, Record, key_text};
use super::writers::{Place, Writers};
use crate::document::code::{RowKey, noon_ms, subject_code};
use crate::document::schema::{Home, PRESENT, Ref, Shape, TableSpec, Type, specs};
use crate::document::{DocRef, Kind, Scalar};
use crate::domain::{CompetencyId, PersonId, SkillId, Subject};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A row of a document that a row of a folder asks for.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) doc: DocRef,
    pub(super) author: PersonId,
    pub(super) table: &'static str,
    pub(super) row: String,
    pub(super) fields: Vec<(&'static str, Scalar)>,
    /// Noon of the row's own day, in milliseconds since 1970 UTC; of a row without one, of the author's latest such day.
    pub(super) clock: u64,
    pub(super) file: Arc<str>,
    pub(super) line: u32,
}

/// A row that nobody here has the right to write.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// File.
    pub file: String,
    /// Line.
    pub line: u32,
    /// Handle of the person whom it is about.
    pub person: String,
    /// Which table, in a word.
    pub what: String,
    /// Why.
    pub why: String,
}

/// Everything that a folder says, as rows of documents in the order of the format, and what is left out.
pub(super) fn items(
    parsed: &Parsed,
    ids: &Ids,
    writers: &Writers<'_>,
) -> (Vec<Item>, Vec<LeftOut>) {
    let mut made = Maker {
        ids,
        writers,
        competencies: parsed
            .rows("competencies")
            .iter()
            .map(|r| r.text("id"))
            .collect(),
        items: Vec::new(),
        undated: Vec::new(),
        left_out: Vec::new(),
    };
    for spec in specs() {
        for (at, record) in parsed.rows(spec.table).iter().enumerate() {
            made.record(spec, record, at);
        }
    }
    made.left_out.sort();
    let Maker {
        mut items,
        left_out,
        undated,
        ..
    } = made;
    let mut latest: BTreeMap<PersonId, u64> = BTreeMap::new();
    for item in &items {
        let clock = latest.entry(item.author.clone()).or_default();
        *clock = item.clock.max(*clock);
    }
    for at in undated {
        items[at].clock = match latest.get(&items[at].author) {
            None | Some(0) => noon_ms(writers.day),
            Some(clock) => *clock,
        };
    }
    (items, left_out)
}

struct Maker<'a> {
    ids: &'a Ids,
    writers: &'a Writers<'a>,
    competencies: BTreeSet<&'a str>,
    items: Vec<Item>,
    /// Items without a day of their own.
    undated: Vec<usize>,
    left_out: Vec<LeftOut>,
}

impl Maker<'_> {
    fn record(&mut self, spec: &'static TableSpec, record: &Record, at: usize) {
        let mut fields = self.fields(spec, record);
        if spec.ordered {
            let order = i64::try_from(at + 1).unwrap_or(i64::MAX);
            fields.push(("order", Scalar::Int(order)));
        }
        if spec.needs_presence() {
            fields.push((PRESENT, Scalar::Bool(true)));
        }
        let whose = if spec.table == "card" { "id" } else { "person" };
        let person = self.ids.get(record.text(whose)).cloned();
        match (spec.home, person) {
            (Home::Wide(kind), _) => {
                let place = self.writers.wide(kind);
                self.push(spec, record, Ok(place), fields);
            }
            (Home::Of(Kind::Record), Some(person)) => {
                let place = self.writers.record(&person, None);
                self.push(spec, record, place, fields);
            }
            (Home::Of(kind), Some(person)) => {
                let place = self.writers.of(kind, &person);
                let by = self.ids.get(record.text("by"));
                let place = self.writers.in_own_hand(place, &person, by);
                self.push(spec, record, Ok(place), fields);
                if spec.table == "card" {
                    self.handle(record, &person);
                }
            }
            (Home::Said, Some(person)) => {
                let place = self.said(&person, record);
                self.push(spec, record, place, without(fields, &["source"]));
            }
            (Home::Split, Some(person)) => self.split(spec, record, &person, fields),
            (Home::Authority, _) | (_, None) => {}
        }
    }

    fn said(&self, person: &PersonId, record: &Record) -> Result<Place, &'static str> {
        self.writers
            .said(person, record.text("source"), &record.file)
    }

    /// The handle stands in the record, or in `self` where nobody here may keep the record.
    fn handle(&mut self, record: &Record, person: &PersonId) {
        let place = self.writers.record(person, None).unwrap_or_else(|_| Place {
            doc: DocRef::of(Kind::SelfRecord, person),
            author: person.clone(),
            source: String::new(),
        });
        let handle = Scalar::text(record.text("id"));
        let row = "person".to_owned();
        self.item(record, &place, "person", row, vec![("handle", handle)]);
    }

    fn split(
        &mut self,
        spec: &'static TableSpec,
        record: &Record,
        person: &PersonId,
        fields: Vec<(&'static str, Scalar)>,
    ) {
        match spec.table {
            "marks" => self.mark(spec, record, person, &fields),
            "credentials" => self.credential(spec, record, person, &fields),
            "horizons" if record.yes("told") => {
                let place = self.writers.record(person, None);
                self.push(spec, record, place, fields);
            }
            "horizons" => {
                let place = self.said(person, record);
                self.push(spec, record, place, without(fields, &["source"]));
            }
            "agreements" => {
                let by = self.ids.get(record.text("by"));
                let place = match (by, self.writers.importer) {
                    (Some(by), None) if by == person => self.writers.said(person, "", ""),
                    (Some(by), Some(importer)) if by == person && by == importer => {
                        self.writers.said(person, "", "")
                    }
                    (by, _) => self.writers.record(person, by),
                };
                self.push(spec, record, place, fields);
            }
            _ => {
                let endorser = self.ids.get(record.text("endorsed_by")).cloned();
                let evidence = keep(&fields, &["evidence"]);
                if !evidence.is_empty() {
                    let place = self.said(person, record);
                    self.push(spec, record, place, evidence);
                }
                if endorser.is_some() {
                    let place = self.writers.record(person, endorser.as_ref());
                    self.push(spec, record, place, keep(&fields, &["endorsed_by"]));
                }
            }
        }
    }

    fn mark(
        &mut self,
        spec: &'static TableSpec,
        record: &Record,
        person: &PersonId,
        fields: &[(&'static str, Scalar)],
    ) {
        let by = self.ids.get(record.text("by"));
        let place = if by == Some(person) {
            self.said(person, record)
        } else {
            self.writers.record(person, by)
        };
        let mut mark: Vec<_> = keep(fields, &["value"]);
        for (name, _) in &mut mark {
            *name = "mark";
        }
        let row = self.row(spec, record);
        if let Some(place) = self.placed(spec, record, place) {
            self.item(record, &place, "marks", row.clone(), mark);
            let mut notes = keep(fields, &["evidence", "link", "feedback"]);
            if !place.source.is_empty() {
                notes.push(("source", Scalar::text(&place.source)));
            }
            if !notes.is_empty() {
                self.item(record, &place, "mark_notes", row, notes);
            }
        }
    }

    /// The claim is the person's; what a manager saw is written whole into the record, so that it stays as seen.
    fn credential(
        &mut self,
        spec: &'static TableSpec,
        record: &Record,
        person: &PersonId,
        fields: &[(&'static str, Scalar)],
    ) {
        let sighted = ["sighted_by", "sighted_on"];
        let by = self.ids.get(record.text("sighted_by"));
        let claim = self.said(person, record);
        let in_record = claim.as_ref().is_ok_and(|p| p.doc.kind == Kind::Record);
        if in_record {
            let all = without(fields.to_vec(), &["source"]);
            self.push(spec, record, claim, all);
            return;
        }
        let claimed = without(fields.to_vec(), &["source", "sighted_by", "sighted_on"]);
        self.push(spec, record, claim, claimed);
        if !keep(fields, &sighted).is_empty() {
            let place = self.writers.record(person, by);
            self.push(spec, record, place, without(fields.to_vec(), &["source"]));
        }
    }

    fn placed(
        &mut self,
        spec: &TableSpec,
        record: &Record,
        place: Result<Place, &'static str>,
    ) -> Option<Place> {
        place
            .map_err(|why| {
                self.left_out.push(LeftOut {
                    file: record.file.to_string(),
                    line: record.line,
                    person: record
                        .text(if spec.table == "card" { "id" } else { "person" })
                        .to_owned(),
                    what: spec.table.replace('_', " "),
                    why: why.to_owned(),
                });
            })
            .ok()
    }

    fn push(
        &mut self,
        spec: &'static TableSpec,
        record: &Record,
        place: Result<Place, &'static str>,
        mut fields: Vec<(&'static str, Scalar)>,
    ) {
        if let Some(place) = self.placed(spec, record, place) {
            if !place.source.is_empty() && spec.column("source").is_some() {
                fields.push(("source", Scalar::text(&place.source)));
            }
            let row = self.row(spec, record);
            self.item(record, &place, spec.stored(), row, fields);
        }
    }

    fn item(
        &mut self,
        record: &Record,
        place: &Place,
        table: &'static str,
        row: String,
        fields: Vec<(&'static str, Scalar)>,
    ) {
        let day = self.day(record);
        if day.is_none() {
            self.undated.push(self.items.len());
        }
        self.items.push(Item {
            doc: place.doc.clone(),
            author: place.author.clone(),
            table,
            row,
            fields,
            clock: day.map_or(0, noon_ms),
            file: record.file.clone(),
            line: record.line,
        });
    }

    /// The row's own day, where it has one that is not after the folder's.
    fn day(&self, record: &Record) -> Option<NaiveDate> {
        ["date", "said", "sighted_on", "obtained", "since", "from"]
            .iter()
            .find_map(|name| record.date(name))
            .filter(|day| *day <= self.writers.day)
    }

    fn row(&self, spec: &TableSpec, record: &Record) -> String {
        match spec.shape {
            Shape::Top | Shape::Single => return spec.table.to_owned(),
            Shape::Rows | Shape::Grid => {}
        }
        if spec.table == "card" {
            return "card".to_owned();
        }
        let mut key = RowKey::default();
        for column in spec.keys() {
            if spec.is_personal() && column.name == "person" {
                continue;
            }
            let value = record.cells.get(column.name).map(|c| &c.value);
            match (column.ty, value) {
                (Type::Ref(Ref::Person), Some(Scalar::Text(handle))) => {
                    key.push(self.ids.get(handle).map_or(handle, PersonId::as_str));
                }
                (_, Some(Scalar::Text(text))) => key.push(text),
                (_, value) => key.push(&key_text(value)),
            }
        }
        key.into_text()
    }

    fn person(&self, value: Option<&Scalar>) -> String {
        let handle = key_text(value);
        self.ids
            .get(&handle)
            .map_or(handle, |id| id.as_str().to_owned())
    }

    /// Fields that are not part of the key, as documents keep them.
    fn fields(&self, spec: &TableSpec, record: &Record) -> Vec<(&'static str, Scalar)> {
        spec.columns
            .iter()
            .filter(|c| !(c.key || (spec.table == "team" && matches!(c.name, "as_of" | "owner"))))
            .filter_map(|column| {
                let value = &record.cells.get(column.name)?.value;
                let value = match column.ty {
                    Type::Ref(Ref::Person) => Scalar::Text(self.person(Some(value))),
                    Type::Ref(Ref::Subject) => {
                        let id = key_text(Some(value));
                        subject_code(&if self.competencies.contains(id.as_str()) {
                            Subject::Competency(CompetencyId::new(id))
                        } else {
                            Subject::Skill(SkillId::new(id))
                        })
                    }
                    _ => value.clone(),
                };
                Some((column.name, value))
            })
            .collect()
    }
}

fn keep(fields: &[(&'static str, Scalar)], names: &[&str]) -> Vec<(&'static str, Scalar)> {
    fields
        .iter()
        .filter(|(name, _)| names.contains(name))
        .cloned()
        .collect()
}

fn without(mut fields: Vec<(&'static str, Scalar)>, names: &[&str]) -> Vec<(&'static str, Scalar)> {
    fields.retain(|(name, _)| !names.contains(name));
    fields
}
