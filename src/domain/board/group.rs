//! Rows in groups with pooled figures.

use super::{Board, BoardRow, Group, Grouping};
use crate::domain::ids::{AreaId, PersonId};
use crate::domain::team::Team;
use std::collections::{BTreeMap, BTreeSet};

/// Sort key of a group: what has none comes last.
type Order = (bool, u32, String, String);

/// What a group is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of<'a> {
    Area(Option<&'a AreaId>),
    Manager(Option<&'a PersonId>),
    Grade(Option<u32>),
}

pub(super) fn groups(
    board: &Board,
    team: &Team,
    by: Grouping,
    keep: &dyn Fn(&BoardRow) -> bool,
) -> Vec<Group> {
    let mut found: BTreeMap<Of<'_>, Vec<usize>> = BTreeMap::new();
    for (i, row) in board.rows.iter().enumerate().filter(|(_, r)| keep(r)) {
        let of = match by {
            Grouping::Area => Of::Area(row.area.as_ref()),
            Grouping::Manager => Of::Manager(row.manager.as_ref()),
            Grouping::Grade => Of::Grade(row.grade),
        };
        found.entry(of).or_default().push(i);
    }
    let managers = names(team, found.keys().copied());
    // Names are looked up and put in order once for each group, not for each row.
    let mut found: Vec<(Order, String, Vec<usize>)> = found
        .into_iter()
        .map(|(of, rows)| {
            let (order, label) = match of {
                Of::Area(id) => area(team, id),
                Of::Manager(id) => manager(&managers, id),
                Of::Grade(grade) => by_grade(grade),
            };
            (order, label, rows)
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
        .into_iter()
        .map(|((_, _, _, key), label, rows)| Group {
            label,
            key,
            needs: board.needs_of(team, &rows),
            key_line: board.key_line_of(team, &rows),
            rows,
        })
        .collect()
}

/// Names of the managers among some groups.
fn names<'t, 'o>(
    team: &'t Team,
    groups: impl Iterator<Item = Of<'o>>,
) -> BTreeMap<&'t PersonId, &'t str> {
    let wanted: BTreeSet<&PersonId> = groups
        .filter_map(|of| match of {
            Of::Manager(id) => id,
            _ => None,
        })
        .collect();
    if wanted.is_empty() {
        return BTreeMap::new();
    }
    let named = team.people.iter().filter(|p| wanted.contains(&p.id));
    named.map(|p| (&p.id, p.name.get().as_str())).collect()
}

fn area(team: &Team, id: Option<&AreaId>) -> (Order, String) {
    match id {
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

fn manager(names: &BTreeMap<&PersonId, &str>, id: Option<&PersonId>) -> (Order, String) {
    match id {
        Some(id) => {
            let name = names.get(id).copied().unwrap_or(id.as_str());
            let key = format!("manager:{id}");
            ((false, 0, name.to_lowercase(), key), name.to_owned())
        }
        None => last("manager:", "No line manager"),
    }
}

fn by_grade(grade: Option<u32>) -> (Order, String) {
    match grade {
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
