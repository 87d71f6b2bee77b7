//! Documents as the file holds them: reading envelopes into an Automerge value, every one of them checked, and appending new ones.

use super::error::{EnvelopeFault, StoreError};
use super::files::random;
use super::inner::{Inner, day_of};
use super::local::Purpose;
use crate::document::crdt::{ActorId, Doc, Put};
use crate::document::{DocRef, Kind, Rows};
use crate::domain::PersonId;
use crate::log::envelope::BodyKind;
use crate::log::{
    Access, Authority, AuthorityState, DeviceId, DocId, DocKey, Envelope, Epoch, Header, LogId,
    Position, TeamId, may, seal,
};
use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;

/// Where one log stands.
#[derive(Clone, Debug)]
struct LogState {
    row: i64,
    id: LogId,
    slot: i64,
    seq: u64,
    head: [u8; 32],
    sum: [u8; 32],
    authority: u64,
}

/// A document in memory, as far as envelope `upto`.
pub struct Loaded {
    pub reference: DocRef,
    pub row: i64,
    pub id: DocId,
    pub doc: Doc,
    pub rows: Rows,
    upto: i64,
    key: DocKey,
    logs: Vec<LogState>,
    authors: HashMap<ActorId, PersonId>,
}

/// Who writes: a device with its person.
pub struct Writer<'a> {
    pub signer: &'a SigningKey,
    pub person: &'a PersonId,
    /// Where the authority stood.
    pub authority: Position,
}

