//! The summary of a person: what the first frame needs, in at most 4 KiB.

use crate::domain::person::Person;
use crate::domain::{Answer, Dated, MarkKind, PersonId, Value};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The most that a summary takes in postcard form, in bytes.
pub const SUMMARY_BYTES: usize = 4096;

/// The day that no `today` reaches: `complete_from` of a summary that can only say who somebody is.
pub fn never_complete() -> NaiveDate {
    NaiveDate::MAX
}

/// The person without detail, in at most [`SUMMARY_BYTES`] of postcard. Where they are too many, the oldest marks go that a
/// later mark of the same rater for the same cell has replaced; `complete_from` is then the first day on which every figure is the
/// same as with them. Whoever does not fit even so is cut down to their name with `complete_from` at [`never_complete`], which sends
/// every reader to the detail.
pub fn summary(person: &Person) -> Person {
    let mut small = Person {
        detail: None,
        ..person.clone()
    };
    let mut size = bytes(&small);
    let mut dropped: Vec<Vec<bool>> = person
        .series
        .iter()
        .map(|series| vec![false; series.marks.len()])
        .collect();
    if size > SUMMARY_BYTES {
        // Room for the day in `complete_from`.
        size += DATE_BYTES;
        for (replaced_on, series, mark) in droppable(person) {
            if size <= SUMMARY_BYTES {
                break;
            }
            dropped[series][mark] = true;
            size = size.saturating_sub(bytes(&person.series[series].marks[mark]));
            small.complete_from = small.complete_from.max(Some(replaced_on));
        }
        for (series, dropped) in small.series.iter_mut().zip(&dropped) {
            let mut gone = dropped.iter();
            series.marks.retain(|_| gone.next() == Some(&false));
        }
    }
    if bytes(&small) > SUMMARY_BYTES {
        return stub(person);
    }
    small
}

/// Bytes that a date takes in postcard: its length and ten characters.
const DATE_BYTES: usize = 11;

/// Marks that a later one replaces, as (day on which it is replaced, series, position), those first that cost the least of the past. Only
/// a mark of the same kind by the same rater replaces one, and one that was withdrawn replaces nothing.
fn droppable(person: &Person) -> Vec<(NaiveDate, usize, usize)> {
    let mut found = Vec::new();
    for (at, series) in person.series.iter().enumerate() {
        let mut later: BTreeMap<(MarkKind, &PersonId), NaiveDate> = BTreeMap::new();
        for (position, mark) in series.marks.iter().enumerate().rev() {
            let rater = (mark.kind, &mark.rater);
            if let Some(replaced_on) = later.get(&rater) {
                found.push((*replaced_on, at, position));
            }
            if mark.answer != Value::One(Answer::Withdrawn) && !mark.answer.is_conflict() {
                later.insert(rater, mark.date);
            }
        }
    }
    found.sort_unstable();
    found
}

/// Who somebody is, and no more; the name is cut where even that is too long.
fn stub(person: &Person) -> Person {
    let cut = |text: &str| text.chars().take(200).collect::<String>();
    Person {
        id: person.id.clone(),
        handle: cut(&person.handle),
        name: Value::One(cut(person.name.get())),
        series: Vec::new(),
        fte: Dated::default(),
        contract_end: Dated::default(),
        notice: Dated::default(),
        horizons: Vec::new(),
        absences: Vec::new(),
        credentials: Vec::new(),
        talks: Vec::new(),
        objectives: Vec::new(),
        not_applicable: Vec::new(),
        heard: person.heard,
        admitted: person.admitted,
        complete_from: Some(never_complete()),
        detail: None,
    }
}

/// Size in postcard form; a value that cannot be written counts as too large.
fn bytes<T: serde::Serialize>(value: &T) -> usize {
    postcard::experimental::serialized_size(value).unwrap_or(usize::MAX)
}
