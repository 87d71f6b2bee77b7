//! Marks, freshness, states, effective mark (definitions 1 to 6).

use super::*;
use crate::domain::cell::{By, CellFigure, CellState, cell_against, cell_figure, is_fresh};
use crate::domain::framework::TargetRule;

/// P in a grade 6 post that lists the skill Laser, τ 8.
fn one() -> Made {
    let mut made = Made::new();
    made.skill("laser", "8");
    made.person("P");
    made.post("post", Some(G6), &["P"], &["laser"]);
    made
}

fn cell(made: &Made, about: &str) -> CellFigure {
    cell_on(made, about, today())
}

fn cell_on(made: &Made, about: &str, today: NaiveDate) -> CellFigure {
    let team = made.team();
    let person = team.person(&"P".into()).unwrap().clone();
    let post = team.base.posts.first();
    cell_figure(&team, &person, post, &subject(about), today)
}

fn e(figure: &CellFigure) -> Option<(String, By)> {
    figure.effective.map(|(p, by)| (p.to_string(), by))
}

#[test]
fn fresh_is_exactly_twelve_months() {
    let fresh = |date: &str, today: &str| is_fresh(day(date), day(today), 12);
    assert!(fresh("2025-11-21", "2026-11-21"));
    assert!(!fresh("2025-11-20", "2026-11-21"));
    // 29 Feb + 12 months = 28 Feb.
    assert!(fresh("2024-02-29", "2025-02-28"));
    assert!(!fresh("2024-02-29", "2025-03-01"));
    assert!(fresh("2027-02-28", "2028-02-28"));
    assert!(!fresh("2027-02-28", "2028-02-29"));
    // Dates after today are ignored.
    assert!(!fresh("2026-11-22", "2026-11-21"));
    // Policy.
    assert!(is_fresh(day("2025-05-31"), day("2026-11-30"), 18));
    assert!(!is_fresh(day("2025-05-31"), day("2026-12-01"), 18));
}

#[test]
fn states_in_their_order() {
    let mut made = one();
    assert_eq!(cell(&made, SAFETY).state, CellState::Unassessed);
    made.own("P", SAFETY, "2025-11-20", "7");
    let stale = cell(&made, SAFETY);
    assert_eq!(
        (stale.state, stale.effective, stale.gap),
        (CellState::Stale, None, None)
    );
    made.own("P", SAFETY, "2025-11-21", "6.5");
    let unvalidated = cell(&made, SAFETY);
    assert_eq!(unvalidated.state, CellState::Unvalidated);
    // The gap exists wherever e exists; the state gap also needs validation.
    assert_eq!(unvalidated.gap, Some(1));
    made.boss("P", SAFETY, "2026-01-01", "6.5");
    assert_eq!(cell(&made, SAFETY).state, CellState::Gap);
    made.boss("P", SAFETY, "2026-01-02", "7");
    assert_eq!(cell(&made, SAFETY).state, CellState::Met);
    made.framework.targets.push(TargetRule {
        column: None,
        competency: Some(SAFETY.into()),
        target: Dated::always(Target::None),
    });
    let none = cell(&made, SAFETY);
    assert_eq!((none.state, none.gap), (CellState::NoTarget, None));
    assert_eq!(e(&none), Some(("7".to_owned(), By::Manager)));
}

#[test]
fn manager_counts_before_own_and_never_averaged() {
    let mut made = one();
    made.own("P", BUDGET, "2026-11-02", "7");
    made.boss("P", BUDGET, "2026-11-10", "5.5");
    let figure = cell(&made, BUDGET);
    assert_eq!(e(&figure), Some(("5.5".to_owned(), By::Manager)));
    assert_eq!(figure.gap, Some(3));
    assert_eq!(figure.divergence, Some(-3));
    assert!(!figure.divergence_flagged && !figure.changed_since);
    made.own("P", BUDGET, "2026-11-12", "7.5");
    let figure = cell(&made, BUDGET);
    assert_eq!(figure.divergence, Some(-4));
    assert!(figure.divergence_flagged && figure.changed_since);
    assert_eq!(e(&figure), Some(("5.5".to_owned(), By::Manager)));
}

