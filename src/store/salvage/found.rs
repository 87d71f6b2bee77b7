//! What the rows of a damaged file hold that can be proven: signed by a device, or sealed with this folder's own key. Owns how a row is told by
//! its shape, since the pages that say to which table it belongs may be gone. Must not know what the team makes of it; that is judged again
//! as if it had come from elsewhere.

use super::pages::{Pages, Value};
use crate::document::DocRef;
use crate::log::pack::FRONT_LEN;
use crate::log::signed::SIGNED_LEN;
use crate::log::{DeviceId, DocId, DocKey, Envelope, KeyId, SignedHeader};
use crate::store::local::{LocalKeys, Purpose};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// No log is as long as this.
const LONGEST: i64 = 1 << 32;

/// A document key, and the document that keeps it.
pub struct Key {
    pub home: DocId,
    pub key: DocKey,
    pub sealed: Vec<u8>,
}

/// How far the file says that a log goes. Nothing proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogNote {
    /// Row of the document.
    pub doc: i64,
    pub device: DeviceId,
    pub epoch: u64,
}

/// Everything that was found.
#[derive(Default)]
pub struct Found {
    /// Entries of the record of rights, by their place of arrival.
    pub entries: BTreeMap<i64, Vec<u8>>,
    /// What the rights were at the last transaction that wrote them, sealed for that state; with the number of the transaction.
    pub rights: Option<(i64, Vec<u8>)>,
    /// Envelopes, statements and those that waited included, by their hash.
    pub envelopes: BTreeMap<[u8; 32], Envelope>,
    /// Signed headers of envelopes that were packed.
    pub headers: BTreeMap<[u8; 32], SignedHeader>,
    /// Packs, and entries that waited.
    pub packs: BTreeSet<Vec<u8>>,
    pub waiting: BTreeSet<Vec<u8>>,
    pub keys: HashMap<KeyId, Key>,
    /// What documents are, and in which rows they stood.
    pub docs: BTreeMap<DocId, DocRef>,
    pub rows: BTreeMap<i64, DocId>,
    pub logs: BTreeMap<LogNote, u64>,
    /// Own edits that were written anew, and others' that were taken over.
    pub settled: BTreeSet<[u8; 32]>,
    /// Steps for undo, by number.
    pub steps: BTreeMap<i64, (i64, Vec<u8>)>,
    /// When each era of the folder began, and why.
    pub eras: BTreeMap<i64, (i64, i64)>,
    /// Proofs of logs with two branches.
    pub forks: BTreeSet<Vec<u8>>,
}

impl Found {
    /// Takes what a state of the file holds and has not been found yet.
    pub fn read(&mut self, pages: &Pages<'_>, keys: &LocalKeys) {
        pages.rows(&mut |number, values| self.row(number, values, keys));
    }

    fn row(&mut self, number: i64, values: &[Value], keys: &LocalKeys) {
        use Value::{Bytes, Int, Null};
        match values {
            [Null, Bytes(bytes)] => self.pair(number, bytes, keys),
            [Null, Bytes(hash), Bytes(sealed)] => self.statement(hash, sealed, keys),
            [Null, Int(n), Bytes(sealed)] => self.step_or_base(number, *n, sealed, keys),
            [Null, Int(began), Int(why)] => {
                self.eras.entry(number).or_insert((*began, *why));
            }
            [Null, Bytes(home), Bytes(id), Bytes(sealed)] => self.key(home, id, sealed, keys),
            [
                Null,
                Bytes(doc),
                Null | Bytes(_),
                Bytes(_),
                Bytes(reference),
            ] => {
                self.document(number, doc, reference, keys);
            }
            [
                Null,
                Int(doc),
                Bytes(device),
                Bytes(epoch),
                Int(_),
                Int(seq),
                Bytes(_),
                Bytes(_),
                Int(_),
            ] => self.log(*doc, device, epoch, *seq),
            [
                Null,
                Int(_),
                Int(_),
                Int(_),
                Bytes(bytes),
                Bytes(_),
                Int(verdict),
                Int(_),
            ] => {
                self.envelope(bytes, *verdict);
            }
            [
                Null,
                Bytes(_),
                Int(kind),
                Bytes(_),
                Bytes(_),
                Int(_),
                Bytes(bytes),
            ] => match kind {
                0 => {
                    self.waiting.insert(bytes.clone());
                }
                _ => self.envelope(bytes, 0),
            },
            [Int(_), Int(_), Bytes(proof)] if signed(proof).is_some() => {
                self.forks.insert(proof.clone());
            }
            _ => {}
        }
    }

