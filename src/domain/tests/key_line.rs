//! Key line, collective need, groups (definitions 0, 7, 8, 21).

use super::*;
use crate::domain::board::{Board, Grouping, KeyLine, Need, percent, percent_tenths, ranked};
use crate::domain::framework::TargetRule;
use crate::domain::post::Area;
use chrono::Days;

fn board(made: &Made) -> Board {
    Board::compute(&made.team(), today(), None)
}

fn need<'a>(needs: &'a [Need], about: &str) -> &'a Need {
    needs.iter().find(|n| n.subject == subject(about)).unwrap()
}

#[test]
fn team_of_four() {
    let board = board(&super::team_of_four());
    assert_eq!(board.key.below_target, (11, 32));
    assert_eq!(board.key.fresh, (40, 48));
    assert_eq!(percent(40, 48), Some(83));
    assert_eq!(board.key.own_mark_only, 8);
    assert_eq!((board.key.one_holder, board.key.no_holder), (1, 0));
    assert_eq!(board.coverage[0].holders, [PersonId::new("A")]);
    // 241.5 / 259.
    assert_eq!(board.key.attainment_halves, (483, 518));
    assert_eq!(board.key.attainment_tenths(), Some(932));
    assert_eq!(board.key.gap_index_tenths(), Some(68));
    assert_eq!(board.key.completeness, (37, 44));
    assert_eq!(board.key.met, (20, 44));
}

#[test]
fn need_of_the_worked_example() {
    let mut made = Made::new();
    for (id, own) in [("a", "5"), ("b", "5"), ("c", "6")] {
        made.person(id);
        made.post(id, Some(G6), &[id], &[]);
        made.own(id, SAFETY, "2026-05-01", own);
    }
    for id in ["d", "e"] {
        made.person(id);
        made.post(id, Some(G6), &[id], &[]);
        made.boss(id, SAFETY, "2026-05-01", "8");
    }
    let board = board(&made);
    let need = need(&board.needs, SAFETY);
    assert_eq!((need.in_need, need.with_mark, need.unvalidated), (3, 5, 3));
    assert!(need.flagged);
    // 2 + 2 + 1 points.
    assert_eq!(need.gap_halves, 10);
    assert_eq!(ranked(&board.needs)[0].subject, subject(SAFETY));
}

#[test]
fn need_is_flagged_from_half_and_three_people_on() {
    let made = |below: usize, all: usize| {
        let mut made = Made::new();
        for n in 0..all {
            let id = format!("p{n}");
            made.person(&id);
            made.post(&id, Some(G6), &[&id], &[]);
            made.boss(&id, SAFETY, "2026-05-01", if n < below { "6" } else { "7" });
        }
        need(&board(&made).needs, SAFETY).flagged
    };
    assert!(made(3, 6) && made(3, 3));
    assert!(!made(3, 7) && !made(2, 4) && !made(2, 2) && !made(0, 3));
}

/// Ann: 8 expected cells all at 7; Bo: 10 expected, 4 fresh, all at 5.
#[test]
fn a_group_pools_its_cells() {
    let mut made = Made::new();
    for (column, expected) in [("k1", 8), ("k2", 10)] {
        let count = made.framework.competencies.len();
        let at = made.framework.column_index(&column.into()).unwrap() * count;
        for i in 0..count {
            made.framework.cells[at + i].expected = if i < expected {
                Expected::Yes
            } else {
                Expected::No
            };
        }
    }
    made.person("Ann");
    made.person("Bo");
    made.post("ann", Some("k1"), &["Ann"], &[]);
    made.post("bo", Some("k2"), &["Bo"], &[]);
    for c in &ALL[..8] {
        let seven = mark(MarkKind::Manager, BOSS, "2026-05-01", "7");
        made.mark_against("Ann", c, Some("k1".into()), seven);
    }
    for c in &ALL[..4] {
        let five = mark(MarkKind::Own, "Bo", "2026-05-01", "5");
        made.mark_against("Bo", c, Some("k2".into()), five);
    }
    let board = board(&made);
    assert_eq!(board.key.attainment_halves, (2 * 76, 2 * 84));
    assert_eq!(board.key.attainment_tenths(), Some(905));
    assert_eq!(board.key.completeness, (12, 18));
    let team = made.team();
    let bo = board.key_line_of(&team, &board.rows_of(&"Bo".into()));
    assert_eq!((bo.completeness, bo.attainment_tenths()), ((4, 10), None));
    let ann = board.key_line_of(&team, &board.rows_of(&"Ann".into()));
    assert_eq!(ann.attainment_tenths(), Some(1000));
}

