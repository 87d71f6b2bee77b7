//! From a folder to writings: what each person would have written to which document, in order, conflicts apart.

use super::ids::{Ids, NoRandom};
use super::items::{Item, LeftOut, items};
use super::parsed::Parsed;
use super::writers::{Mode, Writers, rights};
use crate::document::code::{MarkCode, key_parts, parse_answer};
use crate::document::decode::objective_digest;
use crate::document::{DocRef, Kind, Op, Rows, Scalar, Writing};
use crate::domain::{Claim, PersonId};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Why a folder cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// No new ids.
    #[error(transparent)]
    NoRandom(#[from] NoRandom),
    /// The importer is not in the folder.
    #[error(
        "“{0}” is nobody in people.csv: name one of its ids as the person who imports (--as ID)"
    )]
    NobodyOfThatName(String),
}

/// What a folder becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// In the order in which they are to be stored.
    pub writings: Vec<Writing>,
    /// Rows that nobody here has the right to write.
    pub left_out: Vec<LeftOut>,
    /// People who got an id now: handle and id.
    pub new_people: Vec<(String, PersonId)>,
}

/// One field as a folder gives it, with where it stands.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) doc: DocRef,
    pub(super) author: PersonId,
    pub(super) table: &'static str,
    pub(super) row: String,
    pub(super) field: &'static str,
    /// One value, or several that were written apart.
    pub(super) values: Vec<Scalar>,
    pub(super) clock: u64,
    pub(super) file: Arc<str>,
    pub(super) line: u32,
}

/// Turns a folder into writings. A row is written at noon of its own day, one without a day when its writer last wrote, else `today`. Where
/// everybody writes for themself the folder's `as_of` takes the place of `today`. New people are added to `ids`.
pub fn writings(
    parsed: &Parsed,
    mode: &Mode,
    ids: &mut Ids,
    today: NaiveDate,
) -> Result<Written, WriteError> {
    let (wanted, left_out, new_people) = wanted(parsed, mode, ids, today, &|_| 0)?;
    Ok(Written {
        writings: in_order(wanted, &|_| 0),
        left_out,
        new_people,
    })
}

/// What [`wanted`] returns: fields, rows left out, new people.
pub(super) type Asked = (Vec<Wanted>, Vec<LeftOut>, Vec<(String, PersonId)>);

/// Every field that a folder asks for. `seen` is the latest entry time in a document that is there already.
pub(super) fn wanted(
    parsed: &Parsed,
    mode: &Mode,
    ids: &mut Ids,
    today: NaiveDate,
    seen: &dyn Fn(&DocRef) -> u64,
) -> Result<Asked, WriteError> {
    let people = parsed.people();
    if let Mode::ImportedBy(handle) = mode
        && !people.iter().any(|(known, _)| known == handle)
    {
        return Err(WriteError::NobodyOfThatName(handle.clone()));
    }
    let new_people = ids.add(people.iter().map(|(handle, _)| *handle))?;
    let rights = rights(parsed, ids);
    let owner = ids
        .get(parsed.owner())
        .cloned()
        .ok_or_else(|| WriteError::NobodyOfThatName(parsed.owner().to_owned()))?;
    let importer = match mode {
        Mode::Rightful => None,
        Mode::ImportedBy(handle) => ids.get(handle),
    };
    let writers = Writers {
        rights: &rights,
        owner: &owner,
        importer,
        day: match mode {
            Mode::Rightful => parsed.as_of().unwrap_or(today),
            Mode::ImportedBy(_) => today,
        },
    };
    let (mut items, left_out) = items(parsed, ids, &writers);
    enter_marks(&mut items, seen);
    let mut wanted = merge(items);
    digests(&mut wanted);
    Ok((wanted, left_out, new_people))
}

