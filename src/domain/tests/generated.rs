//! Properties that hold for every team, tried on generated ones.

use super::*;
use crate::domain::board::{Board, Grouping};
use crate::domain::framework::Target;
use crate::domain::generate::generate;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn team(people: usize, seed: u64) -> Team {
    generate(Arc::new(synthetic_framework()), people, seed, today())
}

#[test]
fn the_same_seed_gives_the_same_team() {
    assert_eq!(team(60, 7), team(60, 7));
    assert_ne!(team(60, 7), team(60, 8));
    assert_eq!(team(0, 1).people.len(), 1);
    let board = Board::compute(&team(500, 1), today(), None);
    // Something of everything is there.
    assert!(board.rows.len() > 500);
    assert!(board.key.below_target.0 > 0 && board.key.own_mark_only > 0);
    assert!(board.key.attainment_tenths().is_some());
    assert!(board.actions.overdue > 0 && board.actions.to_discuss > 0);
    assert!(board.succession.is_some_and(|s| s.posts.len() == 20));
    assert!(
        board
            .rows
            .iter()
            .any(|r| r.cells.iter().any(|c| c.conflict))
    );
}

#[test]
fn the_synthetic_framework_has_the_shape_of_a_real_one() {
    let framework = synthetic_framework();
    let count = |e| framework.cells.iter().filter(|c| c.expected == e).count();
    assert_eq!(framework.cells.len(), 99);
    let counts = (
        count(Expected::Yes),
        count(Expected::Depends),
        count(Expected::No),
    );
    assert_eq!(counts, (81, 6, 12));
    assert_eq!(framework.grid_lines.len(), 10);
    assert_eq!(framework.grid_lines[6].competencies.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Surplus never offsets: attainment never sums more than the target of a cell, and raising a mark that is at target changes nothing.
    #[test]
    fn surplus_changes_nothing(seed in any::<u64>()) {
        let before = team(13, seed);
        let mut after = before.clone();
        let default = before.base.policy.target;
        for person in &mut after.people {
            let mut raised = (**person).clone();
            for mark in raised.series.iter_mut().filter(|s| s.column.is_some()).flat_map(|s| &mut s.marks) {
                if let Value::One(Answer::Points(p)) = &mut mark.answer && *p >= default {
                    *p = Points::MAX;
                }
            }
            *person = Arc::new(raised);
        }
        let (one, other) = (Board::compute(&before, today(), None), Board::compute(&after, today(), None));
        prop_assert_eq!(one.key.attainment_halves, other.key.attainment_halves);
        prop_assert_eq!(one.key.below_target, other.key.below_target);
        prop_assert!(one.key.attainment_halves.0 <= one.key.attainment_halves.1);
    }

    /// The pool of people in disjoint groups is the sum of the groups.
    #[test]
    fn groups_add_up(seed in any::<u64>()) {
        let team = team(38, seed);
        let board = Board::compute(&team, today(), None);
        // By manager each person stands in one group.
        let groups = board.groups(&team, Grouping::Manager, &|_| true);
        let rows: BTreeSet<usize> = groups.iter().flat_map(|g| g.rows.clone()).collect();
        prop_assert_eq!(rows.len(), board.rows.len());
        let sum = |f: fn(&crate::domain::board::KeyLine) -> (u32, u32)| {
            groups.iter().map(|g| f(&g.key_line)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
        };
        prop_assert_eq!(sum(|k| k.fresh), board.key.fresh);
        prop_assert_eq!(sum(|k| k.below_target), board.key.below_target);
        prop_assert_eq!(sum(|k| k.attainment_halves), board.key.attainment_halves);
        prop_assert_eq!(sum(|k| k.completeness), board.key.completeness);
        for (i, need) in board.needs.iter().enumerate() {
            let of = |f: fn(&crate::domain::board::Need) -> u32| groups.iter().map(|g| f(&g.needs[i])).sum::<u32>();
            prop_assert_eq!(of(|n| n.in_need), need.in_need);
            prop_assert_eq!(of(|n| n.with_mark), need.with_mark);
            prop_assert_eq!(of(|n| n.gap_halves), need.gap_halves);
        }
    }

    /// The order in which people, marks and rights are stored does not matter.
    #[test]
    fn order_of_storage_does_not_matter(seed in any::<u64>()) {
        let team = team(26, seed);
        let mut other = team.clone();
        other.people.reverse();
        for person in &mut other.people {
            let mut turned = (**person).clone();
            turned.series.reverse();
            for series in &mut turned.series {
                series.marks.reverse();
            }
            turned.horizons.reverse();
            *person = Arc::new(turned);
        }
        let mut rights = (*other.rights).clone();
        rights.0.reverse();
        other.rights = Arc::new(rights);
        prop_assert_eq!(Board::compute(&team, today(), None), Board::compute(&other, today(), None));
    }

    /// Rows that are taken over are the rows that would be made.
    #[test]
    fn taking_over_changes_nothing(seed in any::<u64>(), at in 0usize..26) {
        let team = team(26, seed);
        let board = Board::compute(&team, today(), None);
        let mut next = team.clone();
        let mut changed = (*next.people[at]).clone();
        changed.series.truncate(3);
        changed.name = Value::One("Aaron".to_owned());
        next.people[at] = Arc::new(changed);
        prop_assert_eq!(
            Board::compute(&next, today(), Some((&team, &board))),
            Board::compute(&next, today(), None)
        );
    }

    /// The cell of the board is the cell that is asked for alone, and a gap is never more than the target.
    #[test]
    fn board_and_single_cell_agree(seed in any::<u64>()) {
        let team = team(13, seed);
        let board = Board::compute(&team, today(), None);
        for row in &board.rows {
            let person = team.person(&row.person).unwrap();
            let post = row.post.as_ref().and_then(|id| team.post(id));
            for cell in row.cells.iter().chain(&row.other_skills) {
                let mut alone = crate::domain::cell::cell_figure(&team, person, post, &cell.subject, today());
                // Without a column the target of a competency has nothing to measure, and the board leaves it out.
                if row.column.is_none() && matches!(cell.subject, Subject::Competency(_)) {
                    alone.target = Target::None;
                }
                prop_assert_eq!(&alone, cell);
            }
        }
    }
}
