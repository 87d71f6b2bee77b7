//! Coverage of critical skills (definition 9).

use super::*;
use crate::domain::coverage::{Coverage, CoverageState, coverage, is_available, sole_cover};
use crate::domain::person::Absence;

fn made() -> Made {
    let mut made = Made::new();
    made.skill("laser", "8");
    for id in ["a", "b", "c"] {
        made.person(id);
        made.post(id, Some(G6), &[id], &[]);
    }
    made
}

fn laser(made: &Made) -> Coverage {
    coverage(&made.team(), today()).remove(0)
}

#[test]
fn states_by_holders() {
    let mut made = made();
    made.base.skills[0].n_min = 3;
    assert_eq!(laser(&made).state, CoverageState::NoHolder);
    made.boss("a", "laser", "2026-05-01", "8");
    assert_eq!(laser(&made).state, CoverageState::OneHolder);
    made.boss("b", "laser", "2026-05-01", "9");
    assert_eq!(laser(&made).state, CoverageState::Thin);
    made.boss("c", "laser", "2026-05-01", "7.5");
    assert_eq!(laser(&made).holders.len(), 2);
    made.boss("c", "laser", "2026-05-02", "8");
    assert_eq!(laser(&made).state, CoverageState::Covered);
}

#[test]
fn not_observed_leaves_a_claim() {
    let mut made = made();
    made.boss("a", "laser", "2026-03-01", "8");
    made.boss("a", "laser", "2026-11-01", "x");
    made.own("a", "laser", "2026-05-01", "8.5");
    let found = laser(&made);
    assert_eq!((found.holders.len(), found.claimed.len()), (0, 1));
}

#[test]
fn claimed_stale_and_away_stand_beside_it() {
    let mut made = made();
    made.boss("a", "laser", "2025-11-20", "8");
    made.own("b", "laser", "2026-05-01", "8");
    made.boss("c", "laser", "2026-05-01", "8");
    made.of("c").absences = vec![Absence {
        id: "away".to_owned(),
        from: day("2026-11-01"),
        until: Value::One(Some(today())),
        kind: "leave".to_owned(),
    }];
    let found = laser(&made);
    let ids = |ids: &[PersonId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(&found.stale), ["a"]);
    assert_eq!(ids(&found.claimed), ["b"]);
    assert_eq!(ids(&found.away), ["c"]);
    assert_eq!(found.state, CoverageState::NoHolder);
    assert!(!is_available(&made.team(), &"c".into(), today()));
    assert!(is_available(&made.team(), &"c".into(), day("2026-11-22")));
}

#[test]
fn out_of_post_is_not_available() {
    let mut made = made();
    made.boss("a", "laser", "2026-05-01", "8");
    made.base.posts[0].holders[0].until = Value::One(Some(day("2026-11-20")));
    let found = laser(&made);
    assert_eq!((found.holders.len(), found.away.len()), (0, 1));
    assert!(!is_available(&made.team(), &"a".into(), today()));
}

#[test]
fn heads_count_and_fte_stands_beside() {
    let mut made = made();
    made.of("a").fte = Dated::always(Fte(50));
    made.of("b").fte = Dated::default();
    made.boss("a", "laser", "2026-05-01", "8");
    made.boss("b", "laser", "2026-05-01", "8");
    let found = laser(&made);
    assert_eq!((found.holders.len(), found.holders_fte), (2, 150));
}

#[test]
fn a_conflict_uses_the_lower_mark() {
    let mut made = made();
    made.boss("a", "laser", "2026-05-01", "8|7.5");
    let found = laser(&made);
    assert_eq!((found.holders.len(), found.conflict), (0, true));
}

#[test]
fn without_target_nobody_counts() {
    let mut made = made();
    made.boss("a", "laser", "2026-05-01", "8");
    made.base.skills[0].target = Dated::always(Target::None);
    assert_eq!(laser(&made).state, CoverageState::NoHolder);
}

#[test]
fn sole_cover_names_the_skills() {
    let mut made = made();
    made.skill("other", "7");
    made.boss("a", "laser", "2026-05-01", "8");
    made.boss("a", "other", "2026-05-01", "8");
    made.boss("b", "other", "2026-05-01", "8");
    let found = coverage(&made.team(), today());
    assert_eq!(sole_cover(&found, &"a".into()), [&SkillId::new("laser")]);
    assert!(sole_cover(&found, &"b".into()).is_empty());
}
