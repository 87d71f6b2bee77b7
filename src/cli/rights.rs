//! `person role`, `person line-manager` and `owner hand-over`: who has which right from today on.

use super::args::{HandOver, LineManager, RoleOf, RoleWord};
use super::context::Context;
use super::removal::{device, problem};
use super::report::Report;
use super::report::parts::{Who, who};
use super::{ask, find};
use crate::config::Problem;
use crate::domain::Team;
use crate::domain::team::{Right, Role};
use crate::store::{RightsChange, Store};
use chrono::NaiveDate;
use serde::Serialize;
use std::process::ExitCode;

/// A dated right in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RightLine {
    /// Who has it.
    pub holder: Who,
    /// What: "owner", "manager", "head", "line manager", "assessor" or "reviewer".
    pub right: &'static str,
    /// Over whom, where it is of that kind.
    pub over: Option<Who>,
    /// First day.
    pub from: Option<NaiveDate>,
}

/// Names a right.
pub fn right_line(team: &Team, right: &Right) -> RightLine {
    RightLine {
        holder: who(team, &right.holder),
        right: match right.role {
            Role::Owner => "owner",
            Role::Manager => "manager",
            Role::Head => "head",
            Role::Line => "line manager",
            Role::Assessor => "assessor",
            Role::Reviewer => "reviewer",
        },
        over: right.over.as_ref().map(|p| who(team, p)),
        from: right.from,
    }
}

impl RightLine {
    /// "Olive Oak, line manager of Edgar Elm".
    pub fn text(&self) -> String {
        match &self.over {
            Some(over) => format!("{}, {} of {}", self.holder.name, self.right, over.name),
            None => format!("{}, {}", self.holder.name, self.right),
        }
    }
}

/// Rights that changed hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RightsChanged {
    /// Those that ended.
    pub ended: Vec<RightLine>,
    /// The one that was given.
    pub given: Option<RightLine>,
    /// What is to be known about it.
    pub notes: Vec<String>,
}

impl RightsChanged {
    fn new(team: &Team, change: &RightsChange) -> Self {
        let mut notes = Vec::new();
        if !change.ended.is_empty() {
            notes.push(
                "What was written by a right that ended stands as far as it is here; what is not here yet does not count unless somebody takes it over."
                    .to_owned(),
            );
        }
        if let Some(given) = &change.given {
            notes.push(reads(given));
        }
        notes.push("Others hear of it when they next exchange with this machine.".to_owned());
        Self {
            ended: change.ended.iter().map(|r| right_line(team, r)).collect(),
            given: change.given.as_ref().map(|r| right_line(team, r)),
            notes,
        }
    }

    fn body(&self, ended: &str, given: &str) -> String {
        let mut out = String::new();
        for right in &self.ended {
            out += &format!("{ended}: {}\n", right.text());
        }
        if let Some(right) = &self.given {
            out += &format!("{given}: {}\n", right.text());
        }
        for note in &self.notes {
            out += note;
            out.push('\n');
        }
        out
    }
}

/// What comes to be readable with a right.
fn reads(right: &Right) -> String {
    match right.role {
        Role::Manager => "They can read what managers hold about everybody, from before today as well.",
        Role::Head => "They can read the team, its succession and its totals, and nobody's record.",
        _ => "They can read that person's own record, plan and what managers hold about them, from before today as well.",
    }
    .to_owned()
}

impl Report for RightsChanged {
    const KIND: &'static str = "rights_changed";

    fn text(&self) -> String {
        self.body("Ended", "From today on")
    }
}

/// Gives a role, or takes it.
pub fn role(context: &Context, args: &RoleOf) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let person = find::person(&team, &args.person)?.clone();
    let (word, role) = match args.role {
        RoleWord::Technician => ("technician", None),
        RoleWord::Manager => ("manager", Some(Role::Manager)),
        RoleWord::Head => ("head", Some(Role::Head)),
    };
    let what = format!("make {} a {word}", person.name.get());
    let command = format!("guildhall person role {} {word}", person.handle);
    let today = context.settings.today();
    let change = store
        .role_change(&person.id, role, today)
        .map_err(|e| problem(context, &team, &what, &command, e))?;
    write(
        context,
        &mut store,
        &team,
        &change,
        (&what, &command),
        args.yes,
    )
}

