//! A new file of a team made from what was found in a damaged one. Owns the order in which that is put together. Must not know how it was
//! found, nor what counts: keys and undo steps are this folder's own and are taken over as they are, and all else is judged as if it had come
//! from another folder, so that nothing gets in that nobody signed or whose grounds are missing.

use super::found::Found;
use crate::log::pack::{self, Subject};
use crate::log::{
    Authority, DeviceId, DocId, DocKey, Epoch, KeyId, LogId, SignedHeader, Statement,
};
use crate::store::error::StoreError;
use crate::store::guard::{self, Guard, Why};
use crate::store::inner::{Inner, now_ms};
use crate::store::keyfile::Secrets;
use crate::store::local::{LocalKeys, Purpose};
use crate::store::outside::Outside;
use crate::store::packs::PackedLogs;
use crate::store::parcel::{Parcel, Received};
use crate::store::views::{self, Base};
use crate::store::{Store, authority, destroy, early, founding, lacking, receive, team_file};
use rusqlite::{TransactionBehavior, params};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// The new folder, open.
pub struct Rebuilt {
    pub store: Store,
    pub received: Received,
    /// Logs that went further in the damaged file, and how far.
    pub missing: BTreeMap<LogId, u64>,
    /// Whether the record of rights is known to be all that the file held of it.
    pub rights_whole: bool,
    /// The document keys that were there, of people who are being erased left out.
    pub keys: usize,
}

/// Makes the new file in a folder that holds the key and nothing else. `damaged` is the folder that it stands for; `unnamed` says that a part
/// of its file is not there, and may have held what nothing else names.
pub fn rebuild(
    dir: &Path,
    damaged: &Path,
    secrets: &Secrets,
    found: &Found,
    unnamed: bool,
) -> Result<Rebuilt, StoreError> {
    let nothing = |why: &str| StoreError::BeyondRepair {
        path: team_file(damaged),
        why: why.to_owned(),
    };
    let (authority, later) = record_of_rights(found).ok_or_else(|| {
        nothing("the beginning of the record of rights, by which everything in it is proven, cannot be read in it")
    })?;
    let own = DeviceId(secrets.device().verifying_key().to_bytes());
    let me = authority.member(&own).and_then(|m| m.person.clone());
    let me = me.ok_or_else(|| {
        nothing("what can be read of the record of rights does not name this folder's device")
    })?;
    let state = authority.state().clone();
    let keys = LocalKeys::new(secrets.root());
    let mut db = founding::empty_file(dir)?;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    founding::make(&tx, dir, &keys, &authority, &me)?;
    let position = authority.position();
    let bound = Base::Rights.bound(&position.hash);
    let rights_whole = found
        .rights
        .as_ref()
        .is_some_and(|(_, sealed)| keys.open(Purpose::Base, &bound, sealed).is_some());
    let erased = |doc: &DocId| {
        let about = found.docs.get(doc).and_then(|d| d.person.as_ref());
        about.is_some_and(|person| state.erased.contains_key(person))
    };
    let kept: Vec<_> = found
        .keys
        .iter()
        .filter(|(_, key)| !erased(&key.home))
        .collect();
    for (id, key) in &kept {
        tx.prepare_cached("INSERT INTO keys (home, key_id, sealed) VALUES (?1, ?2, ?3)")?
            .execute(params![&key.home.0[..], &id.0[..], key.sealed])?;
    }
    for (n, (undone, sealed)) in &found.steps {
        tx.prepare_cached("INSERT INTO steps (n, undone, sealed) VALUES (?1, ?2, ?3)")?
            .execute(params![n, undone, sealed])?;
    }
    for (n, (began, why)) in &found.eras {
        tx.prepare_cached("INSERT INTO eras (n, began, why) VALUES (?1, ?2, ?3)")?
            .execute(params![n, began, why])?;
    }
    let guard = Guard::new(dir, Outside::here(), None)?;
    let mut inner = Inner::new(keys, secrets, state.team, me, guard);
    guard::begin(&tx, &mut inner, Why::Salvaged)?;
    destroy::note(&tx, &inner, state.erased.keys(), now_ms())?;
    let version = views::next_version(&tx)?;
    views::write_rights(&tx, &mut inner, version)?;
    if rights_whole {
        authority::note_heard(&tx)?;
    }
    tx.commit()?;
    let keys = kept.len();
    let mut store = Store::with(dir, db, inner)?;
    let parcel = parcel(found, &state.team, later);
    let (received, missing) = store.write(|work| {
        work.settled.clone_from(&found.settled);
        let received = receive::receive(work, &parcel)?;
        for hash in &found.settled {
            work.db
                .prepare_cached(
                    "UPDATE envelopes SET verdict = 4 WHERE hash = ?1 AND verdict <> 0",
                )?
                .execute([&hash[..]])?;
        }
        put_forks(work.db, found)?;
        // Their ends may be lost: none of them takes more, this device's own least of all.
        work.db.execute("UPDATE logs SET era = 0", [])?;
        let missing = stated(found, work.db)?;
        lacking::write(work.db, work.inner, &missing, &found.docs, unnamed)?;
        Ok((received, missing))
    })?;
    Ok(Rebuilt {
        store,
        received,
        missing,
        rights_whole,
        keys,
    })
}

