//! The summary of a person: what the first frame needs, in at most 4 KiB. Figures made from it are those of the whole record, or it says
//! that they would not be: then the record is read.

use crate::domain::mark::{Mark, Series};
use crate::domain::person::Person;
use crate::domain::team::Rights;
use crate::domain::{Answer, MarkKind, PersonId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The most that a summary takes in postcard form, in bytes.
pub const SUMMARY_BYTES: usize = 4096;

/// What is kept of a person for the first frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Summary {
    /// The person without detail, old marks left out where they are too many.
    Small(Box<Person>),
    /// The person does not fit, nearly nobody: read the documents' views.
    TooLarge(Who),
}

/// Who somebody is, and what stands in no document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Opaque id.
    pub id: PersonId,
    /// Day on which a device of theirs was last heard.
    pub heard: Option<NaiveDate>,
    /// Whether a device of theirs has been admitted.
    pub admitted: bool,
}

impl Summary {
    /// When a device of theirs was last heard, and whether they have one.
    pub fn presence(&self) -> (Option<NaiveDate>, bool) {
        match self {
            Self::Small(small) => (small.heard, small.admitted),
            Self::TooLarge(who) => (who.heard, who.admitted),
        }
    }

    /// The person for the figures of `today` under these rights; `Err` where it takes the whole record to get them right.
    pub fn person(self, rights: &Rights, today: NaiveDate) -> Result<Person, Who> {
        match self {
            Self::TooLarge(who) => Err(who),
            Self::Small(person) => match person.complete_from {
                Some(from) if from > today || !replacements_count(&person, rights) => {
                    Err(who(&person))
                }
                _ => Ok(*person),
            },
        }
    }
}

/// Whether managers' marks count that stand in for older ones which were left out, as far as those could count at all. That depends on
/// rights, which change without the documents.
fn replacements_count(person: &Person, rights: &Rights) -> bool {
    // Looked through once for each person: a large team has a thousand rights.
    let over = rights
        .0
        .iter()
        .filter(|r| r.over.as_ref() == Some(&person.id));
    let rights = Rights(over.cloned().collect());
    person.series.iter().all(|series| {
        let mut seen: BTreeSet<&PersonId> = BTreeSet::new();
        series
            .marks
            .iter()
            .filter(|mark| mark.kind == MarkKind::Manager && replaces(&person.id, mark))
            // Of one rater the oldest that was kept is the one that older ones gave way to.
            .filter(|mark| seen.insert(&mark.rater))
            .all(|mark| {
                rights.may_validate(&mark.rater, &person.id, mark.date)
                    || !rights.may_ever_validate(&mark.rater, &person.id)
            })
    })
}

/// A person as the first frame takes them on a day: from the summary, or from the whole record where that would say something else.
pub fn first_frame(person: &Person, rights: &Rights, today: NaiveDate) -> Person {
    summary(person)
        .person(rights, today)
        .unwrap_or_else(|_| without_detail(person))
}

/// The person without detail, in at most [`SUMMARY_BYTES`] of postcard. Where they are too many, the oldest marks go that a
/// later mark of the same rater for the same cell has replaced; `complete_from` is then the first day on which every figure is the
/// same as with them.
pub fn summary(person: &Person) -> Summary {
    let mut small = without_detail(person);
    // One byte says which kind of summary it is.
    let size = bytes(&small).saturating_add(1);
    if size > SUMMARY_BYTES {
        // Room for the day in `complete_from`.
        trim(&mut small, size.saturating_add(DATE_BYTES));
    }
    let summary = Summary::Small(Box::new(small));
    if bytes(&summary) > SUMMARY_BYTES {
        return Summary::TooLarge(who(person));
    }
    summary
}

/// Bytes that a date takes in postcard: its length and ten characters.
const DATE_BYTES: usize = 11;

/// Leaves out marks, as many as it takes and there are.
fn trim(small: &mut Person, mut size: usize) {
    let mut dropped: Vec<Vec<bool>> = small
        .series
        .iter()
        .map(|series| vec![false; series.marks.len()])
        .collect();
    for Replaced { on, at, mark } in droppable(&small.id, &small.series) {
        if size <= SUMMARY_BYTES {
            break;
        }
        dropped[at][mark] = true;
        size = size.saturating_sub(bytes(&small.series[at].marks[mark]));
        small.complete_from = small.complete_from.max(Some(on));
    }
    for (series, dropped) in small.series.iter_mut().zip(&dropped) {
        let mut gone = dropped.iter();
        series.marks.retain(|_| gone.next() == Some(&false));
    }
}

/// A mark that a later one replaces.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Replaced {
    /// The day on which it is replaced.
    on: NaiveDate,
    /// Which series.
    at: usize,
    /// Which of its marks.
    mark: usize,
}

/// Marks that a later one replaces, those first that cost the least of the past. Only a mark of the same kind by the same rater replaces
/// one. One in conflict is not replaced, since its sign must not be lost.
fn droppable(person: &PersonId, series: &[Series]) -> Vec<Replaced> {
    let mut found = Vec::new();
    for (at, series) in series.iter().enumerate() {
        let mut later: BTreeMap<(MarkKind, &PersonId), NaiveDate> = BTreeMap::new();
        for (mark, entry) in series.marks.iter().enumerate().rev() {
            if entry.answer.is_conflict() {
                continue;
            }
            let rater = (entry.kind, &entry.rater);
            if let Some(&on) = later.get(&rater).filter(|on| **on > entry.date) {
                found.push(Replaced { on, at, mark });
            }
            if replaces(person, entry) && !series.disputes(entry) {
                later.insert(rater, entry.date);
            }
        }
    }
    found.sort_unstable();
    found
}

/// Whether a mark can stand in for an older one: one in conflict or withdrawn does not (nor a transcribed one that is disputed), nor does one that the person typed in a
/// manager's name.
fn replaces(person: &PersonId, mark: &Mark) -> bool {
    let own_hand = mark.kind == MarkKind::Manager && &mark.typist == person;
    !mark.answer.is_conflict() && *mark.answer.get() != Answer::Withdrawn && !own_hand
}

fn who(person: &Person) -> Who {
    Who {
        id: person.id.clone(),
        heard: person.heard,
        admitted: person.admitted,
    }
}

fn without_detail(person: &Person) -> Person {
    Person {
        detail: None,
        ..person.clone()
    }
}

/// Size in postcard form; a value that cannot be written counts as too large.
fn bytes<T: serde::Serialize>(value: &T) -> usize {
    postcard::experimental::serialized_size(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Points, Subject, Value};

    #[test]
    fn a_transcribed_mark_that_is_disputed_stands_in_for_none() {
        let person = PersonId::new("p");
        let mark = |kind, day, answer| Mark {
            kind,
            rater: person.clone(),
            typist: "m".into(),
            date: NaiveDate::from_ymd_opt(2026, 6, day).unwrap(),
            entered: u64::from(day),
            answer: Value::One(answer),
        };
        let points = Answer::Points(Points::MAX);
        let mut series = Series {
            subject: Subject::Skill("s".into()),
            column: None,
            marks: vec![
                mark(MarkKind::Transcribed, 1, points),
                mark(MarkKind::Transcribed, 2, points),
            ],
        };
        let left_out = |s: &Series| droppable(&person, std::slice::from_ref(s)).len();
        assert_eq!(left_out(&series), 1);
        series.marks.push(mark(MarkKind::Own, 2, Answer::Withdrawn));
        assert_eq!(left_out(&series), 0, "the first counts again");
    }
}
