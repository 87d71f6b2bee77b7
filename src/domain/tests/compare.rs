//! A person beside a post (requirement S21).

use super::*;
use crate::domain::cell::By;
use crate::domain::compare::{Asked, Comparison, Stand, compare};
use crate::domain::post::MustHave;
use crate::domain::readiness::Band;

fn made() -> Made {
    let mut made = Made::new();
    made.skill("laser", "8");
    made.person("P");
    made.post("post", Some(G6), &[], &["laser"]).must_haves = vec![MustHave {
        code: "rps".to_owned(),
        name: "RPS".to_owned(),
        listed: Dated::always(Listed(true)),
    }];
    made
}

fn of(made: &Made) -> Comparison {
    let team = made.team();
    compare(&team, &team.people[0], &team.base.posts[0], today())
}

fn stand(found: &Comparison, about: &str) -> Stand {
    let asked = Asked::Subject(subject(about));
    found.lines.iter().find(|l| l.asked == asked).unwrap().stand
}

#[test]
fn s21_a_person_is_compared_competency_by_competency_skill_by_skill_must_have_by_must_have() {
    let mut made = made();
    for c in NINE {
        made.boss("P", c, "2026-05-01", "7");
    }
    made.boss("P", BUDGET, "2026-06-01", "5.5");
    made.own("P", TEACHING, "2026-05-01", "8");
    made.boss("P", "laser", "2026-05-01", "7.5");
    let found = of(&made);
    assert_eq!(found.lines.len(), 11 + 1 + 1);
    assert_eq!(stand(&found, SAFETY), Stand::Met);
    assert_eq!(stand(&found, BUDGET), Stand::Gap(3, By::Manager));
    assert_eq!(stand(&found, TEACHING), Stand::OwnOnly);
    assert_eq!(stand(&found, "c08"), Stand::NoMark);
    assert_eq!(stand(&found, "laser"), Stand::Gap(1, By::Manager));
    let last = found.lines.last().unwrap();
    assert_eq!(
        last.asked,
        Asked::MustHave("rps".to_owned(), "RPS".to_owned())
    );
    assert_eq!(last.stand, Stand::Missing);
    assert_eq!(found.readiness.band, Band::ThreeToFive);
    // The lines and the readiness count the same.
    let missing = found.lines.iter().filter(|l| l.stand == Stand::NoMark);
    assert_eq!(missing.count(), found.readiness.missing_marks.len());
}

#[test]
fn a_mark_against_another_column_does_not_count_and_is_named() {
    let mut made = made();
    made.post("own post", Some("k5"), &["P"], &[]);
    let mark = mark(MarkKind::Manager, BOSS, "2026-05-01", "7.5");
    made.mark_against("P", SAFETY, Some("k5".into()), mark);
    let found = of(&made);
    let asked = Asked::Subject(subject(SAFETY));
    let line = found.lines.iter().find(|l| l.asked == asked).unwrap();
    assert_eq!(line.stand, Stand::NoMark);
    assert_eq!(
        line.elsewhere,
        Some(("k5".into(), points("7.5"), By::Manager))
    );
}

#[test]
fn options_are_those_of_the_competency_and_no_others() {
    let made = made();
    let found = of(&made);
    for line in &found.lines {
        let offered = match &line.asked {
            Asked::Subject(Subject::Competency(id)) => {
                made.framework.grid_line(id).unwrap().options.clone()
            }
            _ => vec![],
        };
        assert_eq!(line.options, offered);
    }
}
