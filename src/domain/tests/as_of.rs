//! As of an earlier day: facts by their own date, with that day as today (definition 21).

use super::*;
use crate::domain::as_of::{as_of, changes};
use crate::domain::board::Board;
use crate::domain::generate::generate;
use crate::domain::person::{Credential, CredentialKind, Horizon, HorizonBand};
use crate::domain::post::{CriticalPost, Factor, Factors};
use proptest::prelude::*;

/// "manager 8 in March, 'not observed' in November, own 8.5, skill τ 8": coverage 0, claimed 1; as of June the manager's 8 stood.
#[test]
fn the_worked_skill_was_covered_before_november() {
    let mut made = Made::new();
    made.skill("laser", "8");
    made.person("A");
    made.post("suite", Some(G6), &["A"], &["laser"]);
    made.boss("A", "laser", "2026-03-10", "8");
    made.boss("A", "laser", "2026-11-10", "x");
    made.own("A", "laser", "2026-11-10", "8.5");
    let team = made.team();
    let now = Board::compute(&team, today(), None);
    assert_eq!(
        (now.coverage[0].holders.len(), now.coverage[0].claimed.len()),
        (0, 1)
    );
    let june = day("2026-06-01");
    let then = Board::compute(&as_of(&team, june), june, None);
    assert_eq!(
        (
            then.coverage[0].holders.len(),
            then.coverage[0].claimed.len()
        ),
        (1, 0)
    );
    // What is different since then is that one cell: from the manager's 8 to the person's own 8.5.
    let found = changes(&then, &now);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].halves(), Some(1));
}

#[test]
fn facts_after_the_day_are_not_there_and_those_without_a_date_are() {
    let mut made = Made::new();
    made.person("A");
    made.post("old", Some(G6), &["A"], &[]);
    let post = made.post("new", Some(G6), &[], &[]);
    post.facts[0].0 = Some(day("2026-10-01"));
    let factor = || Value::One(Factor(5));
    let factors = || Factors {
        impact: factor(),
        statutory: factor(),
        replace: factor(),
        scarcity: factor(),
        reason: String::new(),
    };
    made.succession = Some(vec![
        CriticalPost {
            post: "old".into(),
            factors: vec![(Some(day("2026-09-01")), factors())],
            nominations: vec![],
        },
        CriticalPost {
            post: "new".into(),
            factors: vec![(Some(day("2026-10-01")), factors())],
            nominations: vec![],
        },
    ]);
    let a = made.of("A");
    a.horizons = vec![Horizon {
        said: day("2026-09-20"),
        band: Value::One(HorizonBand::Within12),
        told: true,
    }];
    a.credentials = ["2026-05-01", "2026-10-05"]
        .into_iter()
        .enumerate()
        .map(|(at, obtained)| Credential {
            id: at.to_string().as_str().into(),
            code: String::new(),
            name: Value::One("a paper".to_owned()),
            kind: CredentialKind::Certificate,
            obtained: Value::One(Some(day(obtained))),
            expires: Value::One(None),
            booked: Value::One(None),
            claimed: true,
            sighted: Some((BOSS.into(), day("2026-10-06"))),
        })
        .collect();
    let team = made.team();
    let then = day("2026-09-15");
    let earlier = as_of(&team, then);
    assert_eq!(earlier.base.posts.len(), 1, "the new post was not there");
    let a = earlier.person(&"A".into()).unwrap();
    assert!(a.horizons.is_empty());
    assert_eq!(a.credentials.len(), 1);
    assert_eq!(a.credentials[0].sighted, None);
    let board = Board::compute(&earlier, then, None);
    let posts = &board.succession.as_ref().unwrap().posts;
    // Nobody had said anything yet: L is 2.
    assert_eq!((posts.len(), posts[0].likelihood.level), (1, 2));
    // Nothing of the team itself is another.
    assert_eq!(team, made.team());
    // A person of whom nothing is later is the same value, not a copy.
    let mut first_frame = team.clone();
    Arc::make_mut(&mut first_frame.people[0]).detail = None;
    let same = as_of(&first_frame, today());
    assert!(Arc::ptr_eq(&same.people[0], &first_frame.people[0]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Looking back in two steps is looking back in one, and nothing of the team changes.
    #[test]
    fn an_earlier_day_of_an_earlier_day_is_that_day(seed in 0_u64..1000, back in 0_i64..900, more in 0_i64..900) {
        let team = generate(Arc::new(framework()), 20, seed, today());
        let copy = team.clone();
        let near = today() - chrono::Duration::days(back);
        let far = near - chrono::Duration::days(more);
        let (once, twice) = (as_of(&team, far), as_of(&as_of(&team, near), far));
        prop_assert_eq!(&once, &twice);
        prop_assert!(team.same_parts(&copy));
        let board = Board::compute(&once, far, None);
        prop_assert!(changes(&board, &board).is_empty());
    }
}
