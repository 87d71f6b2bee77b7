//! What two machines of a team say to each other, `docs/protocol.md` in types. Owns the messages and their bounds. Must not know when each is
//! said.

use crate::domain::PersonId;
use crate::limits;
use crate::log::authority::record::Short;
use crate::log::count::COUNT_LEN;
use crate::log::{DocId, Epoch};
use crate::store::{Digest, LogEnd, PackedLogs, Parcel};
use serde::de::{Error, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// Version of what is said here.
pub const VERSION: u16 = 2;
/// A range of documents is split so many ways.
pub const WAYS: usize = 16;

/// Bytes that travel as bytes and not one by one.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }

            fn visit_byte_buf<E: serde::de::Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }
        }
        from.deserialize_byte_buf(Visitor)
    }
}

/// Documents whose id begins with these half-bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Prefix {
    /// How many half-bytes, at most eight.
    pub len: u8,
    /// They, from the left; the rest is zero.
    pub bits: u32,
}

/// How many documents there are in a range, and a digest over all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heap {
    /// Documents.
    pub count: u32,
    /// Over their ids and digests.
    pub digest: Digest,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Say {
    /// First, from both: who is there and how much is the same.
    Hello {
        /// [`VERSION`].
        version: u16,
        /// The team.
        team: [u8; 32],
        /// Digest of the record of rights.
        record: [u8; 32],
        /// All documents that both may have, as this record has it.
        all: Heap,
        /// Where the sender can be reached.
        #[serde(deserialize_with = "few::<_, _, { limits::ADDRESSES }>")]
        addresses: Vec<String>,
    },
    /// Where the records differ: short names of what is known of it.
    Names(Vec<Short>),
    /// What the other lacked of the record has been sent.
    RecordSent,
    /// All documents that both may have, after what came of the record.
    All(Heap),
    /// A range that differs, split by the next half-byte.
    Split(Prefix, Vec<Heap>),
    /// A range that differs and holds few documents: each with its digest.
    Docs(Prefix, Vec<(DocId, Digest)>),
    /// Where the logs of a document end. Asked: the other says the same of its own where it holds more.
    Ends {
        /// Which.
        doc: DocId,
        /// In order.
        ends: Vec<LogEnd>,
        /// Whether an answer is wanted.
        asked: bool,
    },
    /// A piece of an encoded [`Cargo`]; the last piece ends it.
    Piece {
        /// Whether it is the last.
        last: bool,
        /// A piece.
        bytes: Bytes,
    },
    /// Everything that the other lacked when the exchange began has been sent.
    Sent,
    /// So many cargoes are on the disk here.
    Kept(u64),
    /// Signed counts of what devices have written.
    Counts(#[serde(deserialize_with = "few::<_, _, { limits::ITEMS }>")] Vec<Bytes>),
}

/// A parcel on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cargo {
    entries: Signed,
    #[serde(deserialize_with = "few::<_, _, { limits::ITEMS }>")]
    people: Vec<String>,
    #[serde(deserialize_with = "few::<_, _, { limits::ITEMS }>")]
    packs: Vec<(Bytes, Signed)>,
    envelopes: Signed,
    proofs: Signed,
}

/// Things that are signed, each as its bytes. A list of many tiny ones takes many times its bytes in memory, so no more are read than things
/// with a signature can be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Signed(Vec<Bytes>);

/// No signed thing is as short as its signature alone.
const SHORTEST: usize = 64;

impl<'de> Deserialize<'de> for Signed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Vec<Bytes>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("signed things")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Vec<Bytes>, A::Error> {
                let (mut all, mut bytes) = (Vec::new(), 0);
                while let Some(one) = from.next_element::<Bytes>()? {
                    bytes += one.0.len();
                    all.push(one);
                    // A few tiny ones are refused one by one, and said to be.
                    if all.len() > limits::ITEMS.max(bytes / SHORTEST) {
                        return Err(A::Error::custom("it is of things that nobody signed"));
                    }
                }
                Ok(all)
            }
        }
        from.deserialize_seq(Visitor).map(Self)
    }
}

/// A list of at most so many: it is given up at the first that is too much, before all of them take room.
fn few<'de, D, T, const MOST: usize>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Visitor<T, const MOST: usize>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>, const MOST: usize> serde::de::Visitor<'de> for Visitor<T, MOST> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at most {MOST}")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(one) = from.next_element()? {
                if all.len() == MOST {
                    return Err(A::Error::custom("it names too much at once"));
                }
                all.push(one);
            }
            Ok(all)
        }
    }
    from.deserialize_seq(Visitor::<T, MOST>(PhantomData))
}

