//! Destroying what is held about people who are erased, once the waiting time is over, and telling the team that it is done. Owns the notes in `meta` that say how far that is,
//! and what goes: envelopes, logs, keys, views, summaries, undo steps, what waits and what was set aside; then free pages and SQLite's
//! own log. Must not know: who is erased and since when; the authority says so.
//!
//! **When.** Not before the clock is seven days past both the entry's time and the moment at which this folder first knew of it: an entry
//! that was dated back destroys nothing when it arrives. And not on one word of this machine's clock, which may have been set forward by
//! accident: either another device has written after the entry's seven days, by its own clock; or an opening of the folder at least seven
//! more days earlier, by this clock, found the time over too. A clock that went back meanwhile makes that earlier finding void. So one wrong
//! setting shortens nothing. What this device wrote bears nothing out; nor does what others wrote on top of it, whose times are never
//! before those that they have seen ([`Word`]).
//!
//! **How.** One transaction deletes and notes that it did; then the file is written anew without its free pages, and its log is emptied.
//! That needs a moment in which no other program is reading or writing. Where there is none, or the program is killed, or the disk is full,
//! the note says that it is not done, and the next opening goes on. What a file system or a disk keeps of overwritten blocks is beyond reach.

use super::Store;
use super::commit::Work;
use super::erase::{Stage, WAIT_MS, kinds};
use super::error::StoreError;
use super::inner::{Inner, meta, set_meta};
use super::local::Purpose;
use super::statements::state_that;
use super::undo::Step;
use super::views::{self, Base};
use crate::document::DocRef;
use crate::domain::PersonId;
use crate::log::{DeviceId, DocId, Statement};
use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What another device wrote within this time after the newest that was written here may have its time from here.
const ECHO_MS: u64 = 24 * 3_600_000;
/// So long a moment without others is waited for, each time that a folder is opened.
const PATIENCE: Duration = Duration::from_millis(500);
/// What stands behind the last stage in a note: destroyed, and the team was told.
const TOLD: u8 = 3;
/// Names of the notes begin so.
const NAMES: (&str, &str) = ("erasure ", "erasure!");

/// What the file notes of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// When it was first known here.
    pub seen: u64,
    /// When an opening first found the time over; 0 where none has.
    pub found: u64,
    pub stage: Stage,
    /// Whether the team was told that it is destroyed here, or nobody would hear it.
    pub told: bool,
}

impl Note {
    fn encode(self) -> [u8; 17] {
        let mut bytes = [0; 17];
        bytes[..8].copy_from_slice(&self.seen.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.found.to_be_bytes());
        bytes[16] = match self.told {
            true => TOLD,
            false => self.stage as u8,
        };
        bytes
    }

    /// A damaged note is none: the waiting time begins again.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (seen, rest) = bytes.split_first_chunk::<8>()?;
        let (found, rest) = rest.split_first_chunk::<8>()?;
        let stage = match rest {
            [0] => Stage::Waiting,
            [1] => Stage::Emptied,
            [2 | TOLD] => Stage::Destroyed,
            _ => return None,
        };
        Some(Self {
            seen: u64::from_be_bytes(*seen),
            found: u64::from_be_bytes(*found),
            stage,
            told: *rest == [TOLD],
        })
    }

    fn name(inner: &Inner, person: &PersonId) -> String {
        let of = blake3::Hash::from_bytes(inner.keys.erased(person));
        format!("{}{}", NAMES.0, of.to_hex())
    }
}

/// The note of an erasure.
pub(super) fn read(
    db: &Connection,
    inner: &Inner,
    person: &PersonId,
) -> Result<Option<Note>, StoreError> {
    let bytes: Option<Vec<u8>> = meta(db, &Note::name(inner, person))?;
    Ok(bytes.and_then(|b| Note::decode(&b)))
}

/// Whether somebody is erased, by the notes alone: so a damaged record of rights shows nobody again who is hidden.
pub(super) fn is_erased(
    db: &Connection,
    inner: &Inner,
    person: &PersonId,
) -> Result<bool, StoreError> {
    inner.count(|c| c.queries += 1);
    Ok(meta::<Vec<u8>>(db, &Note::name(inner, person))?.is_some())
}

/// Brings the notes in line with whom the authority names. What the recovery key made void is erased no more; should it be again, the
/// time begins anew.
pub(super) fn follow(
    work: &mut Work<'_>,
    erased: &BTreeMap<PersonId, u64>,
    now: u64,
) -> Result<(), StoreError> {
    forget_others(work, erased.keys())?;
    note(work.db, work.inner, erased.keys(), now)
}

fn write(db: &Connection, inner: &Inner, person: &PersonId, note: Note) -> Result<(), StoreError> {
    set_meta(db, &Note::name(inner, person), &note.encode()[..])
}

