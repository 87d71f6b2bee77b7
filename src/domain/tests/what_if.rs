//! What if: what is supposed of people, and what it changes.

use super::*;
use crate::domain::board::Board;
use crate::domain::coverage::CoverageState;
use crate::domain::generate::generate;
use crate::domain::person::{Action, Credential, CredentialKind, Objective, Priority};
use crate::domain::post::{CriticalPost, Factor, Factors, MustHave, Nomination};
use crate::domain::readiness::Band;
use crate::domain::what_if::{KeyFigure, Supposed, WhatIf, difference, suppose};
use proptest::prelude::*;

fn what(of: &[(&str, Supposed)]) -> WhatIf {
    let mut what = WhatIf::default();
    for (person, supposed) in of {
        what.toggle(&PersonId::new(person), *supposed);
    }
    what
}

/// Two posts; "A" holds the critical one and alone covers the laser, "B" is nominated for it and lacks one mark and a certificate.
fn made() -> Made {
    let mut made = Made::new();
    made.skill("laser", "8");
    for id in ["A", "B"] {
        made.person(id);
    }
    made.post("suite", Some(G6), &["A"], &["laser"]).must_haves = vec![MustHave {
        code: "rps".to_owned(),
        name: "RPS certificate".to_owned(),
        listed: Dated::always(Listed(true)),
    }];
    made.post("other", Some(G6), &["B"], &[]);
    for c in ALL {
        made.boss("A", c, "2026-05-01", "7");
        made.boss("B", c, "2026-05-01", if c == BUDGET { "5" } else { "7" });
    }
    made.boss("A", "laser", "2026-05-01", "8");
    made.boss("B", "laser", "2026-05-01", "7.5");
    let b = made.of("B");
    b.credentials = vec![Credential {
        id: "1".into(),
        code: "rps".to_owned(),
        name: Value::One("RPS".to_owned()),
        kind: CredentialKind::Certificate,
        obtained: Value::One(None),
        expires: Value::One(None),
        booked: Value::One(Some(day("2027-02-03"))),
        claimed: true,
        sighted: None,
    }];
    b.objectives = vec![
        objective("1", None, Some("suite"), Priority::Gap),
        objective("2", Some(BUDGET), None, Priority::Gap),
        objective("3", Some("laser"), None, Priority::Strength),
    ];
    let factor = || Value::One(Factor(4));
    made.succession = Some(vec![CriticalPost {
        post: "suite".into(),
        factors: vec![(
            None,
            Factors {
                impact: factor(),
                statutory: factor(),
                replace: factor(),
                scarcity: factor(),
                reason: String::new(),
            },
        )],
        nominations: vec![Nomination {
            person: "B".into(),
            from: None,
            until: Value::One(None),
            decision: None,
        }],
    }]);
    made
}

fn objective(id: &str, about: Option<&str>, post: Option<&str>, priority: Priority) -> Objective {
    Objective {
        id: id.into(),
        order: 1,
        title: Value::One(id.to_owned()),
        priority: Value::One(priority),
        subject: about.map(subject),
        post: post.map(PostId::new),
        review: Value::One(None),
        completion: Value::One(None),
        has_measure: true,
        states: Dated::default(),
        digest: None,
        agreements: vec![],
        actions: vec![Action {
            id: id.into(),
            text: Value::One("do it".to_owned()),
            completion: Value::One(Some(day("2026-11-01"))),
            progress: Value::One(crate::domain::person::Progress(10)),
            states: Dated::default(),
        }],
    }
}

fn boards(made: &Made, of: &[(&str, Supposed)]) -> (Board, Board) {
    let team = made.team();
    let supposed = suppose(&team, &what(of), today());
    let before = Board::compute(&team, today(), None);
    let after = Board::compute(&supposed, today(), Some((&team, &before)));
    assert_eq!(after, Board::compute(&supposed, today(), None));
    (before, after)
}

