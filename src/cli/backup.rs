//! `backup` and `restore`.

use super::args::{Backup, Restore};
use super::context::Context;
use super::doctor::day;
use super::report::Report;
use super::unlock;
use crate::config::Problem;
use crate::store::{self, BackupError, Wrapping};
use chrono::NaiveDate;
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;
use zeroize::Zeroizing;

const WHOSE: &str = "the passphrase of the backup";
/// What a backup is worth without its passphrase.
const UNPROTECTED: &str = "Nothing protects this file: whoever has it can read the team and write in your name. Keep it where only you can reach it.";
/// What a forgotten passphrase means.
const PROTECTED: &str =
    "It is protected with the passphrase you gave. Nobody can open it without, guildhall included.";

/// A backup that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The file.
    pub file: String,
    /// Its bytes.
    pub bytes: u64,
    /// Whether a passphrase protects it.
    pub protected: bool,
}

impl Report for Written {
    const KIND: &'static str = "backup";

    fn text(&self) -> String {
        format!(
            "The team, its key included, is in {} ({} KiB).\n{}\n",
            self.file,
            self.bytes.div_ceil(1024),
            if self.protected {
                PROTECTED
            } else {
                UNPROTECTED
            }
        )
    }
}

/// A backup that was restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The data folder.
    pub data_dir: String,
    /// Day on which the backup was made, UTC.
    pub made: NaiveDate,
    /// People in it.
    pub people: u64,
    /// Envelopes in it, each one checked.
    pub envelopes: u64,
    /// How many things `doctor` finds wrong in it.
    pub findings: usize,
    /// Where the folder lies that was there before, or null.
    pub moved: Option<String>,
}

impl Report for Restored {
    const KIND: &'static str = "restore";

    fn text(&self) -> String {
        let mut out = format!(
            "{} holds the team as it was backed up on {}: {} people, {} envelopes checked.\n",
            self.data_dir, self.made, self.people, self.envelopes
        );
        if let Some(moved) = &self.moved {
            out += &format!("What was there before lies in {moved}; nothing of it was deleted.\n");
        }
        if self.findings > 0 {
            out += &format!(
                "{} things in it are wrong, and were so when it was backed up: guildhall doctor lists them.\n",
                self.findings
            );
        }
        out += "What you write here from now on stands in logs of its own, apart from whatever was written after the backup.\n";
        out
    }
}

/// An error of the store in words.
fn problem(what: &str, file: &Path, error: BackupError) -> Problem {
    Problem::of(format!("{what} {}", file.display()), error)
}

/// Writes a backup.
pub fn backup(context: &Context, args: &Backup) -> Result<ExitCode, Problem> {
    let store = context.open()?;
    // Before anybody types a passphrase for nothing.
    if !args.force && args.file.exists() {
        return Err(problem(
            "back up to",
            &args.file,
            BackupError::FileThere(args.file.clone()),
        ));
    }
    let passphrase = match (&args.backup_passphrase_file, args.no_passphrase) {
        (_, true) => None,
        (Some(file), false) => Some(unlock::secret_from_file(file)?),
        (None, false) if unlock::can_ask() => Some(asked_twice()?),
        (None, false) => {
            return Err(Problem::new(
                format!("back up to {}", args.file.display()),
                "no passphrase is given, and nobody can be asked here; without one, whoever has the file can read the team",
                "give one with --backup-passphrase-file FILE\nor write it unprotected with --no-passphrase",
            ));
        }
    };
    let protection = match &passphrase {
        Some(passphrase) => Wrapping::Passphrase(passphrase),
        None => Wrapping::None,
    };
    let bytes = store
        .backup(&args.file, protection, args.force)
        .map_err(|e| problem("back up to", &args.file, e))?;
    context.print(&Written {
        file: args.file.display().to_string(),
        bytes,
        protected: passphrase.is_some(),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn asked_twice() -> Result<Zeroizing<String>, Problem> {
    let refused = |why: &str| {
        Problem::new(
            WHOSE,
            why,
            "nothing was written: try again, or write it unprotected with --no-passphrase",
        )
    };
    let first = unlock::hidden("Passphrase for this backup: ", WHOSE)?;
    if first.is_empty() {
        return Err(refused("it is empty"));
    }
    match *unlock::hidden("The same again: ", WHOSE)? == *first {
        true => Ok(first),
        false => Err(refused("the two are not the same")),
    }
}

/// Restores a backup.
pub fn restore(context: &Context, args: &Restore) -> Result<ExitCode, Problem> {
    let wrong = |e| problem("restore", &args.file, e);
    let passphrase = match &args.backup_passphrase_file {
        Some(file) => Some(unlock::secret_from_file(file)?),
        None if store::needs_passphrase(&args.file).map_err(wrong)? => {
            if !unlock::can_ask() {
                return Err(Problem::new(
                    format!("restore {}", args.file.display()),
                    "it is protected with a passphrase, and nobody can be asked here",
                    "give it with --backup-passphrase-file FILE",
                ));
            }
            Some(unlock::hidden("Passphrase of the backup: ", WHOSE)?)
        }
        None => None,
    };
    let dir = &context.settings.data_dir;
    let backup = passphrase.as_ref();
    let restored = |key: Option<&store::Passphrase>| {
        store::restore(&args.file, dir, backup, key, args.replace)
    };
    let given = context.passphrase_file.as_deref().map(unlock::from_file);
    let done = match restored(given.transpose()?.as_ref()) {
        Err(BackupError::KeyPassphraseNeeded(_)) if unlock::can_ask() => {
            let typed = unlock::hidden("Passphrase of the team: ", "restore the team")?;
            restored(store::Passphrase::new(typed).as_ref())
        }
        other => other,
    }
    .map_err(wrong)?;
    context.print(&Restored {
        data_dir: dir.display().to_string(),
        made: day(done.made_ms),
        people: done.counts.people,
        envelopes: done.counts.envelopes,
        findings: done.findings,
        moved: done.moved.map(|path| path.display().to_string()),
    })?;
    Ok(ExitCode::SUCCESS)
}
