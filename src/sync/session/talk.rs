//! The half of a session that listens and decides what is said next. Owns the state of an exchange. Must not know bytes.

mod compare;
mod live;

use super::reader::{AHEAD, Came, Heard, read};
use super::tree;
use super::wire::{Bytes, Heap, Prefix, Say, VERSION};
use super::writer::{Out, Shared, Writer};
use super::{Progress, Session, SessionError, Until};
use crate::limits;
use crate::log::{DeviceId, DocId};
use crate::store::{Shelf, Store, StoreError};
use iroh::endpoint::VarInt;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc;

/// What the peer still owes in an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Owed {
    Names,
    RecordSent,
    All,
    Split(Prefix),
    Docs(Prefix),
    Ends(DocId),
}

struct Talk {
    session: Session,
    peer: DeviceId,
    out: mpsc::UnboundedSender<Out>,
    shared: Arc<Shared>,
    shelf: Shelf,
    record: [u8; 32],
    owed: HashSet<Owed>,
    /// Documents that differ and that the peer lacks something of.
    gifts: Vec<DocId>,
    kept: u64,
    known_kept: u64,
    sent: bool,
    all_came: bool,
    questions: usize,
    seen_forks: HashSet<DocId>,
    upto: i64,
    /// Up to which envelope it is noted that the peer has everything.
    noted: Option<i64>,
    /// Up to which signed count the peer is told.
    told: i64,
    /// Whether the peer said its counts.
    counted: bool,
}

/// Talks to the peer until both have the same, or for as long as the connection stands.
pub async fn converse(
    session: Session,
    peer: DeviceId,
    until: Until,
) -> Result<Progress, SessionError> {
    let connection = session.connection.clone();
    let opened = async {
        match connection.side().is_client() {
            true => connection.open_bi().await,
            false => connection.accept_bi().await,
        }
    };
    let (to, from) = tokio::time::timeout(limits::PATIENCE, opened)
        .await
        .map_err(|_| SessionError::Stalled)??;
    let shared = Arc::new(Shared::default());
    let (out, queue) = mpsc::unbounded_channel();
    let writer = Writer {
        to,
        desk: session.desk.clone(),
        peer,
        shared: shared.clone(),
    };
    let mut writing = tokio::spawn(writer.run(queue));
    let (tell, mut said) = mpsc::channel(AHEAD);
    let reading = tokio::spawn(read(from, tell));
    let mut changes = session.desk.changes();
    let moved = shared.clone();
    let mut talk = Talk {
        session,
        peer,
        out,
        shared,
        shelf: Shelf::default(),
        record: [0; 32],
        owed: HashSet::new(),
        gifts: Vec::new(),
        kept: 0,
        known_kept: 0,
        sent: false,
        all_came: false,
        questions: 0,
        seen_forks: HashSet::new(),
        upto: 0,
        noted: None,
        told: 0,
        counted: false,
    };
    let heard = async {
        talk.greet().await?;
        loop {
            // While something is due it may not keep us waiting; after that silence is all right.
            let patience = match talk.is_even() {
                true => None,
                false => Some(limits::SILENCE),
            };
            tokio::select! {
                next = within(patience, said.recv()) => match next? {
                    Some(message) => {
                        talk.hear_next(message?).await?;
                    }
                    None => break,
                },
                changed = changes.changed(), if talk.is_even() => {
                    changed.map_err(|_| crate::sync::DeskClosed)?;
                    talk.look().await?;
                }
                () = moved.moved.notified() => {}
                written = &mut writing => {
                    // It ends by itself only where it cannot go on.
                    written.map_err(|error| {
                        tracing::warn!(%error, "what writes stopped");
                        SessionError::Broken("a fault in the program".into())
                    })??;
                    break;
                }
            }
            if talk.is_even() && !talk.session.progress.borrow().even {
                // What was written meanwhile.
                talk.look().await?;
            }
            // Whoever watches hears of it once it is noted.
            let quiet = talk.is_quiet();
            if quiet {
                talk.met(until).await?;
            }
            talk.tell();
            if quiet && until == Until::Even {
                break;
            }
        }
        Ok::<_, SessionError>(())
    };
    let heard = heard.await;
    match &heard {
        Err(error) if connection.close_reason().is_none() => {
            // Before the stream is dropped, which would look like its end.
            let (code, reason) = error.parting();
            connection.close(VarInt::from_u32(code), reason);
        }
        Err(_) => {}
        Ok(()) => {
            // What was said last still goes, and the other side ends as well before the connection is closed.
            talk.out = mpsc::unbounded_channel().0;
            if !writing.is_finished() {
                let _ = (&mut writing).await;
            }
            if talk.is_quiet() {
                // A folder that cannot note it says more waits than does.
                let _ = talk.note_met().await;
            }
            let _ = tokio::time::timeout(limits::PATIENCE, async {
                while said.recv().await.is_some() {}
            })
            .await;
            if until == Until::Closed {
                // Whoever ended its stream says why when it closes.
                let _ = tokio::time::timeout(limits::PARTING, connection.closed()).await;
            }
        }
    }
    writing.abort();
    let progress = talk.session.progress.borrow().clone();
    reading.abort();
    heard.map(|()| progress)
}

