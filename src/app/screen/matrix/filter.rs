//! Which rows a filter keeps.

use crate::domain::board::{Board, BoardRow};
use crate::domain::framework::Expected;
use crate::domain::{Subject, Team};

/// A filter: words that must all match a row, each optionally bound to one thing (`area:physics`, `grade:6`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    words: Vec<(Field, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Any,
    Name,
    Area,
    Grade,
    Column,
    Skill,
}

impl Filter {
    /// Reads a filter; nothing is an error, since it is read while it is typed.
    pub fn parse(text: &str) -> Self {
        let words = text
            .split_whitespace()
            .map(|word| {
                let lower = word.to_lowercase();
                match lower.split_once(':') {
                    Some(("name", rest)) => (Field::Name, rest.to_owned()),
                    Some(("area", rest)) => (Field::Area, rest.to_owned()),
                    Some(("grade", rest)) => {
                        (Field::Grade, rest.trim_start_matches('g').to_owned())
                    }
                    Some(("column", rest)) => (Field::Column, rest.to_owned()),
                    Some(("skill", rest)) => (Field::Skill, rest.to_owned()),
                    _ => (Field::Any, lower),
                }
            })
            .filter(|(_, word)| !word.is_empty())
            .collect();
        Self { words }
    }

    /// Whether a row matches every word.
    pub fn keeps(&self, team: &Team, board: &Board, row: &BoardRow) -> bool {
        self.words.iter().all(|(field, word)| match field {
            Field::Name => in_name(row, word),
            Field::Area => in_area(team, row, word),
            Field::Grade => in_grade(row, word),
            Field::Column => in_column(team, row, word),
            Field::Skill => has_skill(team, board, row, word),
            Field::Any => {
                in_name(row, word)
                    || in_area(team, row, word)
                    || in_column(team, row, word)
                    || has_skill(team, board, row, word)
            }
        })
    }
}

fn in_name(row: &BoardRow, word: &str) -> bool {
    row.name.to_lowercase().contains(word)
}

fn in_area(team: &Team, row: &BoardRow, word: &str) -> bool {
    row.area
        .as_ref()
        .and_then(|id| team.area(id))
        .is_some_and(|area| area.name.to_lowercase().contains(word))
}

fn in_grade(row: &BoardRow, word: &str) -> bool {
    row.grade.is_some_and(|grade| grade.to_string() == word)
}

/// The column's id from its beginning (`g7` keeps `g7s` and `g7m`), or any part of its name or path.
fn in_column(team: &Team, row: &BoardRow, word: &str) -> bool {
    row.column.as_ref().is_some_and(|id| {
        id.as_str().starts_with(word)
            || team.framework.column(id).is_some_and(|column| {
                column.name.to_lowercase().contains(word)
                    || column.path.to_lowercase().contains(word)
            })
    })
}

/// Rows that have a mark for a skill, or whose post lists it.
fn has_skill(team: &Team, board: &Board, row: &BoardRow, word: &str) -> bool {
    board
        .subjects
        .iter()
        .zip(&row.cells)
        .skip(board.competencies)
        .filter(|(_, cell)| {
            cell.expected != Expected::No || cell.own.is_some() || cell.manager.is_some()
        })
        .any(|(subject, _)| match subject {
            Subject::Skill(id) => team.skill(id).is_some_and(|skill| {
                skill.code.to_lowercase() == word || skill.name.get().to_lowercase().contains(word)
            }),
            Subject::Competency(_) => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_read_as_typed() {
        let f = Filter::parse("  Grade:g6 area: Physics ");
        assert_eq!(
            f.words,
            [
                (Field::Grade, "6".to_owned()),
                (Field::Any, "physics".to_owned())
            ]
        );
    }
}
