//! The authority: signed entries, plain with opaque ids, that say which device is whose and who has which dated right. Owns which of
//! several branches holds, and what the add-only statements of others add to it.
//!
//! The owner's one device writes it, so it is a chain. Where two entries follow the same one, a device was copied or stolen: from there
//! on only what either takes away holds, until the recovery key, which outranks the owner, names the entry to go on from. What it says is
//! a pure function of the entries and statements that are known, in whatever order they came.

mod branches;
pub mod entry;
mod questions;
pub mod record;
pub mod state;
pub mod statement;

pub use entry::{By, Change, Cut, Entry};
pub use state::{Member, Removal, State};
pub use statement::Statement;

use super::envelope::{Header, Position};
use super::ids::{DeviceId, TeamId};
use crate::domain::PersonId;
use crate::domain::team::Rights;
use ed25519_dalek::SigningKey;
use entry::{Fault, VERSION};
use statement::{Joined, Said};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What the authority says now, for whoever only asks about today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityState {
    /// The team.
    pub team: TeamId,
    /// The owner's device.
    pub owner: DeviceId,
    /// Devices that may take part, and whose they are.
    pub devices: BTreeMap<DeviceId, PersonId>,
    /// Devices without a person that take part: they carry what they cannot read.
    pub carriers: BTreeSet<DeviceId>,
    /// Dated rights, sorted, the owner's included.
    pub rights: Rights,
    /// Those that no entry has taken away: by them somebody writes.
    pub standing: Rights,
    /// People who are erased, with the time of the entry that says so.
    pub erased: BTreeMap<PersonId, u64>,
}

/// Two entries in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The last entry that both follow.
    pub base: Position,
    /// Hashes of the entries that follow it, sorted.
    pub branches: Vec<[u8; 32]>,
}

/// Where a position lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the chain, with so many entries known.
    Chain(u64),
    /// On one of several branches that all follow this many entries.
    Branch(u64),
    /// On a branch that the recovery key made void.
    Void,
    /// Nowhere that is known here.
    Unknown,
}

#[derive(Clone, Debug)]
struct Known {
    bytes: Vec<u8>,
    entry: Entry,
    len: u64,
}

/// Everything that is known of the authority, and what it says.
#[derive(Clone, Debug)]
pub struct Authority {
    known: HashMap<[u8; 32], Known>,
    children: HashMap<[u8; 32], Vec<[u8; 32]>>,
    root: [u8; 32],
    chain: Vec<[u8; 32]>,
    state: State,
    fork: Option<Fork>,
    /// Entries behind the fork.
    branched: HashSet<[u8; 32]>,
    statements: Vec<Said>,
    joined: Joined,
    now: Arc<AuthorityState>,
}

/// Why an authority, or an entry, is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityError {
    /// There is none.
    #[error("the authority has no entries")]
    Empty,
    /// Not the form of an entry.
    #[error("entry {0} of the authority is not readable")]
    Form(u64),
    /// Another format.
    #[error("entry {at} of the authority has format {found}; this program knows format {VERSION}")]
    Version {
        /// Which entry.
        at: u64,
        /// Its format.
        found: u16,
    },
    /// The entry before it is not known here, or it is numbered wrongly.
    #[error("entry {0} of the authority does not follow one that is known here")]
    Chain(u64),
    /// Not signed by whoever may sign there.
    #[error("entry {0} of the authority is not signed by the owner's device or the recovery key")]
    Signature(u64),
    /// It says something that cannot be, for instance founds a team twice or admits a device twice.
    #[error("entry {0} of the authority contradicts the ones before")]
    Contradiction(u64),
    /// Only the owner's device writes.
    #[error("only the owner's device may change who has which right")]
    NotOwner,
    /// There are two branches; nothing is added to either.
    #[error(
        "entry {0} of the authority stands twice: the owner's device was copied; nothing is added until the recovery key settles it"
    )]
    Forked(u64),
}

/// What an entry did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It was there already.
    Known,
    /// The chain is longer by it, and nothing else changed.
    Extended,
    /// What holds has to be asked anew for every envelope: there is a branch, or something was taken away.
    Changed,
}

/// What founds a team.
#[derive(Clone, Debug)]
pub struct Founding {
    /// Random.
    pub salt: [u8; 32],
    /// The owner.
    pub person: PersonId,
    /// To whom document keys for the owner's device are wrapped.
    pub seal: String,
    /// Verifying key of the recovery key.
    pub recovery: [u8; 32],
    /// When, milliseconds since 1970 UTC.
    pub time_ms: u64,
}

