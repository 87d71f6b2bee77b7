//! The examination that `doctor` shows: SQLite's own check, every signature and chain, views against documents, permissions, room.
//! It changes nothing.

use super::carry;
use super::documents::Loaded;
use super::early;
use super::error::StoreError;
use super::files::{check_private, private_paths};
use super::inner::{day_of, now_ms};
use super::keyfile::{self, KeyFile, Protection};
use super::local::Purpose;
use super::snapshot::Snapshot;
use super::views::{self, InHand};
use super::{FORMAT, Store, guard, outside};
use crate::document::{DocRef, decode};
use crate::log::DocId;
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::path::Path;

/// What was found wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, and where.
    pub what: String,
    /// What to do next.
    pub next: String,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// People with a summary.
    pub people: u64,
    /// Documents.
    pub documents: u64,
    /// Logs.
    pub logs: u64,
    /// Envelopes, each one checked.
    pub envelopes: u64,
    /// Entries of the authority.
    pub authority: u64,
    /// Envelopes that were set aside, since they cannot be read.
    pub set_aside: u64,
    /// Steps that can be undone or redone.
    pub steps: u64,
    /// Bytes of the file, its log not counted.
    pub bytes: u64,
}

/// The result of an examination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Format of the file.
    pub format: &'static str,
    /// How the data are protected, in one line.
    pub protection: String,
    /// Since when and why this folder writes logs of its own.
    pub era: guard::Era,
    /// Whether the system says that the folder lies on a disk of this machine; where it says a network, nothing is opened.
    pub local: Option<bool>,
    /// How much there is.
    pub counts: Counts,
    /// Bytes free where the folder lies, where the system says.
    pub free_bytes: Option<u64>,
    /// What is wrong; empty is healthy.
    pub findings: Vec<Finding>,
}

/// Less room than this is worth saying: a day's edits and SQLite's own log fit in it many times.
const LITTLE_ROOM: u64 = 64 << 20;

impl Store {
    /// Examines everything. Every envelope is read, so a large team takes some seconds.
    pub fn check(&mut self) -> Result<Health, StoreError> {
        self.inner.forget();
        let memory_locked = self.inner.memory_locked();
        let mut findings = Vec::new();
        permissions(&self.dir, &mut findings);
        let free_bytes = free_bytes(&self.dir);
        if let Some(free) = free_bytes.filter(|f| *f < LITTLE_ROOM) {
            findings.push(Finding {
                what: format!(
                    "only {} MiB are free where the team's file lies",
                    free >> 20
                ),
                next: "make room: an edit that does not fit is refused, not lost".into(),
            });
        }
        let tx = self.db.transaction()?;
        integrity(&tx, &mut findings)?;
        let mut counts = counts(&tx)?;
        let era = guard::era(&tx)?;
        match self.inner.authority(&tx) {
            Ok(authority) => counts.authority = authority.entries().len() as u64,
            Err(e) => findings.push(Finding {
                what: e.to_string(),
                next: "put back a copy of the folder".into(),
            }),
        }
        findings.extend(newer(&tx)?);
        let mut people = BTreeSet::new();
        for (row, doc) in documents(&tx, &self.inner.keys)? {
            let Some(doc) = doc else {
                findings.push(Finding {
                    what: format!("document {row} does not say what it is"),
                    next: "let `guildhall doctor --repair` find it out, or put back a backup"
                        .into(),
                });
                continue;
            };
            if views::PERSONAL.contains(&doc.kind) {
                people.extend(doc.person.clone());
            }
            match self.inner.carrier {
                true => carry::check_document(&tx, &mut self.inner, &doc, &mut findings)?,
                false => check_document(&tx, &mut self.inner, &doc, &mut findings)?,
            }
        }
        if self.inner.carrier {
            people.clear(); // it makes nothing of what it carries
        }
        let today = day_of(now_ms());
        let (snapshot, unreadable) = Snapshot::read(&tx, &mut self.inner, None, today, self.day)?;
        let stale = unreadable.people.len() + unreadable.bases.len();
        if stale > 0 && !self.inner.carrier {
            findings.push(Finding {
                what: format!("{stale} summaries cannot be read"),
                next: "nothing: they are made again from the documents when the team is opened"
                    .into(),
            });
        }
        for id in people.iter().filter(|p| !snapshot.hides(p)) {
            let made = views::read_person(&tx, &mut self.inner, id, &InHand::new());
            let same = match (made, snapshot.team().person(id)) {
                (Ok(made), Some(kept)) => {
                    decode::first_frame(&made, &snapshot.team().rights, self.day) == **kept
                }
                _ => stale > 0,
            };
            if !same {
                findings.push(Finding {
                    what: format!("the summary of person {id} does not match their documents"),
                    next: "let `guildhall doctor --repair` make it again, and please report this: it should not happen".into(),
                });
            }
        }
        tx.commit()?;
        self.inner.stale.clear();
        self.inner.forget();
        Ok(Health {
            format: FORMAT,
            protection: protection(&self.dir, self.inner.carrier, memory_locked)?,
            era,
            local: outside::TELLS_FILE_SYSTEMS.then_some(true),
            counts,
            free_bytes,
            findings,
        })
    }
}

/// What waits until this program is updated.
fn newer(db: &Connection) -> Result<Option<Finding>, StoreError> {
    let count = early::newer_count(db)?;
    Ok((count > 0).then(|| Finding {
        what: format!(
            "changes or packs that were written by a newer guildhall, and so are not shown: {count}"
        ),
        next: "update this program: they are kept, passed on, and taken up when it is opened"
            .into(),
    }))
}