/// Gives every mark its entry time, in each document in order of date, then of the file.
fn enter_marks(items: &mut [Item], seen: &dyn Fn(&DocRef) -> u64) {
    let mut by_doc: BTreeMap<DocRef, Vec<usize>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        if item.table == "marks" {
            by_doc.entry(item.doc.clone()).or_default().push(at);
        }
    }
    for (doc, mut marks) in by_doc {
        // Keys end in the ISO date, which sorts as text.
        let date = |at: &usize| key_parts(&items[*at].row).pop();
        marks.sort_by_cached_key(|at| (date(at), *at));
        let mut last = seen(&doc);
        for at in marks {
            let item = &mut items[at];
            let entered = item.clock.max(last + 1);
            last = entered;
            for (_, value) in &mut item.fields {
                let answer = match value {
                    Scalar::Text(code) => parse_answer(code),
                    _ => None,
                };
                if let Some(answer) = answer {
                    let typist = item.author.clone();
                    *value = MarkCode {
                        answer,
                        entered,
                        typist,
                    }
                    .encode();
                }
            }
        }
    }
}

/// Fields of rows with one key come together: where they differ, each value is a claim of its own.
fn merge(items: Vec<Item>) -> Vec<Wanted> {
    let (places, count) = places(&items);
    let mut rows: Vec<Vec<Item>> = Vec::new();
    rows.resize_with(count, Vec::new);
    for (item, place) in items.into_iter().zip(places) {
        let row = &mut rows[place];
        // One line of a folder may say several things that one writer keeps in one row: they are no conflict.
        match row
            .iter_mut()
            .find(|i| i.file == item.file && i.line == item.line)
        {
            Some(same_line) => {
                for (name, value) in item.fields {
                    if same_line.fields.iter().all(|(known, _)| *known != name) {
                        same_line.fields.push((name, value));
                    }
                }
            }
            None => row.push(item),
        }
    }
    let mut wanted = Vec::new();
    for mut row in rows {
        if let [_] = row.as_slice() {
            wanted.extend(row.drain(..).flat_map(alone));
            continue;
        }
        let mut names: Vec<&'static str> = Vec::new();
        for (name, _) in row.iter().flat_map(|item| &item.fields) {
            if !names.contains(name) {
                names.push(name);
            }
        }
        for field in names {
            let mut values: Vec<Scalar> = Vec::new();
            for item in &row {
                let value = item
                    .fields
                    .iter()
                    .find(|(name, _)| *name == field)
                    .map_or(Scalar::Null, |(_, value)| value.clone());
                if !values.iter().any(|v| same(item.table, field, v, &value)) {
                    values.push(value);
                }
            }
            let first = &row[0];
            wanted.push(Wanted {
                doc: first.doc.clone(),
                author: first.author.clone(),
                table: first.table,
                row: first.row.clone(),
                field,
                values,
                clock: first.clock,
                file: first.file.clone(),
                line: first.line,
            });
        }
    }
    wanted
}

/// For each item the number of its row, and how many rows there are; rows are numbered as they first appear.
fn places(items: &[Item]) -> (Vec<usize>, usize) {
    let mut known: HashMap<(&DocRef, &str, &str), usize> = HashMap::with_capacity(items.len());
    let places = items
        .iter()
        .map(|item| {
            let next = known.len();
            *known
                .entry((&item.doc, item.table, &item.row))
                .or_insert(next)
        })
        .collect();
    (places, known.len())
}

/// The fields of a row that only one item speaks of.
fn alone(item: Item) -> impl Iterator<Item = Wanted> {
    let mut known: Vec<&'static str> = Vec::with_capacity(item.fields.len());
    item.fields.into_iter().filter_map(move |(field, value)| {
        if known.contains(&field) {
            return None;
        }
        known.push(field);
        Some(Wanted {
            doc: item.doc.clone(),
            author: item.author.clone(),
            table: item.table,
            row: item.row.clone(),
            field,
            values: vec![value],
            clock: item.clock,
            file: item.file.clone(),
            line: item.line,
        })
    })
}

/// Whether two values say the same: of a mark only the answer counts, not when and by whom it was typed.
pub(super) fn same(table: &str, field: &str, a: &Scalar, b: &Scalar) -> bool {
    if table == "marks" && field == "mark" {
        let answer = |s| MarkCode::decode(s).map(|code| code.answer);
        return answer(a) == answer(b);
    }
    a == b
}

