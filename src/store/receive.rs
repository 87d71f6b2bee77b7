//! What comes from elsewhere: entries of the authority, statements and envelopes, in any order, more than once, and from anybody. Owns what
//! is kept of it, what waits within a budget, and what follows for what is here already. Must not know how it came.
//!
//! All of a parcel is one transaction. Every envelope is judged together with those that are here; a bad one costs only itself.

use super::commit::Work;
use super::documents::{self, Loaded, target};
use super::early;
use super::error::StoreError;
use super::inner::{Inner, day_of, now_ms, set_meta};
use super::keys;
use super::local::Purpose;
use super::{Store, views, write_authority};
use crate::document::{DocRef, Kind};
use crate::domain::PersonId;
use crate::log::authority::Pushed;
use crate::log::authority::statement::statements_id;
use crate::log::envelope::BodyKind;
use crate::log::grant::readers;
use crate::log::{
    Authority, AuthorityError, DeviceId, DocId, Envelope, Grant, LogId, Refusal, Statement,
    Verdict, assemble,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// Entries of the authority and envelopes, as bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parcel {
    /// Entries.
    pub authority: Vec<Vec<u8>>,
    /// Envelopes, statements included.
    pub envelopes: Vec<Vec<u8>>,
}

/// What became of a parcel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// New entries of the authority.
    pub entries: usize,
    /// Envelopes that count.
    pub accepted: usize,
    /// Envelopes that do not count, unless something rests on them.
    pub quarantined: usize,
    /// Envelopes that were here.
    pub known: usize,
    /// Entries and envelopes that wait for something.
    pub early: usize,
    /// Second envelopes in a place that is taken; their headers are kept as proof.
    pub forks: usize,
    /// What was not taken, and why.
    pub refused: Vec<String>,
    /// Edits of this device that a cut dropped and that it wrote anew.
    pub rewritten: usize,
    /// People whose summary changed.
    pub people: BTreeSet<PersonId>,
}

impl Store {
    /// Takes what came from elsewhere. When this returns, what it says was taken is on the disk.
    pub fn receive(&mut self, parcel: &Parcel) -> Result<Received, StoreError> {
        self.write(|work| receive(work, parcel))
    }

    /// Everything that is here and that a device may have: the authority with all statements, and the envelopes of each document that the
    /// device may read. What is private goes to nobody but its own person's devices.
    pub fn parcel_for(&mut self, device: &DeviceId) -> Result<Parcel, StoreError> {
        let tx = self.db.transaction()?;
        let inner = &mut self.inner;
        let authority = inner.authority(&tx)?.clone();
        let mut parcel = Parcel {
            authority: authority.entries().iter().map(|e| e.to_vec()).collect(),
            envelopes: Vec::new(),
        };
        read_statements(&tx, inner, &mut parcel)?;
        read_documents(&tx, inner, &authority, device, &mut parcel)?;
        tx.commit()?;
        Ok(parcel)
    }
}

fn read_statements(db: &Connection, inner: &Inner, parcel: &mut Parcel) -> Result<(), StoreError> {
    let mut statement = db.prepare("SELECT hash, sealed FROM statements ORDER BY n")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (hash, sealed): ([u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?);
        let bytes = inner.keys.open(Purpose::Statement, &hash, &sealed);
        parcel.envelopes.extend(bytes.map(|b| b.to_vec()));
    }
    Ok(())
}

/// The envelopes of the documents that a device may read.
fn read_documents(
    db: &Connection,
    inner: &Inner,
    authority: &Authority,
    device: &DeviceId,
    parcel: &mut Parcel,
) -> Result<(), StoreError> {
    let day = day_of(now_ms());
    let mut statement = db.prepare("SELECT id, doc, reference FROM documents ORDER BY id")?;
    let mut envelopes = db.prepare("SELECT bytes FROM envelopes WHERE doc = ?1 ORDER BY n")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, doc, sealed): (i64, [u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let reference: Option<DocRef> = inner.keys.open_value(Purpose::Reference, &doc, &sealed);
        let Some(reference) = reference else { continue };
        let root = (reference.kind == Kind::Private).then(|| inner.private_root());
        let about = reference.person.as_ref();
        if about.is_some_and(|p| authority.state().erased.contains_key(p)) {
            continue;
        }
        if !readers(authority, &reference, root.as_ref(), day).contains_key(device) {
            continue;
        }
        let mut rows = envelopes.query([id])?;
        while let Some(row) = rows.next()? {
            parcel.envelopes.push(row.get(0)?);
        }
    }
    Ok(())
}

