//! One document as an Automerge value: tables are maps from a constant first change, fields are scalars under `row.field`.
//! Owns how [`Rows`] stand in Automerge and what a change must look like to be applied. Must not know who may write what: that is
//! `log`'s. Nothing but scalars is ever written after the first change, so no edit can make or delete a map and with it hide or lose
//! what somebody else wrote.

use super::gate::{Assignment, MAX_KEY};
use super::history::History;
use super::kind::Kind;
use super::measure::MAX_ENTRIES;
use super::rows::{Rows, Scalar};
use super::schema;
use crate::domain::{Claim, PersonId};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Automerge, Change, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

pub use super::apply::Applied;
pub use super::change::ReadChange;
pub use super::gate::ApplyError;
pub use automerge::ActorId;

/// A change holds at most so many assignments; a larger writing is split by who writes it.
pub const MAX_OPS: usize = 10_000;
/// A change chunk has at most so many bytes.
pub const MAX_CHUNK: usize = 4 << 20;

/// One assignment inside a document: table, row key, field, value.
pub type Put = (String, String, String, Scalar);

/// Who wrote with an actor, where that is known.
pub type Authors<'a> = &'a dyn Fn(&ActorId) -> Option<PersonId>;

/// A change that was made: what goes into the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The plain, uncompressed Automerge change chunk.
    pub chunk: Vec<u8>,
    /// Its hash.
    pub hash: [u8; 32],
}

/// Why a document was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The kind has no such table.
    #[error("documents of kind {kind} have no table “{table}”")]
    NoTable {
        /// Kind of the document.
        kind: &'static str,
        /// Table asked for.
        table: String,
    },
    /// Row keys and field names have a form.
    #[error("“{0}” cannot be a field name: it must be neither empty nor hold a full stop")]
    BadField(String),
    /// A key has at most so many bytes, 512.
    #[error("the key of row “{0}…” is too long; {MAX_KEY} bytes are allowed for row and field")]
    LongKey(String),
    /// A change has at most [`MAX_OPS`] assignments.
    #[error("{0} assignments in one change are too many; {MAX_OPS} are allowed")]
    TooMany(usize),
    /// A change replaces at most so many values.
    #[error(
        "the change would settle {0} values at once; {MAX_ENTRIES} are allowed. Make it in several steps"
    )]
    TooContested(u64),
    /// A change has at most [`MAX_CHUNK`] bytes.
    #[error(
        "the change would need {0} bytes; {MAX_CHUNK} are allowed. Shorten the texts, or make it in several steps"
    )]
    TooLarge(usize),
    /// Automerge refused.
    #[error("the document could not be written: {0}")]
    Automerge(String),
}

/// A loaded document.
#[derive(Clone)]
pub struct Doc {
    kind: Kind,
    pub(super) doc: Automerge,
    pub(super) tables: BTreeMap<&'static str, ObjId>,
    /// For each actor, first operation and time of each of its changes, in order.
    actors: HashMap<ActorId, Vec<(u64, u64)>>,
    pub(super) history: History,
    /// Each actor's latest change.
    pub(super) last: HashMap<ActorId, ChangeHash>,
    latest_ms: u64,
}

impl std::fmt::Debug for Doc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Contents are confidential and never belong in a log line.
        write!(
            f,
            "Doc({}, {} changes)",
            self.kind.name(),
            self.history.len()
        )
    }
}

fn first_actor(kind: Kind, step: u8) -> ActorId {
    let mut hasher = blake3::Hasher::new_derive_key("guildhall document first change");
    hasher.update(&[kind as u8, step]);
    ActorId::from(&hasher.finalize().as_bytes()[..16])
}

impl Doc {
    /// An empty document of a kind: its constant first change alone, the same on every machine for ever.
    pub fn first(kind: Kind) -> Self {
        #[cfg(test)]
        if schema::later::is_known() {
            return Self::make_first(kind, &schema::steps(kind));
        }
        static FIRST: [OnceLock<Doc>; Kind::ALL.len()] = [const { OnceLock::new() }; 10];
        let slot = Kind::ALL.iter().position(|k| *k == kind).unwrap_or(0);
        FIRST[slot]
            .get_or_init(|| Self::make_first(kind, &schema::steps(kind)))
            .clone()
    }

