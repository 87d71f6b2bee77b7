//! Whether a pack is true: headers signed, logs covered in one way, sums exact, and only then every change through the gate.

use super::{Coverage, Found, PackError, PackedChange, Subject};
use crate::document::Kind;
use crate::document::crdt::{ActorId, Doc};
use crate::log::envelope::BodyKind;
use crate::log::seal::{DocKey, KeyId};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Signatures, and that each log's headers follow each other in the one way in which [`Coverage::push`] keeps them.
pub(super) fn coverage(subject: &Subject, logs: &[Coverage]) -> Result<(), PackError> {
    for stretch in logs.iter().flat_map(Coverage::stretches) {
        let header = &stretch.signed.header;
        if header.team != subject.team || header.log.doc != subject.doc {
            return Err(PackError::Elsewhere);
        }
        stretch.signed.verify().map_err(PackError::Header)?;
    }
    for log in logs {
        let (mut seq, mut authority, mut key) = (0, 0, None);
        for (at, stretch) in log.stretches().iter().enumerate() {
            let header = &stretch.signed.header;
            let wrong = |why| Err(PackError::Coverage(header.log, why));
            if log.log() != Some(header.log) {
                return wrong("one is of another log");
            }
            if header.seq <= seq {
                return wrong("they do not ascend");
            }
            if header.authority.len < authority {
                return wrong("one knows less of the authority than the one before");
            }
            let last = at + 1 == log.stretches().len();
            match (header.kind, stretch.changes) {
                (BodyKind::Changes, 1..) if stretch.changes <= header.seq - seq => {
                    if key.replace(header.key) == Some(header.key) {
                        return wrong("two stand for one key");
                    }
                }
                (BodyKind::Grant | BodyKind::Statement, 0) if last => {}
                _ => return wrong("one counts changes that its envelopes cannot hold"),
            }
            (seq, authority) = (header.seq, header.authority.len);
        }
    }
    Ok(())
}

/// Every log's changes, folded in order, give the sums in its headers, and there are no others.
pub(super) fn sums(
    found: &Found,
    keys: &dyn Fn(&KeyId) -> Option<DocKey>,
) -> Result<(), PackError> {
    let mut by_log: Vec<Vec<&PackedChange>> = vec![Vec::new(); found.logs.len()];
    for change in &found.changes {
        // `decode` has found the log of each.
        if let Some(changes) = by_log.get_mut(change.log) {
            changes.push(change);
        }
    }
    let mut known: HashMap<KeyId, DocKey> = HashMap::new();
    for (log, changes) in found.logs.iter().zip(by_log) {
        let (counted, there) = (log.changes(), changes.len() as u64);
        if counted != there {
            return Err(PackError::Count {
                counted,
                found: there,
            });
        }
        let mut changes = changes.into_iter();
        let mut sum = [0; 32];
        for stretch in log.stretches() {
            let header = &stretch.signed.header;
            let mut time = None;
            if stretch.changes > 0 {
                let key = match known.entry(header.key) {
                    Entry::Occupied(found) => found.into_mut(),
                    Entry::Vacant(new) => {
                        new.insert(keys(&header.key).ok_or(PackError::NoKey(header.key))?)
                    }
                };
                for _ in 0..stretch.changes {
                    let Some(change) = changes.next() else { break };
                    sum = key.sum(&sum, &change.hash);
                    time = Some(change.time_ms);
                }
            }
            if sum != header.sum {
                return Err(PackError::Sum(header.log));
            }
            if time.is_some_and(|time| u64::try_from(time) != Ok(header.time_ms)) {
                return Err(PackError::Time(header.log));
            }
        }
    }
    Ok(())
}

/// The document that the changes make, each through the gate under its log's actor.
pub(super) fn changes(kind: Kind, found: &Found) -> Result<Doc, PackError> {
    let actors: Vec<Option<ActorId>> = found
        .logs
        .iter()
        .map(|log| log.log().map(|id| id.actor()))
        .collect();
    let mut at = 0;
    let mut doc = Doc::first(kind);
    let offered = found.changes.iter().enumerate().filter_map(|(n, change)| {
        at = n;
        let actor = actors.get(change.log)?.as_ref()?;
        Some((&change.chunk[..], actor))
    });
    match doc.apply(offered) {
        Ok(_) => Ok(doc),
        Err(why) => Err(PackError::Change { at, why }),
    }
}