    /// An entry of the record of rights, a pack, or a view.
    fn pair(&mut self, number: i64, bytes: &[u8], keys: &LocalKeys) {
        let place = number.to_be_bytes();
        if let Some(entry) = keys.open(Purpose::Authority, &place, bytes) {
            self.entries.entry(number).or_insert_with(|| entry.to_vec());
        } else if bytes.len() > FRONT_LEN && bytes.starts_with(&[0, 1]) {
            self.packs.insert(bytes.to_vec());
        }
    }

    fn statement(&mut self, hash: &[u8], sealed: &[u8], keys: &LocalKeys) {
        if let Some(bytes) = keys.open(Purpose::Statement, hash, sealed) {
            self.envelope(&bytes, 0);
        }
    }

    fn step_or_base(&mut self, number: i64, n: i64, sealed: &[u8], keys: &LocalKeys) {
        if keys.open(Purpose::Step, &[], sealed).is_some() {
            self.steps
                .entry(number)
                .or_insert_with(|| (n, sealed.to_vec()));
        } else if number == crate::store::views::Base::Rights as i64
            && self.rights.as_ref().is_none_or(|(newest, _)| n > *newest)
        {
            self.rights = Some((n, sealed.to_vec()));
        }
    }

    fn key(&mut self, home: &[u8], id: &[u8], sealed: &[u8], keys: &LocalKeys) {
        let (Ok(home), Some(secret)) = (
            <[u8; 32]>::try_from(home),
            keys.open(Purpose::Key, id, sealed),
        ) else {
            return;
        };
        let Ok(secret) = <[u8; 32]>::try_from(secret.as_slice()) else {
            return;
        };
        let key = DocKey::new(secret);
        if key.id().0[..] == *id {
            self.keys.entry(key.id()).or_insert(Key {
                home: DocId(home),
                key,
                sealed: sealed.to_vec(),
            });
        }
    }

    fn document(&mut self, number: i64, doc: &[u8], reference: &[u8], keys: &LocalKeys) {
        let Ok(id) = <[u8; 32]>::try_from(doc).map(DocId) else {
            return;
        };
        self.rows.entry(number).or_insert(id);
        if let Some(reference) = keys.open_value(Purpose::Reference, doc, reference) {
            self.docs.insert(id, reference);
        }
    }

    fn log(&mut self, doc: i64, device: &[u8], epoch: &[u8], seq: i64) {
        let (Ok(device), Ok(epoch)) = (<[u8; 32]>::try_from(device), <[u8; 8]>::try_from(epoch))
        else {
            return;
        };
        if (1..LONGEST).contains(&seq) {
            let note = LogNote {
                doc,
                device: DeviceId(device),
                epoch: u64::from_be_bytes(epoch),
            };
            let end = self.logs.entry(note).or_default();
            *end = (*end).max(seq.unsigned_abs());
        }
    }

    /// An envelope, or the signed header that was left of one.
    fn envelope(&mut self, bytes: &[u8], verdict: i64) {
        let hash = if bytes.len() == SIGNED_LEN {
            let Some(signed) = signed(bytes) else { return };
            let hash = signed.header.hash();
            self.headers.entry(hash).or_insert(signed);
            hash
        } else {
            let read = Envelope::decode(bytes).ok();
            let Some(envelope) = read.filter(|e| e.verify().is_ok()) else {
                return;
            };
            let hash = envelope.header.hash();
            self.envelopes.entry(hash).or_insert(envelope);
            hash
        };
        if verdict == 4 {
            self.settled.insert(hash);
        }
    }
}

/// A signed header.
pub fn signed(bytes: &[u8]) -> Option<SignedHeader> {
    let signed = SignedHeader::decode(bytes.try_into().ok()?).ok()?;
    signed.verify().is_ok().then_some(signed)
}
