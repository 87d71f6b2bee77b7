//! A second machine of a demo that runs: one of its people, with a folder and a key of their own under the demo's root. Owns what the two tell
//! each other through files there. Must not know: the network, the terminal.

use super::{DEVICES, DemoError};
use crate::domain::PersonId;
use crate::log::{DeviceId, TeamId};
use crate::store::{Joining, Store, StoreError, device_under, folder_under, team_file};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Name of the file that says what the demo is.
const ABOUT: &str = "demo";
/// Name of the file that says where its machine listens.
const LISTENING: &str = "listening";
/// Folder under the root that holds a folder for each machine but the first.
const PEOPLE: &str = "people";

/// What a second machine needs to know of the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The day that it takes as today.
    pub today: NaiveDate,
    /// Everybody: handle, id, name.
    pub people: Vec<(String, String, String)>,
    team: [u8; 32],
    device: [u8; 32],
    entries: Vec<Vec<u8>>,
    statements: Vec<Vec<u8>>,
}

impl About {
    /// Says it of a store that was just written.
    pub(super) fn of(
        store: &mut Store,
        today: NaiveDate,
        people: &[(String, PersonId, String)],
    ) -> Result<Self, StoreError> {
        let device = store.device();
        let record = store.record_for(&device)?;
        let (entries, statements) = record
            .map(|r| (r.entries, r.statements))
            .unwrap_or_default();
        let named = people.iter();
        Ok(Self {
            today,
            people: named
                .map(|(handle, id, name)| (handle.clone(), id.to_string(), name.clone()))
                .collect(),
            team: store.team_id().0,
            device: device.0,
            entries,
            statements,
        })
    }

    /// Writes it under the root.
    pub(super) fn write(&self, root: &Path) -> Result<(), StoreError> {
        let bytes =
            postcard::to_stdvec(self).map_err(|_| StoreError::Encode("the demo's people"))?;
        let path = root.join(ABOUT);
        std::fs::write(&path, bytes).map_err(|source| StoreError::Io {
            what: format!("write {}", path.display()),
            source,
        })
    }
}

/// A demo that somebody runs, or ran and kept.
#[derive(Clone, Debug)]
pub struct Running {
    root: PathBuf,
    /// What it is.
    pub about: About,
}

/// Folders of demos under a folder for temporary files, the newest first.
pub fn candidates(temporary: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(temporary) else {
        return Vec::new();
    };
    let mut found: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|e| e.file_name().to_string_lossy().starts_with(super::PREFIX))
        .filter_map(|e| Some((e.metadata().ok()?.modified().ok()?, e.path())))
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

/// Where the machine of a demo says that it listens.
pub fn listening_file(root: &Path) -> PathBuf {
    root.join(LISTENING)
}

impl Running {
    /// Looks whether a folder is that of a demo whose store is written; `None` where it is not.
    pub fn look(root: &Path) -> Option<Self> {
        let bytes = std::fs::read(root.join(ABOUT)).ok()?;
        Some(Self {
            root: root.to_owned(),
            about: postcard::from_bytes(&bytes).ok()?,
        })
    }

    /// Who is meant: a handle, a name, or the beginning of either.
    ///
    /// # Errors
    /// [`DemoError::Nobody`] with those that are meant perhaps.
    pub fn person(&self, typed: &str) -> Result<(PersonId, String), DemoError> {
        let wanted = typed.trim().to_lowercase();
        let is = |p: &&(String, String, String)| {
            p.0.to_lowercase() == wanted || p.2.to_lowercase() == wanted
        };
        let begins = |p: &&(String, String, String)| {
            p.0.to_lowercase().starts_with(&wanted) || p.2.to_lowercase().starts_with(&wanted)
        };
        let all = &self.about.people;
        let mut found: Vec<_> = all.iter().filter(is).collect();
        if found.is_empty() {
            found = all.iter().filter(begins).collect();
        }
        match found.as_slice() {
            [one] => Ok((PersonId::new(one.1.clone()), one.2.clone())),
            _ => {
                let meant = if found.is_empty() {
                    all.iter().collect()
                } else {
                    found
                };
                let handles: Vec<&str> = meant.iter().map(|p| p.0.as_str()).collect();
                Err(DemoError::Nobody {
                    typed: typed.to_owned(),
                    meant: handles.join(", "),
                })
            }
        }
    }

    /// The folder of a person's machine.
    pub fn dir(&self, person: &PersonId) -> PathBuf {
        folder_under(&self.root.join(PEOPLE), person)
    }

    /// Opens a person's machine, made when it is first opened: it knows who takes part and where the first machine listens, and gets
    /// everything else from it. `at` is what the first machine wrote about where it listens.
    ///
    /// # Errors
    /// What the store says.
    pub fn open(&self, person: &PersonId, at: &[String]) -> Result<Store, StoreError> {
        let dir = self.dir(person);
        let mut store = match team_file(&dir).exists() {
            true => Store::open(&dir)?,
            false => {
                let device = device_under(&self.root.join(DEVICES), person)?;
                Joining::begin_as(&dir, &device)?.finish(
                    &TeamId(self.about.team),
                    person,
                    &self.about.entries,
                    &self.about.statements,
                )?
            }
        };
        store.note_addresses(&DeviceId(self.about.device), at)?;
        store.figures_from(self.about.today);
        Ok(store)
    }

    /// Where the first machine listens; `None` until it has said so.
    pub fn listening(&self) -> Option<Vec<String>> {
        let text = std::fs::read_to_string(listening_file(&self.root)).ok()?;
        let line = text.lines().nth(1)?;
        Some(line.split_whitespace().map(str::to_owned).collect())
    }
}
