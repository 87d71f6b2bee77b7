//! How much a change chunk claims to hold, read without decoding it. Owns the layout of a chunk as far as it has to be known for that.
//! Must not know what operations mean: that is `gate`'s.

use super::crdt::{MAX_CHUNK, MAX_OPS};
use super::gate::{ApplyError, MAX_KEY, NO_FIELD};
use super::leb::Bytes;
use std::cell::Cell;

/// Entries of a column other than that of the operations: an operation may replace several values.
pub(super) const MAX_ENTRIES: u64 = 4 * MAX_OPS as u64;
/// Bytes of an actor: all are hashes of one length.
pub(super) const ACTOR: usize = 16;
/// What every chunk begins with; a checksum of four bytes and the type of the chunk follow.
pub(super) const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The type of a plain change. Type 2 is a deflated one, which may inflate a thousandfold; 0 is a whole document, 3 a bundle.
pub(super) const PLAIN: u8 = 1;

/// Reads a chunk's columns without decoding it: their numbers, and how much each claims to hold.
pub(super) fn measure(chunk: &[u8]) -> Result<(), ApplyError> {
    if chunk.len() > MAX_CHUNK || chunk.get(..4) != Some(&MAGIC) || chunk.get(8) != Some(&PLAIN) {
        return Err(ApplyError::Form);
    }
    let mut bytes = Bytes(&chunk[9..]);
    columns(&mut bytes)
        .ok_or(ApplyError::Form)?
        .into_iter()
        .try_for_each(|(spec, data)| judge_column(spec, data))
}

/// Column numbers with their bytes, behind the fields that come before them; `None` where the chunk ends too soon, an actor is none of
/// ours, or columns do not stand in their order, each once.
fn columns<'a>(bytes: &mut Bytes<'a>) -> Option<Vec<(u64, &'a [u8])>> {
    let length = bytes.unsigned()?;
    if length != bytes.0.len() as u64 {
        return None;
    }
    let dependencies = bytes.unsigned()?;
    bytes.take(dependencies.checked_mul(32)?)?;
    actor(bytes)?;
    bytes.unsigned()?; // number of its actor
    bytes.unsigned()?; // counter of its first operation
    bytes.signed()?; // time
    bytes.sized()?; // message
    for _ in 0..bounded(bytes.unsigned()?)? {
        actor(bytes)?;
    }
    let mut sizes: Vec<(u64, u64)> = Vec::new();
    for _ in 0..bounded(bytes.unsigned()?)? {
        let spec = bytes.unsigned()?;
        if sizes.last().is_some_and(|(before, _)| *before >= spec) {
            return None;
        }
        sizes.push((spec, bytes.unsigned()?));
    }
    sizes
        .into_iter()
        .map(|(spec, size)| Some((spec, bytes.take(size)?)))
        .collect()
}

fn actor<'a>(bytes: &mut Bytes<'a>) -> Option<&'a [u8]> {
    bytes.sized().filter(|actor| actor.len() == ACTOR)
}

/// A count that every entry pays for with at least one byte of a chunk.
fn bounded(count: u64) -> Option<u64> {
    (count <= MAX_CHUNK as u64).then_some(count)
}

/// Numbers of the columns of a change (id × 16 + type), as the format of Automerge has them.
mod column {
    pub const OBJECT_ACTOR: u64 = 0x01;
    pub const OBJECT_COUNTER: u64 = 0x02;
    pub const KEY_TEXT: u64 = 0x15;
    pub const INSERT: u64 = 0x34;
    pub const ACTION: u64 = 0x42;
    pub const VALUE_FORM: u64 = 0x56;
    pub const VALUE: u64 = 0x57;
    pub const REPLACED: u64 = 0x70;
    pub const REPLACED_ACTOR: u64 = 0x71;
    pub const REPLACED_COUNTER: u64 = 0x73;
}

fn judge_column(spec: u64, data: &[u8]) -> Result<(), ApplyError> {
    let bytes = Bytes(data);
    let long = Cell::new(false);
    let claimed = match spec {
        column::VALUE => return Ok(()),
        column::OBJECT_ACTOR | column::OBJECT_COUNTER | column::ACTION | column::REPLACED_ACTOR => {
            runs(bytes, |b| b.unsigned().map(|_| 1))
        }
        // Each entry says how many values the operation replaces, and each of those has an entry of its own elsewhere.
        column::REPLACED => runs(bytes, |b| b.unsigned().map(|n| n.max(1))),
        // A value's length stands above four bits of its type.
        column::VALUE_FORM => runs(bytes, |b| {
            let length = b.unsigned()? >> 4;
            (length <= MAX_CHUNK as u64).then_some(1)
        }),
        column::REPLACED_COUNTER => runs(bytes, |b| b.signed().map(|_| 1)),
        // A long key that is repeated would be compared again and again.
        column::KEY_TEXT => runs(bytes, |b| {
            let key = b.sized()?;
            long.set(long.get() || key.len() > MAX_KEY);
            Some(1)
        }),
        column::INSERT => lengths(bytes),
        other => return Err(ApplyError::Column(other)),
    };
    let limit = match spec {
        column::ACTION => MAX_OPS as u64,
        _ => MAX_ENTRIES,
    };
    match claimed {
        Some(_) if long.get() => Err(ApplyError::Operation(NO_FIELD)),
        Some(entries) if entries <= limit => Ok(()),
        Some(_) => Err(ApplyError::TooMany),
        None => Err(ApplyError::Form),
    }
}

/// Adds up run lengths: a positive length repeats one value, a negative one precedes as many values, 0 precedes a number of nulls. `one`
/// reads a value and says how much it weighs.
fn runs(mut bytes: Bytes<'_>, one: impl Fn(&mut Bytes<'_>) -> Option<u64>) -> Option<u64> {
    let mut sum: u64 = 0;
    while !bytes.0.is_empty() {
        let length = bytes.signed()?;
        let weight = match length {
            0 => bytes.unsigned()?,
            1.. => length.unsigned_abs().checked_mul(one(&mut bytes)?)?,
            _ => {
                let mut literal: u64 = 0;
                for _ in 0..bounded(length.unsigned_abs())? {
                    literal = literal.checked_add(one(&mut bytes)?)?;
                }
                literal
            }
        };
        sum = sum.checked_add(weight)?;
    }
    Some(sum)
}

/// Adds up the lengths of alternating runs of no and yes.
fn lengths(mut bytes: Bytes<'_>) -> Option<u64> {
    let mut sum: u64 = 0;
    while !bytes.0.is_empty() {
        sum = sum.checked_add(bytes.unsigned()?)?;
    }
    Some(sum)
}
