//! The authority: one linear, signed log, plain with opaque ids, that says which device is whose and who has which dated right.
//! In format 0 the owner's one device writes all of it; recovery key, cuts, admissions by others and stops complete it later.

use super::envelope::Position;
use super::ids::{DeviceId, TeamId};
use super::tags;
use crate::domain::PersonId;
use crate::domain::team::{Right, Rights, Role};
use chrono::NaiveDate;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An entry has at most so many bytes.
pub const MAX_ENTRY: usize = 8 << 20;
/// Version of the entry format: provisional.
const VERSION: u16 = 0;

/// One thing that an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// The first of all: who owns the team, with which device. The salt makes two teams of one owner different.
    Found {
        /// Random.
        salt: [u8; 32],
        /// The owner.
        person: PersonId,
        /// The owner's device, which signs every entry.
        device: DeviceId,
    },
    /// A device belongs to a person from here on.
    Admit {
        /// Device.
        device: DeviceId,
        /// Whose.
        person: PersonId,
    },
    /// A dated right is given.
    Grant(Right),
    /// A right that was given ends on a day (its last).
    End {
        /// The right as it was given.
        right: Right,
        /// Its last day.
        until: NaiveDate,
    },
}

/// One entry as it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    version: u16,
    seq: u64,
    prev: [u8; 32],
    changes: Vec<Change>,
}

/// What the authority says after some entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityState {
    /// The team.
    pub team: TeamId,
    /// The owner's device.
    pub owner: DeviceId,
    /// Admitted devices and whose they are.
    pub devices: BTreeMap<DeviceId, PersonId>,
    /// Dated rights, sorted, the owner's included.
    pub rights: Rights,
}

/// The whole log, checked.
#[derive(Clone, Debug)]
pub struct Authority {
    entries: Vec<Vec<u8>>,
    positions: Vec<Position>,
    states: Vec<Arc<AuthorityState>>,
}

/// Why an authority is not valid.
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
    /// Number or predecessor is wrong.
    #[error("entry {0} of the authority does not follow the one before")]
    Chain(u64),
    /// Not signed by the owner's device.
    #[error("entry {0} of the authority is not signed by the owner's device")]
    Signature(u64),
    /// It says something that cannot be, for instance founds a team twice or admits a device twice.
    #[error("entry {0} of the authority contradicts the ones before")]
    Contradiction(u64),
    /// Only the owner's device writes.
    #[error("only the owner's device may change who has which right")]
    NotOwner,
}

impl Authority {
    /// Founds a team: its first entry, with further changes in the same entry.
    pub fn found(
        salt: [u8; 32],
        person: PersonId,
        signer: &SigningKey,
        further: Vec<Change>,
    ) -> Result<Self, AuthorityError> {
        let device = DeviceId(signer.verifying_key().to_bytes());
        let mut changes = vec![Change::Found {
            salt,
            person,
            device,
        }];
        changes.extend(further);
        let mut new = Self {
            entries: Vec::new(),
            positions: Vec::new(),
            states: Vec::new(),
        };
        new.push(sign(0, [0; 32], changes, signer)?)?;
        Ok(new)
    }

