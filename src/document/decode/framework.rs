//! The career framework.

use super::field::{claims, count, dated, dated_field, int, lines, rows, text, yes};
use super::words;
use crate::document::Rows;
use crate::document::code::{row_key, target_of};
use crate::document::rows::Row;
use crate::domain::framework::{
    Column, Competency, Criterion, Expected, Framework, FrameworkCell, GridLine,
    RegistrationExample, Scale, TargetRule,
};
use crate::domain::{ColumnId, CompetencyId};

/// The `framework` document. Competencies and columns are in their order, then by id; grid lines and criteria by number. A cell that
/// is not written is not expected.
pub fn framework(document: &Rows) -> Framework {
    let mut framework = Framework::default();
    if let Some(row) = document.row("framework", "framework") {
        framework.title = text(row, "title");
        framework.institution = text(row, "institution");
        framework.version = text(row, "version");
    }
    if let Some(row) = document.row("scale", "scale") {
        framework.scale = Scale {
            anchor_low: text(row, "anchor_low"),
            anchor_high: text(row, "anchor_high"),
            note: text(row, "note"),
        };
    }
    framework.competencies = ordered(document, "competencies", competency);
    framework.columns = ordered(document, "columns", column);
    framework.grid_lines = grid_lines(document);
    framework.criteria = criteria(document);
    framework.targets = targets(document);
    framework.cells = framework
        .columns
        .iter()
        .flat_map(|column| {
            framework.competencies.iter().map(|competency| {
                let key = row_key(&[column.id.as_str(), competency.id.as_str()]);
                document
                    .row("cells", &key)
                    .filter(|row| super::field::is_present(row))
                    .map_or_else(not_expected, cell)
            })
        })
        .collect();
    framework
}

fn ordered<T>(document: &Rows, table: &str, read: impl Fn(&str, &Row) -> T) -> Vec<T> {
    let mut found: Vec<(u32, String, T)> = rows(document, table)
        .filter_map(|(parts, row)| {
            let id = parts.into_iter().next()?;
            let item = read(&id, row);
            Some((count(row, "order").unwrap_or(u32::MAX), id, item))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(&b.1)));
    found.into_iter().map(|(_, _, item)| item).collect()
}

fn competency(id: &str, row: &Row) -> Competency {
    Competency {
        id: CompetencyId::new(id),
        name: text(row, "name"),
        short: text(row, "short"),
        code: text(row, "code"),
        meaning: text(row, "meaning"),
        group: text(row, "group"),
        jd_heading: text(row, "jd_heading"),
    }
}

fn column(id: &str, row: &Row) -> Column {
    Column {
        id: ColumnId::new(id),
        name: text(row, "name"),
        grade: count(row, "grade").unwrap_or(0),
        band: text(row, "band"),
        path: text(row, "path"),
        title: text(row, "title"),
        titles: lines(row, "titles"),
        qualification_levels: text(row, "qualification_levels")
            .lines()
            .filter_map(|n| n.parse().ok())
            .collect(),
        knowledge: text(row, "knowledge"),
        registration: lines(row, "registration")
            .iter()
            .map(|line| {
                let mut parts = line.split('\t');
                RegistrationExample {
                    title: parts.next().unwrap_or_default().to_owned(),
                    held: parts.next() == Some("held"),
                    uncertain: parts.next() == Some("uncertain"),
                }
            })
            .collect(),
        cpd: text(row, "cpd"),
        note: text(row, "note"),
    }
}

fn not_expected() -> FrameworkCell {
    FrameworkCell {
        expected: Expected::No,
        descriptor: String::new(),
        inherits: None,
        adds: false,
        note: String::new(),
    }
}

fn cell(row: &Row) -> FrameworkCell {
    let words = &[
        ("yes", Expected::Yes),
        ("depends", Expected::Depends),
        ("no", Expected::No),
    ];
    let inherits = text(row, "inherits");
    FrameworkCell {
        expected: claims(row, "expected")
            .iter()
            .filter_map(|c| words::of(words, &c.value))
            .min()
            .unwrap_or(Expected::No),
        descriptor: text(row, "descriptor"),
        inherits: (!inherits.is_empty()).then(|| ColumnId::new(inherits)),
        adds: yes(row, "adds"),
        note: text(row, "note"),
    }
}

fn grid_lines(document: &Rows) -> Vec<GridLine> {
    let mut found: Vec<GridLine> = rows(document, "grid_lines")
        .filter_map(|(parts, row)| {
            Some(GridLine {
                number: parts.first()?.parse().ok()?,
                label: text(row, "label"),
                competencies: lines(row, "competencies")
                    .iter()
                    .map(CompetencyId::new)
                    .collect(),
                options: lines(row, "options"),
                note: text(row, "note"),
            })
        })
        .collect();
    found.sort_by_key(|line| line.number);
    found
}

fn criteria(document: &Rows) -> Vec<Criterion> {
    let mut found: Vec<Criterion> = rows(document, "career_criteria")
        .filter_map(|(parts, row)| {
            Some(Criterion {
                id: parts.into_iter().next()?,
                from: ColumnId::new(text(row, "from")),
                to: ColumnId::new(text(row, "to")),
                number: int(row, "number").and_then(|n| u32::try_from(n).ok())?,
                text: text(row, "text"),
            })
        })
        .collect();
    found.sort_by(|a, b| (&a.from, &a.to, a.number, &a.id).cmp(&(&b.from, &b.to, b.number, &b.id)));
    found
}

fn targets(document: &Rows) -> Vec<TargetRule> {
    dated(document, "targets", 2)
        .into_iter()
        .map(|(parts, rows)| {
            let some = |part: &String| (!part.is_empty()).then(|| part.clone());
            TargetRule {
                column: some(&parts[0]).map(ColumnId::new),
                competency: some(&parts[1]).map(CompetencyId::new),
                target: dated_field(&rows, "target", target_of),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Scalar;

    #[test]
    fn a_cell_that_nobody_wrote_is_not_expected() {
        let mut rows = Rows::default();
        let mut set = |table: &str, key: &str, field: &str, text: &str| {
            rows.set(table, key, field, Scalar::text(text), None, 1);
        };
        set("competencies", "a", "name", "A");
        set("columns", "g1", "name", "Grade 1");
        set("columns", "g2", "name", "Grade 2");
        set("cells", "g2|a", "expected", "depends");
        let framework = framework(&rows);
        let states: Vec<_> = framework.cells.iter().map(|c| c.expected).collect();
        assert_eq!(states, [Expected::No, Expected::Depends]);
    }
}
