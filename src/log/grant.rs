//! Grants: document keys on their way to those who may read. Owns who reads a document, which documents share a key, the body of a grant,
//! and when a key has to be renewed. Must not know where keys are kept.
//!
//! A key is random, named by its hash, and known only to the devices it was granted to. Whoever holds it may grant it to any device that
//! may read. Once a device that holds a key may read no more, nothing new is written with that key.

use super::access::Access;
use super::authority::Authority;
use super::ids::DeviceId;
use super::seal::{DocKey, KeyId};
use crate::document::{DocRef, Kind};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use zeroize::Zeroizing;

/// A grant names at most so many devices; more are several grants.
pub const MAX_GRANTED: usize = 1_000;
/// A wrapped key has at most so many bytes.
const MAX_WRAPPED: usize = 512;

/// Why a grant cannot be made or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Not the form of a grant, or not the one encoding of its content.
    #[error("the grant of a key is not readable")]
    Form,
    /// A device's seal is none.
    #[error("device {0} has no key to wrap for")]
    Recipient(DeviceId),
    /// The wrapped key could not be opened, or is another than the one named.
    #[error("the granted key cannot be opened with this device's key")]
    Open,
}

/// The body of a grant: the key wrapped for each device, in order of devices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    wrapped: BTreeMap<DeviceId, Vec<u8>>,
}

impl Grant {
    /// Wraps a key for devices, each with its seal (an age recipient).
    pub fn wrap<'a>(
        key: &DocKey,
        to: impl IntoIterator<Item = (&'a DeviceId, &'a str)>,
    ) -> Result<Self, GrantError> {
        let mut grant = Self::default();
        for (device, seal) in to {
            let recipient: age::x25519::Recipient =
                seal.parse().map_err(|_| GrantError::Recipient(*device))?;
            let wrapped = age::encrypt(&recipient, key.secret())
                .map_err(|_| GrantError::Recipient(*device))?;
            grant.wrapped.insert(*device, wrapped);
        }
        Ok(grant)
    }

    /// The one encoding.
    pub fn encode(&self) -> Result<Vec<u8>, GrantError> {
        postcard::to_stdvec(self).map_err(|_| GrantError::Form)
    }

    /// Reads a body; what is not exactly what [`Grant::encode`] writes is none.
    pub fn decode(bytes: &[u8]) -> Result<Self, GrantError> {
        let grant: Self = postcard::from_bytes(bytes).map_err(|_| GrantError::Form)?;
        let bounded = grant.wrapped.len() <= MAX_GRANTED
            && grant.wrapped.values().all(|w| w.len() <= MAX_WRAPPED);
        if bounded && grant.encode()? == bytes {
            Ok(grant)
        } else {
            Err(GrantError::Form)
        }
    }

    /// To whom.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceId> {
        self.wrapped.keys()
    }

    /// The key, if it was granted to this device; it must be the one that the envelope names.
    pub fn open(
        &self,
        device: &DeviceId,
        identity: &age::x25519::Identity,
        named: &KeyId,
    ) -> Result<Option<DocKey>, GrantError> {
        let Some(wrapped) = self.wrapped.get(device) else {
            return Ok(None);
        };
        let bytes = age::decrypt(identity, wrapped).map_err(|_| GrantError::Open)?;
        let bytes = Zeroizing::new(bytes);
        let secret: &[u8; 32] = bytes.as_slice().try_into().map_err(|_| GrantError::Open)?;
        let key = DocKey::new(*secret);
        if key.id() == *named {
            Ok(Some(key))
        } else {
            Err(GrantError::Open)
        }
    }
}

/// The document whose keys a document uses: what the whole team reads shares one, so that a newcomer is granted one key and not one for
/// each colleague's name.
pub fn key_home(doc: &DocRef) -> DocRef {
    match doc.kind {
        Kind::Framework | Kind::Team | Kind::Card => DocRef::team_wide(Kind::Team),
        _ => doc.clone(),
    }
}

