//! Numbers, signs and their order of weight.

use super::*;
use crate::domain::cell::By;
use crate::domain::framework::Target;
use crate::domain::{CompetencyId, SkillId};

fn figure() -> CellFigure {
    CellFigure {
        subject: Subject::Competency(CompetencyId::new("c")),
        expected: Expected::Yes,
        target: Target::Points(Points::from_halves(14).unwrap()),
        own: None,
        manager: None,
        state: CellState::Unassessed,
        effective: None,
        gap: None,
        divergence: None,
        divergence_flagged: false,
        changed_since: false,
        not_observed: false,
        conflict: false,
        asked_not_applicable: false,
    }
}

fn marked(halves: u8, state: CellState) -> CellFigure {
    CellFigure {
        state,
        effective: Some((Points::from_halves(halves).unwrap(), By::Manager)),
        gap: Some(14u8.saturating_sub(halves)),
        ..figure()
    }
}

fn text(figure: &CellFigure, mode: Mode) -> String {
    let cell = cell(figure, mode, None, &Signs::UNICODE);
    let mut text: String = cell.chars().iter().collect();
    text.push(cell.sign);
    text
}

#[test]
fn a_mark_shows_its_number_and_how_far_below_target_it_is() {
    assert_eq!(text(&marked(14, CellState::Met), Mode::Mark), "7 ");
    assert_eq!(text(&marked(13, CellState::Gap), Mode::Mark), "6.5░");
    assert_eq!(text(&marked(11, CellState::Gap), Mode::Mark), "5.5▒");
    assert_eq!(text(&marked(10, CellState::Gap), Mode::Mark), "5▓");
    assert_eq!(text(&marked(20, CellState::Met), Mode::Mark), "10 ");
}

#[test]
fn gap_and_state_modes() {
    assert_eq!(text(&marked(11, CellState::Gap), Mode::Gap), "1.5▒");
    assert_eq!(text(&marked(15, CellState::Met), Mode::Gap), "0 ");
    assert_eq!(text(&marked(11, CellState::Gap), Mode::State), "gap▒");
    assert_eq!(
        text(&marked(14, CellState::Unvalidated), Mode::State),
        "own?"
    );
    assert_eq!(text(&figure(), Mode::State).trim(), "–");
}

#[test]
fn differences_carry_their_sign_and_flag() {
    let mut cell = marked(14, CellState::Met);
    cell.divergence = Some(1);
    assert_eq!(text(&cell, Mode::Difference), "+0.5 ");
    cell.divergence = Some(-4);
    cell.divergence_flagged = true;
    assert_eq!(text(&cell, Mode::Difference), "−2!");
    cell.divergence = Some(0);
    cell.divergence_flagged = false;
    assert_eq!(text(&cell, Mode::Difference), "0 ");
}

fn changed(before: Option<&CellFigure>, now: &CellFigure) -> (String, Tone) {
    let text = change(before, now, &Signs::UNICODE);
    assert_eq!(text.sign, ' ');
    (text.chars().iter().collect(), text.tone)
}

#[test]
fn a_change_says_by_how_much_a_mark_is_another() {
    let seven = marked(14, CellState::Met);
    for (before, text, tone) in [
        (13, "+0.5", Tone::Plain),
        (12, "+1", Tone::Plain),
        (15, "−0.5", Tone::Alert),
        (19, "−2.5", Tone::Alert),
    ] {
        let before = marked(before, CellState::Met);
        let found = changed(Some(&before), &seven);
        assert_eq!(found, (text.to_owned(), tone));
    }
    let (lowest, highest) = (marked(2, CellState::Gap), marked(20, CellState::Met));
    assert_eq!(changed(Some(&lowest), &highest).0, "+9");
    assert_eq!(changed(Some(&highest), &lowest).0, "−9");
}

#[test]
fn a_mark_that_came_or_went_is_no_amount() {
    let seven = marked(14, CellState::Met);
    let none = figure();
    let new = ("new".to_owned(), Tone::Plain);
    assert_eq!(changed(Some(&none), &seven), new);
    let gone = ("gone".to_owned(), Tone::Unsure);
    assert_eq!(changed(Some(&seven), &none), gone);
}