fn receive(work: &mut Work<'_>, parcel: &Parcel) -> Result<Received, StoreError> {
    let mut received = Received::default();
    let before = work.inner.authority(work.db)?.state().clone();
    let mut envelopes: BTreeMap<DocId, Vec<Envelope>> = BTreeMap::new();
    let mut statements = Vec::new();
    let ours = statements_id(&work.inner.team);
    for bytes in &parcel.envelopes {
        let read = Envelope::decode(bytes).and_then(|e| e.verify().map(|()| e));
        match read {
            Err(why) => received.refused.push(why.to_string()),
            Ok(e) if e.header.team != work.inner.team => {
                received.refused.push(Refusal::Elsewhere.to_string());
            }
            Ok(e) if e.header.log.doc == ours => statements.push(e),
            Ok(e) => envelopes.entry(e.header.log.doc).or_default().push(e),
        }
    }
    let mut grown = take_entries(work, &parcel.authority, &mut received)?;
    grown |= take_statements(work, statements, &mut received)?;
    if grown {
        work.inner.forget_keys();
        // What waited for any of it may be due: all of it is tried again.
        for (doc, early) in early::envelopes(work.db)? {
            envelopes.entry(doc).or_default().extend(early);
        }
        for doc in questioned(work)? {
            envelopes.entry(doc).or_default();
        }
    } else {
        for (doc, list) in &mut envelopes {
            list.extend(early::of(work.db, doc)?);
        }
    }
    // Documents that keep keys for others come first: what they grant opens those.
    let mut order: Vec<(bool, DocId)> = Vec::new();
    let names = known_documents(work)?;
    for id in envelopes.keys() {
        let home = names
            .get(id)
            .is_none_or(|d| crate::log::grant::key_home(d) == *d);
        order.push((!home, *id));
    }
    order.sort();
    for (_, id) in order {
        let list = envelopes.remove(&id).unwrap_or_default();
        match names.get(&id) {
            Some(doc) => take_document(work, doc, list, &mut received)?,
            None => {
                for envelope in &list {
                    early::keep_envelope(work.db, envelope, &mut received)?;
                }
            }
        }
    }
    let now = work.inner.authority(work.db)?.state().clone();
    if now != before {
        super::destroy::follow(work, &now.erased, now_ms())?;
        let version = work.version()?;
        views::write_rights(work.db, work.inner, version)?;
        let hash = work.inner.authority(work.db)?.position().hash;
        set_meta(work.db, "authority", &hash[..])?;
        let changed = |p: &PersonId| {
            let of = |s: &crate::log::AuthorityState| s.devices.values().any(|x| x == p);
            of(&now) != of(&before)
        };
        let everybody: BTreeSet<PersonId> = now.devices.values().cloned().collect();
        received
            .people
            .extend(everybody.into_iter().filter(|p| changed(p)));
    }
    let committed = work.write_views()?;
    received.people.extend(committed.people);
    work.write_summaries(&mut received.people)?;
    Ok(received)
}

/// Takes entries until none can be taken any more; what is left waits.
fn take_entries(
    work: &mut Work<'_>,
    entries: &[Vec<u8>],
    received: &mut Received,
) -> Result<bool, StoreError> {
    let mut open: Vec<Vec<u8>> = entries.to_vec();
    if !open.is_empty() {
        open.extend(early::entries(work.db)?);
    }
    let mut grown = false;
    loop {
        let before = open.len();
        let mut left = Vec::new();
        for bytes in open {
            let authority = work.inner.authority(work.db)?;
            let seq = authority.known() as i64;
            match authority.push(bytes.clone()) {
                Ok(Pushed::Known) => received.known += 1,
                Ok(_) => {
                    write_authority(work.db, &work.inner.keys, seq, &bytes)?;
                    work.inner.appended_entry();
                    early::forget(work.db, blake3::hash(&bytes).as_bytes())?;
                    received.entries += 1;
                    grown = true;
                }
                Err(AuthorityError::Chain(_)) => left.push(bytes),
                Err(why) => received.refused.push(why.to_string()),
            }
        }
        open = left;
        if open.is_empty() || open.len() == before {
            break;
        }
    }
    for bytes in open {
        early::keep_entry(work.db, &bytes, received)?;
    }
    Ok(grown)
}

fn take_statements(
    work: &mut Work<'_>,
    statements: Vec<Envelope>,
    received: &mut Received,
) -> Result<bool, StoreError> {
    let mut grown = false;
    for envelope in statements {
        let header = &envelope.header;
        let (hash, said) = (header.hash(), Statement::decode(&envelope.body));
        let (BodyKind::Statement, Some(_)) = (header.kind, said) else {
            received.refused.push(Refusal::Kind.to_string());
            continue;
        };
        let sealed = work
            .inner
            .keys
            .seal(Purpose::Statement, &hash, &envelope.encode())?;
        let new = work
            .db
            .prepare_cached("INSERT OR IGNORE INTO statements (hash, sealed) VALUES (?1, ?2)")?
            .execute(params![&hash[..], sealed])?;
        if new == 0 {
            received.known += 1;
        } else {
            received.accepted += 1;
            grown = true;
        }
    }
    Ok(grown)
}

