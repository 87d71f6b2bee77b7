//! Whether a stored document holds only what the tables allow: decoding is lenient, so `doctor` asks here.

use super::field::is_present;
use crate::document::code::{MarkCode, MarkKey, date_of, subject_of, target_of};
use crate::document::schema::{self, Ref, TableSpec, Type, spec_of, tables};
use crate::document::{Kind, Rows, Scalar};

/// A field that no reader understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadField {
    /// Table.
    pub table: String,
    /// Row key.
    pub row: String,
    /// Field.
    pub field: String,
    /// What is wrong, without the value: values are private.
    pub what: String,
}

/// Fields that hold something else than their table allows, tables and fields that the schema does not know, and key parts that are not
/// what they ought to be; in order.
pub fn check(kind: Kind, document: &Rows) -> Vec<BadField> {
    let mut found = Vec::new();
    for (table, rows) in &document.tables {
        for (key, row) in rows {
            let mut bad = |field: &str, what: String| {
                found.push(BadField {
                    table: table.clone(),
                    row: key.clone(),
                    field: field.to_owned(),
                    what,
                });
            };
            if !tables(kind).contains(&table.as_str()) {
                bad(
                    "",
                    format!("a {} document has no table of this name", kind.name()),
                );
                continue;
            }
            if matches!(table.as_str(), "marks" | "mark_notes") && MarkKey::parse(key).is_none() {
                bad("", "the key is not subject|column|rater|date".to_owned());
            }
            if !is_present(row) {
                continue;
            }
            for (field, claims) in row {
                let Some(ty) = type_of(table, key, field) else {
                    bad(field, "the table has no field of this name".to_owned());
                    continue;
                };
                if claims
                    .iter()
                    .any(|claim| claim.value != Scalar::Null && !fits(ty, &claim.value))
                {
                    bad(field, format!("it does not hold {}", words(ty)));
                }
            }
        }
    }
    found
}

/// What a field holds: its column's type, or that of the few fields that no file has a column for.
#[derive(Clone, Copy)]
enum Held {
    Column(Type),
    Mark,
    Digest,
}

fn type_of(table: &str, row: &str, field: &str) -> Option<Held> {
    match (table, field) {
        ("marks", "mark") => return Some(Held::Mark),
        ("marks", _) => return None,
        ("mark_notes", "evidence" | "link" | "feedback" | "source") | ("person", "handle") => {
            return Some(Held::Column(Type::Text));
        }
        ("agreements", "digest") => return Some(Held::Digest),
        (_, schema::PRESENT) => return Some(Held::Column(Type::YesNo)),
        _ => {}
    }
    let spec = spec_of(table, row)?;
    if spec.ordered && field == "order" {
        return Some(Held::Column(Type::Int(0, i64::MAX)));
    }
    column(spec, field).map(Held::Column)
}

fn column(spec: &TableSpec, field: &str) -> Option<Type> {
    spec.column(field).filter(|c| !c.key).map(|c| c.ty)
}

fn fits(held: Held, scalar: &Scalar) -> bool {
    let ty = match held {
        Held::Mark => return MarkCode::decode(scalar).is_some(),
        Held::Digest => return crate::document::code::digest_of(scalar).is_some(),
        Held::Column(ty) => ty,
    };
    match (ty, scalar) {
        (Type::Date, scalar) => date_of(scalar).is_some(),
        (Type::YesNo, Scalar::Bool(_)) => true,
        (Type::Int(low, high), Scalar::Int(n)) => (low..=high).contains(n),
        (Type::Fte, Scalar::Int(n)) => (1..=100).contains(n),
        (Type::Hundredths | Type::HalfDays, Scalar::Int(n)) => *n >= 0,
        (Type::Points, Scalar::Int(n)) => (2..=20).contains(n),
        (Type::Difference, Scalar::Int(n)) => (1..=18).contains(n),
        (Type::Target, scalar) => target_of(scalar).is_some(),
        (Type::Ref(Ref::Subject), scalar) => subject_of(scalar).is_some(),
        (Type::Word(words), Scalar::Text(text)) => words.contains(&text.as_str()),
        (
            Type::Id
            | Type::Ref(_)
            | Type::Line
            | Type::Text
            | Type::Texts
            | Type::Competencies
            | Type::Numbers
            | Type::Registrations
            | Type::MonthDay,
            Scalar::Text(_),
        ) => true,
        _ => false,
    }
}

fn words(held: Held) -> &'static str {
    match held {
        Held::Mark => "a mark",
        Held::Digest => "a digest",
        Held::Column(ty) => match ty {
            Type::Date => "a date",
            Type::YesNo => "yes or no",
            Type::Int(..) | Type::Fte | Type::Hundredths | Type::HalfDays | Type::Difference => {
                "a number within its bounds"
            }
            Type::Points | Type::Target => "a target",
            Type::Ref(Ref::Subject) => "a competency or skill",
            Type::Word(_) => "one of the words of the list",
            _ => "text",
        },
    }
}
