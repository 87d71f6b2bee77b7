//! `person erase`: says exactly what goes, asks, and hides somebody at once.

use super::args::Erase;
use super::context::Context;
use super::doctor::day;
use super::report::Report;
use super::{find, unlock};
use crate::config::Problem;
use crate::store::{Erasing, WAIT_DAYS};
use chrono::NaiveDate;
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;

/// What nothing here can reach.
const OUT_OF_REACH: [&str; 4] = [
    "backups, and copies of the folder",
    "files that were exported or printed",
    "other machines that are switched off or away, until they hear of it",
    "what others wrote about somebody else and named them in, and their opaque id in the team's history",
];

/// What an erasure took away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Whose name goes.
    pub person: String,
    /// Their documents here.
    pub documents: Vec<ErasedDocument>,
    /// Devices that take part no more.
    pub devices: usize,
    /// Rights that ended.
    pub rights: usize,
    /// Day on which it was written.
    pub since: NaiveDate,
    /// First day on which it may be destroyed: when the team is opened and another device has written since, or else a week later.
    pub due: NaiveDate,
    /// What cannot be reached.
    pub out_of_reach: Vec<&'static str>,
}

/// A document that goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErasedDocument {
    /// Its kind.
    pub document: &'static str,
    /// How many envelopes it has.
    pub envelopes: u64,
}

fn documents(erasing: &Erasing) -> Vec<ErasedDocument> {
    let all = erasing.documents.iter();
    all.map(|(kind, envelopes)| ErasedDocument {
        document: kind.name(),
        envelopes: *envelopes,
    })
    .collect()
}

fn listed(documents: &[ErasedDocument]) -> String {
    let lines = documents.iter().map(|d| {
        let (name, n) = (d.document, d.envelopes);
        format!("  {name}: all of it, {n} entries of history\n")
    });
    lines.collect()
}

impl Report for Erased {
    const KIND: &'static str = "erasure";

    fn text(&self) -> String {
        let mut out = format!(
            "{} is erased: hidden everywhere from now on.\n",
            self.person
        );
        out += &listed(&self.documents);
        out += &format!(
            "  {} devices shut out, {} rights ended\n",
            self.devices, self.rights
        );
        out += &format!(
            "Written on {}; destroyed when the team is opened on or after {} and another device has written since, or else a week later. It cannot be taken back.\nNot reached:\n",
            self.since, self.due
        );
        for line in &self.out_of_reach {
            out += &format!("  {line}\n");
        }
        out
    }
}

/// Erases somebody, or says why that cannot be taken back.
pub fn erase(context: &Context, args: &Erase) -> Result<ExitCode, Problem> {
    if args.undo {
        return Err(Problem::new(
            format!("take back the erasure of “{}”", args.person),
            "an erasure is an entry in the owner's record of rights, and no entry can be taken back",
            "somebody who returns is a new person with a new id; if somebody else wrote it from a stolen device, the recovery key makes void what that device wrote",
        ));
    }
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let person = find::person(&team, &args.person)?.clone();
    let name = person.name.get().clone();
    let wrong = |e| context.store_problem(&format!("erase {name}"), e);
    let erasing = store.erasing(&person.id).map_err(wrong)?;
    let documents = documents(&erasing);
    if !args.yes {
        sure(&name, &documents, &erasing)?;
    }
    let done = store.erase(&person.id).map_err(wrong)?;
    context.print(&Erased {
        person: name.clone(),
        documents,
        devices: erasing.devices,
        rights: erasing.rights,
        since: day(done.since_ms),
        due: day(done.due_ms),
        out_of_reach: OUT_OF_REACH.to_vec(),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Names what goes, and asks.
fn sure(name: &str, documents: &[ErasedDocument], erasing: &Erasing) -> Result<(), Problem> {
    let what = || format!("erase {name}");
    if !unlock::can_ask() {
        return Err(Problem::new(
            what(),
            "it cannot be taken back, and nobody can be asked here",
            "nothing was erased: say --yes if you are sure",
        ));
    }
    let mut text = format!("This erases {name}:\n{}", listed(documents));
    text += &format!(
        "  {} devices are shut out, {} rights end\n",
        erasing.devices, erasing.rights
    );
    text += &format!(
        "Hidden at once, destroyed after {WAIT_DAYS} days. It cannot be taken back. Not reached:\n"
    );
    for line in OUT_OF_REACH {
        text += &format!("  {line}\n");
    }
    text += "Type the whole name to go on: ";
    let failed = |e| Problem::of("the terminal", e);
    let mut out = std::io::stderr().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(failed)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(failed)?;
    match answer.trim() == name {
        true => Ok(()),
        false => Err(Problem::new(
            what(),
            "the name that was typed is another one",
            "nothing was erased",
        )),
    }
}
