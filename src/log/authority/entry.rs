//! Entries of the authority as bytes: what an entry says, who signs it, and the one encoding that each content has. Must not know what
//! came before an entry: that is the log's.

use super::super::ids::{DeviceId, DocId, Epoch, LogId};
use super::super::tags;
use crate::domain::PersonId;
use crate::domain::team::Right;
use chrono::NaiveDate;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

/// An entry has at most so many bytes.
pub const MAX_ENTRY: usize = 8 << 20;
/// Version of the entry format.
pub const VERSION: u16 = 1;

/// Where a log ends: everything beyond this envelope, and everything on another branch, is outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cut {
    /// Document of the log.
    pub doc: DocId,
    /// Device of the log.
    pub device: DeviceId,
    /// Epoch of the log.
    pub epoch: Epoch,
    /// The last envelope inside; 0 where none is.
    pub seq: u64,
    /// Hash of that envelope's header; zeros where there is none.
    pub hash: [u8; 32],
}

impl Cut {
    /// Which log it cuts.
    pub fn log(&self) -> LogId {
        LogId {
            doc: self.doc,
            device: self.device,
            epoch: self.epoch,
        }
    }

    /// Whether an envelope of that log lies beyond it. What lies before it on another branch is told by the chain of the log.
    pub fn is_before(&self, seq: u64, hash: &[u8; 32]) -> bool {
        seq > self.seq || seq == self.seq && *hash != self.hash
    }
}

/// Whether an envelope lies beyond the cuts that came with a removal: logs that are not named are cut at their start.
pub fn beyond(cuts: &[Cut], log: &LogId, seq: u64, hash: &[u8; 32]) -> bool {
    cuts.iter()
        .find(|c| c.log() == *log)
        .is_none_or(|c| c.is_before(seq, hash))
}

/// One thing that an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// The first of all: who owns the team, with which device, and which key recovers it. The salt makes two teams of one owner
    /// different.
    Found {
        /// Random.
        salt: [u8; 32],
        /// The owner.
        person: PersonId,
        /// The owner's device, which signs the entries.
        device: DeviceId,
        /// To whom document keys for that device are wrapped.
        seal: String,
        /// Verifying key of the recovery key.
        recovery: [u8; 32],
    },
    /// A device belongs to a person from here on; without a person it is a carrier.
    Admit {
        /// Device.
        device: DeviceId,
        /// Whose.
        person: Option<PersonId>,
        /// To whom document keys for that device are wrapped.
        seal: String,
    },
    /// A dated right is given.
    Grant(Right),
    /// A right is taken away: for the rules it ends on a day (its last), for writing with this entry.
    End {
        /// The right as it was given.
        right: Right,
        /// Its last day.
        until: NaiveDate,
        /// How far the holder's logs of that right are known; others are cut at their start.
        cuts: Vec<Cut>,
    },
    /// A device is lost, stolen or given back.
    Revoke {
        /// Device.
        device: DeviceId,
        /// How far its logs are trusted; others are cut at their start.
        cuts: Vec<Cut>,
    },
    /// A log with two branches ends here.
    Settle(Cut),
    /// A person's documents are hidden at once and destroyed after the waiting time.
    Erase(PersonId),
    /// From the next entry on this device, admitted already, signs for its person, who owns the team then.
    HandOver(DeviceId),
    /// By the recovery key only, first of its entry: this device signs from here on, what followed the entry before it is void, and the
    /// next recovery key has this verifying key.
    Recover {
        /// The new owner.
        person: PersonId,
        /// Their device.
        device: DeviceId,
        /// To whom document keys for that device are wrapped.
        seal: String,
        /// The next recovery key.
        recovery: [u8; 32],
    },
}

impl Change {
    /// Whether it takes something away. Of two entries in one place only such changes hold.
    pub fn is_removal(&self) -> bool {
        matches!(self, Self::End { .. } | Self::Revoke { .. })
    }
}

/// Which key signs an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum By {
    /// The owner's device.
    Owner,
    /// The recovery key.
    Recovery,
}

/// One entry as it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Version of the format.
    pub version: u16,
    /// Place in its branch, from 0.
    pub seq: u64,
    /// Hash of the entry before it; zeros for the first.
    pub prev: [u8; 32],
    /// When it was written by the signer's clock, milliseconds since 1970 UTC.
    pub time_ms: u64,
    /// Who signs.
    pub by: By,
    /// What it says.
    pub changes: Vec<Change>,
}

/// Why bytes are not an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not the form, or not the one encoding of its content.
    Form,
    /// Another format.
    Version(u16),
}

impl Entry {
    /// Encodes and signs.
    pub fn sign(&self, key: &SigningKey) -> Result<Vec<u8>, Fault> {
        let mut bytes = postcard::to_stdvec(self).map_err(|_| Fault::Form)?;
        let signature = key.sign(&self.signed(&bytes));
        bytes.extend_from_slice(&signature.to_bytes());
        Ok(bytes)
    }

    /// Decodes without judging the signature. What is not exactly what [`Entry::sign`] writes is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let (payload, _) = split(bytes)?;
        let version = postcard::take_from_bytes::<u16>(payload)
            .map_err(|_| Fault::Form)?
            .0;
        if version != VERSION {
            return Err(Fault::Version(version));
        }
        let entry: Self = postcard::from_bytes(payload).map_err(|_| Fault::Form)?;
        let again = postcard::to_stdvec(&entry).map_err(|_| Fault::Form)?;
        if again == payload {
            Ok(entry)
        } else {
            Err(Fault::Form)
        }
    }

    /// Whether a key signed these bytes, which are this entry's.
    pub fn is_signed_by(&self, bytes: &[u8], key: &[u8; 32]) -> bool {
        let Ok((payload, signature)) = split(bytes) else {
            return false;
        };
        VerifyingKey::from_bytes(key)
            .and_then(|k| k.verify_strict(&self.signed(payload), &Signature::from_bytes(signature)))
            .is_ok()
    }

    fn signed(&self, payload: &[u8]) -> Vec<u8> {
        let tag = match self.by {
            By::Owner => tags::AUTHORITY,
            By::Recovery => tags::RECOVERY,
        };
        let mut signed = Vec::with_capacity(tag.len() + payload.len());
        signed.extend_from_slice(tag);
        signed.extend_from_slice(payload);
        signed
    }
}

fn split(bytes: &[u8]) -> Result<(&[u8], &[u8; 64]), Fault> {
    if bytes.len() > MAX_ENTRY {
        return Err(Fault::Form);
    }
    bytes.split_last_chunk::<64>().ok_or(Fault::Form)
}
