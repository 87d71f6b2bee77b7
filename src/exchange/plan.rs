//! An import compared with what is stored: what is new, what is there already, what differs.

use super::format::{Handles, cell};
use super::ids::Ids;
use super::items::LeftOut;
use super::parsed::Parsed;
use super::write::{Wanted, WriteError, in_order, same, wanted};
use super::writers::{Mode, rights};
use crate::document::code::{MarkCode, key_parts};
use crate::document::schema::{PRESENT, Type, spec};
use crate::document::{DocRef, Kind, Rows, Scalar, Writing};
use crate::domain::team::{Right, Rights};
use crate::domain::{Claim, PersonId};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A stored value that a folder has differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// File of the folder.
    pub file: String,
    /// Line of its row.
    pub line: u32,
    /// Column.
    pub field: String,
    /// What is stored; several values in conflict are joined by " / ".
    pub stored: String,
    /// What the folder says.
    pub given: String,
}

/// What an import would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPlan {
    /// What to store; nothing where everything is there already.
    pub add: Vec<Writing>,
    /// How many fields are new.
    pub added: usize,
    /// How many fields are stored as the folder has them.
    pub same: usize,
    /// Stored values that differ: kept, or replaced if that was asked for.
    pub differs: Vec<Difference>,
    /// Rows that the importer has no right to write, or that stand against a person's own word.
    pub left_out: Vec<LeftOut>,
    /// People who are new: handle and id.
    pub new_people: Vec<(String, PersonId)>,
    /// Rights that the authority does not hold yet; granting them is its owner's deed.
    pub new_rights: Vec<Right>,
}

/// What is stored already.
pub struct Stored<'a> {
    /// Documents; an empty one where there is none.
    pub rows: &'a dyn Fn(&DocRef) -> Rows,
    /// Rights.
    pub rights: &'a Rights,
}

/// Compares a folder with what is stored. `importer` is the handle of the one who imports; `replace` makes the folder's value win where a
/// stored one differs. Nothing is ever taken away: what the folder does not say stays. `today` is the day of rows without one.
pub fn plan_import(
    parsed: &Parsed,
    importer: &str,
    ids: &mut Ids,
    stored: &Stored<'_>,
    today: NaiveDate,
    replace: bool,
) -> Result<ImportPlan, WriteError> {
    let mut cache = Cache {
        rows: stored.rows,
        known: BTreeMap::new(),
    };
    // Ids have to be there before documents can be asked for; `wanted` names new people itself.
    let people: Vec<&str> = parsed.people().iter().map(|(handle, _)| *handle).collect();
    if !people.contains(&importer) {
        return Err(WriteError::NobodyOfThatName(importer.to_owned()));
    }
    let new_people = ids.add(people)?;
    let mut latest: BTreeMap<DocRef, u64> = BTreeMap::new();
    for kind in Kind::ALL {
        if kind.is_personal() {
            for (_, id) in ids.iter() {
                let doc = DocRef::of(kind, id);
                let seen = latest_of(cache.get(&doc));
                latest.insert(doc, seen);
            }
        } else {
            let doc = DocRef::team_wide(kind);
            let seen = latest_of(cache.get(&doc));
            latest.insert(doc, seen);
        }
    }
    let seen = |doc: &DocRef| latest.get(doc).copied().unwrap_or(0);
    let mode = Mode::ImportedBy(importer.to_owned());
    let (all, left_out, _) = wanted(parsed, &mode, ids, today, &seen)?;
    let handles: Handles = ids
        .iter()
        .map(|(handle, id)| (id.as_str().to_owned(), handle.to_owned()))
        .collect();
    let mut plan = ImportPlan {
        left_out,
        new_people,
        new_rights: rights(parsed, ids)
            .0
            .into_iter()
            .filter(|right| !stored.rights.0.contains(right))
            .collect(),
        ..ImportPlan::default()
    };
    let has_framework = !cache
        .get(&DocRef::team_wide(Kind::Framework))
        .tables
        .is_empty();
    let mut add = Vec::new();
    for field in all {
        // A folder without a framework was read against one, and says nothing new about it.
        if field.doc.kind == Kind::Framework
            && field.table != "targets"
            && !parsed.own_framework
            && has_framework
        {
            continue;
        }
        match compare(&field, &mut cache) {
            Verdict::Same => plan.same += 1,
            Verdict::New => {
                plan.added += 1;
                add.push(field);
            }
            Verdict::TheirWord => left_out_of(&mut plan, &field, &handles),
            Verdict::Differs(claims) => {
                plan.differs.push(difference(&field, &claims, &handles));
                if replace {
                    add.push(field);
                }
            }
        }
    }
    plan.left_out.sort();
    plan.left_out.dedup();
    plan.add = in_order(add, &seen);
    Ok(plan)
}

