//! Lines, scrolling and columns.

use super::*;
use crate::domain::board::KeyLine;

/// A matrix of groups with so many rows each, competencies and skills.
fn matrix(groups: &[usize], competencies: usize, skills: usize) -> Matrix {
    let mut next = 0;
    let mut m = Matrix {
        subjects: competencies + skills,
        competencies,
        groups: groups
            .iter()
            .enumerate()
            .map(|(at, &rows)| {
                next += rows;
                Group {
                    label: format!("group {at}"),
                    key: format!("{at}"),
                    rows: (next - rows..next).collect(),
                    needs: Vec::new(),
                    key_line: KeyLine::default(),
                }
            })
            .collect(),
        ..Matrix::new()
    };
    m.flatten();
    m
}

fn view(width: u16, body: u16) -> View {
    View { width, body }
}

#[test]
fn lines_are_heads_then_rows_and_the_bottom_row_last() {
    let m = matrix(&[2, 1], 3, 0);
    assert_eq!(m.lines.len(), 6);
    assert_eq!(m.lines[0], Line::Group(0));
    assert_eq!(m.lines[4], Line::Row { group: 1, row: 2 });
    assert_eq!(m.lines[5], Line::Total);
    assert_eq!(m.scrolling(), 5);
}

#[test]
fn a_closed_group_hides_its_rows_and_keeps_the_cursor_on_its_head() {
    let mut m = matrix(&[2, 3], 3, 0);
    m.line = 5;
    m.toggle_group();
    assert_eq!(m.current(), Some(Line::Group(1)));
    assert_eq!(m.lines.len(), 5);
    m.toggle_group();
    assert_eq!(m.lines.len(), 8);
}

#[test]
fn groups_are_jumped_to_in_both_directions_and_not_beyond() {
    let mut m = matrix(&[2, 3], 3, 0);
    m.line = 1;
    m.jump_group(true);
    assert_eq!(m.current(), Some(Line::Group(1)));
    m.jump_group(true);
    assert_eq!(m.current(), Some(Line::Group(1)));
    m.line = 5;
    m.jump_group(false);
    assert_eq!(m.current(), Some(Line::Group(1)));
    m.jump_group(false);
    m.jump_group(false);
    assert_eq!(m.current(), Some(Line::Group(0)));
}

#[test]
fn the_cursor_is_always_in_view_and_scrolling_is_least() {
    let mut m = matrix(&[30, 30], 11, 6);
    m.line = 40;
    m.keep_in_view(view(80, 10));
    assert_eq!(m.in_view(10), 31..41);
    m.line = 35;
    m.keep_in_view(view(80, 10));
    assert_eq!(m.in_view(10), 31..41, "no scrolling within the view");
    m.line = 3;
    m.keep_in_view(view(80, 10));
    assert_eq!(m.in_view(10), 3..13);
    m.last();
    m.keep_in_view(view(80, 10));
    assert_eq!(m.in_view(10), 52..62);
    m.last();
    assert_eq!(m.current(), Some(Line::Total));
}

#[test]
fn a_taller_view_leaves_no_empty_lines() {
    let mut m = matrix(&[30], 11, 6);
    m.line = 30;
    m.keep_in_view(view(80, 5));
    assert_eq!(m.top, 26);
    m.keep_in_view(view(80, 100));
    assert_eq!(m.top, 0);
}

#[test]
fn columns_scroll_as_far_as_the_cursor_asks() {
    let mut m = matrix(&[3], 11, 6);
    let shape = Shape::new(&m, 80);
    assert_eq!(shape.columns(0), 0..14);
    m.col = 17;
    m.keep_in_view(view(80, 10));
    assert_eq!(shape.columns(m.left).end, 17);
    assert!(shape.columns(m.left).contains(&16));
    m.col = 1;
    m.keep_in_view(view(80, 10));
    assert_eq!(m.left, 0);
}

#[test]
fn a_wide_screen_has_wider_cells_and_every_column() {
    let m = matrix(&[3], 11, 6);
    let shape = Shape::new(&m, 200);
    assert_eq!(shape.cell, 6);
    assert_eq!(shape.columns(0), 0..17);
    assert_eq!(shape.column_at(0, 3), Some(0));
    assert_eq!(shape.column_at(0, shape.x(0, 12) + 2), Some(13));
    assert_eq!(shape.column_at(0, 199), None);
}

#[test]
fn differences_need_one_cell_more() {
    let mut m = matrix(&[3], 11, 6);
    m.mode = Mode::Difference;
    assert_eq!(Shape::new(&m, 80).cell, 5);
}

#[test]
fn no_size_and_no_step_leaves_the_matrix() {
    for (groups, subjects) in [(&[][..], 0), (&[0][..], 1), (&[1, 5][..], 17)] {
        for width in 0..90 {
            for body in 0..12 {
                let mut m = matrix(groups, subjects, 0);
                for by in [1, 3, -2, 100, -100] {
                    m.move_lines(by);
                    m.move_columns(by);
                    m.jump_group(by > 0);
                    m.keep_in_view(view(width, body));
                    assert!(m.line <= m.lines.len());
                    assert!(m.in_view(body).end <= m.scrolling());
                    let shape = Shape::new(&m, width);
                    let columns = shape.columns(m.left);
                    assert!(columns.end <= m.subjects);
                }
            }
        }
    }
}
