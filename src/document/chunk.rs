//! A change chunk taken apart and put together again: what can be computed (checksum, lengths, hashes of other changes) and what cannot.
//! Owns that layout. Must not know what the operations are: whatever is put together passes the gate like any other chunk.

use super::leb::{Bytes, write_unsigned};
use super::measure::{ACTOR, MAGIC, PLAIN};
use sha2::{Digest, Sha256};

/// A plain change chunk without what can be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Hashes of the changes that it depends on, as they stand in it.
    pub deps: Vec<[u8; 32]>,
    /// Its actor.
    pub actor: [u8; ACTOR],
    /// Everything behind the actor.
    pub rest: &'a [u8],
}

/// A chunk with its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The hash by which other changes name it.
    pub hash: [u8; 32],
}

/// Takes a chunk apart; `None` where [`Parts::join`] would not give the same bytes again.
pub fn split(chunk: &[u8]) -> Option<Parts<'_>> {
    let mut bytes = Bytes(chunk.get(9..)?);
    bytes.unsigned()?; // length
    let count = bytes.unsigned()?;
    let deps = bytes.take(count.checked_mul(32)?)?;
    let actor = bytes.sized()?.try_into().ok()?;
    let parts = Parts {
        deps: deps.as_chunks().0.to_vec(),
        actor,
        rest: bytes.0,
    };
    (parts.join().bytes == chunk).then_some(parts)
}

/// The same contents as a plain chunk with the right length and checksum; `None` where there are none. For tests and fuzzing: it makes
/// what is wrong inside reachable.
pub fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut inside = Bytes(bytes.get(9..)?);
    inside.unsigned()?;
    Some(whole(inside.0).bytes)
}

fn whole(contents: &[u8]) -> Chunk {
    let mut length = Vec::new();
    write_unsigned(&mut length, contents.len() as u64);
    let hash = Sha256::new()
        .chain_update([PLAIN])
        .chain_update(&length)
        .chain_update(contents)
        .finalize();
    let mut bytes = Vec::with_capacity(9 + length.len() + contents.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&hash[..4]);
    bytes.push(PLAIN);
    bytes.extend_from_slice(&length);
    bytes.extend_from_slice(contents);
    Chunk {
        bytes,
        hash: hash.into(),
    }
}

impl Parts<'_> {
    /// The chunk of which these are the parts.
    pub fn join(&self) -> Chunk {
        let mut contents = Vec::with_capacity(self.rest.len() + 32 * self.deps.len() + 32);
        write_unsigned(&mut contents, self.deps.len() as u64);
        contents.extend_from_slice(self.deps.as_flattened());
        write_unsigned(&mut contents, ACTOR as u64);
        contents.extend_from_slice(&self.actor);
        contents.extend_from_slice(self.rest);
        whole(&contents)
    }

    /// What stands first behind the actor: number of its actor, counter of its first operation, and time.
    pub fn place(&self) -> Option<(u64, u64, i64)> {
        let mut bytes = Bytes(self.rest);
        Some((bytes.unsigned()?, bytes.unsigned()?, bytes.signed()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::crdt::{ActorId, Doc};
    use crate::document::{Kind, Scalar};

    #[test]
    fn parts_of_an_honest_change_give_its_bytes_and_hash() {
        let mut doc = Doc::first(Kind::Record);
        for time in 1..200 {
            let actor = ActorId::from([1 + time as u8 % 3; ACTOR].as_slice());
            let row = "r".repeat(1 + time as usize);
            let puts = [("marks".into(), row, "mark".into(), Scalar::text("x"))];
            let written = doc.write(&puts, &actor, time).unwrap().unwrap();
            let parts = split(&written.chunk).unwrap();
            assert_eq!(parts.actor, actor.to_bytes());
            assert_eq!(parts.place().unwrap().2, time as i64);
            let joined = parts.join();
            assert_eq!(joined.bytes, written.chunk);
            assert_eq!(joined.hash, written.hash);
        }
    }

    #[test]
    fn what_is_no_plain_chunk_has_no_parts() {
        let mut doc = Doc::first(Kind::Record);
        let actor = ActorId::from([1; ACTOR].as_slice());
        let puts = [("marks".into(), "r".into(), "mark".into(), Scalar::text("x"))];
        let good = doc.write(&puts, &actor, 7).unwrap().unwrap().chunk;
        // Magic, checksum, type and the length before the contents are computed, so they cannot be otherwise.
        for at in 0..10 {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(split(&bad), None, "byte {at}");
        }
        for end in 0..good.len() {
            assert_eq!(split(&good[..end]), None, "{end} bytes");
        }
    }
}