/// Notes that erasures are known from now on, where that is not noted yet.
pub(super) fn note<'a>(
    db: &Connection,
    inner: &Inner,
    people: impl IntoIterator<Item = &'a PersonId>,
    now: u64,
) -> Result<(), StoreError> {
    for person in people {
        if read(db, inner, person)?.is_none() {
            let note = Note {
                seen: now,
                found: 0,
                stage: Stage::Waiting,
                told: false,
            };
            write(db, inner, person, note)?;
        }
    }
    Ok(())
}

/// The first moment at which the clock may say that the time is over.
pub(super) fn due_from(since: u64, seen: u64) -> u64 {
    since.max(seen).saturating_add(WAIT_MS)
}

/// Times of the newest changes that the file has seen, 0 where there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word {
    /// By this device.
    own: u64,
    /// By all others.
    others: u64,
}

impl Word {
    fn read(db: &Connection, inner: &Inner) -> Result<Self, StoreError> {
        let own = inner.device_id();
        let newest = |sql: &str| -> Result<u64, StoreError> {
            let heard: Option<i64> = db.query_row(sql, [&own.0[..]], |r| r.get(0))?;
            Ok(heard.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0))
        };
        Ok(Self {
            own: newest("SELECT max(heard) FROM devices WHERE device = ?1")?,
            others: newest("SELECT max(heard) FROM devices WHERE device <> ?1")?,
        })
    }

    /// Whether another clock says that a time has come. A device dates no change before the newest that it has seen, so one that received a
    /// change of a clock that runs ahead repeats that time, a little later.
    fn says(self, time: u64) -> bool {
        self.others >= time && (self.own < time || self.others >= self.own.saturating_add(ECHO_MS))
    }
}

/// What an opening makes of a note: the note as it is from now on, and whether to destroy.
fn judge(note: Note, since: u64, word: Word, now: u64) -> (Note, bool) {
    if now < due_from(since, note.seen) {
        return (Note { found: 0, ..note }, false);
    }
    let first = note.found == 0 || now < note.found;
    let found = if first { now } else { note.found };
    let borne_out =
        word.says(since.saturating_add(WAIT_MS)) || now >= found.saturating_add(WAIT_MS);
    (Note { found, ..note }, borne_out)
}

/// Whether any note asks for more than a look at the clock. Nothing is locked for that.
fn pending(db: &Connection, now: u64) -> Result<bool, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT value FROM meta WHERE name >= ?1 AND name < ?2")?;
    let mut rows = statement.query([NAMES.0, NAMES.1])?;
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(0)?;
        let asks = Note::decode(&bytes).is_none_or(|note| match note.stage {
            Stage::Waiting => note.found > 0 || now >= note.seen.saturating_add(WAIT_MS),
            Stage::Emptied => true,
            Stage::Destroyed => !note.told,
        });
        if asks {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Destroys what is due by a clock; called whenever a folder is opened.
pub(super) fn due(db: &mut Connection, inner: &mut Inner, now: u64) -> Result<(), StoreError> {
    inner.count(|c| c.queries += 1);
    if !pending(db, now)? {
        return Ok(());
    }
    empty_due(db, inner, now)?;
    clean(db, inner)?;
    tell(db, inner)
}

/// States to the team what is destroyed here, once; where this device takes no part any more, nobody would hear it.
fn tell(db: &mut Connection, inner: &mut Inner) -> Result<(), StoreError> {
    let told = Store::transact(db, inner, |work| {
        let own = work.inner.device_id();
        let authority = work.inner.authority(work.db)?;
        let takes_part = authority.person_of(&own).is_some();
        let erased = authority.state().erased.clone();
        for person in erased.keys() {
            let Some(note) = read(work.db, work.inner, person)? else {
                continue;
            };
            if note.stage != Stage::Destroyed || note.told {
                continue;
            }
            if takes_part {
                let person = person.clone();
                state_that(work, &Statement::Destroyed { person })?;
            }
            write(work.db, work.inner, person, Note { told: true, ..note })?;
        }
        Ok(())
    });
    if told.is_err() {
        inner.forget();
    }
    told.map(drop)
}

/// Deletes what is due, in one transaction.
pub(super) fn empty_due(
    db: &mut Connection,
    inner: &mut Inner,
    now: u64,
) -> Result<(), StoreError> {
    let done = Store::transact(db, inner, |work| {
        let authority = work.inner.authority(work.db)?;
        let erased = authority.state().erased.clone();
        follow(work, &erased, now)?;
        let word = Word::read(work.db, work.inner)?;
        for (person, since) in &erased {
            let Some(before) = read(work.db, work.inner, person)? else {
                continue;
            };
            if before.stage != Stage::Waiting {
                continue;
            }
            let (mut note, over) = judge(before, *since, word, now);
            if over {
                empty(work, person)?;
                note.stage = Stage::Emptied;
            }
            if note != before {
                write(work.db, work.inner, person, note)?;
            }
        }
        Ok(())
    });
    // What was deleted may be in memory.
    inner.forget();
    done.map(drop)
}

/// Removes the notes of everybody else.
fn forget_others<'a>(
    work: &mut Work<'_>,
    erased: impl Iterator<Item = &'a PersonId>,
) -> Result<(), StoreError> {
    let names: BTreeSet<String> = erased.map(|p| Note::name(work.inner, p)).collect();
    let mut statement = work
        .db
        .prepare("SELECT name FROM meta WHERE name >= ?1 AND name < ?2")?;
    let noted = statement.query_map([NAMES.0, NAMES.1], |r| r.get::<_, String>(0))?;
    for name in noted.collect::<Result<Vec<_>, _>>()? {
        if !names.contains(&name) {
            work.db
                .execute("DELETE FROM meta WHERE name = ?1", [name])?;
        }
    }
    Ok(())
}

