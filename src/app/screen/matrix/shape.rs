//! How wide names and cells are, and which subjects fit.

use super::{Matrix, Mode};
use std::ops::Range;

/// Widths of the matrix at a width of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Width of all.
    pub width: u16,
    /// Width of names, with the grade where `grades`.
    pub names: u16,
    /// Whether the grade stands behind the name.
    pub grades: bool,
    /// Width of a cell, its sign included.
    pub cell: u16,
    subjects: usize,
    competencies: usize,
}

/// Blank columns between competencies and skills.
const BETWEEN: u16 = 2;

impl Shape {
    /// Names get what cells leave, within limits; cells are 4 wide (5 for differences) and up to 6 where there is room.
    pub fn new(matrix: &Matrix, width: u16) -> Self {
        let least = if matrix.mode == Mode::Difference {
            5
        } else {
            4
        };
        let count = u16::try_from(matrix.subjects).unwrap_or(u16::MAX).max(1);
        let (names, grades) = match width {
            0..40 => (width / 2, false),
            40..76 => (16, false),
            76..100 => (20, true),
            100..160 => (25, true),
            _ => (32, true),
        };
        let room = width.saturating_sub(names + BETWEEN);
        Self {
            width,
            names,
            grades,
            cell: (room / count).clamp(least, 6),
            subjects: matrix.subjects,
            competencies: matrix.competencies,
        }
    }

    /// The subjects in view when `left` is the first.
    pub fn columns(&self, left: usize) -> Range<usize> {
        let mut end = left;
        while end < self.subjects && self.x(left, end) + self.cell <= self.width {
            end += 1;
        }
        left.min(end)..end
    }

    /// Where a subject's cell begins, from the matrix's left edge.
    pub fn x(&self, left: usize, subject: usize) -> u16 {
        let between = if left < self.competencies && subject >= self.competencies {
            BETWEEN
        } else {
            0
        };
        let cells = u16::try_from(subject.saturating_sub(left)).unwrap_or(u16::MAX);
        self.names
            .saturating_add(between)
            .saturating_add(cells.saturating_mul(self.cell))
    }

    /// The cursor column (0 is the name) at a distance from the left edge; `None` beside every column.
    pub fn column_at(&self, left: usize, x: u16) -> Option<usize> {
        if x < self.names {
            return Some(0);
        }
        self.columns(left)
            .find(|&subject| {
                (self.x(left, subject)..self.x(left, subject) + self.cell).contains(&x)
            })
            .map(|subject| subject + 1)
    }
}
