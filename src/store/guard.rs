//! The clone guard: whether this folder is still the one that wrote its logs, and the eras that follow where it may not be. In a new era
//! the logs of earlier ones take no more, and the next change of a document begins a new epoch; so a copy, a restored backup or a
//! database that was put back never writes a place in a log a second time. Owns the tables `guard` and `eras`. Must not know: documents.
//!
//! The database notes machine, folder, a token and its own head (a count of commits and a hash); the file `place` keeps token and head a
//! second time. They are compared when a folder is opened and again in each write transaction, whose lock keeps everybody else from
//! committing. A place that lags is normal: it is written after the commit, and not synced. **What lag means**: a database that is put
//! back by no more commits than the place lags behind is not noticed here, but by the next one who holds more of the log. A kill leaves
//! the place behind by at most the commit in progress; a power cut by what the system had not written out.

use super::error::StoreError;
use super::inner::{Inner, now_ms};
use super::outside::{self, Outside};
use super::place::{self, Place, Record};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::{Path, PathBuf};

/// Why an era began. The numbers stand in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i64)]
pub enum Why {
    /// The team was founded.
    Founded = 1,
    /// The folder came from a program that did not guard it.
    Unguarded = 2,
    /// Another machine.
    Machine = 3,
    /// A copy of the folder, or of the team's file.
    Folder = 4,
    /// No file `place`.
    PlaceMissing = 5,
    /// A file `place` that makes no sense.
    PlaceDamaged = 6,
    /// A file `place` of another era.
    PlaceForeign = 7,
    /// The database is older than the file `place` says, or of another history.
    WentBack = 8,
    /// Restored from a backup.
    Restored = 9,
    /// Damaged envelopes were set aside.
    Repaired = 10,
    /// This device joined the team.
    Joined = 11,
    /// The team's file was made again from what could be read of a damaged one.
    Salvaged = 12,
}

impl Why {
    const ALL: [Self; 12] = [
        Self::Founded,
        Self::Unguarded,
        Self::Machine,
        Self::Folder,
        Self::PlaceMissing,
        Self::PlaceDamaged,
        Self::PlaceForeign,
        Self::WentBack,
        Self::Restored,
        Self::Repaired,
        Self::Joined,
        Self::Salvaged,
    ];

    fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|why| *why as i64 == code)
    }

    /// In words, to follow "since".
    pub fn words(self) -> &'static str {
        match self {
            Self::Founded => "the team was founded",
            Self::Unguarded => "an older program, which did not watch for copies, wrote here",
            Self::Machine => "the folder came to another machine",
            Self::Folder => "the folder, or the team's file in it, was copied or put back",
            Self::PlaceMissing => "the file “place” was missing",
            Self::PlaceDamaged => "the file “place” was damaged",
            Self::PlaceForeign => "the file “place” and the team's file did not belong together",
            Self::WentBack => "an older state of the team's file was put back",
            Self::Restored => "the team was restored from a backup",
            Self::Repaired => "damaged envelopes were set aside",
            Self::Joined => "this device joined the team",
            Self::Salvaged => {
                "the team's file was damaged and was made again from what could be read of it"
            }
        }
    }
}

/// An era of this folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Era {
    /// Counts from 1.
    pub number: i64,
    /// When it began, milliseconds since 1970 UTC.
    pub began_ms: u64,
    /// Why; `None` where a newer program has a reason that this one does not know.
    pub why: Option<Why>,
}

/// What the database notes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Noted {
    machine: Vec<u8>,
    folder: Vec<u8>,
    token: [u8; 32],
    era: i64,
    commits: u64,
    head: [u8; 32],
}

/// The guard of an open folder.
#[derive(Debug)]
pub struct Guard {
    dir: PathBuf,
    outside: Outside,
    /// The folder as it was when it was opened.
    folder: [u8; 32],
    /// The era that takes new changes.
    pub era: i64,
    /// A reason to begin a new era that the folder itself does not give.
    because: Option<Why>,
    /// Why this handle began one, if it did.
    pub begun: Option<Why>,
}

impl Guard {
    /// Over a folder whose team file is there.
    pub fn new(dir: &Path, outside: Outside, because: Option<Why>) -> Result<Self, StoreError> {
        Ok(Self {
            folder: outside::folder_id(dir)?,
            dir: dir.to_owned(),
            outside,
            era: 0,
            because,
            begun: None,
        })
    }

    /// Fresh bytes that no clone draws; see [`Outside::draw`].
    pub fn draw(&self, purpose: &str) -> Result<[u8; 32], StoreError> {
        self.outside.draw(&self.folder, purpose)
    }
}

fn noted(db: &Connection) -> Result<Option<Noted>, StoreError> {
    Ok(db
        .prepare_cached("SELECT machine, folder, token, era, commits, head FROM guard")?
        .query_row([], |r| {
            Ok(Noted {
                machine: r.get(0)?,
                folder: r.get(1)?,
                token: r.get(2)?,
                era: r.get(3)?,
                commits: u64::try_from(r.get::<_, i64>(4)?).unwrap_or(0),
                head: r.get(5)?,
            })
        })
        .optional()?)
}