fn protection(dir: &Path, carrier: bool, memory_locked: bool) -> Result<String, StoreError> {
    let key = match KeyFile::protection(dir)? {
        _ if carrier => "a carrier's: nothing that people wrote can be read from this folder",
        Protection::None => {
            "no passphrase: whoever can read this account's files can read the team"
        }
        Protection::Passphrase => "passphrase: without it nobody reads the team from this disk",
    };
    let modes = match cfg!(unix) {
        true => "files for this account only",
        false => "file modes are not checked on this system",
    };
    let memory = match memory_locked {
        true => "keys locked in memory",
        false => {
            "keys NOT locked in memory (the system refuses, see `ulimit -l`), so that they may reach the swap"
        }
    };
    Ok(format!("{key}; {modes}; {memory}"))
}

fn permissions(dir: &Path, findings: &mut Vec<Finding>) {
    for (path, wanted) in private_paths(dir) {
        if let Err(e) = check_private(&path, wanted) {
            findings.push(Finding {
                what: e.to_string(),
                next: format!("chmod {wanted:o} {}", path.display()),
            });
        }
    }
    if let Some(path) = keyfile::leftover(dir) {
        findings.push(Finding {
            what: format!(
                "{} was left by a change of the passphrase that was interrupted, and may hold the key as it was before",
                path.display()
            ),
            next: format!("if no such change is going on: rm {}", path.display()),
        });
    }
}

/// Bytes that this user may still write where the folder lies.
pub fn free_bytes(dir: &Path) -> Option<u64> {
    #[cfg(unix)]
    return rustix::fs::statvfs(dir)
        .ok()
        .map(|s| s.f_bavail.saturating_mul(s.f_frsize));
    #[cfg(not(unix))]
    {
        let _ = dir;
        None
    }
}

pub fn integrity(db: &Connection, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    let mut statement = db.prepare("PRAGMA integrity_check(20)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            findings.push(Finding {
                what: format!("SQLite: {line}"),
                next: "let `guildhall doctor --repair` make the indexes again, or, where that is not enough, a sound file of all that can be read; or put back a backup (`guildhall restore FILE`)".into(),
            });
        }
    }
    Ok(())
}

fn counts(db: &Connection) -> Result<Counts, StoreError> {
    let count = |sql: &str| -> Result<u64, StoreError> {
        let n: i64 = db.query_row(sql, [], |r| r.get(0))?;
        Ok(u64::try_from(n).unwrap_or(0))
    };
    Ok(Counts {
        people: count("SELECT count(*) FROM summaries")?,
        documents: count("SELECT count(*) FROM documents")?,
        logs: count("SELECT count(*) FROM logs")?,
        envelopes: count("SELECT count(*) FROM envelopes")?,
        authority: 0,
        set_aside: count("SELECT count(*) FROM set_aside")?,
        steps: count("SELECT count(*) FROM steps")?,
        bytes: count("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")?,
    })
}

/// Every document with what it stands for, where that can be read.
pub fn documents(
    db: &Connection,
    keys: &super::local::LocalKeys,
) -> Result<Vec<(i64, Option<DocRef>)>, StoreError> {
    let mut statement = db.prepare("SELECT id, doc, reference FROM documents ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, doc, sealed): (i64, [u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        all.push((id, keys.open_value(Purpose::Reference, &doc, &sealed)));
    }
    Ok(all)
}

/// Reads all envelopes of a document and compares what they say with its view and its logs.
fn check_document(
    db: &Connection,
    inner: &mut super::inner::Inner,
    doc: &DocRef,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let id = DocId::of(&inner.team, doc, 0);
    let loaded = match Loaded::load(db, inner, doc) {
        Ok(Some(loaded)) => loaded,
        Ok(None) => return Ok(()),
        Err(
            e @ (StoreError::Envelope { .. } | StoreError::Pack { .. } | StoreError::Authority(_)),
        ) => {
            findings.push(Finding {
                what: e.to_string(),
                next: "put back a backup, or let `guildhall doctor --repair` set the damaged part aside; until then what is shown comes from its last good view".into(),
            });
            return Ok(());
        }
        Err(e) => return Err(e),
    };
    if !loaded.logs_match(db)? {
        findings.push(Finding {
            what: format!("the logs of document {id} do not end where the file says"),
            next: "put back a backup, since the newest envelopes are missing, or let `guildhall doctor --repair` put the ends right".into(),
        });
    }
    if !view_stands(db, inner, &loaded)? {
        findings.push(Finding {
            what: format!("the view of document {id} does not match its envelopes"),
            next: "nothing: it is made again when it is read".into(),
        });
    }
    Ok(())
}

/// Whether the view of a document says what its envelopes say.
pub fn view_stands(
    db: &Connection,
    inner: &super::inner::Inner,
    loaded: &Loaded,
) -> Result<bool, StoreError> {
    let (heads, sealed): ([u8; 32], Option<Vec<u8>>) = db
        .prepare_cached(
            "SELECT d.heads, v.sealed FROM documents d LEFT JOIN views v ON v.doc = d.id WHERE d.id = ?1",
        )?
        .query_row([loaded.row], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let view = sealed.and_then(|s| views::open_view(inner, &loaded.id, &heads, &s));
    Ok(heads == loaded.heads_hash() && view.as_ref() == Some(&loaded.rows))
}
