//! `show`: what a screen shows, as text or JSON, for today or an earlier day.

use super::args::{Days, GroupBy, Show};
use super::context::Context;
use super::find;
use super::report::actions::{self, ActionsReport};
use super::report::as_of::{OfDay, since};
use super::report::{Report, framework, heatmap, overview, person, person_plan, succession};
use crate::config::Problem;
use crate::domain::as_of::as_of;
use crate::domain::board::{Board, Grouping};
use crate::domain::reading::Reading;
use crate::domain::{Person, Team};
use crate::store::Store;
use std::process::ExitCode;

/// Prints what was asked for.
pub fn show(context: &Context, what: &Show) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    match what {
        Show::Overview { days } => {
            of_day(context, &mut store, days, overview::overview)?;
        }
        Show::Heatmap { group, days } => {
            let by = match group {
                GroupBy::Area => Grouping::Area,
                GroupBy::Manager => Grouping::Manager,
                GroupBy::Grade => Grouping::Grade,
            };
            let report = |team: &Team, board: &Board, reading: &Reading| {
                heatmap::heatmap(team, board, reading, by)
            };
            of_day(context, &mut store, days, report)?;
        }
        Show::Succession { days } => {
            of_day(context, &mut store, days, succession::screen)?;
        }
        Show::Actions => {
            let (team, board) = context.board(&mut store)?;
            let reading = context.reading(&team);
            let mut without_aim = Vec::new();
            for person in team.people.iter().filter(|p| reading.plan(&p.id)) {
                let known = store
                    .person(&person.id)
                    .map_err(|e| context.store_problem("read the plans", e))?;
                let known = known.as_ref().unwrap_or(person);
                let today = context.settings.today();
                without_aim.extend(actions::without_aim(&team, known, today));
            }
            let report = ActionsReport {
                actions: actions::actions(&team, &board, &reading),
                without_aim,
            };
            context.print_team(&report, &team)?;
        }
        Show::Plan { person: typed } => {
            let team = context.readable(&mut store)?;
            let found = find::planner(&team, &context.reading(&team), typed)?;
            let known = store
                .person(&found.id)
                .map_err(|e| context.store_problem("read the plan", e))?;
            let today = context.settings.today();
            let report = person_plan::screen(&team, known.as_ref().unwrap_or(found), today);
            context.print_team(&report, &team)?;
        }
        Show::Person { person: typed } => {
            let (team, board) = context.board(&mut store)?;
            let reading = context.reading(&team);
            let found = find::person(&team, typed)?;
            let known = store
                .person(&found.id)
                .map_err(|e| context.store_problem("read the person", e))?;
            let known = known.as_ref().unwrap_or(found);
            // Whoever is looked up to be written to is found all the same: cards are the team's.
            let judged = find::judged(&team, &reading, typed);
            judged.map_err(|problem| with_card(problem, known))?;
            let report = person::person(&team, &board, &reading, known);
            context.print_team(&report, &team)?;
        }
        Show::Framework { cell } => {
            let team = context.readable(&mut store)?;
            let only = cell
                .as_deref()
                .map(|typed| find::framework_cell(&team.framework, typed))
                .transpose()?;
            let today = context.settings.today();
            let report = framework::framework(&team, only.as_ref(), today);
            context.print_team(&report, &team)?;
        }
    }
    Ok(context.status())
}

/// The same with what stands on the person's card.
fn with_card(mut problem: Problem, person: &Person) -> Problem {
    let contact = person.detail.as_ref().map_or("", |d| d.contact.trim());
    if !contact.is_empty() {
        problem.next = format!("on their card stands: {contact}\n{}", problem.next);
    }
    problem
}

/// Prints a report as of a day, or what is different since one.
fn of_day<R: Report>(
    context: &Context,
    store: &mut Store,
    days: &Days,
    report: impl Fn(&Team, &Board, &Reading) -> R,
) -> Result<(), Problem> {
    let today = context.settings.today();
    let day = days.as_of.unwrap_or(today);
    let earliest = days.since.unwrap_or(day).min(day);
    if day > today || days.since.is_some_and(|since| since > day) {
        return Err(Problem::new(
            "the day",
            "facts can be shown for today and earlier days, and compared with earlier ones still",
            "give --as-of a day that is not after today, and --since one that is not after it",
        ));
    }
    store.figures_from(earliest.min(today));
    let team = context.readable(store)?;
    let reading = context.reading(&team);
    let shown = match days.as_of {
        Some(day) => as_of(&team, day),
        None => team.clone(),
    };
    let board = Board::compute(&shown, day, None);
    match days.since {
        Some(earlier) => {
            let before = Board::compute(&as_of(&team, earlier), earlier, None);
            let report = since(&team, &before, &board, &reading);
            context.print_day(&report, &shown, day)
        }
        None => {
            let report = report(&shown, &board, &reading);
            let report = OfDay::new(report, days.as_of.is_some());
            context.print_day(&report, &shown, day)
        }
    }
}
