//! What the commands that take something away have in common: naming a device, what of it stands, what is out of reach, and whom to ask.

use super::context::Context;
use super::find;
use super::report::parts::{Who, who};
use crate::config::Problem;
use crate::document::code::moment;
use crate::document::naming::document_words;
use crate::domain::Team;
use crate::log::DeviceId;
use crate::store::{DeviceSeen, LogStand, Proposal, RemovalError, Said, StoreError};
use serde::Serialize;

/// What becomes of one log of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RemovedLog {
    /// The document in words, or what the device said in the team's record.
    pub document: String,
    /// Edits that go on to count.
    pub stand: u64,
    /// Edits that counted and do not any more.
    pub ended: u64,
    /// The newest that goes on to count, by the device's own word, in UTC.
    pub newest: Option<String>,
    /// The first that does not, by the device's own word, in UTC.
    pub first_ended: Option<String>,
    /// In the team's record: what it said that stands.
    pub said: Vec<String>,
    /// In the team's record: what it said that does not stand any more.
    pub unsaid: Vec<String>,
}

fn said(team: &Team, said: &Said) -> String {
    match said {
        Said::LetIn(device, person) => {
            format!("let in device {device} of {}", who(team, person).name)
        }
        Said::Stopped(device) => format!("stopped device {device}"),
        Said::Settled => "chose a branch of a log".to_owned(),
        Said::Destroyed(_) => "destroyed what it held about somebody who was erased".to_owned(),
    }
}

/// Logs of a device with what stands of them; those that never had an edit are left out.
pub fn logs(team: &Team, proposal: &Proposal) -> Vec<RemovedLog> {
    let told = proposal.logs.iter().filter(|l| l.stand + l.end > 0);
    told.map(|l| RemovedLog {
        document: match l.statements {
            true => "the team's record".to_owned(),
            false => l.doc.as_ref().map_or_else(
                || "a document that cannot be named".to_owned(),
                |doc| document_words(team, doc),
            ),
        },
        stand: l.stand,
        ended: l.end,
        newest: newest(l),
        first_ended: l.first_ended_ms.map(moment),
        said: l.kept.iter().map(|s| said(team, s)).collect(),
        unsaid: l.ended.iter().map(|s| said(team, s)).collect(),
    })
    .collect()
}

fn newest(log: &LogStand) -> Option<String> {
    log.newest_ms.map(moment)
}

/// The same as lines.
pub fn log_lines(logs: &[RemovedLog]) -> String {
    if logs.is_empty() {
        return "  nothing that it wrote is here\n".to_owned();
    }
    let mut out = String::new();
    for log in logs {
        out += &format!("  {}: ", log.document);
        out += &match (log.stand, &log.newest) {
            (0, _) => "nothing counts".to_owned(),
            (1, Some(newest)) => format!("1 counts, of {newest}"),
            (n, Some(newest)) => format!("{n} count, the newest of {newest}"),
            (n, None) => format!("{n} count"),
        };
        if let Some(first) = &log.first_ended {
            out += &format!("; {} no longer, from {first} on", log.ended);
        }
        out.push('\n');
        for text in &log.said {
            out += &format!("    stands: {text}\n");
        }
        for text in &log.unsaid {
            out += &format!("    does not stand any more: {text}\n");
        }
    }
    out
}

/// What nothing here can reach, once a device is out.
pub const OUT_OF_REACH: [&str; 3] = [
    "what that device has read already, and copies and backups of its folder: all of it can still be read there",
    "machines that are switched off or away: they go on counting what it writes until they next exchange",
    "what it goes on to write: that is kept out wherever the removal is known, in whatever order the two arrive",
];

/// A device by the beginning of its id, or by its person where they have one.
pub fn device(
    context: &Context,
    team: &Team,
    all: &[DeviceSeen],
    typed: &str,
) -> Result<DeviceId, Problem> {
    let named = typed.trim().to_ascii_lowercase();
    let digits = named.len() >= 4 && named.chars().all(|c| c.is_ascii_hexdigit());
    let by_id: Vec<DeviceId> = all
        .iter()
        .map(|d| d.device)
        .filter(|d| digits && d.to_string().starts_with(&named))
        .collect();
    let what = format!("device “{typed}”");
    let several = |found: &[DeviceId]| {
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        Problem::new(
            what.clone(),
            format!("{} devices are meant by that", found.len()),
            format!("say which by the beginning of its id: {}", found.join(", ")),
        )
    };
    match by_id[..] {
        [one] => return Ok(one),
        [] => {}
        _ => return Err(several(&by_id)),
    }
    let _ = context;
    let Ok(person) = find::person(team, typed) else {
        return Err(Problem::new(
            what,
            "no device of the team begins so, and nobody has that name",
            "see them with: guildhall device list",
        ));
    };
    let theirs = all.iter().filter(|d| d.person.as_ref() == Some(&person.id));
    let theirs: Vec<DeviceId> = theirs.filter(|d| d.takes_part).map(|d| d.device).collect();
    match theirs[..] {
        [one] => Ok(one),
        [] => Err(Problem::new(
            what,
            format!("{} has no device that takes part", person.name.get()),
            "see them with: guildhall device list",
        )),
        _ => Err(several(&theirs)),
    }
}

/// An error of the store, with people by their names and the exact command to ask for.
pub fn problem(
    context: &Context,
    team: &Team,
    what: &str,
    command: &str,
    error: StoreError,
) -> Problem {
    let name = |id| -> Who { who(team, id) };
    let StoreError::Removal(removal) = &error else {
        return context.store_problem(what, error);
    };
    match removal {
        RemovalError::AskOwner(owner) => Problem::new(
            what,
            "only the owner's device can do that",
            format!(
                "ask {}: “please run on your device: {command}”",
                name(owner).name
            ),
        ),
        RemovalError::AskManager(owner) => Problem::new(
            what,
            "you may take out devices of your own; others, managers and the owner may",
            format!(
                "ask {} or another manager: “please run on your device: {command}”",
                name(owner).name
            ),
        ),
        RemovalError::Owns(person) => Problem::new(
            what,
            format!("{} owns the team", name(person).name),
            "hand it over first: guildhall owner hand-over MANAGER",
        ),
        RemovalError::NotAManager(person) => Problem::new(
            what,
            format!("{} is no manager of the team", name(person).name),
            format!(
                "make them one first: guildhall person role {} manager",
                name(person).handle
            ),
        ),
        RemovalError::NoDevice(person) => Problem::new(
            what,
            format!("{} has no such device that takes part", name(person).name),
            format!(
                "invite them first: guildhall invite {}; see all devices with: guildhall device list",
                name(person).handle
            ),
        ),
        RemovalError::WhichDevice { person, devices } => {
            let devices: Vec<String> = devices.iter().map(ToString::to_string).collect();
            Problem::new(
                what,
                format!("{} has {} devices", name(person).name, devices.len()),
                format!("say which with --device: {}", devices.join(", ")),
            )
        }
        RemovalError::Themself => Problem::new(
            what,
            "nobody is their own line manager",
            "name somebody else",
        ),
        other => Problem::of(what, other),
    }
}
