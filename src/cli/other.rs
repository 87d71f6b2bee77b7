//! `demo --as`: a second machine of a demo that is open in another terminal, each with its own view; the two exchange on this machine alone.

use super::context::{Context, write_out};
use super::dash::{counters_file, here, options, status};
use super::report::parts::day;
use crate::config::Problem;
use crate::demo::DemoError;
use crate::demo::other::{Running, candidates};
use crate::runtime::backing::{self, Shelf};
use crate::runtime::network::Network;
use crate::runtime::worker::Opened;
use crate::runtime::{Ended, Session, Setup};
use crate::sync::{Claim, NetError};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

const WHAT: &str = "the demo’s second machine";
/// A demo that was just opened has so long to be written and to listen, in looks of a tenth of a second.
const LOOKS: usize = 150;

/// Runs the command.
pub fn demo(context: &Context, person: &str, root: Option<&Path>) -> Result<ExitCode, Problem> {
    let session = Session::new()?;
    let (running, at) = find(root).ok_or_else(|| Problem::of(WHAT, DemoError::NoDemo))?;
    let (id, name) = running.person(person).map_err(|e| Problem::of(WHAT, e))?;
    let today = context.settings.today.unwrap_or(running.about.today);
    let dir = running.dir(&id);
    write_out(&format!(
        "This is the machine of {name}, in {}. Today is taken to be {}.\n",
        dir.display(),
        day(today)
    ))?;
    let setup = Setup {
        today,
        options: options(context, true, true)?,
        painted: None,
        counters: counters_file(),
    };
    let network = here(&dir, None);
    let place = dir.clone();
    let network = Network::spawn(network, move || backing::open(&place, None, today))
        .map_err(|e| Problem::of("no thread for the network", e))?;
    let ended = session.run(setup, Some(network), move || {
        let opened = running.open(&id, &at).map(|mut store| {
            store.figures_from(today);
            Opened {
                store: Shelf::new(store),
                shown: None,
            }
        });
        opened.map_err(|error| backing::trouble(&dir, error))
    })?;
    match ended {
        Ended::Trouble(problem) => Err(problem),
        other => Ok(status(&other)),
    }
}

/// The demo in a folder, or the one that was opened last and is open, with where it listens.
fn find(root: Option<&Path>) -> Option<(Running, Vec<String>)> {
    for _ in 0..LOOKS {
        let roots = match root {
            Some(root) => vec![root.to_owned()],
            None => candidates(&std::env::temp_dir()),
        };
        if roots.is_empty() {
            return None;
        }
        // It says where it listens once it is on the network: a folder without that is not asked whose it is.
        let listens = |root: &PathBuf| {
            let running = Running::look(root)?;
            let at = running.listening()?;
            is_open(root).then_some((running, at))
        };
        if let Some(found) = roots.iter().find_map(listens) {
            return Some(found);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    None
}

/// Whether some program is on the network for it.
fn is_open(root: &Path) -> bool {
    matches!(Claim::take(root), Err(NetError::Claimed(_)))
}
