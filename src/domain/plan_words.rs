//! What is said along the way of a plan: dated notes on how far an objective or an action is, and why one was dropped. Read on demand with
//! a person's other long texts. No part of what is agreed.

use super::ids::PersonId;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A note on how far an objective or an action is. An author has one for each day and item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressNote {
    /// Objective or action.
    pub item: String,
    /// Its day.
    pub date: NaiveDate,
    /// Whose it is.
    pub by: PersonId,
    /// Who wrote it down, where that was somebody else: an import, for instance.
    pub typist: Option<PersonId>,
    /// What it says.
    pub text: String,
}

/// Why an objective or an action was dropped on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropReason {
    /// Objective or action.
    pub item: String,
    /// From which day on.
    pub date: NaiveDate,
    /// What was said.
    pub text: String,
}

/// The notes on an item up to a day, newest first; those of one day by author.
pub fn notes_on<'a>(
    notes: &'a [ProgressNote],
    item: &str,
    today: NaiveDate,
) -> Vec<&'a ProgressNote> {
    let mut found: Vec<&ProgressNote> = notes
        .iter()
        .filter(|n| n.item == item && n.date <= today)
        .collect();
    found.sort_by(|a, b| {
        b.date
            .cmp(&a.date)
            .then_with(|| (&a.by, &a.text).cmp(&(&b.by, &b.text)))
    });
    found
}

/// Why an item was dropped, of which it is known since when it is; nothing where it was never said.
pub fn reason_for<'a>(reasons: &'a [DropReason], item: &str, since: Option<NaiveDate>) -> &'a str {
    let found = reasons
        .iter()
        .find(|r| r.item == item && Some(r.date) == since);
    found.map_or("", |r| &r.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, n).unwrap()
    }

    fn note(item: &str, n: u32, by: &str) -> ProgressNote {
        ProgressNote {
            item: item.to_owned(),
            date: day(n),
            by: by.into(),
            typist: None,
            text: format!("{item} {n} {by}"),
        }
    }

    #[test]
    fn the_newest_note_stands_first_and_none_of_tomorrow() {
        let all = [
            note("a", 1, "x"),
            note("b", 2, "x"),
            note("a", 9, "y"),
            note("a", 9, "x"),
            note("a", 22, "x"),
        ];
        let texts: Vec<&str> = notes_on(&all, "a", day(21))
            .iter()
            .map(|n| n.text.as_str())
            .collect();
        assert_eq!(texts, ["a 9 x", "a 9 y", "a 1 x"]);
    }

    #[test]
    fn a_reason_belongs_to_the_day_of_its_dropping() {
        let reason = |n: u32, text: &str| DropReason {
            item: "a".to_owned(),
            date: day(n),
            text: text.to_owned(),
        };
        let all = [reason(3, "too dear"), reason(9, "no time")];
        assert_eq!(reason_for(&all, "a", Some(day(9))), "no time");
        assert_eq!(reason_for(&all, "a", Some(day(10))), "");
        assert_eq!(reason_for(&all, "b", Some(day(9))), "");
        assert_eq!(reason_for(&all, "a", None), "");
    }
}
