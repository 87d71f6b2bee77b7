//! `device list`: whose devices take part. Must not know how one is taken out.

use super::args::Device;
use super::context::Context;
use super::doctor::day;
use super::report::Report;
use super::report::parts::{Who, day_or_dash, who};
use crate::config::Problem;
use chrono::NaiveDate;
use serde::Serialize;
use std::process::ExitCode;

/// The devices of the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Devices {
    /// In order of people.
    pub devices: Vec<One>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct One {
    /// The beginning of its id.
    pub device: String,
    /// Whose; null for a carrier.
    pub person: Option<Who>,
    /// Whether it is the one that this runs on.
    pub this: bool,
    /// "takes part", "stopped" by a manager or its person, or "removed" by the owner's record.
    pub standing: &'static str,
    /// Whether it signs the owner's record of rights.
    pub signs: bool,
    /// The device that let it in, or null where the owner's record does.
    pub let_in_by: Option<String>,
    /// Day of its newest change that is here.
    pub heard: Option<NaiveDate>,
}

impl Report for Devices {
    const KIND: &'static str = "devices";

    fn text(&self) -> String {
        let mut out = String::new();
        for one in &self.devices {
            let whose = one.person.as_ref().map_or("a carrier", |p| p.name.as_str());
            out += &format!("{}  {whose}, {}", one.device, one.standing);
            if one.signs {
                out += ", keeps the record of rights";
            }
            if one.this {
                out += ", this one";
            }
            out += &format!(", last change here {}", day_or_dash(one.heard));
            if let Some(by) = &one.let_in_by {
                out += &format!(", let in by {by}");
            }
            out.push('\n');
        }
        out
    }
}

/// Runs the command.
pub fn device(context: &Context, what: &Device) -> Result<ExitCode, Problem> {
    match what {
        Device::List => list(context),
        Device::Revoke(what) => super::revoke::revoke(context, what),
    }
}

fn list(context: &Context) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let all = store
        .devices()
        .map_err(|e| context.store_problem("list devices", e))?;
    let devices = all.into_iter().map(|d| One {
        device: d.device.to_string(),
        person: d.person.as_ref().map(|p| who(&team, p)),
        this: d.this,
        standing: match (d.takes_part, d.removed) {
            (true, _) => "takes part",
            (false, true) => "removed",
            (false, false) => "stopped",
        },
        signs: d.signs,
        let_in_by: d.by.map(|b| b.to_string()),
        heard: d.heard_ms.map(day),
    });
    context.print(&Devices {
        devices: devices.collect(),
    })?;
    Ok(ExitCode::SUCCESS)
}
