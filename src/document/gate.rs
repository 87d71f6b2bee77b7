//! The gate before Automerge: what a change must look like before it is decoded, and before it is applied. Owns those checks. Must not
//! know who may write, nor where a change comes from.
//!
//! Automerge trusts what it decodes. A chunk of a hundred bytes can claim a million operations, a deflated one can inflate a thousandfold,
//! and a change that counts its operations wrongly or replaces what its author never saw leaves a document that still edits and can no
//! longer be loaded. So a chunk is measured before it is decoded, decoding runs where a panic is caught, and only a change that our own
//! writer could have made is applied: assignments of scalars to fields of the tables of the first change, each replacing exactly what
//! stood there for its author.

use super::crdt::MAX_OPS;
use super::history::{History, Standing};
use super::measure::measure;
use automerge::legacy::{Key, ObjectId, OpId, OpType};
use automerge::{ActorId, Change, ChangeHash, ObjId, ScalarValue};
use std::collections::HashMap;
use std::panic::catch_unwind;

/// A field's key (row, full stop, field) has at most so many bytes.
pub const MAX_KEY: usize = 512;

/// What is said of a key that is none.
pub(super) const NO_FIELD: &str = "its key is not a row and a field";

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
    /// Its checksum is not that of its contents.
    #[error("the change's checksum does not match")]
    Checksum,
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
    // The decoder does not compare it, and one change would have many encodings.
    if change.hash().0[..4] != chunk[4..8] {
        return Err(ApplyError::Checksum);
    }
    Ok(change)
}

/// What a reader knows of the document that a change is for.
pub(super) struct Known<'a> {
    /// What happened so far.
    pub history: &'a History,
    /// The tables.
    pub tables: &'a [ObjId],
    /// The actor that the change's log demands.
    pub actor: &'a ActorId,
    /// Changes of that actor so far, and the last one's hash.
    pub before: (u64, Option<ChangeHash>),
}

/// What one operation does.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    /// Number of its table.
    pub table: usize,
    /// Key of its field.
    pub key: String,
    /// Its counter.
    pub counter: u64,
    /// What it assigns; `None` where it takes others away.
    pub value: Option<ScalarValue>,
    /// What it replaces.
    pub replaced: Vec<OpId>,
}

/// Whether a decoded change is one that our own writer could have made here.
pub(super) fn judge(change: &Change, known: &Known<'_>) -> Result<Vec<Assignment>, ApplyError> {
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
    let below = known
        .history
        .below(change.deps())
        .ok_or(ApplyError::Dependency)?;
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
    let spare = change.message().is_some() || !change.extra_bytes().is_empty();
    let repeats = known.history.repeats(change.deps(), known.before.1);
    if !ordered || repeats || spare || change.timestamp() < 0 {
        return Err(ApplyError::Canonical);
    }
    operations(change, known)
}

/// Every operation, on the decoded form; writing that form again must give the same bytes.
fn operations(change: &Change, known: &Known<'_>) -> Result<Vec<Assignment>, ApplyError> {
    let decoded = change.decode();
    if Change::from(decoded.clone()).raw_bytes() != change.raw_bytes() {
        return Err(ApplyError::Canonical);
    }
    let view = known.history.view(change.deps());
    let mut stands: HashMap<(usize, String), Standing> = HashMap::new();
    let mut assignments = Vec::with_capacity(decoded.operations.len());
    for (at, operation) in decoded.operations.into_iter().enumerate() {
        if operation.insert {
            return Err(ApplyError::Operation("it inserts into a list"));
        }
        let value = assigned_value(&operation.action)?;
        let key = match &operation.key {
            Key::Map(key) if key.len() <= MAX_KEY && is_field(key) => key.to_string(),
            _ => return Err(ApplyError::Operation(NO_FIELD)),
        };
        let table = table(&operation.obj, known.tables).ok_or(ApplyError::Operation(
            "it is about something that is no table",
        ))?;
        let field = (table, key);
        let mut seen = match stands.remove(&field) {
            Some(earlier) => vec![earlier],
            None => known.history.standing(table, &field.1, &view),
        };
        seen.sort_by(|a, b| a.0.cmp(&b.0));
        let counter = change.start_op().get() + at as u64;
        let stays = match &value {
            Some(value) => {
                let wins = seen.last().map_or(&ScalarValue::Null, |(_, wins)| wins);
                if wins == value {
                    return Err(ApplyError::Operation(
                        "it assigns what stands there already",
                    ));
                }
                (OpId(counter, change.actor_id().clone()), value.clone())
            }
            // Assigning the value that wins a conflict already is written as taking the others away.
            None => match (seen.len(), seen.pop()) {
                (2.., Some(wins)) => wins,
                _ => return Err(ApplyError::Operation("it takes away what nobody contests")),
            },
        };
        let mut replaced: Vec<OpId> = operation.pred.iter().cloned().collect();
        replaced.sort();
        if !seen.iter().map(|(id, _)| id).eq(&replaced) {
            return Err(ApplyError::Replaced);
        }
        assignments.push(Assignment {
            table,
            key: field.1.clone(),
            counter,
            value,
            replaced,
        });
        stands.insert(field, stays);
    }
    Ok(assignments)
}

/// The value that an operation assigns; `None` where it takes others away.
fn assigned_value(action: &OpType) -> Result<Option<ScalarValue>, ApplyError> {
    match action {
        OpType::Put(
            value @ (ScalarValue::Null
            | ScalarValue::Boolean(_)
            | ScalarValue::Int(_)
            | ScalarValue::Str(_)),
        ) => Ok(Some(value.clone())),
        OpType::Put(_) => Err(ApplyError::Operation(
            "its value is of a kind that fields do not have",
        )),
        OpType::Delete => Ok(None),
        _ => Err(ApplyError::Operation("it makes something or counts")),
    }
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

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
