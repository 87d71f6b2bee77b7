//! The network behind the dashboard: a thread of its own with a second handle on the folder, on the network as long as somebody else takes
//! part or is invited. Owns when that is, and what the screens are told. Must not know: what they do with it.

mod look;
mod orders;

use crate::app::network::{Heard, Network as Seen, Order, Way};
use crate::store::{Store, StoreError};
use crate::sync::{Claim, Desk, NetError, NetOptions, Node};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// How long nobody may be there before it is said what may be in the way.
const PATIENCE: Duration = Duration::from_secs(10);
/// What changes in a burst is told so often at most.
const PAUSE: Duration = Duration::from_millis(100);
/// How often it is tried again where another program is on the network for this folder.
const AGAIN: Duration = Duration::from_secs(5);
/// How long the end of the program waits for connections to be closed in order.
const FAREWELL: Duration = Duration::from_secs(1);
/// Looking at the folder takes at most such a part of the time.
const SHARE: u32 = 10;

/// How to be on the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// The folder.
    pub dir: PathBuf,
    /// Addresses and multicast.
    pub options: NetOptions,
    /// Machines with a known address: the beginning of an id, and where it listens.
    pub peers: Vec<(String, SocketAddr)>,
    /// Whether it starts switched off.
    pub off: bool,
    /// A file that gets this device's id and where it listens, for others on this machine.
    pub post: Option<PathBuf>,
}

/// What the thread is told.
enum Told {
    Begin,
    Order(Order),
    End,
}

/// The thread from outside.
#[derive(Debug)]
pub struct Network {
    tell: UnboundedSender<Told>,
    heard: UnboundedReceiver<Heard>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Told")
    }
}

impl Network {
    /// Starts the thread. `open` runs on it once [`Network::begin`] was called.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn spawn(
        setup: Setup,
        open: impl FnOnce() -> Result<Store, StoreError> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (tell, told) = unbounded_channel();
        let (say, heard) = unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("network".to_owned())
            .spawn(move || run(setup, open, told, say))?;
        Ok(Self {
            tell,
            heard,
            thread: Some(thread),
        })
    }

    /// The folder can be opened.
    pub fn begin(&self) {
        self.send(Told::Begin);
    }

    /// Gives an order.
    pub fn order(&self, order: Order) {
        self.send(Told::Order(order));
    }

    /// A thread that has ended takes no orders, and has said why.
    fn send(&self, told: Told) {
        let _ = self.tell.send(told);
    }

    /// What is heard next; waits for ever once the thread has ended.
    pub async fn next(&mut self) -> Heard {
        match self.heard.recv().await {
            Some(heard) => heard,
            None => std::future::pending().await,
        }
    }

    /// Ends the thread.
    pub fn finish(mut self) {
        self.send(Told::End);
        if let Some(thread) = self.thread.take() {
            // If it panicked, the hook has said so.
            let _ = thread.join();
        }
    }
}

fn run(
    setup: Setup,
    open: impl FnOnce() -> Result<Store, StoreError>,
    told: UnboundedReceiver<Told>,
    say: UnboundedSender<Heard>,
) {
    let made = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("network")
        .enable_all()
        .build();
    let failed = |why: String| {
        let seen = Seen {
            way: Way::Failed(why),
            ..Seen::default()
        };
        // Where nobody listens, nobody needs to know.
        let _ = say.send(Heard::Seen(Arc::new(seen)));
    };
    match made {
        Ok(runtime) => {
            if let Err(why) = runtime.block_on(live(setup, open, told, &say)) {
                failed(why);
            }
            runtime.shutdown_timeout(FAREWELL);
        }
        Err(error) => failed(error.to_string()),
    }
}

/// A folder that is on the network.
struct Live {
    node: Node,
    moves: watch::Receiver<u64>,
    since: Instant,
    relay: Option<String>,
    running: AbortHandle,
    _claim: Claim,
}

/// What the thread knows.
struct Desked<'a> {
    setup: Setup,
    desk: Desk,
    live: Option<Live>,
    way: Way,
    off: bool,
    /// Another program had the network; it is tried again then.
    again: Option<Instant>,
    said: Arc<Seen>,
    folder: look::Folder,
    say: &'a UnboundedSender<Heard>,
}

