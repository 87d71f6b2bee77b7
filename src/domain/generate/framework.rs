//! A framework made by code: 11 competencies × 9 columns in the shape of a real one, without its words.

use crate::domain::framework::{
    Column, Competency, Criterion, Expected, Framework, FrameworkCell, GridLine, Scale,
};
use crate::domain::ids::{ColumnId, CompetencyId};

const GRADES: [u32; 9] = [3, 4, 5, 6, 7, 7, 8, 8, 9];

/// 11 competencies (`c01` …), 9 columns (`k1` …) of grades 3 to 9, 99 cells (81 expected, 6 that depend, 12 not expected), 10 grid
/// lines of which the seventh joins two competencies, and 8 criteria from the third column to the fourth.
pub fn synthetic_framework() -> Framework {
    let competencies: Vec<Competency> = (1..=11)
        .map(|n| Competency {
            id: CompetencyId::new(format!("c{n:02}")),
            name: format!("Competency {n}"),
            short: format!("Comp {n}"),
            code: format!("C{n:02}"),
            meaning: format!("What competency {n} is about."),
            group: format!("Family {}", (n - 1) / 3 + 1),
            jd_heading: "Other".to_owned(),
        })
        .collect();
    let columns: Vec<Column> = GRADES
        .iter()
        .zip(1..)
        .map(|(&grade, n)| Column {
            id: ColumnId::new(format!("k{n}")),
            name: format!("Grade {grade}"),
            grade,
            band: grade.to_string(),
            path: match n {
                5 | 7 => "Specialist",
                6 | 8 | 9 => "Manager",
                _ => "Technical",
            }
            .to_owned(),
            title: format!("Role {n} (Descriptor)"),
            titles: vec![format!("Role {n}")],
            qualification_levels: vec![],
            knowledge: String::new(),
            registration: vec![],
            cpd: String::new(),
            note: String::new(),
        })
        .collect();
    let mut cells = Vec::with_capacity(columns.len() * competencies.len());
    for c in 0..columns.len() {
        for (k, competency) in competencies.iter().enumerate() {
            let expected = expected(c, k);
            cells.push(FrameworkCell {
                expected,
                descriptor: match expected {
                    Expected::No => String::new(),
                    _ => format!("{} as role {} needs it.", competency.name, c + 1),
                },
                inherits: None,
                adds: false,
                note: String::new(),
            });
        }
    }
    Framework {
        title: "Synthetic framework".to_owned(),
        institution: "Nowhere".to_owned(),
        version: "1".to_owned(),
        scale: Scale {
            anchor_low: "not at all".to_owned(),
            anchor_high: "to the highest degree".to_owned(),
            note: String::new(),
        },
        grid_lines: grid_lines(&competencies),
        criteria: (1..=8)
            .map(|number| Criterion {
                id: format!("k3-k4-{number}"),
                from: columns[2].id.clone(),
                to: columns[3].id.clone(),
                number,
                text: format!("Criterion {number}"),
            })
            .collect(),
        competencies,
        columns,
        cells,
        targets: vec![],
    }
}

/// Ten lines; the seventh joins the seventh and eighth competency.
fn grid_lines(competencies: &[Competency]) -> Vec<GridLine> {
    let mut lines: Vec<GridLine> = Vec::new();
    for (k, competency) in competencies.iter().enumerate() {
        match lines.last_mut() {
            Some(line) if k == 7 => line.competencies.push(competency.id.clone()),
            _ => lines.push(GridLine {
                number: lines.len() as u32 + 1,
                label: competency.name.clone(),
                competencies: vec![competency.id.clone()],
                options: vec!["On the job training".to_owned()],
                note: String::new(),
            }),
        }
    }
    lines
}

/// Column and competency, both from 0.
fn expected(column: usize, competency: usize) -> Expected {
    match (competency, column) {
        (6, 4 | 6) | (7, 3..=5 | 7) => Expected::Depends,
        (6, 0..=2 | 5 | 7 | 8) | (7, 0 | 8) | (8, 0 | 1) | (9, 0) | (3, 8) => Expected::No,
        _ => Expected::Yes,
    }
}
