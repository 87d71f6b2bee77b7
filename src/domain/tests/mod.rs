//! Tests of the rules: every example of the definitions that is worked by hand, and the edges beside them.

mod agreement;
mod as_of;
mod cells;
mod compare;
mod coverage;
mod explained;
mod generated;
mod key_line;
mod likelihood;
mod ppd;
mod profile;
mod readiness;
mod succession;
mod talks;
mod what_if;

use super::framework::{Expected, Framework, Target};
use super::generate::synthetic_framework;
use super::ids::*;
use super::mark::{Answer, Mark, MarkKind, Points, Series, Subject};
use super::person::{Detail, Person};
use super::post::{Fte, Holder, Listed, Post, PostFacts, Skill};
use super::team::{Private, Right, Rights, Role, Team, TeamBase};
use super::value::{Claim, Dated, Value};
use chrono::NaiveDate;
use std::sync::Arc;

/// The day of the worked examples.
pub fn today() -> NaiveDate {
    day("2026-11-21")
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn points(text: &str) -> Points {
    text.parse().unwrap()
}

/// The grade 6 column of the tests: 11 competencies `c01` … `c11`, of which `c07` and `c08` depend on the post.
pub const G6: &str = "k4";
/// Names for the competencies that the examples speak of.
pub const SAFETY: &str = "c05";
pub const TEACHING: &str = "c07";
pub const BUDGET: &str = "c09";
pub const PLANNING: &str = "c10";
/// The nine competencies of the grade 6 column that do not depend on the post.
pub const NINE: [&str; 9] = [
    "c01", "c02", "c03", "c04", "c05", "c06", "c09", "c10", "c11",
];
/// Everybody's line manager.
pub const BOSS: &str = "boss";

pub fn framework() -> Framework {
    let mut framework = synthetic_framework();
    let at = framework.column_index(&G6.into()).unwrap() * framework.competencies.len();
    framework.cells[at + 6].expected = Expected::Depends;
    framework
}

pub fn several<T: super::value::Cautious + PartialEq>(values: Vec<T>) -> Value<T> {
    let claims = values.into_iter().zip(1..);
    Value::from_claims(
        claims
            .map(|(value, at)| Claim {
                value,
                author: None,
                at,
            })
            .collect(),
    )
    .unwrap()
}

/// "c05" is a competency, anything else a skill.
pub fn subject(text: &str) -> Subject {
    if text.starts_with('c') && text.len() == 3 {
        Subject::Competency(text.into())
    } else {
        Subject::Skill(text.into())
    }
}

/// A team under construction. Everything is looked up and changed in place.
pub struct Made {
    pub base: TeamBase,
    pub framework: Framework,
    pub rights: Vec<Right>,
    pub succession: Option<Vec<super::post::CriticalPost>>,
    pub people: Vec<Person>,
}

impl Made {
    pub fn new() -> Self {
        Self {
            base: TeamBase::default(),
            framework: framework(),
            rights: vec![],
            succession: None,
            people: vec![],
        }
    }

    pub fn team(&self) -> Team {
        Team {
            base: Arc::new(self.base.clone()),
            framework: Arc::new(self.framework.clone()),
            rights: Arc::new(Rights(self.rights.clone())),
            succession: self.succession.clone().map(Arc::new),
            people: self.people.iter().cloned().map(Arc::new).collect(),
            me: BOSS.into(),
            private: Arc::new(Private::default()),
        }
    }

    pub fn right(&mut self, holder: &str, role: Role, over: &str, from: &str, until: &str) {
        let date = |text: &str| (!text.is_empty()).then(|| day(text));
        self.rights.push(Right {
            holder: holder.into(),
            role,
            over: Some(over.into()),
            from: date(from),
            until: date(until),
        });
    }

    /// A person without a post, under the boss.
    pub fn person(&mut self, id: &str) -> &mut Person {
        self.right(BOSS, Role::Line, id, "", "");
        self.bare(id)
    }

    /// A person without a post and without a line manager.
    pub fn bare(&mut self, id: &str) -> &mut Person {
        self.people.push(Person {
            id: id.into(),
            handle: id.to_owned(),
            name: Value::One(id.to_owned()),
            series: vec![],
            fte: Dated::always(Fte(100)),
            contract_end: Dated::default(),
            notice: Dated::default(),
            horizons: vec![],
            absences: vec![],
            credentials: vec![],
            talks: vec![],
            objectives: vec![],
            not_applicable: vec![],
            heard: None,
            admitted: true,
            complete_from: None,
            detail: Some(Arc::new(Detail::default())),
        });
        self.people.last_mut().unwrap()
    }

    pub fn of(&mut self, id: &str) -> &mut Person {
        self.people
            .iter_mut()
            .find(|p| p.id.as_str() == id)
            .unwrap()
    }

    /// A post on a column, held by some people, that lists some skills.
    pub fn post(
        &mut self,
        id: &str,
        column: Option<&str>,
        holders: &[&str],
        skills: &[&str],
    ) -> &mut Post {
        self.base.posts.push(Post {
            id: id.into(),
            facts: vec![(
                None,
                PostFacts {
                    title: Value::One(id.to_owned()),
                    area: Value::One(None),
                    column: Value::One(column.map(ColumnId::new)),
                    fte: Value::One(Fte(100)),
                    career_to: None,
                },
            )],
            holders: holders
                .iter()
                .map(|&p| Holder {
                    person: p.into(),
                    from: None,
                    until: Value::One(None),
                })
                .collect(),
            skills: skills
                .iter()
                .map(|&s| (SkillId::new(s), Dated::always(Listed(true))))
                .collect(),
            must_haves: vec![],
            depends: vec![],
        });
        self.base.posts.last_mut().unwrap()
    }

    /// A critical skill with a target.
    pub fn skill(&mut self, id: &str, target: &str) -> &mut Skill {
        self.base.skills.push(Skill {
            id: id.into(),
            name: Value::One(id.to_owned()),
            code: id.to_owned(),
            target: Dated::always(Target::Points(points(target))),
            n_min: 2,
            critical: Dated::always(Listed(true)),
        });
        self.base.skills.last_mut().unwrap()
    }

    /// Adds a mark; competencies are marked against the grade 6 column.
    pub fn mark(&mut self, person: &str, about: &str, mark: Mark) {
        let column = matches!(subject(about), Subject::Competency(_)).then(|| G6.into());
        self.mark_against(person, about, column, mark);
    }

    pub fn mark_against(
        &mut self,
        person: &str,
        about: &str,
        column: Option<ColumnId>,
        mark: Mark,
    ) {
        let about = subject(about);
        let all = &mut self.of(person).series;
        let at = all
            .iter()
            .position(|s| s.subject == about && s.column == column);
        let at = at.unwrap_or_else(|| {
            all.push(Series {
                subject: about,
                column,
                marks: vec![],
            });
            all.len() - 1
        });
        all[at].marks.push(mark);
    }

    /// An own mark.
    pub fn own(&mut self, person: &str, about: &str, date: &str, value: &str) {
        self.mark(person, about, mark(MarkKind::Own, person, date, value));
    }

    /// A mark by the boss.
    pub fn boss(&mut self, person: &str, about: &str, date: &str, value: &str) {
        self.mark(person, about, mark(MarkKind::Manager, BOSS, date, value));
    }
}

/// A mark by a rater who typed it. "x" is not observed, "w" withdrawn, "5|6" a conflict.
pub fn mark(kind: MarkKind, rater: &str, date: &str, value: &str) -> Mark {
    let answer = |text: &str| match text {
        "x" => Answer::NotObserved,
        "w" => Answer::Withdrawn,
        number => Answer::Points(points(number)),
    };
    Mark {
        kind,
        rater: rater.into(),
        typist: rater.into(),
        date: day(date),
        entered: 1,
        answer: several(value.split('|').map(answer).collect()),
    }
}

/// The team of four of the definitions: all on the grade 6 column with its two *depends* cells open, each post listing Laser, τ 8.
pub fn team_of_four() -> Made {
    let mut made = Made::new();
    made.skill("laser", "8");
    for id in ["A", "B", "C", "D"] {
        made.person(id);
        made.post(&format!("post {id}"), Some(G6), &[id], &["laser"]);
    }
    let date = "2026-05-01";
    let but = |leave: &'static [&'static str]| {
        ALL.into_iter()
            .filter(|c| !leave.contains(c))
            .collect::<Vec<_>>()
    };
    for c in but(&[BUDGET, PLANNING]) {
        made.boss("A", c, date, "7");
    }
    made.boss("A", BUDGET, date, "6");
    made.own("A", PLANNING, date, "8");
    made.boss("A", "laser", date, "8");
    for c in but(&[SAFETY, TEACHING]) {
        made.boss("B", c, date, "6.5");
    }
    made.boss("B", SAFETY, "2025-11-20", "6.5");
    made.boss("B", TEACHING, "2026-05-01", "7");
    made.boss("B", TEACHING, "2026-11-01", "x");
    made.own("B", "laser", date, "8.5");
    for c in &ALL[..6] {
        made.own("C", c, date, "5");
    }
    made.boss("C", "laser", date, "7");
    for c in ALL {
        made.boss("D", c, date, "7.5");
    }
    made
}

/// All competencies of the test framework.
pub const ALL: [&str; 11] = [
    "c01", "c02", "c03", "c04", "c05", "c06", "c07", "c08", "c09", "c10", "c11",
];
