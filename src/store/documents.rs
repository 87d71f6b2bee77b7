//! Documents as the file holds them: reading envelopes into an Automerge value, every one of them checked, and appending new ones.

mod follow;
mod stored;

use super::error::{EnvelopeFault, StoreError};
use super::inner::Inner;
use super::keys;
use super::rows::{begin, hash_heads, insert_log, really_absent, unpacked};
use crate::document::crdt::Put;
use crate::document::{DocRef, Kind, Rows, schema};
use crate::domain::PersonId;
use crate::log::envelope::BodyKind;
use crate::log::{
    Assembly, DeviceId, DocId, DocKey, Envelope, Epoch, Grant, Header, Kept, LogId, Position,
    Refusal, Target, Verdict, Wait, assemble, seal,
};
use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OptionalExtension, params};
use stored::Stored;

/// A log of this document in the file.
#[derive(Clone, Debug)]
struct LogRow {
    row: i64,
    id: LogId,
    slot: i64,
    era: i64,
    /// It has two branches and takes no more.
    forked: bool,
}

/// A document in memory, as far as envelope `upto`.
pub struct Loaded {
    pub reference: DocRef,
    pub row: i64,
    pub id: DocId,
    pub made: Assembly,
    pub rows: Rows,
    /// Numbers in the file of the envelopes that `made` was made of, in order.
    pub numbers: Vec<i64>,
    upto: i64,
    logs: Vec<LogRow>,
}

/// Who writes: a device with its person.
pub struct Writer<'a> {
    pub signer: &'a SigningKey,
    pub person: &'a PersonId,
    /// Where the authority stood.
    pub authority: Position,
}

impl Writer<'_> {
    pub fn device(&self) -> DeviceId {
        DeviceId(self.signer.verifying_key().to_bytes())
    }
}

/// One change to append.
pub struct NewChange<'a> {
    pub puts: &'a [Put],
    pub at_ms: u64,
    /// Heads behind which it is written apart, and which epoch of the device takes it.
    pub apart: Option<&'a [[u8; 32]]>,
    pub slot: i64,
}

/// What a document's envelopes are judged as. A private one is rooted in the device with which its person began it.
pub fn target(
    db: &Connection,
    inner: &mut Inner,
    reference: &DocRef,
) -> Result<Target, StoreError> {
    Ok(Target::Document {
        doc: reference.clone(),
        root: match reference.kind {
            Kind::Private => Some(inner.private_root(db)?),
            _ => None,
        },
    })
}

impl Loaded {
    /// The document, brought up to the file; `None` where nothing was ever written to it.
    pub fn load(
        db: &Connection,
        inner: &mut Inner,
        reference: &DocRef,
    ) -> Result<Option<Self>, StoreError> {
        if let Some(mut loaded) = inner.take(reference) {
            loaded.catch_up(db, inner)?;
            return Ok(Some(loaded));
        }
        let id = DocId::of(&inner.team, reference, 0);
        inner.count(|c| c.queries += 1);
        let row: Option<i64> = db
            .prepare_cached("SELECT id FROM documents WHERE doc = ?1")?
            .query_row([&id.0[..]], |r| r.get(0))
            .optional()?;
        let Some(row) = row else {
            really_absent(db, inner, reference)?;
            return Ok(None);
        };
        inner.count(|c| c.document_loads += 1);
        let mut loaded = Self::empty(db, inner, reference, row, id)?;
        loaded.read_whole(db, inner)?;
        Ok(Some(loaded))
    }

    /// The document, begun if nothing was ever written to it.
    pub fn load_or_begin(
        db: &Connection,
        inner: &mut Inner,
        reference: &DocRef,
    ) -> Result<Self, StoreError> {
        if let Some(loaded) = Self::load(db, inner, reference)? {
            return Ok(loaded);
        }
        let id = DocId::of(&inner.team, reference, 0);
        let row = begin(db, inner, reference, &id)?;
        Self::empty(db, inner, reference, row, id)
    }

    fn empty(
        db: &Connection,
        inner: &mut Inner,
        reference: &DocRef,
        row: i64,
        id: DocId,
    ) -> Result<Self, StoreError> {
        let target = target(db, inner, reference)?;
        let nothing: &[Kept] = &[];
        let made = assemble(
            reference.kind,
            &target,
            inner.authority(db)?,
            nothing,
            &|_| None,
        );
        Ok(Self {
            reference: reference.clone(),
            row,
            id,
            made,
            rows: Rows::default(),
            numbers: Vec::new(),
            upto: 0,
            logs: Vec::new(),
        })
    }

