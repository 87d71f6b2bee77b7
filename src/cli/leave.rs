//! `person leave`: what ends in the record of rights, and what stops in the team's facts, which are the manager's to change.

use super::args::Leave;
use super::context::Context;
use super::removal::{RemovedLog, log_lines, logs, problem};
use super::report::Report;
use super::report::parts::{Named, Who, day, post, who};
use super::revoke::{Along, along, along_lines};
use super::rights::{RightLine, right_line};
use super::{ask, find};
use crate::config::Problem;
use crate::domain::coverage::{coverage, sole_cover};
use crate::domain::person::ItemState;
use crate::domain::team::Role;
use crate::domain::{Person, Team, actions};
use crate::store::Leaving;
use chrono::NaiveDate;
use serde::Serialize;
use std::process::ExitCode;

/// What nothing here can reach.
const OUT_OF_REACH: [&str; 4] = [
    "what their devices have read already, and copies and backups of their folders: all of it can still be read there",
    "machines that are switched off or away, until they next exchange",
    "files that were exported or printed",
    "what is written about them: it stays, for those who may read it, until they are erased (guildhall person erase)",
];

/// Somebody who left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    /// Who.
    pub person: Who,
    /// Their last day in the record of rights.
    pub last_day: NaiveDate,
    /// Their devices that are out now.
    pub devices: Vec<LeftDevice>,
    /// Devices that are out with them, since theirs let them in with something that does not count any more.
    pub along: Vec<Along>,
    /// Rights of theirs that ended.
    pub rights: Vec<RightLine>,
    /// What stops in the team.
    pub stops: Stops,
    /// What cannot be reached.
    pub out_of_reach: Vec<&'static str>,
}

/// A device of somebody who left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftDevice {
    /// The beginning of its id.
    pub device: String,
    /// Each of its logs here.
    pub logs: Vec<RemovedLog>,
}

/// What stops in the team when somebody leaves. The record of rights changes none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stops {
    /// Posts that they hold.
    pub posts: Vec<Named>,
    /// End of their contract, where one is known.
    pub contract_end: Option<NaiveDate>,
    /// Open actions of their plan.
    pub actions: Vec<OpenAction>,
    /// Skills that only they cover.
    pub sole_cover: Vec<Named>,
    /// Critical posts for which they are nominated.
    pub nominated: Vec<Named>,
    /// People whose line manager they were.
    pub manages: Vec<Who>,
}

/// An open action of somebody who left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenAction {
    /// What it says.
    pub text: String,
    /// Planned completion.
    pub completion: Option<NaiveDate>,
}

fn stops(team: &Team, person: &Person, leaving: &Leaving, today: NaiveDate) -> Stops {
    let held = |p: &&crate::domain::post::Post| {
        let mut holders = p.holders.iter();
        holders.any(|h| h.person == person.id && h.on(today))
    };
    let posts = team.base.posts.iter().filter(held);
    let covered = coverage(team, today);
    let skill = |id: &crate::domain::SkillId| Named {
        id: id.to_string(),
        name: team
            .skill(id)
            .map_or_else(|| id.to_string(), |s| s.name.get().clone()),
    };
    let critical = team.succession.iter().flat_map(|all| all.iter());
    let nominated = critical.filter(|c| {
        let mut of = c.nominations.iter();
        of.any(|n| n.person == person.id && n.on(today))
    });
    let open = actions::actions(team, today).lines;
    let open = open
        .into_iter()
        .filter(|l| l.person == person.id && l.state == ItemState::Open);
    let line = leaving.rights.iter().filter(|r| r.role == Role::Line);
    let contract_end = person.contract_end.on(today).and_then(|v| *v.get());
    Stops {
        posts: posts.map(|p| post(team, &p.id, today)).collect(),
        contract_end,
        actions: open
            .map(|l| OpenAction {
                text: l.text,
                completion: l.completion,
            })
            .collect(),
        sole_cover: sole_cover(&covered, &person.id)
            .into_iter()
            .map(skill)
            .collect(),
        nominated: nominated.map(|c| post(team, &c.post, today)).collect(),
        manages: line
            .filter_map(|r| r.over.as_ref())
            .map(|p| who(team, p))
            .collect(),
    }
}

