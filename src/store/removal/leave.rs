//! Somebody leaves: their devices are taken out and their rights end with one entry; what they wrote by then stands. Must not know what
//! the team's facts say of them; those are edits like any other.

use super::super::Store;
use super::super::authority::amend;
use super::super::cuts::{self, Proposal, Trust};
use super::super::error::StoreError;
use super::super::inner::{Inner, day_of, now_ms};
use super::super::parcel::Received;
use super::{RemovalError, along, as_owner, owner_only};
use crate::domain::PersonId;
use crate::domain::team::Right;
use crate::log::{Change, Cut, DeviceId};
use chrono::{NaiveDate, NaiveTime};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// What somebody's leaving would end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Who.
    pub person: PersonId,
    /// Their last day in the record of rights.
    pub last_day: NaiveDate,
    /// Their devices that are not removed yet, with what of each stands.
    pub devices: Vec<Proposal>,
    /// Rights of theirs that end.
    pub rights: Vec<Right>,
    /// Rights that others hold over them, which stay: somebody has to be able to close their record.
    pub over: Vec<Right>,
    /// Devices that go along, since theirs let them in with something that no longer counts.
    pub along: BTreeMap<DeviceId, PersonId>,
    /// Ends of all that they ever wrote, for the rights that end.
    cuts: Vec<Cut>,
}

impl Leaving {
    /// Whether the record of rights has nothing of theirs to end.
    pub fn is_nothing(&self) -> bool {
        self.devices.is_empty() && self.rights.is_empty()
    }
}

impl Store {
    /// What somebody's leaving would end. Without a day all that is here of them stands, and `today` is their last day; with one, what they
    /// wrote by the end of that day, in UTC. Nothing is changed.
    pub fn leaving(
        &mut self,
        person: &PersonId,
        on: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Result<Leaving, StoreError> {
        let tx = self.db.transaction()?;
        let leaving = leaving(&tx, &mut self.inner, person, on, today)?;
        tx.commit()?;
        Ok(leaving)
    }

    /// Writes that somebody left, as it was shown.
    pub fn leave(&mut self, leaving: &Leaving) -> Result<Received, StoreError> {
        self.write(|work| {
            as_owner(work)?;
            let revoked = leaving.devices.iter().map(|of| Change::Revoke {
                device: of.device,
                cuts: of.cuts.clone(),
            });
            let ended = leaving.rights.iter().map(|right| Change::End {
                until: last(right, leaving.last_day),
                cuts: leaving.cuts.clone(),
                right: right.clone(),
            });
            amend(work, revoked.chain(ended).collect())
        })
    }
}

/// The last day of a right that ends.
pub fn last(right: &Right, day: NaiveDate) -> NaiveDate {
    right.until.map_or(day, |until| until.min(day))
}

fn leaving(
    db: &Connection,
    inner: &mut Inner,
    person: &PersonId,
    on: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<Leaving, StoreError> {
    owner_only(db, inner)?;
    let now = day_of(now_ms());
    if on.is_some_and(|day| day > now) {
        return Err(RemovalError::Later.into());
    }
    let trust = match on.filter(|day| *day < now).and_then(|day| day.succ_opt()) {
        None => Trust::All,
        Some(next) => {
            let midnight = next.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
            Trust::Before(u64::try_from(midnight).unwrap_or(0))
        }
    };
    let authority = inner.authority(db)?;
    let state = authority.chain_state();
    if state.owner.1 == *person {
        return Err(RemovalError::Owns(person.clone()).into());
    }
    if state.erased.contains_key(person) {
        return Err(StoreError::Erased(person.to_string()));
    }
    let open: Vec<&Right> = (state.rights.iter())
        .filter(|g| g.ended.is_none())
        .map(|g| &g.right)
        .collect();
    let held = open.iter().filter(|r| r.holder == *person);
    let rights: Vec<Right> = held.map(|r| (*r).clone()).collect();
    let over = open.iter().filter(|r| r.over.as_ref() == Some(person));
    let over: Vec<Right> = over.map(|r| (*r).clone()).collect();
    let all = authority.devices_of(person);
    let removed = |d: &&DeviceId| authority.member(d).is_none_or(|m| m.revoked.is_none());
    let still: Vec<DeviceId> = all.iter().filter(removed).copied().collect();
    // What stands of a device that was removed before is not asked again.
    let before: Vec<DeviceId> = all.iter().filter(|d| !still.contains(d)).copied().collect();
    let mut cuts = cuts::heads(db, inner, &before)?;
    let mut devices = Vec::new();
    for device in &still {
        let proposal = cuts::propose(db, inner, device, trust)?;
        cuts.extend(proposal.cuts.iter().copied());
        devices.push(proposal);
    }
    let along = along(inner.authority(db)?, &devices);
    Ok(Leaving {
        person: person.clone(),
        last_day: on.unwrap_or(today.min(now)),
        devices,
        rights,
        over,
        along,
        cuts,
    })
}
