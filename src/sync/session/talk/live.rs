//! What follows once both have had everything: noting it, and sending what comes into the file from then on. Must not know what comes from
//! the peer.

use super::super::writer::Out;
use super::super::{SessionError, Until};
use super::Talk;
use crate::log::DocId;
use crate::store::{Gift, Store, StoreError};
use std::sync::atomic::Ordering;

/// Of so many documents what is new is looked for at once.
const FEW: usize = 4;

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
        let told = self.told;
        self.ask(move |store| {
            store.note_met(&peer, upto)?;
            store.note_told(&peer, told)
        })
        .await
    }

    /// Sends what came into the file since it was looked at last, whoever wrote it.
    pub(super) async fn look(&mut self) -> Result<(), SessionError> {
        let (peer, after, shared) = (self.peer, self.upto, self.shared.clone());
        let look = move |store: &mut Store| {
            let news = store.news(&peer, after)?;
            // An edit or two are looked for at once: asking anew wakes two threads.
            let few = news.docs.iter().filter(|_| news.docs.len() <= FEW);
            let gifts = few.map(|doc| {
                let had = shared.ledger().had(doc);
                store.give(&peer, doc, &had)
            });
            let gifts = gifts.collect::<Result<Vec<Gift>, StoreError>>()?;
            Ok((news, gifts))
        };
        let (news, gifts) = self.ask(look).await?;
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
        match gifts.is_empty() {
            true => news.docs.into_iter().for_each(|doc| self.send(doc)),
            false => {
                for (doc, gift) in news.docs.into_iter().zip(gifts) {
                    self.shared.waiting.fetch_add(1, Ordering::AcqRel);
                    let _ = self.out.send(Out::Gift(doc, gift));
                }
            }
        }
        self.upto = news.upto;
        Ok(())
    }
}
