//! The network behind the dashboard: a thread of its own with a second handle on the folder, on the network as long as somebody else takes
//! part or is invited. Owns when that is, and what the screens are told. Must not know: what they do with it.

mod look;
mod orders;
mod retry;

use crate::app::network::{Heard, Network as Seen, Order, Way};
use crate::store::{Store, StoreError};
use crate::sync::{Claim, Desk, NetError, NetOptions, Node, NodeError};
use retry::{AGAIN, Retry};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::Instant;

/// How long nobody may be there before it is said what may be in the way.
const PATIENCE: Duration = Duration::from_secs(10);
/// What changes in a burst is told so often at most.
const PAUSE: Duration = Duration::from_millis(100);
/// How long the end of the program waits for connections to be closed in order.
const FAREWELL: Duration = Duration::from_secs(1);
/// Looking at the folder takes at most such a part of the time.
const SHARE: u32 = 10;
/// What is said to whoever asks for something before the folder is open.
const EARLY: &str =
    "the network is not on yet, since the team is still being opened: try again in a moment";

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
    mut told: UnboundedReceiver<Told>,
    say: UnboundedSender<Heard>,
) {
    let made = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("network")
        .enable_all()
        .build();
    let ended = match made {
        Ok(runtime) => {
            let ended = runtime.block_on(live(setup, open, &mut told, &say));
            if let Err(why) = &ended {
                failed(why, &say);
            }
            runtime.shutdown_timeout(FAREWELL);
            ended
        }
        Err(error) => {
            let why = error.to_string();
            failed(&why, &say);
            Err(why)
        }
    };
    if let Err(why) = ended {
        refuse(&why, &mut told, &say);
    }
}

/// Says that there is no network, and will be none.
fn failed(why: &str, say: &UnboundedSender<Heard>) {
    let seen = Seen {
        way: Way::Failed(why.to_owned()),
        ..Seen::default()
    };
    // Where nobody listens, nobody needs to know.
    let _ = say.send(Heard::Seen(Arc::new(seen)));
}

/// Answers whoever asks for something where there will be no network, until the program ends.
fn refuse(why: &str, told: &mut UnboundedReceiver<Told>, say: &UnboundedSender<Heard>) {
    let why = format!("not on the network: {why}; close the dashboard and open it again");
    loop {
        match told.blocking_recv() {
            Some(Told::Order(order)) => {
                let _ = say.send(orders::refused(&order, &why));
            }
            Some(Told::Begin) => {}
            Some(Told::End) | None => return,
        }
    }
}

/// A folder that is on the network.
struct Live {
    node: Node,
    moves: watch::Receiver<u64>,
    since: Instant,
    relay: Option<String>,
    running: tokio::task::JoinHandle<Result<(), NodeError>>,
    _claim: Claim,
}

/// What the thread knows.
struct Desked<'a> {
    setup: Setup,
    desk: Desk,
    live: Option<Live>,
    way: Way,
    off: bool,
    /// When it is tried again, where it failed or another program had the network.
    retry: Retry,
    said: Arc<Seen>,
    folder: look::Folder,
    say: &'a UnboundedSender<Heard>,
}

/// Waits until the folder can be opened; `false` where the program ends before. A switch is remembered, and all else is answered.
async fn begun(
    setup: &mut Setup,
    told: &mut UnboundedReceiver<Told>,
    say: &UnboundedSender<Heard>,
) -> bool {
    loop {
        let heard = match told.recv().await {
            Some(Told::Begin) => return true,
            Some(Told::End) | None => return false,
            Some(Told::Order(Order::Switch(on))) => {
                setup.off = !on;
                let way = if on { Way::Unknown } else { Way::Off };
                let seen = Seen {
                    way,
                    ..Seen::default()
                };
                Heard::Seen(Arc::new(seen))
            }
            Some(Told::Order(order)) => orders::refused(&order, EARLY),
        };
        // Where nobody listens, nobody needs to know.
        let _ = say.send(heard);
    }
}