impl Authority {
    /// Founds a team: its first entry, with further changes in the same entry.
    pub fn found(
        founding: Founding,
        signer: &SigningKey,
        further: Vec<Change>,
    ) -> Result<Self, AuthorityError> {
        let mut changes = vec![Change::Found {
            salt: founding.salt,
            person: founding.person,
            device: DeviceId(signer.verifying_key().to_bytes()),
            seal: founding.seal,
            recovery: founding.recovery,
        }];
        changes.extend(further);
        let first = Entry {
            version: VERSION,
            seq: 0,
            prev: [0; 32],
            time_ms: founding.time_ms,
            by: By::Owner,
            changes,
        };
        let bytes = first.sign(signer).map_err(|_| AuthorityError::Form(0))?;
        Self::begin(bytes)
    }

    fn begin(bytes: Vec<u8>) -> Result<Self, AuthorityError> {
        let entry = decode(&bytes, 0)?;
        if entry.seq != 0 || entry.prev != [0; 32] {
            return Err(AuthorityError::Chain(entry.seq));
        }
        let root = *blake3::hash(&bytes).as_bytes();
        let state = State::first(&entry, root).map_err(|_| AuthorityError::Contradiction(0))?;
        if entry.by != By::Owner || !entry.is_signed_by(&bytes, &state.owner.0.0) {
            return Err(AuthorityError::Signature(0));
        }
        let known = Known {
            bytes,
            entry,
            len: 1,
        };
        let now = Arc::new(now(&state, &Joined::default()));
        Ok(Self {
            known: HashMap::from([(root, known)]),
            children: HashMap::new(),
            root,
            chain: vec![root],
            state,
            fork: None,
            branched: HashSet::new(),
            statements: Vec::new(),
            joined: Joined::default(),
            now,
        })
    }