#[test]
fn divergence_needs_both_fresh() {
    let mut made = one();
    made.own("P", BUDGET, "2025-11-20", "9");
    made.boss("P", BUDGET, "2026-11-10", "5");
    assert_eq!(cell(&made, BUDGET).divergence, None);
}

#[test]
fn a_stale_managers_mark_gives_way_to_a_fresh_own_one() {
    let mut made = one();
    made.boss("P", BUDGET, "2025-11-20", "5");
    made.own("P", BUDGET, "2026-01-01", "6");
    let figure = cell(&made, BUDGET);
    assert_eq!(
        (figure.state, e(&figure)),
        (CellState::Unvalidated, Some(("6".to_owned(), By::Own)))
    );
}

#[test]
fn current_is_latest_date_then_latest_entry_then_the_lower() {
    let mut made = one();
    made.boss("P", BUDGET, "2026-03-01", "8");
    made.boss("P", BUDGET, "2026-02-01", "4");
    assert_eq!(
        cell(&made, BUDGET).manager.unwrap().points,
        Some(points("8"))
    );
    made.right("other", Role::Assessor, "P", "", "");
    let mut second = mark(MarkKind::Manager, "other", "2026-03-01", "9");
    made.mark("P", BUDGET, second.clone());
    assert_eq!(
        cell(&made, BUDGET).manager.unwrap().points,
        Some(points("8"))
    );
    second.entered = 2;
    made.mark("P", BUDGET, second);
    assert_eq!(
        cell(&made, BUDGET).manager.unwrap().points,
        Some(points("9"))
    );
}

#[test]
fn dates_after_today_are_ignored_and_as_of_is_today() {
    let mut made = one();
    made.boss("P", BUDGET, "2026-03-01", "6");
    made.boss("P", BUDGET, "2026-11-22", "9");
    assert_eq!(e(&cell(&made, BUDGET)).unwrap().0, "6");
    assert_eq!(
        e(&cell_on(&made, BUDGET, day("2026-11-22"))).unwrap().0,
        "9"
    );
    assert_eq!(
        cell_on(&made, BUDGET, day("2026-02-28")).state,
        CellState::Unassessed
    );
}

#[test]
fn not_observed_sets_an_earlier_number_aside() {
    let mut made = one();
    made.boss("P", TEACHING, "2026-03-01", "7");
    made.boss("P", TEACHING, "2026-11-01", "x");
    let figure = cell(&made, TEACHING);
    assert_eq!(figure.state, CellState::Unassessed);
    assert!(figure.not_observed);
    // With an own mark the cell is unvalidated, with a stale one out of date.
    let mut stale = one();
    stale.boss("P", TEACHING, "2026-11-01", "x");
    stale.own("P", TEACHING, "2025-11-20", "7");
    assert_eq!(cell(&stale, TEACHING).state, CellState::Stale);
    made.own("P", TEACHING, "2026-05-01", "6");
    let figure = cell(&made, TEACHING);
    assert_eq!(figure.state, CellState::Unvalidated);
    assert!(figure.not_observed);
    // The next number holds again, and an older "not observed" still sets aside.
    made.boss("P", TEACHING, "2026-11-02", "7");
    assert_eq!(cell(&made, TEACHING).state, CellState::Met);
    let mut old = one();
    old.boss("P", TEACHING, "2024-01-01", "8");
    old.boss("P", TEACHING, "2024-06-01", "x");
    let figure = cell(&old, TEACHING);
    assert_eq!(
        (figure.state, figure.not_observed),
        (CellState::Unassessed, true)
    );
}

