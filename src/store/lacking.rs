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

/// What is noted.
#[derive(Default, Serialize, Deserialize)]
struct Notes {
    logs: Vec<Note>,
    /// A part of the file was not there, and may have held what nothing else names.
    unnamed: bool,
}

/// A log that went further.
#[derive(Serialize, Deserialize)]
struct Note {
    doc: [u8; 32],
    about: Option<DocRef>,
    device: [u8; 32],
    epoch: u64,
    end: u64,
}

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Envelopes.
    Envelopes {
        /// Of which document, where that is known.
        of: Option<DocRef>,
        /// How many.
        count: u64,
    },
    /// What nothing names.
    Unnamed,
}

/// Notes how far logs went, and whether there may have been others.
pub fn write(
    db: &Connection,
    inner: &Inner,
    ends: &BTreeMap<LogId, u64>,
    names: &BTreeMap<DocId, DocRef>,
    unnamed: bool,
) -> Result<(), StoreError> {
    if ends.is_empty() && !unnamed {
        return Ok(());
    }
    let logs = ends.iter().map(|(log, end)| Note {
        doc: log.doc.0,
        about: names.get(&log.doc).cloned(),
        device: log.device.0,
        epoch: log.epoch.0,
        end: *end,
    });
    let notes = Notes {
        logs: logs.collect(),
        unnamed,
    };
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
        let notes: Option<Notes> = keys.open_value(Purpose::Lacking, &[], &sealed);
        let notes = notes.unwrap_or_default();
        let (ends, state) = (ends(&self.db)?, self.inner.known_rights(&self.db).ok());
        let mut counts: BTreeMap<Option<DocRef>, u64> = BTreeMap::new();
        for note in notes.logs {
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
            *counts.entry(note.about).or_default() += missing;
        }
        let envelopes = counts
            .into_iter()
            .map(|(of, count)| Lack::Envelopes { of, count });
        let unnamed = notes.unnamed.then_some(Lack::Unnamed);
        Ok(envelopes.chain(unnamed).collect())
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
        match self {
            Self::Envelopes { of, count: 1 } => write!(f, "1 envelope of {}", named(of.as_ref())),
            Self::Envelopes { of, count } => {
                write!(f, "{count} envelopes of {}", named(of.as_ref()))
            }
            Self::Unnamed => f.write_str(
                "what stood in the missing part of the file alone, which cannot be named",
            ),
        }
    }
}

/// A document in words.
pub fn named(doc: Option<&DocRef>) -> String {
    match doc {
        None => "documents of which it is not known what they are".to_owned(),
        Some(DocRef { kind, person, .. }) => match person {
            Some(person) => format!("the document “{}” of person {person}", kind.name()),
            None => format!("the document “{}”", kind.name()),
        },
    }
}