    /// Reads and checks entries in order.
    pub fn read(entries: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, AuthorityError> {
        let mut new = Self {
            entries: Vec::new(),
            positions: Vec::new(),
            states: Vec::new(),
        };
        for entry in entries {
            new.push(entry)?;
        }
        if new.entries.is_empty() {
            return Err(AuthorityError::Empty);
        }
        Ok(new)
    }

    /// Signs and appends an entry; returns its bytes.
    pub fn append(
        &mut self,
        changes: Vec<Change>,
        signer: &SigningKey,
    ) -> Result<&[u8], AuthorityError> {
        if self.state().owner.0 != signer.verifying_key().to_bytes() {
            return Err(AuthorityError::NotOwner);
        }
        let at = self.position();
        self.push(sign(at.len, at.hash, changes, signer)?)?;
        Ok(self.entries.last().map_or(&[], Vec::as_slice))
    }

    /// Checks an entry and takes it.
    pub fn push(&mut self, bytes: Vec<u8>) -> Result<(), AuthorityError> {
        let at = self.entries.len() as u64;
        let prev = self.positions.last().map_or([0; 32], |p| p.hash);
        let (payload, signature) = bytes
            .split_last_chunk::<64>()
            .filter(|_| bytes.len() <= MAX_ENTRY)
            .ok_or(AuthorityError::Form(at))?;
        let version = postcard::take_from_bytes::<u16>(payload)
            .map_err(|_| AuthorityError::Form(at))?
            .0;
        if version != VERSION {
            return Err(AuthorityError::Version { at, found: version });
        }
        let entry: Entry = match postcard::take_from_bytes(payload) {
            Ok((entry, [])) => entry,
            _ => return Err(AuthorityError::Form(at)),
        };
        if entry.seq != at || entry.prev != prev {
            return Err(AuthorityError::Chain(at));
        }
        let hash = *blake3::hash(&bytes).as_bytes();
        let state = match self.states.last() {
            None => first_state(&entry, hash)?,
            Some(before) => next_state(before, &entry.changes, at)?,
        };
        let mut signed = tags::AUTHORITY.to_vec();
        signed.extend_from_slice(payload);
        VerifyingKey::from_bytes(&state.owner.0)
            .and_then(|key| key.verify_strict(&signed, &Signature::from_bytes(signature)))
            .map_err(|_| AuthorityError::Signature(at))?;
        self.positions.push(Position { len: at + 1, hash });
        self.states.push(Arc::new(state));
        self.entries.push(bytes);
        Ok(())
    }

    /// The encoded entries.
    pub fn entries(&self) -> &[Vec<u8>] {
        &self.entries
    }

    /// Where it stands: number of entries and hash of the last.
    pub fn position(&self) -> Position {
        // An authority is only ever made with a first entry.
        self.positions.last().copied().unwrap_or(Position {
            len: 0,
            hash: [0; 32],
        })
    }

    /// What it says now.
    pub fn state(&self) -> &Arc<AuthorityState> {
        // As above: the constructors refuse an empty one.
        &self.states[self.states.len() - 1]
    }

    /// What it said at a position; `None` where no such entry is known.
    pub fn state_at(&self, at: &Position) -> Option<&Arc<AuthorityState>> {
        let index = usize::try_from(at.len).ok()?.checked_sub(1)?;
        (self.positions.get(index)? == at).then(|| &self.states[index])
    }
}

fn sign(
    seq: u64,
    prev: [u8; 32],
    changes: Vec<Change>,
    signer: &SigningKey,
) -> Result<Vec<u8>, AuthorityError> {
    let entry = Entry {
        version: VERSION,
        seq,
        prev,
        changes,
    };
    let mut bytes = postcard::to_stdvec(&entry).map_err(|_| AuthorityError::Form(seq))?;
    let mut signed = tags::AUTHORITY.to_vec();
    signed.extend_from_slice(&bytes);
    bytes.extend_from_slice(&signer.sign(&signed).to_bytes());
    Ok(bytes)
}

fn first_state(entry: &Entry, hash: [u8; 32]) -> Result<AuthorityState, AuthorityError> {
    let Some((Change::Found { person, device, .. }, further)) = entry.changes.split_first() else {
        return Err(AuthorityError::Contradiction(0));
    };
    let state = AuthorityState {
        team: TeamId(hash),
        owner: *device,
        devices: BTreeMap::from([(*device, person.clone())]),
        rights: Rights(vec![Right {
            holder: person.clone(),
            role: Role::Owner,
            over: None,
            from: None,
            until: None,
        }]),
    };
    next_state(&state, further, 0)
}

fn next_state(
    before: &AuthorityState,
    changes: &[Change],
    at: u64,
) -> Result<AuthorityState, AuthorityError> {
    let mut state = before.clone();
    for change in changes {
        match change {
            Change::Found { .. } => return Err(AuthorityError::Contradiction(at)),
            Change::Admit { device, person } => {
                if state.devices.insert(*device, person.clone()).is_some() {
                    return Err(AuthorityError::Contradiction(at));
                }
            }
            // There is one owner; handing over is an entry of its own kind.
            Change::Grant(right) if right.role == Role::Owner => {
                return Err(AuthorityError::Contradiction(at));
            }
            Change::Grant(right) => state.rights.0.push(right.clone()),
            Change::End { right, until } => {
                let given = state
                    .rights
                    .0
                    .iter_mut()
                    .find(|r| *r == right && r.role != Role::Owner)
                    .ok_or(AuthorityError::Contradiction(at))?;
                given.until = Some(*until);
            }
        }
    }
    state.rights.0.sort();
    state.rights.0.dedup();
    Ok(state)
}

#[cfg(test)]
#[path = "authority_tests.rs"]
mod tests;
