//! What the authority says, with the place of every entry that said it, so that one state answers for every position on its chain.
//! Owns how an entry changes it. Must not know signatures, branches, nor which documents there are.

use super::super::access::{Access, Standing, allowed};
use super::super::ids::{DeviceId, LogId, TeamId};
use super::super::verdict::day_of;
use super::entry::{Change, Cut, Entry};
use crate::document::DocRef;
use crate::domain::PersonId;
use crate::domain::team::{Right, Rights, Role};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A device of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whose; `None` is a carrier.
    pub person: Option<PersonId>,
    /// To whom document keys for it are wrapped.
    pub seal: String,
    /// Known from so many entries on.
    pub since: u64,
    /// The device that let it in, where that was not the owner's.
    pub by: Option<DeviceId>,
    /// Revoked with this many entries.
    pub revoked: Option<u64>,
}

/// A right with the entries that gave and ended it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// As it stands, with its last day once it was ended: for the rules that show a team.
    pub right: Right,
    /// As it was given: what somebody wrote while it stood is judged by that, whatever last day an entry said afterwards.
    pub given: Right,
    /// Given with so many entries.
    pub since: u64,
    /// Taken away with so many entries: from then on nothing is written by it, whatever the date.
    pub ended: Option<u64>,
}

impl Given {
    fn new(right: Right, since: u64) -> Self {
        Self {
            given: right.clone(),
            right,
            since,
            ended: None,
        }
    }

    /// Whether it lets somebody write where so many entries are known.
    pub fn at(&self, len: u64) -> bool {
        self.since <= len && self.ended.is_none_or(|e| len < e)
    }
}

/// Whom a removal concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concerned {
    /// A device, in all documents.
    Device(DeviceId),
    /// A person, in the documents which the right that was taken away let them write.
    Right(Right),
}

/// Something was taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// With so many entries; what names fewer does not know of it.
    pub at: u64,
    /// Whom it concerns.
    pub concerned: Concerned,
    /// How far their logs stand.
    pub cuts: Vec<Cut>,
}

/// The state after the entries of one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The team.
    pub team: TeamId,
    /// Number of entries.
    pub len: u64,
    /// The device that signs the next entry, and for whom.
    pub owner: (DeviceId, PersonId),
    /// Verifying key of the recovery key.
    pub recovery: [u8; 32],
    /// Devices that the chain admits.
    pub devices: BTreeMap<DeviceId, Member>,
    /// Rights in the order in which they were given.
    pub rights: Vec<Given>,
    /// Which of them somebody holds.
    held: BTreeMap<PersonId, Vec<usize>>,
    /// Removals, in order.
    pub removals: Vec<Removal>,
    /// Logs that a cut ended, with the number of entries that did.
    pub settled: BTreeMap<LogId, Cut>,
    /// People whose documents are erased, with the time of the entry.
    pub erased: BTreeMap<PersonId, u64>,
    /// The same people, with the number of entries that did.
    pub erased_at: BTreeMap<PersonId, u64>,
}

/// A change that contradicts what came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contradiction;

impl State {
    /// The state after a first entry, whose hash is the team's id.
    pub fn first(entry: &Entry, hash: [u8; 32]) -> Result<Self, Contradiction> {
        let Some((
            Change::Found {
                person,
                device,
                seal,
                recovery,
                ..
            },
            further,
        )) = entry.changes.split_first()
        else {
            return Err(Contradiction);
        };
        let mut state = Self {
            team: TeamId(hash),
            len: 1,
            owner: (*device, person.clone()),
            recovery: *recovery,
            devices: BTreeMap::from([(*device, member(Some(person), seal, 1))]),
            rights: Vec::new(),
            held: BTreeMap::new(),
            removals: Vec::new(),
            settled: BTreeMap::new(),
            erased: BTreeMap::new(),
            erased_at: BTreeMap::new(),
        };
        state.give(owner_right(person, 1));
        state.take(further, entry.time_ms)?;
        Ok(state)
    }

    fn give(&mut self, given: Given) {
        let of = self.held.entry(given.right.holder.clone()).or_default();
        of.push(self.rights.len());
        self.rights.push(given);
    }

