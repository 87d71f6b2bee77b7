//! The part of an exchange in which both sides find out what differs, and what is sent because of it. Must not know what comes.

use super::super::SessionError;
use super::super::tree::{self, Step};
use super::super::wire::{Heap, Prefix, Say};
use super::super::writer::Out;
use super::{Owed, Talk};
use crate::limits;
use crate::log::DocId;
use crate::store::{Digest, LogEnd};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

impl Talk {
    /// What follows for a range.
    pub(super) fn compare(&mut self, prefix: Prefix, here: &Heap, there: &Heap) {
        match tree::step(prefix, here, there) {
            Step::Same | Step::Await => {}
            Step::SendAll => {
                let docs: Vec<DocId> = tree::range(&self.shelf.docs, prefix)
                    .iter()
                    .map(|d| d.doc)
                    .collect();
                for doc in docs {
                    self.gift(doc, &[]);
                }
            }
            Step::Split => {
                self.owed.insert(Owed::Split(prefix));
                self.say(Say::Split(prefix, tree::split(&self.shelf.docs, prefix)));
            }
            Step::Name => {
                self.owed.insert(Owed::Docs(prefix));
                let docs = tree::range(&self.shelf.docs, prefix);
                let docs = docs.iter().map(|d| (d.doc, d.digest)).collect();
                self.say(Say::Docs(prefix, docs));
            }
        }
    }

    pub(super) fn compare_docs(&mut self, prefix: Prefix, there: BTreeMap<DocId, Digest>) {
        let here = tree::range(&self.shelf.docs, prefix).iter();
        let here: Vec<(DocId, Digest)> = here.map(|d| (d.doc, d.digest)).collect();
        for (doc, digest) in here {
            match there.get(&doc) {
                None => self.gift(doc, &[]),
                Some(theirs) if *theirs == digest => {}
                Some(_) => {
                    self.owed.insert(Owed::Ends(doc));
                    let _ = self.out.send(Out::Ends(doc, false));
                }
            }
        }
    }

    fn gift(&mut self, doc: DocId, had: &[LogEnd]) {
        self.shared.ledger().says(doc, had);
        self.gifts.push(doc);
    }

    pub(super) fn send(&self, doc: DocId) {
        self.shared.waiting.fetch_add(1, Ordering::AcqRel);
        let _ = self.out.send(Out::Doc(doc));
    }

    /// Everything was compared: what the peer lacks goes, what opens the rest first.
    pub(super) fn send_gifts(&mut self) {
        let mut gifts = std::mem::take(&mut self.gifts);
        let shelf = &self.shelf.docs;
        let place = |doc: &DocId| {
            let at = shelf.binary_search_by_key(doc, |d| d.doc);
            at.ok()
                .and_then(|at| shelf.get(at))
                .map_or((u8::MAX, [0; 8]), |d| d.place)
        };
        gifts.sort_by_key(|doc| (place(doc), *doc));
        for doc in gifts {
            self.send(doc);
        }
        self.say(Say::Sent);
        self.sent = true;
    }

    pub(super) fn hear_ends(
        &mut self,
        doc: DocId,
        ends: &[LogEnd],
        asked: bool,
    ) -> Result<(), SessionError> {
        if self.owed.remove(&Owed::Ends(doc)) {
            match self.sent {
                false => self.gift(doc, ends),
                true => {
                    self.shared.ledger().says(doc, ends);
                    self.send(doc);
                }
            }
            return Ok(());
        }
        if !asked {
            return Err(SessionError::Protocol("it spoke out of turn".into()));
        }
        self.questions += 1;
        if self.questions > limits::SESSION_ENTRIES {
            return Err(SessionError::Limit("it asks too much".into()));
        }
        if self.shared.waiting.load(Ordering::Acquire) > limits::SESSION_ENTRIES as u64 {
            return Err(SessionError::Limit("it asks and does not listen".into()));
        }
        self.shared.ledger().says(doc, ends);
        let _ = self.out.send(Out::Ends(doc, false));
        self.send(doc);
        Ok(())
    }

    /// Asks where the logs of a document end there.
    pub(super) fn question(&mut self, doc: DocId) {
        if self.owed.insert(Owed::Ends(doc)) {
            let _ = self.out.send(Out::Ends(doc, true));
        }
    }
}
