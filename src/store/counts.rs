//! Signed counts: what each device says that it has written, so that what somebody withholds, or what was cut off on its way, shows. Owns making
//! this device's own, keeping those of others, and comparing them with what is here. Must not know how they travel.
//!
//! A count goes to machines that may hold all of what its device writes: carriers, and those of managers. Others could not compare it, and
//! would learn from it only when somebody writes.

use super::Store;
use super::error::StoreError;
use super::inner::{Inner, day_of, meta, now_ms, set_meta};
use crate::document::code::hex;
use crate::document::{DocRef, Kind};
use crate::domain::PersonId;
use crate::log::count::Count;
use crate::log::{Access, Authority, DeviceId, DocId, TeamId};
use rusqlite::Connection;
use std::collections::{BTreeSet, HashSet};

/// Name of the number of the newest count that is here.
const NEWEST: &str = "counts";
/// So many devices may be named at once.
const MOST: usize = crate::limits::ITEMS;

/// What a device has written and is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotArrived {
    /// How many edits.
    pub edits: u64,
    /// When the device counted, milliseconds since 1970 UTC, by its own clock.
    pub since_ms: u64,
}

/// Counts for a peer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Signed.
    pub signed: Vec<Vec<u8>>,
    /// What the peer has been told of when it has these.
    pub upto: i64,
}

fn name_of(device: &DeviceId) -> String {
    format!("count {}", hex(&device.0))
}

fn told_to(device: &DeviceId) -> String {
    format!("told {}", hex(&device.0))
}

/// A count as it stands in the file: its number, and what was signed.
fn split(kept: &[u8]) -> Option<(i64, &[u8])> {
    let (number, signed) = kept.split_first_chunk::<8>()?;
    Some((i64::from_be_bytes(*number), signed))
}

fn kept(db: &Connection, device: &DeviceId) -> Result<Option<Count>, StoreError> {
    let kept = meta::<Vec<u8>>(db, &name_of(device))?;
    Ok(kept.and_then(|kept| Count::open(split(&kept)?.1)))
}

fn keep(db: &Connection, device: &DeviceId, signed: &[u8]) -> Result<(), StoreError> {
    let number = meta::<i64>(db, NEWEST)?.unwrap_or(0) + 1;
    set_meta(db, NEWEST, number)?;
    let kept = [&number.to_be_bytes()[..], signed].concat();
    set_meta(db, &name_of(device), kept)
}

/// Over the ids of who is erased.
fn erased(authority: &Authority) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_derive_key("guildhall erased people");
    for person in authority.state().erased.keys() {
        hasher.update(blake3::hash(person.as_str().as_bytes()).as_bytes());
    }
    let mut out = [0; 16];
    hasher.finalize_xof().fill(&mut out);
    out
}

/// Documents that no count is about: private ones of the device's person, and whatever is about somebody who was erased.
fn left_out(team: &TeamId, authority: &Authority, person: Option<&PersonId>) -> HashSet<[u8; 32]> {
    const PERSONAL: [Kind; 5] = [
        Kind::Card,
        Kind::SelfRecord,
        Kind::Record,
        Kind::Plan,
        Kind::Private,
    ];
    let erased = authority.state().erased.keys();
    let about = erased.flat_map(|p| PERSONAL.map(|kind| DocRef::of(kind, p)));
    let private = person.map(|p| DocRef::of(Kind::Private, p));
    about
        .chain(private)
        .map(|doc| DocId::of(team, &doc, 0).0)
        .collect()
}

/// How many envelopes of a device are here.
fn here(
    db: &Connection,
    team: &TeamId,
    authority: &Authority,
    device: &DeviceId,
) -> Result<u64, StoreError> {
    let person = authority.member(device).and_then(|m| m.person.as_ref());
    let out = left_out(team, authority, person);
    let mut statement = db.prepare_cached(
        "SELECT d.doc, l.seq FROM logs l JOIN documents d ON d.id = l.doc WHERE l.device = ?1",
    )?;
    let mut rows = statement.query([&device.0[..]])?;
    let mut total = 0_u64;
    while let Some(row) = rows.next()? {
        let (doc, seq): ([u8; 32], i64) = (row.get(0)?, row.get(1)?);
        if !out.contains(&doc) {
            total = total.saturating_add(u64::try_from(seq).unwrap_or(0));
        }
    }
    Ok(total)
}

