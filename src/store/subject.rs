//! Everything that is held about a person, as far as this folder's user may read it: their documents with all that was ever written in
//! them, the rows about them in what the team shares, their devices and rights. Owns what belongs to that. Must not know: how it is shown.

use super::Store;
use super::aside::log_name;
use super::documents::Loaded;
use super::erase::kinds;
use super::error::StoreError;
use super::inner::{Inner, day_of, now_ms};
use crate::document::code::key_parts;
use crate::document::crdt::Put;
use crate::document::rows::Row;
use crate::document::{DocRef, Kind, Rows, Scalar};
use crate::domain::PersonId;
use crate::domain::team::Right;
use crate::log::kept::Held;
use crate::log::{Access, AuthorityState, DeviceId, DocId, Verdict, Wait, may};
use rusqlite::Connection;

/// One change that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Who, where the device is known to belong to somebody.
    pub author: Option<PersonId>,
    /// When, milliseconds since 1970 UTC, by the writer's clock.
    pub at_ms: u64,
    /// Its log, in short, and its place there.
    pub log: String,
    /// Place in its log.
    pub seq: u64,
    /// Whether it counts, and if not, why, in words.
    pub standing: String,
    /// What it assigns; empty where it gives a key to others, or where this device cannot read it.
    pub puts: Vec<Put>,
}

/// One document about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectDocument {
    /// Kind.
    pub kind: Kind,
    /// What stands now; a field with several claims is in conflict.
    pub rows: Rows,
    /// All that was ever written, in order of arrival.
    pub written: Vec<Written>,
    /// What was set aside since it cannot be read, and what waits for something that is not here: a line each.
    pub aside: Vec<String>,
}

/// A row of what the team shares that names the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Kind of document.
    pub kind: Kind,
    /// Table.
    pub table: String,
    /// Row key.
    pub row: String,
    /// Its fields, with all claims; empty where it names them no more.
    pub fields: Row,
    /// What was written in it.
    pub written: Vec<Written>,
}

/// Everything that is held about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Whose.
    pub person: PersonId,
    /// Their documents.
    pub documents: Vec<SubjectDocument>,
    /// Kinds of documents that this folder's user may not read.
    pub withheld: Vec<Kind>,
    /// Rows elsewhere.
    pub mentions: Vec<Mention>,
    /// Their devices, each with whether it takes part today.
    pub devices: Vec<(DeviceId, bool)>,
    /// Rights that they hold or that others hold over them, each with whether it was taken away.
    pub rights: Vec<(Right, bool)>,
}

impl Store {
    /// Everything that is held about a person and that this folder's user may read.
    pub fn subject(&mut self, person: &PersonId) -> Result<Subject, StoreError> {
        let tx = self.db.transaction()?;
        let found = subject(&tx, &mut self.inner, person);
        tx.commit()?;
        found
    }
}

fn subject(db: &Connection, inner: &mut Inner, person: &PersonId) -> Result<Subject, StoreError> {
    let state = inner.rights(db)?;
    if state.erased.contains_key(person) {
        return Err(StoreError::Erased(person.to_string()));
    }
    let mut found = Subject {
        person: person.clone(),
        documents: Vec::new(),
        withheld: Vec::new(),
        mentions: Vec::new(),
        devices: Vec::new(),
        rights: Vec::new(),
    };
    for kind in kinds() {
        let doc = DocRef::of(kind, person);
        if !readable(inner, &state, &doc) {
            found.withheld.push(kind);
            continue;
        }
        if let Some(loaded) = Loaded::load(db, inner, &doc)? {
            found.documents.push(SubjectDocument {
                kind,
                rows: loaded.rows.clone(),
                written: written(db, inner, &loaded)?,
                aside: aside(db, &loaded)?,
            });
            inner.keep(loaded);
        }
    }
    for kind in Kind::ALL.into_iter().filter(|k| !k.is_personal()) {
        let doc = DocRef::team_wide(kind);
        if !readable(inner, &state, &doc) {
            found.withheld.push(kind);
            continue;
        }
        if let Some(loaded) = Loaded::load(db, inner, &doc)? {
            let written = written(db, inner, &loaded)?;
            found
                .mentions
                .extend(mentions(kind, &loaded.rows, &written, person));
            inner.keep(loaded);
        }
    }
    let authority = inner.authority(db)?;
    let members = authority.chain_state().devices.iter();
    let own = members
        .chain(&authority.joined().devices)
        .filter(|(_, m)| m.person.as_ref() == Some(person));
    found.devices = own
        .map(|(d, _)| (*d, authority.person_of(d) == Some(person)))
        .collect();
    let rights = authority.chain_state().rights.iter();
    let about =
        rights.filter(|g| g.right.holder == *person || g.right.over.as_ref() == Some(person));
    found.rights = about
        .map(|g| (g.right.clone(), g.ended.is_some()))
        .collect();
    Ok(found)
}