/// One change to append.
pub struct NewChange<'a> {
    pub puts: &'a [Put],
    pub at_ms: u64,
    /// Heads behind which it is written apart, and which epoch of the device takes it.
    pub apart: Option<&'a [[u8; 32]]>,
    pub slot: i64,
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
        inner.count(|c| {
            c.document_loads += 1;
            c.queries += 1;
        });
        let sealed: Vec<u8> = db
            .prepare_cached("SELECT sealed FROM keys WHERE doc = ?1 ORDER BY id DESC LIMIT 1")?
            .query_row([row], |r| r.get(0))?;
        let key = inner
            .keys
            .open(Purpose::Key, &id.0, &sealed)
            .and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok())
            .ok_or_else(|| fault(&id, 0, EnvelopeFault::NoKey))?;
        let mut loaded = Self {
            reference: reference.clone(),
            row,
            id,
            doc: Doc::first(reference.kind),
            rows: Rows::default(),
            upto: 0,
            key: DocKey::new(key),
            logs: Vec::new(),
            authors: HashMap::new(),
        };
        loaded.catch_up(db, inner)?;
        Ok(Some(loaded))
    }

    /// The document, begun with a fresh key if nothing was ever written to it.
    pub fn load_or_begin(
        db: &Connection,
        inner: &mut Inner,
        reference: &DocRef,
    ) -> Result<Self, StoreError> {
        match Self::load(db, inner, reference)? {
            Some(loaded) => Ok(loaded),
            None => Self::begin(db, inner, reference),
        }
    }

    fn begin(db: &Connection, inner: &mut Inner, reference: &DocRef) -> Result<Self, StoreError> {
        let id = DocId::of(&inner.team, reference, 0);
        let key = DocKey::new(random::<32>()?);
        let doc = Doc::first(reference.kind);
        let person = summary_of(inner, reference);
        let sealed_reference = inner
            .keys
            .seal_value(Purpose::Reference, &id.0, reference)?;
        db.prepare_cached(
            "INSERT INTO documents (doc, person, heads, reference) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            &id.0[..],
            person,
            &hash_heads(&doc)[..],
            sealed_reference
        ])?;
        let row = db.last_insert_rowid();
        let sealed = inner.keys.seal(Purpose::Key, &id.0, key.secret())?;
        db.prepare_cached("INSERT INTO keys (doc, key_id, sealed) VALUES (?1, ?2, ?3)")?
            .execute(params![row, &key.id().0[..], sealed])?;
        inner.count(|c| c.queries += 2);
        Ok(Self {
            reference: reference.clone(),
            row,
            id,
            doc,
            rows: Rows::default(),
            upto: 0,
            key,
            logs: Vec::new(),
            authors: HashMap::new(),
        })
    }

    /// Applies what the file holds beyond `upto`, whoever wrote it.
    fn catch_up(&mut self, db: &Connection, inner: &mut Inner) -> Result<(), StoreError> {
        inner.count(|c| c.queries += 1);
        let mut statement = db.prepare_cached(
            "SELECT n, log, bytes FROM envelopes WHERE doc = ?1 AND n > ?2 ORDER BY n",
        )?;
        let mut rows = statement.query(params![self.row, self.upto])?;
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            let (n, log, bytes): (i64, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            read.push((n, log, bytes));
        }
        if read.is_empty() {
            return Ok(());
        }
        self.read_logs(db, inner)?;
        inner.count(|c| c.envelopes += read.len() as u64);
        let team = inner.team;
        let authority: &Authority = inner.authority(db)?;
        let mut checked: Vec<(i64, usize, Header, Vec<u8>)> = Vec::with_capacity(read.len());
        for (n, log, bytes) in read {
            let (index, header, chunk) = self
                .check(authority, team, log, &bytes)
                .map_err(|why| fault(&self.id, n, why))?;
            checked.push((n, index, header, chunk));
        }
        let actors: Vec<_> = checked
            .iter()
            .map(|(_, i, ..)| self.logs[*i].id.actor())
            .collect();
        let last = checked.last().map_or(0, |c| c.0);
        let applied = self
            .doc
            .apply(checked.iter().zip(&actors).map(|(c, a)| (&c.3[..], a)))
            .map_err(|e| fault(&self.id, last, e.into()))?;
        for ((n, index, header, _), (hash, at_ms)) in checked.iter().zip(applied) {
            if header.time_ms != at_ms {
                return Err(fault(&self.id, *n, EnvelopeFault::Time));
            }
            let state = authority
                .state_at(&header.authority)
                .ok_or_else(|| fault(&self.id, *n, EnvelopeFault::Authority))?;
            let log = &mut self.logs[*index];
            if self.key.sum(&log.sum, &hash) != header.sum {
                return Err(fault(&self.id, *n, crate::log::BodyError::Sum.into()));
            }
            log.sum = header.sum;
            let person = writer(state, &self.reference, &log.id.device, at_ms)
                .ok_or_else(|| fault(&self.id, *n, EnvelopeFault::NoRight))?;
            self.authors.insert(log.id.actor(), person);
        }
        self.upto = last;
        let authors = &self.authors;
        self.rows = self.doc.rows(&|actor| authors.get(actor).cloned());
        Ok(())
    }

    /// Logs that are in the file and not known here yet, as they stand before their first envelope.
    fn read_logs(&mut self, db: &Connection, inner: &Inner) -> Result<(), StoreError> {
        inner.count(|c| c.queries += 1);
        let mut statement = db.prepare_cached(
            "SELECT id, device, epoch, slot FROM logs WHERE doc = ?1 ORDER BY id",
        )?;
        let mut rows = statement.query([self.row])?;
        while let Some(row) = rows.next()? {
            let (id, device, epoch, slot): (i64, [u8; 32], [u8; 8], i64) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            if self.logs.iter().all(|l| l.row != id) {
                self.logs.push(LogState {
                    row: id,
                    id: LogId {
                        doc: self.id,
                        device: DeviceId(device),
                        epoch: Epoch(u64::from_be_bytes(epoch)),
                    },
                    slot,
                    seq: 0,
                    head: [0; 32],
                    sum: [0; 32],
                    authority: 0,
                });
            }
        }
        Ok(())
    }

    /// All that can be said of an envelope before its change is applied; moves its log on.
    fn check(
        &mut self,
        authority: &Authority,
        team: TeamId,
        log_row: i64,
        bytes: &[u8],
    ) -> Result<(usize, Header, Vec<u8>), EnvelopeFault> {
        let envelope = Envelope::decode(bytes)?;
        envelope.verify()?;
        let header = &envelope.header;
        let index = self
            .logs
            .iter()
            .position(|l| l.row == log_row && l.id == header.log && header.team == team)
            .ok_or(EnvelopeFault::Elsewhere)?;
        let log = &mut self.logs[index];
        if header.seq != log.seq + 1 || header.prev != log.head {
            return Err(EnvelopeFault::Chain);
        }
        if header.authority.len < log.authority || authority.state_at(&header.authority).is_none() {
            return Err(EnvelopeFault::Authority);
        }
        if header.kind != BodyKind::Changes {
            return Err(EnvelopeFault::Kind);
        }
        if header.key != self.key.id() {
            return Err(EnvelopeFault::NoKey);
        }
        let mut chunks = seal::open(&envelope, &self.key)?;
        let (Some(chunk), true) = (chunks.pop(), chunks.is_empty()) else {
            return Err(crate::log::BodyError::Form.into());
        };
        log.seq = header.seq;
        log.head = header.hash();
        log.authority = header.authority.len;
        Ok((index, envelope.header, chunk))
    }

    /// Makes one change, signs, encrypts and appends it. `false` where nothing would change.
    pub fn append(
        &mut self,
        db: &Connection,
        inner: &Inner,
        writer: &Writer<'_>,
        change: &NewChange<'_>,
    ) -> Result<bool, StoreError> {
        let device = DeviceId(writer.signer.verifying_key().to_bytes());
        let index = self.log_for(db, inner, device, change.slot)?;
        let actor = self.logs[index].id.actor();
        let written = match change.apart {
            None => self.doc.write(change.puts, &actor, change.at_ms)?,
            Some(heads) => self
                .doc
                .write_at(heads, change.puts, &actor, change.at_ms)?,
        };
        let Some(written) = written else {
            return Ok(false);
        };
        let log = &self.logs[index];
        let sum = self.key.sum(&log.sum, &written.hash);
        let header = Header {
            team: inner.team,
            log: log.id,
            seq: log.seq + 1,
            prev: log.head,
            authority: writer.authority,
            kind: BodyKind::Changes,
            time_ms: change.at_ms,
            key: self.key.id(),
            nonce: [0; 24],
            sum,
            body_hash: [0; 32],
        };
        let envelope = seal::seal(
            header,
            &[&written.chunk],
            &self.key,
            &random::<32>()?,
            writer.signer,
        )
        .map_err(|_| StoreError::Encode("an envelope"))?;
        let log = &mut self.logs[index];
        log.seq += 1;
        log.head = envelope.header.hash();
        log.sum = sum;
        log.authority = writer.authority.len;
        inner.count(|c| c.queries += 2);
        db.prepare_cached("INSERT INTO envelopes (doc, log, seq, bytes) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![
                self.row,
                log.row,
                log.seq as i64,
                envelope.encode()
            ])?;
        self.upto = db.last_insert_rowid();
        db.prepare_cached("UPDATE logs SET seq = ?2, head = ?3, sum = ?4 WHERE id = ?1")?
            .execute(params![
                log.row,
                log.seq as i64,
                &log.head[..],
                &log.sum[..]
            ])?;
        self.authors.insert(actor, writer.person.clone());
        let authors = &self.authors;
        self.doc
            .refresh_rows(&mut self.rows, change.puts, &|a| authors.get(a).cloned());
        Ok(true)
    }

    /// The log of a device's epoch `slot`, begun if it is not there.
    fn log_for(
        &mut self,
        db: &Connection,
        inner: &Inner,
        device: DeviceId,
        slot: i64,
    ) -> Result<usize, StoreError> {
        let found = |logs: &[LogState]| {
            logs.iter()
                .position(|l| l.id.device == device && l.slot == slot)
        };
        if let Some(index) = found(&self.logs) {
            return Ok(index);
        }
        let epoch = Epoch(u64::from_be_bytes(random::<8>()?));
        inner.count(|c| c.queries += 1);
        db.prepare_cached(
            "INSERT INTO logs (doc, device, epoch, slot, seq, head, sum) VALUES (?1, ?2, ?3, ?4, 0, ?5, ?5)",
        )?
        .execute(params![
            self.row,
            &device.0[..],
            &epoch.0.to_be_bytes()[..],
            slot,
            &[0_u8; 32][..]
        ])?;
        self.logs.push(LogState {
            row: db.last_insert_rowid(),
            id: LogId {
                doc: self.id,
                device,
                epoch,
            },
            slot,
            seq: 0,
            head: [0; 32],
            sum: [0; 32],
            authority: 0,
        });
        Ok(self.logs.len() - 1)
    }

    /// Whether every log ends where the file says that it does.
    pub fn logs_match(&self, db: &Connection) -> Result<bool, StoreError> {
        let mut statement =
            db.prepare_cached("SELECT id, seq, head, sum FROM logs WHERE doc = ?1")?;
        let mut rows = statement.query([self.row])?;
        while let Some(row) = rows.next()? {
            let (id, seq, head, sum): (i64, i64, [u8; 32], [u8; 32]) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            let same = match self.logs.iter().find(|l| l.row == id) {
                Some(log) => log.seq as i64 == seq && log.head == head && log.sum == sum,
                None => seq == 0,
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The hash over the heads that views are bound to.
    pub fn heads_hash(&self) -> [u8; 32] {
        hash_heads(&self.doc)
    }
}

/// What stands for the person whose summary a document belongs to. What is private is nobody's summary.
fn summary_of(inner: &Inner, reference: &DocRef) -> Option<Vec<u8>> {
    let person = reference.person.as_ref()?;
    (reference.kind != Kind::Private).then(|| inner.keys.person(person).to_vec())
}

/// Asks the other index as well before a document that was not found counts as never written: otherwise damage to one index would show
/// it as empty, and begin it a second time.
pub fn really_absent(db: &Connection, inner: &Inner, reference: &DocRef) -> Result<(), StoreError> {
    let id = DocId::of(&inner.team, reference, 0);
    inner.count(|c| c.queries += 1);
    let there: bool = db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM documents INDEXED BY documents_person WHERE person IS ?1 AND doc = ?2)",
        )?
        .query_row(params![summary_of(inner, reference), &id.0[..]], |r| r.get(0))?;
    match there {
        true => Err(StoreError::Index(id.to_string())),
        false => Ok(()),
    }
}

/// A hash over the heads of a document.
pub fn hash_heads(doc: &Doc) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("guildhall document heads");
    for head in doc.heads() {
        hasher.update(&head);
    }
    *hasher.finalize().as_bytes()
}

/// Whose the device is, if that person had the right to write the document on the day of the change.
fn writer(state: &AuthorityState, doc: &DocRef, device: &DeviceId, at_ms: u64) -> Option<PersonId> {
    let person = state.devices.get(device)?;
    may(Access::Write, doc, person, &state.rights, day_of(at_ms)).then(|| person.clone())
}

fn fault(doc: &DocId, at: i64, why: EnvelopeFault) -> StoreError {
    StoreError::Envelope {
        doc: doc.to_string(),
        at,
        why,
    }
}
