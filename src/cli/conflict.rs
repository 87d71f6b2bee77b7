//! `conflict list` and `conflict settle`: what was written apart, and which of the values is meant.

use super::args::Conflict as Ask;
use super::context::Context;
use super::edit::save;
use super::find;
use super::report::conflict::{Conflicts, conflicts};
use crate::config::Problem;
use crate::document::conflict::Conflict;
use crate::domain::Team;
use crate::store::Store;
use std::process::ExitCode;

/// Runs the command.
pub fn conflict(context: &Context, what: &Ask) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.readable(&mut store)?;
    let mut all = all(context, &mut store, &team)?;
    match what {
        Ask::List { person } => {
            let person = person.as_deref().map(|typed| find::person(&team, typed));
            let person = person.transpose()?.map(|p| &p.id);
            store
                .name_devices(&mut all)
                .map_err(|e| context.store_problem("find out with which device", e))?;
            let report: Conflicts = conflicts(&team, &all, person);
            context.print_team(&report, &team)?;
            Ok(context.status())
        }
        Ask::Settle { conflict, choice } => {
            let found = all.iter().find(|c| c.key() == *conflict);
            let edit = found.and_then(|c| c.settle(choice.checked_sub(1)?));
            let Some(edit) = edit else {
                let why = match found {
                    Some(c) => format!("it has the choices 1 to {}", c.choices.len()),
                    None => "nothing of that name waits to be settled".to_owned(),
                };
                return Err(Problem::new(
                    format!("conflict “{conflict}”"),
                    why,
                    "guildhall conflict list shows all of them",
                ));
            };
            save(context, &mut store, &edit)
        }
    }
}

fn all(context: &Context, store: &mut Store, team: &Team) -> Result<Vec<Conflict>, Problem> {
    store
        .conflicts(team)
        .map_err(|e| context.store_problem("look for conflicts", e))
}
