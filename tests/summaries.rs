//! Figures from what the first frame reads are those of the whole records: for people of any size, for any day, whatever rights change.

mod common;

use chrono::{Days, NaiveDate};
use common::drive::today;
use guildhall::cli::report::{Report, heatmap, overview};
use guildhall::document::decode::{SUMMARY_BYTES, Summary, first_frame, summary};
use guildhall::domain::board::{Board, Grouping};
use guildhall::domain::generate::{generate, synthetic_framework};
use guildhall::domain::mark::Series;
use guildhall::domain::person::{Absence, Objective};
use guildhall::domain::reading::Reading;
use guildhall::domain::team::{Role, Team};
use guildhall::domain::{MarkKind, Person, Points, Subject, Value};
use proptest::prelude::*;
use std::sync::Arc;

/// One way in which somebody's record grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Growth {
    Actions,
    Skills,
    Rounds,
    Absences,
    Name,
}

const WAYS: [Growth; 5] = [
    Growth::Actions,
    Growth::Skills,
    Growth::Rounds,
    Growth::Absences,
    Growth::Name,
];

fn back(days: u64) -> NaiveDate {
    today() - Days::new(days)
}

fn grow(person: &mut Person, way: Growth) {
    match way {
        Growth::Actions => {
            let Some(first) = person.objectives.first().cloned() else {
                return;
            };
            for n in 0..30_u64 {
                let mut more: Objective = first.clone();
                more.id = format!("more-{n}").as_str().into();
                more.title = Value::One(format!("Learn a further thing and teach it, number {n}"));
                for action in &mut more.actions {
                    action.id = format!("{}-{n}", action.id).as_str().into();
                    action.completion = Value::One(Some(back(n * 3)));
                    action.text = Value::One("Book a day and write up what was seen".to_owned());
                }
                person.objectives.push(more);
            }
        }
        Growth::Skills => {
            let Some(like) = person.series.first().cloned() else {
                return;
            };
            for n in 1..60 {
                let skill = Subject::Skill(format!("skill-{n}").as_str().into());
                if !person.series.iter().any(|s| s.subject == skill) {
                    person.series.push(Series {
                        subject: skill,
                        column: None,
                        marks: like.marks.clone(),
                    });
                }
            }
        }
        Growth::Rounds => {
            for series in &mut person.series {
                for mark in series.marks.clone() {
                    for year in 1..12 {
                        let mut older = mark.clone();
                        older.date = mark.date - Days::new(1_100 * year);
                        older.entered = mark.entered.saturating_sub(year);
                        older.answer = Value::One(guildhall::domain::Answer::Points(Points::MIN));
                        series.marks.push(older);
                    }
                }
                series.marks.sort_by_key(|m| (m.date, m.entered));
            }
        }
        Growth::Absences => {
            for n in 0..200_u64 {
                person.absences.push(Absence {
                    id: format!("away-more-{n}"),
                    from: back(3 * n + 1),
                    until: Value::One(Some(back(3 * n))),
                    kind: "leave".to_owned(),
                });
            }
            person
                .absences
                .sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
        }
        Growth::Name => person.name = Value::One("Anna ".repeat(1_000)),
    }
}

/// A generated team in which every third person has grown.
fn grown(people: usize, seed: u64, way: Growth) -> Team {
    let mut team = generate(Arc::new(synthetic_framework()), people, seed, today());
    for person in team.people.iter_mut().step_by(3) {
        grow(Arc::make_mut(person), way);
    }
    team
}

fn from_first_frame(team: &Team, day: NaiveDate) -> Team {
    let mut small = team.clone();
    for person in &mut small.people {
        *person = Arc::new(first_frame(person, &team.rights, day));
    }
    small
}

/// Board and reports of the first frame are those of the whole records.
fn assert_same_figures(team: &Team, day: NaiveDate) {
    let small = from_first_frame(team, day);
    let (whole_board, board) = (
        Board::compute(team, day, None),
        Board::compute(&small, day, None),
    );
    assert_eq!(board, whole_board, "on {day}");
    assert_eq!(
        overview::overview(&small, &board, &Reading::of(&small, day)).text(),
        overview::overview(team, &whole_board, &Reading::of(team, day)).text()
    );
    let heat = |team: &Team, board: &Board| {
        let reading = Reading::of(team, day);
        heatmap::heatmap(team, board, &reading, Grouping::Manager).text()
    };
    assert_eq!(heat(&small, &board), heat(team, &whole_board));
}

fn counted(team: &Team) -> (usize, usize) {
    let kept: Vec<Summary> = team.people.iter().map(|p| summary(p)).collect();
    for (summary, person) in kept.iter().zip(&team.people) {
        let bytes = postcard::to_stdvec(summary).unwrap();
        assert!(
            bytes.len() <= SUMMARY_BYTES,
            "{}: {}",
            person.id,
            bytes.len()
        );
        assert_eq!(&postcard::from_bytes::<Summary>(&bytes).unwrap(), summary);
    }
    let large = kept.iter().filter(|s| matches!(s, Summary::TooLarge(_)));
    let trimmed = kept.iter().filter(|s| {
        matches!((*s).clone().person(&team.rights, NaiveDate::MAX), Ok(p) if p.complete_from.is_some())
    });
    (large.count(), trimmed.count())
}

#[test]
fn each_way_of_growing_reaches_past_the_summary() {
    for way in WAYS {
        let team = grown(12, 5, way);
        let (large, trimmed) = counted(&team);
        match way {
            // Old rounds are what a summary can do without.
            Growth::Rounds => assert!(trimmed > 0, "{way:?}"),
            _ => assert!(large > 0, "{way:?}"),
        }
    }
    let plain = generate(Arc::new(synthetic_framework()), 500, 3, today());
    assert_eq!(counted(&plain).0, 0, "people of a usual size fit");
}

#[test]
fn a_day_before_the_oldest_mark_that_was_kept_takes_the_whole_record() {
    let team = grown(12, 5, Growth::Rounds);
    let trimmed = |day| {
        team.people
            .iter()
            .filter(|p| summary(p).person(&team.rights, day).is_err())
            .count()
    };
    let (now, then) = (trimmed(today()), trimmed(back(6_000)));
    assert!(then > now, "{now} and {then} people are read whole");
}

#[test]
fn a_mark_that_counts_no_longer_stands_in_for_none() {
    let mut team = grown(12, 5, Growth::Rounds);
    let small = team
        .people
        .iter()
        .find(|p| {
            p.series.iter().flat_map(|s| &s.marks).any(|m| m.kind == MarkKind::Manager)
                && matches!(summary(p).person(&team.rights, today()), Ok(s) if s.complete_from.is_some())
        })
        .unwrap()
        .clone();
    // The summary was made while the manager's latest marks counted. Then it is said that the right ended long before them.
    let mut rights = (*team.rights).clone();
    for right in &mut rights.0 {
        if right.over.as_ref() == Some(&small.id)
            && matches!(right.role, Role::Line | Role::Assessor | Role::Reviewer)
        {
            right.from = None;
            right.until = Some(back(5_000));
        }
    }
    team.rights = Arc::new(rights);
    assert!(summary(&small).person(&team.rights, today()).is_err());
    assert_same_figures(&team, today());
    assert_same_figures(&team, back(1_000));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn the_first_frame_is_right(people in 2usize..20, seed: u64, way in 0..WAYS.len(), ago in 0u64..5_000) {
        let team = grown(people, seed, WAYS[way]);
        counted(&team);
        assert_same_figures(&team, today());
        assert_same_figures(&team, back(ago));
    }
}
