//! What comes from elsewhere: entries of the authority, statements and envelopes, in any order, more than once, and from anybody. Owns what
//! is kept of it, what waits within a budget, and what follows for what is here already. Must not know how it came.
//!
//! All of a parcel is one transaction. Every envelope is judged together with those that are here; a bad one costs only itself.

pub mod keep;
pub mod packed;
mod record;

use super::carry;
use super::checked::Checked;
use super::commit::Work;
use super::documents::{Loaded, target};
use super::early;
use super::error::StoreError;
use super::inner::{Inner, set_meta};
use super::keys;
use super::packs;
use super::parcel::{Parcel, Received};
use super::proofs;
use super::rows;
use super::{Store, views};
use crate::document::{DocRef, Kind, schema};
use crate::domain::PersonId;
use crate::log::authority::statement::statements_id;
use crate::log::grant::key_home;
use crate::log::kept::Held;
use crate::log::{DeviceId, DocId, Envelope, Kept, LogId, Refusal, Verdict, assemble};
use keep::{is_forked, keep, keep_in_place, note_verdict};
use packed::{Coming, take_packed};
use record::{take_entries, take_statements};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// What a carrier says of a document of which it was not told which it is: it might be private to somebody.
const UNNAMED: &str = "nobody said which document it belongs to";

impl Store {
    /// Takes what came from elsewhere. When this returns, what it says was taken is on the disk.
    pub fn receive(&mut self, parcel: &Parcel) -> Result<Received, StoreError> {
        self.receive_checked(Checked::of(parcel.clone()))
    }

    /// The same with what was checked before, perhaps by another thread.
    pub fn receive_checked(&mut self, checked: Checked) -> Result<Received, StoreError> {
        self.write(|work| {
            let tip = work.inner.authority(work.db)?.position().hash;
            let ours = |entry: &Vec<u8>| *blake3::hash(entry).as_bytes() == tip;
            // Whoever sends what we have at least knows as much as this folder.
            if checked.authority.iter().any(ours) {
                super::authority::note_heard(work.db)?;
            }
            take(work, checked, false)
        })
    }

    /// How many changes and packs wait here until this program is updated: a newer guildhall wrote them. They are passed on meanwhile.
    pub fn waiting_for_update(&mut self) -> Result<u64, StoreError> {
        early::newer_count(&self.db)
    }
}

/// Takes up what waited for a newer program, where this one is. Called whenever a folder is opened.
pub fn take_up(db: &mut Connection, inner: &mut Inner) -> Result<(), StoreError> {
    let waiting = early::newer_documents(db)?;
    if waiting.is_empty() {
        return Ok(());
    }
    let ids = waiting.iter().map(|(doc, _)| *doc).collect();
    let names = rows::names_of(db, inner, &ids, &BTreeSet::new())?;
    let known = |(doc, step): &(DocId, u8)| {
        names
            .get(doc)
            .is_some_and(|d| *step <= schema::newest(d.kind))
    };
    if waiting.iter().any(known) {
        let taken = Store::transact(db, inner, |work| take(work, Checked::default(), true));
        if let Err(error) = taken {
            inner.forget();
            return Err(error);
        }
    }
    Ok(())
}

/// Takes a parcel inside a transaction.
pub fn receive(work: &mut Work<'_>, parcel: &Parcel) -> Result<Received, StoreError> {
    take(work, Checked::of(parcel.clone()), false)
}

