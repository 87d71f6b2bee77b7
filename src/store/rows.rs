//! Rows of the tables `documents` and `logs`: how they are begun, and what heads look like in them. Must not know what documents hold.

use super::commit::Work;
use super::error::StoreError;
use super::inner::Inner;
use super::local::Purpose;
use crate::document::{DocRef, Kind};
use crate::domain::PersonId;
use crate::log::envelope::BodyKind;
use crate::log::{Assembly, DocId, LogId};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// Makes the row of a document that nothing was ever written to.
pub fn begin(
    db: &Connection,
    inner: &Inner,
    reference: &DocRef,
    id: &DocId,
) -> Result<i64, StoreError> {
    let person = summary_of(inner, reference);
    let sealed = inner
        .keys
        .seal_value(super::local::Purpose::Reference, &id.0, reference)?;
    let empty = hash_of(crate::document::crdt::Doc::first(reference.kind).heads());
    inner.count(|c| c.queries += 1);
    db.prepare_cached(
        "INSERT INTO documents (doc, person, heads, reference) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![&id.0[..], person, &empty[..], sealed])?;
    Ok(db.last_insert_rowid())
}

/// What stands in the column `packed` of an envelope that is kept whole.
pub fn unpacked(kind: BodyKind) -> i64 {
    match kind {
        BodyKind::Changes => 0,
        BodyKind::Grant | BodyKind::Statement => 2,
    }
}

/// Makes the row of a log.
pub fn insert_log(
    db: &Connection,
    inner: &Inner,
    doc: i64,
    id: &LogId,
    slot: i64,
) -> Result<i64, StoreError> {
    insert(db, inner, doc, id, slot, inner.guard.era)
}

/// The era of logs that came from elsewhere. A log of this very device that comes, after its folder was lost or put back, is one that it
/// must not go on with: the rest of it may still be on its way.
const ELSEWHERE: i64 = 0;

/// The row of a log that came.
pub fn insert_come(
    db: &Connection,
    inner: &Inner,
    doc: i64,
    id: &LogId,
) -> Result<i64, StoreError> {
    insert(db, inner, doc, id, 0, ELSEWHERE)
}

fn insert(
    db: &Connection,
    inner: &Inner,
    doc: i64,
    id: &LogId,
    slot: i64,
    era: i64,
) -> Result<i64, StoreError> {
    inner.count(|c| c.queries += 1);
    db.prepare_cached(
        "INSERT INTO logs (doc, device, epoch, slot, seq, head, sum, era)
         VALUES (?1, ?2, ?3, ?4, 0, ?5, ?5, ?6)",
    )?
    .execute(params![
        doc,
        &id.device.0[..],
        &id.epoch.0.to_be_bytes()[..],
        slot,
        &[0_u8; 32][..],
        era
    ])?;
    Ok(db.last_insert_rowid())
}

/// What stands for the person whose summary a document belongs to. What is private is nobody's summary.
pub fn summary_of(inner: &Inner, reference: &DocRef) -> Option<Vec<u8>> {
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
pub fn hash_heads(made: &Assembly) -> [u8; 32] {
    hash_of(made.doc.heads())
}

pub fn hash_of(heads: Vec<[u8; 32]>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("guildhall document heads");
    for head in heads {
        hasher.update(&head);
    }
    *hasher.finalize().as_bytes()
}

/// Documents in which something stands of a device that anything was taken away from.
pub fn questioned(work: &mut Work<'_>) -> Result<BTreeSet<DocId>, StoreError> {
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

/// Whether an envelope of a document is here.
pub fn is_here(db: &Connection, doc: i64, hash: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM envelopes WHERE hash = ?1 AND doc = ?2)")?
        .query_row(params![&hash[..], doc], |r| r.get(0))?)
}

/// What documents are: those of which something is here or waits by what the file says, others by trying all that there can be of the people whom the authority
/// names, and of these.
pub fn names_of(
    db: &Connection,
    inner: &mut Inner,
    ids: &BTreeSet<DocId>,
    named: &BTreeSet<PersonId>,
) -> Result<BTreeMap<DocId, DocRef>, StoreError> {
    let mut names = BTreeMap::new();
    let mut others: BTreeSet<DocId> = BTreeSet::new();
    for id in ids {
        let sealed: Option<Vec<u8>> = db
            .prepare_cached("SELECT reference FROM documents WHERE doc = ?1")?
            .query_row([&id.0[..]], |r| r.get(0))
            .optional()?;
        let keys = &inner.keys;
        let open = |s: Vec<u8>| keys.open_value::<DocRef>(Purpose::Reference, &id.0, &s);
        match sealed.and_then(open) {
            Some(doc) => drop(names.insert(*id, doc)),
            None => drop(others.insert(*id)),
        }
    }
    if others.is_empty() {
        return Ok(names);
    }
    for (id, doc) in super::early::names(db, inner)? {
        if others.remove(&id) {
            names.insert(id, doc);
        }
    }
    let team = inner.team;
    let state = inner.authority(db)?.state().clone();
    let mut people: BTreeSet<&PersonId> = state.devices.values().collect();
    people.extend(state.erased.keys());
    people.extend(named);
    for right in &state.rights.0 {
        people.insert(&right.holder);
        people.extend(&right.over);
    }
    let mut found = |doc: DocRef| {
        let id = DocId::of(&team, &doc, 0);
        if others.contains(&id) {
            names.insert(id, doc);
        }
    };
    for kind in Kind::ALL {
        match kind.is_personal() {
            true => people.iter().for_each(|p| found(DocRef::of(kind, p))),
            false => found(DocRef::team_wide(kind)),
        }
    }
    Ok(names)
}