/// Deletes everything that is held about a person.
fn empty(work: &mut Work<'_>, person: &PersonId) -> Result<(), StoreError> {
    let db = work.db;
    for kind in kinds() {
        let id = DocId::of(&work.inner.team, &DocRef::of(kind, person), 0);
        let row: Option<i64> = db
            .query_row(
                "SELECT id FROM documents WHERE doc = ?1",
                [&id.0[..]],
                |r| r.get(0),
            )
            .optional()?;
        if let Some(row) = row {
            if work.inner.carrier {
                super::carry::forget(db, row)?;
            }
            for sql in [
                "DELETE FROM forks WHERE log IN (SELECT id FROM logs WHERE doc = ?1)",
                "DELETE FROM envelopes WHERE doc = ?1 OR log IN (SELECT id FROM logs WHERE doc = ?1)",
                "DELETE FROM set_aside WHERE doc = ?1 OR log IN (SELECT id FROM logs WHERE doc = ?1)",
                "DELETE FROM logs WHERE doc = ?1",
                "DELETE FROM views WHERE doc = ?1",
                "DELETE FROM packs WHERE doc = ?1",
                "DELETE FROM documents WHERE id = ?1",
            ] {
                db.execute(sql, [row])?;
            }
        }
        db.execute("DELETE FROM keys WHERE home = ?1", [&id.0[..]])?;
        db.execute("DELETE FROM early WHERE doc = ?1", [&id.0[..]])?;
    }
    let key = work.inner.keys.person(person);
    db.execute("DELETE FROM summaries WHERE person = ?1", [&key[..]])?;
    if work.inner.me == *person {
        db.execute("DELETE FROM bases WHERE name = ?1", [Base::Private as i64])?;
    }
    let authority = work.inner.authority(db)?;
    let members = authority.chain_state().devices.iter();
    let members = members.chain(&authority.joined().devices);
    let own = members.filter(|(_, m)| m.person.as_ref() == Some(person));
    let devices: Vec<DeviceId> = own.map(|(device, _)| *device).collect();
    for device in devices {
        db.execute("DELETE FROM devices WHERE device = ?1", [&device.0[..]])?;
    }
    steps(work, person)?;
    views::next_version(db)?;
    Ok(())
}

/// Deletes the undo steps that touched any of their documents, and those that nobody can open any more.
fn steps(work: &Work<'_>, person: &PersonId) -> Result<(), StoreError> {
    let mut gone = Vec::new();
    let mut statement = work.db.prepare("SELECT n, sealed FROM steps")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (n, sealed): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let step: Option<Step> = work.inner.keys.open_value(Purpose::Step, &[], &sealed);
        if step.is_none_or(|s| s.concerns(&|p| p == person)) {
            gone.push(n);
        }
    }
    for n in gone {
        work.db.execute("DELETE FROM steps WHERE n = ?1", [n])?;
    }
    Ok(())
}

/// Writes the file anew without free pages and empties its log, where anything was deleted; notes that it is done only then.
pub(super) fn clean(db: &mut Connection, inner: &mut Inner) -> Result<(), StoreError> {
    let emptied: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM meta WHERE name >= ?1 AND name < ?2 AND substr(value, 17, 1) = x'01')",
        [NAMES.0, NAMES.1],
        |r| r.get(0),
    )?;
    if !emptied {
        return Ok(());
    }
    // Also what was opened before, and keeps an older state in sight, keeps the log from being emptied.
    db.busy_timeout(PATIENCE)?;
    let cleaned = scrub(db);
    super::schema::wait_for_others(db)?;
    if !cleaned? {
        return Err(StoreError::Busy);
    }
    Store::transact(db, inner, |work| {
        let erased = work.inner.authority(work.db)?.state().erased.clone();
        for person in erased.keys() {
            if let Some(mut note) = read(work.db, work.inner, person)?
                && note.stage == Stage::Emptied
            {
                note.stage = Stage::Destroyed;
                write(work.db, work.inner, person, note)?;
            }
        }
        Ok(())
    })
    .map(drop)
}

/// `false` where others were in the way.
fn scrub(db: &Connection) -> Result<bool, StoreError> {
    if !empty_log(db)? {
        return Ok(false);
    }
    match db.execute_batch("VACUUM").map_err(StoreError::from) {
        Err(StoreError::Busy) => return Ok(false),
        other => other?,
    }
    empty_log(db)
}

fn empty_log(db: &Connection) -> Result<bool, StoreError> {
    let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0))?;
    Ok(busy == 0)
}