/// The same; `all`: everything that waits is looked at again.
fn take(work: &mut Work<'_>, parcel: Checked, all: bool) -> Result<Received, StoreError> {
    let mut received = Received::default();
    work.waited = early::any(work.db)?;
    let before = work.inner.authority(work.db)?.state().clone();
    let mut envelopes: BTreeMap<DocId, Vec<Envelope>> = BTreeMap::new();
    let mut statements = Vec::new();
    let ours = statements_id(&work.inner.team);
    for read in parcel.envelopes {
        match read {
            Err(why) => received.refused.push(why.to_string()),
            Ok(e) if e.header.team != work.inner.team => {
                received.refused.push(Refusal::Elsewhere.to_string());
            }
            Ok(e) if e.header.log.doc == ours => statements.push(e),
            Ok(e) => envelopes.entry(e.header.log.doc).or_default().push(e),
        }
    }
    let mut packs = packed::sorted(work, parcel.packs, &mut received);
    for doc in packs.keys() {
        envelopes.entry(*doc).or_default();
    }
    let mut grown = all | take_entries(work, &parcel.authority, &mut received)?;
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
        for doc in early::documents(work.db)? {
            if doc != ours {
                envelopes.entry(doc).or_default();
            }
        }
        for doc in rows::questioned(work)? {
            envelopes.entry(doc).or_default();
        }
    } else {
        for (doc, list) in &mut envelopes {
            list.extend(early::of(work.db, doc)?);
        }
    }
    let mut ids: BTreeSet<DocId> = envelopes.keys().copied().collect();
    ids.extend(early::documents(work.db)?);
    let names = rows::names_of(work.db, work.inner, &ids, &parcel.people)?;
    open_grants(work, &names, &mut envelopes)?;
    for doc in envelopes.keys() {
        packed::waiting(work, doc, &mut packs)?;
    }
    // Documents that keep keys for others come first: who holds them is known for those.
    let mut order: Vec<(bool, DocId)> = Vec::new();
    for id in envelopes.keys() {
        let home = names.get(id).is_none_or(|d| key_home(d) == *d);
        order.push((!home, *id));
    }
    order.sort();
    for (_, id) in order {
        let list = envelopes.remove(&id).unwrap_or_default();
        let packs = packs.remove(&id).unwrap_or_default();
        match names.get(&id) {
            Some(doc) => take_document(work, doc, list, packs, &mut received)?,
            None if work.inner.carrier => received.refused.push(UNNAMED.to_owned()),
            None => {
                for envelope in &list {
                    early::keep_envelope(work.db, work.inner, envelope, None, &mut received)?;
                }
                for coming in &packs {
                    early::keep_pack(work.db, work.inner, &id, &coming.logs, None, &mut received)?;
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
        // When somebody was heard and whether they have a device stands in their summary: whoever has other devices now gets a new one,
        // and so does whoever has none any more.
        let devices = |s: &crate::log::AuthorityState| -> BTreeSet<(DeviceId, PersonId)> {
            s.devices.iter().map(|(d, p)| (*d, p.clone())).collect()
        };
        let (then, since) = (devices(&before), devices(&now));
        let other = then.symmetric_difference(&since);
        received
            .people
            .extend(other.map(|(_, person)| person.clone()));
    }
    let committed = work.write_views()?;
    if work.inner.carrier {
        received.people.clear(); // it makes nothing of what it carries
        return Ok(received);
    }
    received.people.extend(committed.people);
    work.write_summaries(&mut received.people)?;
    Ok(received)
}

/// Keeps the keys that are granted to this device, and brings in what waited for one of them: it may stand in other documents.
fn open_grants(
    work: &mut Work<'_>,
    names: &BTreeMap<DocId, DocRef>,
    envelopes: &mut BTreeMap<DocId, Vec<Envelope>>,
) -> Result<(), StoreError> {
    if work.inner.carrier {
        return Ok(()); // no key is for a carrier, whatever somebody granted it
    }
    let mut opened: BTreeSet<DocRef> = BTreeSet::new();
    for (id, list) in &*envelopes {
        let Some(doc) = names.get(id) else { continue };
        if closed(work, doc)?.is_some() {
            continue;
        }
        for envelope in list {
            if keys::open_grant(work, doc, envelope)? {
                opened.insert(key_home(doc));
            }
        }
    }
    if opened.is_empty() {
        return Ok(());
    }
    for id in early::documents(work.db)? {
        let due = names
            .get(&id)
            .is_some_and(|d| opened.contains(&key_home(d)));
        if due && !envelopes.contains_key(&id) {
            envelopes.insert(id, early::of(work.db, &id)?);
        }
    }
    Ok(())
}

/// Why nothing of a document is taken here at all.
fn closed(work: &mut Work<'_>, doc: &DocRef) -> Result<Option<&'static str>, StoreError> {
    if doc.kind == Kind::Private && doc.person.as_ref() != Some(&work.inner.me) {
        return Ok(Some(
            "what is private to somebody is on their own devices alone",
        ));
    }
    let rights = work.inner.known_rights(work.db)?;
    let erased = doc.person.as_ref();
    Ok(erased
        .is_some_and(|p| rights.erased.contains_key(p))
        .then_some("whom it is about was erased"))
}

/// Takes what came of a document.
fn take_document(
    work: &mut Work<'_>,
    doc: &DocRef,
    new: Vec<Envelope>,
    packs: Vec<Coming>,
    received: &mut Received,
) -> Result<(), StoreError> {
    let Some(why) = closed(work, doc)? else {
        return match work.inner.carrier {
            true => carry::take(work, doc, new, packs, received),
            false => take_packed(work, doc, new, packs, received),
        };
    };
    for envelope in &new {
        early::forget(work.db, &envelope.header.hash())?;
    }
    for coming in &packs {
        early::forget_pack(work.db, &coming.logs)?;
    }
    received.refused.extend(new.iter().map(|_| why.to_owned()));
    Ok(())
}

/// Judges new envelopes of a document together with those that are here, keeps what is to be kept, and makes the document anew. `pack` is the
/// only one that came, where it holds nothing but what is among them. Says which packed envelopes are early, by the hashes of their headers.
fn judge(
    work: &mut Work<'_>,
    doc: &DocRef,
    coming: Vec<Kept>,
    pack: Option<&[u8]>,
    received: &mut Received,
) -> Result<BTreeSet<[u8; 32]>, StoreError> {
    let mut loaded = Loaded::load_or_begin(work.db, work.inner, doc)?;
    if !work.rejudge && follow(work, &mut loaded, &coming, received)? {
        work.in_hand.insert(doc.clone(), loaded);
        return Ok(BTreeSet::new());
    }
    let here = loaded.envelopes(work.db, work.inner)?;
    let mut seen: BTreeSet<[u8; 32]> = here.iter().map(|(_, e)| e.header().hash()).collect();
    // A pack that came is kept as it is where no other stands for anything here, and nothing that it stands for is here.
    let pack = pack.filter(|_| here.iter().all(|(_, e)| e.whole().is_some()));
    let stands_for = coming.iter().filter(|e| e.whole().is_none()).count();
    let (mut numbers, mut all): (Vec<Option<i64>>, Vec<Kept>) =
        here.into_iter().map(|(n, e)| (Some(n), e)).unzip();
    for envelope in coming {
        if !seen.insert(envelope.header().hash()) {
            received.known += 1;
            continue;
        }
        numbers.push(None);
        all.push(envelope);
    }
    let ring = keys::ring(work.db, work.inner, doc)?;
    let target = target(work.db, work.inner, doc)?;
    let authority = work.inner.authority(work.db)?;
    let made = assemble(doc.kind, &target, authority, &all, &|id| {
        ring.get(id).cloned()
    });
    let unsettled: BTreeSet<LogId> = made
        .logs
        .keys()
        .filter(|log| authority.anchor(log).is_none())
        .copied()
        .collect();
    let mut forked: BTreeSet<LogId> = BTreeSet::new();
    for log in &unsettled {
        if is_forked(work, loaded.row, log)? {
            forked.insert(*log);
        }
    }
    let (mut packed, mut early) = (0, BTreeSet::new());
    let at = (loaded.row, doc);
    for (index, envelope) in all.iter().enumerate() {
        let verdict = made.verdicts[index];
        if let Some(n) = numbers[index] {
            note_verdict(work, n, verdict)?;
            continue;
        }
        let log = &envelope.header().log;
        let verdict = match verdict {
            Verdict::Accepted | Verdict::Quarantined(_) if forked.contains(log) => {
                Verdict::Refused(Refusal::Forked)
            }
            other => other,
        };
        if matches!(verdict, Verdict::Early(_)) && envelope.whole().is_none() {
            early.insert(envelope.header().hash());
            continue;
        }
        numbers[index] = keep_in_place(work, at, envelope, verdict, received)?;
        if verdict == Verdict::Refused(Refusal::Forked) && unsettled.contains(log) {
            forked.insert(*log);
        }
        packed += usize::from(numbers[index].is_some() && envelope.whole().is_none());
    }
    match pack {
        Some(pack) if packed > 0 && packed == stands_for => packs::keep(work, loaded.row, pack)?,
        _ if packed > 0 => {
            packs::write(work, doc, loaded.row, &numbers, &all, &made, true)?;
        }
        _ => {}
    }
    for envelope in &all {
        let device = envelope.header().log.device;
        if let Some(person) = work.inner.known_member(work.db, &device)? {
            work.note(doc, device, &person, envelope.header().time_ms);
        }
    }
    let numbered: Option<Vec<i64>> = numbers.iter().copied().collect();
    let counts = |v: &Verdict| *v == Verdict::Accepted;
    match numbered {
        // All of it counts and is in the file: this is what would be read from there.
        Some(numbers) if forked.is_empty() && made.verdicts.iter().all(counts) => {
            loaded.made_of(work.db, work.inner, numbers, made)?;
            loaded.put_logs_right(work.db)?;
            work.in_hand.insert(doc.clone(), loaded);
        }
        _ => {
            loaded.read_whole(work.db, work.inner)?;
            // A log may end earlier than it did: on another branch, or before what was taken away.
            loaded.put_logs_right(work.db)?;
            work.in_hand.insert(doc.clone(), loaded);
            received.rewritten += super::rewrite::write_anew(work, doc, &all, &made)?;
        }
    }
    Ok(early)
}

/// Takes envelopes that are each simply the next of their log, without judging the rest of the document anew; `false`, with nothing done to
/// the file, where they are anything else. Those that are here already are passed over.
fn follow(
    work: &mut Work<'_>,
    loaded: &mut Loaded,
    new: &[Kept],
    received: &mut Received,
) -> Result<bool, StoreError> {
    let doc = loaded.reference.clone();
    let whole: Vec<&Envelope> = new.iter().filter_map(Kept::whole).collect();
    if whole.is_empty() || whole.len() < new.len() {
        return Ok(false);
    }
    let (mut known, mut next) = (0, Vec::new());
    for envelope in whole {
        match rows::is_here(work.db, loaded.row, &envelope.header.hash())? {
            true => known += 1,
            false => next.push(envelope),
        }
    }
    if !next.is_empty() && !loaded.follow_each(work.db, work.inner, &next)? {
        return Ok(false);
    }
    received.known += known;
    if next.is_empty() {
        return Ok(true);
    }
    let at = (loaded.row, &doc);
    let mut numbers = Vec::with_capacity(next.len());
    for envelope in &next {
        let kept = Kept::Whole((*envelope).clone());
        numbers.extend(keep(work, at, &kept, Verdict::Accepted, received)?);
    }
    loaded.numbered(work.db, work.inner, &numbers)?;
    for envelope in next {
        let device = envelope.header.log.device;
        let member = work.inner.known_member(work.db, &device)?;
        if let Some(person) = member {
            work.note(&doc, device, &person, envelope.header.time_ms);
        }
    }
    Ok(true)
}
