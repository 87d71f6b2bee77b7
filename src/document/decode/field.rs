//! Reading single fields with all their claims.

use crate::document::code::{date_of, key_parts, parse_date};
use crate::document::rows::Row;
use crate::document::schema::PRESENT;
use crate::document::{Rows, Scalar};
use crate::domain::value::Cautious;
use crate::domain::{Claim, Dated, Value};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The claims to a field; empty where it is absent.
pub(super) fn claims<'a>(row: &'a Row, name: &str) -> &'a [Claim<Scalar>] {
    row.get(name).map_or(&[], Vec::as_slice)
}

/// A field that means nothing when absent: claims that are null or cannot be read are left out.
pub(super) fn value<T: Cautious + PartialEq>(
    row: &Row,
    name: &str,
    read: impl Fn(&Scalar) -> Option<T>,
) -> Option<Value<T>> {
    let claims = match claims(row, name) {
        // Nearly every field: nobody disagrees, so nothing is gathered.
        [claim] => return read(&claim.value).map(Value::One),
        claims => claims,
    };
    Value::from_claims(
        claims
            .iter()
            .filter_map(|claim| {
                Some(Claim {
                    value: read(&claim.value)?,
                    author: claim.author.clone(),
                    at: claim.at,
                })
            })
            .collect(),
    )
}

/// A field that may be empty: a null beside another claim is a claim too.
pub(super) fn optional<T: Cautious + PartialEq>(
    row: &Row,
    name: &str,
    read: impl Fn(&Scalar) -> Option<T>,
) -> Value<Option<T>> {
    Value::from_claims(
        claims(row, name)
            .iter()
            .filter_map(|claim| {
                let value = match &claim.value {
                    Scalar::Null => None,
                    scalar => Some(read(scalar)?),
                };
                Some(Claim {
                    value,
                    author: claim.author.clone(),
                    at: claim.at,
                })
            })
            .collect(),
    )
    .unwrap_or(Value::One(None))
}

/// A field of which only one value is kept: the cautious one, or the first in sort order.
pub(super) fn plain<T: Cautious + PartialEq + Clone>(
    row: &Row,
    name: &str,
    read: impl Fn(&Scalar) -> Option<T>,
) -> Option<T> {
    value(row, name, read).map(|v| v.get().clone())
}

/// A text, or empty.
pub(super) fn text(row: &Row, name: &str) -> String {
    match claims(row, name) {
        [] => String::new(),
        [claim] => text_of(&claim.value).unwrap_or_default(),
        _ => plain(row, name, text_of).unwrap_or_default(),
    }
}

/// A date, or none; the earlier one in conflict.
pub(super) fn date(row: &Row, name: &str) -> Option<NaiveDate> {
    plain(row, name, date_of)
}

/// A whole number, the smallest one in conflict.
pub(super) fn int(row: &Row, name: &str) -> Option<i64> {
    claims(row, name)
        .iter()
        .filter_map(|c| int_of(&c.value))
        .min()
}

/// A number that is not negative.
pub(super) fn count(row: &Row, name: &str) -> Option<u32> {
    int(row, name).and_then(|n| u32::try_from(n).ok())
}

/// Whether any claim says yes.
pub(super) fn yes(row: &Row, name: &str) -> bool {
    claims(row, name)
        .iter()
        .any(|c| c.value == Scalar::Bool(true))
}

/// Text of a text.
pub(super) fn text_of(scalar: &Scalar) -> Option<String> {
    match scalar {
        Scalar::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// Number of a number.
pub(super) fn int_of(scalar: &Scalar) -> Option<i64> {
    match scalar {
        Scalar::Int(number) => Some(*number),
        _ => None,
    }
}

/// Yes or no.
pub(super) fn bool_of(scalar: &Scalar) -> Option<bool> {
    match scalar {
        Scalar::Bool(bool) => Some(*bool),
        _ => None,
    }
}

/// Lines of a text, without empty ones.
pub(super) fn lines(row: &Row, name: &str) -> Vec<String> {
    text(row, name)
        .lines()
        .filter(|l| !l.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The rows of a table that are there: with a field that holds something, and not taken away.
pub(super) fn rows<'a>(
    rows: &'a Rows,
    table: &str,
) -> impl Iterator<Item = (Vec<String>, &'a Row)> {
    rows.table(table)
        .filter(|(_, row)| is_present(row))
        .map(|(key, row)| (key_parts(key), row))
}

/// Whether a row is there. In conflict "taken away" is the cautious answer: absent before present.
pub(crate) fn is_present(row: &Row) -> bool {
    !claims(row, PRESENT)
        .iter()
        .any(|c| c.value == Scalar::Bool(false))
        && row
            .values()
            .flatten()
            .any(|claim| claim.value != Scalar::Null)
}

/// A date in a key: empty is "from the beginning". The outer `None` is a key that cannot be read.
pub(super) fn from_part(part: Option<&String>) -> Option<Option<NaiveDate>> {
    match part.map(String::as_str) {
        None => None,
        Some("") => Some(None),
        Some(text) => parse_date(text).map(Some),
    }
}

/// Dated facts of one table, grouped by the parts of the key before the date.
pub(super) fn dated<'a>(
    document: &'a Rows,
    table: &str,
    before: usize,
) -> BTreeMap<Vec<String>, Vec<(Option<NaiveDate>, &'a Row)>> {
    let mut groups: BTreeMap<Vec<String>, Vec<_>> = BTreeMap::new();
    for (mut parts, row) in rows(document, table) {
        if parts.len() != before + 1 {
            continue;
        }
        let Some(from) = from_part(parts.last()) else {
            continue;
        };
        parts.pop();
        groups.entry(parts).or_default().push((from, row));
    }
    for group in groups.values_mut() {
        group.sort_by_key(|(from, _)| *from);
    }
    groups
}

/// One field of dated rows as a dated fact.
pub(super) fn dated_field<T: Cautious + PartialEq>(
    rows: &[(Option<NaiveDate>, &Row)],
    name: &str,
    read: impl Fn(&Scalar) -> Option<T>,
) -> Dated<T> {
    Dated::from_entries(
        rows.iter()
            .filter_map(|(from, row)| Some((*from, value(row, name, &read)?)))
            .collect(),
    )
}