pub(super) fn readable(inner: &Inner, state: &AuthorityState, doc: &DocRef) -> bool {
    let today = day_of(now_ms());
    may(Access::Read, doc, &inner.me, &state.rights, today)
}

/// All that was ever written in a document.
fn written(
    db: &Connection,
    inner: &mut Inner,
    loaded: &Loaded,
) -> Result<Vec<Written>, StoreError> {
    let (envelopes, made) = loaded.assembled(db, inner)?;
    let authority = inner.authority(db)?;
    let mut all = Vec::new();
    for (index, envelope) in envelopes.iter().enumerate() {
        let header = envelope.header();
        let change = made.changes.get(index).and_then(Option::as_ref);
        let member = authority.member(&header.log.device);
        all.push(Written {
            author: member.and_then(|m| m.person.clone()),
            at_ms: header.time_ms,
            log: log_name(&header.log.device.0, &header.log.epoch.0.to_be_bytes()),
            seq: header.seq,
            standing: standing(made.verdicts[index], made.marked.contains(&index)),
            puts: change.map_or_else(Vec::new, |c| made.doc.puts_of(c)),
        });
    }
    Ok(all)
}

fn standing(verdict: Verdict, shown: bool) -> String {
    match (verdict, shown) {
        (Verdict::Accepted, _) => "counts".to_owned(),
        (Verdict::Quarantined(_), true) => {
            "quarantined, and shown since something that counts rests on it".to_owned()
        }
        (Verdict::Quarantined(_), false) => "quarantined: it does not count".to_owned(),
        (Verdict::Dropped, _) => "dropped with a branch of its log".to_owned(),
        (Verdict::Early(Wait::Key), _) => "its key is not here".to_owned(),
        (Verdict::Early(_), _) => "waits for something that is not here".to_owned(),
        (Verdict::Refused(why), _) => format!("refused: {why}"),
    }
}

/// What was set aside of a document, and what waits.
fn aside(db: &Connection, loaded: &Loaded) -> Result<Vec<String>, StoreError> {
    let mut lines = Vec::new();
    let mut statement =
        db.prepare_cached("SELECT seq, why FROM set_aside WHERE doc = ?1 ORDER BY n")?;
    let mut rows = statement.query([loaded.row])?;
    while let Some(row) = rows.next()? {
        let (seq, why): (i64, String) = (row.get(0)?, row.get(1)?);
        lines.push(format!("envelope {seq} of a log was set aside: {why}"));
    }
    let DocId(id) = loaded.id;
    let waiting: i64 = db.query_row(
        "SELECT count(*) FROM early WHERE doc = ?1",
        [&id[..]],
        |r| r.get(0),
    )?;
    if waiting > 0 {
        lines.push(format!(
            "{waiting} envelopes wait for something that is not here, and cannot be read yet"
        ));
    }
    Ok(lines)
}

/// The rows of a shared document that name a person now or once did, each with what was written in it.
fn mentions(kind: Kind, rows: &Rows, written: &[Written], person: &PersonId) -> Vec<Mention> {
    let of_key = |key: &str| key_parts(key).iter().any(|part| part == person.as_str());
    let is = |value: &Scalar| matches!(value, Scalar::Text(text) if text == person.as_str());
    let mut named: std::collections::BTreeSet<(String, String)> = std::collections::BTreeSet::new();
    for (table, of_table) in &rows.tables {
        for (key, row) in of_table {
            if of_key(key) || row.values().flatten().any(|c| is(&c.value)) {
                named.insert((table.clone(), key.clone()));
            }
        }
    }
    for (table, row, _, value) in written.iter().flat_map(|w| &w.puts) {
        if of_key(row) || is(value) {
            named.insert((table.clone(), row.clone()));
        }
    }
    let mention = |(table, row): (String, String)| {
        let of_row = |w: &Written| {
            let puts = w.puts.iter().filter(|(t, r, ..)| *t == table && *r == row);
            let puts: Vec<Put> = puts.cloned().collect();
            (!puts.is_empty()).then(|| Written { puts, ..w.clone() })
        };
        Mention {
            kind,
            fields: rows.row(&table, &row).cloned().unwrap_or_default(),
            written: written.iter().filter_map(of_row).collect(),
            table,
            row,
        }
    };
    named.into_iter().map(mention).collect()
}
