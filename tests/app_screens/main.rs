//! Person, Framework, help, palette, forms and the shell through the real update loop. Every picture is a snapshot, and beside each
//! stands one fact that is checked against the state.

#[path = "../common/mod.rs"]
mod common;

mod forms;
mod overlays;
mod safety;
mod sample;
mod screens;
mod shell;

use common::drive::{Drive, today};
use guildhall::domain::Team;
use guildhall::domain::generate::{generate, synthetic_framework};
use guildhall::domain::team::Role;
use std::sync::Arc;

/// The sizes that are drawn.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 30), (200, 50)];

fn team(people: usize) -> Team {
    generate(Arc::new(synthetic_framework()), people, 7, today())
}

/// A team on the machine of a line manager, so that marks of others can be given.
fn managed(people: usize) -> Team {
    let mut team = team(people);
    let manager = team
        .rights
        .0
        .iter()
        .find(|r| r.role == Role::Line && r.on(today()))
        .map(|r| r.holder.clone())
        .expect("the generator names line managers");
    team.me = manager;
    team
}

fn drive(people: usize, size: (u16, u16)) -> Drive {
    Drive::new(Arc::new(team(people)), size)
}

/// Types a text, character by character.
fn typed(d: &mut Drive, text: &str) {
    for c in text.chars() {
        let name = if c == ' ' {
            "space".to_owned()
        } else {
            c.to_string()
        };
        d.keys(&name);
    }
}

/// Puts the Heatmap's cursor on the first person whom this machine's owner may judge and who is not the owner, on the first cell
/// that takes a mark.
fn to_judged_cell(d: &mut Drive) -> guildhall::domain::PersonId {
    let team = d.state.team.clone();
    let row = d
        .state
        .board
        .rows
        .iter()
        .find(|r| team.rights.may_validate(&team.me, &r.person, today()) && r.column.is_some())
        .expect("somebody to judge")
        .clone();
    let cell = row
        .cells
        .iter()
        .find(|c| c.state != guildhall::domain::cell::CellState::NotApplicable)
        .expect("a cell that is expected");
    guildhall::app::screen::heatmap::show(&mut d.state, &row.person, Some(&cell.subject));
    row.person.clone()
}
