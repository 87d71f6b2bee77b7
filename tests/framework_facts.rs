//! Facts with numbers about the career framework that the program carries: competencies, columns, cells, targets, options, criteria.

use guildhall::domain::framework::{Column, Expected, Framework, FrameworkCell};
use guildhall::domain::{ColumnId, CompetencyId};
use std::collections::BTreeMap;
use std::sync::Arc;

mod common;
use common::sample;

fn framework() -> Arc<Framework> {
    sample::team().framework
}

fn column<'a>(framework: &'a Framework, id: &str) -> &'a Column {
    framework.column(&ColumnId::from(id)).unwrap()
}

fn cell<'a>(framework: &'a Framework, column: &str, competency: &str) -> &'a FrameworkCell {
    framework
        .cell(&ColumnId::from(column), &CompetencyId::from(competency))
        .unwrap()
}

/// Columns that expect a competency, that leave it to the post, that do not expect it.
fn spread(framework: &Framework, competency: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    let of = |expected: Expected| {
        framework
            .columns
            .iter()
            .map(|c| c.id.to_string())
            .filter(|id| cell(framework, id, competency).expected == expected)
            .collect()
    };
    (of(Expected::Yes), of(Expected::Depends), of(Expected::No))
}

#[test]
fn eleven_competencies_on_ten_grid_lines() {
    let f = framework();
    assert_eq!(f.competencies.len(), 11);
    assert_eq!(f.grid_lines.len(), 10);
    for (line, number) in f.grid_lines.iter().zip(1..) {
        assert_eq!(line.number, number);
        let joint: Vec<&str> = line.competencies.iter().map(CompetencyId::as_str).collect();
        if number == 7 {
            assert_eq!(joint, ["teaching", "research"]);
        } else {
            assert_eq!(joint.len(), 1, "line {number}");
        }
    }
    let codes: Vec<&str> = f.competencies.iter().map(|c| &c.code[..]).collect();
    assert_eq!(
        codes,
        [
            "Svc", "Tmw", "Stf", "Fac", "Saf", "T&R", "Tch", "Res", "Bud", "Pln", "Com"
        ]
    );
}

#[test]
fn nine_columns_on_three_paths() {
    let f = framework();
    let grades: Vec<u32> = f.columns.iter().map(|c| c.grade).collect();
    assert_eq!(grades, [3, 4, 5, 6, 7, 7, 8, 8, 9]);
    let mut paths: BTreeMap<&str, usize> = BTreeMap::new();
    for c in &f.columns {
        *paths.entry(&c.path).or_default() += 1;
    }
    assert_eq!(
        paths,
        BTreeMap::from([
            ("Manager", 3),
            ("Specialist (Teaching or Research)", 2),
            ("Technical", 4)
        ])
    );
    let bands: Vec<&str> = f.columns.iter().map(|c| &c.band[..]).collect();
    assert_eq!(bands, ["1", "1 or 2", "2", "3", "4", "4", "5", "5", "6"]);
}

#[test]
fn ninety_nine_cells() {
    let f = framework();
    assert_eq!(f.cells.len(), 99);
    let count = |e: Expected| f.cells.iter().filter(|c| c.expected == e).count();
    assert_eq!(
        (
            count(Expected::Yes),
            count(Expected::Depends),
            count(Expected::No)
        ),
        (81, 6, 12)
    );
    for c in &f.cells {
        assert_eq!(c.descriptor.is_empty(), c.expected == Expected::No);
    }
}

#[test]
fn teaching_and_research_delivery() {
    let f = framework();
    let (yes, depends, no) = spread(&f, "teaching");
    assert_eq!(yes, ["g6"]);
    assert_eq!(depends, ["g7s", "g8s"]);
    assert_eq!(no.len(), 6);
    let (yes, depends, no) = spread(&f, "research");
    assert_eq!(yes, ["g4", "g5", "g8s"]);
    assert_eq!(depends, ["g6", "g7s", "g7m", "g8m"]);
    assert_eq!(no, ["g3", "g9"]);
}

#[test]
fn budget_planning_and_facilities() {
    let f = framework();
    let (yes, _, no) = spread(&f, "budget");
    assert_eq!((yes.len(), &no[..]), (7, &["g3".into(), "g4".into()][..]));
    let (_, _, no) = spread(&f, "planning");
    assert_eq!(no, ["g3"]);
    let (_, _, no) = spread(&f, "facility");
    assert_eq!(no, ["g9"]);
    assert!(cell(&f, "g9", "facility").note.starts_with("Blank"));
}

#[test]
fn six_competencies_are_expected_everywhere() {
    let f = framework();
    let everywhere: Vec<&str> = f
        .competencies
        .iter()
        .map(|c| c.id.as_str())
        .filter(|id| spread(&f, id).0.len() == 9)
        .collect();
    assert_eq!(
        everywhere,
        [
            "service-delivery",
            "teamwork",
            "staff-management",
            "safety",
            "support-tr",
            "communication"
        ]
    );
}

