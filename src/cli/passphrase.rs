//! `passphrase`: set, change or remove what protects the key file. The team's file is not touched.

use super::args::Passphrase as What;
use super::context::{Context, write_out};
use super::unlock;
use crate::config::Problem;
use crate::runtime::backing;
use crate::store::{KeyFile, Protection, StoreError, team_file};
use std::process::ExitCode;

/// What a team without a passphrase means.
pub const NONE: &str = "No passphrase protects it: whoever can read this account's files, or has the disk, can read the team. \
                        `guildhall passphrase set` adds one.";
/// What a team with a passphrase means.
pub const SET: &str = "A passphrase protects it: without that nobody can read the team from this disk, and nobody can bring it back. \
                       Keep it where you will find it.";

/// Sets, changes or removes the passphrase.
pub fn passphrase(context: &Context, what: &What) -> Result<ExitCode, Problem> {
    let dir = &context.settings.data_dir;
    let trouble = |error| backing::trouble(dir, error).problem;
    if !team_file(dir).exists() {
        return Err(trouble(StoreError::NoTeam(dir.clone())));
    }
    let protection = KeyFile::protection(dir).map_err(trouble)?;
    let doing = match what {
        What::Set => "set a passphrase",
        What::Change { .. } => "change the passphrase",
        What::Remove => "remove the passphrase",
    };
    let doing = format!("{doing} ({})", dir.display());
    let refused = |why: &str, next: &str| Err(Problem::new(doing.as_str(), why, next));
    match (what, protection) {
        (What::Set, Protection::Passphrase) => {
            return refused(
                "there is one already",
                "take another one: guildhall passphrase change",
            );
        }
        (What::Change { .. } | What::Remove, Protection::None) => {
            return refused("there is none", "set one: guildhall passphrase set");
        }
        _ => {}
    }
    let key = unlock::open_key(context)?;
    let new = match what {
        What::Set => unlock::new_passphrase(unlock::given(context)?, &doing, false)?,
        What::Change {
            new_passphrase_file,
        } => {
            let given = new_passphrase_file.as_deref().map(unlock::from_file);
            unlock::new_passphrase(given.transpose()?, &doing, false)?
        }
        What::Remove => None,
    };
    key.protect(new.as_ref())
        .map_err(|e| Problem::of(doing.as_str(), e))?;
    let said = match what {
        What::Set => {
            "The passphrase is set, and guildhall asks for it from now on.\n\
             Without it nobody can read the team from this disk, and nobody can bring it back: keep it where you will find it.\n\
             Copies of the folder that were made before open without it, and a disk may keep for a while what was deleted from it.\n"
        }
        What::Change { .. } => {
            "The passphrase is changed. Copies of the folder that were made before open with the old one.\n"
        }
        What::Remove => {
            "The passphrase is removed: whoever can read this account's files, or has the disk, can read the team.\n"
        }
    };
    write_out(said)?;
    Ok(ExitCode::SUCCESS)
}
