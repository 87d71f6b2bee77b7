//! Overview and Heatmap through the real update loop: every picture is a snapshot, and beside each stands one fact that is checked
//! against the board itself.

#[path = "../common/mod.rs"]
mod common;

mod heatmap;
mod overview;
mod reading;
mod safety;

use common::drive::{Drive, today};
use guildhall::app::event::{Effect, Event, Mouse, MouseKind};
use guildhall::app::look::{Depth, Look};
use guildhall::app::overlay::Overlay;
use guildhall::app::screen::matrix::{Line, Mode};
use guildhall::app::screen::overview::Pane;
use guildhall::app::{Screen, State};
use guildhall::domain::board::{BoardRow, Grouping};
use guildhall::domain::cell::CellFigure;
use guildhall::domain::generate::{generate, synthetic_framework};
use guildhall::domain::mark::{Answer, Mark, MarkKind, Series};
use guildhall::domain::team::{Private, Rights, Role};
use guildhall::domain::{PersonId, Points, Subject, Team, Value};
use std::sync::Arc;

fn team(people: usize) -> Team {
    generate(Arc::new(synthetic_framework()), people, 7, today())
}

fn drive(people: usize, size: (u16, u16)) -> Drive {
    Drive::new(Arc::new(team(people)), size)
}

fn row(state: &State) -> &BoardRow {
    let at = state
        .heatmap
        .matrix
        .current_row()
        .expect("the cursor is on a person");
    &state.board.rows[at]
}

fn figure(state: &State) -> &CellFigure {
    &row(state).cells[state.heatmap.matrix.current_subject().unwrap()]
}

/// What stands under the terminal's cursor, up to the next blank.
fn under_cursor(drive: &Drive) -> String {
    let (buffer, cursor) = drive.draw();
    let (x, y) = cursor.expect("the cursor is shown");
    (x..buffer.area.right())
        .map(|x| buffer[(x, y)].symbol().to_owned())
        .take_while(|s| s != " ")
        .collect()
}

/// The number that a mode should show for a figure, made without the code that draws it.
fn expected_text(figure: &CellFigure, mode: Mode) -> Option<String> {
    let half = |halves: i32| {
        let whole = halves.abs() / 2;
        let part = if halves % 2 == 0 { "" } else { ".5" };
        let sign = match (mode, halves) {
            (Mode::Difference, 1..) => "+",
            (Mode::Difference, ..=-1) => "−",
            _ => "",
        };
        format!("{sign}{whole}{part}")
    };
    match mode {
        Mode::Mark => figure.effective.map(|(p, _)| half(i32::from(p.halves()))),
        Mode::Gap => figure.gap.map(|g| half(i32::from(g))),
        Mode::Difference => figure.divergence.map(|d| half(i32::from(d))),
        Mode::State => None,
    }
}
