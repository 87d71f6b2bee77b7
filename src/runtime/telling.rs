//! What is told of the history while the dashboard runs: each document is read once, and again when it was written to or when names changed.
//! Owns what was read so far and what is left to read. Must not know: where histories come from, nor when there is time to read them.

use crate::app::event::History;
use crate::document::DocRef;
use crate::document::naming::document_words;
use crate::domain::Team;
use crate::domain::told::{Newest, Told};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// So many changes are told, the newest.
const TOLD: usize = 2_000;
/// What was told so far is shown after so many documents.
const SHOWN_EVERY: usize = 32;

/// Whose history can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Each document with a value that is another once it was written to.
    pub documents: Vec<(DocRef, [u8; 32])>,
    /// How many more there are that the folder's user may not read.
    pub withheld: usize,
}

/// A document's heads, and with which names it was told.
type Version = ([u8; 32], u64);

/// What was told, and what is left to read.
#[derive(Debug)]
pub struct Telling {
    newest: Newest,
    /// Numbers of documents, in order of coming.
    numbers: HashMap<DocRef, u64>,
    /// As what each document was asked for last.
    wanted: HashMap<DocRef, Version>,
    /// As what each document was read.
    read: HashMap<DocRef, Version>,
    left: VecDeque<DocRef>,
    /// Why a document was not read.
    not_read: BTreeMap<DocRef, String>,
    withheld: usize,
    /// The team whose names sentences have, and how many others there were before.
    named: Option<(Arc<Team>, u64)>,
    /// All is being read again, since what one document tells became less.
    refilling: bool,
    since_shown: usize,
    shown: Arc<History>,
}

impl Default for Telling {
    fn default() -> Self {
        Self {
            newest: Newest::new(TOLD),
            numbers: HashMap::new(),
            wanted: HashMap::new(),
            read: HashMap::new(),
            left: VecDeque::new(),
            not_read: BTreeMap::new(),
            withheld: 0,
            named: None,
            refilling: false,
            since_shown: 0,
            shown: Arc::default(),
        }
    }
}

impl Telling {
    /// Somebody looks: whatever was not read as it stands now is to be read. What is under way goes on, and what was written to comes after it,
    /// so that the first pass ends however much is written meanwhile. What is known already is told at once where nothing is left to read.
    pub fn ask(&mut self, sources: &Sources, team: &Arc<Team>) -> Option<Arc<History>> {
        let names = self.names(team);
        self.withheld = sources.withheld;
        let all = sources.documents.iter();
        self.wanted = all
            .map(|(doc, heads)| (doc.clone(), (*heads, names)))
            .collect();
        let gone: Vec<DocRef> = self
            .numbers
            .keys()
            .filter(|doc| !self.wanted.contains_key(doc))
            .cloned()
            .collect();
        for doc in &gone {
            if let Some(number) = self.numbers.remove(doc) {
                self.newest.forget(number);
            }
            self.read.remove(doc);
            self.not_read.remove(doc);
        }
        let (wanted, read) = (&self.wanted, &self.read);
        let stale = |doc: &DocRef| read.get(doc) != wanted.get(doc);
        self.left
            .retain(|doc| wanted.contains_key(doc) && stale(doc));
        let under_way: HashSet<DocRef> = self.left.iter().cloned().collect();
        let more = sources.documents.iter().map(|(doc, _)| doc);
        let more = more.filter(|doc| stale(doc) && !under_way.contains(doc));
        self.left.extend(more.cloned());
        self.refill();
        self.left.is_empty().then(|| self.show())
    }

    /// Whether something is left to read.
    pub fn is_busy(&self) -> bool {
        !self.left.is_empty()
    }

    /// What is read next.
    pub fn next_document(&mut self) -> Option<DocRef> {
        self.left.pop_front()
    }

    /// Takes what was read of it; from time to time what is to be shown. Where it could not be read, what it told before stays.
    pub fn take(&mut self, doc: DocRef, read: Result<Vec<Told>, String>) -> Option<Arc<History>> {
        match read {
            Ok(told) => {
                let next = self.numbers.values().max().map_or(0, |last| last + 1);
                let number = *self.numbers.entry(doc.clone()).or_insert(next);
                self.newest.replace(number, told);
                self.not_read.remove(&doc);
                if let Some(version) = self.wanted.get(&doc) {
                    self.read.insert(doc, *version);
                }
            }
            Err(why) => {
                // It is tried again when somebody looks the next time.
                self.read.remove(&doc);
                self.not_read.insert(doc, why);
            }
        }
        self.refill();
        self.since_shown += 1;
        let show = self.left.is_empty() || self.since_shown >= SHOWN_EVERY;
        show.then(|| self.show())
    }

    /// Where what a document tells became less, what others told before was left out for it: all are read once more.
    fn refill(&mut self) {
        if !self.left.is_empty() {
            return;
        }
        let again = self.newest.lacks() && self.not_read.is_empty() && !self.refilling;
        self.refilling = again;
        if again {
            self.left.extend(self.read.keys().cloned());
        }
    }

    /// A number that is another once names, rights or devices may be.
    fn names(&mut self, team: &Arc<Team>) -> u64 {
        let number = match &self.named {
            Some((before, number)) if same_names(before, team) => *number,
            Some((_, number)) => number + 1,
            None => 0,
        };
        self.named = Some((Arc::clone(team), number));
        number
    }

    fn show(&mut self) -> Arc<History> {
        self.since_shown = 0;
        let seen = |doc: &DocRef| self.read.contains_key(doc) || self.not_read.contains_key(doc);
        let team = self.named.as_ref().map(|(team, _)| team);
        let words = |doc: &DocRef| team.map_or_else(String::new, |team| document_words(team, doc));
        let now = History {
            told: self.newest.all().cloned().collect(),
            older: self.newest.left_out(),
            complete: self.wanted.keys().all(seen),
            withheld: self.withheld,
            not_read: self.not_read.keys().map(words).collect(),
        };
        if *self.shown != now {
            self.shown = Arc::new(now);
        }
        Arc::clone(&self.shown)
    }
}

/// Whether every sentence would be worded the same.
fn same_names(one: &Arc<Team>, other: &Arc<Team>) -> bool {
    Arc::ptr_eq(one, other)
        || (Arc::ptr_eq(&one.base, &other.base)
            && Arc::ptr_eq(&one.framework, &other.framework)
            && Arc::ptr_eq(&one.rights, &other.rights)
            && one.people.len() == other.people.len()
            && one
                .people
                .iter()
                .zip(&other.people)
                .all(|(a, b)| Arc::ptr_eq(a, b) || (a.id == b.id && a.name.get() == b.name.get())))
}

#[cfg(test)]
mod tests;