    /// Reads all envelopes of the document anew.
    pub fn read_whole(&mut self, db: &Connection, inner: &mut Inner) -> Result<(), StoreError> {
        let read = self.envelopes(db, inner)?;
        let (numbers, envelopes): (Vec<i64>, Vec<Kept>) = read.into_iter().unzip();
        let ring = keys::ring(db, inner, &self.reference)?;
        let target = target(db, inner, &self.reference)?;
        let made = assemble(
            self.reference.kind,
            &target,
            inner.authority(db)?,
            &envelopes,
            &|id| ring.get(id).cloned(),
        );
        // What rests on a branch that a cut dropped may stand; otherwise what an envelope rests on is here.
        let cut = made.verdicts.contains(&Verdict::Dropped);
        for (n, verdict) in numbers.iter().zip(&made.verdicts) {
            if let Some(why) = EnvelopeFault::of(*verdict, cut) {
                return Err(fault(&self.id, *n, why));
            }
        }
        self.made_of(db, inner, numbers, made)
    }

    /// All envelopes with what they make, their changes included.
    pub fn assembled(
        &self,
        db: &Connection,
        inner: &mut Inner,
    ) -> Result<(Vec<Kept>, Assembly), StoreError> {
        let read = self.envelopes(db, inner)?;
        let envelopes: Vec<Kept> = read.into_iter().map(|(_, e)| e).collect();
        let ring = keys::ring(db, inner, &self.reference)?;
        let target = target(db, inner, &self.reference)?;
        let made = assemble(
            self.reference.kind,
            &target,
            inner.authority(db)?,
            &envelopes,
            &|id| ring.get(id).cloned(),
        );
        Ok((envelopes, made))
    }

    /// Applies what the file holds beyond `upto`, whoever wrote it.
    fn catch_up(&mut self, db: &Connection, inner: &mut Inner) -> Result<(), StoreError> {
        let read = self.rows_after(db, inner, self.upto)?;
        if read.is_empty() {
            return Ok(());
        }
        if read.iter().any(|(_, row)| matches!(row, Stored::Header(_))) {
            // Another program has packed them already: what stands for them is found with all the rest.
            return self.read_whole(db, inner);
        }
        self.read_logs(db, inner)?;
        let ring = keys::ring(db, inner, &self.reference)?;
        let target = target(db, inner, &self.reference)?;
        let authority = inner.authority(db)?;
        for (n, row) in &read {
            let Stored::Whole(envelope) = row else {
                continue;
            };
            let key = |id: &_| ring.get(id).cloned();
            if !self.made.follow(envelope, &target, authority, &key) {
                // Not simply the next of its log: the whole has to be judged together.
                return self.read_whole(db, inner);
            }
            self.numbers.push(*n);
            self.upto = *n;
        }
        let authors = &self.made.authors;
        self.rows = self.made.doc.rows(&|actor| authors.get(actor).cloned());
        Ok(())
    }

    /// The logs that the file knows of this document.
    fn read_logs(&mut self, db: &Connection, inner: &Inner) -> Result<(), StoreError> {
        inner.count(|c| c.queries += 1);
        let mut statement = db.prepare_cached(
            "SELECT id, device, epoch, slot, era, EXISTS (SELECT 1 FROM forks f WHERE f.log = logs.id)
             FROM logs WHERE doc = ?1 ORDER BY id",
        )?;
        let mut rows = statement.query([self.row])?;
        self.logs.clear();
        while let Some(row) = rows.next()? {
            let (device, epoch): ([u8; 32], [u8; 8]) = (row.get(1)?, row.get(2)?);
            self.logs.push(LogRow {
                row: row.get(0)?,
                id: LogId {
                    doc: self.id,
                    device: DeviceId(device),
                    epoch: Epoch(u64::from_be_bytes(epoch)),
                },
                slot: row.get(3)?,
                era: row.get(4)?,
                forked: row.get(5)?,
            });
        }
        Ok(())
    }

