//! What a repair could not read: how far the logs of a damaged file went beyond what is here now. Owns the note of it in `meta`. It is said
//! wherever figures are shown, until somebody else has brought what is missing, or it is taken as lost. Must not know how it was lost.

use super::Store;
use super::error::StoreError;
use super::inner::{Inner, meta, set_meta};
use super::local::Purpose;
use crate::document::DocRef;
use crate::log::{DeviceId, DocId, Epoch, LogId};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name of the note.
const NAME: &str = "lacking";

/// A log that went further.
#[derive(Serialize, Deserialize)]
struct Note {
    doc: [u8; 32],
    about: Option<DocRef>,
    device: [u8; 32],
    epoch: u64,
    end: u64,
}

/// What is missing of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// Which, where that is known.
    pub doc: Option<DocRef>,
    /// How many envelopes.
    pub envelopes: u64,
}

/// Notes how far logs went.
pub fn write(
    db: &Connection,
    inner: &Inner,
    ends: &BTreeMap<LogId, u64>,
    names: &BTreeMap<DocId, DocRef>,
) -> Result<(), StoreError> {
    if ends.is_empty() {
        return Ok(());
    }
    let notes = ends.iter().map(|(log, end)| Note {
        doc: log.doc.0,
        about: names.get(&log.doc).cloned(),
        device: log.device.0,
        epoch: log.epoch.0,
        end: *end,
    });
    let notes: Vec<Note> = notes.collect();
    set_meta(
        db,
        NAME,
        inner.keys.seal_value(Purpose::Lacking, &[], &notes)?,
    )
}

/// Where each log ends that is here.
pub fn ends(db: &Connection) -> Result<BTreeMap<LogId, u64>, StoreError> {
    let mut statement = db.prepare(
        "SELECT d.doc, l.device, l.epoch, l.seq FROM logs l JOIN documents d ON d.id = l.doc",
    )?;
    let mut rows = statement.query([])?;
    let mut ends = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let log = LogId {
            doc: DocId(row.get(0)?),
            device: DeviceId(row.get(1)?),
            epoch: Epoch(u64::from_be_bytes(row.get(2)?)),
        };
        ends.insert(log, u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0));
    }
    Ok(ends)
}

impl Store {
    /// What a repair could not read and nobody has brought since, by document; of people who are erased nothing is said.
    pub fn lacking(&mut self) -> Result<Vec<Lack>, StoreError> {
        let Some(sealed) = meta::<Vec<u8>>(&self.db, NAME)? else {
            return Ok(Vec::new());
        };
        let keys = &self.inner.keys;
        let notes: Option<Vec<Note>> = keys.open_value(Purpose::Lacking, &[], &sealed);
        let (ends, state) = (ends(&self.db)?, self.inner.known_rights(&self.db).ok());
        let mut lacking: BTreeMap<[u8; 32], Lack> = BTreeMap::new();
        for note in notes.unwrap_or_default() {
            let log = LogId {
                doc: DocId(note.doc),
                device: DeviceId(note.device),
                epoch: Epoch(note.epoch),
            };
            let missing = note
                .end
                .saturating_sub(ends.get(&log).copied().unwrap_or(0));
            let about = note.about.as_ref().and_then(|doc| doc.person.as_ref());
            let erased = about.zip(state.as_ref());
            if missing == 0 || erased.is_some_and(|(p, s)| s.erased.contains_key(p)) {
                continue;
            }
            let doc = note.about;
            let lack = lacking
                .entry(note.doc)
                .or_insert(Lack { doc, envelopes: 0 });
            lack.envelopes += missing;
        }
        Ok(lacking.into_values().collect())
    }

    /// Takes what is missing as lost: it is not said any more.
    pub fn take_as_lost(&mut self) -> Result<(), StoreError> {
        self.write(|work| {
            work.db
                .execute("DELETE FROM meta WHERE name = ?1", [NAME])?;
            Ok(())
        })
    }
}

impl std::fmt::Display for Lack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.envelopes {
            1 => f.write_str("1 envelope")?,
            n => write!(f, "{n} envelopes")?,
        }
        write!(f, " of {}", named(self.doc.as_ref()))
    }
}

/// A document in words.
pub fn named(doc: Option<&DocRef>) -> String {
    match doc {
        None => "a document of which it is not known what it is".to_owned(),
        Some(DocRef { kind, person, .. }) => match person {
            Some(person) => format!("the document “{}” of person {person}", kind.name()),
            None => format!("the document “{}”", kind.name()),
        },
    }
}
