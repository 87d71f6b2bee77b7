//! Rows in groups with pooled figures.

use super::{Board, BoardRow, Group, Grouping};
use crate::domain::ids::PersonId;
use crate::domain::team::Team;
use std::collections::BTreeMap;

/// Sort key of a group: what has none comes last.
type Order = (bool, u32, String, String);

pub(super) fn groups(
    board: &Board,
    team: &Team,
    by: Grouping,
    keep: &dyn Fn(&BoardRow) -> bool,
) -> Vec<Group> {
    let mut found: BTreeMap<Order, (String, Vec<usize>)> = BTreeMap::new();
    let mut names: BTreeMap<PersonId, String> = BTreeMap::new();
    for (i, row) in board.rows.iter().enumerate().filter(|(_, r)| keep(r)) {
        let (order, label) = match by {
            Grouping::Area => area(team, row),
            Grouping::Manager => manager(team, row, &mut names),
            Grouping::Grade => grade(row),
        };
        found
            .entry(order)
            .or_insert_with(|| (label, Vec::new()))
            .1
            .push(i);
    }
    found
        .into_iter()
        .map(|((_, _, _, key), (label, rows))| Group {
            label,
            key,
            needs: board.needs_of(team, &rows),
            key_line: board.key_line_of(team, &rows),
            rows,
        })
        .collect()
}

fn area(team: &Team, row: &BoardRow) -> (Order, String) {
    match row.area.as_ref() {
        Some(id) => {
            let (order, name) = team
                .area(id)
                .map_or((u32::MAX, id.to_string()), |a| (a.order, a.name.clone()));
            let key = format!("area:{id}");
            ((false, order, name.to_lowercase(), key), name)
        }
        None => last("area:", "No area"),
    }
}

fn manager(team: &Team, row: &BoardRow, names: &mut BTreeMap<PersonId, String>) -> (Order, String) {
    match row.manager.as_ref() {
        Some(id) => {
            let name = names.entry(id.clone()).or_insert_with(|| {
                team.person(id)
                    .map_or_else(|| id.to_string(), |p| p.name.get().clone())
            });
            let key = format!("manager:{id}");
            ((false, 0, name.to_lowercase(), key), name.clone())
        }
        None => last("manager:", "No line manager"),
    }
}

fn grade(row: &BoardRow) -> (Order, String) {
    match row.grade {
        Some(grade) => {
            let key = format!("grade:{grade}");
            ((false, grade, String::new(), key), format!("Grade {grade}"))
        }
        None => last("grade:", "Without a column"),
    }
}

fn last(key: &str, label: &str) -> (Order, String) {
    (
        (true, u32::MAX, String::new(), key.to_owned()),
        label.to_owned(),
    )
}
