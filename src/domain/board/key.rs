//! The key line and the rule that a mark shared by two rows counts once (definitions 0 and 7).

use super::{BoardRow, KeyLine};
use crate::domain::cell::{By, CellFigure, CellState};
use crate::domain::framework::{Expected, Target};
use std::sync::Arc;

/// Where a cell stands: in the heatmap, or only in the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A competency, by its position among the subjects.
    Competency(usize),
    /// A critical skill, by its position among the subjects.
    Critical(usize),
    /// Another skill that the post lists.
    Other,
}

/// Calls `each` for every expected cell of the given rows, person by person; a mark that two rows of a person share comes once, and
/// is expected if either post expects it. The last argument is true for the first cell of a person.
pub(super) fn for_each_person<'r>(
    rows: &'r [Arc<BoardRow>],
    of: &[usize],
    competencies: usize,
    mut each: impl FnMut(&mut dyn Iterator<Item = (Place, &'r CellFigure)>),
) {
    let mut order: Vec<usize> = of.iter().copied().filter(|&i| i < rows.len()).collect();
    // Rows of one person stand side by side on the board.
    order.sort_unstable();
    order.dedup();
    for chunk in order.chunk_by(|&a, &b| rows[a].person == rows[b].person) {
        let mine: Vec<&BoardRow> = chunk.iter().map(|&i| rows[i].as_ref()).collect();
        let mut cells = mine.iter().enumerate().flat_map(|(at, row)| {
            let row: &'r BoardRow = row;
            let earlier = &mine[..at];
            let framed = row.cells.iter().enumerate().filter_map(move |(i, cell)| {
                let place = if i < competencies {
                    Place::Competency(i)
                } else {
                    Place::Critical(i)
                };
                // A competency is shared by rows on one column, a skill by all rows.
                let seen = earlier.iter().any(|other| {
                    (i >= competencies || other.column == row.column)
                        && other.cells.get(i).is_some_and(is_expected)
                });
                (is_expected(cell) && !seen).then_some((place, cell))
            });
            let others = row.other_skills.iter().filter_map(move |cell| {
                let seen = earlier
                    .iter()
                    .any(|o| o.other_skills.iter().any(|c| c.subject == cell.subject));
                (is_expected(cell) && !seen).then_some((Place::Other, cell))
            });
            framed.chain(others)
        });
        each(&mut cells);
    }
}

fn is_expected(cell: &CellFigure) -> bool {
    cell.expected != Expected::No
}

/// Key figures of some rows: what cells alone can tell (definition 7).
pub(super) fn key_line(rows: &[Arc<BoardRow>], of: &[usize], competencies: usize) -> KeyLine {
    let mut key = KeyLine::default();
    for_each_person(rows, of, competencies, |cells| {
        for (place, cell) in cells {
            if matches!(place, Place::Competency(_)) {
                key.completeness.1 += 1;
                key.completeness.0 += u32::from(cell.effective.is_some());
            }
            // Without a target a cell enters nothing more.
            let Target::Points(target) = cell.target else {
                continue;
            };
            key.fresh.1 += 1;
            key.own_mark_only += u32::from(cell.state == CellState::Unvalidated);
            let Some((e, by)) = cell.effective else {
                if matches!(place, Place::Competency(_)) {
                    key.met.1 += 1;
                }
                continue;
            };
            key.fresh.0 += 1;
            if by == By::Manager {
                key.below_target.1 += 1;
                key.below_target.0 += u32::from(cell.state == CellState::Gap);
            }
            if matches!(place, Place::Competency(_)) {
                key.met.1 += 1;
                key.met.0 += u32::from(cell.state == CellState::Met);
                key.attainment_halves.0 += u32::from(e.min(target).halves());
                key.attainment_halves.1 += u32::from(target.halves());
            }
        }
    });
    key
}
