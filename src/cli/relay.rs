//! `relay`: the team's own relay, over which machines reach each other that no address leads to. It sees who talks to whom and when, and
//! nothing of what is said.

use super::args::Relay;
use super::context::{Context, write_out};
use crate::config::Problem;
use crate::document::edits;
use crate::sync::endpoint::relay_url;
use std::process::ExitCode;

/// What takes it away.
const NONE: &str = "none";

/// Runs the command.
pub fn relay(context: &Context, args: &Relay) -> Result<ExitCode, Problem> {
    const WHAT: &str = "the team\u{2019}s relay";
    let mut store = context.open()?;
    let team = context.team(&mut store)?;
    let Some(given) = &args.url else {
        let said = match team.base.relay.as_str() {
            "" => "The team has no relay: machines reach each other by address, on the local network, or through a carrier.\n".to_owned(),
            url => format!("The team\u{2019}s relay is {url}.\n"),
        };
        write_out(&said)?;
        return Ok(ExitCode::SUCCESS);
    };
    let url = Some(given.trim()).filter(|given| *given != NONE);
    if let Some(url) = url {
        relay_url(url).map_err(|e| Problem::of(WHAT, e))?;
    }
    let edit = edits::relay(&team, url, context.settings.today());
    let edit = edit.map_err(|e| Problem::of(WHAT, e))?;
    store
        .commit(&edit)
        .map_err(|e| context.store_problem(WHAT, e))?;
    write_out(match url {
        Some(_) => {
            "Saved. Every machine that hears of it uses it from the next time that it goes on the network.\n"
        }
        None => "Saved. No machine that hears of it uses a relay any more.\n",
    })?;
    Ok(ExitCode::SUCCESS)
}