async fn live(
    setup: Setup,
    open: impl FnOnce() -> Result<Store, StoreError>,
    mut told: UnboundedReceiver<Told>,
    say: &UnboundedSender<Heard>,
) -> Result<(), String> {
    loop {
        match told.recv().await {
            Some(Told::Begin) => break,
            Some(Told::Order(_)) => {}
            Some(Told::End) | None => return Ok(()),
        }
    }
    let store = open().map_err(|e| e.to_string())?;
    let desk = Desk::open(store).map_err(|e| e.to_string())?;
    let mut here = Desked {
        off: setup.off,
        setup,
        desk: desk.clone(),
        live: None,
        way: Way::Unknown,
        again: None,
        said: Arc::default(),
        folder: look::Folder::default(),
        say,
    };
    let mut changes = desk.changes();
    let (mut due, mut next_look) = (true, Instant::now());
    loop {
        if due && Instant::now() >= next_look {
            due = false;
            changes.borrow_and_update();
            let began = Instant::now();
            here.folder = look::folder(&desk).await?;
            next_look = Instant::now() + PAUSE.max(began.elapsed() * SHARE);
            here.settle().await;
        }
        here.tell();
        let hint = here.hint();
        let again = here.again;
        let mut moves = here.live.as_ref().map(|l| l.moves.clone());
        let moved = async {
            if let Some(moves) = &mut moves
                && moves.changed().await.is_ok()
            {
                return;
            }
            // A node whose book is gone has ended: nothing moves there.
            std::future::pending().await
        };
        tokio::select! {
            heard = told.recv() => match heard {
                Some(Told::Order(order)) => {
                    here.perform(order).await;
                    due = true;
                }
                Some(Told::Begin) => {}
                Some(Told::End) | None => break,
            },
            changed = changes.changed() => {
                changed.map_err(|_| "the folder was closed".to_owned())?;
                due = true;
            }
            // A burst is told in one go.
            () = moved => tokio::time::sleep(PAUSE).await,
            () = until(due.then_some(next_look)) => {}
            () = until(hint) => {}
            () = until(again) => {
                here.again = None;
                due = true;
            }
        }
    }
    here.close().await;
    Ok(())
}

/// Waits for a time; for ever where there is none.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

impl Desked<'_> {
    /// Goes on the network where somebody else takes part or is invited, and off it where that is over or not wanted.
    async fn settle(&mut self) {
        let wanted = !self.off && self.folder.others();
        if self
            .live
            .as_ref()
            .is_some_and(|l| l.relay != self.folder.relay)
        {
            self.close().await;
        }
        match (wanted, self.live.is_some()) {
            (true, false) if self.again.is_none() => self.go_on().await,
            (false, true) => {
                self.close().await;
                self.way = self.idle();
            }
            (false, false) => self.way = self.idle(),
            _ => {}
        }
    }

    fn idle(&self) -> Way {
        match self.off {
            true => Way::Off,
            false => Way::Alone,
        }
    }

    async fn go_on(&mut self) {
        let claim = match Claim::take(&self.setup.dir) {
            Ok(claim) => claim,
            Err(NetError::Claimed(_)) => {
                self.way = Way::Elsewhere;
                self.again = Some(Instant::now() + AGAIN);
                return;
            }
            Err(error) => {
                self.way = Way::Failed(error.to_string());
                return;
            }
        };
        let fixed = self.folder.named(&self.setup.peers);
        let relay = self.folder.relay.clone();
        let options = NetOptions {
            relay: relay.clone(),
            ..self.setup.options.clone()
        };
        match Node::over(self.desk.clone(), &options, fixed).await {
            Ok(node) => {
                let runs = node.clone();
                let running = tokio::spawn(async move {
                    if let Err(error) = runs.run().await {
                        tracing::warn!(%error, "the network ended");
                    }
                });
                self.post(&node);
                self.way = Way::On;
                self.live = Some(Live {
                    moves: node.peers.watch(),
                    node,
                    since: Instant::now(),
                    relay,
                    running: running.abort_handle(),
                    _claim: claim,
                });
            }
            Err(error) => self.way = Way::Failed(error.to_string()),
        }
    }

    /// Says on this machine where this device listens, where that was asked for.
    fn post(&self, node: &Node) {
        let Some(file) = &self.setup.post else { return };
        let at: Vec<String> = node
            .net
            .addresses()
            .iter()
            .map(ToString::to_string)
            .collect();
        let text = format!("{}\n{}\n", node.device(), at.join(" "));
        if let Err(error) = std::fs::write(file, text) {
            tracing::warn!(%error, "where this machine listens could not be written");
        }
    }

    async fn close(&mut self) {
        if let Some(live) = self.live.take() {
            live.running.abort();
            let closed = live.node.close();
            // Whoever does not hear it sees the silence.
            let _ = tokio::time::timeout(FAREWELL, closed).await;
        }
    }

    /// When it is to be said that nobody is there.
    fn hint(&self) -> Option<Instant> {
        let live = self.live.as_ref()?;
        let at = live.since + PATIENCE;
        (Instant::now() < at).then_some(at)
    }

    /// Tells the screens how things stand, if that is news.
    fn tell(&mut self) {
        if let Some(live) = &mut self.live {
            live.moves.borrow_and_update();
        }
        let peers = self.live.as_ref().map(|l| l.node.peers.all());
        let mut seen = self.folder.seen(&peers.unwrap_or_default());
        seen.way = self.way.clone();
        if let Some(live) = &self.live {
            let at = live.node.net.addresses();
            seen.listening = at.iter().map(ToString::to_string).collect();
            seen.nobody = seen.online() == 0
                && !seen.machines.is_empty()
                && live.since.elapsed() >= PATIENCE
                && self.setup.post.is_none();
        }
        if seen != *self.said {
            self.said = Arc::new(seen);
            let _ = self.say.send(Heard::Seen(Arc::clone(&self.said)));
        }
    }
}