impl Stops {
    fn lines(&self, person: &Who) -> String {
        let mut out = String::new();
        let handle = &person.handle;
        for post in &self.posts {
            out += &format!(
                "  holds {} (guildhall post release {} {handle})\n",
                post.name, post.id
            );
        }
        match self.contract_end {
            Some(end) => out += &format!("  contract ends on {}\n", day(end)),
            None => out += "  no end of a contract is known\n",
        }
        for action in &self.actions {
            out += &format!("  open action: {}", action.text);
            if let Some(date) = action.completion {
                out += &format!(", by {}", day(date));
            }
            out.push('\n');
        }
        for skill in &self.sole_cover {
            out += &format!("  alone covers {}\n", skill.name);
        }
        for post in &self.nominated {
            out += &format!("  is nominated for {}\n", post.name);
        }
        for managed in &self.manages {
            out += &format!(
                "  {} has no line manager any more (guildhall person line-manager {} MANAGER)\n",
                managed.name, managed.handle
            );
        }
        out
    }
}

impl Left {
    /// What ends, for the question and for the answer alike.
    fn body(&self) -> String {
        let mut out = String::new();
        for device in &self.devices {
            out += &format!("Device {}:\n{}", device.device, log_lines(&device.logs));
        }
        out += &along_lines(&self.along);
        for right in &self.rights {
            out += &format!("Right that ends: {}\n", right.text());
        }
        if self.devices.is_empty() && self.rights.is_empty() {
            out += "The record of rights has neither a device nor a right of theirs: nothing is written there.\n";
        }
        out += "What stops in the team, which this does not change:\n";
        out += &self.stops.lines(&self.person);
        out += "Not reached:\n";
        for line in &self.out_of_reach {
            out += &format!("  {line}\n");
        }
        out
    }
}

impl Report for Left {
    const KIND: &'static str = "person_left";

    fn text(&self) -> String {
        format!(
            "{} left; last day {}. What they wrote by then stands, and their logs take no more.\n{}",
            self.person.name,
            day(self.last_day),
            self.body()
        )
    }
}

/// Writes that somebody left.
pub fn leave(context: &Context, args: &Leave) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let person = find::person(&team, &args.person)?.clone();
    let (name, today) = (person.name.get().clone(), context.settings.today());
    let what = format!("let {name} leave");
    let on = args
        .on
        .map_or_else(String::new, |day| format!(" --on {day}"));
    let command = format!("guildhall person leave {}{on}", person.handle);
    let wrong = |e| problem(context, &team, &what, &command, e);
    let leaving = store.leaving(&person.id, args.on, today).map_err(wrong)?;
    let devices = leaving.devices.iter().map(|d| LeftDevice {
        device: d.device.to_string(),
        logs: logs(&team, d),
    });
    let left = Left {
        person: who(&team, &person.id),
        last_day: leaving.last_day,
        devices: devices.collect(),
        along: along(&team, &leaving.along),
        rights: leaving
            .rights
            .iter()
            .map(|r| right_line(&team, r))
            .collect(),
        stops: stops(&team, &person, &leaving, today),
        out_of_reach: OUT_OF_REACH.to_vec(),
    };
    if !leaving.is_nothing() {
        if !args.yes {
            let shown = format!(
                "{name} leaves; last day {}.\n{}It cannot be taken back: those devices never take part again. Whoever returns is invited anew.\n",
                day(left.last_day),
                left.body()
            );
            ask::go_on(context, &what, &shown)?;
        }
        store.leave(&leaving).map_err(wrong)?;
    }
    context.print(&left)?;
    Ok(ExitCode::SUCCESS)
}
