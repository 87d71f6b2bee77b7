//! `person erasures`: which machines have said that they destroyed what they held, which were not heard from, and what nobody can reach.

use super::context::Context;
use super::doctor::day;
use super::report::Report;
use super::report::parts::{Who, day as day_words, who};
use crate::config::Problem;
use crate::store::{ErasureSeen, Stage, Told};
use chrono::NaiveDate;
use serde::Serialize;
use std::process::ExitCode;

/// What no machine can say anything about.
const OUT_OF_REACH: [&str; 4] = [
    "backups, and copies of folders",
    "files that were exported or printed",
    "devices that take no part any more: they are told nothing",
    "what others wrote about somebody else and named them in, and their opaque id in the team's history",
];

/// Erasures of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erasures {
    /// In order of the opaque ids.
    pub erasures: Vec<One>,
    /// What cannot be reached.
    pub out_of_reach: Vec<&'static str>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct One {
    /// The opaque id of whoever was erased: their name is gone.
    pub person: String,
    /// Day of the entry.
    pub since: NaiveDate,
    /// First day on which this machine may destroy it.
    pub due: NaiveDate,
    /// "waiting", "deleted" (free pages may still hold traces) or "destroyed", on this machine.
    pub stage: &'static str,
    /// Whether every machine that takes part said that it is destroyed there.
    pub done: bool,
    /// Every device that was ever let in.
    pub machines: Vec<Machine>,
}

/// What is known of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// The beginning of its id.
    pub device: String,
    /// Whose; null for a carrier.
    pub person: Option<Who>,
    /// Whether it is the one that this runs on.
    pub this: bool,
    /// "destroyed", "waiting" (heard from since), "not heard from" since, "carrier" or "taken out".
    pub standing: &'static str,
    /// Day on which it said so, or was last heard from.
    pub on: Option<NaiveDate>,
}

impl Report for Erasures {
    const KIND: &'static str = "erasures";

    fn text(&self) -> String {
        if self.erasures.is_empty() {
            return "Nobody was erased.\n".to_owned();
        }
        let mut out = String::new();
        for one in &self.erasures {
            out += &format!(
                "Erased on {} (id {}): hidden since, ",
                day_words(one.since),
                one.person
            );
            out += &match one.stage {
                "waiting" => format!("destroyed on this machine from {} on", day_words(one.due)),
                "deleted" => "deleted on this machine; traces in free pages go when no other program has the team open".to_owned(),
                _ => "destroyed on this machine".to_owned(),
            };
            out += match one.done {
                true => "; every machine that takes part has said so.\n",
                false => ".\n",
            };
            for machine in &one.machines {
                out += &format!("  {}\n", machine.text());
            }
        }
        out += "Not reached, whatever machines say:\n";
        for line in &self.out_of_reach {
            out += &format!("  {line}\n");
        }
        out
    }
}

impl Machine {
    fn text(&self) -> String {
        let whose = self
            .person
            .as_ref()
            .map_or("a carrier", |p| p.name.as_str());
        let this = if self.this { ", this one" } else { "" };
        let on = self.on.map(day_words);
        let on = on.as_deref();
        let said = match (self.standing, on) {
            ("destroyed", Some(on)) => format!("said on {on} that it is destroyed there"),
            ("waiting", _) if self.this => "has not destroyed it yet".to_owned(),
            ("waiting", Some(on)) => format!("heard from on {on}, has not said so yet"),
            ("not heard from", Some(on)) => {
                format!("not heard from since {on}: it may still show them")
            }
            ("carrier", _) => "holds what it cannot read, and says nothing".to_owned(),
            ("taken out", _) => "takes no part any more: keeps what it had".to_owned(),
            _ => "never heard from: it may still show them".to_owned(),
        };
        format!("{}  {whose}{this}: {said}", self.device)
    }
}

fn machine(team: &crate::domain::Team, seen: &crate::store::Machine) -> Machine {
    let (standing, at) = match seen.told {
        Told::Destroyed(at) => ("destroyed", Some(at)),
        Told::Waiting(at) => ("waiting", Some(at)),
        Told::Silent(at) => ("not heard from", at),
        Told::Carrier => ("carrier", None),
        Told::TakenOut => ("taken out", None),
    };
    Machine {
        device: seen.device.to_string(),
        person: seen.person.as_ref().map(|p| who(team, p)),
        this: seen.this,
        standing,
        on: at.map(day),
    }
}

/// Lists them.
pub fn erasures(context: &Context) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let all = store
        .erasures_seen()
        .map_err(|e| context.store_problem("list erasures", e))?;
    let one = |seen: &ErasureSeen| One {
        person: seen.erasure.person.to_string(),
        since: day(seen.erasure.since_ms),
        due: day(seen.erasure.due_ms),
        stage: match seen.erasure.stage {
            Stage::Waiting => "waiting",
            Stage::Emptied => "deleted",
            Stage::Destroyed => "destroyed",
        },
        done: seen.is_done(),
        machines: seen.machines.iter().map(|m| machine(&team, m)).collect(),
    };
    context.print(&Erasures {
        erasures: all.iter().map(one).collect(),
        out_of_reach: OUT_OF_REACH.to_vec(),
    })?;
    Ok(ExitCode::SUCCESS)
}