/// Gives somebody a line manager.
pub fn line_manager(context: &Context, args: &LineManager) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let person = find::person(&team, &args.person)?.clone();
    let manager = find::person(&team, &args.manager)?.clone();
    let what = format!(
        "make {} the line manager of {}",
        manager.name.get(),
        person.name.get()
    );
    let command = format!(
        "guildhall person line-manager {} {}",
        person.handle, manager.handle
    );
    let today = context.settings.today();
    let change = store
        .line_change(&person.id, &manager.id, today)
        .map_err(|e| problem(context, &team, &what, &command, e))?;
    write(
        context,
        &mut store,
        &team,
        &change,
        (&what, &command),
        args.yes,
    )
}

fn write(
    context: &Context,
    store: &mut Store,
    team: &Team,
    change: &RightsChange,
    (what, command): (&str, &str),
    yes: bool,
) -> Result<ExitCode, Problem> {
    let changed = RightsChanged::new(team, change);
    if !yes && !change.ended.is_empty() {
        ask::go_on(context, what, &changed.body("Ends", "Given from today on"))?;
    }
    store
        .change_rights(change, context.settings.today())
        .map_err(|e| problem(context, team, what, command, e))?;
    context.print(&changed)?;
    Ok(ExitCode::SUCCESS)
}

/// The record of rights in other hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HandedOver {
    /// Who owns the team now.
    pub owner: Who,
    /// The device that signs the record now.
    pub device: String,
    /// Who owned it.
    pub former: Who,
    /// The device that signs no more.
    pub former_device: String,
    /// What is to be known about it.
    pub notes: Vec<String>,
}

impl Report for HandedOver {
    const KIND: &'static str = "handed_over";

    fn text(&self) -> String {
        let mut out = format!(
            "{} owns the team now, with device {}. Device {} of {} adds nothing more to the record of rights.\n",
            self.owner.name, self.device, self.former_device, self.former.name
        );
        for note in &self.notes {
            out += note;
            out.push('\n');
        }
        out
    }
}

/// Hands the record of rights over.
pub fn hand_over(
    context: &Context,
    mut store: Store,
    args: &HandOver,
) -> Result<ExitCode, Problem> {
    let team = context.team(&mut store)?;
    let person = find::person(&team, &args.person)?.clone();
    let name = person.name.get();
    let what = format!("hand the team over to {name}");
    let command = format!("guildhall owner hand-over {}", person.handle);
    let all = store
        .devices()
        .map_err(|e| context.store_problem(&what, e))?;
    let wanted = match &args.device {
        Some(typed) => Some(device(context, &team, &all, typed)?),
        None => None,
    };
    let to = store
        .handing_over(&person.id, wanted)
        .map_err(|e| problem(context, &team, &what, &command, e))?;
    let mut notes = vec![
        "That device can add to the record as soon as it has heard of this: exchange with it first.".to_owned(),
        format!("The recovery key stays as it is, and outranks whoever owns the team: give it to {name}."),
    ];
    if to.former != to.person {
        notes.push(match to.stays_manager {
            true => format!("{} stays a manager.", who(&team, &to.former).name),
            false => format!(
                "{} keeps the rights that they have besides.",
                who(&team, &to.former).name
            ),
        });
    }
    if !args.yes {
        let shown = format!(
            "From then on {name} owns the team, with device {}; this device adds nothing more to the record of rights, and cannot take that back.\n{}\n",
            to.device,
            notes.join("\n")
        );
        ask::go_on(context, &what, &shown)?;
    }
    store
        .hand_over(&to)
        .map_err(|e| problem(context, &team, &what, &command, e))?;
    context.print(&HandedOver {
        owner: who(&team, &to.person),
        device: to.device.to_string(),
        former: who(&team, &to.former),
        former_device: to.former_device.to_string(),
        notes,
    })?;
    Ok(ExitCode::SUCCESS)
}
