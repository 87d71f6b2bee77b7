//! The gate before Automerge: what a change must look like before it is decoded, and before it is applied. Owns those checks. Must not
//! know who may write, nor where a change comes from.
//!
//! Automerge trusts what it decodes. A chunk of a hundred bytes can claim a million operations, a deflated one can inflate a thousandfold,
//! and a change that counts its operations wrongly or replaces what its author never saw leaves a document that still edits and can no
//! longer be loaded. So a chunk is measured before it is decoded, decoding runs where a panic is caught, and only a change that our own
//! writer could have made is applied: assignments of scalars to fields of the tables of the first change, each replacing exactly what
//! stood there for its author.

use super::crdt::{MAX_CHUNK, MAX_OPS};
use automerge::legacy::{Key, ObjectId, OpId, OpType};
use automerge::{ActorId, Automerge, Change, ObjId, ReadDoc, ScalarValue};
use std::collections::HashMap;
use std::panic::catch_unwind;

/// A field's key (row, full stop, field) has at most so many bytes.
pub const MAX_KEY: usize = 512;

/// Entries of a column other than that of the operations: an operation may replace several values.
const MAX_ENTRIES: u64 = 4 * MAX_OPS as u64;

/// Why a change was not applied. The document stays as it was, but for [`ApplyError::Panicked`], after which it must be dropped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Not one plain change chunk of allowed size.
    #[error("not a plain change chunk")]
    Form,
    /// It claims more than a change may hold.
    #[error("the change claims more operations than are allowed")]
    TooMany,
    /// It has columns that no change of ours has.
    #[error("the change has a column (number {0}) that changes here do not have")]
    Column(u64),
    /// Automerge cannot decode it.
    #[error("the change cannot be decoded: {0}")]
    Decode(String),
    /// Written under another actor than its log's.
    #[error("the change was made under another actor than its log's")]
    Actor,
    /// Not the next of its actor.
    #[error("the change is number {found} of its actor, {expected} was due")]
    Seq {
        /// Number that was due.
        expected: u64,
        /// Number found.
        found: u64,
    },
    /// It depends on something that is not here.
    #[error("the change depends on one that is not here")]
    Dependency,
    /// It does not follow its actor's previous change.
    #[error("the change does not depend on its own actor's previous one")]
    Previous,
    /// Its operation counter is not one above its dependencies'.
    #[error("the change counts its operations wrongly")]
    Counter,
    /// It is encoded in a way that nobody writes.
    #[error("the change is not in the form in which changes are written")]
    Canonical,
    /// It does something else than assign a scalar to a field of a table.
    #[error("the change does something else than assign a value to a field: {0}")]
    Operation(&'static str),
    /// An operation does not replace what its author saw.
    #[error("the change does not replace what stood there for its author")]
    Replaced,
    /// Automerge panicked: drop the document and rebuild it without this change.
    #[error("the change broke the document library; the document has to be rebuilt without it")]
    Panicked,
}

/// Decodes a plain change chunk after measuring it.
pub(super) fn decode(chunk: &[u8]) -> Result<Change, ApplyError> {
    measure(chunk)?;
    let change = catch_unwind(|| Change::from_bytes(chunk.to_vec()))
        .map_err(|_| ApplyError::Decode("it made the decoder panic".into()))?
        .map_err(|e| ApplyError::Decode(e.to_string()))?;
    if change.raw_bytes() != chunk {
        return Err(ApplyError::Form);
    }
    Ok(change)
}

/// Reads a chunk's columns without decoding it: their numbers, and how much each claims to hold.
fn measure(chunk: &[u8]) -> Result<(), ApplyError> {
    // Magic, checksum, then the type of the chunk: 1 is a plain change. Type 2 is deflated and may inflate a thousandfold.
    const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
    if chunk.len() > MAX_CHUNK || chunk.get(..4) != Some(&MAGIC) || chunk.get(8) != Some(&1) {
        return Err(ApplyError::Form);
    }
    let mut bytes = Bytes(&chunk[9..]);
    columns(&mut bytes)
        .ok_or(ApplyError::Form)?
        .into_iter()
        .try_for_each(|(spec, data)| judge_column(spec, data))
}

/// Column numbers with their bytes, behind the fields that come before them; `None` where the chunk ends too soon.
fn columns<'a>(bytes: &mut Bytes<'a>) -> Option<Vec<(u64, &'a [u8])>> {
    let length = bytes.unsigned()?;
    if length != bytes.0.len() as u64 {
        return None;
    }
    let dependencies = bytes.unsigned()?;
    bytes.take(dependencies.checked_mul(32)?)?;
    bytes.sized()?; // actor
    bytes.unsigned()?; // number of its actor
    bytes.unsigned()?; // counter of its first operation
    bytes.signed()?; // time
    bytes.sized()?; // message
    for _ in 0..bounded(bytes.unsigned()?)? {
        bytes.sized()?; // another actor
    }
    let mut sizes = Vec::new();
    for _ in 0..bounded(bytes.unsigned()?)? {
        sizes.push((bytes.unsigned()?, bytes.unsigned()?));
    }
    sizes
        .into_iter()
        .map(|(spec, size)| Some((spec, bytes.take(size)?)))
        .collect()
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
        column::KEY_TEXT => runs(bytes, |b| b.sized().map(|_| 1)),
        column::INSERT => lengths(bytes),
        other => return Err(ApplyError::Column(other)),
    };
    let limit = match spec {
        column::ACTION => MAX_OPS as u64,
        _ => MAX_ENTRIES,
    };
    match claimed {
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

/// Bytes read from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    /// A length and as many bytes.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.unsigned()?;
        self.take(length)
    }

    /// Seven bits a byte, the low ones first, and the shift behind the last.
    fn groups(&mut self) -> Option<(u64, u32, u8)> {
        let (mut value, mut shift) = (0_u64, 0_u32);
        loop {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            if shift > 63 || (shift == 63 && !matches!(byte, 0 | 1 | 0x7f)) {
                return None;
            }
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return Some((value, shift, byte));
            }
        }
    }

    fn unsigned(&mut self) -> Option<u64> {
        self.groups().map(|(value, ..)| value)
    }

    fn signed(&mut self) -> Option<i64> {
        let (value, shift, last) = self.groups()?;
        let negative = last & 0x40 != 0 && shift < 64;
        let filled = if negative {
            value | (u64::MAX << shift)
        } else {
            value
        };
        Some(filled as i64) // The same bits, read with their sign.
    }
}

