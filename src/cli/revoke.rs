//! `device revoke`: asks since when a device is not trusted, shows what of it stands, asks, and takes it out.

use super::args::{Revoke, moment};
use super::context::Context;
use super::removal::{OUT_OF_REACH, RemovedLog, device, log_lines, logs, problem};
use super::report::Report;
use super::report::parts::{Who, who};
use super::{ask, unlock};
use crate::config::Problem;
use crate::domain::Team;
use crate::store::{Means, Proposal, Removal, Trust};
use serde::Serialize;
use std::process::ExitCode;

/// A device that was taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceRemoved {
    /// The beginning of its id.
    pub device: String,
    /// Whose; null for a carrier.
    pub person: Option<Who>,
    /// "entry" of the owner's record, or "stop" by somebody else.
    pub by: &'static str,
    /// Each of its logs here.
    pub logs: Vec<RemovedLog>,
    /// Devices that are out with it, since it let them in with something that does not count any more.
    pub along: Vec<Along>,
    /// Edits that do not count and are shown all the same, since edits that count rest on them.
    pub still_shown: usize,
    /// What cannot be reached.
    pub out_of_reach: Vec<&'static str>,
    /// What is left to do, in words.
    pub next: Vec<String>,
}

/// A device that is out with another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Along {
    /// The beginning of its id.
    pub device: String,
    /// Whose.
    pub person: Who,
}

/// Devices that go along.
pub fn along(
    team: &Team,
    removal: &std::collections::BTreeMap<crate::log::DeviceId, crate::domain::PersonId>,
) -> Vec<Along> {
    let all = removal.iter();
    all.map(|(device, person)| Along {
        device: device.to_string(),
        person: who(team, person),
    })
    .collect()
}

/// The same as lines.
pub fn along_lines(along: &[Along]) -> String {
    let lines = along.iter().map(|a| {
        format!(
            "  device {} of {} goes with it: it was let in with something that does not count any more\n",
            a.device, a.person.name
        )
    });
    lines.collect()
}

impl DeviceRemoved {
    fn whose(&self) -> String {
        match &self.person {
            Some(person) => format!("{} of {}", self.device, person.name),
            None => format!("{}, a carrier,", self.device),
        }
    }
}

impl Report for DeviceRemoved {
    const KIND: &'static str = "device_removed";

    fn text(&self) -> String {
        let mut out = match self.by {
            "stop" => format!("Device {} is stopped.\n", self.whose()),
            _ => format!("Device {} is removed.\n", self.whose()),
        };
        out += &log_lines(&self.logs);
        out += &along_lines(&self.along);
        if self.still_shown > 0 {
            out += &format!(
                "  {} of its edits are still shown, since edits of others rest on them: write over what is wrong\n",
                self.still_shown
            );
        }
        out += "Whoever writes next uses new keys, which that device is not given.\nNot reached:\n";
        for line in &self.out_of_reach {
            out += &format!("  {line}\n");
        }
        for line in &self.next {
            out += line;
            out.push('\n');
        }
        out
    }
}

