//! A person beside a post, of any grade or path: competency by competency, skill by skill, must-have by must-have. The same rules as
//! readiness (definition 13), line by line, with what the framework offers for each gap.

use super::cell::{By, CellFigure, CellState, Sight, rights_over};
use super::framework::{Expected, Target};
use super::ids::{ColumnId, PersonId, PostId};
use super::mark::{Points, Subject};
use super::person::{ItemState, Person};
use super::post::Post;
use super::readiness::{MustHaveState, Readiness, readiness_of};
use super::team::Team;
use chrono::NaiveDate;

/// A person beside a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Who.
    pub person: PersonId,
    /// Which post.
    pub post: PostId,
    /// Its column; `None` where the framework does not map it, and then nothing of the framework is asked for.
    pub column: Option<ColumnId>,
    /// Band and counts.
    pub readiness: Readiness,
    /// What the post asks for, in the order of framework, skills, must-haves.
    pub lines: Vec<CompareLine>,
}

/// One thing that the post asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareLine {
    /// What.
    pub asked: Asked,
    /// How the person stands.
    pub stand: Stand,
    /// The cell against the post's column; `None` for a must-have.
    pub figure: Option<CellFigure>,
    /// A fresh mark for the same competency against a column of the person's own posts. It does not count here, since the descriptors
    /// differ, and says where to start the talk.
    pub elsewhere: Option<(ColumnId, Points, By)>,
    /// Development options that the framework offers for it.
    pub options: Vec<String>,
    /// An open objective of the person is about it already.
    pub planned: bool,
}

/// What a post asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A competency of its column, or a specialist skill.
    Subject(Subject),
    /// A must-have: code and name.
    MustHave(String, String),
}

/// How a person stands in what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Validated and at target.
    Met,
    /// At target by the person's own mark: to be validated.
    OwnOnly,
    /// Below target by so many half points; validated or not.
    Gap(u8, By),
    /// No fresh mark against that column or skill.
    NoMark,
    /// The must-have is held, sighted and unexpired.
    Held,
    /// A course is booked for that day.
    Booked(NaiveDate),
    /// Not held, nothing booked.
    Missing,
}

impl Stand {
    /// Whether nothing is missing.
    pub fn is_met(self) -> bool {
        matches!(self, Self::Met | Self::Held)
    }
}

/// Compares a person with a post on a day. What has no target is not asked for.
pub fn compare(team: &Team, person: &Person, post: &Post, today: NaiveDate) -> Comparison {
    let over = rights_over(team, &person.id);
    let sight = Sight {
        team,
        today,
        over: &over,
    };
    let readiness = readiness_of(&sight, person, post);
    let column = post.on(today).and_then(|f| f.column.get().clone());
    let competencies = team.framework.competencies.iter();
    let subjects = competencies
        .map(|c| Subject::Competency(c.id.clone()))
        .chain(post.skills.iter().map(|(id, _)| Subject::Skill(id.clone())));
    let mut lines: Vec<CompareLine> = subjects
        .filter_map(|subject| {
            let figure = sight.cell(person, column.as_ref(), Some(post), &subject);
            (figure.expected != Expected::No && figure.target != Target::None)
                .then(|| subject_line(&sight, person, post, column.as_ref(), figure))
        })
        .collect();
    lines.extend(
        readiness
            .must_haves
            .iter()
            .map(|(code, name, state)| CompareLine {
                asked: Asked::MustHave(code.clone(), name.clone()),
                stand: match state {
                    MustHaveState::Held => Stand::Held,
                    MustHaveState::Booked(day) => Stand::Booked(*day),
                    MustHaveState::Missing => Stand::Missing,
                },
                figure: None,
                elsewhere: None,
                options: Vec::new(),
                planned: open(person, today).any(|o| {
                    o.subject.is_none()
                        && o.post.as_ref() == Some(&post.id)
                        && o.title.get().contains(name.as_str())
                }),
            }),
    );
    Comparison {
        person: person.id.clone(),
        post: post.id.clone(),
        column,
        readiness,
        lines,
    }
}

fn subject_line(
    sight: &Sight<'_>,
    person: &Person,
    post: &Post,
    column: Option<&ColumnId>,
    figure: CellFigure,
) -> CompareLine {
    let (team, today) = (sight.team, sight.today);
    let stand = match (figure.effective, figure.gap) {
        (None, _) => Stand::NoMark,
        (Some((_, by)), Some(gap)) if gap > 0 => Stand::Gap(gap, by),
        (Some((_, By::Manager)), _) => Stand::Met,
        (Some((_, By::Own)), _) => Stand::OwnOnly,
    };
    let options = match &figure.subject {
        Subject::Competency(id) => team.framework.grid_line(id),
        Subject::Skill(_) => None,
    };
    let planned = open(person, today).any(|o| {
        o.subject.as_ref() == Some(&figure.subject) && o.post.as_ref().is_none_or(|p| p == &post.id)
    });
    CompareLine {
        asked: Asked::Subject(figure.subject.clone()),
        stand,
        elsewhere: elsewhere(sight, person, column, &figure),
        options: options.map_or_else(Vec::new, |line| line.options.clone()),
        planned,
        figure: Some(figure),
    }
}

/// Open objectives.
fn open(person: &Person, today: NaiveDate) -> impl Iterator<Item = &super::person::Objective> {
    person.objectives.iter().filter(move |o| {
        let state = o.states.on(today).map(|s| *s.get());
        state.is_none_or(|s| s == ItemState::Open)
    })
}

/// The mark that the person has for the competency in a post of their own on another column.
fn elsewhere(
    sight: &Sight<'_>,
    person: &Person,
    column: Option<&ColumnId>,
    figure: &CellFigure,
) -> Option<(ColumnId, Points, By)> {
    if figure.state != CellState::Unassessed && figure.state != CellState::Stale {
        return None;
    }
    let held = sight.team.base.posts.iter().filter(|p| {
        let mut holders = p.holders.iter();
        holders.any(|h| h.person == person.id && h.on(sight.today))
    });
    held.filter_map(|p| Some((p, p.on(sight.today)?.column.get().clone()?)))
        .filter(|(_, own)| Some(own) != column)
        .find_map(|(p, own)| {
            let cell = sight.cell(person, Some(&own), Some(p), &figure.subject);
            let (points, by) = cell.effective?;
            Some((own, points, by))
        })
}
