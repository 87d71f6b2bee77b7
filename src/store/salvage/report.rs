//! What became of a damaged file, in sentences: what could be read, and of which documents and days something is lost. Must not know how
//! either came about. People are named by their ids alone.

use super::found::Found;
use super::pages::Image;
use super::rebuild::{Rebuilt, ends, named};
use crate::log::{DocId, Epoch, LogId};
use crate::store::early;
use crate::store::error::StoreError;
use crate::store::inner::day_of;
use std::collections::BTreeMap;

/// In sentences, each about one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentences {
    /// What is wrong with the file.
    pub wrong: String,
    /// What could be read.
    pub read: Vec<String>,
    /// What is lost, or waits for something that is.
    pub lost: Vec<String>,
}

/// What is missing of a document.
#[derive(Default)]
struct Missing {
    gone: u64,
    waiting: u64,
    without_key: u64,
    /// The last time before the loss, of the log where that is earliest.
    since: Option<u64>,
    /// Nothing is left of one of its logs.
    from_start: bool,
}

/// How many, with its noun.
fn counted(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        n if noun.ends_with('y') => format!("{n} {}ies", &noun[..noun.len() - 1]),
        n => format!("{n} {noun}s"),
    }
}

/// Says it.
pub fn sentences(image: &Image, found: &Found, rebuilt: &Rebuilt) -> Result<Sentences, StoreError> {
    let missing = image.missing();
    let wrong = match missing {
        Some((of, gone @ 1..)) => {
            format!("{gone} of the {of} pages of the team's file are missing")
        }
        Some(_) => "parts of the team's file make no sense".to_owned(),
        None => "the beginning of the team's file, and maybe more of it, makes no sense".to_owned(),
    };
    let mut said = Sentences {
        wrong,
        ..Sentences::default()
    };
    let ends = ends(&rebuilt.store)?;
    read(found, rebuilt, &ends, &mut said.read);
    for (doc, missing) in per_document(found, rebuilt, &ends)? {
        said.lost
            .push(missing.sentence(&named(found.docs.get(&doc))));
    }
    if !rebuilt.rights_whole {
        said.lost.push(
            "the newest entries of the record of rights may be lost: whoever owns the team hears them from somebody else first, or confirms that nobody has any (`guildhall owner confirm`)"
                .to_owned(),
        );
    }
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    for why in &rebuilt.received.refused {
        *refused.entry(why).or_default() += 1;
    }
    for (why, times) in refused {
        let what = counted(times, "thing");
        said.lost.push(format!(
            "{what} that can be read and cannot be taken over: {why}"
        ));
    }
    if matches!(missing, None | Some((_, 1..))) {
        said.lost.push(
            "what stood in the missing part alone cannot be named: this list may not be all, and open invitations are void"
                .to_owned(),
        );
    }
    Ok(said)
}

fn read(found: &Found, rebuilt: &Rebuilt, ends: &BTreeMap<LogId, u64>, said: &mut Vec<String>) {
    let docs: std::collections::BTreeSet<DocId> = ends
        .iter()
        .filter(|(_, end)| **end > 0)
        .map(|(log, _)| log.doc)
        .collect();
    let kept = |log: &LogId, seq: u64| ends.get(log).is_some_and(|end| seq <= *end);
    let whole = found.envelopes.values().map(|e| &e.header);
    let headers = whole.chain(found.headers.values().map(|h| &h.header));
    let times = headers.filter(|h| kept(&h.log, h.seq)).map(|h| h.time_ms);
    let (first, last) = times.fold((u64::MAX, 0), |(a, b), t| (a.min(t), b.max(t)));
    let days = match last {
        0 => String::new(),
        _ => format!(", written from {} to {}", day_of(first), day_of(last)),
    };
    let envelopes = counted(
        rebuilt.received.accepted + rebuilt.received.quarantined,
        "envelope",
    );
    said.push(format!(
        "{} of the record of rights; {envelopes} of {}{days}; {}: all signed, in order, and nothing they rest on missing",
        counted(found.entries.len(), "entry"),
        counted(docs.len(), "document"),
        counted(rebuilt.keys, "key"),
    ));
}

/// What is missing, by document: what the file says that a log held and the new one does not, and what waits.
fn per_document(
    found: &Found,
    rebuilt: &Rebuilt,
    ends: &BTreeMap<LogId, u64>,
) -> Result<BTreeMap<DocId, Missing>, StoreError> {
    let mut all: BTreeMap<DocId, Missing> = BTreeMap::new();
    let mut stated: BTreeMap<LogId, u64> = BTreeMap::new();
    for (note, end) in &found.logs {
        if let Some(doc) = found.rows.get(&note.doc) {
            let log = LogId {
                doc: *doc,
                device: note.device,
                epoch: Epoch(note.epoch),
            };
            stated.insert(log, *end);
        }
    }
    for (log, seq) in found.headers.values().map(|h| (h.header.log, h.header.seq)) {
        let end = stated.entry(log).or_default();
        *end = seq.max(*end);
    }
    let mut waits: BTreeMap<LogId, u64> = BTreeMap::new();
    for (doc, envelopes) in early::envelopes(&rebuilt.store.db)? {
        let missing = all.entry(doc).or_default();
        for header in envelopes.iter().map(|e| &e.header) {
            *waits.entry(header.log).or_default() += 1;
            let end = stated.entry(header.log).or_default();
            *end = header.seq.max(*end);
            match found.keys.contains_key(&header.key) {
                true => missing.waiting += 1,
                false => missing.without_key += 1,
            }
        }
    }
    let mut times: BTreeMap<(LogId, u64), u64> = BTreeMap::new();
    let whole = found.envelopes.values().map(|e| &e.header);
    for header in whole.chain(found.headers.values().map(|h| &h.header)) {
        times.insert((header.log, header.seq), header.time_ms);
    }
    for (log, stated) in stated {
        let end = ends.get(&log).copied().unwrap_or(0);
        let gone = stated.saturating_sub(end + waits.get(&log).copied().unwrap_or(0));
        if gone == 0 {
            continue;
        }
        let missing = all.entry(log.doc).or_default();
        missing.gone += gone;
        match times.get(&(log, end)) {
            Some(time) => missing.since = Some(missing.since.map_or(*time, |t| t.min(*time))),
            None => missing.from_start = true,
        }
    }
    all.retain(|_, m| m.gone + m.waiting + m.without_key > 0);
    Ok(all)
}

impl Missing {
    fn sentence(&self, name: &str) -> String {
        let mut parts = Vec::new();
        if self.gone > 0 {
            let when = match (self.from_start, self.since) {
                (false, Some(since)) => format!(", written on {} or later", day_of(since)),
                _ => ", from its first day on".to_owned(),
            };
            parts.push(format!("{}{when}", counted(self.gone as usize, "envelope")));
        }
        if self.waiting > 0 {
            parts.push(format!(
                "{} that can be read and rest on what is lost: they count as soon as that comes from somebody else",
                counted(self.waiting as usize, "envelope")
            ));
        }
        if self.without_key > 0 {
            parts.push(format!(
                "{} whose key is lost: they can be read once somebody of the team grants it again",
                counted(self.without_key as usize, "envelope")
            ));
        }
        format!("of {name}: {}", parts.join("; "))
    }
}