/// The devices that may read a document today, each with its seal; of a private one only those that its person paired.
pub fn readers<'a>(
    authority: &'a Authority,
    doc: &DocRef,
    private_root: Option<&DeviceId>,
    day: NaiveDate,
) -> BTreeMap<DeviceId, &'a str> {
    let root = private_root.filter(|_| doc.kind == Kind::Private);
    if doc.kind == Kind::Private && root.is_none() {
        return BTreeMap::new();
    }
    authority
        .state()
        .devices
        .keys()
        .filter(|device| authority.allows(Access::Read, doc, root, device, day))
        .filter_map(|device| Some((*device, authority.member(device)?.seal.as_str())))
        .collect()
}

/// Who is known to hold each key of a document: who made it, wrote with it or was granted it.
pub type Holders = BTreeMap<KeyId, BTreeSet<DeviceId>>;

/// The key to write with: one that nobody holds who may not read. Of several the one that most hold, then the first in order, so that
/// writers who know the same use the same. `None` calls for a new one.
pub fn usable<'a>(
    holders: &'a Holders,
    readers: &BTreeMap<DeviceId, &str>,
    here: impl Fn(&KeyId) -> bool,
) -> Option<&'a KeyId> {
    holders
        .iter()
        .filter(|(key, who)| here(key) && who.iter().all(|d| readers.contains_key(d)))
        .max_by_key(|(key, who)| (who.len(), std::cmp::Reverse(**key)))
        .map(|(key, _)| key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn device(n: u8) -> DeviceId {
        DeviceId([n; 32])
    }

    #[test]
    fn a_granted_key_is_opened_by_the_device_it_was_granted_to_and_nobody_else() {
        let (one, two) = (
            age::x25519::Identity::generate(),
            age::x25519::Identity::generate(),
        );
        let key = DocKey::new([5; 32]);
        let seals = [one.to_public().to_string(), two.to_public().to_string()];
        let to = [(device(1), &seals[0]), (device(2), &seals[1])];
        let grant = Grant::wrap(&key, to.iter().map(|(d, s)| (d, s.as_str()))).unwrap();
        let bytes = grant.encode().unwrap();
        let grant = Grant::decode(&bytes).unwrap();
        let open = |n, identity| grant.open(&device(n), identity, &key.id());
        assert_eq!(open(1, &one).unwrap().unwrap().id(), key.id());
        assert_eq!(open(2, &two).unwrap().unwrap().id(), key.id());
        assert_eq!(open(1, &two).unwrap_err(), GrantError::Open);
        assert!(open(3, &one).unwrap().is_none());
        let other = DocKey::new([6; 32]).id();
        assert_eq!(
            grant.open(&device(1), &one, &other).unwrap_err(),
            GrantError::Open
        );
        assert!(!bytes.windows(32).any(|w| w == key.secret()));
        assert_eq!(
            Grant::wrap(&key, [(&device(1), "no seal")]).unwrap_err(),
            GrantError::Recipient(device(1))
        );
    }

    #[test]
    fn a_key_that_somebody_holds_who_may_not_read_is_used_no_more() {
        let key = |n| KeyId([n; 32]);
        let readers = BTreeMap::from([(device(1), ""), (device(2), "")]);
        let holders = Holders::from([
            (key(1), [1, 2, 3].map(device).into()),
            (key(2), [1].map(device).into()),
            (key(3), [1, 2].map(device).into()),
            (key(4), [1, 2].map(device).into()),
        ]);
        assert_eq!(usable(&holders, &readers, |_| true), Some(&key(3)));
        assert_eq!(usable(&holders, &readers, |k| *k != key(3)), Some(&key(4)));
        let alone = BTreeMap::from([(device(2), "")]);
        assert_eq!(usable(&holders, &alone, |_| true), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(grant) = Grant::decode(&bytes) {
                prop_assert_eq!(grant.encode().unwrap(), bytes);
            }
        }
    }
}
