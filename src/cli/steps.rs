//! `undo` and `redo`.

use super::context::Context;
use super::report::Report;
use crate::config::Problem;
use crate::store::{Committed, Store, StoreError};
use serde::Serialize;
use std::process::ExitCode;

/// What was done to the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Done {
    /// "saved", "undone" or "redone".
    pub done: &'static str,
    /// The step, in words.
    pub label: String,
    /// Fields that had changed since and were left as they are.
    pub left: Vec<String>,
}

impl Report for Done {
    const KIND: &'static str = "done";

    fn text(&self) -> String {
        let mut out = format!("{}: {}\n", self.done, self.label);
        for field in &self.left {
            out += &format!("  changed since and left as it is: {field}\n");
        }
        out
    }
}

/// Takes back the last step.
pub fn undo(context: &Context) -> Result<ExitCode, Problem> {
    step(context, "undo", "undone", Store::undo)
}

/// Does the last undone step again.
pub fn redo(context: &Context) -> Result<ExitCode, Problem> {
    step(context, "redo", "redone", Store::redo)
}

fn step(
    context: &Context,
    what: &str,
    done: &'static str,
    act: fn(&mut Store) -> Result<Option<Committed>, StoreError>,
) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let committed = act(&mut store).map_err(|e| context.store_problem(what, e))?;
    let Some(committed) = committed else {
        return Err(Problem::new(
            what,
            format!("there is nothing to {what}"),
            "only steps taken on this machine can be taken back",
        ));
    };
    context.print(&Done {
        done,
        label: committed.label,
        left: committed.left.iter().map(ToString::to_string).collect(),
    })?;
    Ok(ExitCode::SUCCESS)
}