/// Whoever agrees themself, agrees to the text as the folder has it.
fn digests(wanted: &mut Vec<Wanted>) {
    let mut plans: BTreeMap<PersonId, Rows> = BTreeMap::new();
    for field in wanted.iter().filter(|w| w.doc.kind == Kind::Plan) {
        let Some(person) = &field.doc.person else {
            continue;
        };
        let row = plans
            .entry(person.clone())
            .or_default()
            .tables
            .entry(field.table.to_owned())
            .or_default()
            .entry(field.row.clone())
            .or_default();
        let claims = field.values.iter().map(|value| Claim {
            value: value.clone(),
            author: None,
            at: 0,
        });
        row.insert(field.field.to_owned(), claims.collect());
    }
    let mut found = Vec::new();
    for agreed in wanted
        .iter()
        .filter(|w| w.table == "agreements" && w.field == "date")
    {
        let parts = key_parts(&agreed.row);
        let (Some(person), [objective, by]) = (&agreed.doc.person, parts.as_slice()) else {
            continue;
        };
        let digest = plans
            .get(person)
            .filter(|_| by == agreed.author.as_str())
            .and_then(|plan| objective_digest(plan, objective));
        if let Some(digest) = digest {
            found.push(Wanted {
                field: "digest",
                values: vec![Scalar::Text(crate::document::code::hex(&digest))],
                ..agreed.clone()
            });
        }
    }
    wanted.extend(found);
}

/// Fields become writings: for each document one by each author, and then, for each row in conflict, one for each claim, those after
/// the first apart from it. `seen` is the latest time in a document that is there already.
pub(super) fn in_order(wanted: Vec<Wanted>, seen: &dyn Fn(&DocRef) -> u64) -> Vec<Writing> {
    let mut docs: BTreeMap<DocRef, Vec<Wanted>> = BTreeMap::new();
    for field in wanted {
        docs.entry(field.doc.clone()).or_default().push(field);
    }
    let mut writings = Vec::new();
    for (doc, fields) in docs {
        let (plain, apart): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|f| f.values.len() == 1);
        let mut authors: BTreeMap<PersonId, (u64, Vec<Op>)> = BTreeMap::new();
        for mut field in plain {
            let entry = authors.entry(field.author.clone()).or_default();
            entry.0 = entry.0.max(field.clock);
            entry.1.push(Op {
                value: field.values.swap_remove(0),
                doc: field.doc,
                table: field.table.to_owned(),
                row: field.row,
                field: field.field.to_owned(),
            });
        }
        let mut authors: Vec<(u64, PersonId, Vec<Op>)> = authors
            .into_iter()
            .map(|(author, (clock, ops))| (clock, author, ops))
            .collect();
        authors.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let mut last = seen(&doc);
        let mut write = |clock: u64, author: &PersonId, apart: bool, ops: Vec<Op>| {
            last = clock.max(last + 1);
            writings.push(Writing {
                doc: doc.clone(),
                author: author.clone(),
                at_ms: last,
                apart,
                ops,
            });
        };
        for (clock, author, ops) in authors {
            write(clock, &author, false, ops);
        }
        let mut rows: BTreeMap<(&'static str, String), Vec<Wanted>> = BTreeMap::new();
        for field in apart {
            rows.entry((field.table, field.row.clone()))
                .or_default()
                .push(field);
        }
        for fields in rows.into_values() {
            let claims = fields.iter().map(|f| f.values.len()).max().unwrap_or(0);
            for claim in 0..claims {
                let ops: Vec<Op> = fields
                    .iter()
                    .filter_map(|f| Some(op(f, f.values.get(claim)?.clone())))
                    .collect();
                write(fields[0].clock, &fields[0].author, claim > 0, ops);
            }
        }
    }
    writings
}

fn op(field: &Wanted, value: Scalar) -> Op {
    Op {
        doc: field.doc.clone(),
        table: field.table.to_owned(),
        row: field.row.clone(),
        field: field.field.to_owned(),
        value,
    }
}