    /// Makes one change, signs, encrypts and appends it. `false` where nothing would change.
    pub fn append(
        &mut self,
        db: &Connection,
        inner: &Inner,
        writer: &Writer<'_>,
        change: &NewChange<'_>,
        key: &DocKey,
    ) -> Result<bool, StoreError> {
        let log = self.log_for(db, inner, writer.device(), change.slot)?;
        let actor = log.id.actor();
        let doc = &mut self.made.doc;
        let written = match change.apart {
            None => doc.write(change.puts, &actor, change.at_ms)?,
            Some(heads) => doc.write_at(heads, change.puts, &actor, change.at_ms)?,
        };
        let Some(written) = written else {
            return Ok(false);
        };
        let mut header = self.header(inner, writer, &log, change.at_ms, BodyKind::Changes);
        header.sum = key.sum(&header.sum, &written.hash);
        let random = inner.guard.draw("nonce")?;
        let envelope = seal::seal(header, &[&written.chunk], key, &random, writer.signer)
            .map_err(|_| StoreError::Encode("an envelope"))?;
        self.keep(db, inner, writer, &log, &envelope)?;
        let authors = &self.made.authors;
        self.made
            .doc
            .refresh_rows(&mut self.rows, change.puts, &|a| authors.get(a).cloned());
        Ok(true)
    }

    /// Appends a grant of a key to the log of a device's main epoch.
    pub fn append_grant(
        &mut self,
        db: &Connection,
        inner: &Inner,
        writer: &Writer<'_>,
        at_ms: u64,
        key: &DocKey,
        grant: &Grant,
    ) -> Result<(), StoreError> {
        let log = self.log_for(db, inner, writer.device(), 0)?;
        let mut header = self.header(inner, writer, &log, at_ms, BodyKind::Grant);
        header.key = key.id();
        let body = grant.encode()?;
        let envelope = Envelope::sign(header, body, writer.signer);
        self.keep(db, inner, writer, &log, &envelope)
    }

    /// The header of what comes next in a log, but for key, nonce and the sum behind it.
    fn header(
        &self,
        inner: &Inner,
        writer: &Writer<'_>,
        log: &LogRow,
        time_ms: u64,
        kind: BodyKind,
    ) -> Header {
        let tail = self.made.logs.get(&log.id);
        Header {
            team: inner.team,
            log: log.id,
            seq: tail.map_or(0, |t| t.seq) + 1,
            prev: tail.map_or([0; 32], |t| t.head),
            authority: writer.authority,
            kind,
            step: match kind {
                BodyKind::Changes => schema::newest(self.reference.kind),
                BodyKind::Grant | BodyKind::Statement => 0,
            },
            time_ms,
            key: crate::log::KeyId([0; 32]),
            nonce: [0; 24],
            sum: tail.map_or([0; 32], |t| t.sum),
            body_hash: [0; 32],
        }
    }