    /// One constant change for each schema step, each with the tables that came with it. A later step adds a change and never alters an
    /// earlier one, so that what was written before it stands as it is.
    fn make_first(kind: Kind, steps: &[&[&'static str]]) -> Self {
        let mut doc = Automerge::new();
        let mut tables = BTreeMap::new();
        for (step, names) in (1_u8..).zip(steps) {
            let mut names = names.to_vec();
            names.sort_unstable();
            doc.set_actor(first_actor(kind, step));
            let mut tx = doc.transaction();
            for name in names {
                // Putting a map under a text key of the root map has no way to fail where no step names a table twice.
                if let Ok(id) = tx.put_object(ROOT, name, ObjType::Map) {
                    tables.insert(name, id);
                }
            }
            tx.commit_with(CommitOptions::default().with_time(0));
        }
        let changes = doc.get_changes(&[]).into_iter();
        let history = History::first(changes.map(|c| (c.hash(), c.actor_id().clone(), c.max_op())));
        Self {
            kind,
            doc,
            tables,
            actors: HashMap::new(),
            history,
            last: HashMap::new(),
            latest_ms: 0,
        }
    }

    /// What kind of document it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Hashes of the changes that nothing depends on yet, sorted.
    pub fn heads(&self) -> Vec<[u8; 32]> {
        let mut heads: Vec<_> = self.doc.get_heads().iter().map(|h| h.0).collect();
        heads.sort_unstable();
        heads
    }

    /// The latest time of any change, in milliseconds since 1970 UTC; 0 where there is none.
    pub fn latest_ms(&self) -> u64 {
        self.latest_ms
    }

    /// Number of changes by an actor.
    pub fn changes_by(&self, actor: &ActorId) -> usize {
        self.actors.get(actor).map_or(0, Vec::len)
    }

    /// Makes one change of all assignments that alter something; `None` where none does. Its time is kept in milliseconds.
    pub fn write(
        &mut self,
        puts: &[Put],
        actor: &ActorId,
        time_ms: u64,
    ) -> Result<Option<Written>, WriteError> {
        self.check(puts)?;
        self.doc.set_actor(actor.clone());
        let hash = put_all(&mut self.doc, &self.tables, puts, time_ms)?;
        self.written(hash)
    }

    /// The same as if only what stands behind `heads` were known: a change that was made apart from everything later.
    pub fn write_at(
        &mut self,
        heads: &[[u8; 32]],
        puts: &[Put],
        actor: &ActorId,
        time_ms: u64,
    ) -> Result<Option<Written>, WriteError> {
        self.check(puts)?;
        let broken = |e: automerge::AutomergeError| WriteError::Automerge(e.to_string());
        let heads: Vec<_> = heads.iter().map(|h| ChangeHash(*h)).collect();
        let mut fork = self.doc.fork_at(&heads).map_err(broken)?;
        fork.set_actor(actor.clone());
        let Some(hash) = put_all(&mut fork, &self.tables, puts, time_ms)? else {
            return Ok(None);
        };
        let change = fork
            .get_change_by_hash(&hash)
            .ok_or_else(|| WriteError::Automerge("the change is missing".into()))?;
        self.doc.apply_changes([change]).map_err(broken)?;
        self.written(Some(hash))
    }

    fn check(&self, puts: &[Put]) -> Result<(), WriteError> {
        if puts.len() > MAX_OPS {
            return Err(WriteError::TooMany(puts.len()));
        }
        for (table, row, field, _) in puts {
            if !self.tables.contains_key(table.as_str()) {
                return Err(WriteError::NoTable {
                    kind: self.kind.name(),
                    table: table.clone(),
                });
            }
            if field.is_empty() || field.contains('.') {
                return Err(WriteError::BadField(field.clone()));
            }
            // What a reader would refuse is not written.
            if row.len() + 1 + field.len() > MAX_KEY {
                return Err(WriteError::LongKey(row.chars().take(40).collect()));
            }
        }
        Ok(())
    }

    fn written(&mut self, hash: Option<ChangeHash>) -> Result<Option<Written>, WriteError> {
        let Some(hash) = hash else { return Ok(None) };
        let change = self
            .doc
            .get_change_by_hash(&hash)
            .ok_or_else(|| WriteError::Automerge("the change is missing".into()))?;
        let assignments = self
            .judge_own(&change)
            .map_err(|e| WriteError::Automerge(e.to_string()))?;
        self.remember(&change, assignments);
        Ok(Some(Written {
            chunk: change.raw_bytes().to_vec(),
            hash: hash.0,
        }))
    }

    pub(super) fn remember(&mut self, change: &Change, assignments: Vec<Assignment>) -> Applied {
        let (hash, actor) = (change.hash(), change.actor_id());
        let time = u64::try_from(change.timestamp()).unwrap_or(0);
        self.latest_ms = self.latest_ms.max(time);
        self.history
            .add(hash, actor, change.deps(), change.max_op(), assignments);
        self.last.insert(actor.clone(), hash);
        self.actors
            .entry(actor.clone())
            .or_default()
            .push((change.start_op().get(), time));
        (hash.0, time)
    }

    /// The document in Automerge's own form. Nothing reads it back: loading a whole document trusts every byte of it (`docs/format.md`).
    pub fn save(&self) -> Vec<u8> {
        self.doc.save()
    }

    /// Hashes of the changes that stand in the document before anybody writes, in order.
    pub fn first_changes(kind: Kind) -> Vec<[u8; 32]> {
        let first = Self::first(kind);
        let changes = first.doc.get_changes(&[]);
        changes.iter().map(|change| change.hash().0).collect()
    }

    /// A copy of what Automerge holds, and the tables: for tests that write what this type never would.
    #[cfg(test)]
    pub(super) fn inside(&self) -> (Automerge, &BTreeMap<&'static str, ObjId>) {
        (self.doc.clone(), &self.tables)
    }

    /// All claims to one field, in a fixed order; empty where it is absent.
    pub fn claims(
        &self,
        table: &str,
        row: &str,
        field: &str,
        authors: Authors<'_>,
    ) -> Vec<Claim<Scalar>> {
        self.tables.get(table).map_or_else(Vec::new, |id| {
            self.claims_at(id, &format!("{row}.{field}"), authors)
        })
    }

    fn claims_at(&self, table: &ObjId, key: &str, authors: Authors<'_>) -> Vec<Claim<Scalar>> {
        let mut claims: Vec<_> = self
            .doc
            .get_all(table, key)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(value, id)| Some(self.claim(scalar(value.as_scalar()?)?, &id, authors)))
            .collect();
        claims.sort_by(|a, b| {
            (a.at, &a.author, &a.value)
                .partial_cmp(&(b.at, &b.author, &b.value))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        if claims.iter().all(|c| c.value == Scalar::Null) {
            claims.clear();
        }
        claims
    }

    /// All that stands in one field, with when and by which actor it was written.
    pub fn wrote(&self, table: &str, row: &str, field: &str) -> Vec<(Scalar, u64, ActorId)> {
        let Some(id) = self.tables.get(table) else {
            return Vec::new();
        };
        let all = self.doc.get_all(id, format!("{row}.{field}"));
        let read = all
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(value, id)| {
                let value = scalar(value.as_scalar()?)?;
                match id {
                    ObjId::Root => None,
                    ObjId::Id(counter, actor, _) => {
                        let at = self.time_of(&actor, counter);
                        Some((value, at, actor))
                    }
                }
            });
        read.collect()
    }

    /// When and by which actor a value was first written in a field.
    pub fn first_wrote(
        &self,
        (table, row, field): (&str, &str, &str),
        value: &Scalar,
    ) -> Option<(u64, ActorId)> {
        let table = self.tables.keys().position(|t| *t == table)?;
        let (counter, actor) =
            self.history
                .written_first(table, &format!("{row}.{field}"), value)?;
        Some((self.time_of(&actor, counter), actor))
    }

    fn claim(&self, value: Scalar, id: &ObjId, authors: Authors<'_>) -> Claim<Scalar> {
        let (author, at) = match id {
            ObjId::Root => (None, 0),
            ObjId::Id(counter, actor, _) => (authors(actor), self.time_of(actor, *counter)),
        };
        Claim { value, author, at }
    }

    pub(super) fn time_of(&self, actor: &ActorId, counter: u64) -> u64 {
        let Some(changes) = self.actors.get(actor) else {
            return 0;
        };
        match changes.partition_point(|(start, _)| *start <= counter) {
            0 => 0,
            n => changes[n - 1].1,
        }
    }

    /// Everything that stands in the document, every claim kept. Fields that are `Null` for everybody are absent.
    pub fn rows(&self, authors: Authors<'_>) -> Rows {
        let mut rows = Rows::default();
        for (name, id) in &self.tables {
            for item in self.doc.map_range(id, ..) {
                let Some((row, field)) = item.key.rsplit_once('.') else {
                    continue;
                };
                let claims = if item.conflict {
                    self.claims_at(id, &item.key, authors)
                } else {
                    match item.value.clone().into_value().as_scalar().and_then(scalar) {
                        Some(Scalar::Null) | None => Vec::new(),
                        Some(value) => vec![self.claim(value, &item.id(), authors)],
                    }
                };
                if !claims.is_empty() {
                    set_claims(&mut rows, name, row, field, claims);
                }
            }
        }
        rows
    }

    /// Brings the named fields of `rows` up to the document: cheaper than [`Doc::rows`] after a small change.
    pub fn refresh_rows(&self, rows: &mut Rows, puts: &[Put], authors: Authors<'_>) {
        for (table, row, field, _) in puts {
            let claims = self.claims(table, row, field, authors);
            set_claims(rows, table, row, field, claims);
        }
    }
}

/// Sets all claims to a field; none removes the field, and with the last field the row and table.
fn set_claims(rows: &mut Rows, table: &str, row: &str, field: &str, claims: Vec<Claim<Scalar>>) {
    if !claims.is_empty() {
        rows.tables
            .entry(table.to_owned())
            .or_default()
            .entry(row.to_owned())
            .or_default()
            .insert(field.to_owned(), claims);
        return;
    }
    if let Some(table_rows) = rows.tables.get_mut(table) {
        if let Some(fields) = table_rows.get_mut(row) {
            fields.remove(field);
            if fields.is_empty() {
                table_rows.remove(row);
            }
        }
        if table_rows.is_empty() {
            rows.tables.remove(table);
        }
    }
}

fn put_all(
    doc: &mut Automerge,
    tables: &BTreeMap<&'static str, ObjId>,
    puts: &[Put],
    time_ms: u64,
) -> Result<Option<ChangeHash>, WriteError> {
    let broken = |e: automerge::AutomergeError| WriteError::Automerge(e.to_string());
    // The most that the chunk can need; what a reader would refuse is not written.
    let (mut bytes, mut replaced) = (128 + 32 * doc.get_heads().len(), 0);
    let mut tx = doc.transaction();
    for (table, row, field, value) in puts {
        let Some(id) = tables.get(table.as_str()) else {
            continue;
        };
        let key = format!("{row}.{field}");
        let standing = tx.get_all(id, key.as_str()).map_err(broken)?;
        let same = match standing.as_slice() {
            [] => *value == Scalar::Null,
            [(one, _)] => one.as_scalar().and_then(scalar).as_ref() == Some(value),
            _ => false,
        };
        if !same {
            bytes += 64 + key.len() + length(value) + 40 * standing.len();
            replaced += standing.len() as u64;
            tx.put(id, key, to_automerge(value)).map_err(broken)?;
        }
    }
    if bytes > MAX_CHUNK || replaced > MAX_ENTRIES {
        tx.rollback();
        return Err(if bytes > MAX_CHUNK {
            WriteError::TooLarge(bytes)
        } else {
            WriteError::TooContested(replaced)
        });
    }
    // Automerge calls the time seconds and never reads it; we keep milliseconds.
    let time = i64::try_from(time_ms).unwrap_or(i64::MAX);
    let (hash, _) = tx.commit_with(CommitOptions::default().with_time(time));
    Ok(hash)
}

fn length(value: &Scalar) -> usize {
    match value {
        Scalar::Text(text) => text.len(),
        Scalar::Null | Scalar::Bool(_) | Scalar::Int(_) => 10,
    }
}

fn to_automerge(value: &Scalar) -> ScalarValue {
    match value {
        Scalar::Null => ScalarValue::Null,
        Scalar::Bool(b) => ScalarValue::Boolean(*b),
        Scalar::Int(i) => ScalarValue::Int(*i),
        Scalar::Text(t) => ScalarValue::Str(t.as_str().into()),
    }
}

pub(super) fn scalar(value: &ScalarValue) -> Option<Scalar> {
    match value {
        ScalarValue::Null => Some(Scalar::Null),
        ScalarValue::Boolean(b) => Some(Scalar::Bool(*b)),
        ScalarValue::Int(i) => Some(Scalar::Int(*i)),
        ScalarValue::Str(s) => Some(Scalar::Text(s.to_string())),
        _ => None,
    }
}

#[cfg(test)]
#[path = "crdt_tests.rs"]
mod tests;
