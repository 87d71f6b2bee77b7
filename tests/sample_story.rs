//! The story of the sample team, figure by figure. It goes the way that the demo goes: the folder is parsed, painted as its rightful
//! writers would have written it, and every figure comes from the board that the screens draw.

use chrono::NaiveDate;
use guildhall::domain::actions::{AgreementState, agreement};
use guildhall::domain::board::{Board, Group, Grouping, percent};
use guildhall::domain::cell::{By, CellFigure, CellState};
use guildhall::domain::coverage::{Coverage, CoverageState, sole_cover};
use guildhall::domain::framework::Expected;
use guildhall::domain::person::{Person, Side};
use guildhall::domain::readiness::{Band, MustHaveState};
use guildhall::domain::succession::{LikelihoodReason, PostRisk, RiskBand};
use guildhall::domain::{ColumnId, PersonId, SkillId, Subject, Team};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

mod common;
use common::sample;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    day("2026-11-21")
}

fn person<'a>(team: &'a Team, handle: &str) -> &'a Arc<Person> {
    team.people.iter().find(|p| p.handle == handle).unwrap()
}

fn id(team: &Team, handle: &str) -> PersonId {
    person(team, handle).id.clone()
}

fn competency(id: &str) -> Subject {
    Subject::Competency(id.into())
}

fn skill(id: &str) -> Subject {
    Subject::Skill(id.into())
}

/// Handles in the order given.
fn handles(team: &Team, ids: &[PersonId]) -> Vec<String> {
    ids.iter()
        .map(|id| team.person(id).unwrap().handle.clone())
        .collect()
}

fn cell<'a>(board: &'a Board, who: &PersonId, subject: &Subject) -> &'a CellFigure {
    let row = board.rows.iter().find(|r| &r.person == who).unwrap();
    row.cells
        .iter()
        .chain(&row.other_skills)
        .find(|c| &c.subject == subject)
        .unwrap()
}

fn area(team: &Team, board: &Board, label: &str) -> Group {
    let groups = board.groups(team, Grouping::Area, &|_| true);
    groups.into_iter().find(|g| g.label == label).unwrap()
}

fn covered<'a>(board: &'a Board, id: &str) -> &'a Coverage {
    board
        .coverage
        .iter()
        .find(|c| c.skill == SkillId::from(id))
        .unwrap()
}

fn post<'a>(board: &'a Board, id: &str) -> &'a PostRisk {
    let posts = &board.succession.as_ref().unwrap().posts;
    posts.iter().find(|p| p.post.as_str() == id).unwrap()
}

fn board(team: &Team) -> Board {
    Board::compute(team, today(), None)
}

