//! Committing an edit: rights, changes, views, summaries, the undo step and the acknowledgement are one transaction.

use super::documents::{Loaded, NewChange, Writer};
use super::error::StoreError;
use super::inner::{Inner, day_of, meta, now_ms, set_meta};
use super::undo::{Step, StepField};
use super::views::{self, Base, InHand, PERSONAL};
use crate::document::crdt::{MAX_OPS, Put, WriteError};
use crate::document::{DocRef, Edit, Kind, Op};
use crate::domain::PersonId;
use crate::log::access::writers;
use crate::log::{Access, AuthorityState, DeviceId, DocKey, Grant, may};
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};

/// What a commit changed, for whoever draws it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Label of the step.
    pub label: String,
    /// People whose summary changed.
    pub people: BTreeSet<PersonId>,
    /// Whether something that the whole team shares, or one's own drafts, changed.
    pub base: bool,
    /// Fields that were left as they are, since somebody changed them in between.
    pub left: Vec<FieldName>,
}

impl Committed {
    /// Whether anything was written.
    pub fn changed(&self) -> bool {
        self.base || !self.people.is_empty()
    }
}

/// The name of a field, for saying that it was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldName {
    /// Document.
    pub doc: DocRef,
    /// Table.
    pub table: String,
    /// Row key.
    pub row: String,
    /// Field.
    pub field: String,
}

impl std::fmt::Display for FieldName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} of {}", self.table, self.row, self.doc.kind.name())?;
        write!(f, ": {}", self.field)
    }
}

/// A transaction in progress: documents in hand and what it will have changed.
pub struct Work<'a> {
    pub db: &'a Connection,
    pub inner: &'a mut Inner,
    pub in_hand: InHand,
    version: Option<i64>,
    latest_ms: u64,
    heard: BTreeMap<DeviceId, (PersonId, u64)>,
    /// Whether anything was appended to a log of this folder's.
    pub appended: bool,
    /// Whether the authority grew in this transaction, so that every verdict has to be asked anew.
    pub rejudge: bool,
    /// Whether anything waited in the file when what came was taken in hand.
    pub waited: bool,
    /// Own edits that are known to have been written anew before, where the file cannot say so.
    pub settled: BTreeSet<[u8; 32]>,
    touched: BTreeSet<DocRef>,
}

impl<'a> Work<'a> {
    pub fn new(db: &'a Connection, inner: &'a mut Inner) -> Result<Self, StoreError> {
        let latest_ms = meta::<i64>(db, "latest")?.unwrap_or(0);
        Ok(Self {
            db,
            inner,
            in_hand: InHand::new(),
            version: None,
            latest_ms: u64::try_from(latest_ms).unwrap_or(0),
            heard: BTreeMap::new(),
            appended: false,
            rejudge: false,
            waited: true,
            settled: BTreeSet::new(),
            touched: BTreeSet::new(),
        })
    }

    /// The time of a change made now: the clock, or just after the newest change that this file has seen if that is later, so that a
    /// slow clock neither reorders what was written nor takes a right away that has just been shown.
    pub fn time(&self) -> u64 {
        now_ms().max(self.latest_ms + 1)
    }

    /// Brings a document into hand, up to the file.
    pub fn hold(&mut self, doc: &DocRef) -> Result<&mut Loaded, StoreError> {
        if self.inner.carrier {
            return Err(StoreError::CarrierWrites);
        }
        if !self.in_hand.contains_key(doc) {
            let loaded = Loaded::load_or_begin(self.db, self.inner, doc)?;
            if loaded.numbers.is_empty() {
                // One that is begun for its key alone has a view as well.
                self.touched.insert(doc.clone());
            }
            self.in_hand.insert(doc.clone(), loaded);
        }
        // Inserted above if it was missing.
        self.in_hand
            .get_mut(doc)
            .ok_or(StoreError::Encode("a document"))
    }

