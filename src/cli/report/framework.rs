//! `show framework`: the framework in use, or one cell of it with what helps towards it.

use super::Report;
use super::parts::Named;
use crate::domain::cell::target_of;
use crate::domain::framework::{Expected, Framework};
use crate::domain::{ColumnId, CompetencyId, Subject, Team};
use chrono::NaiveDate;
use serde::Serialize;

/// The framework, or the part of it that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrameworkReport {
    /// What it calls itself.
    pub title: String,
    /// Whose it is.
    pub institution: String,
    /// Its edition.
    pub version: String,
    /// What 1 means.
    pub anchor_low: String,
    /// What 10 means.
    pub anchor_high: String,
    /// Role columns.
    pub columns: Vec<Column>,
    /// Competencies in order.
    pub competencies: Vec<Competency>,
    /// Cells, column by column.
    pub cells: Vec<Cell>,
}

/// A role column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Its id.
    pub id: String,
    /// "Grade 6".
    pub name: String,
    /// The grade.
    pub grade: u32,
    /// Technical, Specialist, Manager.
    pub path: String,
    /// Title with "(Descriptor)" where the discipline goes.
    pub title: String,
}

/// A competency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Competency {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The heatmap's short code.
    pub code: String,
    /// What it is about.
    pub meaning: String,
    /// Development options of its grid line.
    pub options: Vec<String>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// Column.
    pub column: Named,
    /// Competency.
    pub competency: Named,
    /// "yes", "depends" or "no".
    pub expected: &'static str,
    /// τ in points; null where there is none or nothing is expected.
    pub target: Option<f64>,
    /// Resolved text; empty where nothing is expected.
    pub descriptor: String,
    /// The column whose text it takes over; null where it has its own.
    pub inherits: Option<String>,
    /// Whether something is added to that text.
    pub adds: bool,
    /// A warning to the reader, or empty.
    pub note: String,
}

fn cells(
    team: &Team,
    framework: &Framework,
    only: Option<&(ColumnId, CompetencyId)>,
    today: NaiveDate,
) -> Vec<Cell> {
    let mut out = Vec::new();
    for column in &framework.columns {
        for competency in &framework.competencies {
            if only.is_some_and(|(c, k)| c != &column.id || k != &competency.id) {
                continue;
            }
            let Some(cell) = framework.cell(&column.id, &competency.id) else {
                continue;
            };
            let subject = Subject::Competency(competency.id.clone());
            let (target, _) = target_of(team, Some(&column.id), &subject, today);
            out.push(Cell {
                column: Named {
                    id: column.id.to_string(),
                    name: column.name.clone(),
                },
                competency: Named {
                    id: competency.id.to_string(),
                    name: competency.name.clone(),
                },
                expected: match cell.expected {
                    Expected::Yes => "yes",
                    Expected::Depends => "depends",
                    Expected::No => "no",
                },
                target: target
                    .points()
                    .filter(|_| cell.expected != Expected::No)
                    .map(|p| p.value()),
                descriptor: cell.descriptor.clone(),
                inherits: cell.inherits.as_ref().map(ToString::to_string),
                adds: cell.adds,
                note: cell.note.clone(),
            });
        }
    }
    out
}

/// Makes the report; `only` keeps one cell.
pub fn framework(
    team: &Team,
    only: Option<&(ColumnId, CompetencyId)>,
    today: NaiveDate,
) -> FrameworkReport {
    let framework = &team.framework;
    FrameworkReport {
        title: framework.title.clone(),
        institution: framework.institution.clone(),
        version: framework.version.clone(),
        anchor_low: framework.scale.anchor_low.clone(),
        anchor_high: framework.scale.anchor_high.clone(),
        columns: framework
            .columns
            .iter()
            .filter(|c| only.is_none_or(|(column, _)| column == &c.id))
            .map(|c| Column {
                id: c.id.to_string(),
                name: c.name.clone(),
                grade: c.grade,
                path: c.path.clone(),
                title: c.title.clone(),
            })
            .collect(),
        competencies: framework
            .competencies
            .iter()
            .filter(|c| only.is_none_or(|(_, competency)| competency == &c.id))
            .map(|c| Competency {
                id: c.id.to_string(),
                name: c.name.clone(),
                code: c.code.clone(),
                meaning: c.meaning.clone(),
                options: framework
                    .grid_line(&c.id)
                    .map(|line| line.options.clone())
                    .unwrap_or_default(),
            })
            .collect(),
        cells: cells(team, framework, only, today),
    }
}

impl Report for FrameworkReport {
    const KIND: &'static str = "framework";

    fn text(&self) -> String {
        let mut out = format!("{}\n{} {}\n", self.title, self.institution, self.version);
        out += &format!("1: {}\n10: {}\n", self.anchor_low, self.anchor_high);
        for column in &self.columns {
            out += &format!(
                "\n{}: {}, {} ({})\n",
                column.id, column.name, column.path, column.title
            );
            for cell in self.cells.iter().filter(|c| c.column.id == column.id) {
                out += &format!("  {}: ", cell.competency.name);
                out += match cell.expected {
                    "no" => "not expected",
                    "depends" => "depends on the post. ",
                    _ => "",
                };
                if cell.expected != "no" {
                    out += &cell.descriptor;
                }
                if let Some(from) = &cell.inherits {
                    let added = if cell.adds { ", with additions" } else { "" };
                    out += &format!(" (text of {from}{added})");
                }
                if let Some(target) = cell.target {
                    out += &format!(" Target {target}.");
                }
                if !cell.note.is_empty() {
                    out += &format!(" Note: {}", cell.note);
                }
                out.push('\n');
            }
        }
        out += "\nDevelopment options\n";
        for competency in &self.competencies {
            out += &format!("  {}: {}\n", competency.name, competency.options.join("; "));
        }
        out
    }
}
