//! The world of the simulation: devices that edit, hear of each other, are cloned, removed and get other managers.

use super::super::world::*;
use super::dice::Dice;
use crate::document::{DocRef, Kind, Scalar};
use crate::domain::team::Role;
use crate::log::access::Access;
use crate::log::authority::entry::Cut;
use crate::log::envelope::BodyKind;
use crate::log::verdict::day_of;
use crate::log::{
    Assembly, Authority, Change, DeviceId, DocId, DocKey, Envelope, Epoch, Grant, Header, KeyId,
    LogId, Statement, assemble, grant, seal,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Who has which device at the start. Devices 20 to 22 join by statements.
const PEOPLE: [(u8, &str); 9] = [
    (1, "owner"),
    (2, "manager"),
    (3, "tech"),
    (4, "other"),
    (5, "second"),
    (6, "third"),
    (7, "fourth"),
    (8, "head"),
    (9, "fifth"),
];
const JOINERS: [(u8, u8, &str); 3] = [(20, 3, "tech"), (21, 2, "novice"), (22, 5, "second")];

#[derive(Clone)]
pub struct Device {
    pub n: u8,
    pub authority: Authority,
    /// Envelopes by document, in order of arrival.
    pub held: BTreeMap<DocId, Vec<Envelope>>,
    seen: BTreeSet<[u8; 32]>,
    pub keys: HashMap<KeyId, DocKey>,
    epochs: u64,
}

pub struct World {
    dice: Dice,
    pub devices: Vec<Device>,
    pub docs: Vec<DocRef>,
    identities: BTreeMap<u8, age::x25519::Identity>,
    seals: BTreeMap<u8, String>,
    clock: u64,
    pub edits: usize,
    pub clones: usize,
}

pub fn all_docs() -> Vec<DocRef> {
    let mut docs = vec![
        DocRef::team_wide(Kind::Team),
        DocRef::team_wide(Kind::Succession),
    ];
    for person in ["tech", "second", "third", "novice", "manager"] {
        for kind in [Kind::SelfRecord, Kind::Record, Kind::Plan, Kind::Private] {
            docs.push(DocRef::of(kind, &person.into()));
        }
    }
    docs
}

/// Private documents are begun on these devices.
pub fn root(doc: &DocRef) -> Option<DeviceId> {
    let person = doc.person.as_ref()?;
    let (n, _) = PEOPLE
        .iter()
        .find(|(_, p)| *p == person.as_str())
        .copied()
        .or_else(|| (person.as_str() == "novice").then_some((21, "novice")))?;
    (doc.kind == Kind::Private).then(|| device(n))
}

fn target_of(doc: &DocRef) -> crate::log::Target {
    crate::log::Target::Document {
        doc: doc.clone(),
        root: root(doc),
    }
}

impl Device {
    pub fn made(&self, doc: &DocRef) -> Assembly {
        let id = DocId::of(&self.authority.state().team, doc, 0);
        let held = self.held.get(&id).map_or(&[][..], Vec::as_slice);
        let keys = |id: &KeyId| self.keys.get(id).cloned();
        assemble(doc.kind, &target_of(doc), &self.authority, held, &keys)
    }

    fn take(&mut self, envelope: &Envelope, identity: &age::x25519::Identity) {
        if !self.seen.insert(envelope.header.hash()) {
            return; // delivered twice
        }
        assert_eq!(envelope.verify(), Ok(()));
        if envelope.header.kind == BodyKind::Statement {
            let said = Statement::decode(&envelope.body).expect("a statement");
            self.authority.state_that(&envelope.header, said);
        }
        if envelope.header.kind == BodyKind::Grant {
            let granted = Grant::decode(&envelope.body).expect("a grant");
            let key = granted.open(&device(self.n), identity, &envelope.header.key);
            if let Ok(Some(key)) = key {
                self.keys.insert(key.id(), key);
            }
        }
        self.held
            .entry(envelope.header.log.doc)
            .or_default()
            .push(envelope.clone());
    }
}

impl World {
    pub fn new(seed: u64) -> Self {
        let numbers = PEOPLE.iter().map(|(n, _)| *n);
        let joiners = JOINERS.iter().map(|(n, ..)| *n);
        let identities: BTreeMap<u8, _> = numbers
            .chain(joiners)
            .map(|n| (n, age::x25519::Identity::generate()))
            .collect();
        let seals: BTreeMap<u8, String> = identities
            .iter()
            .map(|(n, i)| (*n, i.to_public().to_string()))
            .collect();
        let mut start = founding();
        start.seal = seals[&1].clone();
        let admissions = PEOPLE[1..].iter().map(|(n, person)| Change::Admit {
            device: device(*n),
            person: Some((*person).into()),
            seal: seals[n].clone(),
        });
        let mut authority = Authority::found(start, &key(1), admissions.collect()).unwrap();
        let rights = vec![
            Change::Grant(right("manager", Role::Manager, None)),
            Change::Grant(right("other", Role::Manager, None)),
            Change::Grant(right("head", Role::Head, None)),
            Change::Grant(right("fourth", Role::Line, Some("third"))),
        ];
        authority.append(rights, 2, &key(1)).unwrap();
        let devices = PEOPLE
            .iter()
            .map(|(n, _)| *n)
            .chain(JOINERS.iter().map(|(n, ..)| *n))
            .map(|n| Device {
                n,
                authority: authority.clone(),
                held: BTreeMap::new(),
                seen: BTreeSet::new(),
                keys: HashMap::new(),
                epochs: u64::from(n) * 1_000,
            })
            .collect();
        Self {
            dice: Dice(seed),
            devices,
            docs: all_docs(),
            identities,
            seals,
            clock: 1_000,
            edits: 0,
            clones: 0,
        }
    }

    fn put_in(&mut self, at: usize, envelope: &Envelope) {
        let identity = &self.identities[&self.devices[at].n];
        self.devices[at].take(envelope, identity);
    }

    /// Begins a header at the end of the device's log, in a new epoch where the old one must not go on.
    fn header(&mut self, at: usize, doc: &DocRef, made: &Assembly, kind: BodyKind) -> Header {
        self.clock += 1;
        let device = &mut self.devices[at];
        let team = device.authority.state().team;
        let own = super::super::world::device(device.n);
        let id = DocId::of(&team, doc, 0);
        let going = made
            .logs
            .iter()
            .find(|(log, tail)| log.device == own && tail.whole && tail.fork.is_none());
        let (log, seq, prev, sum) = match going {
            Some((log, tail)) => (*log, tail.seq + 1, tail.head, tail.sum),
            None => {
                device.epochs += 1;
                let log = LogId {
                    doc: id,
                    device: own,
                    epoch: Epoch(device.epochs),
                };
                (log, 1, [0; 32], [0; 32])
            }
        };
        Header {
            team,
            log,
            seq,
            prev,
            authority: device.authority.position(),
            kind,
            step: u8::from(kind == BodyKind::Changes),
            time_ms: self.clock,
            key: KeyId([0; 32]),
            nonce: [0; 24],
            sum,
            body_hash: [0; 32],
        }
    }

    fn grant(&mut self, at: usize, doc: &DocRef, key_here: &DocKey, to: &[DeviceId]) {
        let made = self.devices[at].made(doc);
        let mut header = self.header(at, doc, &made, BodyKind::Grant);
        header.key = key_here.id();
        let number = |d: &DeviceId| *self.seals.keys().find(|n| device(**n) == *d).unwrap();
        let seals: Vec<(DeviceId, String)> = to
            .iter()
            .map(|d| (*d, self.seals[&number(d)].clone()))
            .collect();
        let body = Grant::wrap(key_here, seals.iter().map(|(d, s)| (d, s.as_str())))
            .and_then(|g| g.encode())
            .unwrap();
        let envelope = Envelope::sign(header, body, &key(self.devices[at].n));
        self.put_in(at, &envelope);
    }

    fn edit(&mut self, at: usize) {
        let doc = self.dice.pick(&self.docs.clone()).clone();
        let device = &self.devices[at];
        let own = super::super::world::device(device.n);
        let day = day_of(self.clock);
        let may = |access| {
            let root = root(&doc);
            device
                .authority
                .allows(access, &doc, root.as_ref(), &own, day)
        };
        if !may(Access::Write) || !may(Access::Read) {
            return;
        }
        let made = device.made(&doc);
        let readers: BTreeMap<DeviceId, String> =
            grant::readers(&device.authority, &doc, root(&doc).as_ref(), day)
                .into_iter()
                .map(|(d, s)| (d, s.to_owned()))
                .collect();
        let named: BTreeMap<DeviceId, &str> =
            readers.iter().map(|(d, s)| (*d, s.as_str())).collect();
        let here = |k: &KeyId| device.keys.contains_key(k);
        let usable = grant::usable(&made.holders, &named, here).copied();
        let (id, missing): (KeyId, Vec<DeviceId>) = match usable {
            Some(id) => {
                let holders = &made.holders[&id];
                let missing = readers.keys().filter(|d| !holders.contains(d));
                (id, missing.copied().collect())
            }
            None => {
                let mut secret = [0; 32];
                secret
                    .iter_mut()
                    .for_each(|b| *b = self.dice.roll(256) as u8);
                let fresh = DocKey::new(secret);
                let id = fresh.id();
                self.devices[at].keys.insert(id, fresh);
                (id, readers.keys().filter(|d| **d != own).copied().collect())
            }
        };
        let doc_key = self.devices[at].keys[&id].clone();
        if !missing.is_empty() {
            self.grant(at, &doc, &doc_key, &missing);
        }
        let mut made = self.devices[at].made(&doc);
        let mut header = self.header(at, &doc, &made, BodyKind::Changes);
        let (table, field) = match doc.kind {
            Kind::Team => ("posts", "title"),
            Kind::Succession => ("critical", "f"),
            Kind::Plan => ("actions", "text"),
            _ => ("marks", "mark"),
        };
        let row = format!("r{}", self.dice.roll(4));
        let value = Scalar::Int(self.clock as i64);
        let put = (table.to_owned(), row, field.to_owned(), value);
        let written = made
            .doc
            .write(&[put], &header.log.actor(), header.time_ms)
            .unwrap()
            .expect("every value is new");
        header.sum = doc_key.sum(&header.sum, &written.hash);
        let signer = key(self.devices[at].n);
        let envelope = seal::seal(header, &[&written.chunk], &doc_key, &[1; 32], &signer).unwrap();
        self.put_in(at, &envelope);
        self.edits += 1;
    }

    /// Some of what one device has goes to another, in any order, some of it twice.
    fn deliver(&mut self, all: bool) {
        let (from, to) = (
            self.dice.roll(self.devices.len()),
            self.dice.roll(self.devices.len()),
        );
        self.hand_over(from, to, all);
    }

    fn hand_over(&mut self, from: usize, to: usize, all: bool) {
        let entries: Vec<Vec<u8>> = self.devices[from]
            .authority
            .entries()
            .iter()
            .map(|e| e.to_vec())
            .collect();
        if all || self.dice.roll(2) == 0 {
            for entry in entries {
                self.devices[to].authority.push(entry).unwrap();
            }
        }
        let mut envelopes: Vec<Envelope> = self.devices[from]
            .held
            .values()
            .flatten()
            .cloned()
            .collect();
        // Documents have other ids in every run; the order to shuffle must not.
        envelopes.sort_by_key(|e| (e.header.log.device, e.header.log.epoch, e.header.seq));
        self.dice.shuffle(&mut envelopes);
        if !all {
            let kept = self.dice.roll(envelopes.len() + 1);
            envelopes.truncate(kept);
            envelopes.extend_from_within(..kept / 5);
        }
        for envelope in &envelopes {
            // Private documents are carried by nobody but their person's own devices.
            let private = self.docs.iter().find(|d| {
                d.kind == Kind::Private
                    && DocId::of(&envelope.header.team, d, 0) == envelope.header.log.doc
            });
            let there = device(self.devices[to].n);
            let authority = &self.devices[to].authority;
            if private.is_none_or(|d| root(d).is_some_and(|r| authority.is_paired(&r, &there))) {
                self.put_in(to, envelope);
            }
        }
    }

    /// Cuts behind what the owner knows of a device's logs.
    fn cuts(&self, of: &DeviceId) -> Vec<Cut> {
        let owner = &self.devices[0];
        let mut cuts = Vec::new();
        for doc in &self.docs {
            for (log, tail) in owner.made(doc).logs {
                if log.device == *of && tail.seq > 0 {
                    cuts.push(Cut {
                        doc: log.doc,
                        device: log.device,
                        epoch: log.epoch,
                        seq: tail.seq,
                        hash: tail.head,
                    });
                }
            }
        }
        cuts
    }

    fn own_authority(&mut self, changes: Vec<Change>) {
        self.clock += 1;
        let clock = self.clock;
        self.devices[0]
            .authority
            .append(changes, clock, &key(1))
            .unwrap();
    }

    fn remove(&mut self, step: usize) {
        let until = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        match step {
            0 => {
                // Another line manager.
                let cuts = self.cuts(&device(7));
                let line = right("fourth", Role::Line, Some("third"));
                let next = right("fifth", Role::Line, Some("third"));
                let end = Change::End {
                    right: line,
                    until,
                    cuts,
                };
                self.own_authority(vec![end, Change::Grant(next)]);
            }
            1 => {
                let cuts = self.cuts(&device(4));
                let right = right("other", Role::Manager, None);
                self.own_authority(vec![Change::End { right, until, cuts }]);
            }
            _ => {
                let n = [5, 20, 9][step % 3];
                let cuts = self.cuts(&device(n));
                self.own_authority(vec![Change::Revoke {
                    device: device(n),
                    cuts,
                }]);
            }
        }
    }

    fn join(&mut self, which: usize) {
        let (n, by, person) = JOINERS[which];
        let at = self.devices.iter().position(|d| d.n == by).unwrap();
        let team = self.devices[at].authority.state().team;
        let position = self.devices[at].authority.position();
        let said = Statement::admit(
            &team,
            person.into(),
            self.seals[&n].clone(),
            &device(by),
            &key(n),
        );
        let envelope = statement(by, u64::from(n), position, team, &said);
        self.put_in(at, &envelope);
    }

    /// Two logs that went apart are settled by the owner behind the branch that the owner has.
    pub fn settle(&mut self) {
        let owner = self.devices[0].clone();
        let mut settled = Vec::new();
        for doc in &self.docs {
            for (log, tail) in owner.made(doc).logs {
                if tail.fork.is_some() {
                    settled.push(Change::Settle(Cut {
                        doc: log.doc,
                        device: log.device,
                        epoch: log.epoch,
                        seq: tail.seq,
                        hash: tail.head,
                    }));
                }
            }
        }
        if !settled.is_empty() {
            self.own_authority(settled);
        }
    }

    pub fn everybody_hears_everything(&mut self) {
        for _ in 0..2 {
            for from in 0..self.devices.len() {
                for to in 0..self.devices.len() {
                    self.hand_over(from, to, true);
                }
            }
        }
    }

    pub fn run(&mut self, steps: usize) {
        let mut snapshot = None;
        for step in 0..steps {
            let at = self.dice.roll(self.devices.len());
            match self.dice.roll(10) {
                0..5 => self.edit(at),
                _ => self.deliver(false),
            }
            let part = |n: usize, of: usize| step == steps * n / of;
            for (n, which) in [(1, 0), (2, 1), (3, 2)] {
                if part(n, 12) {
                    self.join(which);
                }
            }
            for (n, which) in [(5, 0), (6, 1), (7, 2), (8, 3), (9, 4)] {
                if part(n, 12) {
                    self.remove(which);
                }
            }
            // A manager's folder is copied; the copy goes on for a while beside the original.
            if part(4, 12) {
                snapshot = Some(self.devices[1].clone());
            }
            if part(10, 12)
                && let Some(clone) = snapshot.take()
            {
                let original = std::mem::replace(&mut self.devices[1], clone);
                for _ in 0..6 {
                    self.edit(1);
                }
                let from = self.devices.len() - 1;
                self.hand_over(1, from, true);
                let copy = std::mem::replace(&mut self.devices[1], original);
                self.devices.push(copy);
                self.clones += 1;
            }
        }
    }
}