/// The record of rights as far as it holds together, and the entries that hang in the air.
fn record_of_rights(found: &Found) -> Option<(Authority, Vec<Vec<u8>>)> {
    let mut entries = found.entries.values().cloned();
    let mut authority = Authority::read(entries.next()).ok()?;
    let later = entries.filter(|entry| authority.push(entry.clone()).is_err());
    let later = later.chain(found.waiting.iter().cloned()).collect();
    let said = found.envelopes.values();
    let said = said.filter_map(|e| Some((e.header.clone(), Statement::decode(&e.body)?)));
    authority.hear_all(said);
    Some((authority, later))
}

/// All that others may have written, as it would come from elsewhere.
fn parcel(found: &Found, team: &crate::log::TeamId, authority: Vec<Vec<u8>>) -> Parcel {
    let by_place = by_place(found);
    let packs = found
        .packs
        .iter()
        .filter_map(|bytes| packed(found, team, bytes, &by_place));
    Parcel {
        proofs: Vec::new(),
        authority,
        envelopes: found.envelopes.values().map(|e| e.encode()).collect(),
        packs: packs.collect(),
        people: found
            .docs
            .values()
            .filter_map(|d| d.person.clone())
            .collect(),
    }
}

type ByPlace = HashMap<(LogId, [u8; 32]), SignedHeader>;

/// Headers by what they follow, those that stand in envelopes too.
fn by_place(found: &Found) -> ByPlace {
    let whole = found.envelopes.values().map(SignedHeader::from);
    let all = whole.chain(found.headers.values().cloned());
    all.map(|signed| ((signed.header.log, signed.header.prev), signed))
        .collect()
}

/// A pack with those of its headers that are there without a gap: each stands for the next change of its log.
fn packed(
    found: &Found,
    team: &crate::log::TeamId,
    bytes: &[u8],
    by_place: &ByPlace,
) -> Option<PackedLogs> {
    let doc = DocId(bytes.get(34..66)?.try_into().ok()?);
    let subject = Subject {
        team: *team,
        doc,
        kind: found.docs.get(&doc)?.kind,
    };
    let key = |id: &KeyId| -> Option<DocKey> { Some(found.keys.get(id)?.key.clone()) };
    let pack = pack::read(bytes, &subject, &key).ok()?;
    let mut headers = Vec::new();
    for log in &pack.logs {
        let Some(id) = log.log() else { continue };
        let (mut left, mut prev) = (log.changes(), [0; 32]);
        while left > 0 {
            let Some(signed) = by_place.get(&(id, prev)) else {
                break;
            };
            prev = signed.header.hash();
            if signed.header.kind == crate::log::envelope::BodyKind::Changes {
                headers.push(signed.encode().to_vec());
                left -= 1;
            }
        }
    }
    Some(PackedLogs {
        pack: bytes.to_vec(),
        headers,
    })
}

/// Proofs that a log has two branches: it takes no more until a cut settles it, whatever came of the file.
fn put_forks(db: &rusqlite::Connection, found: &Found) -> Result<(), StoreError> {
    let proofs = found.forks.iter();
    for (signed, proof) in proofs.filter_map(|p| Some((super::found::signed(p)?, p))) {
        let log = &signed.header.log;
        db.prepare_cached(
            "INSERT OR IGNORE INTO forks (log, seq, header)
             SELECT l.id, ?4, ?5 FROM logs l JOIN documents d ON d.id = l.doc WHERE d.doc = ?1 AND l.device = ?2 AND l.epoch = ?3",
        )?
        .execute(params![
            &log.doc.0[..],
            &log.device.0[..],
            &log.epoch.0.to_be_bytes()[..],
            i64::try_from(signed.header.seq).unwrap_or(i64::MAX),
            proof
        ])?;
    }
    Ok(())
}

/// How far each log went in the damaged file, as far as that can be told: by its own list of logs, by headers whose changes are gone, and by
/// envelopes that wait.
fn stated(found: &Found, db: &rusqlite::Connection) -> Result<BTreeMap<LogId, u64>, StoreError> {
    let listed = found.logs.iter().filter_map(|(note, end)| {
        let log = LogId {
            doc: *found.rows.get(&note.doc)?,
            device: note.device,
            epoch: Epoch(note.epoch),
        };
        Some((log, *end))
    });
    let headers = found.headers.values().map(|h| (h.header.log, h.header.seq));
    let waiting = early::envelopes(db)?.into_values().flatten();
    let waiting = waiting.map(|e| (e.header.log, e.header.seq));
    let mut stated: BTreeMap<LogId, u64> = BTreeMap::new();
    for (log, seq) in listed.chain(headers).chain(waiting) {
        let end = stated.entry(log).or_default();
        *end = seq.max(*end);
    }
    let real = lacking::ends(db)?;
    stated.retain(|log, end| *end > real.get(log).copied().unwrap_or(0));
    Ok(stated)
}