/// Documents in which something stands of a device that anything was taken away from.
fn questioned(work: &mut Work<'_>) -> Result<BTreeSet<DocId>, StoreError> {
    let devices = work.inner.authority(work.db)?.questioned();
    let mut docs = BTreeSet::new();
    for device in devices {
        let mut statement = work.db.prepare_cached(
            "SELECT DISTINCT d.doc FROM logs l JOIN documents d ON d.id = l.doc WHERE l.device = ?1",
        )?;
        let mut rows = statement.query([&device.0[..]])?;
        while let Some(row) = rows.next()? {
            docs.insert(DocId(row.get(0)?));
        }
    }
    Ok(docs)
}

/// Every document that there can be of the people whom the authority names, by id, and those that are here.
fn known_documents(work: &mut Work<'_>) -> Result<BTreeMap<DocId, DocRef>, StoreError> {
    let team = work.inner.team;
    let state = work.inner.authority(work.db)?.state().clone();
    let mut people: BTreeSet<&PersonId> = state.devices.values().collect();
    people.extend(state.erased.keys());
    for right in &state.rights.0 {
        people.insert(&right.holder);
        people.extend(&right.over);
    }
    let mut names = BTreeMap::new();
    for kind in Kind::ALL {
        if kind.is_personal() {
            for person in &people {
                let doc = DocRef::of(kind, person);
                names.insert(DocId::of(&team, &doc, 0), doc);
            }
        } else {
            let doc = DocRef::team_wide(kind);
            names.insert(DocId::of(&team, &doc, 0), doc);
        }
    }
    let mut statement = work
        .db
        .prepare_cached("SELECT doc, reference FROM documents")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (doc, sealed): ([u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?);
        let reference = work
            .inner
            .keys
            .open_value::<DocRef>(Purpose::Reference, &doc, &sealed);
        if let Some(reference) = reference {
            names.entry(DocId(doc)).or_insert(reference);
        }
    }
    Ok(names)
}

/// Judges new envelopes of a document together with those that are here, keeps what is to be kept, and makes the document anew.
fn take_document(
    work: &mut Work<'_>,
    doc: &DocRef,
    new: Vec<Envelope>,
    received: &mut Received,
) -> Result<(), StoreError> {
    if doc.kind == Kind::Private && doc.person.as_ref() != Some(&work.inner.me) {
        let why = "what is private to somebody is on their own devices alone";
        received.refused.extend(new.iter().map(|_| why.to_owned()));
        return Ok(());
    }
    let rights = work.inner.known_rights(work.db)?;
    if doc
        .person
        .as_ref()
        .is_some_and(|p| rights.erased.contains_key(p))
    {
        for envelope in &new {
            early::forget(work.db, &envelope.header.hash())?;
        }
        let why = "whom it is about was erased";
        received.refused.extend(new.iter().map(|_| why.to_owned()));
        return Ok(());
    }
    let mut loaded = Loaded::load_or_begin(work.db, work.inner, doc)?;
    let here = loaded.envelopes_after(work.db, work.inner, 0)?;
    let mut seen: BTreeSet<[u8; 32]> = here.iter().map(|(_, e)| e.header.hash()).collect();
    let (mut numbers, mut all): (Vec<Option<i64>>, Vec<Envelope>) =
        here.into_iter().map(|(n, e)| (Some(n), e)).unzip();
    for envelope in new {
        if !seen.insert(envelope.header.hash()) {
            received.known += 1;
            continue;
        }
        open_grant(work, doc, &envelope)?;
        numbers.push(None);
        all.push(envelope);
    }
    let ring = keys::ring(work.db, work.inner, doc)?;
    let target = target(work.inner, doc);
    let authority = work.inner.authority(work.db)?;
    let forked = |log: &LogId, a: &Authority| a.anchor(log).is_none();
    let made = assemble(doc.kind, &target, authority, &all, &|id| {
        ring.get(id).cloned()
    });
    let unsettled: BTreeSet<LogId> = made
        .logs
        .keys()
        .filter(|log| forked(log, authority))
        .copied()
        .collect();
    for (index, envelope) in all.iter().enumerate() {
        let verdict = made.verdicts[index];
        if let Some(n) = numbers[index] {
            note_verdict(work, n, verdict)?;
            continue;
        }
        let log = &envelope.header.log;
        let stopped = unsettled.contains(log) && is_forked(work, loaded.row, log)?;
        let verdict = match verdict {
            Verdict::Accepted | Verdict::Quarantined(_) if stopped => {
                Verdict::Refused(Refusal::Forked)
            }
            other => other,
        };
        keep(work, &loaded, envelope, verdict, received)?;
    }
    loaded.read_whole(work.db, work.inner)?;
    for envelope in &all {
        let device = envelope.header.log.device;
        let person = work.inner.authority(work.db)?.member(&device);
        if let Some(person) = person.and_then(|m| m.person.clone()) {
            work.note(doc, device, &person, envelope.header.time_ms);
        }
    }
    work.in_hand.insert(doc.clone(), loaded);
    received.rewritten += super::rewrite::write_anew(work, doc, &all, &made)?;
    Ok(())
}