    /// Writes an envelope of one's own to the file and moves its log on.
    fn keep(
        &mut self,
        db: &Connection,
        inner: &Inner,
        writer: &Writer<'_>,
        log: &LogRow,
        envelope: &Envelope,
    ) -> Result<(), StoreError> {
        let header = &envelope.header;
        inner.count(|c| c.queries += 2);
        let bytes = envelope.encode();
        inner.checked.add(&bytes);
        db.prepare_cached(
            "INSERT INTO envelopes (doc, log, seq, bytes, hash, packed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            self.row,
            log.row,
            header.seq as i64,
            bytes,
            &header.hash()[..],
            unpacked(header.kind)
        ])?;
        self.upto = db.last_insert_rowid();
        self.numbers.push(self.upto);
        let head = header.hash();
        db.prepare_cached("UPDATE logs SET seq = ?2, head = ?3, sum = ?4 WHERE id = ?1")?
            .execute(params![
                log.row,
                header.seq as i64,
                &head[..],
                &header.sum[..]
            ])?;
        self.made.wrote(envelope, writer.person);
        Ok(())
    }

    /// The log of a device's epoch `slot`, begun if it is not there or must take no more.
    fn log_for(
        &mut self,
        db: &Connection,
        inner: &Inner,
        device: DeviceId,
        slot: i64,
    ) -> Result<LogRow, StoreError> {
        let era = inner.guard.era;
        let whole = |id: &LogId| {
            let tail = self.made.logs.get(id);
            tail.is_none_or(|t| t.whole && t.fork.is_none())
        };
        let mine = |l: &&LogRow| l.id.device == device && l.slot == slot && l.era == era;
        let mut own = self.logs.iter().rev().filter(mine);
        if let Some(log) = own.find(|l| !l.forked && whole(&l.id)) {
            return Ok(log.clone());
        }
        let mut epoch = [0; 8];
        epoch.copy_from_slice(&inner.guard.draw("epoch")?[..8]);
        let epoch = Epoch(u64::from_be_bytes(epoch));
        let id = LogId {
            doc: self.id,
            device,
            epoch,
        };
        let row = insert_log(db, inner, self.row, &id, slot)?;
        let log = LogRow {
            row,
            id,
            slot,
            era,
            forked: false,
        };
        self.logs.push(log.clone());
        Ok(log)
    }

    /// Whether every log ends where the file says that it does.
    pub fn logs_match(&self, db: &Connection) -> Result<bool, StoreError> {
        let mut statement =
            db.prepare_cached("SELECT id, seq, head, sum FROM logs WHERE doc = ?1")?;
        let mut rows = statement.query([self.row])?;
        while let Some(row) = rows.next()? {
            let (id, seq, head, sum): (i64, i64, [u8; 32], [u8; 32]) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            let log = self.logs.iter().find(|l| l.row == id);
            let same = match log.and_then(|l| self.made.logs.get(&l.id)) {
                Some(tail) => tail.seq as i64 == seq && tail.head == head && tail.sum == sum,
                None => seq == 0,
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes where each log really ends. Returns those that the file said to end elsewhere: row, log, real and stated end.
    pub fn put_logs_right(
        &self,
        db: &Connection,
    ) -> Result<Vec<(i64, LogId, u64, u64)>, StoreError> {
        let mut wrong = Vec::new();
        let mut statement =
            db.prepare_cached("SELECT id, device, epoch, seq, head, sum FROM logs WHERE doc = ?1")?;
        let mut rows = statement.query([self.row])?;
        while let Some(row) = rows.next()? {
            let (id, stated, epoch): (i64, i64, [u8; 8]) = (row.get(0)?, row.get(3)?, row.get(2)?);
            let (head, sum): ([u8; 32], [u8; 32]) = (row.get(4)?, row.get(5)?);
            let log = LogId {
                doc: self.id,
                device: DeviceId(row.get(1)?),
                epoch: Epoch(u64::from_be_bytes(epoch)),
            };
            let tail = self.made.logs.get(&log);
            let real = tail.map_or((0, [0; 32], [0; 32]), |t| (t.seq, t.head, t.sum));
            let stated = u64::try_from(stated).unwrap_or(0);
            if real != (stated, head, sum) {
                wrong.push((id, log, real, stated));
            }
        }
        for (id, _, (seq, head, sum), _) in &wrong {
            db.prepare_cached("UPDATE logs SET seq = ?2, head = ?3, sum = ?4 WHERE id = ?1")?
                .execute(params![id, *seq as i64, &head[..], &sum[..]])?;
        }
        let ends = wrong
            .into_iter()
            .map(|(id, log, (seq, ..), stated)| (id, log, seq, stated));
        Ok(ends.collect())
    }

    /// The hash over the heads that views are bound to.
    pub fn heads_hash(&self) -> [u8; 32] {
        hash_heads(&self.made)
    }
}

impl EnvelopeFault {
    /// What a verdict says of an envelope that is in the file and should not be; `None` where it may stand there.
    fn of(verdict: Verdict, cut: bool) -> Option<Self> {
        Some(match verdict {
            Verdict::Accepted
            | Verdict::Quarantined(_)
            | Verdict::Dropped
            | Verdict::Refused(Refusal::Forked) => return None,
            Verdict::Early(Wait::Change) if cut => return None,
            Verdict::Early(Wait::Change) => Self::Rests,
            Verdict::Early(Wait::Predecessor) => Self::Chain,
            Verdict::Early(Wait::Key) => Self::NoKey,
            Verdict::Early(Wait::Newer) => Self::Newer,
            Verdict::Early(Wait::Authority | Wait::Device) => Self::Authority,
            Verdict::Refused(why) => Self::Refused(why),
        })
    }
}

fn fault(doc: &DocId, at: i64, why: EnvelopeFault) -> StoreError {
    StoreError::Envelope {
        doc: doc.to_string(),
        at,
        why,
    }
}
