//! What became of a damaged file, in sentences: what could be read, and of which documents and days something is lost. Must not know how
//! either came about. People are named by their ids alone.

use super::found::Found;
use super::pages::Image;
use super::rebuild::Rebuilt;
use crate::log::{DocId, LogId};
use crate::store::early;
use crate::store::error::StoreError;
use crate::store::inner::day_of;
use crate::store::lacking::{self, named};
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
fn counted(n: usize, one: &str, many: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
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
    let ends = lacking::ends(&rebuilt.store.db)?;
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
        let what = counted(times, "thing", "things");
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
        "envelopes",
    );
    said.push(format!(
        "{} of the record of rights; {envelopes} of {}{days}; {}: all signed, in order, and nothing they rest on missing",
        counted(found.entries.len(), "entry", "entries"),
        counted(docs.len(), "document", "documents"),
        counted(rebuilt.keys, "key", "keys"),
    ));
}

/// What is missing, by document, and what waits.
fn per_document(
    found: &Found,
    rebuilt: &Rebuilt,
    ends: &BTreeMap<LogId, u64>,
) -> Result<BTreeMap<DocId, Missing>, StoreError> {
    let mut all: BTreeMap<DocId, Missing> = BTreeMap::new();
    let mut waits: BTreeMap<LogId, u64> = BTreeMap::new();
    for (doc, envelopes) in early::envelopes(&rebuilt.store.db)? {
        let missing = all.entry(doc).or_default();
        for header in envelopes.iter().map(|e| &e.header) {
            *waits.entry(header.log).or_default() += 1;
            match found.keys.contains_key(&header.key) {
                true => missing.waiting += 1,
                false => missing.without_key += 1,
            }
        }
    }
    let whole = found.envelopes.values().map(|e| &e.header);
    let headers = whole.chain(found.headers.values().map(|h| &h.header));
    let times: BTreeMap<(LogId, u64), u64> = headers.map(|h| ((h.log, h.seq), h.time_ms)).collect();
    for (log, stated) in &rebuilt.missing {
        let end = ends.get(log).copied().unwrap_or(0);
        let waiting = waits.get(log).copied().unwrap_or(0);
        let gone = stated.saturating_sub(end.saturating_add(waiting));
        if gone == 0 {
            continue;
        }
        let missing = all.entry(log.doc).or_default();
        missing.gone += gone;
        match times.get(&(*log, end)) {
            Some(time) => missing.since = Some(missing.since.map_or(*time, |t| t.min(*time))),
            None => missing.from_start = true,
        }
    }
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
            parts.push(format!(
                "{}{when}",
                counted(self.gone as usize, "envelope", "envelopes")
            ));
        }
        if self.waiting > 0 {
            parts.push(format!(
                "{} that can be read and rest on what is lost: they count as soon as that comes from somebody else",
                counted(self.waiting as usize, "envelope", "envelopes")
            ));
        }
        if self.without_key > 0 {
            parts.push(format!(
                "{} whose key is lost: they can be read once somebody of the team grants it again",
                counted(self.without_key as usize, "envelope", "envelopes")
            ));
        }
        format!("of {name}: {}", parts.join("; "))
    }
}