#[test]
fn twenty_seven_invented_people() {
    let team = sample::team();
    assert_eq!(team.people.len(), 27);
    assert_eq!(team.base.name, "Harbourne University Technical Services");
    assert!(team.base.notice.contains("invented"));
    assert_eq!(person(&team, "morwenna").id, team.me);

    let board = board(&team);
    let mut areas: BTreeMap<&str, BTreeSet<&PersonId>> = BTreeMap::new();
    let mut columns: BTreeMap<&str, BTreeSet<&PersonId>> = BTreeMap::new();
    for row in &board.rows {
        let area = team.area(row.area.as_ref().unwrap()).unwrap();
        areas.entry(&area.name).or_default().insert(&row.person);
        let column = row.column.as_ref().unwrap().as_str();
        columns.entry(column).or_default().insert(&row.person);
    }
    let count = |of: &BTreeMap<&str, BTreeSet<&PersonId>>| -> Vec<(String, usize)> {
        of.iter().map(|(k, v)| ((*k).to_owned(), v.len())).collect()
    };
    let expect = |of: &[(&str, usize)]| -> Vec<(String, usize)> {
        of.iter().map(|(k, n)| ((*k).to_owned(), *n)).collect()
    };
    assert_eq!(
        count(&areas),
        expect(&[
            ("Life Sciences", 6),
            ("Management", 3),
            ("Media & IT", 5),
            ("Physics", 6),
            ("Workshops", 7)
        ])
    );
    assert_eq!(
        count(&columns),
        expect(&[
            ("g3", 2),
            ("g4", 4),
            ("g5", 8),
            ("g6", 6),
            ("g7m", 1),
            ("g7s", 3),
            ("g8m", 1),
            ("g8s", 1),
            ("g9", 1)
        ])
    );

    // One holds two posts: 28 rows, 27 people.
    assert_eq!(board.rows.len(), 28);
    assert_eq!(board.rows_of(&id(&team, "imre")).len(), 2);

    let fte: BTreeSet<u16> = team
        .people
        .iter()
        .map(|p| p.fte.on(today()).unwrap().get().0)
        .collect();
    assert_eq!(fte, BTreeSet::from([50, 60, 80, 100]));
    let joined = team.people.iter().filter(|p| {
        let first = p.fte.0.first().and_then(|(from, _)| *from);
        first.is_some_and(|d| d >= day("2026-09-01"))
    });
    assert_eq!(joined.map(|p| &p.handle[..]).collect::<Vec<_>>(), ["petra"]);
}

#[test]
fn the_key_line() {
    let team = sample::team();
    let key = board(&team).key;
    assert_eq!(key.below_target, (80, 223));
    assert_eq!(key.fresh, (258, 300));
    assert_eq!(percent(key.fresh.0, key.fresh.1), Some(86));
    assert_eq!(key.own_mark_only, 35);
    assert_eq!((key.one_holder, key.no_holder), (2, 1));
    assert_eq!(key.at_risk, Some((2, 4)));
    assert_eq!(key.overdue, 3);
    assert_eq!(key.talks_due, 4);
    assert_eq!(key.heard, Some((25, 27)));
}

#[test]
fn now_budget_in_workshops_and_safety_in_life_sciences() {
    let team = sample::team();
    let board = board(&team);
    let need = |label: &str, subject: &str| {
        let group = area(&team, &board, label);
        let mut found = group.needs.into_iter();
        found.find(|n| n.subject == competency(subject)).unwrap()
    };
    let budget = need("Workshops", "budget");
    assert_eq!((budget.in_need, budget.with_mark), (5, 5));
    assert!(budget.flagged);
    assert_eq!(budget.gap_halves, 20); // 10.0
    assert_eq!(budget.unvalidated, 0);
    let safety = need("Life Sciences", "safety");
    assert_eq!((safety.in_need, safety.with_mark), (5, 5));
    assert!(safety.flagged);
    assert_eq!(safety.unvalidated, 1);

    // The rows of the picture: need of each area, competency by competency.
    let line = |label: &str| -> String {
        let group = area(&team, &board, label);
        let parts = group.needs.iter().take(board.competencies).map(|n| {
            let sign = if n.flagged { "!" } else { "" };
            format!("{}/{}{sign}", n.in_need, n.with_mark)
        });
        parts.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        line("Life Sciences"),
        "2/6 2/4 4/5! 3/4! 5/5! 2/4 1/1 1/5 2/4 1/5 3/6!"
    );
    assert_eq!(
        line("Workshops"),
        "1/7 0/6 1/6 4/6! 0/7 2/5 0/2 0/4 5/5! 1/5 4/6!"
    );
    assert_eq!(
        line("Physics"),
        "0/5 2/5 0/5 0/5 1/6 1/6 0/2 1/5 4/4! 3/6! 2/5"
    );
    let all: Vec<u32> = board
        .needs
        .iter()
        .map(|n| percent(n.in_need, n.with_mark).unwrap())
        .collect();
    assert_eq!(all, [23, 32, 26, 40, 33, 41, 29, 19, 80, 42, 38]);
    let flagged: Vec<&str> = board
        .needs
        .iter()
        .filter(|n| n.flagged)
        .map(|n| n.subject.as_str())
        .collect();
    assert_eq!(flagged, ["budget"]);
}

