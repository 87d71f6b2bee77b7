//! Taking away and handing over: devices that are lost, people who leave, roles, the record of rights itself. Owns which entry or statement
//! each of them writes, and who may. Must not know what follows from an entry; that is the log's.
//!
//! Everything is shown before it is written: what was shown is what is written, and what came in between does not count.

mod leave;
mod refused;
mod rights;

pub use leave::Leaving;
pub use refused::RemovalError;
pub use rights::{HandOver, RightsChange};

use super::Store;
use super::authority::amend;
use super::commit::Work;
use super::cuts::{self, Proposal, Said, Trust};
use super::error::StoreError;
use super::inner::{Inner, day_of, now_ms};
use super::parcel::Received;
use super::statements::state_that;
use crate::domain::PersonId;
use crate::log::{Authority, Change, DeviceId, Statement};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// By what a device is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// An entry of the owner's record.
    Entry,
    /// A statement, while the owner is away.
    Stop,
}

/// What taking a device out would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// By what.
    pub means: Means,
    /// Whose it is; `None` is a carrier.
    pub person: Option<PersonId>,
    /// What it keeps and lets go.
    pub proposal: Proposal,
    /// Devices that go with it, since it let them in with something that no longer counts.
    pub along: BTreeMap<DeviceId, PersonId>,
    /// Whether it is out already: stopped or removed before. Of several cuts the earliest counts.
    pub again: bool,
    /// Whether it signs the owner's record: a stop does not end that.
    pub signs: bool,
}

/// What taking a device out did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// What followed here.
    pub received: Received,
    /// Edits that do not count and are shown all the same, since something that counts rests on them.
    pub still_shown: usize,
}

impl Store {
    /// What taking a device out would do, for this device's person. Nothing is changed.
    pub fn removal(&mut self, device: &DeviceId, trust: Trust) -> Result<Removal, StoreError> {
        let tx = self.db.transaction()?;
        let removal = removal(&tx, &mut self.inner, device, trust)?;
        tx.commit()?;
        Ok(removal)
    }

    /// Takes a device out, with the cuts that were shown.
    pub fn remove(&mut self, removal: &Removal) -> Result<Removed, StoreError> {
        let device = removal.proposal.device;
        let cuts = removal.proposal.cuts.clone();
        let received = self.write(|work| match means(work.db, work.inner, &device)? {
            Means::Entry => amend(work, vec![Change::Revoke { device, cuts }]),
            Means::Stop => {
                let received = state_that(work, &Statement::Stop { device, cuts })?;
                let authority = work.inner.authority(work.db)?;
                match authority.joined().stops.contains_key(&device) {
                    true => Ok(received),
                    false => Err(RemovalError::NotTaken.into()),
                }
            }
        })?;
        let mut removed = Removed {
            received,
            still_shown: 0,
        };
        if removal.proposal.edits().1 > 0 {
            let logs = removal.proposal.logs.iter().filter(|l| l.end > 0);
            let docs: BTreeSet<_> = logs.filter_map(|l| l.doc.as_ref()).collect();
            let ours = |q: &super::Quarantined| {
                q.shown && docs.contains(&q.doc) && q.author == removal.person
            };
            removed.still_shown = self.quarantined()?.iter().filter(|q| ours(q)).count();
        }
        Ok(removed)
    }

    /// Who owns the team, and with which device.
    pub fn owner(&mut self) -> Result<(PersonId, DeviceId), StoreError> {
        let tx = self.db.transaction()?;
        let (device, person) = self.inner.authority(&tx)?.chain_state().owner.clone();
        tx.commit()?;
        Ok((person, device))
    }
}

fn removal(
    db: &Connection,
    inner: &mut Inner,
    device: &DeviceId,
    trust: Trust,
) -> Result<Removal, StoreError> {
    let means = means(db, inner, device)?;
    let proposal = cuts::propose(db, inner, device, trust)?;
    let authority = inner.authority(db)?;
    Ok(Removal {
        means,
        person: authority.member(device).and_then(|m| m.person.clone()),
        along: along(authority, [&proposal]),
        again: is_out(authority, device),
        signs: authority.chain_state().owner.0 == *device,
        proposal,
    })
}

fn is_out(authority: &Authority, device: &DeviceId) -> bool {
    authority.joined().stops.contains_key(device)
        || authority
            .member(device)
            .is_some_and(|m| m.revoked.is_some())
}

/// By what this device may take another out.
fn means(db: &Connection, inner: &mut Inner, device: &DeviceId) -> Result<Means, StoreError> {
    let (own, me) = (inner.device_id(), inner.me.clone());
    let authority = inner.authority(db)?;
    let (signs, owner) = authority.chain_state().owner.clone();
    let member = authority.member(device);
    let member = member.ok_or(RemovalError::Unknown(*device))?;
    if own == signs {
        return match *device == signs {
            true => Err(RemovalError::Signs(*device).into()),
            false => Ok(Means::Entry),
        };
    }
    if authority.person_of(&own).is_none() {
        return Err(RemovalError::NoPart.into());
    }
    if is_out(authority, device) {
        return Err(RemovalError::Gone(*device).into());
    }
    let today = day_of(now_ms());
    let manager = authority.state().standing.is_manager(&me, today);
    match manager || member.person.as_ref() == Some(&me) {
        true => Ok(Means::Stop),
        false => Err(RemovalError::AskManager(owner).into()),
    }
}

/// Devices that go along with others, since those let them in with a statement that will no longer count, and what they let in.
fn along<'a>(
    authority: &Authority,
    proposals: impl IntoIterator<Item = &'a Proposal>,
) -> BTreeMap<DeviceId, PersonId> {
    let joined = &authority.joined().devices;
    let mut gone: BTreeMap<DeviceId, PersonId> = BTreeMap::new();
    let mut out: BTreeSet<DeviceId> = BTreeSet::new();
    for proposal in proposals {
        out.insert(proposal.device);
        for said in proposal.logs.iter().flat_map(|l| &l.ended) {
            if let Said::LetIn(device, person) = said
                && joined
                    .get(device)
                    .is_some_and(|m| m.by == Some(proposal.device))
            {
                gone.insert(*device, person.clone());
            }
        }
    }
    loop {
        let more: Vec<(DeviceId, PersonId)> = joined
            .iter()
            .filter(|(d, m)| !gone.contains_key(d) && m.by.is_some_and(|b| gone.contains_key(&b)))
            .filter_map(|(d, m)| Some((*d, m.person.clone()?)))
            .collect();
        if more.is_empty() {
            break;
        }
        gone.extend(more);
    }
    // The owner's record may know a device as well: then nobody's word is needed for it.
    let chain = &authority.chain_state().devices;
    gone.retain(|d, _| {
        !out.contains(d) && !chain.contains_key(d) && authority.person_of(d).is_some()
    });
    gone
}

/// Makes sure that this is the owner's device.
fn as_owner(work: &mut Work<'_>) -> Result<(), StoreError> {
    owner_only(work.db, work.inner)
}

fn owner_only(db: &Connection, inner: &mut Inner) -> Result<(), StoreError> {
    let own = inner.device_id();
    let (device, person) = inner.authority(db)?.chain_state().owner.clone();
    match device == own {
        true => Ok(()),
        false => Err(RemovalError::AskOwner(person).into()),
    }
}
