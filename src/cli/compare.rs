//! `compare`: a person beside a post; with `--plan` its gaps become objectives, in one step.

use super::args::Compare;
use super::context::Context;
use super::edit::{refused, save};
use super::find;
use super::report::compare::report;
use crate::config::Problem;
use crate::document::edits::{self, NewObjective};
use crate::domain::compare::{Asked, CompareLine, Comparison, compare as compared};
use crate::domain::{Subject, Team};
use crate::runtime::dashboard::now_ms;
use chrono::NaiveDate;
use std::process::ExitCode;

/// Prints the comparison, or saves objectives.
pub fn compare(context: &Context, args: &Compare) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.readable(&mut store)?;
    let today = context.settings.today();
    let who = find::judged(&team, &context.reading(&team), &args.person)?;
    let post = find::post(&team, &args.post, today)?;
    let found = compared(&team, who, post, today);
    if args.plan.is_empty() {
        context.print_team(&report(&team, &found, today), &team)?;
        return Ok(context.status());
    }
    let mut wanted = Vec::new();
    for typed in &args.plan {
        wanted.push(objective(&team, &found, typed, today)?);
    }
    let edit = edits::new_objectives(&team, &who.id, &wanted, today, now_ms())
        .map_err(|e| refused(&format!("the plan of {}", who.name.get()), &e))?;
    save(context, &mut store, &edit)
}

/// The objective for a gap as it was typed: `budget`, `budget:2` or `rps`.
fn objective(
    team: &Team,
    found: &Comparison,
    typed: &str,
    today: NaiveDate,
) -> Result<NewObjective, Problem> {
    let (name, option) = match typed.rsplit_once(':') {
        Some((name, n)) => (name, Some(n)),
        None => (typed, None),
    };
    let line = line(team, found, name)?;
    let what = || format!("--plan {typed}");
    if line.stand.is_met() {
        return Err(Problem::new(
            what(),
            "nothing is missing there",
            "choose a gap; the comparison lists them",
        ));
    }
    let option = match option {
        None => 0,
        Some(n) => n
            .parse::<usize>()
            .ok()
            .and_then(|n| n.checked_sub(1))
            .filter(|n| *n < line.options.len())
            .ok_or_else(|| {
                Problem::new(
                    what(),
                    format!("there is no option {n}: {} are offered", line.options.len()),
                    "the comparison lists them with their numbers",
                )
            })?,
    };
    Ok(NewObjective::for_gap(
        team,
        &found.post,
        line,
        line.options.get(option).map(String::as_str),
        today,
    ))
}

fn line<'a>(team: &Team, found: &'a Comparison, name: &str) -> Result<&'a CompareLine, Problem> {
    let must_have = found.lines.iter().find(|l| match &l.asked {
        Asked::MustHave(code, _) => code == name,
        Asked::Subject(_) => false,
    });
    if let Some(line) = must_have {
        return Ok(line);
    }
    let subject: Subject = find::subject(team, name)?;
    let asked = Asked::Subject(subject);
    found
        .lines
        .iter()
        .find(|l| l.asked == asked)
        .ok_or_else(|| {
            Problem::new(
                format!("--plan {name}"),
                "the post does not ask for it",
                "choose a gap; the comparison lists them",
            )
        })
}
