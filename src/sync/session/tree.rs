//! Which documents differ between two machines, found by halves: digests over ranges of documents, split until few are left. Pure: both
//! sides see the same two digests of a range and so take the same next step. Must not know how anything is said.

use super::wire::{Heap, Prefix, WAYS};
use crate::log::DocId;
use crate::store::{Digest, ShelfDoc};

/// A range with at most so many documents on both sides is not split any more.
const FEW: u32 = 12;
/// Ids agree in at most so many half-bytes before the documents are named one by one.
const DEEPEST: u8 = 8;

impl Prefix {
    /// All documents.
    pub const ALL: Self = Self { len: 0, bits: 0 };

    /// The range within this one in which the next half-byte is `n`.
    pub fn child(self, n: usize) -> Self {
        let shift = 28 - 4 * u32::from(self.len.min(7));
        Self {
            len: self.len + 1,
            bits: self.bits | ((n as u32 & 15) << shift),
        }
    }

    fn holds(self, doc: &DocId) -> bool {
        let first = u32::from_be_bytes([doc.0[0], doc.0[1], doc.0[2], doc.0[3]]);
        let mask = match self.len {
            0 => 0,
            len => u32::MAX << (32 - 4 * u32::from(len.min(8))),
        };
        first & mask == self.bits
    }
}

/// The documents of a range, out of all in order.
pub fn range(all: &[ShelfDoc], prefix: Prefix) -> &[ShelfDoc] {
    let first = |d: &ShelfDoc| u32::from_be_bytes([d.doc.0[0], d.doc.0[1], d.doc.0[2], d.doc.0[3]]);
    let from = all.partition_point(|d| first(d) < prefix.bits);
    let rest = &all[from..];
    let to = rest.partition_point(|d| prefix.holds(&d.doc));
    &rest[..to]
}

/// What stands for some documents.
pub fn heap(docs: &[ShelfDoc]) -> Heap {
    let mut hasher = blake3::Hasher::new_derive_key("guildhall documents");
    for doc in docs {
        hasher.update(&doc.doc.0);
        hasher.update(&doc.digest);
    }
    let mut digest: Digest = [0; 16];
    hasher.finalize_xof().fill(&mut digest);
    Heap {
        count: u32::try_from(docs.len()).unwrap_or(u32::MAX),
        digest,
    }
}

/// The parts of a range.
pub fn split(all: &[ShelfDoc], prefix: Prefix) -> Vec<Heap> {
    (0..WAYS)
        .map(|n| heap(range(all, prefix.child(n))))
        .collect()
}

/// What follows where two heaps of one range are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// They are the same.
    Same,
    /// The other has none of it: all of it is sent.
    SendAll,
    /// Here is none of it: it will be sent.
    Await,
    /// Both split it.
    Split,
    /// Both name its documents.
    Name,
}

/// The next step for a range.
pub fn step(prefix: Prefix, here: &Heap, there: &Heap) -> Step {
    if here == there {
        Step::Same
    } else if there.count == 0 {
        Step::SendAll
    } else if here.count == 0 {
        Step::Await
    } else if here.count.max(there.count) <= FEW || prefix.len >= DEEPEST {
        Step::Name
    } else {
        Step::Split
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn shelf(docs: &BTreeMap<[u8; 32], u8>) -> Vec<ShelfDoc> {
        docs.iter()
            .map(|(id, digest)| ShelfDoc {
                doc: DocId(*id),
                digest: [*digest; 16],
                place: (0, [0; 8]),
                ends: Vec::new(),
            })
            .collect()
    }

    /// What both sides find to differ, and how many heaps and names each said.
    fn compare(here: &[ShelfDoc], there: &[ShelfDoc]) -> (BTreeSet<DocId>, usize) {
        let mut differ = BTreeSet::new();
        let mut said = 0;
        let mut open = vec![(Prefix::ALL, heap(here), heap(there))];
        while let Some((prefix, a, b)) = open.pop() {
            let next = step(prefix, &a, &b);
            let other = step(prefix, &b, &a);
            let named = |docs: &[ShelfDoc]| docs.iter().map(|d| d.doc).collect::<Vec<_>>();
            match next {
                Step::Same => assert_eq!(other, Step::Same),
                Step::SendAll => {
                    assert_eq!(other, Step::Await);
                    differ.extend(named(range(here, prefix)));
                }
                Step::Await => {
                    assert_eq!(other, Step::SendAll);
                    differ.extend(named(range(there, prefix)));
                }
                Step::Name => {
                    assert_eq!(other, Step::Name);
                    let pairs = |docs: &[ShelfDoc]| -> BTreeMap<DocId, Digest> {
                        docs.iter().map(|d| (d.doc, d.digest)).collect()
                    };
                    let (a, b) = (pairs(range(here, prefix)), pairs(range(there, prefix)));
                    said += a.len().max(b.len());
                    let all: BTreeSet<&DocId> = a.keys().chain(b.keys()).collect();
                    differ.extend(all.into_iter().filter(|d| a.get(d) != b.get(d)));
                }
                Step::Split => {
                    assert_eq!(other, Step::Split);
                    said += WAYS;
                    let (a, b) = (split(here, prefix), split(there, prefix));
                    for n in 0..WAYS {
                        open.push((prefix.child(n), a[n], b[n]));
                    }
                }
            }
        }
        (differ, said)
    }

    fn id(n: u32) -> [u8; 32] {
        *blake3::hash(&n.to_be_bytes()).as_bytes()
    }

    #[test]
    fn one_difference_among_two_thousand_is_found_with_few_words() {
        let mut docs: BTreeMap<[u8; 32], u8> = (0..2_000).map(|n| (id(n), 1)).collect();
        let here = shelf(&docs);
        assert_eq!(compare(&here, &here), (BTreeSet::new(), 0));
        docs.insert(id(1_234), 2);
        let (found, said) = compare(&here, &shelf(&docs));
        assert_eq!(found, [DocId(id(1_234))].into());
        assert!(said <= 3 * WAYS, "{said} heaps and names");
        let (found, said) = compare(&here, &[]);
        assert_eq!((found.len(), said), (2_000, 0));
    }

    proptest! {
        #[test]
        fn exactly_what_differs_is_found(
            // Ids that agree in many half-bytes, so that every depth is reached.
            both in proptest::collection::btree_map(proptest::array::uniform4(0_u8..3), (0_u8..3, 0_u8..3), 0..120),
        ) {
            let spread = |part: &dyn Fn(&(u8, u8)) -> u8| -> Vec<ShelfDoc> {
                let docs = both.iter().filter(|(_, v)| part(v) > 0).map(|(k, v)| {
                    let mut id = [7; 32];
                    id[..4].copy_from_slice(&[0, k[0], k[1], k[2]]);
                    id[4] = k[3];
                    (id, part(v))
                });
                shelf(&docs.collect())
            };
            let (here, there) = (spread(&|v| v.0), spread(&|v| v.1));
            let expected: BTreeSet<DocId> = both.iter().filter(|(_, v)| v.0 != v.1).map(|(k, _)| {
                let mut id = [7; 32];
                id[..4].copy_from_slice(&[0, k[0], k[1], k[2]]);
                id[4] = k[3];
                DocId(id)
            }).collect();
            prop_assert_eq!(compare(&here, &there).0, expected);
        }
    }
}
