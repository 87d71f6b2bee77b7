//! The summary of a person: what the first frame needs, in at most 4 KiB. Figures made from it are those of the whole record, or it says
//! that they would not be: then the record is read.

use crate::domain::mark::Series;
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
    /// The person without detail.
    Small(Box<Small>),
    /// The person does not fit, nearly nobody: read the documents' views.
    TooLarge(Who),
}

/// The person without detail, old marks left out where they are too many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Small {
    person: Person,
    /// Raters and days of managers' marks for which older ones of theirs were left out. They stand in for these only while they count,
    /// and that depends on rights, which change without the documents.
    relied: BTreeSet<(PersonId, NaiveDate)>,
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
            Self::Small(small) => (small.person.heard, small.person.admitted),
            Self::TooLarge(who) => (who.heard, who.admitted),
        }
    }

    /// The person for the figures of `today` under these rights; `Err` where it takes the whole record to get them right.
    pub fn person(self, rights: &Rights, today: NaiveDate) -> Result<Person, Who> {
        match self {
            Self::TooLarge(who) => Err(who),
            Self::Small(small) => {
                let Small { person, relied } = *small;
                let covered = person.complete_from.is_none_or(|from| from <= today);
                let counts = |(rater, day): &(PersonId, NaiveDate)| {
                    rights.may_validate(rater, &person.id, *day)
                };
                if covered && relied.iter().all(counts) {
                    Ok(person)
                } else {
                    Err(who(&person))
                }
            }
        }
    }
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
    let mut small = Small {
        person: without_detail(person),
        relied: BTreeSet::new(),
    };
    // One byte says which kind of summary it is.
    let mut size = bytes(&small).saturating_add(1);
    if size > SUMMARY_BYTES {
        // Room for the day in `complete_from`.
        size = size.saturating_add(DATE_BYTES);
        trim(&mut small, size);
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
fn trim(small: &mut Small, mut size: usize) {
    let series = std::mem::take(&mut small.person.series);
    let mut dropped: Vec<Vec<bool>> = series.iter().map(|s| vec![false; s.marks.len()]).collect();
    for Replaced { on, at, mark } in droppable(&small.person.id, &series) {
        if size <= SUMMARY_BYTES {
            break;
        }
        let gone = &series[at].marks[mark];
        dropped[at][mark] = true;
        size = size.saturating_sub(bytes(gone));
        if gone.kind == MarkKind::Manager {
            let relied = (gone.rater.clone(), on);
            let cost = bytes(&relied);
            if small.relied.insert(relied) {
                size = size.saturating_add(cost);
            }
        }
        small.person.complete_from = small.person.complete_from.max(Some(on));
    }
    small.person.series = series;
    for (series, dropped) in small.person.series.iter_mut().zip(&dropped) {
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
/// one. One that was withdrawn replaces nothing, nor does one that the person typed in a manager's name; one in conflict does not and is
/// not replaced, since its sign must not be lost.
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
            let own_hand = entry.kind == MarkKind::Manager && &entry.typist == person;
            if *entry.answer.get() != Answer::Withdrawn && !own_hand {
                later.insert(rater, entry.date);
            }
        }
    }
    found.sort_unstable();
    found
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
