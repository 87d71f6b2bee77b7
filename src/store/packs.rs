//! Packs in the file: of each document one piece with the changes of old envelopes, of which only the signed headers stay. Owns the table
//! `packs`, when a document is packed, and which change belongs to which header. Must not know the bytes of a pack; those are the log's.
//!
//! Headers keep everything that is judged: chain, signatures, sums, forks, and verdicts, which are read anew whenever the authority grows.
//! Nothing in a pack is trusted: a change counts for a header only if the header's sum says so. Grants stay as they are, and so does what
//! a log holds that is not accepted. A document is one transaction, bodies and pack together: a kill leaves it packed or not.

use super::Store;
use super::checked;
use super::commit::Work;
use super::documents::Loaded;
use super::error::StoreError;
use super::inner::Inner;
use super::keys::{self, Ring};
use super::local::Purpose;
use crate::document::DocRef;
use crate::document::crdt::{Doc, ReadChange};
use crate::log::envelope::BodyKind;
use crate::log::kept::Held;
use crate::log::pack::{self, Coverage, PackError, Subject};
use crate::log::signed::SIGNED_LEN;
use crate::log::{Assembly, DocId, Kept, LogId, SignedHeader, TeamId, Verdict};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A document with more changes outside its pack than this is packed: reading it costs as much as so many envelopes.
const MANY: i64 = 64;
/// With more changes outside packs than this in the whole file, documents with fewer are packed too …
const ALL: i64 = 4_000;
/// … until only so many are left, or no document has two.
const ENOUGH: i64 = 2_000;
/// A pack stands for at most so many envelopes: with their headers it goes to others in one piece, which has a limit. What comes behind them
/// stays as it is.
pub const MOST_PACKED: usize = crate::limits::CARGO_BYTES / 2 / SIGNED_LEN;

/// A pack with the headers that it stands for, as one store gives them to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackedLogs {
    /// The pack.
    pub pack: Vec<u8>,
    /// Signed headers of the envelopes whose bodies it replaces, each log's in their order.
    pub headers: Vec<Vec<u8>>,
}

impl PackedLogs {
    /// Whether another pack stands for all envelopes that this one stands for.
    pub fn is_within(&self, other: &Self) -> bool {
        let theirs: HashSet<&Vec<u8>> = other.headers.iter().collect();
        self.headers.iter().all(|h| theirs.contains(h))
    }
}

impl Store {
    /// Packs every document that is worth it, each in a transaction of its own; says how many. For when nobody waits.
    pub fn pack_if_worthwhile(&mut self) -> Result<usize, StoreError> {
        let mut packed = 0;
        while self.pack_next()? {
            packed += 1;
        }
        Ok(packed)
    }

    /// Packs the one document that is most worth it; `false` where there is none. What cannot be packed is left until it has grown.
    pub fn pack_next(&mut self) -> Result<bool, StoreError> {
        if self.inner.carrier {
            return Ok(false); // it keeps bodies, and could read none
        }
        while let Some((row, count, doc)) = next(&self.db, &self.inner)? {
            let packed = match &doc {
                Some(doc) => self.write(|work| pack_document(work, doc)),
                None => Ok(0),
            };
            match packed {
                Ok(1..) => return Ok(true),
                Ok(0) => {}
                // Whatever is wrong with it, nothing was changed, and `doctor` says what it is.
                Err(
                    error @ (StoreError::Envelope { .. }
                    | StoreError::Pack { .. }
                    | StoreError::Authority(_)
                    | StoreError::Index(_)),
                ) => tracing::warn!(%error, "a document was not packed"),
                Err(error) => return Err(error),
            }
            self.inner.unpackable.insert(row, count);
        }
        Ok(false)
    }

    /// Packs one document whether it is worth it or not; says how many envelopes gave up their bodies.
    pub fn pack_document(&mut self, doc: &DocRef) -> Result<usize, StoreError> {
        self.write(|work| pack_document(work, doc))
    }

    /// The pack of a document; `None` where it has none.
    pub fn pack_of(&mut self, doc: &DocRef) -> Result<Option<Vec<u8>>, StoreError> {
        let id = DocId::of(&self.inner.team, doc, 0);
        Ok(self
            .db
            .prepare_cached(
                "SELECT p.bytes FROM packs p JOIN documents d ON d.id = p.doc WHERE d.doc = ?1",
            )?
            .query_row([&id.0[..]], |r| r.get(0))
            .optional()?)
    }

    /// Checks all of a pack that somebody else made of a document: form, signatures, sums, and every change through the gate. Says how
    /// many changes it holds. Nothing is kept.
    ///
    /// # Errors
    /// [`StoreError::Pack`] with what is wrong.
    pub fn check_pack(&mut self, doc: &DocRef, bytes: &[u8]) -> Result<usize, StoreError> {
        let tx = self.db.transaction()?;
        let ring = keys::ring(&tx, &self.inner, doc)?;
        let subject = subject(&self.inner, doc);
        let read = pack::read(bytes, &subject, &|id| ring.get(id).cloned());
        Ok(read.map_err(|why| fault(&subject.doc, why))?.changes.len())
    }
}