#[test]
fn where_the_mark_is_the_same_only_another_state_shows() {
    let seven = marked(14, CellState::Met);
    let own = marked(14, CellState::Unvalidated);
    let arrow = (" → ".to_owned(), Tone::Unsure);
    assert_eq!(changed(Some(&own), &seven), arrow);
    let stale = CellFigure {
        state: CellState::Stale,
        ..figure()
    };
    assert_eq!(changed(Some(&stale), &figure()), arrow);
    let same = (" · ".to_owned(), Tone::Empty);
    assert_eq!(changed(None, &seven), same);
    assert_eq!(changed(Some(&seven), &seven), same);
    // Another sign beside the same mark is no change of it.
    let noted = CellFigure {
        changed_since: true,
        ..seven.clone()
    };
    assert_eq!(changed(Some(&noted), &seven), same);
}

#[test]
fn one_sign_and_the_weightiest() {
    let mut cell = marked(12, CellState::Gap);
    cell.changed_since = true;
    assert_eq!(text(&cell, Mode::Mark), "6*");
    cell.state = CellState::Unvalidated;
    assert_eq!(text(&cell, Mode::Mark), "6?");
    cell.not_observed = true;
    assert_eq!(text(&cell, Mode::Mark), "6×");
    cell.conflict = true;
    assert_eq!(text(&cell, Mode::Mark), "6◆");
}

#[test]
fn without_a_number_a_lone_sign_says_why() {
    assert_eq!(text(&figure(), Mode::Mark).trim(), "–");
    let observed = CellFigure {
        not_observed: true,
        ..figure()
    };
    assert_eq!(text(&observed, Mode::Mark).trim(), "×");
    let not_expected = CellFigure {
        expected: Expected::No,
        state: CellState::NotApplicable,
        ..marked(12, CellState::NotApplicable)
    };
    assert_eq!(text(&not_expected, Mode::Mark).trim(), "·");
}

#[test]
fn a_skill_that_is_held_without_being_listed_shows() {
    let held = CellFigure {
        subject: Subject::Skill(SkillId::new("s")),
        expected: Expected::No,
        ..marked(18, CellState::NotApplicable)
    };
    assert_eq!(text(&held, Mode::Mark).trim(), "9");
}

#[test]
fn a_draft_is_seen_beside_nothing_else() {
    let cell = cell(
        &marked(14, CellState::Met),
        Mode::Mark,
        Points::from_halves(11),
        &Signs::UNICODE,
    );
    assert_eq!(cell.chars().iter().collect::<String>(), "5.5");
    assert_eq!(cell.sign, '\'');
}

#[test]
fn needs_fall_back_to_per_cent_where_the_pair_is_too_long() {
    let mut group = Need {
        subject: Subject::Competency(CompetencyId::new("c")),
        in_need: 5,
        with_mark: 5,
        unvalidated: 0,
        gap_halves: 20,
        flagged: true,
    };
    let show = |n: &Need, room| {
        let text = need(n, room, &Signs::UNICODE);
        format!("{}{}", text.chars().iter().collect::<String>(), text.sign)
    };
    assert_eq!(show(&group, 3), "5/5!");
    group.in_need = 12;
    group.with_mark = 25;
    group.flagged = false;
    assert_eq!(show(&group, 3), "48% ");
    assert_eq!(show(&group, 5), "12/25 ");
    group.in_need = 25;
    assert_eq!(show(&group, 3), "all ");
    group.with_mark = 0;
    assert_eq!(show(&group, 3).trim(), "—");
}

#[test]
fn ascii_signs_are_ascii_and_tell_everything_apart() {
    let s = Signs::ASCII;
    let all = [
        s.shades[0],
        s.shades[1],
        s.shades[2],
        s.own,
        s.stale,
        s.none,
        s.not_expected,
        s.conflict,
        s.not_observed,
        s.changed,
        s.draft,
        s.flag,
    ];
    assert!(all.iter().all(char::is_ascii));
    let distinct: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
}
