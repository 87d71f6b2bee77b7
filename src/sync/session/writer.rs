//! The half of a session that writes: messages in their order, and between them what the other lacks, in cargoes. Owns the stream to the
//! peer. Must not know what is read.

use super::SessionError;
use super::ledger::Ledger;
use super::wire::{Bytes, Cargo, Say, portions, size_of};
use crate::limits;
use crate::log::authority::record::Short;
use crate::log::{DeviceId, DocId};
use crate::store::{Gift, LogEnd, Parcel, Store, StoreError};
use crate::sync::desk::Desk;
use crate::sync::frame;
use iroh::endpoint::SendStream;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{Notify, mpsc};

/// So many documents are asked for at once.
const TOGETHER: usize = 64;

/// What is to be written.
#[derive(Debug)]
pub enum Out {
    /// A message.
    Say(Say),
    /// Where the logs of a document end here, and whether the same is asked.
    Ends(DocId, bool),
    /// What the peer lacks of a document.
    Doc(DocId),
    /// The same, found already.
    Gift(DocId, Gift),
    /// What the peer lacks of the record of rights.
    Record,
}

/// What both halves know.
#[derive(Debug)]
pub struct Shared {
    ledger: Mutex<Ledger>,
    /// Cargoes that were sent.
    pub cargoes: AtomicU64,
    /// Cargoes that were sent when all was that the other lacked at first; [`u64::MAX`] before that.
    pub due: AtomicU64,
    /// Something here changed that the other half may wait for.
    pub moved: Notify,
    /// Documents that wait to be sent.
    pub waiting: AtomicU64,
    /// Bytes of frames that were sent.
    pub bytes: AtomicU64,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            ledger: Mutex::default(),
            cargoes: AtomicU64::new(0),
            due: AtomicU64::new(u64::MAX),
            moved: Notify::new(),
            waiting: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }
}

impl Shared {
    /// The book of what the peer holds. A book that a panic left half written only costs messages.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        match self.ledger.lock() {
            Ok(ledger) => ledger,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}

/// The writing half.
pub struct Writer {
    pub to: SendStream,
    pub desk: Desk,
    pub peer: DeviceId,
    pub shared: Arc<Shared>,
}

impl Writer {
    /// Writes until nothing more can be asked for, then ends the stream.
    pub async fn run(
        mut self,
        mut queue: mpsc::UnboundedReceiver<Out>,
    ) -> Result<(), SessionError> {
        let mut parcel = Parcel::default();
        let mut behind = None;
        loop {
            let out = match behind.take().ok_or(()).or_else(|()| queue.try_recv()) {
                Ok(out) => Some(out),
                Err(_) => {
                    // Nothing more just now: what was gathered goes.
                    self.send(&mut parcel).await?;
                    queue.recv().await
                }
            };
            match out {
                None => break,
                Some(Out::Say(said)) => {
                    self.send(&mut parcel).await?;
                    self.say(&said).await?;
                    if said == Say::Sent {
                        let cargoes = self.shared.cargoes.load(Ordering::Acquire);
                        self.shared.due.store(cargoes, Ordering::Release);
                        self.shared.moved.notify_one();
                    }
                }
                Some(Out::Ends(doc, asked)) => {
                    let peer = self.peer;
                    let ends = self.desk.ask(move |store| store.ends_for(&peer, &doc));
                    // What it may not have it does not hear of.
                    let ends = ends.await??.unwrap_or_default();
                    self.send(&mut parcel).await?;
                    self.say(&Say::Ends { doc, ends, asked }).await?;
                }
                Some(Out::Record) => self.add_record(&mut parcel).await?,
                Some(Out::Gift(doc, gift)) => self.add_gift(&mut parcel, doc, gift).await?,
                Some(Out::Doc(doc)) => {
                    let mut docs = VecDeque::from([doc]);
                    // What waits behind it is asked for along with it: each question wakes two threads.
                    while docs.len() < TOGETHER {
                        match queue.try_recv() {
                            Ok(Out::Doc(next)) if !docs.contains(&next) => docs.push_back(next),
                            other => {
                                behind = other.ok();
                                break;
                            }
                        }
                    }
                    self.add_documents(&mut parcel, docs).await?;
                }
            }
        }
        self.send(&mut parcel).await?;
        let _ = self.to.finish();
        // Dropped before that, the stream would be reset.
        let _ = tokio::time::timeout(limits::PATIENCE, self.to.stopped()).await;
        Ok(())
    }