#[test]
fn withdrawn_counts_nowhere() {
    let mut made = one();
    made.boss("P", BUDGET, "2026-03-01", "6");
    made.boss("P", BUDGET, "2026-04-01", "w");
    assert_eq!(e(&cell(&made, BUDGET)).unwrap().0, "6");
    let mut only = one();
    only.own("P", BUDGET, "2026-04-01", "w");
    assert_eq!(cell(&only, BUDGET).state, CellState::Unassessed);
}

#[test]
fn withdrawn_in_conflict_is_the_cautious_answer_and_keeps_its_sign() {
    let mut made = one();
    made.boss("P", BUDGET, "2026-03-01", "6");
    made.boss("P", BUDGET, "2026-04-01", "9|w");
    let figure = cell(&made, BUDGET);
    assert_eq!(e(&figure).unwrap().0, "6", "absent before present");
    assert!(figure.conflict);
    made.boss("P", BUDGET, "2026-05-01", "7");
    assert!(!cell(&made, BUDGET).conflict, "a later mark settles it");
}

#[test]
fn transcribed_counts_until_the_person_shares_one() {
    let mut made = one();
    let mut transcribed = mark(MarkKind::Transcribed, "P", "2026-06-01", "8");
    transcribed.typist = BOSS.into();
    made.mark("P", BUDGET, transcribed);
    let own = cell(&made, BUDGET).own.unwrap();
    assert!(own.transcribed);
    assert_eq!((own.points, own.typist.as_str()), (Some(points("8")), BOSS));
    // An earlier mark of their own sets it aside all the same.
    made.own("P", BUDGET, "2026-03-01", "6");
    let own = cell(&made, BUDGET).own.unwrap();
    assert!(!own.transcribed);
    assert_eq!(own.points, Some(points("6")));
}

#[test]
fn a_transcribed_mark_that_the_person_disputes_counts_no_more() {
    let mut made = one();
    for (date, value) in [("2026-05-01", "5"), ("2026-06-01", "8")] {
        let mut transcribed = mark(MarkKind::Transcribed, "P", date, value);
        transcribed.typist = BOSS.into();
        made.mark("P", BUDGET, transcribed);
    }
    let own = |made: &Made| cell(made, BUDGET).own.map(|o| o.points.unwrap());
    assert_eq!(own(&made), Some(points("8")));
    made.own("P", BUDGET, "2026-06-01", "w");
    assert_eq!(own(&made), Some(points("5")), "the one before it stands");
    let series = &made.team().people[0].series[0];
    let open: Vec<_> = series.unanswered().map(|m| m.date.to_string()).collect();
    assert_eq!(open, ["2026-05-01"]);
    made.own("P", BUDGET, "2026-05-01", "5");
    let series = &made.team().people[0].series[0];
    assert_eq!(series.unanswered().count(), 0, "accepted");
}

#[test]
fn a_manager_is_one_who_then_had_the_right() {
    let mut made = Made::new();
    made.bare("P");
    made.post("post", Some(G6), &["P"], &[]);
    made.right("then", Role::Line, "P", "2025-01-01", "2026-06-30");
    made.right("now", Role::Line, "P", "2026-07-01", "");
    made.mark(
        "P",
        BUDGET,
        mark(MarkKind::Manager, "then", "2026-06-30", "6"),
    );
    made.mark(
        "P",
        BUDGET,
        mark(MarkKind::Manager, "then", "2026-07-01", "9"),
    );
    made.mark(
        "P",
        SAFETY,
        mark(MarkKind::Manager, "now", "2026-06-30", "9"),
    );
    // The right ended since, and the mark still counts; the one given after its end does not, nor one given before it began.
    assert_eq!(e(&cell(&made, BUDGET)), Some(("6".to_owned(), By::Manager)));
    assert_eq!(cell(&made, SAFETY).state, CellState::Unassessed);
    // A manager of the team who is not this person's manager does not validate.
    made.rights.push(Right {
        holder: "any".into(),
        role: Role::Manager,
        over: None,
        from: None,
        until: None,
    });
    made.mark(
        "P",
        PLANNING,
        mark(MarkKind::Manager, "any", "2026-07-01", "9"),
    );
    assert_eq!(cell(&made, PLANNING).state, CellState::Unassessed);
}