    /// Appends one change of a writer to a document in hand.
    pub fn append(
        &mut self,
        doc: &DocRef,
        writer: &Writer<'_>,
        change: &NewChange<'_>,
    ) -> Result<bool, StoreError> {
        let key = self.key_for(doc, writer, change.at_ms)?;
        let Some(loaded) = self.in_hand.get_mut(doc) else {
            return Err(StoreError::Encode("a document"));
        };
        if !loaded.append(self.db, self.inner, writer, change, &key)? {
            return Ok(false);
        }
        self.note(doc, writer.device(), writer.person, change.at_ms);
        Ok(true)
    }

    /// Appends a grant of a document's key.
    pub fn append_grant(
        &mut self,
        doc: &DocRef,
        writer: &Writer<'_>,
        at_ms: u64,
        key: &DocKey,
        grant: &Grant,
    ) -> Result<(), StoreError> {
        self.hold(doc)?;
        let Some(loaded) = self.in_hand.get_mut(doc) else {
            return Err(StoreError::Encode("a document"));
        };
        loaded.append_grant(self.db, self.inner, writer, at_ms, key, grant)?;
        self.note(doc, writer.device(), writer.person, at_ms);
        Ok(())
    }

    /// Notes that a device of a person wrote to a document.
    pub fn note(&mut self, doc: &DocRef, device: DeviceId, person: &PersonId, at_ms: u64) {
        self.appended = true;
        let heard = self
            .heard
            .entry(device)
            .or_insert_with(|| (person.clone(), 0));
        heard.1 = heard.1.max(at_ms);
        self.latest_ms = self.latest_ms.max(at_ms);
        if !self.touched.contains(doc) {
            self.touched.insert(doc.clone());
        }
    }

    /// The number of this transaction.
    pub fn version(&mut self) -> Result<i64, StoreError> {
        match self.version {
            Some(version) => Ok(version),
            None => {
                let version = views::next_version(self.db)?;
                self.version = Some(version);
                Ok(version)
            }
        }
    }

    /// Writes views and bases of what was touched, and says whose summaries must follow.
    pub fn write_views(&mut self) -> Result<Committed, StoreError> {
        let mut committed = Committed::default();
        if self.touched.is_empty() && self.heard.is_empty() {
            return Ok(committed);
        }
        let version = self.version()?;
        for doc in std::mem::take(&mut self.touched) {
            if let Some(loaded) = self.in_hand.get(&doc) {
                views::write_view(self.db, self.inner, loaded)?;
                if Base::of(doc.kind).is_some() {
                    views::write_base(self.db, self.inner, loaded, version)?;
                    committed.base = true;
                }
            }
            match doc.person {
                Some(person) if PERSONAL.contains(&doc.kind) => {
                    committed.people.insert(person);
                }
                _ => {}
            }
        }
        for (device, (person, at)) in std::mem::take(&mut self.heard) {
            if self.hear(&device, at)? {
                committed.people.insert(person);
            }
        }
        let latest = i64::try_from(self.latest_ms).unwrap_or(i64::MAX);
        set_meta(self.db, "latest", latest)?;
        Ok(committed)
    }

    /// Notes when a device last wrote; says whether its day changed, which its person's summary shows.
    fn hear(&mut self, device: &DeviceId, at_ms: u64) -> Result<bool, StoreError> {
        use rusqlite::OptionalExtension;
        let at = i64::try_from(at_ms).unwrap_or(i64::MAX);
        let before: Option<i64> = self
            .db
            .prepare_cached("SELECT heard FROM devices WHERE device = ?1")?
            .query_row([&device.0[..]], |r| r.get(0))
            .optional()?;
        if before.is_some_and(|b| b >= at) {
            return Ok(false);
        }
        self.db
            .prepare_cached("INSERT OR REPLACE INTO devices (device, heard) VALUES (?1, ?2)")?
            .execute(params![&device.0[..], at])?;
        self.inner.count(|c| c.queries += 2);
        Ok(before.is_none_or(|b| day_of(u64::try_from(b).unwrap_or(0)) != day_of(at_ms)))
    }

    /// Writes the summaries of people who have any document.
    pub fn write_summaries(&mut self, people: &mut BTreeSet<PersonId>) -> Result<(), StoreError> {
        let mut nobody = Vec::new();
        for person in people.iter() {
            let key = self.inner.keys.person(person);
            let there: bool = self
                .db
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM documents WHERE person = ?1)")?
                .query_row([&key[..]], |r| r.get(0))?;
            if there {
                let version = self.version()?;
                views::write_summary(self.db, self.inner, person, &self.in_hand, version)?;
            } else {
                nobody.push(person.clone());
            }
        }
        for person in nobody {
            people.remove(&person);
        }
        Ok(())
    }
}

