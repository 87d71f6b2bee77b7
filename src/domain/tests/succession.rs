//! Criticality, risk, at risk, coverage and depth of critical posts (definitions 10 to 12 and 14).

use super::*;
use crate::domain::person::{Horizon, HorizonBand};
use crate::domain::post::{CriticalPost, Factor, Factors, Nomination};
use crate::domain::readiness::Band;
use crate::domain::succession::{
    LikelihoodReason, PostRisk, RiskBand, SuccessionBoard, succession,
};

fn critical(post: &str, factors: [u8; 4], nominees: &[&str]) -> CriticalPost {
    let [impact, statutory, replace, scarcity] = factors.map(|f| Value::One(Factor(f)));
    CriticalPost {
        post: post.into(),
        factors: vec![(
            None,
            Factors {
                impact,
                statutory,
                replace,
                scarcity,
                reason: String::new(),
            },
        )],
        nominations: nominees
            .iter()
            .map(|&p| Nomination {
                person: p.into(),
                from: None,
                until: Value::One(None),
                decision: None,
            })
            .collect(),
    }
}

fn of(made: &Made) -> SuccessionBoard {
    succession(&made.team(), today()).unwrap()
}

/// One post with these factors, held by somebody who said this.
fn one(factors: [u8; 4], band: HorizonBand) -> PostRisk {
    let mut made = Made::new();
    made.person("P").horizons = vec![Horizon {
        said: day("2026-11-01"),
        band: Value::One(band),
        told: false,
    }];
    made.post("post", Some(G6), &["P"], &[]);
    made.succession = Some(vec![critical("post", factors, &[])]);
    of(&made).posts.remove(0)
}

#[test]
fn risk_of_the_worked_example() {
    let post = one([5, 5, 5, 4], HorizonBand::WishToMove);
    assert_eq!((post.factor_sum, post.c, post.likelihood.level), (19, 5, 3));
    assert_eq!((post.risk, post.band), (15, RiskBand::High));
    assert!(post.critical && post.at_risk);
}

#[test]
fn critical_by_mean_or_by_duty() {
    let critical = |factors| one(factors, HorizonBand::Later).critical;
    assert!(critical([4, 3, 4, 3]));
    assert!(!critical([4, 3, 3, 3]));
    assert!(critical([1, 5, 1, 1]));
    assert!(!critical([5, 4, 2, 2]));
}

#[test]
fn c_rounds_half_up_and_bands_have_edges() {
    let c = |factors| one(factors, HorizonBand::Later).c;
    assert_eq!(c([4, 4, 3, 3]), 4);
    assert_eq!(c([4, 3, 3, 3]), 3);
    assert_eq!(c([4, 4, 4, 4]), 4);
    assert_eq!(RiskBand::of(15), RiskBand::High);
    assert_eq!(RiskBand::of(14), RiskBand::Medium);
    assert_eq!(RiskBand::of(8), RiskBand::Medium);
    assert_eq!(RiskBand::of(7), RiskBand::Low);
}

#[test]
fn a_vacant_post_is_five_and_several_holders_count_by_the_highest() {
    let mut made = Made::new();
    for (id, band) in [("a", HorizonBand::Staying), ("b", HorizonBand::Within12)] {
        made.person(id).horizons = vec![Horizon {
            said: day("2026-11-01"),
            band: Value::One(band),
            told: true,
        }];
    }
    made.post("vacant", Some(G6), &[], &[]);
    made.post("shared", Some(G6), &["a", "b"], &[]);
    made.succession = Some(vec![
        critical("shared", [4, 4, 4, 4], &[]),
        critical("vacant", [4, 4, 4, 4], &[]),
    ]);
    let board = of(&made);
    assert_eq!(board.posts[0].post.as_str(), "vacant");
    assert_eq!(board.posts[0].likelihood.reason, LikelihoodReason::Vacant);
    assert_eq!(board.posts[0].risk, 20);
    assert_eq!(board.posts[1].likelihood.level, 4);
    assert_eq!(board.posts[1].likelihood.person, Some("b".into()));
}

#[test]
fn ready_now_coverage_depth_and_adjusted_depth() {
    let mut made = Made::new();
    for id in ["ready", "close", "unknown"] {
        made.person(id);
    }
    for post in ["one", "two", "three"] {
        made.post(post, Some(G6), &[], &[]);
    }
    for c in ALL {
        made.boss("ready", c, "2026-05-01", "7");
        made.boss("close", c, "2026-05-01", "5");
    }
    made.succession = Some(vec![
        critical("one", [4, 4, 4, 4], &["ready", "close"]),
        critical("two", [4, 4, 4, 4], &["close", "unknown"]),
        critical("three", [4, 4, 4, 4], &["close"]),
        critical("not critical", [1, 1, 1, 1], &[]),
    ]);
    let board = of(&made);
    assert_eq!((board.ready_now, board.at_risk), ((1, 3), 2));
    assert_eq!(board.depth, 2);
    // 1 + 1/3.
    assert_eq!(board.adjusted_depth_thousandths, 1333);
    let one = board.posts.iter().find(|p| p.title == "one").unwrap();
    assert_eq!((one.depth, one.adjusted_depth_thousandths), (2, 1333));
    assert_eq!(one.counts, [1, 1, 0, 0, 0]);
    assert_eq!(one.nominees[0].name, "close");
    let two = board.posts.iter().find(|p| p.title == "two").unwrap();
    assert_eq!((two.counts, two.depth), ([0, 1, 0, 0, 1], 1));
    // What is not critical comes last.
    assert_eq!(board.posts[3].title, "not critical");
}

#[test]
fn decisions_stand_beside_and_change_no_figure() {
    let mut made = Made::new();
    made.person("P");
    made.post("post", Some(G6), &[], &[]);
    let mut record = critical("post", [4, 4, 4, 4], &["P"]);
    record.nominations[0].decision = Some((Value::One(Band::ReadyNow), "I know".to_owned()));
    made.succession = Some(vec![record]);
    let board = of(&made);
    assert_eq!(board.ready_now, (0, 1));
    assert_eq!(board.posts[0].nominees[0].readiness.band, Band::Unknown);
    assert_eq!(
        board.posts[0].nominees[0].decision.as_ref().unwrap().0,
        Band::ReadyNow
    );
}

#[test]
fn dated_factors_and_nominations() {
    let mut made = Made::new();
    made.person("P");
    made.post("post", Some(G6), &[], &[]);
    let mut record = critical("post", [4, 4, 4, 4], &["P"]);
    record.nominations[0].until = Value::One(Some(day("2026-11-20")));
    made.succession = Some(vec![record.clone()]);
    assert!(of(&made).posts[0].nominees.is_empty());
    record.factors[0].0 = Some(day("2026-11-22"));
    made.succession = Some(vec![record]);
    assert!(of(&made).posts.is_empty());
}

#[test]
fn conflicting_factors_use_the_higher() {
    let mut made = Made::new();
    made.post("post", Some(G6), &[], &[]);
    let mut record = critical("post", [4, 4, 3, 2], &[]);
    record.factors[0].1.scarcity = several(vec![Factor(2), Factor(3)]);
    made.succession = Some(vec![record]);
    let post = of(&made).posts.remove(0);
    assert_eq!(
        (post.factor_sum, post.critical, post.conflict),
        (14, true, true)
    );
}

#[test]
fn who_may_not_read_it_has_no_board() {
    assert_eq!(succession(&Made::new().team(), today()), None);
}
