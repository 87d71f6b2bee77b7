//! The demo: a throw-away team made from the sample that the program carries. It is painted at once; the store behind it is written on
//! another thread, each document by its rightful writer. Must not know: the terminal, the screens.

pub mod other;

use crate::document::{DocRef, Writing};
use crate::domain::team::Rights;
use crate::domain::{PersonId, Team};
use crate::exchange::{self, Ids, Mode, Parsed};
use crate::log::{Access, may};
use crate::store::{Seed, Store, StoreError};
use chrono::NaiveDate;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folder under the demo's root that holds a device for each of its people.
const DEVICES: &str = "devices";
/// What the name of a temporary folder begins with.
const PREFIX: &str = "guildhall-demo-";

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder to keep it in holds something.
    #[error("{} is not empty: name a new folder for the demo, or open the team that is there with --data-dir", .0.display())]
    NotEmpty(PathBuf),
    /// No folder could be made.
    #[error("no folder for the demo can be made at {}: {source}", .at.display())]
    Folder {
        /// Where.
        at: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The sample that the program carries has mistakes.
    #[error("the sample team that this program carries has mistakes:\n{0}")]
    Sample(String),
    /// Nobody, or several, are called so.
    #[error("“{typed}” is nobody of the demo, or several: try {meant}")]
    Nobody {
        /// As typed.
        typed: String,
        /// Handles that may be meant.
        meant: String,
    },
    /// No demo is open.
    #[error(
        "no demo is open on this machine: run `guildhall demo` in another terminal first, and leave it open"
    )]
    NoDemo,
    /// The sample names nobody as owner, or no ids could be made.
    #[error("the sample team cannot be written: {0}")]
    Write(String),
}

/// The demo's folder: removed when this is dropped, unless it is to be kept.
#[derive(Debug)]
enum Folder {
    Temporary(tempfile::TempDir),
    Kept(PathBuf),
}

/// A demo that is ready to be shown.
#[derive(Debug)]
pub struct Demo {
    folder: Folder,
    /// The team as painted.
    pub team: Arc<Team>,
    /// The day that it takes as today.
    pub today: NaiveDate,
    plan: Plan,
    /// Kept to the end: the first picture need not wait until so many texts have been given back.
    _read: Parsed,
}

/// What the store thread writes.
#[derive(Clone, Debug)]
pub struct Plan {
    root: PathBuf,
    me: PersonId,
    writings: Arc<Vec<Writing>>,
    rights: Arc<Rights>,
    people: Vec<PersonId>,
    today: NaiveDate,
    /// Handle, id and name of everybody.
    names: Arc<Vec<(String, PersonId, String)>>,
}

impl Demo {
    /// Reads the sample, paints it, and makes the folder: `keep`, or a temporary one. `today` is taken where the sample names no day.
    ///
    /// # Errors
    /// No folder, or a mistake in the sample.
    pub fn prepare(keep: Option<&Path>, today: NaiveDate) -> Result<Self, DemoError> {
        let parsed = exchange::parse_carried().map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            DemoError::Sample(lines.join("\n"))
        })?;
        let today = parsed.as_of().unwrap_or(today);
        let write = |e: &dyn std::fmt::Display| DemoError::Write(e.to_string());
        let mut ids = Ids::random([]);
        let written =
            exchange::writings(&parsed, &Mode::Rightful, &mut ids, today).map_err(|e| write(&e))?;
        let rights = Arc::new(exchange::rights(&parsed, &ids));
        let me = ids
            .get(parsed.owner())
            .cloned()
            .ok_or_else(|| write(&"it names no owner"))?;
        let reads = |doc: &DocRef| may(Access::Read, doc, &me, &rights, today);
        let team = exchange::paint(&written.writings, &rights, &me, &Mode::Rightful, &reads);
        let names = ids
            .iter()
            .map(|(handle, id)| {
                let name = team.person(id).map(|p| p.name.get().clone());
                (handle.to_owned(), id.clone(), name.unwrap_or_default())
            })
            .collect();
        let folder = match keep {
            Some(dir) => Folder::Kept(empty_folder(dir)?),
            None => {
                let made = tempfile::Builder::new().prefix(PREFIX).tempdir();
                Folder::Temporary(made.map_err(|source| DemoError::Folder {
                    at: std::env::temp_dir(),
                    source,
                })?)
            }
        };
        let root = match &folder {
            Folder::Temporary(dir) => dir.path().to_owned(),
            Folder::Kept(dir) => dir.clone(),
        };
        Ok(Self {
            folder,
            team: Arc::new(team),
            today,
            plan: Plan {
                root,
                me,
                writings: Arc::new(written.writings),
                rights,
                people: ids.iter().map(|(_, id)| id.clone()).collect(),
                today,
                names: Arc::new(names),
            },
            _read: parsed,
        })
    }

    /// The demo's folder.
    pub fn root(&self) -> &Path {
        &self.plan.root
    }

    /// Whether the folder stays.
    pub fn is_kept(&self) -> bool {
        matches!(self.folder, Folder::Kept(_))
    }

    /// What the store thread writes.
    pub fn plan(&self) -> Plan {
        self.plan.clone()
    }
}

impl Plan {
    /// Writes the store: one device for each person, every document by its rightful writer.
    ///
    /// # Errors
    /// What the store says.
    pub fn build(&self) -> Result<Store, StoreError> {
        let devices = self.root.join(DEVICES);
        let mut store = Store::create_to_seed(&self.root, &self.me)?;
        let seed = Seed::Rightful {
            devices,
            people: self.people.clone(),
        };
        store.seed(&self.writings, &self.rights, &seed)?;
        other::About::of(&mut store, self.today, &self.names)?.write(&self.root)?;
        Ok(store)
    }
}

/// A folder that is new or empty.
fn empty_folder(dir: &Path) -> Result<PathBuf, DemoError> {
    let failed = |source| DemoError::Folder {
        at: dir.to_owned(),
        source,
    };
    std::fs::create_dir_all(dir).map_err(failed)?;
    if std::fs::read_dir(dir).map_err(failed)?.next().is_some() {
        return Err(DemoError::NotEmpty(dir.to_owned()));
    }
    dir.canonicalize().map_err(failed)
}