    /// Takes the next entry, or leaves the state as it may be after half of it: the caller drops it then.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Contradiction> {
        self.len += 1;
        let changes = match entry.changes.split_first() {
            Some((
                Change::Recover {
                    person,
                    device,
                    seal,
                    recovery,
                },
                further,
            )) => {
                self.recover(person, device, seal, entry.time_ms)?;
                self.recovery = *recovery;
                further
            }
            _ => &entry.changes,
        };
        self.take(changes, entry.time_ms)
    }

    fn recover(
        &mut self,
        person: &PersonId,
        device: &DeviceId,
        seal: &str,
        time_ms: u64,
    ) -> Result<(), Contradiction> {
        let len = self.len;
        match self.devices.get(device) {
            Some(known)
                if known.person.as_ref() != Some(person)
                    || known.revoked.is_some()
                    || known.seal != seal =>
            {
                return Err(Contradiction);
            }
            Some(_) => {}
            None => {
                self.devices
                    .insert(*device, member(Some(person), seal, len));
            }
        }
        self.own(*device, person.clone(), time_ms);
        Ok(())
    }

    /// Somebody owns the team from here on; the former owner's right ends, for the rules on the day before the entry.
    fn own(&mut self, device: DeviceId, person: PersonId, time_ms: u64) {
        if self.owner.1 != person {
            let len = self.len;
            for given in &mut self.rights {
                if given.right.role == Role::Owner && given.ended.is_none() {
                    given.ended = Some(len);
                    given.right.until = day_of(time_ms).pred_opt();
                }
            }
            self.give(owner_right(&person, len));
        }
        self.owner = (device, person);
    }

    fn take(&mut self, changes: &[Change], time_ms: u64) -> Result<(), Contradiction> {
        let len = self.len;
        for change in changes {
            match change {
                Change::Found { .. } | Change::Recover { .. } => return Err(Contradiction),
                Change::Admit {
                    device,
                    person,
                    seal,
                } => {
                    let new = member(person.as_ref(), seal, len);
                    if self.devices.insert(*device, new).is_some()
                        || person.as_ref().is_some_and(|p| self.erased.contains_key(p))
                    {
                        return Err(Contradiction);
                    }
                }
                // There is one owner; handing over is a change of its own.
                Change::Grant(right) if right.role == Role::Owner => return Err(Contradiction),
                Change::Grant(right) => self.give(Given::new(right.clone(), len)),
                Change::End { right, until, cuts } => self.end(right, *until, cuts)?,
                Change::Revoke { device, cuts } => {
                    // The device that signs is handed over or recovered first.
                    if *device == self.owner.0 {
                        return Err(Contradiction);
                    }
                    self.revoke(*device, cuts);
                }
                Change::Settle(cut) => {
                    self.settled.entry(cut.log()).or_insert(*cut);
                }
                Change::Erase(person) => {
                    if *person == self.owner.1 {
                        return Err(Contradiction);
                    }
                    self.erased.entry(person.clone()).or_insert(time_ms);
                    self.erased_at.entry(person.clone()).or_insert(len);
                }
                Change::HandOver(device) => {
                    let known = self.devices.get(device).filter(|m| m.revoked.is_none());
                    let person = known.and_then(|m| m.person.clone()).ok_or(Contradiction)?;
                    self.own(*device, person, time_ms);
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, right: &Right, until: NaiveDate, cuts: &[Cut]) -> Result<(), Contradiction> {
        let len = self.len;
        let given = self
            .rights
            .iter_mut()
            .find(|g| g.right == *right && g.ended.is_none() && g.right.role != Role::Owner)
            .ok_or(Contradiction)?;
        given.right.until = Some(until);
        given.ended = Some(len);
        self.removals.push(Removal {
            at: len,
            concerned: Concerned::Right(right.clone()),
            cuts: cuts.to_vec(),
        });
        Ok(())
    }

    /// A device that nobody admitted, or not here, can be revoked too: an admission by somebody else may be on its way.
    pub fn revoke(&mut self, device: DeviceId, cuts: &[Cut]) {
        let len = self.len;
        if let Some(member) = self.devices.get_mut(&device) {
            member.revoked.get_or_insert(len);
        }
        self.removals.push(Removal {
            at: len,
            concerned: Concerned::Device(device),
            cuts: cuts.to_vec(),
        });
    }

    /// Takes only what an entry takes away: all that holds of two entries in one place.
    pub fn take_removals(&mut self, entry: &Entry) {
        for change in entry.changes.iter().filter(|c| c.is_removal()) {
            match change {
                Change::End { right, until, cuts } => {
                    // On a branch it may end what only that branch gave: then there is nothing to take away.
                    let _ = self.end(right, *until, cuts);
                }
                Change::Revoke { device, cuts } => self.revoke(*device, cuts),
                _ => {}
            }
        }
    }

    /// All dated rights for the rules.
    pub fn all_rights(&self) -> Rights {
        let mut all: Vec<Right> = self.rights.iter().map(|g| g.right.clone()).collect();
        all.sort();
        all.dedup();
        Rights(all)
    }

    /// Dated rights that no entry has taken away.
    pub fn standing_rights(&self) -> Rights {
        let open = self.rights.iter().filter(|g| g.ended.is_none());
        let mut all: Vec<Right> = open.map(|g| g.right.clone()).collect();
        all.sort();
        all.dedup();
        Rights(all)
    }

    /// Whether somebody may do it on a day, where so many entries are known.
    pub fn may(
        &self,
        access: Access,
        doc: &DocRef,
        actor: &PersonId,
        len: u64,
        day: NaiveDate,
    ) -> bool {
        let of = self.held.get(actor).map_or(&[][..], Vec::as_slice);
        let held = of
            .iter()
            .filter_map(|i| self.rights.get(*i))
            .filter(|g| g.at(len))
            .map(|g| &g.given);
        allowed(access, doc.kind, Standing::among(doc, actor, held, day))
    }
}

fn member(person: Option<&PersonId>, seal: &str, since: u64) -> Member {
    Member {
        person: person.cloned(),
        seal: seal.to_owned(),
        since,
        by: None,
        revoked: None,
    }
}

fn owner_right(person: &PersonId, since: u64) -> Given {
    let right = Right {
        holder: person.clone(),
        role: Role::Owner,
        over: None,
        from: None,
        until: None,
    };
    Given::new(right, since)
}
