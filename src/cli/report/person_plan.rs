//! A person's development plan in the columns of its template.

use super::Report;
use super::actions::state_name;
use super::parts::{About, Count, Named, Who, about, day, day_or_dash, post, who};
use crate::app::screen::entries::wrap;
use crate::domain::actions::{AgreementState, agreed_by, agreement_on, plan_agreed, progress};
use crate::domain::person::{self, Detail, ItemState, Priority, Side};
use crate::domain::plan_words::{notes_on, reason_for};
use crate::domain::{Dated, Person, Team};
use chrono::NaiveDate;
use serde::Serialize;

/// The plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Every open objective agreed by both sides, and at least one.
    pub agreed: bool,
    /// Objectives in order.
    pub objectives: Vec<Objective>,
}

/// One objective.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Objective {
    /// Column 1: development objective.
    pub objective: String,
    /// Column 2: development activity.
    pub activity: String,
    /// Column 3: what will be different.
    pub difference: String,
    /// Column 4: support needed.
    pub support: String,
    /// Column 5: review.
    pub review: Option<NaiveDate>,
    /// Column 5: completion.
    pub completion: Option<NaiveDate>,
    /// "gap" or "strength".
    pub priority: &'static str,
    /// Competency or skill served.
    pub subject: Option<About>,
    /// Post that it leads towards.
    pub post: Option<Named>,
    /// Aim of the university that it serves, or empty.
    pub aim: String,
    /// Development option picked from the framework, or empty.
    pub option: String,
    /// "open", "to-discuss", "closed" or "dropped".
    pub state: &'static str,
    /// Why it was dropped, or empty.
    pub reason: String,
    /// How the agreement stands.
    pub agreement: Agreement,
    /// Actions done / actions that are not dropped.
    pub done: Count,
    /// Notes on how far it is, newest first.
    pub notes: Vec<Note>,
    /// Its actions in order.
    pub actions: Vec<Action>,
}

/// How an agreement stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// "none", "one-side", "both", "earlier-text" or "reported".
    pub state: &'static str,
    /// "technician" or "manager" where one side is meant.
    pub side: Option<&'static str>,
    /// Since when, where both agreed or somebody reported it.
    pub on: Option<NaiveDate>,
    /// Who agreed, to what stands or to the earlier text.
    pub by: Vec<Who>,
}

/// A note on how far something is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Its day.
    pub date: NaiveDate,
    /// Whose it is.
    pub by: Who,
    /// Who wrote it down, where that was somebody else.
    pub typist: Option<Who>,
    /// What it says.
    pub text: String,
}

impl Note {
    /// One line.
    pub fn line(&self) -> String {
        let typist = self.typist.as_ref();
        let typist = typist.map_or_else(String::new, |t| format!(", entered by {}", t.name));
        format!("{} {}{typist}: {}", day(self.date), self.by.name, self.text)
    }
}

/// One action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Action {
    /// What is to be done.
    pub text: String,
    /// Completion date.
    pub completion: Option<NaiveDate>,
    /// 0 to 100 as typed.
    pub progress: u8,
    /// "open", "to-discuss", "closed" or "dropped".
    pub state: &'static str,
    /// Why it was dropped, or empty.
    pub reason: String,
    /// Notes on how far it is, newest first.
    pub notes: Vec<Note>,
    /// What was learned, or empty.
    pub learning: String,
    /// How it is applied, or empty.
    pub application: String,
    /// What support is needed further, or empty.
    pub further_support: String,
}

impl Action {
    /// How far along it is, behind other words; of what is over nobody asks.
    pub fn along(&self) -> String {
        match self.state {
            "open" => format!(", {} %", self.progress),
            _ => String::new(),
        }
    }
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Technician => "technician",
        Side::Manager => "manager",
    }
}

fn agreed(team: &Team, objective: &person::Objective, today: NaiveDate) -> Agreement {
    let by = agreed_by(objective, today).into_iter();
    let by: Vec<Who> = by.map(|id| who(team, id)).collect();
    let of = |state, side, on| Agreement {
        state,
        side,
        on,
        by: by.clone(),
    };
    match &agreement_on(objective, today) {
        AgreementState::None => of("none", None, None),
        AgreementState::OneSide(s) => of("one-side", Some(side(*s)), None),
        AgreementState::Both(on) => of("both", None, Some(*on)),
        AgreementState::EarlierText(s) => of("earlier-text", Some(side(*s)), None),
        AgreementState::BothEarlier => of("earlier-text", None, None),
        AgreementState::Reported(on) => of("reported", None, Some(*on)),
    }
}

fn state_on(states: &Dated<ItemState>, today: NaiveDate) -> &'static str {
    state_name(states.on(today).map_or(ItemState::Open, |s| *s.get()))
}

/// Why what is dropped was dropped.
fn reason(detail: &Detail, item: &str, states: &Dated<ItemState>, today: NaiveDate) -> String {
    match states.entry_on(today) {
        Some((since, state)) if *state.get() == ItemState::Dropped => {
            reason_for(&detail.drop_reasons, item, since).to_owned()
        }
        _ => String::new(),
    }
}

fn notes(team: &Team, detail: &Detail, item: &str, today: NaiveDate) -> Vec<Note> {
    let all = notes_on(&detail.progress_notes, item, today).into_iter();
    all.map(|n| Note {
        date: n.date,
        by: who(team, &n.by),
        typist: n.typist.as_ref().map(|id| who(team, id)),
        text: n.text.clone(),
    })
    .collect()
}