#[test]
fn exactly_half_complete_has_an_attainment() {
    let key = |n, of| KeyLine {
        attainment_halves: (10, 14),
        completeness: (n, of),
        ..KeyLine::default()
    };
    assert_eq!(key(5, 10).attainment_tenths(), Some(714));
    assert_eq!(key(4, 9).attainment_tenths(), None);
    assert_eq!(KeyLine::default().attainment_tenths(), None);
}

#[test]
fn percentages_round_half_up_and_zero_of_zero_is_nothing() {
    assert_eq!(percent(0, 0), None);
    assert_eq!(percent(1, 8), Some(13));
    assert_eq!(percent(1, 200), Some(1));
    assert_eq!(percent(1, 201), Some(0));
    assert_eq!(percent_tenths(1, 16), Some(63));
    assert_eq!(percent_tenths(u32::MAX, u32::MAX), Some(1000));
}

#[test]
fn surplus_never_offsets() {
    let mut made = Made::new();
    made.person("P");
    made.post("post", Some(G6), &["P"], &[]);
    for c in ALL {
        made.boss("P", c, "2026-05-01", if c == BUDGET { "5" } else { "10" });
    }
    assert_eq!(board(&made).key.attainment_halves, (10 * 14 + 10, 11 * 14));
}

#[test]
fn all_stale_and_nobody_at_all() {
    let mut made = Made::new();
    assert_eq!(board(&made).key, KeyLine::default());
    made.person("P");
    made.post("post", Some(G6), &["P"], &[]);
    for c in ALL {
        made.boss("P", c, "2025-11-20", "7");
    }
    let key = board(&made).key;
    assert_eq!((key.below_target, key.fresh), ((0, 0), (0, 11)));
    assert_eq!((key.attainment_tenths(), key.completeness), (None, (0, 11)));
    assert_eq!(key.met, (0, 11));
}

#[test]
fn a_cell_without_target_enters_completeness_alone() {
    let mut made = Made::new();
    made.person("P");
    made.post("post", Some(G6), &["P"], &[]);
    made.boss("P", BUDGET, "2026-05-01", "3");
    made.framework.targets.push(TargetRule {
        column: None,
        competency: Some(BUDGET.into()),
        target: Dated::always(Target::None),
    });
    let board = board(&made);
    assert_eq!(board.key.completeness, (1, 11));
    assert_eq!((board.key.fresh, board.key.met), ((0, 10), (0, 10)));
    assert_eq!(board.key.below_target, (0, 0));
    assert_eq!(need(&board.needs, BUDGET).with_mark, 0);
}

#[test]
fn two_posts_are_two_rows_and_a_shared_mark_counts_once() {
    let mut made = Made::new();
    made.skill("laser", "8");
    made.person("P");
    made.post("one", Some(G6), &["P"], &[]);
    made.post("two", Some(G6), &["P"], &["laser"]);
    for c in ALL {
        made.boss("P", c, "2026-05-01", "6");
    }
    made.boss("P", "laser", "2026-05-01", "7");
    // Teaching is settled as not expected of one post only: expected if either expects it.
    made.base.posts[0].depends = vec![(TEACHING.into(), Dated::always(Expected::No))];
    let both = board(&made);
    assert_eq!(both.rows.len(), 2);
    assert_eq!(both.key.fresh, (12, 12));
    assert_eq!(both.key.below_target, (12, 12));
    assert_eq!(need(&both.needs, SAFETY).with_mark, 1);
    assert_eq!(need(&both.needs, SAFETY).gap_halves, 2);
    assert_eq!(need(&both.needs, TEACHING).with_mark, 1);
    // On another column the marks are others, and so are the cells.
    made.base.posts[1].facts[0].1.column = Value::One(Some("k6".into()));
    let apart = board(&made);
    assert_eq!(apart.key.fresh.0, 11);
    assert!(apart.key.fresh.1 > 12);
}

