//! Repair, as `doctor --repair` asks for it: makes again what can be made again, sets aside what cannot be read, and says exactly what it
//! did and what is lost. One transaction; nothing is deleted.

use super::aside::{self, Lost};
use super::check::{documents, integrity, view_stands};
use super::commit::Work;
use super::error::{EnvelopeFault, StoreError};
use super::guard::{self, Why};
use super::inner::{day_of, now_ms};
use super::local::Purpose;
use super::snapshot::Snapshot;
use super::views::{self, InHand};
use super::{Store, schema};
use crate::document::{DocRef, Kind, decode};
use crate::domain::PersonId;
use crate::log::{DocId, PackError, Refusal};
use rusqlite::params;
use std::collections::BTreeSet;
use std::path::Path;

/// What a repair did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Each thing that was made again or put right, in words.
    pub did: Vec<String>,
    /// What is not in its document any more.
    pub lost: Vec<Lost>,
}

impl Store {
    /// Repairs what can be repaired. What is wrong after that, [`Store::check`] finds.
    pub fn repair(&mut self) -> Result<Repaired, StoreError> {
        if self.inner.carrier {
            return super::carry::repair(self);
        }
        self.inner.forget();
        let mut done = Repaired::default();
        done.did.extend(match self.inner.guard.begun {
            Some(why @ (Why::PlaceMissing | Why::PlaceDamaged | Why::PlaceForeign)) => Some(
                format!("{}: it was made again, and a new era began", why.words()),
            ),
            _ => None,
        });
        self.write(|work| {
            indexes(work, &mut done)?;
            // Where the record of rights does not hold, every envelope would seem to be at fault.
            if work.inner.authority(work.db).is_err() {
                return Ok(());
            }
            references(work, &mut done)?;
            let mut cut = false;
            for (_, doc) in documents(work.db, &work.inner.keys)? {
                if let Some(doc) = doc {
                    cut |= mend_document(work, &doc, &mut done)?;
                }
            }
            summaries(work, &mut done)?;
            if cut {
                guard::begin(work.db, work.inner, Why::Repaired)?;
                done.did.push(
                    "a new era began, so that what is written from now on stands in logs of its own"
                        .into(),
                );
            }
            Ok(())
        })?;
        let packed = self.pack_if_worthwhile()?;
        if packed > 0 {
            done.did
                .push(format!("the older edits of {packed} documents were packed"));
        }
        leftovers(&self.dir, &mut done);
        self.snapshot = None;
        Ok(done)
    }
}

/// A copy that an interrupted backup left is at least this old; a younger one may still be at work.
const LEFT_OVER: std::time::Duration = std::time::Duration::from_secs(3600);

/// Removes what interrupted backups left in the folder: copies of the database, of no use to anybody.
fn leftovers(dir: &Path, done: &mut Repaired) {
    let (prefix, suffix) = super::backup::TEMPORARY;
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let old = entry.metadata().ok().filter(|m| m.is_file()).and_then(|m| {
            m.modified()
                .ok()?
                .elapsed()
                .ok()
                .filter(|age| *age > LEFT_OVER)
        });
        if name.starts_with(prefix)
            && name.ends_with(suffix)
            && old.is_some()
            && std::fs::remove_file(entry.path()).is_ok()
        {
            done.did.push(format!(
                "{name}, left by a backup that was interrupted, was removed"
            ));
        }
    }
}

/// Makes indexes again that are missing or do not match their tables.
fn indexes(work: &Work<'_>, done: &mut Repaired) -> Result<(), StoreError> {
    for sql in schema::INDEXES {
        let name = sql.split(' ').nth(5).unwrap_or_default();
        let there: bool = work.db.query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1)",
            [name],
            |r| r.get(0),
        )?;
        if !there {
            work.db.execute_batch(sql)?;
            done.did
                .push(format!("the index {name} was missing and was made again"));
        }
    }
    let mut findings = Vec::new();
    integrity(work.db, &mut findings)?;
    let wrong = findings
        .iter()
        .filter(|f| f.what.contains("index "))
        .count();
    if wrong > 0 {
        match work.db.execute_batch("REINDEX") {
            Ok(()) => done.did.push(format!(
                "SQLite's indexes did not match their tables ({wrong} places) and were made again"
            )),
            // Two rows of one name: nothing here can say which of them is right.
            Err(error) => tracing::warn!(%error, "the indexes cannot be made again"),
        }
    }
    Ok(())
}

