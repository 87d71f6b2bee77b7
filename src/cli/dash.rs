//! The dashboard on the data folder, and the demo.

use super::args::Online;
use super::context::{Context, write_out};
use super::init;
use super::report::parts::day;
use super::unlock;
use crate::app::Options;
use crate::app::keymap::{KeyMap, load};
use crate::config::Problem;
use crate::demo::{Demo, other};
use crate::domain::text::counted;
use crate::runtime::backing::{self, Shelf};
use crate::runtime::network::{self, Network};
use crate::runtime::worker::{Opened, Trouble};
use crate::runtime::{Ended, Session, Setup, counters, look};
use crate::store::Secrets;
use crate::sync::NetOptions;
use crate::term;
use crate::term::signal::SIGNALLED;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Opens the dashboard on the data folder.
pub fn dashboard(context: &Context, online: &Online) -> Result<ExitCode, Problem> {
    loop {
        // A passphrase is asked for on the plain terminal, before the screen is taken.
        let key = match term::is_interactive() {
            true => unlock::unlock(context)?,
            false => None,
        };
        let session = Session::new()?;
        let dir = context.settings.data_dir.clone();
        let today = context.settings.today();
        let setup = Setup {
            today,
            options: options(context, false, true)?,
            painted: None,
            counters: counters_file(),
        };
        let folder = context.settings.data_dir.clone();
        let key = key.map(|key| key.secrets);
        let (second, place) = (key.as_ref().map(Secrets::again), dir.clone());
        let kept_demo = other::Running::look(&dir).is_some();
        let on = network::Setup {
            dir: dir.clone(),
            options: NetOptions {
                listen: online.listen,
                no_mdns: online.no_mdns,
                relay: None,
            },
            peers: online.peer.iter().map(|p| (p.id.clone(), p.at)).collect(),
            off: online.offline,
            post: None,
        };
        // A demo that was kept stays on this machine, as it was at first, unless an address is asked for.
        let on = match kept_demo && online.listen.is_none() {
            true => network::Setup {
                off: online.offline,
                ..here(&dir, Some(other::listening_file(&dir)))
            },
            false => on,
        };
        let network = Network::spawn(on, move || backing::open(&place, second, today))
            .map_err(|e| Problem::of("no thread for the network", e))?;
        let ended = session.run(setup, Some(network), move || {
            match backing::open(&dir, key, today) {
                Ok(store) => Ok(Opened {
                    store: Shelf::new(store),
                    shown: None,
                }),
                Err(error) => Err(backing::trouble(&folder, error)),
            }
        })?;
        match ended {
            Ended::Demo => return demo(context, None),
            Ended::Init => {
                init::ask(context)?;
            }
            Ended::Trouble(problem) => return Err(problem),
            other => return Ok(status(&other)),
        }
    }
}

/// Opens the demo: painted at once, written behind.
pub fn demo(context: &Context, keep: Option<&Path>) -> Result<ExitCode, Problem> {
    let session = Session::new()?;
    let demo =
        Demo::prepare(keep, context.settings.today()).map_err(|e| Problem::of("the demo", e))?;
    let today = context.settings.today.unwrap_or(demo.today);
    let root = demo.root().to_owned();
    let fate = if demo.is_kept() {
        "it is kept"
    } else {
        "it is removed on the way out"
    };
    write_out(&format!(
        "The demo is in {}; {fate}. All its people are invented, and today is taken to be {}.\n",
        root.display(),
        day(today)
    ))?;
    let setup = Setup {
        today,
        options: options(context, true, false)?,
        painted: Some(Arc::clone(&demo.team)),
        counters: counters_file(),
    };
    let plan = demo.plan();
    let shown = Arc::clone(&demo.team);
    let place = root.clone();
    let on = here(&root, Some(other::listening_file(&root)));
    let network = Network::spawn(on, move || backing::open(&place, None, today))
        .map_err(|e| Problem::of("no thread for the network", e))?;
    let ended = session.run(setup, Some(network), move || match plan.build() {
        Ok(mut store) => {
            store.figures_from(today);
            Ok(Opened {
                store: Shelf::new(store),
                shown: Some(shown),
            })
        }
        Err(error) => Err(Trouble {
            problem: Problem::new(
                "the demo's folder",
                error.to_string(),
                "what is changed now is not kept",
            ),
            no_team: false,
        }),
    });
    let kept = demo.is_kept();
    // The folder goes before the farewell says so.
    drop(demo);
    let ended = ended?;
    write_out(&if kept {
        format!(
            "The demo is kept in {}. To open it again: guildhall --data-dir {} --today {today}\n",
            root.display(),
            root.display()
        )
    } else {
        format!("The demo and its folder {} are gone.\n", root.display())
    })?;
    match ended {
        Ended::Trouble(problem) => Err(problem),
        other => Ok(status(&other)),
    }
}

/// A demo is on the network of this machine alone.
pub fn here(dir: &Path, post: Option<PathBuf>) -> network::Setup {
    network::Setup {
        dir: dir.to_owned(),
        options: NetOptions {
            listen: Some((Ipv4Addr::LOCALHOST, 0).into()),
            no_mdns: true,
            relay: None,
        },
        post,
        ..network::Setup::default()
    }
}

pub fn status(ended: &Ended) -> ExitCode {
    match ended {
        Ended::Signal(signal) => {
            // Signals are numbered from 1 to 64.
            ExitCode::from(u8::try_from(SIGNALLED + signal).unwrap_or(u8::MAX))
        }
        _ => ExitCode::SUCCESS,
    }
}

pub fn options(context: &Context, demo: bool, store_ready: bool) -> Result<Options, Problem> {
    Ok(Options {
        demo,
        store_ready,
        look: look::look(context.wishes),
        keys: Arc::new(keys(context)?),
    })
}

pub fn counters_file() -> Option<PathBuf> {
    std::env::var_os(counters::VARIABLE)
        .filter(|file| !file.is_empty())
        .map(PathBuf::from)
}

/// The key map in use; every mistake of the user's file at once.
pub fn keys(context: &Context) -> Result<KeyMap, Problem> {
    let loaded = match &context.settings.keymap {
        None => load::load(None),
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .map_err(|e| Problem::of(format!("the key map {}", file.display()), e))?;
            load::load(Some((&file.display().to_string(), &text)))
        }
    };
    loaded.map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        Problem::new(
            "the key map",
            format!(
                "{}, so it is not used:\n{}",
                counted(lines.len(), "mistake", "mistakes"),
                lines.join("\n")
            ),
            "mend the file, or leave it out with --keymap and another one",
        )
    })
}
