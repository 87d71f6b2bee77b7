//! What was written apart and contradicts itself: fields with several values, and facts entered twice for one day. Owns how such a place
//! is found and settled. Must not know: who may settle it, or how it looks.

use super::code::{MarkCode, date_of, key_parts, target_of};
use super::decode::{HORIZONS, ITEM_STATES, is_present};
use super::edit::{Edit, Op, Stood};
use super::kind::DocRef;
use super::naming::Names;
use super::rows::{Row, Rows, Scalar};
use super::schema::{PRESENT, Type, spec};
use crate::domain::value::Cautious;
use crate::domain::{Claim, PersonId, Team};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Something that several wrote without knowing of each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Which document.
    pub doc: DocRef,
    /// Table.
    pub table: String,
    /// Row key; of facts that stand apart the first one's.
    pub row: String,
    /// Field; of facts that stand apart [`PRESENT`].
    pub field: String,
    /// What it is called.
    pub what: String,
    /// What stands, the one that figures use first.
    pub choices: Vec<Choice>,
    /// Who may settle it, in words, where whoever looks may not; `None` where they may.
    pub others: Option<&'static str>,
    /// All that it was found from: nothing is settled where something else stands by then.
    seen: Vec<Stood>,
}

/// One of the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it says.
    pub words: String,
    /// All of a text of which `words` say the beginning alone.
    pub whole: Option<String>,
    /// Who wrote it, where that is known.
    pub author: Option<PersonId>,
    /// When, milliseconds since 1970 UTC, by the writer's clock.
    pub at: u64,
    /// The beginning of the id of the device that wrote it; empty as long as nobody asked, and where it is not known.
    pub device: String,
    /// Who had written the same there first, where that was another time: whoever takes back a settlement writes what stood before.
    pub first: Option<First>,
    /// What choosing it assigns.
    ops: Vec<Op>,
    /// Where it stands, and what stands there.
    stands: (String, String, Scalar),
}

/// The first time that a value was written in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// Who wrote it, where that is known.
    pub author: Option<PersonId>,
    /// When, milliseconds since 1970 UTC, by the writer's clock.
    pub at: u64,
    /// The beginning of the id of the device that wrote it; empty where it is not known.
    pub device: String,
}

impl Conflict {
    /// A short name that stays the same as long as the place does.
    pub fn key(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let person = self.doc.person.as_ref().map_or("", PersonId::as_str);
        for part in [
            self.doc.kind.name(),
            person,
            &self.table,
            &self.row,
            &self.field,
        ] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        hasher.finalize().to_hex()[..8].to_owned()
    }

    /// Whatever its place names, by id.
    pub fn about(&self) -> Vec<String> {
        key_parts(&self.row)
    }

    /// Whether the other is the same place with the same values in it, whatever names and devices are known by.
    pub fn same(&self, other: &Self) -> bool {
        let place = |c: &Self| {
            (
                c.doc.clone(),
                c.table.clone(),
                c.row.clone(),
                c.field.clone(),
            )
        };
        place(self) == place(other) && self.seen == other.seen
    }

    /// Says with which device each choice was written, and when the same was written first, as whoever knows finds it.
    pub fn name_devices(
        &mut self,
        mut found: impl FnMut(&Self, &Choice) -> (String, Option<First>),
    ) {
        let names: Vec<_> = self.choices.iter().map(|c| found(self, c)).collect();
        for (choice, (device, first)) in self.choices.iter_mut().zip(names) {
            choice.device = device;
            choice.first = first;
        }
    }

    /// Settles it for one of the choices, counted from 0: an edit like any other. Nothing is saved where something else stands by then.
    pub fn settle(&self, choice: usize) -> Option<Edit> {
        let chosen = self.choices.get(choice)?;
        let label = format!("{}: settled for {}", self.what, chosen.words);
        let mut edit = Edit::new(label, chosen.ops.clone());
        edit.stood.clone_from(&self.seen);
        Some(edit)
    }
}

impl Choice {
    /// Row, field and value of what stands.
    pub fn stands(&self) -> (&str, &str, &Scalar) {
        let (row, field, value) = &self.stands;
        (row, field, value)
    }
}

/// Everything in a document that waits to be settled, in order.
pub fn conflicts(team: &Team, doc: &DocRef, rows: &Rows) -> Vec<Conflict> {
    let names = Names::new(team, doc, rows);
    let mut found = Vec::new();
    for (table, of_table) in &rows.tables {
        for (key, row) in of_table {
            for (field, claims) in row {
                let hidden = field != PRESENT && !is_present(row);
                if let (false, [_, _, ..]) = (hidden, claims.as_slice()) {
                    found.extend(of_field(&names, doc, (table, key, field), claims));
                }
            }
        }
        if table == "absences" {
            found.extend(apart(&names, doc, table, of_table));
        }
    }
    found
}

fn of_field(
    names: &Names<'_>,
    doc: &DocRef,
    (table, row, field): (&str, &str, &str),
    claims: &[Claim<Scalar>],
) -> Option<Conflict> {
    let seen = vec![Stood::whole(doc, (table, row, field), claims)];
    let mut claims: Vec<&Claim<Scalar>> = claims.iter().collect();
    claims.sort_by(|a, b| {
        caution(table, field, &a.value, &b.value)
            .then(a.at.cmp(&b.at))
            .then(a.author.cmp(&b.author))
    });
    claims.dedup_by(|a, b| same(table, &a.value, &b.value));
    (claims.len() > 1).then(|| Conflict {
        doc: doc.clone(),
        table: table.to_owned(),
        row: row.to_owned(),
        field: field.to_owned(),
        what: names.field(table, row, field),
        others: None,
        seen,
        choices: claims
            .into_iter()
            .map(|claim| Choice {
                words: names.value(table, field, &claim.value),
                whole: names.whole(table, field, &claim.value),
                author: claim.author.clone(),
                at: claim.at,
                device: String::new(),
                first: None,
                ops: vec![op(doc, table, row, field, claim.value.clone())],
                stands: (row.to_owned(), field.to_owned(), claim.value.clone()),
            })
            .collect(),
    })
}