    /// Reads and checks entries; the first founds the team, and each follows one that came before it.
    pub fn read(entries: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, AuthorityError> {
        let mut entries = entries.into_iter();
        let mut new = Self::begin(entries.next().ok_or(AuthorityError::Empty)?)?;
        for entry in entries {
            new.take(entry)?;
        }
        new.hear();
        Ok(new)
    }

    /// Signs and appends an entry by the owner's device; returns its bytes.
    pub fn append(
        &mut self,
        changes: Vec<Change>,
        time_ms: u64,
        signer: &SigningKey,
    ) -> Result<&[u8], AuthorityError> {
        if self.fork.is_some() {
            return Err(AuthorityError::Forked(self.state.len));
        }
        if self.state.owner.0.0 != signer.verifying_key().to_bytes() {
            return Err(AuthorityError::NotOwner);
        }
        let at = self.position();
        self.sign_after(at, By::Owner, changes, time_ms, signer)
    }

    /// Signs an entry by the recovery key that goes on from any entry known here, and makes void what followed that entry.
    pub fn recover(
        &mut self,
        from: Position,
        changes: Vec<Change>,
        time_ms: u64,
        recovery: &SigningKey,
    ) -> Result<&[u8], AuthorityError> {
        self.sign_after(from, By::Recovery, changes, time_ms, recovery)
    }

    fn sign_after(
        &mut self,
        from: Position,
        by: By,
        changes: Vec<Change>,
        time_ms: u64,
        signer: &SigningKey,
    ) -> Result<&[u8], AuthorityError> {
        let entry = Entry {
            version: VERSION,
            seq: from.len,
            prev: from.hash,
            time_ms,
            by,
            changes,
        };
        let bytes = entry
            .sign(signer)
            .map_err(|_| AuthorityError::Form(from.len))?;
        let hash = *blake3::hash(&bytes).as_bytes();
        self.push(bytes)?;
        Ok(self.known.get(&hash).map_or(&[], |k| k.bytes.as_slice()))
    }

    /// Checks an entry and takes it, on whichever branch it is. An error leaves everything as it was.
    pub fn push(&mut self, bytes: Vec<u8>) -> Result<Pushed, AuthorityError> {
        let pushed = self.take(bytes)?;
        if pushed != Pushed::Known {
            self.hear();
        }
        Ok(pushed)
    }

    fn take(&mut self, bytes: Vec<u8>) -> Result<Pushed, AuthorityError> {
        let hash = *blake3::hash(&bytes).as_bytes();
        if self.known.contains_key(&hash) {
            return Ok(Pushed::Known);
        }
        let entry = decode(&bytes, self.state.len)?;
        let at = entry.seq;
        let before = self.known.get(&entry.prev);
        let len = before
            .filter(|k| k.len == at)
            .map(|k| k.len + 1)
            .ok_or(AuthorityError::Chain(at))?;
        let mut state = self.state_behind(&entry.prev)?;
        let (key, outranks) = match entry.by {
            By::Owner => (state.owner.0.0, false),
            By::Recovery => (state.recovery, true),
        };
        if !entry.is_signed_by(&bytes, &key) {
            return Err(AuthorityError::Signature(at));
        }
        let recovers = matches!(entry.changes.first(), Some(Change::Recover { .. }));
        if recovers != outranks || state.apply(&entry).is_err() {
            return Err(AuthorityError::Contradiction(at));
        }
        let extends = self.fork.is_none() && !outranks && self.chain.last() == Some(&entry.prev);
        let settles = |c: &Change| c.is_removal() || matches!(c, Change::Settle(_));
        let only_adds = !entry.changes.iter().any(settles);
        self.children.entry(entry.prev).or_default().push(hash);
        self.known.insert(hash, Known { bytes, entry, len });
        if extends {
            self.chain.push(hash);
            self.state = state;
            return Ok(if only_adds {
                Pushed::Extended
            } else {
                Pushed::Changed
            });
        }
        self.resolve();
        Ok(Pushed::Changed)
    }

    /// Takes a statement of somebody else, whose envelope was checked for form and signature. Says whether it is new.
    pub fn state_that(&mut self, header: &Header, statement: Statement) -> bool {
        self.hear_all([(header.clone(), statement)])
    }

    /// Takes several. Says whether any is new.
    pub fn hear_all(&mut self, all: impl IntoIterator<Item = (Header, Statement)>) -> bool {
        let before = self.statements.len();
        for (header, statement) in all {
            let hash = header.hash();
            if self.statements.iter().all(|s| s.hash != hash) {
                self.statements.push(Said {
                    header,
                    hash,
                    statement,
                });
            }
        }
        if self.statements.len() == before {
            return false;
        }
        self.statements.sort_by_key(Said::order);
        self.hear();
        true
    }

    /// Asks anew what the statements add.
    fn hear(&mut self) {
        self.hear_statements();
        self.now = Arc::new(now(&self.state, &self.joined));
    }

    /// The encoded entries, each behind the one that it follows; those of the chain first.
    pub fn entries(&self) -> Vec<&[u8]> {
        let on_chain: BTreeSet<_> = self.chain.iter().collect();
        let mut rest: Vec<_> = self
            .known
            .iter()
            .filter(|(h, _)| !on_chain.contains(h))
            .collect();
        rest.sort_by_key(|(h, k)| (k.len, **h));
        self.chain
            .iter()
            .filter_map(|h| self.known.get(h))
            .chain(rest.into_iter().map(|(_, k)| k))
            .map(|k| k.bytes.as_slice())
            .collect()
    }

    /// Number of entries known, on all branches.
    pub fn known(&self) -> usize {
        self.known.len()
    }

    /// Where it stands: number of entries on the chain and hash of the last.
    pub fn position(&self) -> Position {
        Position {
            len: self.chain.len() as u64,
            // A chain has at least the entry that founded the team.
            hash: self.chain.last().copied().unwrap_or(self.root),
        }
    }

    /// The position after so many entries of the chain.
    pub fn position_at(&self, len: u64) -> Option<Position> {
        let index = usize::try_from(len).ok()?.checked_sub(1)?;
        let hash = *self.chain.get(index)?;
        Some(Position { len, hash })
    }

    /// Two branches, where there are.
    pub fn fork(&self) -> Option<&Fork> {
        self.fork.as_ref()
    }

    /// What it says now.
    pub fn state(&self) -> &Arc<AuthorityState> {
        &self.now
    }

    /// The state of the chain, with what statements do not add.
    pub fn chain_state(&self) -> &State {
        &self.state
    }

    /// What statements add.
    pub fn joined(&self) -> &Joined {
        &self.joined
    }
}

fn now(state: &State, joined: &Joined) -> AuthorityState {
    let stands = |d: &DeviceId, m: &Member| m.revoked.is_none() && !joined.stops.contains_key(d);
    let devices = joined
        .devices
        .iter()
        .chain(&state.devices)
        .filter(|(d, m)| stands(d, m))
        .filter_map(|(d, m)| Some((*d, m.person.clone()?)))
        .filter(|(_, p)| !state.erased.contains_key(p))
        .collect();
    // Only the owner's record makes a device a carrier.
    let of_chain = state.devices.iter();
    let carriers = of_chain
        .filter(|(d, m)| m.person.is_none() && stands(d, m))
        .map(|(d, _)| *d)
        .collect();
    AuthorityState {
        team: state.team,
        owner: state.owner.0,
        devices,
        carriers,
        rights: state.all_rights(),
        standing: state.standing_rights(),
        erased: state.erased.clone(),
    }
}

fn decode(bytes: &[u8], at: u64) -> Result<Entry, AuthorityError> {
    Entry::decode(bytes).map_err(|fault| match fault {
        Fault::Form => AuthorityError::Form(at),
        Fault::Version(found) => AuthorityError::Version { at, found },
    })
}

#[cfg(test)]
mod tests;
