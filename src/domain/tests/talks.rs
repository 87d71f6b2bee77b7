//! Actions and talks (definitions 18 and 21).

use super::agreement::objective;
use super::*;
use crate::domain::actions::{ActionBoard, actions, is_talk_due, last_talk, progress};
use crate::domain::person::{Action, ItemState, Progress};
use crate::domain::team::Policy;

fn action(id: &str, completion: &str, state: Option<(&str, ItemState)>) -> Action {
    Action {
        id: id.into(),
        text: Value::One(id.to_owned()),
        completion: Value::One((!completion.is_empty()).then(|| day(completion))),
        progress: Value::One(Progress(0)),
        states: Dated(
            state
                .map(|(from, s)| (Some(day(from)), Value::One(s)))
                .into_iter()
                .collect(),
        ),
    }
}

fn board(actions_of_p: Vec<Action>, today: NaiveDate) -> ActionBoard {
    let mut made = Made::new();
    let mut o = objective("o");
    o.actions = actions_of_p;
    made.person("P").objectives = vec![o];
    actions(&made.team(), today)
}

#[test]
fn a_conflict_of_dates_counts_as_the_earlier() {
    let mut one = action("a", "", None);
    one.completion = several(vec![Some(day("2026-02-28")), Some(day("2026-01-31"))]);
    let board = board(vec![one], day("2026-02-10"));
    assert_eq!(board.overdue, 1);
    assert!(board.lines[0].overdue && board.lines[0].conflict);
    assert_eq!(board.lines[0].days, Some(-10));
}

#[test]
fn open_before_done_while_in_conflict() {
    let mut one = action("a", "2026-11-20", None);
    let states = several(vec![ItemState::Closed, ItemState::Open]);
    one.states = Dated(vec![(Some(day("2026-11-01")), states)]);
    let board = board(vec![one], today());
    assert_eq!((board.open, board.closed, board.overdue), (1, 0, 1));
    assert!(board.lines[0].conflict);
}

#[test]
fn lines_are_open_by_date_then_to_discuss_by_waiting() {
    let board = board(
        vec![
            action("undated", "", None),
            action("late", "2026-12-01", None),
            action(
                "waits 1",
                "2026-01-01",
                Some(("2026-11-20", ItemState::ToDiscuss)),
            ),
            action("today", "2026-11-21", None),
            action(
                "waits 9",
                "2026-01-01",
                Some(("2026-11-12", ItemState::ToDiscuss)),
            ),
            action(
                "closed",
                "2026-01-01",
                Some(("2026-11-12", ItemState::Closed)),
            ),
            action(
                "dropped",
                "2026-01-01",
                Some(("2026-11-12", ItemState::Dropped)),
            ),
            action(
                "not yet done",
                "2026-11-20",
                Some(("2026-11-22", ItemState::Closed)),
            ),
        ],
        today(),
    );
    let order: Vec<_> = board.lines.iter().map(|l| l.text.as_str()).collect();
    assert_eq!(
        order,
        [
            "not yet done",
            "today",
            "late",
            "undated",
            "waits 9",
            "waits 1"
        ]
    );
    assert_eq!((board.open, board.overdue), (4, 1));
    assert_eq!((board.to_discuss, board.closed, board.dropped), (2, 1, 1));
    assert_eq!(board.lines[4].done_days, Some(9));
}

#[test]
fn progress_is_done_of_what_is_not_dropped() {
    let all = [
        action("a", "", None),
        action("b", "", Some(("2026-11-12", ItemState::ToDiscuss))),
        action("c", "", Some(("2026-11-12", ItemState::Closed))),
        action("d", "", Some(("2026-11-12", ItemState::Dropped))),
    ];
    assert_eq!(progress(&all, today()), (2, 3));
    assert_eq!(progress(&all[3..], today()), (0, 0));
}

#[test]
fn a_talk_is_due_a_month_ahead() {
    let policy = Policy::default();
    let due = |last: &str| is_talk_due(Some(day(last)), today(), &policy);
    // today + 30 days = 21 Dec 2026.
    assert!(due("2025-12-21"));
    assert!(!due("2025-12-22"));
    assert!(is_talk_due(None, today(), &policy));
}

#[test]
fn talks_concern_people_with_a_line_manager() {
    let mut made = Made::new();
    made.bare("head");
    made.person("never");
    made.person("old").talks = vec![day("2024-01-01"), day("2025-01-01")];
    made.person("fine").talks = vec![day("2026-11-01")];
    made.person("planned").talks = vec![day("2026-11-22")];
    let board = actions(&made.team(), today());
    let due: Vec<_> = board
        .talks_due
        .iter()
        .map(|(p, last)| (p.as_str(), *last))
        .collect();
    assert_eq!(
        due,
        [
            ("never", None),
            ("planned", None),
            ("old", Some(day("2025-01-01")))
        ]
    );
    assert_eq!(board.agreed, (0, 4));
    assert_eq!(last_talk(&made.people[2], today()), Some(day("2025-01-01")));
}
