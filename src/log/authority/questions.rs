//! What is asked of the authority: where a position lies, whose a device is, who may do what today. Changes nothing.

use super::{Authority, Cut, Member, Place, state};
use crate::document::{DocRef, Kind};
use crate::domain::PersonId;
use crate::log::access::Access;
use crate::log::envelope::Position;
use crate::log::ids::{DeviceId, LogId};
use chrono::NaiveDate;
use std::collections::BTreeSet;

impl Authority {
    /// Devices that anything was taken away from, or whose admission or log somebody questions: only their logs can change their verdict
    /// when the authority grows by removals and cuts.
    pub fn questioned(&self) -> BTreeSet<DeviceId> {
        let mut devices: BTreeSet<DeviceId> = self.joined.stops.keys().copied().collect();
        devices.extend(self.joined.void.keys());
        devices.extend(self.state.settled.keys().map(|l| l.device));
        devices.extend(self.joined.settled.keys().map(|l| l.device));
        for removal in &self.state.removals {
            match &removal.concerned {
                state::Concerned::Device(device) => {
                    devices.insert(*device);
                }
                state::Concerned::Right(right) => devices.extend(
                    self.state
                        .devices
                        .iter()
                        .chain(&self.joined.devices)
                        .filter(|(_, m)| m.person.as_ref() == Some(&right.holder))
                        .map(|(d, _)| *d),
                ),
            }
        }
        // What a questioned device let in is questioned with it.
        loop {
            let let_in: Vec<DeviceId> = self
                .joined
                .devices
                .iter()
                .filter(|(d, m)| m.by.is_some_and(|b| devices.contains(&b)) && !devices.contains(d))
                .map(|(d, _)| *d)
                .collect();
            if let_in.is_empty() {
                return devices;
            }
            devices.extend(let_in);
        }
    }

    /// Where a position lies.
    pub fn place(&self, at: &Position) -> Place {
        if self.position_at(at.len) == Some(*at) {
            return Place::Chain(at.len);
        }
        match self.known.get(&at.hash) {
            Some(known) if known.len == at.len => match &self.fork {
                Some(fork) if self.branched.contains(&at.hash) => Place::Branch(fork.base.len),
                _ => Place::Void,
            },
            _ => Place::Unknown,
        }
    }

    /// A device, whoever let it in first.
    pub fn member(&self, device: &DeviceId) -> Option<&Member> {
        self.joined
            .devices
            .get(device)
            .or_else(|| self.state.devices.get(device))
    }

    /// Every device that was ever let in as somebody's, also where it takes no part any more.
    pub fn devices_of(&self, person: &PersonId) -> Vec<DeviceId> {
        let members = self.state.devices.iter().chain(&self.joined.devices);
        let own = members.filter(|(_, m)| m.person.as_ref() == Some(person));
        let own: BTreeSet<DeviceId> = own.map(|(device, _)| *device).collect();
        own.into_iter().collect()
    }

    /// Whose a device is, if it takes part today.
    pub fn person_of(&self, device: &DeviceId) -> Option<&PersonId> {
        self.now.devices.get(device)
    }

    /// Whether a device takes part today, as somebody's or as a carrier.
    pub fn takes_part(&self, device: &DeviceId) -> bool {
        self.person_of(device).is_some() || self.is_carrier(device)
    }

    /// Whether a device is a carrier today: it belongs to nobody.
    pub fn is_carrier(&self, device: &DeviceId) -> bool {
        self.now.carriers.contains(device)
    }

    /// Whether a device may hold a document that it cannot read: a carrier everything but what is private to somebody.
    pub fn carries(&self, doc: &DocRef, device: &DeviceId) -> bool {
        doc.kind != Kind::Private && self.is_carrier(device)
    }

    /// Whether a device may do it today, as far as is known here.
    pub fn allows(
        &self,
        access: Access,
        doc: &DocRef,
        private_root: Option<&DeviceId>,
        device: &DeviceId,
        day: NaiveDate,
    ) -> bool {
        let Some(person) = self.person_of(device) else {
            return false;
        };
        let private = private_root.is_none_or(|root| self.is_paired(root, device));
        private && self.state.may(access, doc, person, u64::MAX, day)
    }

    /// Whether a device is the root of a person's private documents or was let in by one that is.
    pub fn is_paired(&self, root: &DeviceId, device: &DeviceId) -> bool {
        self.paired_up(device).any(|above| above == *root)
    }

    /// The root of the private documents that a device shares: the first of the devices of its person that let in one another down to it.
    /// A device that the owner, a manager or the recovery key let in is a root of its own, whoever's it is said to be.
    pub fn private_root(&self, device: &DeviceId) -> DeviceId {
        self.paired_up(device).last().unwrap_or(*device)
    }

    /// A device, the one of its person that let it in, and so on.
    fn paired_up(&self, device: &DeviceId) -> impl Iterator<Item = DeviceId> {
        let person = |d: &DeviceId| self.member(d).and_then(|m| m.person.as_ref());
        let above = move |at: &DeviceId| {
            let by = self.joined.paired.get(at)?;
            (person(by).is_some() && person(by) == person(at)).then_some(*by)
        };
        // Two that let in each other are no way up without an end.
        std::iter::successors(Some(*device), above).take(self.joined.paired.len() + 1)
    }

    /// The cut that ends a log with two branches, if it was settled.
    pub fn settled(&self, log: &LogId) -> Option<&Cut> {
        self.state
            .settled
            .get(log)
            .or_else(|| self.joined.settled.get(log))
    }
}
