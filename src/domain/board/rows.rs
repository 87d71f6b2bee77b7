//! Rows of the heatmap, and which of them can be taken over from the board before.

use super::{Board, BoardRow};
use crate::domain::cell::{Measure, settle, target_of};
use crate::domain::framework::{Expected, Target};
use crate::domain::ids::{ColumnId, PersonId};
use crate::domain::index::Index;
use crate::domain::mark::{Series, Subject};
use crate::domain::person::Person;
use crate::domain::post::Post;
use crate::domain::team::Team;
use crate::domain::value::Value;
use chrono::NaiveDate;
use std::collections::HashMap;
use std::sync::Arc;

/// What is the same for all rows: the subjects, and targets by column.
pub(super) struct Frame {
    /// Competencies, then critical skills.
    pub subjects: Vec<Subject>,
    /// How many are competencies.
    pub competencies: usize,
    places: HashMap<Subject, usize>,
    /// Targets of the competencies, column by column; then those of the critical skills.
    targets: Vec<(Target, bool)>,
    skill_targets: Vec<(Target, bool)>,
}

impl Frame {
    pub fn new(team: &Team, today: NaiveDate) -> Self {
        let framework = &team.framework;
        let competencies = framework.competencies.len();
        let subjects: Vec<Subject> = framework
            .competencies
            .iter()
            .map(|c| Subject::Competency(c.id.clone()))
            .chain(
                team.base
                    .skills
                    .iter()
                    .filter(|s| s.critical.on(today).is_some_and(|l| l.get().0))
                    .map(|s| Subject::Skill(s.id.clone())),
            )
            .collect();
        let mut targets = Vec::with_capacity(framework.columns.len() * competencies);
        for column in &framework.columns {
            for subject in &subjects[..competencies] {
                targets.push(target_of(team, Some(&column.id), subject, today));
            }
        }
        Self {
            places: subjects.iter().cloned().zip(0..).collect(),
            skill_targets: subjects[competencies..]
                .iter()
                .map(|s| target_of(team, None, s, today))
                .collect(),
            subjects,
            competencies,
            targets,
        }
    }
}

/// All rows: people by name, a person's posts in the team's order.
pub(super) fn rows(
    index: &Index<'_>,
    frame: &Frame,
    before: Option<(&Team, &Board)>,
) -> Vec<Arc<BoardRow>> {
    let kept = before
        .filter(|(team, board)| {
            board.today == index.today
                && Arc::ptr_eq(&team.base, &index.team.base)
                && Arc::ptr_eq(&team.framework, &index.team.framework)
                && Arc::ptr_eq(&team.rights, &index.team.rights)
        })
        .map(|(team, board)| Kept::new(team, board));
    let mut rows = Vec::with_capacity(index.people.len());
    for person in &index.people {
        if let Some(old) = kept.as_ref().and_then(|k| k.rows(person)) {
            rows.extend(old.iter().cloned());
            continue;
        }
        let posts = index.posts_of(&person.id);
        if posts.is_empty() {
            rows.push(Arc::new(row(index, frame, person, None)));
        }
        for post in posts {
            rows.push(Arc::new(row(index, frame, person, Some(post))));
        }
    }
    rows
}

/// Rows of the board before, by person.
struct Kept<'a> {
    board: &'a Board,
    people: HashMap<&'a PersonId, (&'a Arc<Person>, usize, usize)>,
}

impl<'a> Kept<'a> {
    fn new(team: &'a Team, board: &'a Board) -> Self {
        let mut people: HashMap<_, _> = team.people.iter().map(|p| (&p.id, (p, 0, 0))).collect();
        let mut start = 0;
        for chunk in board.rows.chunk_by(|a, b| a.person == b.person) {
            if let Some(entry) = people.get_mut(&chunk[0].person) {
                (entry.1, entry.2) = (start, chunk.len());
            }
            start += chunk.len();
        }
        Self { board, people }
    }