#[test]
fn fifteen_cells_are_inherited() {
    let f = framework();
    let mut found = Vec::new();
    for c in &f.columns {
        for k in &f.competencies {
            let cell = f.cell(&c.id, &k.id).unwrap();
            if let Some(from) = &cell.inherits {
                let adds = if cell.adds { "+" } else { "" };
                found.push(format!("{} {} {from}{adds}", c.id, k.id));
                // The text is resolved: it begins with that of the column it comes from.
                let source = f.cell(from, &k.id).unwrap();
                assert!(
                    cell.descriptor.starts_with(&source.descriptor),
                    "{} {}",
                    c.id,
                    k.id
                );
                assert_eq!(cell.adds, cell.descriptor != source.descriptor);
            } else {
                assert!(!cell.adds);
            }
        }
    }
    assert_eq!(
        found,
        [
            "g4 facility g3+",
            "g4 safety g3+",
            "g5 research g4+",
            "g5 communication g4+",
            "g7m budget g7s",
            "g7m planning g7s",
            "g7m communication g7s",
            "g8s budget g7s+",
            "g8m service-delivery g7m+",
            "g8m safety g8s",
            "g8m research g7m",
            "g8m communication g8s",
            "g9 staff-management g8m",
            "g9 safety g8m+",
            "g9 communication g8m",
        ]
    );
    assert!(cell(&f, "g9", "staff-management").note.contains("itself"));
}

#[test]
fn knowledge_development_and_registration() {
    let f = framework();
    let levels: Vec<&[u32]> = f
        .columns
        .iter()
        .map(|c| &c.qualification_levels[..])
        .collect();
    assert_eq!(
        levels,
        [&[][..], &[3, 4], &[4], &[5], &[6], &[6], &[6], &[6], &[6]]
    );
    assert!(column(&f, "g3").knowledge.contains("apprenticeship"));
    let worded: Vec<&str> = f
        .columns
        .iter()
        .filter(|c| !c.cpd.is_empty())
        .map(|c| c.id.as_str())
        .collect();
    assert_eq!(worded, ["g3", "g4", "g5"]);

    let chartered = |c: &Column, held: bool| {
        ["CSci", "CEng"].iter().all(|t| {
            c.registration
                .iter()
                .any(|r| &r.title == t && r.held == held)
        })
    };
    let holding: Vec<u32> = f
        .columns
        .iter()
        .filter(|c| chartered(c, true))
        .map(|c| c.grade)
        .collect();
    assert_eq!(holding, [7, 7, 8, 8, 9]);
    assert!(chartered(column(&f, "g6"), false));
    let uncertain: Vec<(&str, &str)> = f
        .columns
        .iter()
        .flat_map(|c| c.registration.iter().map(move |r| (c, r)))
        .filter(|(_, r)| r.uncertain)
        .map(|(c, r)| (c.id.as_str(), &r.title[..]))
        .collect();
    assert_eq!(uncertain, [("g3", "EngTech"), ("g6", "IEng")]);
}

#[test]
fn the_scale() {
    let f = framework();
    assert!(f.scale.anchor_low.starts_with("not competent"));
    assert!(f.scale.anchor_high.ends_with("highest degree"));
    assert!(f.scale.note.contains("5.5"));
}

#[test]
fn forty_three_development_options() {
    let f = framework();
    let counts: Vec<usize> = f.grid_lines.iter().map(|l| l.options.len()).collect();
    assert_eq!(counts, [7, 6, 6, 3, 5, 5, 3, 2, 3, 3]);
    assert_eq!(counts.iter().sum::<usize>(), 43);
    let heated: Vec<u32> = f
        .grid_lines
        .iter()
        .filter(|l| l.options.iter().any(|o| o == "HEATED courses"))
        .map(|l| l.number)
        .collect();
    assert_eq!(heated, [1, 3, 4, 6, 7, 10]);
    let of = |id: &str| f.grid_line(&CompetencyId::from(id)).unwrap().options.len();
    assert_eq!((of("budget"), of("service-delivery")), (2, 7));
}

#[test]
fn no_target_but_the_teams() {
    let team = sample::team();
    assert!(team.framework.targets.is_empty());
    assert_eq!(team.base.policy.target.to_string(), "7");
}

#[test]
fn eight_criteria_from_grade_5_to_6() {
    let f = framework();
    assert_eq!(f.criteria.len(), 8);
    for (criterion, number) in f.criteria.iter().zip(1..) {
        assert_eq!(criterion.number, number);
        assert_eq!(
            (criterion.from.as_str(), criterion.to.as_str()),
            ("g5", "g6")
        );
        assert!(!criterion.text.is_empty());
    }
    assert!(f.criteria[0].text.contains("level 5"));
}

#[test]
fn tasks_under_seven_headings_of_the_job_description() {
    let f = framework();
    let mut headings: Vec<&str> = f.competencies.iter().map(|c| &c.jd_heading[..]).collect();
    headings.sort_unstable();
    headings.dedup();
    assert_eq!(headings.len(), 7);
}
