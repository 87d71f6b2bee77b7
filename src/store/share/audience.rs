//! Which of several devices may have which document. Must not know why they are asked for.

use super::super::Store;
use super::super::error::StoreError;
use super::{Pair, documents};
use crate::log::{DeviceId, DocId};
use std::collections::BTreeMap;

/// Documents by who of those asked for may have them.
pub type Audiences = BTreeMap<Vec<DeviceId>, Vec<DocId>>;

impl Store {
    /// The documents that are here, by which of these devices may have them; those that none may have are left out. What everybody reads
    /// comes first within each.
    pub fn audiences(&mut self, devices: &[DeviceId]) -> Result<Audiences, StoreError> {
        let tx = self.db.transaction()?;
        let here = documents(&tx, &self.inner)?;
        let mut may: Vec<Vec<DeviceId>> = vec![Vec::new(); here.len()];
        for device in devices {
            let pair = Pair::new(&tx, &mut self.inner, device)?;
            for (at, (_, _, reference)) in here.iter().enumerate() {
                if pair.peer_may(reference) {
                    may[at].push(*device);
                }
            }
        }
        let mut sorted: Vec<_> = here.into_iter().zip(may).collect();
        sorted.sort_by_key(|((_, doc, reference), _)| (super::ends::place_of(reference), *doc));
        let mut audiences = Audiences::new();
        for ((_, doc, _), who) in sorted {
            if !who.is_empty() {
                audiences.entry(who).or_default().push(doc);
            }
        }
        Ok(audiences)
    }

    /// What keys are wrapped to for a device that takes part.
    pub fn seal_of(&mut self, device: &DeviceId) -> Result<Option<String>, StoreError> {
        let tx = self.db.transaction()?;
        let authority = self.inner.authority(&tx)?;
        let takes_part = authority.takes_part(device);
        let member = authority.member(device).filter(|_| takes_part);
        Ok(member.map(|m| m.seal.clone()))
    }

    /// Opens what was encrypted for this device, as a stream; `None` where it is for others.
    pub fn open_sealed<'a, R: std::io::Read + 'a>(
        &self,
        from: R,
    ) -> Result<Option<impl std::io::Read + use<'a, R>>, age::DecryptError> {
        let identity: &age::x25519::Identity = &self.inner.identity;
        let opened =
            age::Decryptor::new(from)?.decrypt(std::iter::once(identity as &dyn age::Identity));
        match opened {
            Ok(stream) => Ok(Some(stream)),
            Err(age::DecryptError::NoMatchingKeys) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
