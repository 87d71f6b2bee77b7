//! What documents hold, as rows of the tables of a folder: self and record of a person come together, each row with all claims to
//! each field.

use super::value::is_id;
use crate::document::code::{MarkCode, MarkKey, key_parts};
use crate::document::decode::{PersonRows, handle, is_present};
use crate::document::rows::{Field, Row};
use crate::document::schema::{Home, Shape, TableSpec};
use crate::document::{DocRef, Kind, Rows, Scalar};
use crate::domain::{Claim, PersonId};
use std::collections::{BTreeMap, BTreeSet};

/// Source of what stands in a record without one: entered there by a manager.
const RECORD: &str = "record";

/// Documents by reference.
pub(super) type Docs = BTreeMap<DocRef, Rows>;

/// A row to be written: the texts of its key columns, and the claims to its other fields.
#[derive(Clone, Debug, Default)]
pub(super) struct Out {
    pub(super) keys: Vec<String>,
    pub(super) fields: BTreeMap<String, Field>,
    /// What rows are ordered by before their keys.
    pub(super) order: (String, u64),
}

/// Everybody, with a handle that is unlike all others.
pub(super) fn people(docs: &Docs) -> BTreeMap<String, String> {
    let ids: BTreeSet<&PersonId> = docs
        .keys()
        .filter(|doc| doc.kind == Kind::Card)
        .filter_map(|doc| doc.person.as_ref())
        .collect();
    let empty = Rows::default();
    let mut taken = BTreeSet::new();
    let mut handles = BTreeMap::new();
    for (at, id) in ids.into_iter().enumerate() {
        let of = |kind| docs.get(&DocRef::of(kind, id)).unwrap_or(&empty);
        let known = handle(PersonRows {
            card: of(Kind::Card),
            self_record: of(Kind::SelfRecord),
            record: of(Kind::Record),
            plan: of(Kind::Plan),
        });
        let mut handle = known
            .into_iter()
            .chain([id.as_str().to_lowercase(), format!("person-{}", at + 1)])
            .find(|h| is_id(h) && !taken.contains(h))
            .unwrap_or_else(|| format!("person-{}", at + 1));
        while taken.contains(&handle) {
            handle.push_str("-2");
        }
        taken.insert(handle.clone());
        handles.insert(id.as_str().to_owned(), handle);
    }
    handles
}

/// The rows of a table, in the order in which they are written.
pub(super) fn table(docs: &Docs, spec: &TableSpec, handles: &BTreeMap<String, String>) -> Vec<Out> {
    let mut rows = match spec.home {
        Home::Authority => Vec::new(),
        Home::Wide(kind) => docs
            .get(&DocRef::team_wide(kind))
            .map_or_else(Vec::new, |rows| plain(rows, spec, &[])),
        _ => handles
            .iter()
            .flat_map(|(id, handle)| {
                let mut rows = personal(docs, spec, &PersonId::new(id));
                for row in &mut rows {
                    row.order.0.clone_from(handle);
                }
                rows
            })
            .collect(),
    };
    rows.sort_by(|a, b| (&a.order, &a.keys).cmp(&(&b.order, &b.keys)));
    rows
}

fn plain(rows: &Rows, spec: &TableSpec, before: &[&str]) -> Vec<Out> {
    rows.table(spec.stored())
        .filter(|(key, row)| is_present(row) && spec.owns(key_parts(key).len()))
        .map(|(key, row)| out(key, row, spec, before))
        .collect()
}

fn out(key: &str, row: &Row, spec: &TableSpec, before: &[&str]) -> Out {
    let mut keys: Vec<String> = before.iter().map(|&b| b.to_owned()).collect();
    if matches!(spec.shape, Shape::Rows | Shape::Grid) && spec.table != "card" {
        keys.extend(key_parts(key));
    }
    let order = row
        .get("order")
        .and_then(|claims| claims.iter().filter_map(number).min())
        .unwrap_or(0);
    Out {
        keys,
        fields: row.clone(),
        order: (String::new(), order),
    }
}

fn number(claim: &Claim<Scalar>) -> Option<u64> {
    match claim.value {
        Scalar::Int(n) => u64::try_from(n).ok(),
        _ => None,
    }
}

fn personal(docs: &Docs, spec: &TableSpec, person: &PersonId) -> Vec<Out> {
    let empty = Rows::default();
    let of = |kind| docs.get(&DocRef::of(kind, person)).unwrap_or(&empty);
    let me = person.as_str();
    let own = of(Kind::SelfRecord);
    let record = of(Kind::Record);
    match (spec.home, spec.table) {
        (Home::Of(kind), _) => plain(of(kind), spec, &[me]),
        (_, "marks") => marks(own, record, person),
        (_, "credentials") => both(own, record, spec, me, credential),
        (_, "horizons") => both(own, record, spec, me, |own, record| {
            own.or_else(|| record.map(horizon))
        }),
        (_, "agreements") => agreements(own, record, spec, person),
        (_, "criteria") => both(own, record, spec, me, criterion),
        _ => both(own, record, spec, me, |own, record| {
            own.or_else(|| record.map(transcribed))
        }),
    }
}