/// Makes the plan part.
pub fn plan(team: &Team, person: &Person, detail: &Detail, today: NaiveDate) -> Plan {
    Plan {
        agreed: plan_agreed(person, today),
        objectives: person
            .objectives
            .iter()
            .map(|o| {
                let text = detail
                    .objective_texts
                    .iter()
                    .find(|t| t.id == o.id.as_str())
                    .cloned()
                    .unwrap_or_default();
                Objective {
                    objective: o.title.get().clone(),
                    activity: text.activity,
                    difference: text.difference,
                    support: text.support,
                    review: *o.review.get(),
                    completion: *o.completion.get(),
                    priority: match o.priority.get() {
                        Priority::Gap => "gap",
                        Priority::Strength => "strength",
                    },
                    subject: o.subject.as_ref().map(|s| about(team, s)),
                    post: o.post.as_ref().map(|id| post(team, id, today)),
                    aim: text.aim,
                    option: text.option,
                    state: state_on(&o.states, today),
                    reason: reason(detail, o.id.as_str(), &o.states, today),
                    agreement: agreed(team, o, today),
                    done: progress(&o.actions, today).into(),
                    notes: notes(team, detail, o.id.as_str(), today),
                    actions: o
                        .actions
                        .iter()
                        .map(|a| {
                            let said = detail.action_texts.iter();
                            let said = said.clone().find(|t| t.id == a.id.as_str()).cloned();
                            let said = said.unwrap_or_default();
                            Action {
                                text: a.text.get().clone(),
                                completion: *a.completion.get(),
                                progress: a.progress.get().0,
                                state: state_on(&a.states, today),
                                reason: reason(detail, a.id.as_str(), &a.states, today),
                                notes: notes(team, detail, a.id.as_str(), today),
                                learning: said.learning,
                                application: said.application,
                                further_support: said.further_support,
                            }
                        })
                        .collect(),
                }
            })
            .collect(),
    }
}

impl Plan {
    /// As lines.
    pub fn text(&self) -> String {
        let mut out = format!(
            "Plan, {}\n",
            if self.agreed {
                "agreed by both"
            } else {
                "not agreed by both"
            }
        );
        for (n, o) in (1..).zip(&self.objectives) {
            let head = format!(
                "{n}. {} ({}, {}), completion {}",
                o.objective,
                o.priority,
                o.state,
                day_or_dash(o.completion)
            );
            paragraph(&mut out, 2, &head);
            for (label, text) in [
                ("dropped because", &o.reason),
                ("activity", &o.activity),
                ("difference", &o.difference),
                ("support", &o.support),
                ("aim", &o.aim),
            ] {
                if !text.is_empty() {
                    paragraph(&mut out, 4, &format!("{label}: {text}"));
                }
            }
            let by: Vec<&str> = o.agreement.by.iter().map(|w| w.name.as_str()).collect();
            out += &match (o.agreement.state, o.agreement.side, o.agreement.on) {
                ("both", _, Some(on)) => format!("    agreed by both {}\n", day(on)),
                ("reported", _, Some(on)) => format!("    agreement reported {}\n", day(on)),
                ("one-side", Some(side), _) => format!("    agreed by the {side}\n"),
                ("earlier-text", Some(side), _) => {
                    format!("    the {side} agreed to an earlier text\n")
                }
                ("earlier-text", None, _) => {
                    format!("    agreed by {} to an earlier text\n", by.join(" and "))
                }
                _ => String::new(),
            };
            for note in &o.notes {
                paragraph(&mut out, 4, &note.line());
            }
            for (m, a) in (1..).zip(&o.actions) {
                let head = format!(
                    "action {n}.{m}: {}, {}{}, {}",
                    a.text,
                    day_or_dash(a.completion),
                    a.along(),
                    a.state
                );
                paragraph(&mut out, 4, &head);
                for note in &a.notes {
                    paragraph(&mut out, 6, &note.line());
                }
                for (label, text) in [
                    ("dropped because", &a.reason),
                    ("learning", &a.learning),
                    ("application", &a.application),
                    ("further support", &a.further_support),
                ] {
                    if !text.is_empty() {
                        paragraph(&mut out, 6, &format!("{label}: {text}"));
                    }
                }
            }
        }
        if self.objectives.is_empty() {
            out += "  no objectives yet\n";
        }
        out
    }
}

/// Columns that every terminal has: what is longer would go on at its left edge.
const WIDTH: usize = 80;

/// A text with its label. Whatever does not fit beside it, or is a line of its own, goes on further in.
fn paragraph(out: &mut String, indent: usize, text: &str) {
    let room = WIDTH - indent - 2;
    let lines = text.split('\n').flat_map(|line| wrap(line, room));
    for (at, line) in lines.enumerate() {
        let indent = if at == 0 { indent } else { indent + 2 };
        *out += format!("{:indent$}{line}", "").trim_end();
        out.push('\n');
    }
}

/// A person's plan, as a screen of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanReport {
    /// Whose.
    pub person: Who,
    /// The plan.
    pub plan: Plan,
}

impl Report for PlanReport {
    const KIND: &'static str = "plan";

    fn text(&self) -> String {
        format!("{}\n{}", self.person.name, self.plan.text())
    }
}

/// Makes it.
pub fn screen(team: &Team, person: &Person, today: NaiveDate) -> PlanReport {
    let none = Detail::default();
    let detail = person.detail.as_deref().unwrap_or(&none);
    PlanReport {
        person: who(team, &person.id),
        plan: plan(team, person, detail, today),
    }
}
