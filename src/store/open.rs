//! Opening a data folder: what has to be so before anything of it is read. Owns the order of these checks, and what is made up for at each
//! opening. Must not know what is asked of a team afterwards.

use super::guard::{self, Guard, Why};
use super::inner::{Inner, day_of, meta, now_ms};
use super::local::{LocalKeys, Purpose};
use super::outside::Outside;
use super::schema::{self, FileKind};
use super::{
    KeyFile, Passphrase, Secrets, Store, StoreError, UNFINISHED, carry, contested, destroy, files,
    key_file, keyfile, presence, receive, team_file,
};
use crate::domain::PersonId;
use crate::log::TeamId;
use rusqlite::Connection;
use std::path::Path;

/// Whose folder is to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Person,
    Carrier,
}

/// Kibibytes of the file that a handle keeps in memory.
const CACHE_KIB: i64 = 16 << 10;

impl Store {
    /// Opens the team of a folder without a passphrase.
    ///
    /// # Errors
    /// [`StoreError::PassphraseNeeded`] where there is one, once nothing else is in the way.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_by(dir, || Ok(KeyFile::open(dir, None)?.secrets))
    }

    /// Opens the team of a folder with its passphrase; a folder that has none is opened as well.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`] where it is another one.
    pub fn open_with(dir: &Path, passphrase: &Passphrase) -> Result<Self, StoreError> {
        Self::open_by(dir, || Ok(KeyFile::open(dir, Some(passphrase))?.secrets))
    }

    /// Opens the team of a folder with the secrets of its key file, which somebody has opened already.
    pub fn open_unlocked(dir: &Path, secrets: Secrets) -> Result<Self, StoreError> {
        Self::open_by(dir, || Ok(secrets))
    }

    fn open_by(
        dir: &Path,
        secrets: impl FnOnce() -> Result<Secrets, StoreError>,
    ) -> Result<Self, StoreError> {
        Self::open_as(dir, Whose::Person, Outside::here(), None, secrets)
    }

    /// Opens the folder of a carrier, which holds no document key.
    ///
    /// # Errors
    /// [`StoreError::NoCarrier`] where it is a person's.
    pub fn open_carrier(
        dir: &Path,
        secrets: impl FnOnce() -> Result<Secrets, StoreError>,
    ) -> Result<Self, StoreError> {
        Self::open_as(dir, Whose::Carrier, Outside::here(), None, secrets)
    }

    /// The same in other surroundings, and with a reason to begin a new era that the folder itself does not give.
    pub(super) fn open_from(
        dir: &Path,
        outside: Outside,
        because: Option<Why>,
        secrets: impl FnOnce() -> Result<Secrets, StoreError>,
    ) -> Result<Self, StoreError> {
        Self::open_as(dir, Whose::Person, outside, because, secrets)
    }

    fn open_as(
        dir: &Path,
        whose: Whose,
        outside: Outside,
        because: Option<Why>,
        secrets: impl FnOnce() -> Result<Secrets, StoreError>,
    ) -> Result<Self, StoreError> {
        let path = team_file(dir);
        presence::to_open(dir)?;
        files::check_folder(dir)?;
        outside.check_local(dir)?;
        keyfile::clear(dir);
        let damaged = |why: &str| StoreError::Damaged {
            path: path.clone(),
            why: why.to_owned(),
        };
        let of_sqlite = |error: StoreError| match error {
            StoreError::Corrupt(_) => damaged("it is not a whole SQLite file"),
            StoreError::Sqlite(e)
                if e.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) =>
            {
                damaged("it is not an SQLite file")
            }
            other => other,
        };
        let mut db = schema::connect_to_look(&path).map_err(of_sqlite)?;
        let kind = schema::file_kind(&db).map_err(of_sqlite)?;
        schema::keep_log(&db, false)?;
        match kind {
            FileKind::Team(version) if version > schema::TABLES_VERSION => {
                return Err(StoreError::NewerFormat {
                    path,
                    found: version,
                    known: schema::TABLES_VERSION,
                });
            }
            FileKind::Team(version) if version < schema::TABLES_VERSION => {
                return Err(StoreError::OlderFormat {
                    path,
                    found: version,
                    known: schema::TABLES_VERSION,
                });
            }
            FileKind::Team(_) => {}
            FileKind::Empty => return Err(StoreError::NoTeam(dir.to_owned())),
            FileKind::Foreign => return Err(damaged("it belongs to another program")),
        }
        if meta::<i64>(&db, UNFINISHED).map_err(of_sqlite)?.is_some() {
            return Err(StoreError::Unfinished(dir.to_owned()));
        }
        // Before anybody is asked for a passphrase.
        let carrier = carry::is_carrier(&db).map_err(of_sqlite)?;
        match (whose, carrier) {
            (Whose::Person, true) => return Err(StoreError::Carrier(dir.to_owned())),
            (Whose::Carrier, false) => return Err(StoreError::NoCarrier(dir.to_owned())),
            _ => {}
        }
        let secrets = secrets()?;
        let keys = LocalKeys::new(secrets.root());
        let team = meta::<[u8; 32]>(&db, "team")
            .map_err(of_sqlite)?
            .map(TeamId)
            .ok_or_else(|| damaged("it does not name its team"))?;
        let me = meta::<Vec<u8>>(&db, "me")
            .map_err(of_sqlite)?
            .ok_or_else(|| damaged("it does not name its user"))?;
        let me: PersonId = keys
            .open_value(Purpose::Me, &team.0, &me)
            .ok_or_else(|| StoreError::KeyDamaged(key_file(dir)))?;
        let guard = Guard::new(dir, outside, because)?;
        let mut inner = Inner::new(keys, &secrets, team, me, guard);
        inner.carrier = carrier;
        if let Some(why) = guard::look(&db, &mut inner)? {
            // Every write transaction begins what has to be begun. Whoever only reads can go on without.
            if let Err(error) = Self::transact(&mut db, &mut inner, |_| Ok(())) {
                tracing::warn!(%error, why = why.words(), "no new era could be begun yet");
            }
        }
        if let Err(error) = destroy::due(&mut db, &mut inner, now_ms()) {
            tracing::warn!(%error, "what is to be destroyed could not be yet");
        }
        if let Err(error) = receive::take_up(&mut db, &mut inner) {
            tracing::warn!(%error, "what waited for this version of the program could not be taken up yet");
        }
        Self::with(dir, db, inner)
    }

    pub(super) fn with(dir: &Path, db: Connection, inner: Inner) -> Result<Self, StoreError> {
        if !inner.carrier {
            // Indices by hash are written all over; with SQLite's own two megabytes they are read from the file again and again. A carrier stays
            // small instead.
            db.pragma_update(None, "cache_size", -CACHE_KIB)?;
        }
        let mut store = Self {
            dir: dir.to_owned(),
            db,
            inner,
            snapshot: None,
            day: day_of(now_ms()),
            data_version: 0,
            looked: contested::Looked::new(),
            recovery: None,
        };
        store.data_version = store.read_data_version()?;
        tracing::info!(team = ?store.inner.team, "a team is open");
        Ok(store)
    }
}