#[test]
fn the_cell_that_the_walk_opens() {
    let team = sample::team();
    let board = board(&team);
    let edie = id(&team, "edie");
    let cell = cell(&board, &edie, &competency("budget"));
    let own = cell.own.as_ref().unwrap();
    let manager = cell.manager.as_ref().unwrap();
    assert_eq!(own.points.unwrap().to_string(), "7");
    assert_eq!(own.date, day("2026-11-02"));
    assert!(!own.transcribed);
    assert_eq!(manager.points.unwrap().to_string(), "5.5");
    assert_eq!(manager.date, day("2026-11-10"));
    assert_eq!(manager.rater, id(&team, "callum"));
    assert_eq!(cell.state, CellState::Gap);
    assert_eq!(cell.effective.unwrap().1, By::Manager);
    assert_eq!(cell.gap, Some(3));
    assert_eq!(cell.divergence, Some(-3));
    assert!(!cell.divergence_flagged);

    let detail = person(&team, "edie").detail.as_ref().unwrap();
    let note = |rater: &PersonId, date: &str| {
        let mut notes = detail.mark_notes.iter();
        notes
            .find(|n| n.subject == competency("budget") && &n.rater == rater && n.date == day(date))
            .unwrap()
    };
    let evidence = note(&edie, "2026-11-02");
    assert_eq!(evidence.evidence, "ordered the Q3 stock");
    assert!(!evidence.link.is_empty());
    assert_eq!(
        note(&id(&team, "callum"), "2026-11-10").feedback,
        "stock yes, quotes not yet"
    );
    let series = person(&team, "edie").series.iter();
    let history: Vec<String> = series
        .filter(|s| s.subject == competency("budget"))
        .flat_map(|s| &s.marks)
        .filter(|m| m.rater == id(&team, "callum"))
        .map(|m| match m.answer.get() {
            guildhall::domain::Answer::Points(p) => format!("{p} {}", m.date.format("%b %y")),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(history, ["4 Nov 24", "4.5 Nov 25", "5.5 Nov 26"]);
}

#[test]
fn leaving_the_one_who_knows_x_ray_diffraction() {
    let team = sample::team();
    let board = board(&team);
    let xrd = covered(&board, "xrd");
    assert_eq!(xrd.state, CoverageState::OneHolder);
    assert_eq!(xrd.target.unwrap().to_string(), "8");
    assert_eq!(handles(&team, &xrd.holders), ["ewart"]);
    assert_eq!(handles(&team, &xrd.claimed), ["kofi"]);
    assert_eq!(handles(&team, &xrd.stale), ["maeve"]);
    assert_eq!(
        sole_cover(&board.coverage, &id(&team, "ewart")),
        [&SkillId::from("xrd")]
    );

    let suite = post(&board, "xray-suite");
    assert_eq!(suite.title, "X-ray suite");
    assert_eq!(suite.column.as_deref(), Some("g7s"));
    assert_eq!(suite.factors, [4, 5, 3, 4]);
    assert!(suite.critical);
    assert_eq!((suite.likelihood.level, suite.c, suite.risk), (4, 4, 16));
    assert_eq!(suite.band, RiskBand::High);
    assert!(suite.at_risk);
    assert_eq!(suite.likelihood.person, Some(id(&team, "ewart")));
    let LikelihoodReason::DeclaredExit(said, end) = &suite.likelihood.reason else {
        panic!("{:?}", suite.likelihood.reason);
    };
    assert_eq!((*said, *end), (day("2026-10-12"), day("2027-10-12")));
}

#[test]
fn one_thing_is_missing() {
    let team = sample::team();
    let before = board(&team);
    let suite = post(&before, "xray-suite");
    let [dilys] = &suite.nominees[..] else {
        panic!("{:?}", suite.nominees);
    };
    assert_eq!(dilys.name, "Dilys Hartnoll");
    let readiness = &dilys.readiness;
    assert_eq!(readiness.band, Band::OneToTwo);
    assert_eq!((readiness.present, readiness.validated), ((11, 11), 11));
    assert_eq!(readiness.largest_gap, Some((1, skill("xrd"))));
    assert_eq!(
        readiness.must_haves,
        [(
            "rps".to_owned(),
            "RPS certificate".to_owned(),
            MustHaveState::Booked(day("2027-02-03"))
        )]
    );
    assert_eq!(dilys.decision.as_ref().unwrap().0, Band::OneToTwo);
    let succession = before.succession.as_ref().unwrap();
    assert_eq!((succession.ready_now, succession.at_risk), ((1, 4), 2));

    // The certificate is recorded as sighted, and nothing else changes.
    let mut changed = team.clone();
    let at = id(&team, "dilys");
    for slot in &mut changed.people {
        if slot.id == at {
            let mut dilys = Person::clone(slot);
            let mut credentials = dilys.credentials.iter_mut();
            let rps = credentials.find(|c| c.code == "rps").unwrap();
            rps.obtained = guildhall::domain::Value::One(Some(day("2026-11-20")));
            rps.sighted = Some((team.me.clone(), today()));
            *slot = Arc::new(dilys);
        }
    }
    let after = board(&changed);
    let succession = after.succession.as_ref().unwrap();
    assert_eq!((succession.ready_now, succession.at_risk), ((2, 4), 1));
    assert_eq!(after.key.at_risk, Some((1, 4)));
    let suite = post(&after, "xray-suite");
    assert_eq!(suite.nominees[0].readiness.band, Band::ReadyNow);
    assert_eq!((suite.risk, suite.at_risk), (16, false));
    // One holder stays 2: her 7.5 is below 8.
    assert_eq!((before.key.one_holder, after.key.one_holder), (2, 2));
    let mark = cell(&after, &at, &skill("xrd")).effective.unwrap().0;
    assert_eq!(mark.to_string(), "7.5");
}

#[test]
fn vacant_covered_safe() {
    let team = sample::team();
    let board = board(&team);
    let figures = |id: &str| {
        let p = post(&board, id);
        (
            p.likelihood.level,
            p.c,
            p.risk,
            p.band,
            p.critical,
            p.at_risk,
        )
    };
    let nominee = |id: &str| {
        let [one] = &post(&board, id).nominees[..] else {
            panic!("one nominee for {id}");
        };
        (one.name.clone(), one.readiness.band)
    };
    assert_eq!(
        figures("studio-systems"),
        (5, 4, 20, RiskBand::High, true, true)
    );
    assert!(post(&board, "studio-systems").holders.is_empty());
    assert_eq!(
        nominee("studio-systems"),
        ("Rowan Fairlight".to_owned(), Band::NotYet)
    );
    assert_eq!(
        figures("electron-microscopy"),
        (3, 4, 12, RiskBand::Medium, true, false)
    );
    assert_eq!(
        nominee("electron-microscopy"),
        ("Noor Ellisdon".to_owned(), Band::ReadyNow)
    );
    assert_eq!(figures("cnc-cell"), (1, 4, 4, RiskBand::Low, true, false));
    assert_eq!(
        post(&board, "cnc-cell").likelihood.reason,
        LikelihoodReason::Staying(day("2026-11-04"))
    );
    assert_eq!(
        nominee("cnc-cell"),
        ("Edie Swann".to_owned(), Band::OneToTwo)
    );
    let order: Vec<&str> = board
        .succession
        .as_ref()
        .unwrap()
        .posts
        .iter()
        .map(|p| &p.title[..])
        .collect();
    assert_eq!(
        order,
        [
            "Studio systems",
            "X-ray suite",
            "Electron microscopy",
            "CNC cell"
        ]
    );
    assert_eq!(board.succession.as_ref().unwrap().depth, 3);
}

#[test]
fn away_thin_and_covered_skills() {
    let team = sample::team();
    let board = board(&team);
    let dante = covered(&board, "dante");
    assert_eq!(dante.state, CoverageState::NoHolder);
    assert_eq!(handles(&team, &dante.away), ["saffi"]);
    let away = &person(&team, "saffi").absences[0];
    assert_eq!(away.until.get(), &Some(day("2027-02-28")));
    let daq = covered(&board, "data-acquisition");
    assert_eq!((daq.state, daq.n_min), (CoverageState::Thin, 3));
    assert_eq!(handles(&team, &daq.holders), ["lukas", "zain"]);
    let cnc = covered(&board, "cnc-5-axis");
    assert_eq!(cnc.state, CoverageState::OneHolder);
    assert_eq!(handles(&team, &cnc.holders), ["jurek"]);
    assert_eq!(handles(&team, &cnc.stale), ["bea"]);
    for id in ["confocal", "electron-microscopy"] {
        assert_eq!(covered(&board, id).state, CoverageState::Covered, "{id}");
    }
    assert_eq!(board.coverage.len(), 6);
}

#[test]
fn actions_agreements_and_talks() {
    let team = sample::team();
    let board = board(&team);
    let actions = &board.actions;
    assert_eq!(
        (actions.open, actions.overdue, actions.to_discuss),
        (14, 3, 2)
    );
    let first: Vec<(&str, &str, Option<i64>, u8)> = actions
        .lines
        .iter()
        .take(5)
        .map(|l| (&l.name[..], &l.text[..], l.days, l.progress))
        .collect();
    assert_eq!(
        first,
        [
            (
                "Rowan Fairlight",
                "Deputise on three live events",
                Some(-12),
                30
            ),
            (
                "Gwil Pascoe",
                "Quote two machine tools, with Ops",
                Some(-6),
                0
            ),
            ("Sorcha Vane", "Chair the autumn safety walk", Some(-2), 60),
            (
                "Jonah Mbeki-Rowe",
                "Shadow the autoclave checks",
                Some(9),
                50
            ),
            (
                "Leena Lanyon",
                "Write up confocal booking rules",
                Some(24),
                20
            ),
        ]
    );
    let waiting: Vec<(&str, Option<i64>)> = actions
        .lines
        .iter()
        .filter(|l| l.done_days.is_some())
        .map(|l| (&l.name[..], l.done_days))
        .collect();
    assert_eq!(
        waiting,
        [("Bea Oyelaran", Some(17)), ("Kofi Marchbank", Some(8))]
    );
    // Everybody but the owner and the director has a line manager.
    assert_eq!(actions.agreed, (11, 25));
    let plan = &person(&team, "dilys").objectives;
    assert_eq!(plan.len(), 3);
    for objective in plan {
        assert_eq!(
            agreement(objective),
            AgreementState::Both(day("2026-11-12")),
            "{:?}",
            objective.title
        );
    }
    let due: Vec<&str> = actions
        .talks_due
        .iter()
        .map(|(p, _)| &team.person(p).unwrap().handle[..])
        .collect();
    assert_eq!(due, ["saffi", "ravi", "callum", "tobin"]);
}

#[test]
fn dilys_as_her_screen_has_her() {
    let team = sample::team();
    let board = board(&team);
    let dilys = person(&team, "dilys");
    let rows = board.rows_of(&dilys.id);
    let key = board.key_line_of(&team, &rows);
    assert_eq!(key.completeness, (11, 11));
    assert_eq!(key.met, (10, 11));
    assert_eq!(key.attainment_tenths(), Some(994)); // 76.5 of 77.0
    let safety = cell(&board, &dilys.id, &competency("safety"));
    assert_eq!(safety.divergence, Some(-4));
    assert!(safety.divergence_flagged);
    assert_eq!(dilys.heard, Some(day("2026-11-19")));
    assert_eq!(dilys.talks.last(), Some(&day("2026-11-10")));

    let detail = dilys.detail.as_ref().unwrap();
    let year = detail
        .ppd
        .iter()
        .filter(|e| e.completed && e.date >= day("2026-01-01") && e.date <= today());
    let categories: BTreeSet<_> = year.clone().map(|e| e.category).collect();
    assert_eq!((year.clone().count(), categories.len()), (6, 4));
    let used: u32 = year.map(|e| e.protected_half_days).sum();
    let allowed = team.base.policy.protected_half_days_per_fte;
    assert_eq!((allowed, used), (Some(10), 5)); // 5 days, 2.5 of them left
}

#[test]
fn signs_that_each_occur() {
    let team = sample::team();
    let board = board(&team);
    let cells = || {
        board
            .rows
            .iter()
            .flat_map(|r| r.cells.iter().map(move |c| (&r.person, c)))
    };
    let of = |test: &dyn Fn(&CellFigure) -> bool| -> BTreeSet<(String, String)> {
        cells()
            .filter(|(_, c)| test(c))
            .map(|(p, c)| {
                (
                    team.person(p).unwrap().handle.clone(),
                    c.subject.as_str().to_owned(),
                )
            })
            .collect()
    };
    let one = |a: &str, b: &str| BTreeSet::from([(a.to_owned(), b.to_owned())]);

    // Not observed sets last year's 7 aside, and there is no own mark.
    assert_eq!(of(&|c| c.not_observed), one("imre", "communication"));
    let unseen = cell(&board, &id(&team, "imre"), &competency("communication"));
    assert_eq!(unseen.state, CellState::Unassessed);
    assert_eq!(unseen.effective, None);

    // Two values written apart: the lower one counts until somebody chooses.
    assert_eq!(of(&|c| c.conflict), one("gwil", "facility"));
    let torn = cell(&board, &id(&team, "gwil"), &competency("facility"));
    assert_eq!(torn.effective.unwrap().0.to_string(), "6.5");

    assert_eq!(of(&|c| c.asked_not_applicable), one("tobin", "teaching"));
    assert!(of(&|c| c.changed_since).contains(&("hamish".to_owned(), "planning".to_owned())));
    assert!(
        cells()
            .filter(|(p, _)| **p == id(&team, "petra"))
            .filter(
                |(_, c)| c.expected == Expected::Yes && matches!(c.subject, Subject::Competency(_))
            )
            .all(|(_, c)| c.state == CellState::Unvalidated)
    );

    // A mark of twelve months ago to the day is still fresh, one a day older is not.
    let last = cell(&board, &id(&team, "ewart"), &competency("facility"));
    assert_eq!(last.manager.as_ref().unwrap().date, day("2025-11-21"));
    assert_eq!(last.state, CellState::Met);
    let old = cell(&board, &id(&team, "zain"), &competency("service-delivery"));
    assert_eq!(old.manager.as_ref().unwrap().date, day("2025-11-20"));
    assert_eq!(old.state, CellState::Stale);
}

#[test]
fn a_promotion_keeps_the_marks_of_the_earlier_grade() {
    let team = sample::team();
    let sorcha = person(&team, "sorcha");
    let columns = |year: &str| -> BTreeSet<&str> {
        sorcha
            .series
            .iter()
            .filter(|s| {
                s.marks
                    .iter()
                    .any(|m| m.date.format("%Y").to_string() == year)
            })
            .filter_map(|s| s.column.as_ref().map(ColumnId::as_str))
            .collect()
    };
    assert_eq!(columns("2024"), BTreeSet::from(["g5"]));
    assert_eq!(columns("2025"), BTreeSet::from(["g6"]));
    assert_eq!(columns("2026"), BTreeSet::from(["g6"]));
}

#[test]
fn a_career_grade_with_six_of_eight_criteria() {
    let team = sample::team();
    let hamish = person(&team, "hamish");
    let post = team.post(&"flow-imaging".into()).unwrap();
    assert_eq!(
        post.on(today()).unwrap().career_to,
        Some(ColumnId::from("g6"))
    );
    let detail = hamish.detail.as_ref().unwrap();
    let evidenced = detail.criteria.iter().filter(|c| !c.evidence.is_empty());
    assert_eq!(evidenced.count(), 6);
    let endorsed = detail.criteria.iter().filter(|c| c.endorsed_by.is_some());
    assert_eq!(endorsed.count(), 4);
    assert_eq!(team.framework.criteria.len(), 8);
}

#[test]
fn three_rounds_of_marks_by_their_rightful_writers() {
    let team = sample::team();
    let mut rounds: BTreeMap<String, usize> = BTreeMap::new();
    for p in &team.people {
        for mark in p.series.iter().flat_map(|s| &s.marks) {
            *rounds
                .entry(mark.date.format("%Y-%m").to_string())
                .or_default() += 1;
            assert_ne!(
                mark.kind,
                guildhall::domain::MarkKind::Transcribed,
                "{} wrote for themself",
                p.handle
            );
        }
    }
    for round in ["2024-11", "2025-11", "2026-11"] {
        assert!(rounds[round] > 200, "{rounds:?}");
    }
    let said = team.people.iter().flat_map(|p| &p.horizons);
    assert!(said.clone().all(|h| !h.told));
    let declined = said
        .filter(|h| *h.band.get() == guildhall::domain::person::HorizonBand::NotSaid)
        .filter(|h| h.said >= day("2026-01-01"));
    assert_eq!(declined.count(), 1);
}

#[test]
fn an_import_by_one_manager_reports_what_others_said() {
    let team = sample::imported_by("morwenna");
    let board = board(&team);
    // The same marks but for the nine that the reviewer gave the importer: nobody keeps the record about themself. Nobody has agreed
    // to anything, and nobody else has been heard.
    assert_eq!(board.key.below_target, (78, 214));
    assert_eq!(board.key.fresh, (258, 300));
    assert_eq!(board.key.own_mark_only, 44);
    assert_eq!(board.actions.agreed.0, 0);
    let stands = |handle: &str| agreement(&person(&team, handle).objectives[0]);
    // Her own word stays her own; what two others said is only reported.
    assert_eq!(stands("dilys"), AgreementState::OneSide(Side::Manager));
    assert_eq!(stands("edie"), AgreementState::Reported(day("2026-11-11")));
    assert_eq!(board.key.heard, None);
    // What people told about staying counts all the same.
    let suite = post(&board, "xray-suite");
    assert_eq!((suite.likelihood.level, suite.risk), (4, 16));
    let own = cell(&board, &id(&team, "edie"), &competency("budget"));
    assert!(own.own.as_ref().unwrap().transcribed);
}

#[test]
fn summaries_give_the_same_figures_as_whole_records() {
    let team = sample::team();
    let on = |day: NaiveDate| {
        let mut small = team.clone();
        let mut whole = 0;
        for slot in &mut small.people {
            let summary = guildhall::document::decode::summary(slot);
            whole += usize::from(summary.person(&team.rights, day).is_err());
            let person = guildhall::document::decode::first_frame(slot, &team.rights, day);
            assert!(person.detail.is_none());
            *slot = Arc::new(person);
        }
        assert_eq!(
            Board::compute(&small, day, None),
            Board::compute(&team, day, None),
            "on {day}"
        );
        whole
    };
    assert_eq!(on(today()), 0, "everybody of the sample fits");
    for past in ["2026-09-01", "2025-12-01", "2024-12-01", "2023-01-01"] {
        on(day(past));
    }
}
