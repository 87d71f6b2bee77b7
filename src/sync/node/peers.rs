//! Who is connected just now, and how the last attempt ended. Owns that one session stands with each machine: where two were begun at once,
//! both sides keep the same one. Must not know what is said in them.

use super::super::session::Progress;
use crate::log::DeviceId;
use crate::store::now_ms;
use iroh::endpoint::{Connection, VarInt};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// A machine of the team as this process sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeerSeen {
    /// Whether a session stands.
    pub online: bool,
    /// How far its session is, or the last one was.
    pub progress: Progress,
    /// Why the last attempt or session ended, where that was not as it should be.
    pub trouble: Option<String>,
    /// When it ended its last session in order, as a program does that is closed, milliseconds since 1970 UTC.
    pub left_ms: Option<u64>,
    /// By how many milliseconds its clock was ahead of this machine's when changes of it came, where that was much.
    pub ahead_ms: Option<u64>,
    /// Sessions that came to their end with both holding the same.
    pub even: u64,
}

#[derive(Debug, Default)]
struct Peer {
    seen: PeerSeen,
    live: Option<Live>,
}

/// A session that stands.
#[derive(Debug)]
struct Live {
    connection: Connection,
    /// Whether this side began it.
    dialled: bool,
    /// Which it is of all.
    number: u64,
    since: Instant,
}

/// Two sessions were begun at once where the second comes so soon. After that whoever connects again has lost the first, whether or not
/// this side has noticed.
const AT_ONCE: Duration = Duration::from_secs(5);

/// All machines. Clones are the same book.
#[derive(Clone, Debug)]
pub struct Peers {
    own: DeviceId,
    all: Arc<Mutex<(u64, BTreeMap<DeviceId, Peer>)>>,
    changed: watch::Sender<u64>,
}

/// A session that may stand; its place is free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    peers: Peers,
    device: DeviceId,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let number = self.number;
        self.peers.change(&self.device, |peer| {
            if peer.live.as_ref().is_some_and(|l| l.number == number) {
                peer.live = None;
                peer.seen.online = false;
            }
        });
    }
}

impl Place {
    /// Whether no other session took the place.
    pub fn stands(&self) -> bool {
        let all = self.peers.lock();
        let live = all.1.get(&self.device).and_then(|p| p.live.as_ref());
        live.is_some_and(|l| l.number == self.number)
    }

    /// Notes that the session ended in order. That is no trouble.
    pub fn left(&self) {
        let number = self.number;
        self.peers.change(&self.device, |peer| {
            if peer.live.as_ref().is_some_and(|l| l.number == number) {
                peer.seen.left_ms = Some(now_ms());
                peer.seen.trouble = None;
            }
        });
    }

    /// Notes how far the session is, and whose clocks it showed to be ahead.
    pub fn note(&self, progress: &Progress) {
        let number = self.number;
        let mut ahead = Vec::new();
        self.peers.change(&self.device, |peer| {
            if peer.live.as_ref().is_some_and(|l| l.number == number) {
                if progress.even && !peer.seen.progress.even {
                    peer.seen.even += 1;
                    peer.seen.trouble = None;
                }
                let known = std::mem::replace(&mut peer.seen.progress, progress.clone());
                let new = progress.ahead.iter();
                ahead.extend(new.filter(|(d, by)| known.ahead.get(*d) != Some(*by)));
            }
        });
        for (device, by) in ahead {
            self.peers
                .change(device, |peer| peer.seen.ahead_ms = Some(*by));
        }
    }
}

impl Peers {
    /// Nobody yet.
    pub fn new(own: DeviceId) -> Self {
        Self {
            own,
            all: Arc::default(),
            changed: watch::Sender::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, (u64, BTreeMap<DeviceId, Peer>)> {
        match self.all.lock() {
            Ok(all) => all,
            // Each change is a whole one.
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    fn change(&self, device: &DeviceId, f: impl FnOnce(&mut Peer)) {
        let mut all = self.lock();
        f(all.1.entry(*device).or_default());
        drop(all);
        self.changed.send_modify(|n| *n += 1);
    }

    /// A place for a session over a new connection; `None` where another one stands and stays. An older one of the same direction makes
    /// room: whoever dials again has lost it.
    pub fn enter(&self, connection: &Connection, dialled: bool) -> Option<Place> {
        let device = DeviceId(*connection.remote_id().as_bytes());
        let mut all = self.lock();
        let (count, peers) = &mut *all;
        let peer = peers.entry(device).or_default();
        // Of two that were begun at once, the one that the smaller id began.
        let preferred = (self.own < device) == dialled;
        if let Some(old) = &peer.live {
            let gone = old.connection.close_reason().is_some();
            let at_once = old.since.elapsed() < AT_ONCE && old.dialled != dialled;
            if !gone && at_once && !preferred {
                return None;
            }
            let done = VarInt::from_u32(super::super::endpoint::code::DONE);
            old.connection.close(done, b"another one");
        }
        *count += 1;
        let number = *count;
        peer.live = Some(Live {
            connection: connection.clone(),
            dialled,
            number,
            since: Instant::now(),
        });
        peer.seen.online = true;
        peer.seen.left_ms = None;
        peer.seen.progress = Progress::default();
        drop(all);
        self.changed.send_modify(|n| *n += 1);
        Some(Place {
            peers: self.clone(),
            device,
            number,
        })
    }

    /// Notes why it did not work.
    pub fn failed(&self, device: &DeviceId, why: String) {
        self.change(device, |peer| peer.seen.trouble = Some(why));
    }

    /// Notes that nobody answered, which is nothing new of a machine that left in order.
    pub fn unanswered(&self, device: &DeviceId, why: String) {
        self.change(device, |peer| {
            if peer.seen.left_ms.is_none() {
                peer.seen.trouble = Some(why);
            }
        });
    }

    /// Whether a session stands with a machine.
    pub fn is_online(&self, device: &DeviceId) -> bool {
        self.lock().1.get(device).is_some_and(|p| p.live.is_some())
    }

    /// All that were seen.
    pub fn all(&self) -> BTreeMap<DeviceId, PeerSeen> {
        let all = self.lock();
        all.1.iter().map(|(d, p)| (*d, p.seen.clone())).collect()
    }

    /// Changes whenever anything of it does.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
