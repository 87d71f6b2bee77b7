//! What comes from elsewhere: entries of the authority, statements and envelopes, in any order, more than once, and from anybody. Owns what
//! is kept of it, what waits within a budget, and what follows for what is here already. Must not know how it came.
//!
//! All of a parcel is one transaction. Every envelope is judged together with those that are here; a bad one costs only itself.

use super::commit::Work;
use super::documents::{Loaded, target};
use super::early;
use super::error::StoreError;
use super::inner::set_meta;
use super::keys;
use super::local::Purpose;
use super::packs;
use super::parcel::{Parcel, Received};
use super::proofs;
use super::rows;
use super::{Store, views, write_authority};
use crate::document::{DocRef, Kind};
use crate::domain::PersonId;
use crate::log::authority::Pushed;
use crate::log::authority::statement::statements_id;
use crate::log::envelope::BodyKind;
use crate::log::kept::Held;
use crate::log::{
    Authority, AuthorityError, DocId, Envelope, Kept, LogId, Refusal, SignedHeader, Statement,
    Verdict, assemble,
};
use rusqlite::{OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// What is said of a packed envelope that cannot be judged yet.
const NOT_WHOLE: &str = "it waits for something, and only its header came";

impl Store {
    /// Takes what came from elsewhere. When this returns, what it says was taken is on the disk.
    pub fn receive(&mut self, parcel: &Parcel) -> Result<Received, StoreError> {
        self.write(|work| {
            let tip = work.inner.authority(work.db)?.position().hash;
            let ours = |entry: &Vec<u8>| *blake3::hash(entry).as_bytes() == tip;
            // Whoever sends what we have at least knows as much as this folder.
            if parcel.authority.iter().any(ours) {
                super::authority::note_heard(work.db)?;
            }
            receive(work, parcel)
        })
    }
}

/// Takes a parcel inside a transaction.
pub fn receive(work: &mut Work<'_>, parcel: &Parcel) -> Result<Received, StoreError> {
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
    let mut packs = read_packs(work, parcel, &mut received);
    for doc in packs.keys() {
        envelopes.entry(*doc).or_default();
    }
    let mut grown = take_entries(work, &parcel.authority, &mut received)?;
    statements.extend(early::of(work.db, &ours)?);
    grown |= take_statements(work, statements, &mut received)?;
    work.rejudge = grown;
    if grown {
        work.inner.forget_keys();
        // What waited for any of it may be due: all of it is tried again.
        for (doc, early) in early::envelopes(work.db)? {
            if doc == ours {
                continue; // statements, looked at just now
            }
            envelopes.entry(doc).or_default().extend(early);
        }
        for doc in rows::questioned(work)? {
            envelopes.entry(doc).or_default();
        }
    } else {
        for (doc, list) in &mut envelopes {
            list.extend(early::of(work.db, doc)?);
        }
    }
    // Documents that keep keys for others come first: what they grant opens those.
    let mut order: Vec<(bool, DocId)> = Vec::new();
    let names = rows::names_of(work, envelopes.keys(), &parcel.people)?;
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
            Some(doc) => {
                let packs = packs.remove(&id).unwrap_or_default();
                take_packed(work, doc, list, packs, &mut received)?;
            }
            None => {
                for envelope in &list {
                    early::keep_envelope(work.db, envelope, &mut received)?;
                }
            }
        }
    }
    for bytes in &parcel.proofs {
        proofs::take(work, bytes, &mut received)?;
    }
    let now = work.inner.authority(work.db)?.state().clone();
    if now != before {
        super::destroy::follow(work, &now.erased, super::inner::now_ms())?;
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

/// Takes statements of devices that take part; what those say may let in others, whose statements are looked at after that. Those of
/// devices that nobody let in wait within the budget that they share with everything early.
fn take_statements(
    work: &mut Work<'_>,
    mut open: Vec<Envelope>,
    received: &mut Received,
) -> Result<bool, StoreError> {
    let mut grown = false;
    loop {
        let authority = work.inner.authority(work.db)?;
        let (due, unknown): (Vec<_>, Vec<_>) = open
            .into_iter()
            .partition(|e| authority.member(&e.header.log.device).is_some());
        if due.is_empty() {
            for envelope in &unknown {
                early::keep_envelope(work.db, envelope, received)?;
            }
            return Ok(grown);
        }
        for envelope in due {
            grown |= take_statement(work, &envelope, received)?;
        }
        open = unknown;
    }
}

fn take_statement(
    work: &Work<'_>,
    envelope: &Envelope,
    received: &mut Received,
) -> Result<bool, StoreError> {
    let header = &envelope.header;
    let (hash, said) = (header.hash(), Statement::decode(&envelope.body));
    early::forget(work.db, &hash)?;
    let (BodyKind::Statement, Some(_)) = (header.kind, said) else {
        received.refused.push(Refusal::Kind.to_string());
        return Ok(false);
    };
    let keys = &work.inner.keys;
    let sealed = keys.seal(Purpose::Statement, &hash, &envelope.encode())?;
    let new = work
        .db
        .prepare_cached("INSERT OR IGNORE INTO statements (hash, sealed) VALUES (?1, ?2)")?
        .execute(params![&hash[..], sealed])?;
    if new == 0 {
        received.known += 1;
    } else {
        received.accepted += 1;
    }
    Ok(new > 0)
}

/// Packs with their headers, by document. What is not of this team, or not signed, is refused whole.
fn read_packs(
    work: &Work<'_>,
    parcel: &Parcel,
    received: &mut Received,
) -> BTreeMap<DocId, Vec<Packed>> {
    let mut packs: BTreeMap<DocId, Vec<Packed>> = BTreeMap::new();
    for logs in &parcel.packs {
        match packs::read_headers(logs, &work.inner.team) {
            Ok((doc, headers)) => packs
                .entry(doc)
                .or_default()
                .push((logs.pack.clone(), headers)),
            Err(why) => received.refused.push(why.to_string()),
        }
    }
    packs
}

/// A pack and the headers that came with it.
type Packed = (Vec<u8>, Vec<SignedHeader>);

/// Takes new envelopes of a document with packs; where the packs cannot be taken, without them, and nothing of what is here is replaced.
fn take_packed(
    work: &mut Work<'_>,
    doc: &DocRef,
    new: Vec<Envelope>,
    packs: Vec<Packed>,
    received: &mut Received,
) -> Result<(), StoreError> {
    if packs.is_empty() {
        return take_document(work, doc, new, packs, received);
    }
    let before = received.clone();
    work.db.execute_batch("SAVEPOINT packs")?;
    match take_document(work, doc, new.clone(), packs, received) {
        Err(error @ StoreError::Pack { .. }) => {
            work.db.execute_batch("ROLLBACK TO packs")?;
            work.in_hand.remove(doc);
            *received = before;
            received.refused.push(error.to_string());
            take_document(work, doc, new, Vec::new(), received)?;
        }
        other => other?,
    }
    work.db.execute_batch("RELEASE packs")?;
    Ok(())
}

/// Judges new envelopes of a document together with those that are here, keeps what is to be kept, and makes the document anew.
fn take_document(
    work: &mut Work<'_>,
    doc: &DocRef,
    new: Vec<Envelope>,
    packs: Vec<Packed>,
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
    if !work.rejudge && packs.is_empty() && follow(work, &mut loaded, &new, received)? {
        work.in_hand.insert(doc.clone(), loaded);
        return Ok(());
    }
    let here = loaded.envelopes(work.db, work.inner)?;
    let mut seen: BTreeSet<[u8; 32]> = here.iter().map(|(_, e)| e.header().hash()).collect();
    let (mut numbers, mut all): (Vec<Option<i64>>, Vec<Kept>) =
        here.into_iter().map(|(n, e)| (Some(n), e)).unzip();
    for envelope in &new {
        keys::open_grant(work, doc, envelope)?;
    }
    let mut coming = Vec::new();
    for (bytes, headers) in packs {
        coming.extend(packs::unpack(work.db, work.inner, doc, &bytes, headers)?);
    }
    coming.extend(new.into_iter().map(Kept::Whole));
    for envelope in coming {
        if !seen.insert(envelope.header().hash()) {
            received.known += 1;
            continue;
        }
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
    let mut more = false;
    for (index, envelope) in all.iter().enumerate() {
        let verdict = made.verdicts[index];
        if let Some(n) = numbers[index] {
            note_verdict(work, n, verdict)?;
            continue;
        }
        let log = &envelope.header().log;
        let stopped = unsettled.contains(log) && is_forked(work, loaded.row, log)?;
        let verdict = match verdict {
            Verdict::Accepted | Verdict::Quarantined(_) if stopped => {
                Verdict::Refused(Refusal::Forked)
            }
            other => other,
        };
        numbers[index] = keep(work, &loaded, envelope, verdict, received)?;
        more |= numbers[index].is_some() && envelope.whole().is_none();
    }
    if more {
        packs::write(work, doc, loaded.row, &numbers, &all, &made, true)?;
    }
    loaded.read_whole(work.db, work.inner)?;
    // A log may end earlier than it did: on another branch, or before what was taken away.
    loaded.put_logs_right(work.db)?;
    for envelope in &all {
        let device = envelope.header().log.device;
        let person = work.inner.authority(work.db)?.member(&device);
        if let Some(person) = person.and_then(|m| m.person.clone()) {
            work.note(doc, device, &person, envelope.header().time_ms);
        }
    }
    work.in_hand.insert(doc.clone(), loaded);
    received.rewritten += super::rewrite::write_anew(work, doc, &all, &made)?;
    Ok(())
}

/// Takes envelopes that are each simply the next of their log, without judging the rest of the document anew; `false`, with nothing done to
/// the file, where they are anything else. Those that are here already are passed over.
fn follow(
    work: &mut Work<'_>,
    loaded: &mut Loaded,
    new: &[Envelope],
    received: &mut Received,
) -> Result<bool, StoreError> {
    let doc = loaded.reference.clone();
    for envelope in new {
        keys::open_grant(work, &doc, envelope)?;
    }
    let (mut known, mut next) = (0, Vec::new());
    for envelope in new {
        match rows::is_here(work.db, loaded.row, &envelope.header.hash())? {
            true => known += 1,
            false => next.push(envelope),
        }
    }
    if !next.is_empty() && !loaded.follow_each(work.db, work.inner, &next)? {
        return Ok(false);
    }
    received.known += known;
    for envelope in next {
        let header = &envelope.header;
        let kept = Kept::Whole(envelope.clone());
        if let Some(n) = keep(work, loaded, &kept, Verdict::Accepted, received)? {
            loaded.numbered(work.db, work.inner, n)?;
        }
        let device = header.log.device;
        let person = work.inner.authority(work.db)?.member(&device);
        if let Some(person) = person.and_then(|m| m.person.clone()) {
            work.note(&doc, device, &person, header.time_ms);
        }
    }
    Ok(true)
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

/// Keeps a new envelope by its verdict; says under which number.
fn keep(
    work: &mut Work<'_>,
    loaded: &Loaded,
    envelope: &Kept,
    verdict: Verdict,
    received: &mut Received,
) -> Result<Option<i64>, StoreError> {
    let header = envelope.header();
    let hash = header.hash();
    let mut number = None;
    match verdict {
        Verdict::Early(_) | Verdict::Dropped if envelope.whole().is_none() => {
            // It can be asked for again, as the envelope that it was.
            received.refused.push(NOT_WHOLE.to_owned());
        }
        Verdict::Early(_) => {
            if let Some(envelope) = envelope.whole() {
                early::keep_envelope(work.db, envelope, received)?;
            }
            return Ok(None);
        }
        Verdict::Refused(Refusal::Forked) => {
            received.forks += 1;
            let log = log_row(work, loaded.row, &header.log)?;
            let mut proof = header.encode().to_vec();
            proof.extend_from_slice(&envelope.signed().signature);
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
            let (bytes, packed) = match envelope.whole() {
                Some(whole) => (whole.encode(), rows::unpacked(header.kind)),
                None => (envelope.signed().encode().to_vec(), 1),
            };
            work.db
                .prepare_cached(
                    "INSERT INTO envelopes (doc, log, seq, bytes, hash, verdict, packed)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    loaded.row,
                    log,
                    header.seq as i64,
                    bytes,
                    &hash[..],
                    code(verdict),
                    packed
                ])?;
            number = Some(work.db.last_insert_rowid());
            work.db
                .prepare_cached(
                    "UPDATE logs SET seq = ?2, head = ?3, sum = ?4 WHERE id = ?1 AND seq < ?2",
                )?
                .execute(params![log, header.seq as i64, &hash[..], &header.sum[..]])?;
        }
    }
    early::forget(work.db, &hash)?;
    Ok(number)
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
        None => rows::insert_log(work.db, work.inner, doc, log, 0),
    }
}