/// Whether a device may hold all that any other writes, but for what is private: the record of somebody of whom nothing is known shows it.
fn holds_all(authority: &Authority, device: &DeviceId) -> bool {
    let anybody = DocRef::of(Kind::Record, &PersonId::new("anybody"));
    let day = day_of(now_ms());
    authority.is_carrier(device) || authority.allows(Access::Read, &anybody, None, device, day)
}

/// What a device has written, by its own count, and is not here; `None` where nothing is known to be lacking, or this device could not say.
pub(super) fn not_arrived(
    db: &Connection,
    inner: &mut Inner,
    device: &DeviceId,
) -> Result<Option<NotArrived>, StoreError> {
    let (team, own) = (inner.team, inner.device_id());
    let authority = inner.authority(db)?;
    if *device == own || !authority.takes_part(device) || !holds_all(authority, &own) {
        return Ok(None);
    }
    let Some(count) = kept(db, device)?.filter(|c| c.erased == erased(authority)) else {
        return Ok(None);
    };
    let edits = count
        .total
        .saturating_sub(here(db, &team, authority, device)?);
    Ok((edits > 0).then_some(NotArrived {
        edits,
        since_ms: count.at_ms,
    }))
}

impl Store {
    /// Counts that a peer was not told of, this device's own among them. Nothing where the peer could not compare them.
    pub fn counts_for(&mut self, peer: &DeviceId) -> Result<Counts, StoreError> {
        let due = {
            let tx = self.db.transaction()?;
            let (team, own) = (self.inner.team, self.inner.device_id());
            let authority = self.inner.authority(&tx)?;
            if !authority.takes_part(peer) || !holds_all(authority, peer) {
                return Ok(Counts::default());
            }
            let total = here(&tx, &team, authority, &own)?;
            let erased = erased(authority);
            let said = kept(&tx, &own)?;
            let same = said
                .as_ref()
                .is_some_and(|c| c.total == total && c.erased == erased);
            // Whatever the clock says, a later count is the later one.
            let behind = said.as_ref().map_or(0, |c| c.at_ms.saturating_add(1));
            (!same && !authority.is_carrier(&own)).then_some(Count {
                team,
                device: own,
                at_ms: now_ms().max(behind),
                total,
                erased,
            })
        };
        if let Some(count) = due {
            self.write(|work| {
                let signed = count.sign(&work.inner.device);
                keep(work.db, &count.device, &signed)
            })?;
        }
        let tx = self.db.transaction()?;
        let told = meta::<i64>(&tx, &told_to(peer))?.unwrap_or(0);
        let mut counts = Counts {
            signed: Vec::new(),
            upto: meta::<i64>(&tx, NEWEST)?.unwrap_or(0),
        };
        let mut statement =
            tx.prepare_cached("SELECT value FROM meta WHERE name > 'count ' AND name < 'count!'")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let kept: Vec<u8> = row.get(0)?;
            let Some((number, signed)) = split(&kept) else {
                continue;
            };
            if number > told && counts.signed.len() < MOST {
                counts.signed.push(signed.to_vec());
            }
        }
        Ok(counts)
    }

    /// Keeps counts that came: the newest of each device of the team, where this one could compare it. Others are nothing.
    pub fn keep_counts(&mut self, signed: &[Vec<u8>]) -> Result<(), StoreError> {
        let new: Vec<(DeviceId, &Vec<u8>)> = {
            let tx = self.db.transaction()?;
            let (team, own) = (self.inner.team, self.inner.device_id());
            let authority = self.inner.authority(&tx)?;
            if !holds_all(authority, &own) {
                return Ok(());
            }
            let mut new = Vec::new();
            let mut seen = BTreeSet::new();
            for bytes in signed.iter().take(MOST) {
                let Some(count) = Count::open(bytes) else {
                    continue;
                };
                let ours = count.team == team && count.device != own;
                if !ours || authority.member(&count.device).is_none() || !seen.insert(count.device)
                {
                    continue;
                }
                let before = kept(&tx, &count.device)?;
                if before.is_none_or(|b| b.at_ms < count.at_ms) {
                    new.push((count.device, bytes));
                }
            }
            new
        };
        if new.is_empty() {
            return Ok(());
        }
        self.write(|work| {
            for (device, signed) in new {
                keep(work.db, &device, signed)?;
            }
            Ok(())
        })
    }

    /// Notes that a peer has been told of counts up to one.
    pub fn note_told(&mut self, peer: &DeviceId, upto: i64) -> Result<(), StoreError> {
        let told = meta::<i64>(&self.db, &told_to(peer))?.unwrap_or(0);
        if upto <= told {
            return Ok(());
        }
        self.write(|work| set_meta(work.db, &told_to(peer), upto))
    }
}