/// What a pack of a document is about.
fn subject(inner: &Inner, doc: &DocRef) -> Subject {
    Subject {
        team: inner.team,
        doc: DocId::of(&inner.team, doc, 0),
        kind: doc.kind,
    }
}

/// An error about the pack of a document.
pub fn fault(doc: &DocId, why: PackError) -> StoreError {
    StoreError::Pack {
        doc: doc.to_string(),
        why,
    }
}

/// The document with most changes outside its pack, if it is to be packed: row, how many, and what it is.
fn next(db: &Connection, inner: &Inner) -> Result<Option<(i64, i64, Option<DocRef>)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT doc, count(*) FROM envelopes WHERE packed = 0 AND verdict = 0 GROUP BY doc ORDER BY 2 DESC",
    )?;
    let counts: Vec<(i64, i64)> = statement
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let total: i64 = counts.iter().map(|(_, n)| n).sum();
    let under_way = inner.packing.get();
    let crowded = total > ALL || (under_way && total > ENOUGH);
    let least = if crowded { 2 } else { MANY + 1 };
    inner.packing.set(crowded);
    let due = |(row, n): &&(i64, i64)| {
        *n >= least && inner.unpackable.get(row).is_none_or(|seen| n > seen)
    };
    let Some(&(row, count)) = counts.iter().find(due) else {
        inner.packing.set(false);
        return Ok(None);
    };
    let found: Option<([u8; 32], Vec<u8>)> = db
        .prepare_cached("SELECT doc, reference FROM documents WHERE id = ?1")?
        .query_row([row], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let doc =
        found.and_then(|(id, sealed)| inner.keys.open_value(Purpose::Reference, &id, &sealed));
    Ok(Some((row, count, doc)))
}

pub fn pack_document(work: &mut Work<'_>, doc: &DocRef) -> Result<usize, StoreError> {
    let Some(loaded) = Loaded::load(work.db, work.inner, doc)? else {
        return Ok(0);
    };
    let (kept, made) = loaded.assembled(work.db, work.inner)?;
    let numbers: Vec<Option<i64>> = loaded.numbers.iter().copied().map(Some).collect();
    let packed = write(work, doc, loaded.row, &numbers, &kept, &made, false)?;
    // What it says is the same as before.
    work.in_hand.insert(doc.clone(), loaded);
    Ok(packed)
}

/// Puts all that can be packed of a document into a new pack, checks it as if it were a stranger's, and lets go of the bodies. `numbers` are
/// those of the envelopes in the file; what has none is not there. `more`: headers came whose changes no pack in the file holds yet. Says how
/// many gave up their bodies.
pub fn write(
    work: &mut Work<'_>,
    doc: &DocRef,
    row: i64,
    numbers: &[Option<i64>],
    kept: &[Kept],
    made: &Assembly,
    more: bool,
) -> Result<usize, StoreError> {
    let subject = subject(work.inner, doc);
    let changes: Vec<Option<ReadChange>> = kept
        .iter()
        .zip(&made.changes)
        .zip(numbers)
        .map(|((kept, change), n)| match kept {
            _ if n.is_none() => None,
            Kept::Packed { chunk, .. } => ReadChange::read(chunk).ok(),
            Kept::Whole(_) => change.clone(),
        })
        .collect();
    let most = work.inner.most_packed;
    let covered = covered(doc, kept, made, &changes, numbers, most);
    let mut logs = Vec::with_capacity(covered.len());
    let mut chunks: Vec<&[u8]> = Vec::new();
    let mut newest: Option<usize> = None;
    let mut giving = Vec::new();
    for indices in &covered {
        let mut coverage = Coverage::default();
        for &i in indices {
            coverage.push(kept[i].signed());
            let Some(change) = &changes[i] else { continue };
            chunks.push(change.chunk());
            newest = newest.max(Some(i));
            if kept[i].whole().is_some() {
                giving.push(i);
            }
        }
        logs.push(coverage);
    }
    let inside: HashSet<usize> = covered.iter().flatten().copied().collect();
    let all_packed =
        (0..kept.len()).filter(|i| kept[*i].whole().is_none() && numbers[*i].is_some());
    for i in all_packed {
        if !inside.contains(&i) {
            let why = "not all that is packed follows from its first envelope";
            return Err(fault(
                &subject.doc,
                PackError::Coverage(kept[i].header().log, why),
            ));
        }
    }
    let Some(newest) = newest.filter(|_| more || !giving.is_empty()) else {
        return Ok(0);
    };
    let ring = keys::ring(work.db, work.inner, doc)?;
    let ours = |why| fault(&subject.doc, why);
    let id = kept[newest].header().key;
    let key = ring.get(&id).ok_or_else(|| ours(PackError::NoKey(id)))?;
    let random = work.inner.guard.draw("pack")?;
    let bytes = pack::write(&subject, &logs, &chunks, key, &random).map_err(ours)?;
    let read = pack::read(&bytes, &subject, &|id| ring.get(id).cloned()).map_err(ours)?;
    if read.changes.len() != chunks.len() {
        return Err(StoreError::Encode("a pack"));
    }
    keep(work, row, &bytes)?;
    let mut update = work
        .db
        .prepare_cached("UPDATE envelopes SET bytes = ?2, packed = 1 WHERE n = ?1")?;
    for &i in &giving {
        let signed = kept[i].signed().encode();
        work.inner.checked.add(&signed);
        update.execute(params![numbers[i], &signed[..]])?;
    }
    work.inner.count(|c| c.queries += giving.len() as u64);
    Ok(giving.len())
}