/// Documents that do not say what they are, told by their id: it is a hash of kind and person, and both are known from elsewhere.
fn references(work: &mut Work<'_>, done: &mut Repaired) -> Result<(), StoreError> {
    let all = documents(work.db, &work.inner.keys)?;
    let unknown: BTreeSet<i64> = all
        .iter()
        .filter(|(_, d)| d.is_none())
        .map(|d| d.0)
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let state = work.inner.known_rights(work.db)?;
    let mut people: BTreeSet<PersonId> = all
        .iter()
        .filter_map(|(_, doc)| doc.as_ref()?.person.clone())
        .collect();
    people.extend(state.devices.values().cloned());
    people.insert(work.inner.me.clone());
    let guesses = Kind::ALL.into_iter().flat_map(|kind| {
        let personal = people.iter().map(move |p| DocRef::of(kind, p));
        personal.chain([DocRef::team_wide(kind)])
    });
    for doc in guesses {
        let id = DocId::of(&work.inner.team, &doc, 0);
        let sealed = work
            .inner
            .keys
            .seal_value(Purpose::Reference, &id.0, &doc)?;
        for row in &unknown {
            let put = work.db.execute(
                "UPDATE documents SET reference = ?3 WHERE id = ?1 AND doc = ?2",
                params![row, &id.0[..], sealed],
            )?;
            if put > 0 {
                done.did.push(format!(
                    "document {id} did not say what it is: that was found out and written again"
                ));
            }
        }
    }
    Ok(())
}

/// Sets aside what cannot be read of a document, puts the ends of its logs right and its view. Says whether a log was cut.
fn mend_document(
    work: &mut Work<'_>,
    doc: &DocRef,
    done: &mut Repaired,
) -> Result<bool, StoreError> {
    let id = DocId::of(&work.inner.team, doc, 0);
    let mut cut = false;
    loop {
        let (at, why) = match work.hold(doc) {
            Ok(_) => break,
            Err(StoreError::Envelope { at, why, .. }) => (at, why),
            // The pack may be whole: it is the key that is missing, or a newer program.
            Err(StoreError::Pack {
                why: PackError::NoKey(_) | PackError::Newer,
                ..
            }) => return Ok(cut),
            Err(StoreError::Pack { why, .. }) => {
                let lost = aside::set_pack_aside(work.db, &id, &why.to_string())?;
                if lost.is_empty() {
                    return Ok(cut);
                }
                cut = true;
                done.lost.extend(lost);
                continue;
            }
            Err(error) => return Err(error),
        };
        // These say that something else is missing, a key or a part of the record of rights: the envelope itself may be whole.
        let elsewhere = matches!(
            why,
            EnvelopeFault::NoKey
                | EnvelopeFault::Newer
                | EnvelopeFault::Authority
                | EnvelopeFault::Refused(Refusal::NoRight | Refusal::NotYet | Refusal::Revoked)
        );
        if elsewhere {
            return Ok(cut);
        }
        let lost = aside::set_aside(work.db, &id, at, &why.to_string())?;
        if lost.is_empty() {
            return Ok(cut);
        }
        cut = true;
        done.lost.extend(lost);
    }
    let Some(loaded) = work.in_hand.remove(doc) else {
        return Ok(cut);
    };
    for (row, log, real, stated) in loaded.put_logs_right(work.db)? {
        cut = true;
        done.lost
            .extend(aside::missing(work.db, row, &log, real, stated)?);
        done.did.push(format!(
            "log {} of document {id} was said to end at {stated} and ends at {real}: put right",
            aside::log_name(&log.device.0, &log.epoch.0.to_be_bytes()),
        ));
    }
    if !view_stands(work.db, work.inner, &loaded)? {
        views::write_view(work.db, work.inner, &loaded)?;
        if views::Base::of(doc.kind).is_some() {
            let version = work.version()?;
            views::write_base(work.db, work.inner, &loaded, version)?;
        }
        done.did
            .push(format!("the view of document {id} was made again"));
    }
    Ok(cut)
}

/// Makes bases and summaries again that cannot be read or do not match.
fn summaries(work: &mut Work<'_>, done: &mut Repaired) -> Result<(), StoreError> {
    let today = day_of(now_ms());
    let (_, unreadable) = Snapshot::read(work.db, work.inner, None, today, today)?;
    if !unreadable.is_empty() {
        work.rebuild(&unreadable)?;
        done.did.push(format!(
            "{} summaries of people and {} of the team could not be read and were made again",
            unreadable.people.len(),
            unreadable.bases.len()
        ));
    }
    let (snapshot, _) = Snapshot::read(work.db, work.inner, None, today, today)?;
    let people: BTreeSet<PersonId> = documents(work.db, &work.inner.keys)?
        .into_iter()
        .filter_map(|(_, doc)| doc.filter(|d| views::PERSONAL.contains(&d.kind))?.person)
        .collect();
    for person in people.into_iter().filter(|p| !snapshot.hides(p)) {
        let made = views::read_person(work.db, work.inner, &person, &InHand::new())?;
        let kept = snapshot.team().person(&person);
        let stands = |kept: &std::sync::Arc<crate::domain::Person>| {
            decode::first_frame(&made, &snapshot.team().rights, today) == **kept
        };
        if !kept.is_some_and(stands) {
            let version = work.version()?;
            views::write_summary(work.db, work.inner, &person, &InHand::new(), version)?;
            done.did.push(format!(
                "the summary of person {person} did not match their documents and was made again"
            ));
        }
    }
    work.inner.stale.clear();
    Ok(())
}
