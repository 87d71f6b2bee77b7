//! `owner`: who keeps the record of rights, confirming it after a restore, and taking the team back with the recovery key.

use super::args::Owner;
use super::context::{Context, write_out};
use super::unlock;
use crate::config::Problem;
use crate::log::{DeviceId, recovery};
use crate::store::Store;
use ed25519_dalek::SigningKey;
use std::path::Path;
use std::process::ExitCode;

/// What is said once, when a team is founded or recovered. The key stands in no file.
pub fn recovery_words(key: &SigningKey) -> String {
    format!(
        "Recovery key, shown this once: {}\n\
         Write it down and keep it away from this machine. Whoever has it can take the team over from its owner; without it a lost or\n\
         stolen owner's machine cannot be replaced.\n",
        *recovery::to_text(key)
    )
}

/// Runs the command.
pub fn owner(context: &Context, what: &Owner) -> Result<ExitCode, Problem> {
    let mut store = context.open()?;
    match what {
        Owner::Confirm => {
            store
                .confirm_authority()
                .map_err(|e| context.store_problem("confirm the record of rights", e))?;
            write_out(
                "This folder's record of who may do what counts as the newest; it can be added to again.\n",
            )?;
        }
        Owner::HandOver(what) => return super::rights::hand_over(context, store, what),
        Owner::Recover { recovery_key_file } => {
            let (_, former) = store
                .owner()
                .map_err(|e| context.store_problem("take the team over", e))?;
            let key = read_key(recovery_key_file.as_deref())?;
            let next = store
                .recover(&key)
                .map_err(|e| context.store_problem("take the team over", e))?;
            write_out(&format!(
                "This device owns the team now. The former recovery key is spent.\n{}{}",
                recovery_words(&next),
                after_recovery(&store, &former)
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is left to do about the device that owned the team.
fn after_recovery(store: &Store, former: &DeviceId) -> String {
    if *former == store.device() {
        return String::new();
    }
    format!(
        "Whatever device {former} adds to the record of rights from now on is void, and so is what it added after the newest entry that was\n\
         here. It still takes part: if it is lost or stolen, take it out with: guildhall device revoke {former}\n\
         Others hear of it when they next exchange with this machine.\n"
    )
}

fn read_key(file: Option<&Path>) -> Result<SigningKey, Problem> {
    let text = match file {
        Some(file) => unlock::secret_from_file(file)?,
        None => unlock::hidden("Recovery key: ", "take the team over")?,
    };
    recovery::from_text(&text).ok_or_else(|| {
        Problem::new(
            "the recovery key",
            "what was given is not one: a letter is wrong or missing",
            "compare it with what you wrote down: eight groups of seven letters and digits",
        )
    })
}