/// Joins the rows of self and record by key.
fn both(
    own: &Rows,
    record: &Rows,
    spec: &TableSpec,
    me: &str,
    join: impl Fn(Option<Out>, Option<Out>) -> Option<Out>,
) -> Vec<Out> {
    let mut rows: BTreeMap<Vec<String>, (Option<Out>, Option<Out>)> = BTreeMap::new();
    for row in plain(own, spec, &[me]) {
        let entry = rows.entry(row.keys.clone()).or_default();
        entry.0 = Some(row);
    }
    for row in plain(record, spec, &[me]) {
        let entry = rows.entry(row.keys.clone()).or_default();
        entry.1 = Some(row);
    }
    rows.into_values()
        .filter_map(|(own, record)| join(own, record))
        .collect()
}

fn text_field(text: &str) -> Field {
    vec![Claim {
        value: Scalar::text(text),
        author: None,
        at: 0,
    }]
}

fn has(row: &Out, field: &str) -> bool {
    row.fields
        .get(field)
        .is_some_and(|claims| claims.iter().any(|c| c.value != Scalar::Null))
}

/// A row of the record about what the person said: it names a source, so that it comes back as transcribed.
fn transcribed(mut row: Out) -> Out {
    if !has(&row, "source") {
        row.fields.insert("source".to_owned(), text_field(RECORD));
    }
    row
}

/// What was told to the manager is the manager's word and needs no source.
fn horizon(row: Out) -> Out {
    if row.keys.last().is_some_and(|told| told == "yes") {
        row
    } else {
        transcribed(row)
    }
}

fn credential(own: Option<Out>, record: Option<Out>) -> Option<Out> {
    let (own, record) = match (own, record) {
        (None, record) => return record.map(transcribed),
        (own, None) => return own,
        (Some(own), Some(record)) => (own, record),
    };
    let sighted = has(&record, "sighted_by") && has(&record, "sighted_on");
    let (mut row, other) = if sighted {
        (record, own)
    } else {
        (own, record)
    };
    for (name, claims) in other.fields {
        if !has(&row, &name) {
            row.fields.insert(name, claims);
        }
    }
    row.fields.remove("source");
    Some(row)
}

fn criterion(own: Option<Out>, record: Option<Out>) -> Option<Out> {
    let (mut row, record) = match (own, record) {
        (None, record) => {
            return record.map(|row| {
                if has(&row, "evidence") {
                    transcribed(row)
                } else {
                    row
                }
            });
        }
        (own, None) => return own,
        (Some(own), Some(record)) => (own, record),
    };
    for (name, claims) in record.fields {
        let wanted = name == "endorsed_by" || (name == "evidence" && !has(&row, "evidence"));
        if wanted {
            row.fields.insert(name, claims);
        }
    }
    Some(row)
}

/// Each side's agreement from where that side writes; a report only where there is no more than that.
fn agreements(own: &Rows, record: &Rows, spec: &TableSpec, person: &PersonId) -> Vec<Out> {
    both(own, record, spec, person.as_str(), |own, record| {
        let by_person = |row: &Out| row.keys.get(2).is_some_and(|by| by == person.as_str());
        let row = match (own, record) {
            (Some(own), Some(record)) => Some(if by_person(&own) { own } else { record }),
            (own, record) => own.or(record),
        };
        row.map(|mut row| {
            row.fields.remove("digest");
            row
        })
    })
}

fn marks(own: &Rows, record: &Rows, person: &PersonId) -> Vec<Out> {
    let mut found: BTreeMap<&String, Out> = BTreeMap::new();
    for (document, is_own) in [(own, true), (record, false)] {
        for (key, row) in document.table("marks") {
            let Some(parts) = MarkKey::parse(key) else {
                continue;
            };
            let by_person = &parts.rater == person;
            if (is_own && !by_person) || found.contains_key(key) {
                continue;
            }
            let Some(claims) = row.get("mark") else {
                continue;
            };
            let entered = claims
                .iter()
                .filter_map(|c| MarkCode::decode(&c.value))
                .map(|code| code.entered)
                .max();
            let Some(entered) = entered else { continue };
            let mut fields = document.row("mark_notes", key).cloned().unwrap_or_default();
            fields.insert("value".to_owned(), claims.clone());
            let mut keys = vec![person.as_str().to_owned()];
            keys.extend(key_parts(key));
            let out = Out {
                keys,
                fields,
                order: (String::new(), entered),
            };
            let out = if by_person && !is_own {
                transcribed(out)
            } else {
                out
            };
            found.insert(key, out);
        }
    }
    // A folder gives rows of one day in the order of their entry: the sort by order keeps it.
    found.into_values().collect()
}
