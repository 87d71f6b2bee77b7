//! `what-if`: figures as they would be. It opens the team to read it and writes nothing.

use super::args::WhatIf;
use super::context::Context;
use super::find;
use super::report::what_if::report;
use crate::config::Problem;
use crate::domain::board::Board;
use crate::domain::what_if::{self, Supposed, suppose};
use std::process::ExitCode;

/// Prints before and after.
pub fn what_if(context: &Context, args: &WhatIf) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let (team, before) = context.board(&mut store)?;
    if let Some(why) = context.reading(&team).why() {
        return Err(Problem::new(
            "“what if”",
            format!("it is for managers: {why}"),
            "ask a manager of the team to suppose it on their machine",
        ));
    }
    let mut what = what_if::WhatIf::default();
    for (list, supposed) in [
        (&args.leaves, Supposed::Leaves),
        (&args.away, Supposed::Away),
        (&args.completes, Supposed::Completes),
    ] {
        for typed in list {
            let id = &find::person(&team, typed)?.id;
            // Named twice is meant once.
            if !what.has(id, supposed) {
                what.toggle(id, supposed);
            }
        }
    }
    let today = context.settings.today();
    let supposed = suppose(&team, &what, today);
    let after = Board::compute(&supposed, today, Some((&team, &before)));
    context.print_team(&report(&team, &what, &before, &after), &team)?;
    Ok(context.status())
}