async fn live(
    mut setup: Setup,
    open: impl FnOnce() -> Result<Store, StoreError>,
    told: &mut UnboundedReceiver<Told>,
    say: &UnboundedSender<Heard>,
) -> Result<(), String> {
    if !begun(&mut setup, told, say).await {
        return Ok(());
    }
    let store = open().map_err(|e| e.to_string())?;
    let desk = Desk::open(store).map_err(|e| e.to_string())?;
    let mut here = Desked {
        off: setup.off,
        setup,
        desk: desk.clone(),
        live: None,
        way: Way::Unknown,
        retry: Retry::default(),
        said: Arc::default(),
        folder: look::Folder::default(),
        say,
    };
    let mut changes = desk.changes();
    let (mut due, mut next_look) = (true, Instant::now());
    // Where the folder could not be read: it is looked at again then, or when it changes.
    let mut once_more = None;
    let ended = loop {
        if due && Instant::now() >= next_look {
            due = false;
            changes.borrow_and_update();
            let began = Instant::now();
            let looked = look::folder(&desk).await;
            next_look = Instant::now() + PAUSE.max(began.elapsed() * SHARE);
            once_more = match looked {
                Ok(folder) => {
                    here.folder = folder;
                    here.settle().await;
                    None
                }
                Err(why) => {
                    tracing::warn!(%why, "the folder could not be looked at");
                    here.fail(&why).await;
                    Some(Instant::now() + AGAIN)
                }
            };
        }
        here.tell();
        let hint = here.hint();
        let again = here.retry.at();
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
                Some(Told::End) | None => break Ok(()),
            },
            changed = changes.changed() => match changed {
                Ok(()) => due = true,
                Err(_) => break Err("the folder was closed".to_owned()),
            },
            why = ended(here.live.as_mut()) => {
                tracing::warn!(%why, "the network ended");
                here.fail(&why).await;
            }
            // A burst is told in one go.
            () = moved => tokio::time::sleep(PAUSE).await,
            () = until(due.then_some(next_look)) => {}
            () = until(hint) => {}
            () = until(again) => {
                here.retry.over();
                due = true;
            }
            () = until(once_more) => {
                once_more = None;
                due = true;
            }
        }
    };
    here.close().await;
    ended
}

/// Waits until the network ends by itself, and says why; for ever where there is none.
async fn ended(live: Option<&mut Live>) -> String {
    let Some(live) = live else {
        return std::future::pending().await;
    };
    match (&mut live.running).await {
        Ok(Ok(())) => "it was closed".to_owned(),
        Ok(Err(error)) => error.to_string(),
        Err(error) => {
            tracing::warn!(%error, "what answers and dials stopped");
            "it stopped because of a fault in the program".to_owned()
        }
    }
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
            (true, false) if self.retry.at().is_none() => self.go_on().await,
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

    /// It cannot be on the network just now, and is tried again after a pause.
    async fn fail(&mut self, why: &str) {
        if let Some(stood) = self.live.as_ref().map(|l| l.since.elapsed()) {
            self.retry.failed(Instant::now(), stood);
            self.close().await;
        }
        self.way = Way::Failed(format!("{why}; it is tried again by itself"));
    }

    /// The same where it was not on the network yet.
    fn not_on(&mut self, error: &dyn std::fmt::Display) {
        self.retry.failed(Instant::now(), Duration::ZERO);
        self.way = Way::Failed(format!("{error}; it is tried again by itself"));
    }

    async fn go_on(&mut self) {
        let claim = match Claim::take(&self.setup.dir) {
            Ok(claim) => claim,
            Err(NetError::Claimed(_)) => {
                self.way = Way::Elsewhere;
                self.retry.later(Instant::now());
                return;
            }
            Err(error) => return self.not_on(&error),
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
                let running = tokio::spawn(async move { runs.run().await });
                self.post(&node);
                self.way = Way::On;
                self.live = Some(Live {
                    moves: node.peers.watch(),
                    node,
                    since: Instant::now(),
                    relay,
                    running,
                    _claim: claim,
                });
            }
            Err(error) => self.not_on(&error),
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

#[cfg(test)]
mod tests;