/// Why a new era has to begin, if it has to.
fn judge(guard: &Guard, noted: Option<&Noted>, place: &Place) -> Option<Why> {
    if guard.because.is_some() {
        return guard.because;
    }
    let Some(noted) = noted else {
        return Some(Why::Unguarded);
    };
    if noted.machine != guard.outside.machine() {
        return Some(Why::Machine);
    }
    if noted.folder != guard.folder {
        return Some(Why::Folder);
    }
    match place {
        Place::Missing => Some(Why::PlaceMissing),
        Place::Damaged => Some(Why::PlaceDamaged),
        Place::Says(place) if place.token != noted.token => Some(Why::PlaceForeign),
        Place::Says(place) if place.commits > noted.commits => Some(Why::WentBack),
        Place::Says(place) if place.commits == noted.commits && place.head != noted.head => {
            Some(Why::WentBack)
        }
        Place::Says(_) => None,
    }
}

/// Whether a folder that is being opened has to begin a new era. Only looks.
pub fn look(db: &Connection, inner: &mut Inner) -> Result<Option<Why>, StoreError> {
    // The file first: a commit between the two looks makes it lag, and never makes the database seem to have gone back.
    let place = place::read(&inner.guard.dir);
    inner.count(|c| c.queries += 1);
    let noted = noted(db)?;
    inner.guard.era = noted.as_ref().map_or(0, |n| n.era);
    Ok(judge(&inner.guard, noted.as_ref(), &place))
}

/// At the beginning of each write transaction: learns the era, and begins a new one where the folder is not what it was. What is in memory
/// is forgotten then, since it may not be what the file holds.
pub fn enter(db: &Connection, inner: &mut Inner) -> Result<(), StoreError> {
    let dir = &inner.guard.dir;
    // The file that this handle has open may lie there no more; what were written to it then, nobody would find.
    if outside::folder_id(dir).ok() != Some(inner.guard.folder) {
        return Err(StoreError::Replaced(dir.clone()));
    }
    let place = place::read(dir);
    inner.count(|c| c.queries += 1);
    let noted = noted(db)?;
    if let Some(why) = judge(&inner.guard, noted.as_ref(), &place) {
        return begin_after(db, inner, why, noted, &place);
    }
    let era = noted.map_or(0, |n| n.era);
    if era != inner.guard.era {
        inner.forget();
        inner.guard.era = era;
    }
    Ok(())
}

/// Begins a new era, inside a write transaction.
pub fn begin(db: &Connection, inner: &mut Inner, why: Why) -> Result<(), StoreError> {
    let (noted, place) = (noted(db)?, place::read(&inner.guard.dir));
    begin_after(db, inner, why, noted, &place)
}

fn begin_after(
    db: &Connection,
    inner: &mut Inner,
    why: Why,
    noted: Option<Noted>,
    place: &Place,
) -> Result<(), StoreError> {
    let seen = match place {
        Place::Says(record) => record.commits,
        _ => 0,
    };
    let commits = noted.as_ref().map_or(0, |n| n.commits).max(seen) + 1;
    let record = Record {
        token: inner.guard.draw("token")?,
        commits,
        head: inner.guard.draw("head")?,
    };
    let last: Option<i64> = db.query_row("SELECT max(n) FROM eras", [], |r| r.get(0))?;
    let era = last.unwrap_or(0).max(noted.map_or(0, |n| n.era)) + 1;
    db.execute(
        "INSERT INTO eras (n, began, why) VALUES (?1, ?2, ?3)",
        params![era, i64::try_from(now_ms()).unwrap_or(i64::MAX), why as i64],
    )?;
    db.execute(
        "INSERT OR REPLACE INTO guard (id, machine, folder, token, era, commits, head)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            &inner.guard.outside.machine()[..],
            &inner.guard.folder[..],
            &record.token[..],
            era,
            i64::try_from(record.commits).unwrap_or(i64::MAX),
            &record.head[..]
        ],
    )?;
    // Before the commit, while nobody else can write: whoever looks next finds both. If the commit fails, a further era begins.
    if let Err(error) = place::replace(&inner.guard.dir, &record) {
        // Editing goes on; each opening begins an era until the file can be written.
        tracing::warn!(%error, "the place file cannot be written");
    }
    tracing::info!(era, why = why.words(), "a new era begins");
    inner.forget();
    inner.guard.era = era;
    inner.guard.because = None;
    inner.guard.begun = Some(why);
    Ok(())
}

/// At the end of a transaction that appended to a log: moves the head on. The place has to follow once the commit is done.
pub fn advance(db: &Connection, inner: &Inner) -> Result<Option<Record>, StoreError> {
    inner.count(|c| c.queries += 1);
    let head = inner.guard.draw("head")?;
    let record = db
        .prepare_cached(
            "UPDATE guard SET commits = commits + 1, head = ?1 RETURNING token, commits",
        )?
        .query_row([&head[..]], |r| {
            Ok(Record {
                token: r.get(0)?,
                commits: u64::try_from(r.get::<_, i64>(1)?).unwrap_or(0),
                head,
            })
        })
        .optional()?;
    Ok(record)
}

/// After the commit: brings the place up. That it could not be is no failure of what was saved; it lags then.
pub fn follow(inner: &Inner, record: &Record) {
    if let Err(error) = place::bring_up(&inner.guard.dir, record) {
        tracing::warn!(%error, "the place file lags behind");
    }
}

/// The era that stands now.
pub fn era(db: &Connection) -> Result<Era, StoreError> {
    let newest = db
        .query_row(
            "SELECT n, began, why FROM eras ORDER BY n DESC LIMIT 1",
            [],
            |r| {
                Ok(Era {
                    number: r.get(0)?,
                    began_ms: u64::try_from(r.get::<_, i64>(1)?).unwrap_or(0),
                    why: Why::from_code(r.get(2)?),
                })
            },
        )
        .optional()?;
    Ok(newest.unwrap_or(Era {
        number: 0,
        began_ms: 0,
        why: None,
    }))
}
