//! The half of a session that reads: messages in their order, and cargoes put together and checked while the one before is being taken. Owns
//! the stream from the peer. Must not know what follows from what it reads.

use super::SessionError;
use super::wire::{Cargo, Say, is_bounded};
use crate::limits;
use crate::store::{Checked, Parcel};
use crate::sync::frame;
use iroh::endpoint::RecvStream;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Messages read ahead of the one in hand.
pub const AHEAD: usize = 2;
/// So many cargoes are in memory at once, …
const CARGOES: u32 = 2;
/// … unless one grows beyond so many bytes: it waits until it is alone.
const SMALL: usize = 2 * limits::BATCH_BYTES;

/// Something that was read.
#[derive(Debug)]
pub enum Heard {
    /// A message, and how many bytes it took.
    Said(Say, u64),
    /// A piece of a cargo that goes on, of so many bytes.
    Piece(u64),
    /// The last piece of a cargo, and all of it.
    Came(Came),
}

/// A cargo that was checked.
#[derive(Debug)]
pub struct Came {
    /// What came.
    pub parcel: Checked,
    /// How many bytes its last piece took.
    pub bytes: u64,
    /// Room for the next is made when this is let go.
    pub room: OwnedSemaphorePermit,
}

/// What reading tells.
pub type Read = Result<Heard, SessionError>;

/// Reads until the stream ends. Nobody is read ahead of by more than a few messages and cargoes.
pub async fn read(from: RecvStream, tell: mpsc::Sender<Read>) {
    let mut reader = Reader {
        from,
        tell,
        room: Arc::new(Semaphore::new(CARGOES as usize)),
    };
    loop {
        let read = match reader.next().await {
            Ok(None) => return,
            Ok(Some(heard)) => Ok(heard),
            Err(error) => Err(error),
        };
        let failed = read.is_err();
        if reader.tell.send(read).await.is_err() || failed {
            return;
        }
    }
}

struct Reader {
    from: RecvStream,
    tell: mpsc::Sender<Read>,
    room: Arc<Semaphore>,
}

impl Reader {
    async fn said(&mut self) -> Result<Option<(Say, u64)>, SessionError> {
        match frame::read_counted::<Say>(&mut self.from, limits::FRAME_BYTES).await? {
            None => Ok(None),
            Some((said, bytes)) if is_bounded(&said) => Ok(Some((said, bytes as u64))),
            Some(_) => Err(SessionError::Limit("it names too much at once".into())),
        }
    }

    async fn next(&mut self) -> Result<Option<Heard>, SessionError> {
        match self.said().await? {
            None => Ok(None),
            Some((Say::Piece { last, bytes }, read)) => {
                self.cargo(last, bytes.0, read).await.map(Some)
            }
            Some((said, read)) => Ok(Some(Heard::Said(said, read))),
        }
    }

    /// The rest of a cargo whose first piece came.
    async fn cargo(
        &mut self,
        mut last: bool,
        mut whole: Vec<u8>,
        mut read: u64,
    ) -> Result<Heard, SessionError> {
        let mut room = self.room(1).await?;
        let mut alone = false;
        while !last {
            if whole.len() > SMALL && !alone {
                room.merge(self.room(CARGOES - 1).await?);
                alone = true;
            }
            let Some((said, more)) = self.said().await? else {
                return Err(SessionError::Protocol("it ended in mid-cargo".into()));
            };
            let Say::Piece { last: end, bytes } = said else {
                return Err(SessionError::Protocol("it spoke in mid-cargo".into()));
            };
            if whole.len() + bytes.0.len() > limits::CARGO_BYTES + limits::FRAME_BYTES {
                return Err(SessionError::Limit("a cargo without end".into()));
            }
            // Whoever waits is to hear that it goes on: a large cargo takes long on a slow line. Where nobody waits the next step ends it.
            let _ = self.tell.send(Ok(Heard::Piece(read))).await;
            whole.extend(bytes.0);
            read = more;
            last = end;
        }
        // It takes a processor for a while, and others are to be heard meanwhile.
        let checked = tokio::task::spawn_blocking(move || {
            let cargo: Cargo = frame::decode(&whole)?;
            drop(whole);
            Ok::<_, frame::FrameError>(Checked::of(Parcel::from(cargo)))
        });
        let parcel = checked.await.map_err(|error| {
            tracing::warn!(%error, "what checks stopped");
            SessionError::Broken("a fault in the program".into())
        })??;
        Ok(Heard::Came(Came {
            parcel,
            bytes: read,
            room,
        }))
    }

    async fn room(&self, cargoes: u32) -> Result<OwnedSemaphorePermit, SessionError> {
        let room = self.room.clone().acquire_many_owned(cargoes).await;
        room.map_err(|_| SessionError::Broken("a fault in the program".into()))
    }
}