#[test]
fn nobody_validates_themself() {
    let mut made = one();
    made.right("P", Role::Line, "P", "", "");
    made.mark("P", BUDGET, mark(MarkKind::Manager, "P", "2026-07-01", "9"));
    assert_eq!(cell(&made, BUDGET).state, CellState::Unassessed);
    // Nor by typing for another.
    let mut typed = mark(MarkKind::Manager, BOSS, "2026-07-01", "9");
    typed.typist = "P".into();
    made.mark("P", SAFETY, typed);
    assert_eq!(cell(&made, SAFETY).state, CellState::Unassessed);
}

#[test]
fn for_the_owner_a_reviewer_validates() {
    let mut made = Made::new();
    made.bare("P");
    made.post("post", Some(G6), &["P"], &[]);
    made.right("reviewer", Role::Reviewer, "P", "2026-01-01", "");
    made.mark(
        "P",
        BUDGET,
        mark(MarkKind::Manager, "reviewer", "2026-07-01", "7"),
    );
    made.mark(
        "P",
        SAFETY,
        mark(MarkKind::Manager, "reviewer", "2025-12-31", "7"),
    );
    assert_eq!(cell(&made, BUDGET).state, CellState::Met);
    assert_eq!(cell(&made, SAFETY).state, CellState::Unassessed);
}

#[test]
fn depends_counts_as_expected_until_settled() {
    let mut made = one();
    made.own("P", TEACHING, "2026-05-01", "8");
    assert_eq!(cell(&made, TEACHING).expected, Expected::Depends);
    assert_eq!(cell(&made, TEACHING).state, CellState::Unvalidated);
    let settle = |made: &mut Made, word| {
        made.base.posts[0].depends = vec![(TEACHING.into(), word)];
    };
    settle(&mut made, Dated::always(Expected::No));
    let figure = cell(&made, TEACHING);
    assert_eq!(
        (figure.state, figure.effective),
        (CellState::NotApplicable, None)
    );
    // Expected before n/a while two wrote apart.
    settle(
        &mut made,
        Dated(vec![(None, several(vec![Expected::No, Expected::Yes]))]),
    );
    let figure = cell(&made, TEACHING);
    assert_eq!((figure.expected, figure.conflict), (Expected::Yes, true));
    // Only what depends can be settled.
    made.base.posts[0].depends = vec![(SAFETY.into(), Dated::always(Expected::No))];
    assert_eq!(cell(&made, SAFETY).expected, Expected::Yes);
}

#[test]
fn not_applicable_to_me_is_a_request() {
    let mut made = one();
    made.of("P").not_applicable = vec![TEACHING.into()];
    let figure = cell(&made, TEACHING);
    assert!(figure.asked_not_applicable);
    assert_eq!(figure.state, CellState::Unassessed);
    made.base.posts[0].depends = vec![(TEACHING.into(), Dated::always(Expected::Yes))];
    assert!(!cell(&made, TEACHING).asked_not_applicable);
}

#[test]
fn conflicts_use_the_cautious_value() {
    let mut made = one();
    made.boss("P", BUDGET, "2026-05-01", "8|6");
    let figure = cell(&made, BUDGET);
    assert_eq!(e(&figure).unwrap().0, "6");
    assert!(figure.conflict);
    made.boss("P", SAFETY, "2026-05-01", "8|x");
    let figure = cell(&made, SAFETY);
    assert_eq!(figure.state, CellState::Unassessed);
    assert!(figure.not_observed && figure.conflict);
    // The higher target.
    made.framework.targets.push(TargetRule {
        column: Some(G6.into()),
        competency: None,
        target: Dated(vec![(
            None,
            several(vec![
                Target::Points(points("5")),
                Target::Points(points("6")),
            ]),
        )]),
    });
    made.boss("P", PLANNING, "2026-05-01", "5.5");
    let figure = cell(&made, PLANNING);
    assert_eq!((figure.gap, figure.conflict), (Some(1), true));
}

