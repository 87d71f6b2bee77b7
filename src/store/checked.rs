//! Signatures that were checked. Owns checking all of a parcel before any folder is asked, in as many threads as there are cores, and
//! remembering which bytes were found good, so that the same bytes read back are not checked again. Must not know rights or verdicts.

use super::packs::PackedLogs;
use super::parcel::Parcel;
use super::receive::packed::Coming;
use crate::domain::PersonId;
use crate::log::signed::SIGNED_LEN;
use crate::log::{DeviceId, DocId, Envelope, EnvelopeError, Header, PackError, SignedHeader};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

/// So many checked things are remembered; after that memory begins anew.
const REMEMBERED: usize = 200_000;
/// With fewer signatures than this another thread costs more than it saves.
const WORTH_A_THREAD: usize = 64;

/// A parcel of which form and signatures were checked. Making one needs no folder and can be done while another is taken.
#[derive(Debug, Default)]
pub struct Checked {
    pub(super) authority: Vec<Vec<u8>>,
    pub(super) envelopes: Vec<Result<Envelope, EnvelopeError>>,
    pub(super) packs: Vec<Result<Coming, PackError>>,
    pub(super) proofs: Vec<Vec<u8>>,
    pub(super) people: BTreeSet<PersonId>,
}

impl Checked {
    /// Checks a parcel. What is bad stays in it, with what is wrong, and costs only itself.
    pub fn of(parcel: Parcel) -> Self {
        Self {
            authority: parcel.authority,
            envelopes: spread(parcel.envelopes, |_| 1, |bytes| envelope(&bytes)),
            packs: spread(parcel.packs, |logs| logs.headers.len(), pack),
            proofs: parcel.proofs,
            people: parcel.people,
        }
    }

    /// Entries of the authority.
    pub fn entries(&self) -> impl Iterator<Item = &[u8]> {
        self.authority.iter().map(Vec::as_slice)
    }

    /// The headers of what is signed.
    pub fn headers(&self) -> impl Iterator<Item = &Header> {
        let envelopes = self.envelopes.iter().flatten().map(|e| &e.header);
        let packed = self.packs.iter().flatten().flat_map(|p| &p.headers);
        envelopes.chain(packed.map(|signed| &signed.header))
    }

    /// When each change was written, and by which device.
    pub fn times(&self) -> Vec<(u64, DeviceId)> {
        self.headers().map(|h| (h.time_ms, h.log.device)).collect()
    }

    /// The documents that it is about.
    pub fn documents(&self) -> HashSet<DocId> {
        let proofs = self.proofs.iter();
        let proofs = proofs.filter_map(|bytes| Header::decode(bytes.first_chunk()?).ok());
        let all = self.headers().map(|h| h.log.doc);
        all.chain(proofs.map(|h| h.log.doc)).collect()
    }
}

fn envelope(bytes: &[u8]) -> Result<Envelope, EnvelopeError> {
    let envelope = Envelope::decode(bytes)?;
    envelope.verify()?;
    Ok(envelope)
}

fn pack(logs: PackedLogs) -> Result<Coming, PackError> {
    let headers: Result<Vec<SignedHeader>, PackError> =
        logs.headers.iter().map(|bytes| header(bytes)).collect();
    Ok(Coming {
        headers: headers?,
        logs,
    })
}

/// A signed header.
pub fn header(bytes: &[u8]) -> Result<SignedHeader, PackError> {
    let length = |_| PackError::Header(EnvelopeError::Length(bytes.len()));
    let bytes = <&[u8; SIGNED_LEN]>::try_from(bytes).map_err(length)?;
    let signed = SignedHeader::decode(bytes).map_err(PackError::Header)?;
    signed.verify().map_err(PackError::Header)?;
    Ok(signed)
}

/// Does the same with each, in order, in as many threads as there are cores where that is worth it.
fn spread<T: Send, R: Send>(
    all: Vec<T>,
    weight: impl Fn(&T) -> usize,
    check: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let total: usize = all.iter().map(&weight).sum();
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get().min(8));
    if cores < 2 || total < WORTH_A_THREAD {
        return all.into_iter().map(check).collect();
    }
    let share = total.div_ceil(cores);
    let mut parts: Vec<Vec<T>> = vec![Vec::new()];
    let mut weighs = 0;
    for one in all {
        if weighs >= share {
            weighs = 0;
            parts.push(Vec::new());
        }
        weighs += weight(&one);
        if let Some(part) = parts.last_mut() {
            part.push(one);
        }
    }
    let first = parts.remove(0);
    let check = &check;
    std::thread::scope(|scope| {
        let others: Vec<_> = parts
            .into_iter()
            .map(|part| scope.spawn(move || part.into_iter().map(check).collect::<Vec<R>>()))
            .collect();
        let mut done: Vec<R> = first.into_iter().map(check).collect();
        for other in others {
            match other.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}

/// Which signed bytes this handle has found good. The same bytes are good again; any other are checked.
#[derive(Debug, Default)]
pub struct Remembered(RefCell<HashSet<[u8; 32]>>);

impl Remembered {
    /// Whether these bytes were checked here before.
    pub fn knows(&self, bytes: &[u8]) -> bool {
        let seen = self.0.borrow();
        !seen.is_empty() && seen.contains(blake3::hash(bytes).as_bytes())
    }

    /// These bytes were checked and found good.
    pub fn add(&self, bytes: &[u8]) {
        let mut seen = self.0.borrow_mut();
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(*blake3::hash(bytes).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spread_over_threads_comes_back_in_order() {
        for n in [0, 1, 63, 64, 65, 1_000] {
            let all: Vec<usize> = (0..n).collect();
            assert_eq!(spread(all.clone(), |_| 1, |n| n), all);
            let heavy = |at: &usize| if *at == 3 { 500 } else { 0 };
            assert_eq!(spread(all.clone(), heavy, |n| n), all);
        }
    }

    #[test]
    fn only_the_very_same_bytes_are_remembered() {
        let seen = Remembered::default();
        assert!(!seen.knows(b"signed"));
        seen.add(b"signed");
        assert!(seen.knows(b"signed") && !seen.knows(b"signee"));
    }
}