struct Cache<'a> {
    rows: &'a dyn Fn(&DocRef) -> Rows,
    known: BTreeMap<DocRef, Rows>,
}

impl Cache<'_> {
    fn get(&mut self, doc: &DocRef) -> &Rows {
        let rows = self.rows;
        self.known.entry(doc.clone()).or_insert_with(|| rows(doc))
    }
}

/// The latest time in a document: of its claims and of the marks in it.
fn latest_of(rows: &Rows) -> u64 {
    rows.tables
        .values()
        .flat_map(BTreeMap::values)
        .flat_map(BTreeMap::values)
        .flatten()
        .map(|claim| {
            let entered = MarkCode::decode(&claim.value).map_or(0, |code| code.entered);
            claim.at.max(entered)
        })
        .max()
        .unwrap_or(0)
}

enum Verdict {
    Same,
    New,
    Differs(Vec<Scalar>),
    /// The person has said something else themself.
    TheirWord,
}

fn values(claims: &[Claim<Scalar>], field: &Wanted) -> Vec<Scalar> {
    let mut found: Vec<Scalar> = Vec::new();
    for claim in claims {
        let known = |v: &Scalar| same(field.table, field.field, v, &claim.value);
        if !found.iter().any(known) {
            found.push(claim.value.clone());
        }
    }
    if found == [Scalar::Null] {
        found.clear();
    }
    found
}

fn equal(field: &Wanted, stored: &[Scalar]) -> bool {
    stored.len() == field.values.len()
        && field.values.iter().all(|given| {
            stored
                .iter()
                .any(|s| same(field.table, field.field, s, given))
        })
}

fn compare(field: &Wanted, cache: &mut Cache<'_>) -> Verdict {
    let rows = cache.get(&field.doc);
    let stored = values(rows.claims(field.table, &field.row, field.field), field);
    if equal(field, &stored) {
        return Verdict::Same;
    }
    // A digest follows from the agreement: the day tells whether it is the one that is stored.
    if field.field == "digest" && !rows.claims(field.table, &field.row, "date").is_empty() {
        return Verdict::Same;
    }
    if !stored.is_empty() {
        return Verdict::Differs(stored);
    }
    // What the person has said themself needs no transcribed copy, and outweighs a different one.
    if field.doc.kind == Kind::Record
        && let Some(person) = field.doc.person.clone()
        && is_their_word(field, &person)
    {
        let own = cache.get(&DocRef::of(Kind::SelfRecord, &person));
        let beside = if field.table == "mark_notes" {
            "marks"
        } else {
            field.table
        };
        if own
            .row(beside, &field.row)
            .is_some_and(|row| !row.is_empty())
        {
            let stored = values(own.claims(field.table, &field.row, field.field), field);
            let same = matches!(field.field, "source" | PRESENT) || equal(field, &stored);
            return if same {
                Verdict::Same
            } else {
                Verdict::TheirWord
            };
        }
    }
    Verdict::New
}

/// Whether a field of the record is what the person said, rather than what a manager holds.
fn is_their_word(field: &Wanted, person: &PersonId) -> bool {
    let parts = key_parts(&field.row);
    match field.table {
        "marks" | "mark_notes" => parts.get(2).is_some_and(|rater| rater == person.as_str()),
        "horizons" => parts.get(1).is_some_and(|told| told == "no"),
        "agreements" => parts.get(1).is_some_and(|by| by == person.as_str()),
        "criteria" => field.field != "endorsed_by",
        "credentials" => !matches!(field.field, "sighted_by" | "sighted_on"),
        "ppd" | "registrations" | "aspirations" | "not_applicable" => true,
        _ => false,
    }
}

fn left_out_of(plan: &mut ImportPlan, field: &Wanted, handles: &Handles) {
    let person = field.doc.person.as_ref();
    plan.left_out.push(LeftOut {
        file: field.file.to_string(),
        line: field.line,
        person: person
            .and_then(|id| handles.get(id.as_str()))
            .cloned()
            .unwrap_or_default(),
        what: field.table.replace('_', " "),
        why: "the person has said something else themself, and that stands".to_owned(),
    });
}

fn difference(field: &Wanted, stored: &[Scalar], handles: &Handles) -> Difference {
    let (table, name) = match (field.table, field.field) {
        ("marks", _) => ("marks", "value"),
        ("mark_notes", name) => ("marks", name),
        (table, name) => (table, name),
    };
    let ty = spec(table)
        .and_then(|s| s.column(name))
        .map_or(Type::Text, |c| c.ty);
    let words = |values: &[Scalar]| {
        let texts: Vec<String> = values
            .iter()
            .map(|v| cell(ty, v, handles).unwrap_or_else(|| "nothing".to_owned()))
            .collect();
        texts.join(" / ")
    };
    Difference {
        file: field.file.to_string(),
        line: field.line,
        field: name.to_owned(),
        stored: words(stored),
        given: words(&field.values),
    }
}