#[test]
fn s18_a_leaver_makes_the_post_vacant_and_takes_the_skill_along() {
    let (before, after) = boards(&made(), &[("A", Supposed::Leaves)]);
    assert_eq!(before.coverage[0].state, CoverageState::OneHolder);
    assert_eq!(after.coverage[0].state, CoverageState::NoHolder);
    let [old, new] = [&before, &after].map(|b| b.succession.as_ref().unwrap().posts[0].clone());
    assert_eq!((old.likelihood.level, old.risk, old.at_risk), (2, 8, false));
    assert_eq!((new.likelihood.level, new.risk, new.at_risk), (5, 20, true));
    assert!(new.holders.is_empty());
    let found = difference(&before, &after);
    let figure =
        |name: &str| -> KeyFigure { *found.figures.iter().find(|f| f.name == name).unwrap() };
    assert_eq!(figure("one holder").before.0, 1);
    assert_eq!(figure("no holder").after.0, 1);
    assert_eq!(
        (figure("at risk").before, figure("at risk").after),
        ((0, Some(1)), (1, Some(1)))
    );
    assert_eq!((found.posts.len(), found.skills.len()), (1, 1));
}

#[test]
fn somebody_away_stays_in_post_and_covers_nothing() {
    let (_, after) = boards(&made(), &[("A", Supposed::Away)]);
    assert_eq!(after.coverage[0].state, CoverageState::NoHolder);
    assert_eq!(after.coverage[0].away, [PersonId::new("A")]);
    let post = &after.succession.as_ref().unwrap().posts[0];
    assert_eq!((post.holders.len(), post.likelihood.level), (1, 2));
}

#[test]
fn a_leaver_is_nominated_for_nothing_and_has_no_plan_and_no_talk() {
    let (before, after) = boards(&made(), &[("B", Supposed::Leaves)]);
    assert_eq!((before.actions.open, before.actions.overdue), (3, 3));
    assert_eq!((after.actions.open, after.actions.overdue), (0, 0));
    assert_eq!((before.key.talks_due, after.key.talks_due), (2, 1));
    let post = &after.succession.as_ref().unwrap().posts[0];
    assert!(post.nominees.is_empty());
    // The row stays, without a post and so without framework cells.
    assert_eq!(before.rows.len(), after.rows.len());
    assert_eq!(after.key.completeness, (11, 11));
}

#[test]
fn a_completed_plan_closes_its_gaps_and_passes_what_is_booked() {
    let (before, after) = boards(&made(), &[("B", Supposed::Completes)]);
    let band = |b: &Board| {
        b.succession.as_ref().unwrap().posts[0].nominees[0]
            .readiness
            .band
    };
    assert_eq!(
        (band(&before), band(&after)),
        (Band::OneToTwo, Band::ReadyNow)
    );
    assert_eq!(before.key.below_target.0, after.key.below_target.0 + 1);
    assert_eq!((after.actions.open, after.actions.closed), (0, 3));
    // The objective about the laser is a strength: it moves no mark, so there is still one holder.
    assert_eq!(after.coverage[0].state, CoverageState::OneHolder);
}

#[test]
fn a_must_have_without_a_booked_course_stays_missing() {
    let mut made = made();
    made.of("B").credentials.clear();
    let (_, after) = boards(&made, &[("B", Supposed::Completes)]);
    let nominee = &after.succession.as_ref().unwrap().posts[0].nominees[0];
    assert_eq!(nominee.readiness.band, Band::ThreeToFive);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Supposing and taking back are exact inverses, in any order; nothing of the team is touched on the way.
    #[test]
    fn simulate_and_undo_are_exact_inverses(
        seed in any::<u64>(),
        steps in proptest::collection::vec((0usize..15, 0usize..3), 1..12),
        turn in any::<bool>(),
    ) {
        let team = generate(Arc::new(synthetic_framework()), 15, seed, today());
        let copy = Team { people: team.people.iter().map(|p| Arc::new((**p).clone())).collect(), ..team.clone() };
        let mut what = WhatIf::default();
        for (person, kind) in &steps {
            what.toggle(&team.people[*person].id, Supposed::ALL[*kind]);
            let supposed = suppose(&team, &what, today());
            prop_assert_eq!(what.is_empty(), supposed.same_parts(&team));
            prop_assert_eq!(supposed.people.len(), team.people.len());
        }
        let mut back = steps.clone();
        if turn {
            back.reverse();
        }
        for (person, kind) in &back {
            what.toggle(&team.people[*person].id, Supposed::ALL[*kind]);
        }
        prop_assert!(what.is_empty());
        prop_assert!(suppose(&team, &what, today()).same_parts(&team));
        prop_assert_eq!(&copy, &team);
    }
}
