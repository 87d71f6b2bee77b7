//! Explanations carry the figure's own values and their sources.

use super::*;
use crate::domain::board::Board;
use crate::domain::explain::{
    Step, explain_cell, explain_coverage, explain_key_line, explain_need, explain_post,
};
use crate::domain::person::{Horizon, HorizonBand};
use crate::domain::post::{CriticalPost, Factor, Factors};

fn explained(made: &Made, about: &str) -> Vec<Step> {
    let team = made.team();
    let board = Board::compute(&team, today(), None);
    let row = &board.rows[0];
    let cell = row.cells.iter().find(|c| c.subject == subject(about));
    explain_cell(
        &team,
        &row.person,
        row.column.as_ref(),
        cell.unwrap(),
        today(),
    )
}

fn text<'a>(steps: &'a [Step], rule: &str) -> (&'a str, &'a str) {
    let step = steps.iter().find(|s| s.rule == rule).unwrap();
    (&step.text, &step.source)
}

fn one() -> Made {
    let mut made = Made::new();
    made.person("Pat");
    made.post("post", Some(G6), &["Pat"], &[]);
    made
}

#[test]
fn a_manager_before_an_own_mark() {
    let mut made = one();
    made.own("Pat", BUDGET, "2026-11-02", "7");
    made.boss("Pat", BUDGET, "2026-11-10", "5.5");
    let steps = explained(&made, BUDGET);
    assert_eq!(
        text(&steps, "effective mark"),
        (
            "10 Nov 2026 + 12 months is not before today, so the manager's 5.5 counts, not the own 7.0.",
            "boss, 10 Nov 2026"
        )
    );
    assert_eq!(
        text(&steps, "gap"),
        (
            "Target 7.0 (team default) − 5.5 = gap 1.5, validated. In attainment: 5.5 of 7.0.",
            "team policy"
        )
    );
    assert_eq!(
        text(&steps, "difference").0,
        "Manager 5.5 − own 7.0 = −1.5; not flagged (from 2.0 on)."
    );
    assert_eq!(
        text(&steps, "expected"),
        ("Grade 6 expects Competency 9.", "framework, Grade 6")
    );
}

#[test]
fn no_manager_stale_and_not_observed() {
    let mut made = one();
    made.own("Pat", BUDGET, "2026-11-02", "7");
    assert_eq!(
        text(&explained(&made, BUDGET), "effective mark").0,
        "There is no manager's mark. 2 Nov 2026 + 12 months is not before today, so the own 7.0 counts, not validated."
    );
    made.boss("Pat", SAFETY, "2025-11-20", "8");
    assert_eq!(
        text(&explained(&made, SAFETY), "effective mark").0,
        "The manager's 8.0 is out of date: 20 Nov 2025 + 12 months is before today. So no mark counts."
    );
    made.boss("Pat", PLANNING, "2026-11-01", "x");
    assert_eq!(
        text(&explained(&made, PLANNING), "state").0,
        "Unassessed: the manager had no occasion to see it, and there is no own mark."
    );
    assert_eq!(
        text(&explained(&made, "c01"), "effective mark"),
        ("Nobody has given a mark yet.", "no record")
    );
}

#[test]
fn a_transcribed_mark_names_its_typist() {
    let mut made = one();
    made.bare(BOSS);
    let mut own = mark(MarkKind::Transcribed, "Pat", "2026-11-02", "7");
    own.typist = BOSS.into();
    made.mark("Pat", BUDGET, own);
    // The boss comes first by name; Pat's row is asked for.
    let team = made.team();
    let board = Board::compute(&team, today(), None);
    let row = &board.rows[board.rows_of(&"Pat".into())[0]];
    let cell = row
        .cells
        .iter()
        .find(|c| c.subject == subject(BUDGET))
        .unwrap();
    let steps = explain_cell(&team, &row.person, row.column.as_ref(), cell, today());
    assert_eq!(
        text(&steps, "effective mark").1,
        "Pat, 2 Nov 2026, typed by boss"
    );
}

#[test]
fn group_need_coverage_and_key_line() {
    let made = team_of_four();
    let team = made.team();
    let board = Board::compute(&team, today(), None);
    let need = board
        .needs
        .iter()
        .find(|n| n.subject == subject("c01"))
        .unwrap();
    let steps = explain_need(&team, "Everybody", need);
    assert_eq!(
        text(&steps, "group need").0,
        "Everybody: 2 of 4 people with a fresh mark in Competency 1 (1 not validated) are below target, 50 %. Gaps add to 2.5."
    );
    assert_eq!(
        text(&steps, "flag").0,
        "Not flagged (flag: at least 50 % and at least 3 people)."
    );
    let steps = explain_coverage(&team, &board.coverage[0]);
    assert_eq!(
        text(&steps, "coverage"),
        (
            "Available with a fresh validated mark of at least 8.0: 1 (1.00 FTE). One holder, a single point of failure.",
            "A"
        )
    );
    assert_eq!(text(&steps, "claimed").1, "B");
    let steps = explain_key_line(&team, &board.key);
    assert_eq!(
        text(&steps, "below target").0,
        "11 of 32 cells that are fresh and validated are below target."
    );
    assert_eq!(
        text(&steps, "attainment").0,
        "Marks up to their target add to 241.5 of 259.0: 93.2 %. Completeness 37/44."
    );
}

#[test]
fn a_post_tells_factors_likelihood_and_risk() {
    let mut made = one();
    made.of("Pat").horizons = vec![Horizon {
        said: day("2026-11-01"),
        band: Value::One(HorizonBand::WishToMove),
        told: false,
    }];
    let [impact, statutory, replace, scarcity] = [5, 5, 5, 4].map(|f| Value::One(Factor(f)));
    made.succession = Some(vec![CriticalPost {
        post: "post".into(),
        factors: vec![(
            None,
            Factors {
                impact,
                statutory,
                replace,
                scarcity,
                reason: "the only beam line".to_owned(),
            },
        )],
        nominations: vec![],
    }]);
    let team = made.team();
    let board = Board::compute(&team, today(), None);
    let steps = explain_post(&team, &board.succession.unwrap().posts[0], today());
    let (criticality, source) = text(&steps, "criticality");
    assert!(
        criticality.contains("= 19, mean 4.75: critical"),
        "{criticality}"
    );
    assert!(source.ends_with("the only beam line"));
    assert_eq!(
        text(&steps, "likelihood"),
        ("Said on 1 Nov 2026: wishes to move. L is 3.", "Pat")
    );
    assert!(text(&steps, "risk").0.starts_with("L 3 × C 5 = 15: high"));
    assert!(text(&steps, "at risk").0.starts_with("At risk: critical"));
}