/// Facts of one kind that begin on one day and say different things of it; each stands under an id of its own.
fn apart(
    names: &Names<'_>,
    doc: &DocRef,
    table: &str,
    rows: &BTreeMap<String, Row>,
) -> Vec<Conflict> {
    let mut by_day: BTreeMap<_, Vec<(&String, &Row)>> = BTreeMap::new();
    for (key, row) in rows.iter().filter(|(_, row)| is_present(row)) {
        if let Some(day) = first(row, "from").and_then(date_of) {
            by_day.entry(day).or_default().push((key, row));
        }
    }
    let until = |row: &Row| first(row, "until").and_then(date_of);
    let says = |row: &Row| (until(row), first(row, "kind").cloned());
    let mut found = Vec::new();
    for (_, mut entries) in by_day {
        // The longer one counts: whoever is away is not available.
        entries
            .sort_by_key(|(key, row)| (until(row).is_some(), std::cmp::Reverse(until(row)), *key));
        if entries
            .iter()
            .all(|(_, row)| says(row) == says(entries[0].1))
        {
            continue;
        }
        let keys: Vec<&String> = entries.iter().map(|(key, _)| *key).collect();
        let seen = entries.iter().flat_map(|(key, row)| {
            let stood = |field: &str| {
                let claims = row.get(field).map_or(&[][..], Vec::as_slice);
                Stood::whole(doc, (table, key, field), claims)
            };
            [PRESENT, "from", "until", "kind"].map(stood)
        });
        let seen = seen.collect();
        found.push(Conflict {
            doc: doc.clone(),
            table: table.to_owned(),
            row: keys.iter().min().map_or_else(String::new, |k| (*k).clone()),
            field: PRESENT.to_owned(),
            what: names.field(table, entries[0].0, PRESENT),
            others: None,
            seen,
            choices: entries
                .iter()
                .map(|(key, row)| {
                    let claim = row.get("from").and_then(|claims| claims.first());
                    let others = keys.iter().filter(|other| *other != key);
                    let value = |field| {
                        first(row, field).map_or_else(
                            || "nothing".to_owned(),
                            |scalar| names.value(table, field, scalar),
                        )
                    };
                    Choice {
                        words: format!("until {}, {}", value("until"), value("kind")),
                        whole: None,
                        author: claim.and_then(|c| c.author.clone()),
                        at: claim.map_or(0, |c| c.at),
                        device: String::new(),
                        first: None,
                        stands: (
                            (*key).clone(),
                            "from".to_owned(),
                            claim.map_or(Scalar::Null, |c| c.value.clone()),
                        ),
                        ops: others
                            .map(|other| op(doc, table, other, PRESENT, Scalar::Bool(false)))
                            .collect(),
                    }
                })
                .collect(),
        });
    }
    found
}

fn first<'a>(row: &'a Row, field: &str) -> Option<&'a Scalar> {
    row.get(field)?.first().map(|claim| &claim.value)
}

fn op(doc: &DocRef, table: &str, row: &str, field: &str, value: Scalar) -> Op {
    Op {
        doc: doc.clone(),
        table: table.to_owned(),
        row: row.to_owned(),
        field: field.to_owned(),
        value,
    }
}

/// Whether two values say the same: of a mark only the answer does.
fn same(table: &str, a: &Scalar, b: &Scalar) -> bool {
    match (table, MarkCode::decode(a), MarkCode::decode(b)) {
        ("marks", Some(a), Some(b)) => a.answer == b.answer,
        _ => a == b,
    }
}

/// Which of two values figures use, as reading a document has it (definition 5).
fn caution(table: &str, field: &str, a: &Scalar, b: &Scalar) -> Ordering {
    if let ("marks", Some(a), Some(b)) = (table, MarkCode::decode(a), MarkCode::decode(b)) {
        return a.answer.caution(&b.answer);
    }
    let ty = spec(table).and_then(|s| s.column(field)).map(|c| c.ty);
    match (table, field) {
        // Whoever is away is not available: none, then the later end.
        ("absences", "until") => {
            (date_of(a).is_some(), date_of(b)).cmp(&(date_of(b).is_some(), date_of(a)))
        }
        ("critical", _) if matches!(ty, Some(Type::Int(..))) => b.cmp(a),
        ("horizons", "band") => {
            let band = |scalar| place(HORIZONS, scalar).map(|at| HORIZONS[at].1);
            match (band(a), band(b)) {
                (Some(a), Some(b)) => a.caution(&b),
                _ => a.cmp(b),
            }
        }
        ("states", "state") => place(ITEM_STATES, a).cmp(&place(ITEM_STATES, b)),
        // Asked for before not asked for; but what was taken away is away.
        (_, "listed" | "critical" | "expected") => b.cmp(a),
        _ => match (ty, target_of(a), target_of(b)) {
            (Some(Type::Target), Some(a), Some(b)) => a.caution(&b),
            _ => a.cmp(b),
        },
    }
}

/// Place of a word in its list.
fn place<T>(list: &[(&str, T)], scalar: &Scalar) -> Option<usize> {
    match scalar {
        Scalar::Text(text) => list.iter().position(|(word, _)| word == text),
        _ => None,
    }
}
