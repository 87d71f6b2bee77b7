//! `transcribed`: marks that somebody else typed as yours, and your answer to each.

use super::args::{Answer, Transcribed, Which};
use super::context::{Context, write_out};
use super::report::Report;
use super::report::parts::{About, Who, about, day, who};
use super::steps::Done;
use super::{find, unlock};
use crate::config::Problem;
use crate::document::edits;
use crate::domain::{self, Person, Team};
use crate::runtime::dashboard::now_ms;
use crate::store::Store;
use chrono::NaiveDate;
use serde::Serialize;
use std::io::BufRead;
use std::process::ExitCode;

const WHAT: &str = "answer what was typed for you";

/// What waits for an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waiting {
    /// In order of subjects and dates.
    pub marks: Vec<One>,
}

/// One mark.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct One {
    /// About what.
    pub subject: About,
    /// The column whose descriptors were the measure; null for a skill.
    pub column: Option<String>,
    /// Date of judgement.
    pub date: NaiveDate,
    /// In points; null where two different ones were typed.
    pub points: Option<f64>,
    /// Who typed it.
    pub typist: Who,
    /// Where it came from, or empty.
    pub source: String,
}

impl One {
    fn line(&self) -> String {
        let points = self
            .points
            .map_or_else(|| "two different marks".to_owned(), |p| p.to_string());
        let column = self.column.as_ref().map(|c| format!(" ({c})"));
        let mut line = format!(
            "{}{}: {points}, of {}, typed by {}",
            self.subject.name,
            column.unwrap_or_default(),
            day(self.date),
            self.typist.name
        );
        if !self.source.is_empty() {
            line += &format!(" from {}", self.source);
        }
        line
    }
}

impl Report for Waiting {
    const KIND: &'static str = "transcribed";

    fn text(&self) -> String {
        if self.marks.is_empty() {
            return "Nothing that others typed as your own marks waits for your answer.\n"
                .to_owned();
        }
        let mut out = String::from(
            "Typed by others as your own marks; they count until you say otherwise:\n",
        );
        for one in &self.marks {
            out += &format!("  {}\n", one.line());
        }
        out += "Take one as yours: guildhall transcribed accept SUBJECT (or --all)\n\
                Say that it is not: guildhall transcribed dispute SUBJECT\n";
        out
    }
}

fn one(team: &Team, me: &Person, mark: &edits::Transcribed<'_>) -> One {
    let notes = me.detail.iter().flat_map(|d| &d.mark_notes);
    let mut beside = notes.filter(|n| {
        n.subject == *mark.subject
            && n.column.as_ref() == mark.column
            && n.date == mark.mark.date
            && n.rater == me.id
    });
    One {
        subject: about(team, mark.subject),
        column: mark.column.map(ToString::to_string),
        date: mark.mark.date,
        points: match mark.mark.answer.get() {
            domain::Answer::Points(points) if !mark.mark.answer.is_conflict() => {
                Some(points.value())
            }
            _ => None,
        },
        typist: who(team, &mark.mark.typist),
        source: beside.next().map(|n| n.source.clone()).unwrap_or_default(),
    }
}

/// The person of this folder, with detail.
fn own(context: &Context, store: &mut Store, team: &Team) -> Result<Option<Person>, Problem> {
    store
        .person(&team.me)
        .map_err(|e| context.store_problem(WHAT, e))
}

/// Runs the command.
pub fn transcribed(context: &Context, args: &Transcribed) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let me = own(context, &mut store, &team)?;
    let all = me.as_ref().map(edits::transcribed).unwrap_or_default();
    let (which, accept) = match &args.what {
        None => {
            let marks = all
                .iter()
                .filter_map(|m| me.as_ref().map(|me| one(&team, me, m)));
            context.print(&Waiting {
                marks: marks.collect(),
            })?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(Answer::Accept(which)) => (which, true),
        Some(Answer::Dispute(which)) => (which, false),
    };
    let chosen = choose(&team, which, all)?;
    let Some(me) = me.as_ref().filter(|_| !chosen.is_empty()) else {
        return Err(Problem::new(
            WHAT,
            "nothing of that waits for your answer",
            "guildhall transcribed shows what does",
        ));
    };
    let done = save(context, &mut store, &team, me, &chosen, accept)?;
    context.print(&done)?;
    Ok(ExitCode::SUCCESS)
}

fn choose<'a>(
    team: &Team,
    which: &Which,
    all: Vec<edits::Transcribed<'a>>,
) -> Result<Vec<edits::Transcribed<'a>>, Problem> {
    let Some(typed) = &which.subject else {
        return Ok(all);
    };
    let subject = find::subject(team, typed)?;
    Ok(all
        .into_iter()
        .filter(|m| *m.subject == subject && which.date.is_none_or(|d| d == m.mark.date))
        .collect())
}

fn save(
    context: &Context,
    store: &mut Store,
    team: &Team,
    me: &Person,
    marks: &[edits::Transcribed<'_>],
    accept: bool,
) -> Result<Done, Problem> {
    let make = match accept {
        true => edits::accept,
        false => edits::dispute,
    };
    let edit = make(team, me, marks, now_ms()).map_err(|e| Problem::of(WHAT, e))?;
    let committed = store
        .commit(&edit)
        .map_err(|e| context.store_problem(WHAT, e))?;
    Ok(Done {
        done: "saved",
        label: committed.label,
        left: Vec::new(),
    })
}

/// After joining: shows what was typed for the newcomer and, where somebody can answer, asks about each. What `meanwhile` begins goes on
/// until the last answer.
pub fn offer<T>(
    context: &Context,
    store: &mut Store,
    meanwhile: impl FnOnce() -> T,
) -> Result<(), Problem> {
    let team = context.team(store)?;
    let Some(me) = own(context, store, &team)? else {
        return Ok(());
    };
    let all = edits::transcribed(&me);
    if all.is_empty() {
        return Ok(());
    }
    if !unlock::can_ask() {
        let marks: Vec<One> = all.iter().map(|m| one(&team, &me, m)).collect();
        return write_out(&format!("\n{}", Waiting { marks }.text()));
    }
    write_out(
        "\nThese were typed by others as your own marks; they count until you say otherwise.\n",
    )?;
    let _goes_on = meanwhile();
    for mark in &all {
        let question = format!(
            "{}\n  accept it as yours, dispute it, or answer later? [a/d/l] ",
            one(&team, &me, mark).line()
        );
        match answer(&question)? {
            Some(accept) => {
                save(
                    context,
                    store,
                    &team,
                    &me,
                    std::slice::from_ref(mark),
                    accept,
                )?;
            }
            None => continue,
        }
    }
    write_out("guildhall transcribed shows what is left.\n")
}

/// Whether it is accepted; `None` is later.
fn answer(question: &str) -> Result<Option<bool>, Problem> {
    loop {
        write_out(question)?;
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        if read.map_err(|e| Problem::of("the terminal", e))? == 0 {
            return Ok(None);
        }
        match line.trim().to_lowercase().as_str() {
            "a" | "accept" => return Ok(Some(true)),
            "d" | "dispute" => return Ok(Some(false)),
            "" | "l" | "later" => return Ok(None),
            _ => {}
        }
    }
}