async fn within<T>(
    patience: Option<std::time::Duration>,
    future: impl Future<Output = T>,
) -> Result<T, SessionError> {
    match patience {
        None => Ok(future.await),
        Some(patience) => tokio::time::timeout(patience, future)
            .await
            .map_err(|_| SessionError::Stalled),
    }
}

impl Talk {
    fn say(&self, said: Say) {
        // A writer that has ended says why by itself.
        let _ = self.out.send(Out::Say(said));
    }

    /// The exchange that began is over: each has what the other held then, on its disk.
    fn is_even(&self) -> bool {
        self.all_came && self.known_kept >= self.shared.due.load(Ordering::Acquire)
    }

    /// And nothing of what came up since is on its way.
    fn is_quiet(&self) -> bool {
        let shared = &self.shared;
        self.is_even()
            && shared.waiting.load(Ordering::Acquire) == 0
            && shared.cargoes.load(Ordering::Acquire) <= self.known_kept
    }

    /// Keeps whoever watches informed.
    fn tell(&self) {
        let (even, known) = (self.is_even(), self.known_kept);
        let shared = &self.shared;
        self.session.progress.send_modify(|p| {
            p.even |= even;
            p.waiting = shared.waiting.load(Ordering::Acquire);
            p.unkept = shared.cargoes.load(Ordering::Acquire).saturating_sub(known);
            p.bytes_out = shared.bytes.load(Ordering::Acquire);
        });
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, SessionError> {
        Ok(self.session.desk.ask(question).await??)
    }

    async fn read_shelf(&mut self) -> Result<(), SessionError> {
        let peer = self.peer;
        let read = move |store: &mut Store| Ok((store.shelf(&peer)?, store.record_digest()?));
        let (shelf, record) = self.ask(read).await?;
        self.shelf = shelf.ok_or(SessionError::Removed)?;
        self.record = record;
        self.upto = self.shelf.upto;
        self.shared.ledger().begin(&self.shelf);
        Ok(())
    }

    async fn greet(&mut self) -> Result<(), SessionError> {
        self.read_shelf().await?;
        self.say(Say::Hello {
            version: VERSION,
            team: self.session.team.0,
            record: self.record,
            all: tree::heap(&self.shelf.docs),
            addresses: self.session.addresses.clone(),
        });
        Ok(())
    }

    fn takes(&mut self, owed: Owed) -> Result<(), SessionError> {
        match self.owed.remove(&owed) {
            true => Ok(()),
            false => Err(SessionError::Protocol("it spoke out of turn".into())),
        }
    }

    async fn hear(&mut self, said: Say) -> Result<(), SessionError> {
        match said {
            Say::Hello {
                version,
                team,
                record,
                all,
                addresses,
            } => {
                self.hear_hello(version, team, record, all, addresses)
                    .await?
            }
            Say::Names(names) => {
                self.takes(Owed::Names)?;
                self.shared.ledger().knows_record(names);
                let _ = self.out.send(Out::Record);
                self.say(Say::RecordSent);
            }
            Say::RecordSent => {
                self.takes(Owed::RecordSent)?;
                self.read_shelf().await?;
                self.owed.insert(Owed::All);
                self.say(Say::All(tree::heap(&self.shelf.docs)));
            }
            Say::All(there) => {
                self.takes(Owed::All)?;
                self.compare(Prefix::ALL, &tree::heap(&self.shelf.docs), &there);
            }
            Say::Split(prefix, there) => {
                self.takes(Owed::Split(prefix))?;
                let here = tree::split(&self.shelf.docs, prefix);
                for (n, (here, there)) in here.iter().zip(&there).enumerate() {
                    self.compare(prefix.child(n), here, there);
                }
            }
            Say::Docs(prefix, docs) => {
                self.takes(Owed::Docs(prefix))?;
                self.compare_docs(prefix, docs.into_iter().collect());
            }
            Say::Ends { doc, ends, asked } => self.hear_ends(doc, &ends, asked)?,
            // Pieces come put together, as cargoes.
            Say::Piece { .. } => {}
            Say::Sent => {
                if std::mem::replace(&mut self.all_came, true) {
                    return Err(SessionError::Protocol("it spoke out of turn".into()));
                }
            }
            Say::Kept(count) => {
                let sent = self.shared.cargoes.load(Ordering::Acquire);
                if count > sent || count < self.known_kept {
                    return Err(SessionError::Protocol("it keeps what nobody sent".into()));
                }
                self.known_kept = count;
            }
            Say::Counts(counts) => {
                if std::mem::replace(&mut self.counted, true) {
                    return Err(SessionError::Protocol("it spoke out of turn".into()));
                }
                let counts: Vec<Vec<u8>> = counts.into_iter().map(|c| c.0).collect();
                self.ask(move |store| store.keep_counts(&counts)).await?;
            }
        }
        Ok(())
    }

    async fn hear_hello(
        &mut self,
        version: u16,
        team: [u8; 32],
        record: [u8; 32],
        all: Heap,
        addresses: Vec<String>,
    ) -> Result<(), SessionError> {
        if version != VERSION {
            return Err(SessionError::Version(version));
        }
        if team != self.session.team.0 {
            return Err(SessionError::Elsewhere);
        }
        if self.sent || !self.owed.is_empty() {
            return Err(SessionError::Protocol("it greeted twice".into()));
        }
        let peer = self.peer;
        let counts = self
            .ask(move |store| {
                store.note_addresses(&peer, &addresses)?;
                store.counts_for(&peer)
            })
            .await?;
        // Before anything else: what is cut off on its way is known to lack.
        self.told = counts.upto;
        if !counts.signed.is_empty() {
            self.say(Say::Counts(counts.signed.into_iter().map(Bytes).collect()));
        }
        if record == self.record {
            let names = self.ask(|store| store.record_names()).await?;
            self.shared.ledger().knows_record(names);
            self.compare(Prefix::ALL, &tree::heap(&self.shelf.docs), &all);
        } else {
            let names = self.ask(|store| store.record_names()).await?;
            self.owed.extend([Owed::Names, Owed::RecordSent]);
            self.say(Say::Names(names));
        }
        Ok(())
    }

    async fn hear_next(&mut self, heard: Heard) -> Result<(), SessionError> {
        let bytes = match &heard {
            Heard::Said(_, bytes) | Heard::Piece(bytes) | Heard::Came(Came { bytes, .. }) => *bytes,
        };
        self.session.progress.send_modify(|p| p.bytes_in += bytes);
        match heard {
            Heard::Said(said, _) => self.hear(said).await?,
            Heard::Piece(_) => return Ok(()),
            Heard::Came(came) => self.hear_cargo(came).await?,
        }
        if self.owed.is_empty() && !self.sent {
            self.send_gifts();
        }
        Ok(())
    }

    async fn hear_cargo(&mut self, came: Came) -> Result<(), SessionError> {
        let documents = {
            let mut ledger = self.shared.ledger();
            ledger.came(&came.parcel);
            ledger.arrived()
        };
        let (received, docs, ahead) = self
            .ask(move |store| {
                let Came { parcel, room, .. } = came;
                let before = store.latest_ms()?;
                let (times, docs) = (parcel.times(), parcel.documents());
                let received = store.receive_checked(parcel)?;
                // What came is kept: a word about clocks is no reason to end here.
                let ahead = store.ahead(times, before).unwrap_or_default();
                drop(room);
                let docs: HashSet<DocId> = match received.forks {
                    0 => HashSet::new(),
                    _ => docs,
                };
                Ok((received, docs, ahead))
            })
            .await?;
        self.kept += 1;
        self.say(Say::Kept(self.kept));
        self.session.progress.send_modify(|p| {
            p.documents = documents;
            p.accepted += received.accepted;
            p.quarantined += received.quarantined;
            p.early += received.early;
            p.refused += received.refused.len();
            p.forks += received.forks;
            p.ahead.extend(ahead);
        });
        if received.over > 0 {
            // What of it had room is kept; the next session goes on behind it.
            return Err(SessionError::Limit(
                "a log is larger than a carrier keeps".into(),
            ));
        }
        for why in received.refused {
            tracing::info!(device = %self.peer, why, "something was not taken");
        }
        // Both branches of a log have to be on both sides.
        for doc in docs {
            if self.seen_forks.insert(doc) {
                self.question(doc);
            }
        }
        Ok(())
    }
}
