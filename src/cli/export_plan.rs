//! `export plan`: a person's plan as Markdown, its columns in the order of the PDP template.

use super::context::{Context, write_out};
use super::find;
use super::report::parts::{Who, who};
use super::report::person_plan::{Objective, PlanReport, screen};
use super::report::{PURPOSE, Report};
use crate::config::Problem;
use crate::domain::succession::FAIRNESS;
use crate::domain::text::counted;
use crate::domain::{Person, Team};
use chrono::NaiveDate;
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// The five columns of the template.
const COLUMNS: [&str; 5] = [
    "Development Objective",
    "Development Activity",
    "What will I be doing differently?",
    "Support Needed?",
    "Date for Achievement",
];

/// A plan that is in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Written {
    /// Whose.
    person: Who,
    /// The file.
    file: String,
}

impl Report for Written {
    const KIND: &'static str = "plan_written";

    fn text(&self) -> String {
        format!(
            "The plan of {} is in {}; whoever can read that file can read it.\n",
            self.person.name, self.file
        )
    }
}

/// Writes the plan.
pub fn plan(context: &Context, typed: &str, file: Option<&Path>) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.readable(&mut store)?;
    let found = find::planner(&team, &context.reading(&team), typed)?;
    let known = store
        .person(&found.id)
        .map_err(|e| context.store_problem("read the plan", e))?;
    let person: &Person = known.as_ref().unwrap_or(found);
    let today = context.settings.today();
    let text = markdown(&team, person, today);
    let Some(file) = file else {
        match context.settings.json {
            // Whoever asks for JSON gets the plan as `show plan` has it.
            true => context.print_team(&screen(&team, person, today), &team)?,
            false => write_out(&text)?,
        }
        return Ok(context.status());
    };
    let what = format!("export to {}", file.display());
    let mut out = std::fs::File::create_new(file).map_err(|e| Problem::of(&what, e))?;
    let written = out.write_all(text.as_bytes()).and_then(|()| out.sync_all());
    written.map_err(|e| Problem::of(&what, e))?;
    context.print(&Written {
        person: who(&team, &person.id),
        file: file.display().to_string(),
    })?;
    Ok(context.status())
}

fn markdown(team: &Team, person: &Person, today: NaiveDate) -> String {
    let PlanReport {
        person: whose,
        plan,
    } = screen(team, person, today);
    let mut out = format!("# Development plan of {}\n\n", cell(&whose.name));
    out += &format!(
        "{}, {today}. {}\n\n",
        cell(&team.base.name),
        match plan.agreed {
            true => "Agreed by both.",
            false => "Not agreed by both.",
        }
    );
    out += &format!("| {} |\n", COLUMNS.join(" | "));
    out += &format!("|{}\n", "---|".repeat(COLUMNS.len()));
    for o in &plan.objectives {
        out += &format!(
            "| {} | {} | {} | {} | {} |\n",
            cell(&first(o)),
            cell(&second(o)),
            cell(&o.difference),
            cell(&o.support),
            dates(o)
        );
    }
    for (n, o) in (1..).zip(&plan.objectives) {
        if o.actions.is_empty() && o.notes.is_empty() {
            continue;
        }
        let count = counted(o.actions.len(), "action", "actions");
        out += &format!("\n## {n}. {} ({count})\n\n", cell(&o.objective));
        for note in &o.notes {
            out += &format!("{}\n\n", cell(&note.line()));
        }
        for a in &o.actions {
            out += &format!("- {}, {}", cell(&a.text), a.state);
            if let Some(day) = a.completion {
                out += &format!(", by {day}");
            }
            out += &format!("{}\n", a.along());
            for note in &a.notes {
                out += &format!("  - {}\n", cell(&note.line()));
            }
            for (label, text) in [
                ("dropped because", &a.reason),
                ("learning", &a.learning),
                ("application", &a.application),
                ("further support", &a.further_support),
            ] {
                if !text.is_empty() {
                    out += &format!("  - {label}: {}\n", cell(text));
                }
            }
        }
    }
    out += &format!("\n{PURPOSE}\n\n{FAIRNESS}\n");
    out
}

/// The objective with what it is linked to.
fn first(o: &Objective) -> String {
    let mut out = format!("{} ({}", o.objective, o.priority);
    if o.state != "open" {
        out += &format!("; {}", o.state);
    }
    if let Some(subject) = &o.subject {
        out += &format!("; {}", subject.name);
    }
    if let Some(post) = &o.post {
        out += &format!("; towards {}", post.name);
    }
    out.push(')');
    if !o.aim.is_empty() {
        out += &format!("\naim: {}", o.aim);
    }
    if !o.reason.is_empty() {
        out += &format!("\ndropped because: {}", o.reason);
    }
    out
}

/// The activity, with the option picked from the framework where it is not the same.
fn second(o: &Objective) -> String {
    match (o.activity.is_empty(), o.option.is_empty()) {
        (false, false) if o.activity != o.option => format!("{}\n{}", o.activity, o.option),
        (true, _) => o.option.clone(),
        _ => o.activity.clone(),
    }
}

fn dates(o: &Objective) -> String {
    let day = |label, day: Option<NaiveDate>| day.map(|d| format!("{label} {d}"));
    let both = [day("review", o.review), day("completion", o.completion)];
    both.into_iter().flatten().collect::<Vec<_>>().join("<br>")
}

/// A text that stays in its cell and means no Markdown.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '\n' => out += "<br>",
            '|' | '*' | '_' | '`' | '#' | '[' | ']' | '<' | '>' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_cell() {
        assert_eq!(cell("a | b\nc *d* <e>"), "a \\| b<br>c \\*d\\* \\<e\\>");
    }
}