    /// The rows of a person who is the very same value as before.
    fn rows(&self, person: &Arc<Person>) -> Option<&'a [Arc<BoardRow>]> {
        let (old, start, len) = self.people.get(&person.id)?;
        (Arc::ptr_eq(old, person) && *len > 0).then(|| &self.board.rows[*start..start + len])
    }
}

fn row(index: &Index<'_>, frame: &Frame, person: &Person, post: Option<&Post>) -> BoardRow {
    let (team, today) = (index.team, index.today);
    let facts = post.and_then(|p| p.on(today));
    let column = facts.and_then(|f| f.column.get().as_ref());
    let torn = facts.is_some_and(|f| f.column.is_conflict());
    let at = column.and_then(|c| team.framework.column_index(c));
    let series = by_place(frame, person, column);
    let sight = index.sight(&person.id);
    let listed = listed_skills(post, today);
    let cells = frame
        .subjects
        .iter()
        .enumerate()
        .map(|(i, subject)| {
            let measure = match (subject, at) {
                (Subject::Competency(id), Some(c)) => {
                    let place = c * frame.competencies + i;
                    let word = team.framework.cells.get(place);
                    let (expected, settled, unsure) =
                        settle(word.map_or(Expected::No, |w| w.expected), post, id, today);
                    let (target, split) = frame.targets[place];
                    Measure {
                        expected,
                        settled,
                        target,
                        conflict: unsure || split || torn,
                    }
                }
                (Subject::Competency(_), None) => Measure {
                    expected: Expected::No,
                    settled: false,
                    target: Target::None,
                    conflict: torn,
                },
                (Subject::Skill(_), _) => {
                    let (target, split) = frame.skill_targets[i - frame.competencies];
                    let list = listed.iter().find(|(s, _)| *s == subject.as_str());
                    Measure {
                        expected: list.map_or(Expected::No, |_| Expected::Yes),
                        settled: false,
                        target,
                        conflict: split || list.is_some_and(|(_, unsure)| *unsure),
                    }
                }
            };
            sight.figure(person, series[i], subject, measure)
        })
        .collect();
    let other_skills = post.map_or_else(Vec::new, |p| {
        p.skills
            .iter()
            .filter(|(_, list)| list.on(today).is_some_and(|l| l.get().0))
            .map(|(id, _)| Subject::Skill(id.clone()))
            .filter(|s| !frame.places.contains_key(s))
            .map(|s| sight.cell(person, column, post, &s))
            .collect()
    });
    BoardRow {
        person: person.id.clone(),
        name: person.name.get().clone(),
        post: post.map(|p| p.id.clone()),
        column: column.cloned(),
        grade: at.map(|c| team.framework.columns[c].grade),
        area: facts.and_then(|f| f.area.get().clone()),
        manager: index.line_manager(&person.id).cloned(),
        cells,
        other_skills,
    }
}

/// The person's series by position among the subjects: those against the row's column, and those of skills.
fn by_place<'p>(
    frame: &Frame,
    person: &'p Person,
    column: Option<&ColumnId>,
) -> Vec<Option<&'p Series>> {
    let mut places = vec![None; frame.subjects.len()];
    for series in &person.series {
        let fits = match &series.subject {
            Subject::Competency(_) => column.is_some() && series.column.as_ref() == column,
            Subject::Skill(_) => series.column.is_none(),
        };
        if let Some(&i) = fits.then(|| frame.places.get(&series.subject)).flatten() {
            places[i].get_or_insert(series);
        }
    }
    places
}

/// Skills that a post lists on a day, each with whether that is in conflict.
fn listed_skills(post: Option<&Post>, today: NaiveDate) -> Vec<(&str, bool)> {
    post.into_iter()
        .flat_map(|p| &p.skills)
        .filter_map(|(id, list)| {
            list.on(today)
                .filter(|l| l.get().0)
                .map(|l| (id.as_str(), Value::is_conflict(l)))
        })
        .collect()
}