fn wrapped(all: Vec<Vec<u8>>) -> Signed {
    Signed(all.into_iter().map(Bytes).collect())
}

fn unwrapped(all: Signed) -> Vec<Vec<u8>> {
    all.0.into_iter().map(|b| b.0).collect()
}

impl From<Parcel> for Cargo {
    fn from(parcel: Parcel) -> Self {
        Self {
            entries: wrapped(parcel.authority),
            people: parcel.people.iter().map(ToString::to_string).collect(),
            packs: (parcel.packs.into_iter())
                .map(|p| (Bytes(p.pack), wrapped(p.headers)))
                .collect(),
            envelopes: wrapped(parcel.envelopes),
            proofs: wrapped(parcel.proofs),
        }
    }
}

impl From<Cargo> for Parcel {
    fn from(cargo: Cargo) -> Self {
        Self {
            authority: unwrapped(cargo.entries),
            people: cargo.people.into_iter().map(PersonId::new).collect(),
            packs: (cargo.packs.into_iter())
                .map(|(pack, headers)| PackedLogs {
                    pack: pack.0,
                    headers: unwrapped(headers),
                })
                .collect(),
            envelopes: unwrapped(cargo.envelopes),
            proofs: unwrapped(cargo.proofs),
        }
    }
}

/// About how many bytes of a frame a parcel takes.
pub fn size_of(parcel: &Parcel) -> usize {
    let sum = |all: &[Vec<u8>]| all.iter().map(|b| b.len() + 4).sum::<usize>();
    let packs = parcel.packs.iter();
    sum(&parcel.authority)
        + sum(&parcel.envelopes)
        + sum(&parcel.proofs)
        + packs
            .map(|p| p.pack.len() + 4 + sum(&p.headers))
            .sum::<usize>()
        + parcel.people.len() * 40
}

/// A parcel in portions of about a batch, which hold together what it holds, in its order. What goes one by one goes in as many as it takes; a
/// pack and what it stands for is of one piece.
pub fn portions(mut parcel: Parcel) -> Vec<Parcel> {
    let envelopes = std::mem::take(&mut parcel.envelopes);
    let people = parcel.people.clone();
    let mut bytes = size_of(&parcel);
    let mut all = vec![parcel];
    for envelope in envelopes {
        if bytes >= limits::BATCH_BYTES {
            bytes = 0;
            all.push(Parcel {
                people: people.clone(),
                ..Parcel::default()
            });
        }
        bytes += envelope.len() + 4;
        if let Some(last) = all.last_mut() {
            last.envelopes.push(envelope);
        }
    }
    all
}

/// Whether a message keeps to the bounds on what may be named at once.
pub fn is_bounded(said: &Say) -> bool {
    match said {
        Say::Hello { addresses, .. } => {
            addresses.len() <= limits::ADDRESSES && addresses.iter().all(|a| a.len() <= 64)
        }
        Say::Names(names) => names.len() <= limits::SESSION_ENTRIES,
        Say::Split(_, heaps) => heaps.len() == WAYS,
        Say::Docs(_, docs) => docs.len() <= limits::ITEMS,
        Say::Ends { ends, .. } => ends.len() <= limits::ITEMS,
        Say::Counts(counts) => counts.iter().all(|c| c.0.len() == COUNT_LEN),
        Say::RecordSent | Say::All(_) | Say::Piece { .. } | Say::Sent | Say::Kept(_) => true,
    }
}

/// An end by log, for whoever keeps book of them.
pub fn key(end: &LogEnd) -> ([u8; 32], Epoch) {
    (end.device.0, end.epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_hold_what_the_whole_holds_and_none_is_much_more_than_a_batch() {
        let envelope = |n: u8| vec![n; limits::BATCH_BYTES / 3];
        let whole = Parcel {
            authority: vec![vec![1]],
            envelopes: (0..20).map(envelope).collect(),
            people: [PersonId::new("p")].into(),
            ..Parcel::default()
        };
        let parts = portions(whole.clone());
        assert!(parts.len() > 5);
        let most = limits::BATCH_BYTES + envelope(0).len() + 100;
        assert!(
            parts
                .iter()
                .all(|p| size_of(p) <= most && p.people == whole.people)
        );
        let mut again = Parcel::default();
        parts.into_iter().for_each(|part| again.add(part));
        assert_eq!(again, whole);
        assert_eq!(portions(Parcel::default()), [Parcel::default()]);
    }
}