#[test]
fn a_listed_skill_off_the_critical_list_is_in_the_key_line() {
    let mut made = Made::new();
    made.skill("laser", "8").critical = Dated::always(Listed(false));
    made.person("P");
    made.post("post", Some(G6), &["P"], &["laser"]);
    made.boss("P", "laser", "2026-05-01", "7.5");
    let board = board(&made);
    assert_eq!(board.subjects.len(), 11);
    assert_eq!((board.key.below_target, board.key.fresh), ((1, 1), (1, 12)));
    assert!(board.coverage.is_empty());
}

#[test]
fn rows_are_ordered_by_name_and_then_id() {
    let mut made = Made::new();
    for (id, name) in [("3", "bo"), ("2", "Ann"), ("1", "Bo"), ("4", "Änne")] {
        made.person(id).name = Value::One(name.to_owned());
    }
    let board = board(&made);
    let ids: Vec<_> = board.rows.iter().map(|r| r.person.as_str()).collect();
    assert_eq!(ids, ["2", "1", "3", "4"]);
    assert!(
        board
            .rows
            .iter()
            .all(|r| r.post.is_none() && r.column.is_none())
    );
}

#[test]
fn groups_in_their_order() {
    let mut made = Made::new();
    for (order, name) in [(2, "Alpha"), (1, "Beta")] {
        made.base.areas.push(Area {
            id: name.into(),
            name: name.to_owned(),
            order,
        });
    }
    made.person("a");
    made.person("b");
    made.bare("c");
    made.post("1", Some("k7"), &["a"], &[]).facts[0].1.area = Value::One(Some("Alpha".into()));
    made.post("2", Some("k1"), &["b"], &[]).facts[0].1.area = Value::One(Some("Beta".into()));
    let (board, team) = (board(&made), made.team());
    let labels = |by| -> Vec<String> {
        let groups = board.groups(&team, by, &|_| true);
        groups.into_iter().map(|g| g.label).collect()
    };
    assert_eq!(labels(Grouping::Area), ["Beta", "Alpha", "No area"]);
    assert_eq!(
        labels(Grouping::Grade),
        ["Grade 3", "Grade 8", "Without a column"]
    );
    assert_eq!(labels(Grouping::Manager), ["boss", "No line manager"]);
    let kept = board.groups(&team, Grouping::Area, &|r| r.name == "a");
    assert_eq!((kept.len(), kept[0].rows.clone()), (1, vec![0]));
}

#[test]
fn heard_is_nothing_before_the_first_sync() {
    let mut made = Made::new();
    made.bare(BOSS).heard = Some(today());
    made.person("P").admitted = true;
    assert_eq!(board(&made).key.heard, None);
    made.of("P").heard = Some(day("2026-10-22"));
    assert_eq!(board(&made).key.heard, Some((2, 2)));
    made.of("P").heard = Some(day("2026-10-21"));
    assert_eq!(board(&made).key.heard, Some((1, 2)));
}

#[test]
fn rows_of_unchanged_people_are_taken_over() {
    let mut made = super::team_of_four();
    let team = made.team();
    let board = Board::compute(&team, today(), None);
    let mut next = team.clone();
    made.boss("B", SAFETY, "2026-11-20", "7");
    next.people[1] = Arc::new(made.of("B").clone());
    let after = Board::compute(&next, today(), Some((&team, &board)));
    assert_eq!(after, Board::compute(&next, today(), None));
    let same: Vec<bool> = board
        .rows
        .iter()
        .zip(&after.rows)
        .map(|(a, b)| Arc::ptr_eq(a, b))
        .collect();
    assert_eq!(same, [true, false, true, true]);
    // Another day, other rows.
    let tomorrow = today() + Days::new(1);
    let later = Board::compute(&next, tomorrow, Some((&next, &after)));
    assert_eq!(later, Board::compute(&next, tomorrow, None));
    assert!(!Arc::ptr_eq(&later.rows[0], &after.rows[0]));
}
