//! `show heatmap`: every cell of every row, by group.

use super::Report;
use super::cell::{Cell, cell};
use super::overview::{SkillCoverage, coverage, coverage_text};
use super::parts::{CellKeys, Named, NeedFigure, WHOLE_TEAM, Who, needs, post, who};
use crate::domain::Team;
use crate::domain::board::{Board, BoardRow, Grouping};
use crate::domain::reading::Reading;
use serde::Serialize;

/// The heatmap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Heatmap {
    /// "area", "manager" or "grade".
    pub grouping: &'static str,
    /// Groups in order, with the people whose marks may be read.
    pub groups: Vec<HeatmapGroup>,
    /// Collective need of the whole team; null where it is withheld.
    pub needs: Option<Vec<NeedFigure>>,
    /// Coverage of each critical skill; null where it is withheld.
    pub coverage: Option<Vec<SkillCoverage>>,
    /// What is withheld, and why; null where nothing is.
    pub withheld: Option<String>,
}

/// A group of rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeatmapGroup {
    /// What it is called.
    pub label: String,
    /// Its pooled figures; null where they are withheld.
    pub key: Option<CellKeys>,
    /// Its needs; null where they are withheld.
    pub needs: Option<Vec<NeedFigure>>,
    /// Its rows by name.
    pub rows: Vec<Row>,
}

/// A person in a post.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Who.
    pub person: Who,
    /// In which post; null without one.
    pub post: Option<Named>,
    /// The post's column; null without one.
    pub column: Option<Named>,
    /// Its grade.
    pub grade: Option<u32>,
    /// The post's area.
    pub area: Option<Named>,
    /// Line manager today.
    pub manager: Option<Who>,
    /// One for each competency, then one for each critical skill.
    pub cells: Vec<Cell>,
}

/// "area", "manager" or "grade".
pub fn grouping_name(by: Grouping) -> &'static str {
    match by {
        Grouping::Area => "area",
        Grouping::Manager => "manager",
        Grouping::Grade => "grade",
    }
}

/// Makes a row.
pub fn row(team: &Team, board: &Board, row: &BoardRow) -> Row {
    Row {
        person: who(team, &row.person),
        post: row.post.as_ref().map(|id| post(team, id, board.today)),
        column: row.column.as_ref().map(|id| Named {
            id: id.to_string(),
            name: team
                .framework
                .column(id)
                .map_or_else(|| id.to_string(), |c| c.name.clone()),
        }),
        grade: row.grade,
        area: row.area.as_ref().map(|id| Named {
            id: id.to_string(),
            name: team
                .area(id)
                .map_or_else(|| id.to_string(), |a| a.name.clone()),
        }),
        manager: row.manager.as_ref().map(|id| who(team, id)),
        cells: row
            .cells
            .iter()
            .map(|figure| cell(team, &row.person, row.column.as_ref(), figure, board.today))
            .collect(),
    }
}

/// Makes the heatmap.
pub fn heatmap(team: &Team, board: &Board, reading: &Reading, by: Grouping) -> Heatmap {
    let everybody = reading.everybody();
    Heatmap {
        grouping: grouping_name(by),
        groups: board
            .groups(team, by, &|row| reading.record(&row.person))
            .iter()
            .map(|group| HeatmapGroup {
                label: group.label.clone(),
                key: everybody.then(|| (&group.key_line).into()),
                needs: everybody.then(|| needs(team, &group.label, &group.needs)),
                rows: group
                    .rows
                    .iter()
                    .map(|&i| row(team, board, &board.rows[i]))
                    .collect(),
            })
            .collect(),
        needs: everybody.then(|| needs(team, WHOLE_TEAM, &board.needs)),
        coverage: coverage(team, board, reading),
        withheld: reading.withheld("Rows of others, needs and coverage are"),
    }
}

impl Report for Heatmap {
    const KIND: &'static str = "heatmap";

    fn text(&self) -> String {
        let mut out = format!("Heatmap by {}\n", self.grouping);
        if let Some(withheld) = &self.withheld {
            out += &format!("{withheld}\n");
        }
        for group in &self.groups {
            out += &format!("\n{}\n", group.label);
            if let Some(key) = &group.key {
                out += &format!("{}\n", key.text());
            }
            for row in &group.rows {
                out += &format!("\n  {}", row.person.name);
                if let Some(post) = &row.post {
                    out += &format!(", {}", post.name);
                }
                match &row.column {
                    Some(column) => out += &format!(", {}", column.name),
                    None => out += ", without a column",
                }
                out.push('\n');
                for cell in row.cells.iter().filter(|c| c.expected != "no") {
                    out += &format!("    {}\n", cell.text());
                }
            }
        }
        if let Some(needs) = &self.needs {
            out += "\nIn need, whole team\n";
            for need in needs {
                out += &format!("  {}\n", need.text());
            }
        }
        out += &coverage_text(self.coverage.as_deref());
        out
    }
}
