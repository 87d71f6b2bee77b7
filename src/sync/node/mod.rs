//! A folder on the network: answers machines of the team and whoever comes to pair, dials those that it knows how to reach, and keeps a
//! session with each. Owns who is dialled when. Must not know the terminal.

mod dial;
mod peers;

pub use dial::Meeting;
pub use peers::{PeerSeen, Peers};

use super::desk::{Desk, DeskClosed};
use super::endpoint::{ALPN_PAIR, ALPN_SYNC, Net, NetError, NetOptions, code};
use super::pair::Door;
use super::session::{Progress, Session, SessionError, Until};
use crate::limits;
use crate::log::{DeviceId, TeamId};
use crate::store::{Store, StoreError};
use iroh::endpoint::{Connection, Incoming, VarInt};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Why a folder is not on the network.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The network.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The folder.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder is closed.
    #[error(transparent)]
    Closed(#[from] DeskClosed),
}

/// A folder on the network. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Node {
    /// The endpoint.
    pub net: Net,
    /// Where the store is asked.
    pub desk: Desk,
    /// Where strangers come to pair.
    pub door: Door,
    /// Who is connected.
    pub peers: Peers,
    team: TeamId,
    own: DeviceId,
    fixed: Arc<Vec<(DeviceId, SocketAddr)>>,
}

impl Node {
    /// Opens the endpoint of a folder. Nothing is answered nor dialled before [`Node::run`] or [`Node::meet`].
    ///
    /// # Errors
    /// No socket, or the folder cannot be watched.
    pub async fn open(
        store: Store,
        options: &NetOptions,
        fixed: Vec<(DeviceId, SocketAddr)>,
    ) -> Result<Self, NodeError> {
        Self::over(Desk::open(store)?, options, fixed).await
    }

    /// The same for a folder that is asked already.
    ///
    /// # Errors
    /// No socket, or what the folder says.
    pub async fn over(
        desk: Desk,
        options: &NetOptions,
        fixed: Vec<(DeviceId, SocketAddr)>,
    ) -> Result<Self, NodeError> {
        let who = |store: &mut Store| (store.team_id(), store.device(), store.device_secret());
        let (team, own, secret) = desk.ask(who).await?;
        let net = Net::open(&secret, options).await?;
        drop(secret);
        let door = Door::new(desk.clone(), net.guest.clone(), team, own);
        let node = Self {
            net,
            desk,
            door,
            peers: Peers::new(own),
            team,
            own,
            fixed: Arc::new(fixed),
        };
        node.let_in().await?;
        Ok(node)
    }

    /// Lets in whoever takes part now; says who that is.
    async fn let_in(&self) -> Result<Vec<DeviceId>, NodeError> {
        let look = |store: &mut Store| -> Result<_, StoreError> {
            Ok((store.members()?, store.taken_out()?))
        };
        let (members, out) = self.desk.ask(look).await??;
        self.net.guest.let_in(members.iter().map(|d| d.0));
        self.net.guest.turn_out(out.into_iter().map(|d| d.0));
        Ok(members)
    }

    /// Answers and dials until the folder is closed or this is dropped.
    ///
    /// # Errors
    /// What the folder says.
    pub async fn run(&self) -> Result<(), NodeError> {
        let mut tasks = JoinSet::new();
        let (answering, minding, dialling) = (self.clone(), self.door.clone(), self.clone());
        tasks.spawn(async move { answering.answer().await });
        tasks.spawn(async move {
            if let Err(error) = minding.mind().await {
                tracing::warn!(%error, "nobody minds the door for those who come to pair");
            }
        });
        tasks.spawn(async move { dialling.dial().await });
        if let Err(error) = self.door.note_listening(&self.net).await {
            tracing::warn!(%error, "it could not be noted where this machine listens");
        }
        self.follow().await
    }

    /// Lets in whoever takes part, as that changes.
    async fn follow(&self) -> Result<(), NodeError> {
        let mut changes = self.desk.changes();
        loop {
            changes.borrow_and_update();
            self.let_in().await?;
            changes.changed().await.map_err(|_| DeskClosed)?;
        }
    }

    /// Answers until the folder is closed or this is dropped, and dials nobody.
    ///
    /// # Errors
    /// What the folder says.
    pub async fn run_passive(&self) -> Result<(), NodeError> {
        let mut tasks = JoinSet::new();
        let answering = self.clone();
        tasks.spawn(async move { answering.answer().await });
        self.follow().await
    }

    /// This device.
    pub fn device(&self) -> DeviceId {
        self.own
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.net.endpoint.close().await;
    }

    /// Takes whoever connects. No more are shaking hands at once than a few, and no more in a minute than many.
    async fn answer(&self) {
        let hands = Arc::new(Semaphore::new(limits::HANDSHAKES));
        while let Some(incoming) = self.net.endpoint.accept().await {
            let Ok(hand) = hands.clone().try_acquire_owned() else {
                incoming.refuse();
                continue;
            };
            let node = self.clone();
            tokio::spawn(async move {
                if let Some(connection) = shake(incoming).await {
                    drop(hand);
                    node.take(connection).await;
                }
            });
        }
    }

    async fn take(&self, connection: Connection) {
        if connection.alpn() == ALPN_PAIR {
            // Why it ended is logged there.
            let _ = self.door.answer(&connection).await;
        } else if connection.alpn() == ALPN_SYNC {
            // And there.
            let _ = self.hold(connection, false, Until::Closed).await;
        } else {
            connection.close(VarInt::from_u32(code::PROTOCOL), b"nothing is said here");
        }
    }

    /// One session over a connection, from its first message to its last; `None` where another one stands.
    async fn hold(
        &self,
        connection: Connection,
        dialled: bool,
        until: Until,
    ) -> Option<Result<Progress, SessionError>> {
        let device = DeviceId(*connection.remote_id().as_bytes());
        let Some(place) = self.peers.enter(&connection, dialled) else {
            connection.close(VarInt::from_u32(code::DONE), b"another one");
            return None;
        };
        let (progress, mut watched) = watch::channel(Progress::default());
        let session = Session {
            connection,
            desk: self.desk.clone(),
            team: self.team,
            addresses: self.addresses(),
            progress,
        };
        let noting = async {
            while watched.changed().await.is_ok() {
                let now = watched.borrow_and_update().clone();
                place.note(&now);
            }
        };
        let (ended, ()) = tokio::join!(session.run(until), noting);
        match &ended {
            Ok(progress) => {
                place.note(progress);
                place.left();
            }
            Err(SessionError::Left) => place.left(),
            // Another one that stands in its place says how that one is.
            Err(error) if place.stands() => self.peers.failed(&device, error.to_string()),
            Err(_) => {}
        }
        Some(ended)
    }

    fn addresses(&self) -> Vec<String> {
        let all = self.net.addresses().into_iter();
        all.take(limits::ADDRESSES).map(|a| a.to_string()).collect()
    }
}

/// A handshake that does not take for ever.
async fn shake(incoming: Incoming) -> Option<Connection> {
    let shaken = tokio::time::timeout(limits::STRANGER_PATIENCE, incoming).await;
    // Turned away, gone, or too slow.
    shaken.ok()?.ok()
}
