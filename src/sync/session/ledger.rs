//! What a peer is known to hold, in one session: out of what it said, what it was sent and what came from it. Owns that book. It only saves
//! sending twice; what it gets wrong costs a message.

use super::wire::key;
use crate::log::authority::record::{Short, short};
use crate::log::{DocId, Epoch};
use crate::store::{Checked, LogEnd, Shelf, ShelfDoc};
use std::collections::{BTreeMap, HashMap, HashSet};

type Ends = BTreeMap<([u8; 32], Epoch), LogEnd>;

/// The book of one session.
#[derive(Debug, Default)]
pub struct Ledger {
    /// What was the same on both sides when the exchange began, but for what stands in `docs`.
    shelf: Vec<ShelfDoc>,
    docs: HashMap<DocId, Ends>,
    record: HashSet<Short>,
    /// Documents of which something came from the peer.
    arrived: HashSet<DocId>,
}

fn by_log(ends: &[LogEnd]) -> Ends {
    ends.iter().map(|e| (key(e), *e)).collect()
}

impl Ledger {
    /// Begins with what is here: what does not differ, both have.
    pub fn begin(&mut self, shelf: &Shelf) {
        self.shelf.clone_from(&shelf.docs);
        self.docs.clear();
    }

    /// The peer said where the logs of a document end there.
    pub fn says(&mut self, doc: DocId, ends: &[LogEnd]) {
        self.docs.insert(doc, by_log(ends));
    }

    /// Whether anything is known of a document.
    pub fn knows(&self, doc: &DocId) -> bool {
        self.docs.contains_key(doc) || self.in_shelf(doc).is_some()
    }

    fn in_shelf(&self, doc: &DocId) -> Option<&ShelfDoc> {
        let at = self.shelf.binary_search_by_key(doc, |d| d.doc).ok()?;
        self.shelf.get(at)
    }

    /// Where the logs of a document end there.
    pub fn had(&self, doc: &DocId) -> Vec<LogEnd> {
        match self.docs.get(doc) {
            Some(ends) => ends.values().copied().collect(),
            None => self.in_shelf(doc).map_or_else(Vec::new, |d| d.ends.clone()),
        }
    }

    /// The peer was sent all that is here of a document, which ends so.
    pub fn given(&mut self, doc: DocId, ends: &[LogEnd]) {
        let known = self.entry(doc);
        for end in ends {
            // What they hold beyond it stays.
            let at = known.entry(key(end)).or_insert(*end);
            if at.seq <= end.seq {
                *at = *end;
            }
        }
    }

    /// Of how many documents something came from the peer.
    pub fn arrived(&self) -> usize {
        self.arrived.len()
    }

    /// What came from the peer it has.
    pub fn came(&mut self, parcel: &Checked) {
        for header in parcel.headers() {
            let hash = header.hash();
            self.record.insert(short(&hash));
            let end = LogEnd {
                device: header.log.device,
                epoch: header.log.epoch,
                seq: header.seq,
                head: hash,
            };
            self.arrived.insert(header.log.doc);
            let at = self.entry(header.log.doc).entry(key(&end)).or_insert(end);
            if at.seq < end.seq {
                *at = end;
            }
        }
        let entries = parcel.entries();
        self.record
            .extend(entries.map(|e| short(blake3::hash(e).as_bytes())));
    }

    fn entry(&mut self, doc: DocId) -> &mut Ends {
        let shelf = match self.docs.contains_key(&doc) {
            true => Ends::new(),
            false => self
                .in_shelf(&doc)
                .map(|d| by_log(&d.ends))
                .unwrap_or_default(),
        };
        self.docs.entry(doc).or_insert(shelf)
    }

    /// The peer knows these entries and statements.
    pub fn knows_record(&mut self, names: impl IntoIterator<Item = Short>) {
        self.record.extend(names);
    }

    /// What the peer knows of the record.
    pub fn record(&self) -> &HashSet<Short> {
        &self.record
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::DeviceId;

    fn end(device: u8, seq: u64) -> LogEnd {
        LogEnd {
            device: DeviceId([device; 32]),
            epoch: Epoch(1),
            seq,
            head: [seq as u8; 32],
        }
    }

    #[test]
    fn what_was_the_same_is_had_and_what_was_said_or_given_counts_more() {
        let (one, two) = (DocId([1; 32]), DocId([2; 32]));
        let doc = |doc, ends| ShelfDoc {
            doc,
            digest: [0; 16],
            place: (0, [0; 8]),
            ends,
        };
        let shelf = Shelf {
            docs: vec![doc(one, vec![end(1, 3)]), doc(two, vec![end(1, 5)])],
            upto: 9,
        };
        let mut ledger = Ledger::default();
        ledger.begin(&shelf);
        assert_eq!(ledger.had(&one), vec![end(1, 3)]);
        ledger.says(two, &[]);
        assert_eq!(ledger.had(&two), vec![]);
        ledger.given(two, &[end(1, 5), end(2, 1)]);
        assert_eq!(ledger.had(&two), vec![end(1, 5), end(2, 1)]);
        // What they hold beyond what was given stays theirs.
        ledger.says(one, &[end(1, 8)]);
        ledger.given(one, &[end(1, 3)]);
        assert_eq!(ledger.had(&one), vec![end(1, 8)]);
        assert!(ledger.knows(&one) && !ledger.knows(&DocId([3; 32])));
    }
}
