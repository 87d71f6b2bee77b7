//! Succession, what if and Compare through the real update loop: every picture is a snapshot, and beside each stands one fact that is
//! checked against the board.

#[path = "../common/mod.rs"]
mod common;

mod compare;
mod safety;
mod succession;
mod what_if;

use common::drive::{Drive, today};
use guildhall::app::Screen;
use guildhall::app::overlay::Overlay;
use guildhall::domain::generate::{generate, synthetic_framework};
use guildhall::domain::{PersonId, Team};
use std::sync::Arc;

/// The sizes that are drawn.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 30), (200, 50)];

fn team(people: usize) -> Team {
    generate(Arc::new(synthetic_framework()), people, 7, today())
}

fn drive(people: usize, size: (u16, u16)) -> Drive {
    Drive::new(Arc::new(team(people)), size)
}

/// Types a text, character by character.
fn typed(d: &mut Drive, text: &str) {
    for c in text.chars() {
        let name = match c {
            ' ' => "space".to_owned(),
            c => c.to_string(),
        };
        d.keys(&name);
    }
}

fn name_of(d: &Drive, id: &PersonId) -> String {
    d.state.team.person(id).unwrap().name.get().clone()
}

/// The edit that the last effect saves.
fn last_edit(d: &Drive) -> guildhall::document::Edit {
    match d.effects.last() {
        Some(guildhall::app::Effect::Commit(edit)) => edit.clone(),
        other => panic!("nothing was saved: {other:?}"),
    }
}
