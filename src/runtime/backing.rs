//! The store as the worker sees it, with its errors in words.

use super::telling::Sources;
use super::worker::{Backing, NotSaved, Trouble};
use crate::app::event::Saved;
use crate::config::Problem;
use crate::document::conflict::Conflict;
use crate::document::{DocRef, Edit};
use crate::domain::told::Told;
use crate::domain::{Person, PersonId, Team};
use crate::store::{Committed, Secrets, Store, StoreError, Watch};
use chrono::NaiveDate;
use std::path::Path;
use std::sync::Arc;

/// A store behind the dashboard.
#[derive(Debug)]
pub struct Shelf {
    store: Store,
    /// What was missing when the team was last read.
    missing: Vec<String>,
    /// Kept for as long as it is to run.
    watch: Option<Watch>,
}

impl Shelf {
    /// Takes an open store.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            missing: Vec::new(),
            watch: None,
        }
    }
}

/// Opens the team of a folder so that its figures are right on a day, which may be long past.
///
/// # Errors
/// What the store says.
pub fn open(dir: &Path, key: Option<Secrets>, today: NaiveDate) -> Result<Store, StoreError> {
    let mut store = match key {
        Some(secrets) => Store::open_unlocked(dir, secrets)?,
        None => Store::open(dir)?,
    };
    store.figures_from(today);
    Ok(store)
}

fn words(error: StoreError) -> String {
    error.to_string()
}

fn saved(done: Option<Committed>, name: fn(String, Vec<String>) -> Saved) -> Saved {
    match done {
        None => Saved::Nothing,
        Some(done) => name(
            done.label,
            done.left.iter().map(ToString::to_string).collect(),
        ),
    }
}

impl Backing for Shelf {
    fn team(&mut self) -> Result<Arc<Team>, String> {
        let read = self.store.team_in_part().map_err(words)?;
        self.missing = read.sentences();
        Ok(Arc::new(read.team))
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn person(&mut self, id: &PersonId) -> Result<Person, String> {
        self.store
            .person(id)
            .map_err(words)?
            .ok_or_else(|| "this folder holds nothing of that person".to_owned())
    }

    fn commit(&mut self, edit: &Edit) -> Result<(), NotSaved> {
        match self.store.commit(edit) {
            Ok(_) => Ok(()),
            Err(StoreError::Meanwhile(stands)) => Err(NotSaved::Meanwhile(stands)),
            Err(error) => Err(NotSaved::Failed(words(error))),
        }
    }

    fn undo(&mut self) -> Result<Saved, String> {
        let done = self.store.undo().map_err(words)?;
        Ok(saved(done, |label, left| Saved::Undone { label, left }))
    }

    fn redo(&mut self) -> Result<Saved, String> {
        let done = self.store.redo().map_err(words)?;
        Ok(saved(done, |label, left| Saved::Redone { label, left }))
    }

    fn refresh(&mut self) -> Result<bool, String> {
        self.store.data_changed().map_err(words)
    }

    fn watch(&mut self, wake: Box<dyn Fn() + Send + Sync>) {
        match self.store.watch(wake) {
            Ok(watch) => self.watch = Some(watch),
            // `doctor` says so; what other programs write is then seen after the next edit.
            Err(error) => tracing::warn!(%error, "no watch on the team's file"),
        }
    }

    fn pack(&mut self) -> Result<bool, String> {
        self.store.tidy_next().map_err(words)
    }

    fn conflicts(&mut self, team: &Team, most: usize) -> Result<Option<Vec<Conflict>>, String> {
        self.store.look_for_conflicts(team, most).map_err(words)
    }

    fn name_devices(&mut self, found: &mut [Conflict]) -> Result<(), String> {
        self.store.name_devices(found).map_err(words)
    }

    fn history_sources(&mut self) -> Result<Sources, String> {
        let found = self.store.history_sources().map_err(words)?;
        let heads = found.heads;
        let of = |doc: DocRef| {
            let heads = heads.get(&doc).copied().unwrap_or_default();
            (doc, heads)
        };
        Ok(Sources {
            documents: found.documents.into_iter().map(of).collect(),
            withheld: found.withheld,
        })
    }

    fn history_of(&mut self, team: &Team, doc: &DocRef) -> Result<Vec<Told>, String> {
        self.store.history_of(team, doc).map_err(words)
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        let c = self.store.counters();
        vec![
            ("queries", c.queries),
            ("document_loads", c.document_loads),
            ("envelopes", c.envelopes),
            ("views", c.views),
            ("rebuilt", c.rebuilt),
        ]
    }
}

/// A store that could not be opened, in words with the next step.
pub fn trouble(dir: &Path, error: StoreError) -> Trouble {
    let no_team = matches!(error, StoreError::NoTeam(_));
    let problem = if no_team {
        Problem::new(
            format!("There is no team in {} yet", dir.display()),
            "nothing was started or imported there",
            "look at a made-up one: guildhall demo\n\
             start a team: guildhall init\n\
             make it from a folder: guildhall import PATH",
        )
    } else {
        Problem::new(
            format!("The team in {} cannot be opened", dir.display()),
            error.to_string(),
            "",
        )
    };
    Trouble { problem, no_team }
}
