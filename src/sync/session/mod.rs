//! A session, ALPN `guildhall/sync/1`: two machines of a team compare what they hold, send each other what the other lacks and may have, and
//! then whatever is new. Owns the order in which things are said. Must not know who may have what, nor what is right: the store judges both.

mod ledger;
mod reader;
mod talk;
mod tree;
mod wire;
mod writer;

pub use wire::{Cargo, VERSION, portions, size_of};

use super::desk::{Desk, DeskClosed};
use super::endpoint::code;
use super::frame::FrameError;
use super::unreached;
use crate::limits;
use crate::log::{DeviceId, TeamId};
use crate::store::StoreError;
use iroh::endpoint::{Connection, ConnectionError, VarInt};
use std::collections::BTreeMap;
use tokio::sync::watch;

/// Whether a session ends when both have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// It ends then.
    Even,
    /// It goes on until somebody closes it.
    Closed,
}

/// How far a session is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whether both had the same at some time of this session.
    pub even: bool,
    /// Documents that wait to be sent.
    pub waiting: u64,
    /// Cargoes that were sent and are not known to be on the other's disk.
    pub unkept: u64,
    /// Bytes of frames that were sent.
    pub bytes_out: u64,
    /// Bytes of frames that came.
    pub bytes_in: u64,
    /// Documents of which something came.
    pub documents: usize,
    /// Edits that came and count.
    pub accepted: usize,
    /// Edits that came and do not count unless somebody takes them over.
    pub quarantined: usize,
    /// What came and waits for something.
    pub early: usize,
    /// What came and was not taken.
    pub refused: usize,
    /// Second branches that came to light.
    pub forks: usize,
    /// Devices whose clocks are ahead of this machine's, as what came says, by how many milliseconds.
    pub ahead: BTreeMap<DeviceId, u64>,
}

/// Why a session ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The other side belongs to another team.
    #[error("that machine belongs to another team")]
    Elsewhere,
    /// The other side speaks another version.
    #[error(
        "that machine speaks version {0} of the protocol, this one version {VERSION}: use the same guildhall on both"
    )]
    Version(u16),
    /// The device takes no part in the team, or no part any more.
    #[error("that device takes no part in the team")]
    Removed,
    /// The other side says that this device was taken out of the team. It is one machine's word: nothing here follows from it.
    #[error(
        "that machine says that this device was taken out of the team: what is written here from now on counts nowhere else; ask a \
         manager, and if it was by mistake, join again from a new folder"
    )]
    TakenOut,
    /// The other side does not take this device for one of the team.
    #[error(
        "that machine does not know this device as one of the team (yet): it hears of it from whoever let this device in"
    )]
    Unknown,
    /// What came is no message that belongs there.
    #[error(
        "the other side does not speak as guildhall does here ({0}): use the same version on both sides"
    )]
    Protocol(String),
    /// A limit was reached.
    #[error("a limit was reached ({0}), so the connection was ended")]
    Limit(String),
    /// Nothing was taken for too long.
    #[error("the other side took nothing for {} seconds", limits::SILENCE.as_secs())]
    Stalled,
    /// The other side ended it in order before all was said.
    #[error("it left; what came is kept, and the rest goes on where it stopped")]
    Left,
    /// The connection ended.
    #[error("the connection ended ({0}); what came is kept, and the rest goes on where it stopped")]
    Broken(String),
    /// The folder.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder is closed.
    #[error(transparent)]
    Closed(#[from] DeskClosed),
}

impl From<FrameError> for SessionError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Io(error) => {
                tracing::info!(%error, "a stream broke");
                Self::Broken("it broke off in the midst of a message".into())
            }
            FrameError::TooLong { .. } => Self::Limit(error.to_string()),
            FrameError::Form(_) | FrameError::Rest => Self::Protocol(error.to_string()),
        }
    }
}

impl From<ConnectionError> for SessionError {
    fn from(error: ConnectionError) -> Self {
        let ConnectionError::ApplicationClosed(closed) = &error else {
            return Self::Broken(unreached::lost(&error).into());
        };
        match u32::try_from(closed.error_code.into_inner()) {
            Ok(code::UNKNOWN) => Self::Unknown,
            Ok(code::TAKEN_OUT) => Self::TakenOut,
            Ok(code::LIMIT) => Self::Limit("on the other side".into()),
            Ok(code::PROTOCOL) => Self::Protocol("it understood nothing".into()),
            Ok(code::FAILED) => Self::Broken("it failed on the other side".into()),
            Ok(code::DONE) => Self::Left,
            _ => Self::Broken(unreached::lost(&error).into()),
        }
    }
}

impl SessionError {
    /// With what the connection is closed: what the other side may know of it.
    fn parting(&self) -> (u32, &'static [u8]) {
        match self {
            Self::Removed | Self::Elsewhere => (code::UNKNOWN, b"this device takes no part"),
            Self::Limit(_) | Self::Stalled => (code::LIMIT, b"a limit was reached"),
            Self::Protocol(_) | Self::Version(_) => {
                (code::PROTOCOL, b"no message of this protocol")
            }
            Self::Store(_) | Self::Closed(_) => (code::FAILED, b"it failed here"),
            Self::Unknown | Self::TakenOut | Self::Left | Self::Broken(_) => {
                (code::DONE, b"given up")
            }
        }
    }
}

/// One side of a session.
#[derive(Debug)]
pub struct Session {
    /// The connection to the peer.
    pub connection: Connection,
    /// Where the store is asked.
    pub desk: Desk,
    /// The team.
    pub team: TeamId,
    /// Where this machine can be reached.
    pub addresses: Vec<String>,
    /// Told how far it is.
    pub progress: watch::Sender<Progress>,
}

impl Session {
    /// Talks to the peer to the end. The connection is closed then, and the peer knows why.
    ///
    /// # Errors
    /// How it ended before its time. What came until then is kept.
    pub async fn run(self, until: Until) -> Result<Progress, SessionError> {
        let connection = self.connection.clone();
        let peer = DeviceId(*connection.remote_id().as_bytes());
        let ended = talk::converse(self, peer, until).await;
        // What the stream said may only be how the connection ended.
        let reason = connection.close_reason();
        if let Some(raw) = &reason {
            tracing::debug!(device = %peer, %raw, "a connection ended");
        }
        let ended = match (ended, reason) {
            // Where this side closed it, what went before says more.
            (Err(SessionError::Broken(_)), Some(reason))
                if reason != ConnectionError::LocallyClosed =>
            {
                Err(reason.into())
            }
            (Ok(progress), Some(reason)) => match SessionError::from(reason) {
                // Closed as it should be, or by the network once all was said.
                SessionError::Broken(_) | SessionError::Left => Ok(progress),
                why => Err(why),
            },
            (ended, _) => ended,
        };
        let (code, reason): (u32, &[u8]) = match &ended {
            Ok(_) => (code::DONE, b"done"),
            Err(error) => error.parting(),
        };
        if let Err(error) = &ended {
            tracing::info!(device = %peer, %error, "a session ended");
        }
        connection.close(VarInt::from_u32(code), reason);
        ended
    }
}

#[cfg(test)]
mod tests;