    async fn add_record(&mut self, parcel: &mut Parcel) -> Result<(), SessionError> {
        let had = self.shared.ledger().record().clone();
        let beyond = self.desk.ask(move |store| {
            let parcel = store.record_beyond(&had)?;
            Ok::<_, crate::store::StoreError>((parcel, store.record_names()?))
        });
        let (beyond, names): (Parcel, Vec<Short>) = beyond.await??;
        self.shared.ledger().knows_record(names);
        parcel.authority.extend(beyond.authority);
        parcel.envelopes.extend(beyond.envelopes);
        self.send_if_large(parcel).await
    }

    /// What the peer lacks of several documents, each of them another.
    async fn add_documents(
        &mut self,
        parcel: &mut Parcel,
        mut docs: VecDeque<DocId>,
    ) -> Result<(), SessionError> {
        while !docs.is_empty() {
            let peer = self.peer;
            let wanted: Vec<(DocId, Vec<LogEnd>)> = {
                let ledger = self.shared.ledger();
                docs.iter().map(|doc| (*doc, ledger.had(doc))).collect()
            };
            let give = move |store: &mut Store| -> Result<Vec<Gift>, StoreError> {
                let (mut gifts, mut bytes) = (Vec::new(), 0);
                for (doc, had) in &wanted {
                    let gift = store.give(&peer, doc, had)?;
                    bytes += size_of(&gift.parcel);
                    gifts.push(gift);
                    if bytes >= limits::BATCH_BYTES {
                        break;
                    }
                }
                Ok(gifts)
            };
            for gift in self.desk.ask(give).await?? {
                let Some(doc) = docs.pop_front() else { break };
                self.add_gift(parcel, doc, gift).await?;
            }
        }
        Ok(())
    }

    /// What the peer lacks of a document, which then waits no more.
    async fn add_gift(
        &mut self,
        parcel: &mut Parcel,
        doc: DocId,
        gift: Gift,
    ) -> Result<(), SessionError> {
        self.shared.ledger().given(doc, &gift.ends);
        self.add_parcel(parcel, doc, gift.parcel).await?;
        if self.shared.waiting.load(Ordering::Acquire) <= 1 {
            // Counted as sent before it counts as waiting no more.
            self.send(parcel).await?;
        }
        self.shared.waiting.fetch_sub(1, Ordering::AcqRel);
        self.shared.moved.notify_one();
        Ok(())
    }

    async fn add_parcel(
        &mut self,
        parcel: &mut Parcel,
        doc: DocId,
        gift: Parcel,
    ) -> Result<(), SessionError> {
        for part in portions(gift) {
            if size_of(&part) > limits::CARGO_BYTES {
                tracing::warn!(%doc, "a packed document is too large to be sent");
                return Ok(());
            }
            if size_of(parcel) + size_of(&part) > limits::CARGO_BYTES {
                self.send(parcel).await?;
            }
            parcel.add(part);
            self.send_if_large(parcel).await?;
        }
        Ok(())
    }

    async fn send_if_large(&mut self, parcel: &mut Parcel) -> Result<(), SessionError> {
        match size_of(parcel) >= limits::BATCH_BYTES {
            true => self.send(parcel).await,
            false => Ok(()),
        }
    }

    /// Sends what was gathered, in pieces.
    async fn send(&mut self, parcel: &mut Parcel) -> Result<(), SessionError> {
        if parcel.is_empty() {
            return Ok(());
        }
        let cargo = Cargo::from(std::mem::take(parcel));
        let bytes = postcard::to_stdvec(&cargo)
            .map_err(|e| SessionError::Protocol(format!("a cargo could not be written: {e}")))?;
        self.shared.cargoes.fetch_add(1, Ordering::AcqRel);
        let mut pieces = bytes.chunks(limits::BATCH_BYTES).peekable();
        while let Some(piece) = pieces.next() {
            let last = pieces.peek().is_none();
            let bytes = Bytes(piece.to_vec());
            self.say(&Say::Piece { last, bytes }).await?;
        }
        Ok(())
    }

    async fn say(&mut self, said: &Say) -> Result<(), SessionError> {
        let written = frame::write(&mut self.to, said, limits::FRAME_BYTES);
        let written = tokio::time::timeout(limits::SILENCE, written).await;
        let bytes = written.map_err(|_| SessionError::Stalled)??;
        self.shared.bytes.fetch_add(bytes as u64, Ordering::AcqRel);
        Ok(())
    }
}
