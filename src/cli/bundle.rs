//! `bundle write` and `bundle read`: what goes from machine to machine where no network does.

use super::args::Bundle;
use super::context::Context;
use super::find;
use super::report::Report;
use crate::config::Problem;
use crate::domain::text::counted;
use crate::log::DeviceId;
use crate::store::Store;
use crate::sync::bundle::{self, BundleError, Taken};
use serde::Serialize;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::ExitCode;

/// A bundle that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The file.
    pub file: String,
    /// Its bytes.
    pub bytes: u64,
    /// Documents of which anything is in it.
    pub documents: usize,
    /// Devices that can open any of it.
    pub devices: usize,
}

impl Report for Written {
    const KIND: &'static str = "bundle_written";

    fn text(&self) -> String {
        format!(
            "{} ({} KiB) holds what {} may have, of {} documents. Nobody else can open it; when it was made and for how many devices can be seen.\n\
             On the other machine: guildhall bundle read FILE\n",
            self.file,
            self.bytes.div_ceil(1024),
            match self.devices {
                1 => "one other device".to_owned(),
                n => format!("{n} other devices"),
            },
            self.documents
        )
    }
}

/// A bundle that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Read {
    /// The file.
    pub file: String,
    /// Edits that are new and count.
    pub accepted: usize,
    /// Edits that are new and do not count unless somebody takes them over.
    pub quarantined: usize,
    /// Edits that were here.
    pub known: usize,
    /// New entries of the record of rights.
    pub entries: usize,
    /// What waits for something.
    pub early: usize,
    /// What was not taken, and why.
    pub refused: Vec<String>,
}

impl Report for Read {
    const KIND: &'static str = "bundle_read";

    fn text(&self) -> String {
        let mut out = format!(
            "{}: {}, {} here already",
            self.file,
            counted(self.accepted, "new edit", "new edits"),
            self.known
        );
        if self.entries > 0 {
            let entries = counted(self.entries, "new entry", "new entries");
            out += &format!(", {entries} of the record of rights");
        }
        if self.quarantined > 0 {
            let edits = counted(
                self.quarantined,
                "edit that does not count",
                "edits that do not count",
            );
            out += &format!(", {edits}");
        }
        if self.early > 0 {
            out += &format!(", {} waiting for something", self.early);
        }
        out += ".\n";
        for why in &self.refused {
            out += &format!("Not taken: {why}\n");
        }
        out
    }
}

/// Runs the command.
pub fn bundle(context: &Context, what: &Bundle) -> Result<ExitCode, Problem> {
    match what {
        Bundle::Write { file, whom, force } => write(context, file, whom, *force),
        Bundle::Read { file } => read(context, file),
    }
}

/// Devices that are meant. A carrier knows no names.
fn devices(
    context: &Context,
    store: &mut Store,
    carrier: bool,
    whom: &str,
) -> Result<Vec<DeviceId>, Problem> {
    let what = format!("write a bundle for {whom}");
    let all = store
        .devices()
        .map_err(|e| context.store_problem(&what, e))?;
    let others: Vec<_> = all
        .into_iter()
        .filter(|d| d.takes_part && !d.this)
        .collect();
    if whom == "all" {
        return Ok(others.into_iter().map(|d| d.device).collect());
    }
    let named = whom.to_ascii_lowercase();
    let by_id = others
        .iter()
        .filter(|d| named.len() >= 4 && d.device.to_string().starts_with(&named));
    let by_id: Vec<DeviceId> = by_id.map(|d| d.device).collect();
    if !by_id.is_empty() {
        return Ok(by_id);
    }
    if carrier {
        return Err(Problem::new(
            what,
            "a carrier knows devices by their ids, not people by name",
            "say `all`, or at least four digits of a device's id: `guildhall device list` on a machine of the team has them",
        ));
    }
    let team = context.team(store)?;
    let person = find::person(&team, whom)?;
    let theirs: Vec<DeviceId> = others
        .iter()
        .filter(|d| d.person.as_ref() == Some(&person.id))
        .map(|d| d.device)
        .collect();
    match theirs.is_empty() {
        false => Ok(theirs),
        true => Err(Problem::new(
            what,
            format!("{} has no other device that takes part", person.name.get()),
            "invite them with `guildhall invite`; `guildhall device list` has all devices",
        )),
    }
}

fn write(context: &Context, file: &Path, whom: &str, force: bool) -> Result<ExitCode, Problem> {
    let (mut store, carrier) = context.open_either()?;
    let what = format!("write a bundle to {}", file.display());
    if !force && file.exists() {
        return Err(Problem::new(
            what,
            "it is there already",
            "name another file, or replace it with --force",
        ));
    }
    let devices = devices(context, &mut store, carrier, whom)?;
    let failed = |e: BundleError| Problem::of(&what, e);
    let dir = match file.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    // Under its name it is there whole or not at all.
    let mut whole = tempfile::NamedTempFile::new_in(dir).map_err(|e| failed(e.into()))?;
    let written = bundle::write(&mut store, &devices, whole.as_file_mut()).map_err(failed)?;
    let io = |e: std::io::Error| failed(e.into());
    whole.as_file_mut().flush().map_err(io)?;
    whole.as_file().sync_all().map_err(io)?;
    let bytes = whole.as_file().metadata().map_err(io)?.len();
    let kept = match force {
        true => whole.persist(file),
        false => whole.persist_noclobber(file),
    };
    kept.map_err(|e| io(e.error))?;
    context.print(&Written {
        file: file.display().to_string(),
        bytes,
        documents: written.documents,
        devices: written.devices,
    })?;
    Ok(ExitCode::SUCCESS)
}

fn read(context: &Context, file: &Path) -> Result<ExitCode, Problem> {
    let (mut store, _) = context.open_either()?;
    let what = format!("read the bundle {}", file.display());
    let from = File::open(file).map_err(|e| Problem::of(&what, e))?;
    let mut taken = Taken::default();
    let ended = bundle::read(&mut store, &mut BufReader::new(from), &mut taken);
    if taken.sections > 0 {
        let received = taken.received;
        context.print(&Read {
            file: file.display().to_string(),
            accepted: received.accepted,
            quarantined: received.quarantined,
            known: received.known,
            entries: received.entries,
            early: received.early,
            refused: received.refused,
        })?;
    }
    ended.map_err(|e| Problem::of(what, e))?;
    Ok(ExitCode::SUCCESS)
}