/// What a reader knows of a document besides its values.
pub(super) struct Known<'a> {
    /// The document, with everything that the change depends on applied.
    pub doc: &'a Automerge,
    /// Its tables.
    pub tables: &'a [ObjId],
    /// The actor that the change's log demands.
    pub actor: &'a ActorId,
    /// Changes of that actor so far, and the last one's hash.
    pub before: (u64, Option<automerge::ChangeHash>),
    /// Highest operation counter of the change's dependencies; `None` where one is missing.
    pub below: Option<u64>,
}

/// Whether a decoded change is one that our own writer could have made here.
pub(super) fn judge(change: &Change, known: &Known<'_>) -> Result<(), ApplyError> {
    if change.actor_id() != known.actor {
        return Err(ApplyError::Actor);
    }
    let expected = known.before.0 + 1;
    if change.seq() != expected {
        return Err(ApplyError::Seq {
            expected,
            found: change.seq(),
        });
    }
    let below = known.below.ok_or(ApplyError::Dependency)?;
    if change.start_op().get() != below + 1 || change.is_empty() || change.len() > MAX_OPS {
        return Err(ApplyError::Counter);
    }
    if known
        .before
        .1
        .is_some_and(|last| !change.deps().contains(&last))
    {
        return Err(ApplyError::Previous);
    }
    let ordered = change.deps().windows(2).all(|pair| pair[0] < pair[1]);
    if !ordered || change.message().is_some() || !change.extra_bytes().is_empty() {
        return Err(ApplyError::Canonical);
    }
    operations(change, known)
}

/// Every operation, on the decoded form; writing that form again must give the same bytes.
fn operations(change: &Change, known: &Known<'_>) -> Result<(), ApplyError> {
    let decoded = change.decode();
    if Change::from(decoded.clone()).raw_bytes() != change.raw_bytes() {
        return Err(ApplyError::Canonical);
    }
    let mut assigned: HashMap<(usize, String), OpId> = HashMap::new();
    for (at, operation) in decoded.operations.iter().enumerate() {
        if operation.insert {
            return Err(ApplyError::Operation("it inserts into a list"));
        }
        let chooses = match &operation.action {
            OpType::Put(
                ScalarValue::Null
                | ScalarValue::Boolean(_)
                | ScalarValue::Int(_)
                | ScalarValue::Str(_),
            ) => false,
            OpType::Put(_) => {
                return Err(ApplyError::Operation(
                    "its value is of a kind that fields do not have",
                ));
            }
            // Assigning the value that wins a conflict already is written as taking the others away.
            OpType::Delete => true,
            _ => {
                return Err(ApplyError::Operation("it makes something or counts"));
            }
        };
        let key = match &operation.key {
            Key::Map(key) if key.len() <= MAX_KEY && is_field(key) => key.to_string(),
            _ => return Err(ApplyError::Operation("its key is not a row and a field")),
        };
        let table = table(&operation.obj, known.tables).ok_or(ApplyError::Operation(
            "it is about something that is no table",
        ))?;
        let own = OpId(
            change.start_op().get() + at as u64,
            change.actor_id().clone(),
        );
        let mut seen = match assigned.get(&(table, key.clone())) {
            Some(earlier) => vec![earlier.clone()],
            None => standing(&known.tables[table], &key, change, known)?,
        };
        let mut replaced: Vec<OpId> = operation.pred.iter().cloned().collect();
        seen.sort();
        replaced.sort();
        let stays = if chooses {
            if seen.len() < 2 {
                return Err(ApplyError::Operation("it takes away what nobody contests"));
            }
            seen.pop()
        } else {
            None
        };
        if seen != replaced {
            return Err(ApplyError::Replaced);
        }
        assigned.insert((table, key), stays.unwrap_or(own));
    }
    Ok(())
}

fn is_field(key: &str) -> bool {
    key.rsplit_once('.')
        .is_some_and(|(_, field)| !field.is_empty())
}

fn table(object: &ObjectId, tables: &[ObjId]) -> Option<usize> {
    let ObjectId::Id(wanted) = object else {
        return None;
    };
    tables.iter().position(|id| match id {
        ObjId::Id(counter, actor, _) => *counter == wanted.0 && *actor == wanted.1,
        ObjId::Root => false,
    })
}

/// The operations whose values stood in a field for the author of a change.
fn standing(
    table: &ObjId,
    key: &str,
    change: &Change,
    known: &Known<'_>,
) -> Result<Vec<OpId>, ApplyError> {
    let values = known
        .doc
        .get_all_at(table, key, change.deps())
        .map_err(|e| ApplyError::Decode(e.to_string()))?;
    Ok(values
        .into_iter()
        .filter_map(|(_, id)| match id {
            ObjId::Id(counter, actor, _) => Some(OpId(counter, actor)),
            ObjId::Root => None,
        })
        .collect())
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
