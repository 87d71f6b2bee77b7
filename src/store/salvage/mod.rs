//! Salvage: what is left of a team's file that SQLite cannot read, or not all of it. The pages are read one by one, every row is checked by
//! signature, hash and chain, and a sound file is made of what holds. Owns the steps from the damaged folder to the new one. Must not know:
//! who asks for it, and how its sentences are shown.
//!
//! What is not proven is not taken over; the damaged folder is kept as it is. A document key that no other device was granted stands in the
//! team's file alone: where its row is lost, so is all that it encrypts. The device's own secrets are in the key file and are not touched.

mod found;
mod install;
mod pages;
mod rebuild;
mod report;

pub use report::Sentences;

use super::Store;
use super::check::{Health, free_bytes};
use super::error::StoreError;
use super::files::{check_folder, sync_parent, team_file};
use super::keyfile::Secrets;
use super::local::LocalKeys;
use super::outside::Outside;
use found::Found;
use install::Staging;
use pages::Image;
use std::path::{Path, PathBuf};

/// A sound folder made of what is left of a damaged one, beside it. Dropped, it is gone again.
pub struct Salvage {
    store: Store,
    staging: Staging,
    /// The damaged folder, and its file as it was read.
    dir: PathBuf,
    image: Image,
    /// What became of the file.
    pub said: Sentences,
}

impl std::fmt::Debug for Salvage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Salvage").field("said", &self.said).finish()
    }
}

impl Salvage {
    /// Reads what is left, and makes a sound folder of it. The damaged one is only read.
    ///
    /// # Errors
    /// [`StoreError::BeyondRepair`] where nothing can be proven any more.
    pub fn of(dir: &Path, secrets: &Secrets) -> Result<Self, StoreError> {
        check_folder(dir)?;
        Outside::here().check_local(dir)?;
        let image = Image::read(dir)?;
        let keys = LocalKeys::new(secrets.root());
        let mut found = Found::default();
        for state in image.states() {
            found.read(&state, &keys);
        }
        if free_bytes(dir).is_some_and(|free| free < image.bytes()) {
            return Err(StoreError::Full);
        }
        let staging = Staging::beside(dir)?;
        let unnamed = image.missing().is_none_or(|(_, gone)| gone > 0);
        let rebuilt = rebuild::rebuild(staging.path(), dir, secrets, &found, unnamed)?;
        let said = report::sentences(&image, &found, &rebuilt)?;
        Ok(Self {
            store: rebuilt.store,
            staging,
            dir: dir.to_owned(),
            image,
            said,
        })
    }

    /// Examines the new folder.
    pub fn check(&mut self) -> Result<Health, StoreError> {
        self.store.check()
    }

    /// The new folder.
    pub fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Puts the new folder in the place of the damaged one; says where that lies now.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where another program wrote to the damaged one meanwhile, which would not be in the new one.
    pub fn install(self) -> Result<PathBuf, StoreError> {
        let Self {
            store,
            staging,
            dir,
            image,
            ..
        } = self;
        let file = team_file(staging.path());
        store
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        drop(store);
        std::fs::File::open(&file)
            .and_then(|f| f.sync_all())
            .map_err(super::error::io(format!("write {}", file.display())))?;
        sync_parent(&file)?;
        if Image::read(&dir)? != image {
            return Err(StoreError::Busy);
        }
        staging.install()
    }
}

impl StoreError {
    /// Whether it is the team's file that cannot be read, or not all of it: what is left of it, or in SQLite's log, may say more.
    pub fn is_for_salvage(&self) -> bool {
        match self {
            Self::Damaged { .. }
            | Self::Corrupt(_)
            | Self::KeyDamaged(_)
            | Self::TeamMissing(_) => true,
            Self::Sqlite(error) => {
                error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase)
            }
            _ => false,
        }
    }
}