/// Which envelopes a new pack covers, log by log, each from its first on: all of a log that is whole and accepted, and of any other what is
/// packed already, but no more than so many together, and never fewer than are packed. What rests on a change that no pack would hold stays
/// outside, with all that follows it.
fn covered(
    doc: &DocRef,
    kept: &[Kept],
    made: &Assembly,
    changes: &[Option<ReadChange>],
    numbers: &[Option<i64>],
    most: usize,
) -> Vec<Vec<usize>> {
    let by_hash: HashMap<[u8; 32], usize> = kept
        .iter()
        .enumerate()
        .filter(|(i, _)| numbers[*i].is_some())
        .map(|(i, k)| (k.header().hash(), i))
        .collect();
    let mut packed_to: BTreeMap<LogId, (u64, [u8; 32])> = BTreeMap::new();
    for (i, k) in kept.iter().enumerate() {
        let header = k.header();
        if k.whole().is_none() && numbers[i].is_some() {
            let end = packed_to.entry(header.log).or_default();
            *end = (*end).max((header.seq, header.hash()));
        }
    }
    let all_packed: usize = kept.iter().filter(|k| k.whole().is_none()).count();
    let mut room = most.saturating_sub(all_packed);
    let mut logs: Vec<Vec<usize>> = Vec::new();
    let mut held: HashSet<[u8; 32]> = Doc::first_changes(doc.kind).into_iter().collect();
    for (log, tail) in &made.logs {
        let packed = packed_to.get(log).map(|(_, hash)| *hash);
        let end = if tail.whole { Some(tail.head) } else { packed };
        let mut indices = Vec::new();
        let mut at = end.and_then(|hash| by_hash.get(&hash)).copied();
        while let Some(i) = at {
            indices.push(i);
            at = by_hash.get(&kept[i].header().prev).copied();
        }
        indices.reverse();
        let fits = |i: &usize| {
            let known = kept[*i].header().kind != BodyKind::Changes || changes[*i].is_some();
            let counts = made.verdicts[*i] == Verdict::Accepted || !tail.whole;
            known && counts
        };
        let fitting = indices.iter().take_while(|i| fits(i)).count();
        indices.truncate(fitting);
        let is_packed = |i: &usize| kept[*i].whole().is_none();
        let mut end = indices.iter().rposition(is_packed).map_or(0, |at| at + 1);
        while let Some(i) = indices.get(end) {
            if kept[*i].header().kind == BodyKind::Changes {
                if room == 0 {
                    break;
                }
                room -= 1;
            }
            end += 1;
        }
        indices.truncate(end);
        held.extend(
            indices
                .iter()
                .filter_map(|i| Some(changes[*i].as_ref()?.hash())),
        );
        logs.push(indices);
    }
    loop {
        let mut cut = false;
        for indices in &mut logs {
            let rests = |i: &usize| {
                changes[*i]
                    .iter()
                    .all(|c| c.deps().all(|d| held.contains(&d)))
            };
            let resting = indices.iter().take_while(|i| rests(i)).count();
            for i in indices.split_off(resting) {
                cut = true;
                if let Some(change) = &changes[i] {
                    held.remove(&change.hash());
                }
            }
        }
        if !cut {
            return logs;
        }
    }
}

/// Gives each header the change that the pack of its document holds for it: the changes of a log stand in the order of its headers.
pub struct Opened {
    changes: HashMap<LogId, std::vec::IntoIter<Vec<u8>>>,
}