/// Takes a device out.
pub fn revoke(context: &Context, args: &Revoke) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let what = format!("take out device “{}”", args.device);
    let all = store
        .devices()
        .map_err(|e| context.store_problem(&what, e))?;
    let id = device(context, &team, &all, &args.device)?;
    let command = format!("guildhall device revoke {id}");
    let wrong = |e| problem(context, &team, &what, &command, e);
    // Whether it can be done is known before anybody is asked anything.
    store.removal(&id, Trust::All).map_err(wrong)?;
    let trust = match given(args) {
        Some(trust) => trust,
        None => asked(context, &what)?,
    };
    let removal = store.removal(&id, trust).map_err(wrong)?;
    if !args.yes {
        ask::go_on(context, &what, &shown(&team, &removal, trust))?;
    }
    let done = store.remove(&removal).map_err(wrong)?;
    context.print(&DeviceRemoved {
        device: id.to_string(),
        person: removal.person.as_ref().map(|p| who(&team, p)),
        by: match removal.means {
            Means::Entry => "entry",
            Means::Stop => "stop",
        },
        logs: logs(&team, &removal.proposal),
        along: along(&team, &removal.along),
        still_shown: done.still_shown,
        out_of_reach: OUT_OF_REACH.to_vec(),
        next: next(&removal, &command),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn given(args: &Revoke) -> Option<Trust> {
    match (args.since, args.drop) {
        (Some(ms), _) => Some(Trust::Before(ms)),
        (_, Some(last)) => Some(Trust::AllBut(last)),
        _ if args.all => Some(Trust::Nothing),
        _ if args.keep_all => Some(Trust::All),
        _ => None,
    }
}

/// Asks since when it is not trusted.
fn asked(context: &Context, what: &str) -> Result<Trust, Problem> {
    const NEXT: &str = "say --since DATE-OR-TIME, --drop EDITS, --all (nothing of it counts) or --keep-all (all that is here counts)";
    if !unlock::can_ask() {
        return Err(Problem::new(
            what,
            "since when it is not to be trusted is not said, and nobody can be asked here",
            NEXT,
        ));
    }
    let typed = ask::line(
        context,
        "Since when do you no longer trust it?\n\
         A day or a moment in UTC (2026-11-20, 2026-11-20T14:30), “all” if nothing of it is to count, “keep” if all that is here is to count,\n\
         or “last 5” for its last five edits in the order in which they came here: times are the device's own word.\n> ",
    )?;
    let typed = typed.trim().to_lowercase();
    let last = typed.strip_prefix("last ").map(|n| n.trim().parse());
    match (typed.as_str(), last) {
        ("all", _) => Ok(Trust::Nothing),
        ("keep", _) => Ok(Trust::All),
        (_, Some(Ok(last))) => Ok(Trust::AllBut(last)),
        (other, _) => moment(other.to_uppercase().as_str())
            .map(Trust::Before)
            .map_err(|why| Problem::new(what, why, format!("nothing was written: {NEXT}"))),
    }
}

fn shown(team: &Team, removal: &Removal, trust: Trust) -> String {
    let Proposal { device, .. } = removal.proposal;
    let whose = match &removal.person {
        Some(person) => format!(" of {}", who(team, person).name),
        None => ", a carrier".to_owned(),
    };
    let mut out = match removal.means {
        Means::Entry => format!("This removes device {device}{whose} from the team:\n"),
        Means::Stop => format!("This stops device {device}{whose}, while the owner is away:\n"),
    };
    out += &log_lines(&logs(team, &removal.proposal));
    out += &along_lines(&along(team, &removal.along));
    let (_, end) = removal.proposal.edits();
    out += match trust {
        Trust::Before(_) => {
            "Times are the device's own word: if they are not to be believed, say instead how many of its last edits go (--drop).\n"
        }
        _ => "",
    };
    if removal.again {
        out += "It is out already; of several cuts the earliest counts, so this can only let go of more.\n";
    }
    if end == 0 {
        out += "Nothing that counts today goes; what it writes from now on does not count.\n";
    }
    out + "It cannot be taken back: that device never takes part again. Its person can join with another folder.\n"
}

fn next(removal: &Removal, command: &str) -> Vec<String> {
    let mut next = Vec::new();
    if removal.means == Means::Stop {
        next.push(format!(
            "The owner confirms it with an entry, which can cut earlier and not later: {command}"
        ));
    }
    if removal.means == Means::Stop && removal.signs {
        next.push(
            "It keeps the owner's record and can go on adding to it: only the recovery key ends that (guildhall owner recover)."
                .to_owned(),
        );
    }
    next.push("Exchange with the others soon: guildhall sync --once, or guildhall bundle write FILE --for all".to_owned());
    next
}
