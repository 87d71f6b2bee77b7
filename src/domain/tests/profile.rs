//! Figures of one person.

use super::*;
use crate::domain::board::Board;
use crate::domain::person::{Aspiration, CriterionEvidence};
use crate::domain::profile::{grid, profile};

#[test]
fn key_figures_of_one_person() {
    let made = team_of_four();
    let team = made.team();
    let board = Board::compute(&team, today(), None);
    let found = profile(&team, &board, &team.people[0]);
    assert_eq!(found.key.fresh, (12, 12));
    // 76 of 77.
    assert_eq!(found.key.attainment_tenths(), Some(987));
    assert_eq!(found.rows.len(), 1);
    assert!(found.talk_due);
}

#[test]
fn ten_lines_and_the_seventh_has_both_marks() {
    let team = team_of_four().team();
    let board = Board::compute(&team, today(), None);
    let lines = grid(&team, &board.rows[0]);
    assert_eq!(lines.len(), 10);
    let counts: Vec<usize> = lines.iter().map(|l| l.cells.len()).collect();
    assert_eq!(counts, [1, 1, 1, 1, 1, 1, 2, 1, 1, 1]);
    assert_eq!(lines[6].cells[1].subject, subject("c08"));
}

#[test]
fn career_grade_counts_evidence_and_endorsement() {
    let mut made = Made::new();
    made.person("P");
    made.post("post", Some("k3"), &["P"], &[]).facts[0]
        .1
        .career_to = Some(G6.into());
    let evidence = |number: u32, text: &str, by: Option<&str>| CriterionEvidence {
        criterion: format!("k3-k4-{number}"),
        evidence: text.to_owned(),
        endorsed_by: by.map(PersonId::new),
    };
    made.of("P").detail = Some(Arc::new(Detail {
        criteria: vec![
            evidence(1, "level 5", Some(BOSS)),
            evidence(2, "done", Some("P")),
            evidence(3, "done", None),
            evidence(4, " ", Some(BOSS)),
        ],
        aspirations: vec![Aspiration {
            date: day("2026-01-01"),
            column: None,
            post: Some("post".into()),
            text: String::new(),
        }],
        ..Detail::default()
    }));
    let team = made.team();
    let board = Board::compute(&team, today(), None);
    let found = profile(&team, &board, &team.people[0]);
    let step = &found.career[0];
    assert_eq!((step.evidenced, step.endorsed, step.criteria), (3, 1, 8));
    assert!(found.towards[0].aspired && !found.towards[0].nominated);
}