impl Opened {
    /// Opens the pack in the file.
    pub fn of(db: &Connection, inner: &Inner, doc: &DocRef, row: i64) -> Result<Self, StoreError> {
        inner.count(|c| c.queries += 1);
        let bytes: Option<Vec<u8>> = db
            .prepare_cached("SELECT bytes FROM packs WHERE doc = ?1")?
            .query_row([row], |r| r.get(0))
            .optional()?;
        let subject = subject(inner, doc);
        let ring = keys::ring(db, inner, doc)?;
        let bytes = bytes.unwrap_or_default();
        let found = pack::open(&bytes, &subject, &|id| ring.get(id).cloned());
        let found = found.map_err(|why| fault(&subject.doc, why))?;
        Ok(Self::sorted(&found.logs, found.changes))
    }

    fn sorted(logs: &[Coverage], all: Vec<pack::PackedChange>) -> Self {
        let mut by_log: Vec<Vec<Vec<u8>>> = vec![Vec::new(); logs.len()];
        for change in all {
            if let Some(changes) = by_log.get_mut(change.log) {
                changes.push(change.chunk);
            }
        }
        let changes = logs
            .iter()
            .zip(by_log)
            .filter_map(|(log, changes)| Some((log.log()?, changes.into_iter())))
            .collect();
        Self { changes }
    }

    /// The change of the next header of its log.
    pub fn next(&mut self, signed: SignedHeader) -> Result<Kept, PackError> {
        let log = signed.header.log;
        let chunk = self.changes.get_mut(&log).and_then(Iterator::next);
        let why = PackError::Coverage(log, "there are more headers than changes");
        let chunk = chunk.ok_or(why)?;
        Ok(Kept::Packed { signed, chunk })
    }
}

/// The document that the headers of a pack are about: one, of this team.
pub fn document_of(headers: &[SignedHeader], team: &TeamId) -> Result<DocId, PackError> {
    let first = headers
        .first()
        .ok_or(PackError::Form("no headers came with it"))?;
    let doc = first.header.log.doc;
    let one = |h: &SignedHeader| h.header.team == *team && h.header.log.doc == doc;
    match headers.iter().all(one) {
        true => Ok(doc),
        false => Err(PackError::Elsewhere),
    }
}

/// The headers that came with a pack, which all must be of one document of this team, and signed.
pub fn read_headers(
    logs: &PackedLogs,
    team: &TeamId,
) -> Result<(DocId, Vec<SignedHeader>), PackError> {
    let headers: Result<Vec<SignedHeader>, PackError> =
        logs.headers.iter().map(|h| checked::header(h)).collect();
    let headers = headers?;
    Ok((document_of(&headers, team)?, headers))
}

/// Reads a pack that came from elsewhere as far as its sums, with the headers that came with it: its changes are those that the devices signed
/// for. Whether each is one of ours is seen as with any other envelope, when they are judged.
pub fn unpack(
    inner: &Inner,
    doc: &DocRef,
    ring: &Ring,
    bytes: &[u8],
    headers: &[SignedHeader],
) -> Result<Unpacked, PackError> {
    let subject = subject(inner, doc);
    let read = pack::open(bytes, &subject, &|id| ring.get(id).cloned())?;
    let mut opened = Opened::sorted(&read.logs, read.changes);
    let mut headers = headers.to_vec();
    headers.sort_by_key(|h| (h.header.log, h.header.seq));
    let kept: Result<_, _> = headers.into_iter().map(|h| opened.next(h)).collect();
    Ok(Unpacked {
        kept: kept?,
        exact: opened.changes.into_values().all(|left| left.len() == 0),
    })
}

/// What a pack that came holds.
pub struct Unpacked {
    /// An envelope for each of its headers.
    pub kept: Vec<Kept>,
    /// Whether it holds no change besides.
    pub exact: bool,
}

/// Keeps the pack of a document. It was checked, and all of what it stands for is in the file.
pub fn keep(work: &Work<'_>, row: i64, pack: &[u8]) -> Result<(), StoreError> {
    work.inner.count(|c| c.queries += 1);
    work.db
        .prepare_cached("INSERT OR REPLACE INTO packs (doc, bytes) VALUES (?1, ?2)")?
        .execute(params![row, pack])?;
    Ok(())
}

/// The pack of a document with its headers, for somebody else; `None` where it has none.
pub fn for_parcel(db: &Connection, row: i64) -> Result<Option<PackedLogs>, StoreError> {
    let pack: Option<Vec<u8>> = db
        .prepare_cached("SELECT bytes FROM packs WHERE doc = ?1")?
        .query_row([row], |r| r.get(0))
        .optional()?;
    let Some(pack) = pack else { return Ok(None) };
    let mut statement = db.prepare_cached(
        "SELECT bytes FROM envelopes WHERE doc = ?1 AND packed = 1 ORDER BY log, seq, n",
    )?;
    let headers = statement.query_map([row], |r| r.get(0))?;
    Ok(Some(PackedLogs {
        pack,
        headers: headers.collect::<Result<_, _>>()?,
    }))
}