#[test]
fn targets_by_exactness_and_date() {
    let mut made = one();
    let rule = |column: Option<&str>, competency: Option<&str>, target: &str| TargetRule {
        column: column.map(ColumnId::new),
        competency: competency.map(CompetencyId::new),
        target: Dated::always(Target::Points(points(target))),
    };
    let target = |made: &Made| cell(made, BUDGET).target.points().unwrap().to_string();
    assert_eq!(target(&made), "7");
    made.framework.targets.push(rule(None, None, "6"));
    assert_eq!(target(&made), "6");
    made.framework.targets.push(rule(Some(G6), None, "6.5"));
    assert_eq!(target(&made), "6.5");
    made.framework.targets.push(rule(None, Some(BUDGET), "8"));
    assert_eq!(target(&made), "8");
    made.framework
        .targets
        .push(rule(Some(G6), Some(BUDGET), "9"));
    assert_eq!(target(&made), "9");
    made.framework
        .targets
        .push(rule(Some("k5"), Some(BUDGET), "3"));
    assert_eq!(target(&made), "9");
    // A rule from tomorrow on does not hold yet.
    made.framework.targets[3].target.0[0].0 = Some(day("2026-11-22"));
    assert_eq!(target(&made), "8");
}

#[test]
fn a_skill_is_expected_where_the_post_lists_it() {
    let mut made = one();
    made.boss("P", "laser", "2026-05-01", "8");
    assert_eq!(cell(&made, "laser").state, CellState::Met);
    made.base.posts[0].skills.clear();
    let figure = cell(&made, "laser");
    assert_eq!(
        (figure.state, figure.effective),
        (CellState::NotApplicable, None)
    );
    // The mark can still be read in the detail.
    assert_eq!(figure.manager.unwrap().points, Some(points("8")));
}

#[test]
fn on_a_change_of_column_old_marks_stay_with_the_old_one() {
    let mut made = one();
    made.boss("P", BUDGET, "2026-05-01", "8");
    let new = mark(MarkKind::Own, "P", "2026-04-01", "4");
    made.mark_against("P", BUDGET, Some("k5".into()), new);
    let facts = made.base.posts[0].facts[0].1.clone();
    made.base.posts[0].facts.push((
        Some(day("2026-09-01")),
        PostFacts {
            column: Value::One(Some("k5".into())),
            ..facts
        },
    ));
    assert_eq!(
        e(&cell_on(&made, BUDGET, day("2026-08-31"))).unwrap().0,
        "8"
    );
    // Marks already given against the new column count at once.
    assert_eq!(e(&cell(&made, BUDGET)), Some(("4".to_owned(), By::Own)));
    let team = made.team();
    let person = team.person(&"P".into()).unwrap().clone();
    let old = cell_against(
        &team,
        &person,
        Some(&G6.into()),
        None,
        &subject(BUDGET),
        today(),
    );
    assert_eq!(e(&old).unwrap().0, "8");
}

#[test]
fn without_a_column_there_are_no_framework_cells() {
    let mut made = Made::new();
    made.person("P");
    made.post("post", None, &["P"], &[]);
    assert_eq!(cell(&made, BUDGET).state, CellState::NotApplicable);
}

#[test]
fn half_points_are_exact() {
    let mut made = one();
    made.boss("P", BUDGET, "2026-05-01", "6.5");
    let figure = cell(&made, BUDGET);
    assert_eq!((figure.state, figure.gap), (CellState::Gap, Some(1)));
    for text in ["5.3", "0.5", "10.5", "", "x"] {
        assert!(text.parse::<Points>().is_err(), "{text}");
    }
}
