//! `show`: what a screen shows, as text or JSON.

use super::args::{GroupBy, Show};
use super::context::Context;
use super::find;
use super::report::{framework, heatmap, overview, person, succession};
use crate::config::Problem;
use crate::domain::board::Grouping;
use std::process::ExitCode;

/// Prints what was asked for.
pub fn show(context: &Context, what: &Show) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    match what {
        Show::Overview => {
            let (team, board) = context.board(&mut store)?;
            context.print_team(&overview::overview(&team, &board), &team)?;
        }
        Show::Heatmap { group } => {
            let (team, board) = context.board(&mut store)?;
            let by = match group {
                GroupBy::Area => Grouping::Area,
                GroupBy::Manager => Grouping::Manager,
                GroupBy::Grade => Grouping::Grade,
            };
            context.print_team(&heatmap::heatmap(&team, &board, by), &team)?;
        }
        Show::Succession => {
            let (team, board) = context.board(&mut store)?;
            context.print_team(&succession::screen(&team, &board), &team)?;
        }
        Show::Person { person: typed } => {
            let (team, board) = context.board(&mut store)?;
            let found = find::person(&team, typed)?;
            let known = store
                .person(&found.id)
                .map_err(|e| context.store_problem("read the person", e))?;
            let report = person::person(&team, &board, known.as_ref().unwrap_or(found));
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