/// A key that is granted to this device is kept: it is named by its hash, so that nobody can slip in another.
fn open_grant(work: &mut Work<'_>, doc: &DocRef, envelope: &Envelope) -> Result<(), StoreError> {
    if envelope.header.kind != BodyKind::Grant {
        return Ok(());
    }
    let Ok(grant) = Grant::decode(&envelope.body) else {
        return Ok(()); // the verdict says so
    };
    let device = work.inner.device_id();
    let key = grant.open(&device, &work.inner.identity, &envelope.header.key);
    if let Ok(Some(key)) = key {
        keys::keep(work.db, work.inner, doc, &key)?;
    }
    Ok(())
}

/// What stands in the column `verdict`.
fn code(verdict: Verdict) -> Option<i64> {
    match verdict {
        Verdict::Accepted => Some(0),
        Verdict::Quarantined(_) => Some(1),
        Verdict::Dropped => Some(2),
        Verdict::Early(crate::log::Wait::Change) => Some(3),
        _ => None,
    }
}

fn note_verdict(work: &Work<'_>, n: i64, verdict: Verdict) -> Result<(), StoreError> {
    if let Some(code) = code(verdict) {
        work.db
            .prepare_cached(
                "UPDATE envelopes SET verdict = ?2 WHERE n = ?1 AND verdict NOT IN (?2, 4)",
            )?
            .execute(params![n, code])?;
    }
    Ok(())
}

fn is_forked(work: &Work<'_>, doc: i64, log: &LogId) -> Result<bool, StoreError> {
    Ok(work
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM forks f JOIN logs l ON l.id = f.log
             WHERE l.doc = ?1 AND l.device = ?2 AND l.epoch = ?3)",
        )?
        .query_row(
            params![doc, &log.device.0[..], &log.epoch.0.to_be_bytes()[..]],
            |r| r.get(0),
        )?)
}

/// Keeps a new envelope by its verdict.
fn keep(
    work: &mut Work<'_>,
    loaded: &Loaded,
    envelope: &Envelope,
    verdict: Verdict,
    received: &mut Received,
) -> Result<(), StoreError> {
    let header = &envelope.header;
    let hash = header.hash();
    match verdict {
        Verdict::Early(_) => {
            return early::keep_envelope(work.db, envelope, received);
        }
        Verdict::Refused(Refusal::Forked) => {
            received.forks += 1;
            let log = log_row(work, loaded.row, &header.log)?;
            let mut proof = header.encode().to_vec();
            proof.extend_from_slice(&envelope.signature);
            work.db
                .prepare_cached(
                    "INSERT OR IGNORE INTO forks (log, seq, header) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![log, header.seq as i64, proof])?;
        }
        Verdict::Refused(why) => received.refused.push(why.to_string()),
        Verdict::Accepted | Verdict::Quarantined(_) | Verdict::Dropped => {
            match verdict {
                Verdict::Accepted => received.accepted += 1,
                _ => received.quarantined += 1,
            }
            let log = log_row(work, loaded.row, &header.log)?;
            work.db
                .prepare_cached(
                    "INSERT INTO envelopes (doc, log, seq, bytes, hash, verdict)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    loaded.row,
                    log,
                    header.seq as i64,
                    envelope.encode(),
                    &hash[..],
                    code(verdict)
                ])?;
            work.db
                .prepare_cached(
                    "UPDATE logs SET seq = ?2, head = ?3, sum = ?4 WHERE id = ?1 AND seq < ?2",
                )?
                .execute(params![log, header.seq as i64, &hash[..], &header.sum[..]])?;
        }
    }
    early::forget(work.db, &hash)
}

/// The row of a log, made if it is new here.
fn log_row(work: &Work<'_>, doc: i64, log: &LogId) -> Result<i64, StoreError> {
    let epoch = log.epoch.0.to_be_bytes();
    let found: Option<i64> = work
        .db
        .prepare_cached("SELECT id FROM logs WHERE doc = ?1 AND device = ?2 AND epoch = ?3")?
        .query_row(params![doc, &log.device.0[..], &epoch[..]], |r| r.get(0))
        .optional()?;
    match found {
        Some(id) => Ok(id),
        None => documents::insert_log(work.db, work.inner, doc, log, 0),
    }
}
