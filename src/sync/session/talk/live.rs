//! What follows once both have had everything: noting it, and sending what comes into the file from then on. Must not know what comes from
//! the peer.

use super::super::writer::Out;
use super::super::{SessionError, Until};
use super::Talk;
use crate::log::DocId;

impl Talk {
    /// Both have the same. That is noted once, and not with each edit while they are connected.
    pub(super) async fn met(&mut self, until: Until) -> Result<(), SessionError> {
        if self.noted.is_some() && until == Until::Closed {
            return Ok(());
        }
        self.note_met().await
    }

    pub(super) async fn note_met(&mut self) -> Result<(), SessionError> {
        let (peer, upto) = (self.peer, self.upto);
        if self.noted.replace(upto) == Some(upto) {
            return Ok(());
        }
        self.ask(move |store| store.note_met(&peer, upto)).await
    }

    /// Sends what came into the file since it was looked at last, whoever wrote it.
    pub(super) async fn look(&mut self) -> Result<(), SessionError> {
        let (peer, after) = (self.peer, self.upto);
        let news = self.ask(move |store| store.news(&peer, after)).await?;
        if !news.member {
            return Err(SessionError::Removed);
        }
        if news.record != self.record {
            self.record = news.record;
            let _ = self.out.send(Out::Record);
            // What the peer may have is another now.
            let shelf = self.ask(move |store| store.shelf(&peer)).await?;
            let shelf = shelf.ok_or(SessionError::Removed)?;
            let unknown: Vec<DocId> = {
                let ledger = self.shared.ledger();
                let docs = shelf.docs.iter().map(|d| d.doc);
                docs.filter(|d| !ledger.knows(d)).collect()
            };
            for doc in unknown {
                self.question(doc);
            }
        }
        for doc in news.docs {
            self.send(doc);
        }
        self.upto = news.upto;
        Ok(())
    }
}
