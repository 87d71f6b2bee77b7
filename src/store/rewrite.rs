//! Edits that a cut dropped, and edits in quarantine. This device writes its own dropped edits anew in a new epoch, above what they rested
//! on, so that they stand beside what others wrote meanwhile. What is quarantined can be taken over by whoever has the right today. Must not
//! know why something was dropped.

use super::Store;
use super::commit::{Committed, Work};
use super::documents::{NewChange, Writer};
use super::error::StoreError;
use crate::document::{DocRef, Edit, Op};
use crate::domain::PersonId;
use crate::log::kept::Held;
use crate::log::{Assembly, Kept, Verdict, Wait};
use rusqlite::params;

/// Which of a device's epochs takes what is written anew: one of its own, apart from those that undo and imports use.
const SLOT: i64 = 1 << 32;

/// An edit that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Number in the file.
    pub number: i64,
    /// Which document.
    pub doc: DocRef,
    /// Who wrote it, where that is known.
    pub author: Option<PersonId>,
    /// When, milliseconds since 1970 UTC, by the writer's clock.
    pub at_ms: u64,
    /// Whether it is shown all the same, since something that counts rests on it.
    pub shown: bool,
    /// What it assigns.
    pub ops: Vec<Op>,
}

/// Writes anew what this device wrote and a cut dropped; says how many edits.
pub fn write_anew(
    work: &mut Work<'_>,
    doc: &DocRef,
    all: &[Kept],
    made: &Assembly,
) -> Result<usize, StoreError> {
    let own = work.inner.device_id();
    let dropped: Vec<usize> = (0..all.len())
        .filter(|i| all[*i].header().log.device == own)
        .filter(|i| {
            matches!(
                made.verdicts[*i],
                Verdict::Dropped | Verdict::Early(Wait::Change)
            )
        })
        .collect();
    // Of a device that was taken out nobody takes anything more.
    if dropped.is_empty() || !work.inner.rights(work.db)?.devices.contains_key(&own) {
        return Ok(0);
    }
    let (me, signer) = (work.inner.me.clone(), work.inner.device.clone());
    let authority = work.inner.authority(work.db)?.position();
    let writer = Writer {
        signer: &signer,
        person: &me,
        authority,
    };
    let mut count = 0;
    let mut last: Option<[u8; 32]> = None;
    for index in dropped {
        let hash = all[index].header().hash();
        // A mark in the file, so that it is done once.
        let due = work
            .db
            .prepare_cached("UPDATE envelopes SET verdict = 4 WHERE hash = ?1 AND verdict <> 4")?
            .execute([&hash[..]])?;
        let due = due > 0 && !work.settled.contains(&hash);
        let Some(change) = made.changes[index].as_ref().filter(|_| due) else {
            continue;
        };
        let puts = made.doc.puts_of(change);
        let mut grounds = made.grounds(change);
        grounds.extend(last);
        let at_ms = work.time();
        let before = work.hold(doc)?.made.doc.heads();
        let change = NewChange {
            puts: &puts,
            at_ms,
            apart: Some(&grounds),
            slot: SLOT,
        };
        if work.append(doc, &writer, &change)? {
            count += 1;
            let heads = work.hold(doc)?.made.doc.heads();
            last = heads.into_iter().find(|h| !before.contains(h));
        }
    }
    Ok(count)
}

impl Store {
    /// Edits in quarantine that nobody has taken over, in order of arrival.
    pub fn quarantined(&mut self) -> Result<Vec<Quarantined>, StoreError> {
        let tx = self.db.transaction()?;
        let mut statement = tx.prepare(
            "SELECT e.n, d.doc, d.reference FROM envelopes e JOIN documents d ON d.id = e.doc
             WHERE e.verdict = 1 ORDER BY e.n",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (n, id, sealed): (i64, [u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let purpose = super::local::Purpose::Reference;
            let doc: Option<DocRef> = self.inner.keys.open_value(purpose, &id, &sealed);
            found.extend(doc.map(|d| (n, d)));
        }
        let state = self.inner.rights(&tx)?;
        let hidden = |d: &DocRef| {
            let about = d.person.as_ref();
            about.is_some_and(|p| state.erased.contains_key(p))
        };
        let mut all = Vec::new();
        for (n, doc) in found.into_iter().filter(|(_, d)| !hidden(d)) {
            all.extend(read_one(&tx, &mut self.inner, n, doc)?);
        }
        drop(rows);
        drop(statement);
        tx.commit()?;
        Ok(all)
    }

    /// Writes a quarantined edit as one's own, if one has the right.
    pub fn take_over(&mut self, edit: &Quarantined) -> Result<Committed, StoreError> {
        let label = match &edit.author {
            Some(author) => format!("taken over from {author}"),
            None => "taken over".to_owned(),
        };
        let step = Edit {
            label,
            ops: edit.ops.clone(),
            stood: Vec::new(),
        };
        self.write(|work| {
            let committed = super::commit::apply_edit(work, &step)?;
            work.db
                .prepare_cached("UPDATE envelopes SET verdict = 4 WHERE n = ?1 AND verdict = 1")?
                .execute(params![edit.number])?;
            Ok(committed)
        })
    }
}

fn read_one(
    db: &rusqlite::Connection,
    inner: &mut super::inner::Inner,
    number: i64,
    doc: DocRef,
) -> Result<Option<Quarantined>, StoreError> {
    let Some(loaded) = super::documents::Loaded::load(db, inner, &doc)? else {
        return Ok(None);
    };
    let whole = loaded.assembled(db, inner)?;
    let Some(index) = loaded.numbers.iter().position(|n| *n == number) else {
        return Ok(None);
    };
    let (envelopes, made) = whole;
    let header = envelopes[index].header();
    let ops = made.changes[index].iter().flat_map(|c| made.doc.puts_of(c));
    let quarantined = Quarantined {
        number,
        author: made.authors.get(&header.log.actor()).cloned(),
        at_ms: header.time_ms,
        shown: made.marked.contains(&index),
        ops: ops
            .map(|(table, row, field, value)| Op {
                doc: doc.clone(),
                table,
                row,
                field,
                value,
            })
            .collect(),
        doc,
    };
    inner.keep(loaded);
    Ok(Some(quarantined))
}