/// Assignments by document, in their order. Of two to one field in one edit only the later is made, so that a step that ends where it
/// began is none.
pub fn by_document(ops: &[Op]) -> BTreeMap<DocRef, Vec<Put>> {
    let mut docs: BTreeMap<DocRef, Vec<Put>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for op in ops.iter().rev() {
        if seen.insert((&op.doc, &op.table, &op.row, &op.field)) {
            docs.entry(op.doc.clone()).or_default().push((
                op.table.clone(),
                op.row.clone(),
                op.field.clone(),
                op.value.clone(),
            ));
        }
    }
    for puts in docs.values_mut() {
        puts.reverse();
    }
    docs
}

/// Refuses to write on a device that was taken out: everybody else would refuse it, and this folder at its next opening.
pub fn takes_part(state: &AuthorityState, own: &DeviceId) -> Result<(), StoreError> {
    match state.devices.contains_key(own) {
        true => Ok(()),
        false => Err(StoreError::TakenOut),
    }
}

/// Refuses what the person may not write on that day.
pub fn allow(
    state: &AuthorityState,
    doc: &DocRef,
    person: &PersonId,
    day: chrono::NaiveDate,
) -> Result<(), StoreError> {
    if let Some(erased) = doc
        .person
        .as_ref()
        .filter(|p| state.erased.contains_key(*p))
    {
        return Err(StoreError::Erased(erased.to_string()));
    }
    // A right that was taken away is over for whoever writes, even where its last day is today.
    if may(Access::Write, doc, person, &state.standing, day) {
        return Ok(());
    }
    let own = doc.person.as_ref() == Some(person);
    let what = match doc.kind {
        Kind::Framework => "the framework",
        Kind::Team => "what the team shares",
        Kind::Card => "this card",
        Kind::SelfRecord => "what somebody else says of themself",
        Kind::Record if own => "what managers hold about them",
        Kind::Record => "this record",
        Kind::Plan => "this plan",
        Kind::Private => "somebody else's notes",
        Kind::Succession | Kind::Aggregates | Kind::Statements => "this",
    };
    Err(StoreError::NotAllowed {
        person: person.to_string(),
        what,
        hint: writers(doc.kind, own),
    })
}

/// Applies an edit inside a transaction: one change for each document, one step for undo.
pub fn apply_edit(work: &mut Work<'_>, edit: &Edit) -> Result<Committed, StoreError> {
    let me = work.inner.me.clone();
    let signer = work.inner.device.clone();
    let state = work.inner.rights(work.db)?;
    takes_part(&state, &work.inner.device_id())?;
    let authority = work.inner.authority(work.db)?.position();
    let at_ms = work.time();
    let docs = by_document(&edit.ops);
    for (doc, puts) in &docs {
        allow(&state, doc, &me, day_of(at_ms))?;
        if puts.len() > MAX_OPS {
            return Err(WriteError::TooMany(puts.len()).into());
        }
    }
    super::stood::check(work, edit)?;
    let writer = Writer {
        signer: &signer,
        person: &me,
        authority,
    };
    let mut fields = Vec::new();
    for (doc, puts) in &docs {
        let loaded = work.hold(doc)?;
        let before = StepField::read(doc, &loaded.rows, puts);
        let change = NewChange {
            puts,
            at_ms,
            apart: None,
            slot: 0,
        };
        if work.append(doc, &writer, &change)? {
            let rows = &work.hold(doc)?.rows;
            fields.extend(before.into_iter().filter_map(|f| f.after(rows)));
        }
    }
    let mut committed = work.write_views()?;
    work.write_summaries(&mut committed.people)?;
    if !fields.is_empty() {
        Step {
            label: edit.label.clone(),
            fields,
        }
        .record(work)?;
    }
    committed.label.clone_from(&edit.label);
    Ok(committed)
}
