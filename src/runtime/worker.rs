//! The store's thread. It owns the store, takes orders in turn and answers with events; a snapshot is published when something changed.
//! Orders that come before the store is open simply wait.

mod idle;

use super::telling::{Sources, Telling};
use crate::app::event::{Event, Failure, Saved};
use crate::config::Problem;
use crate::document::conflict::Conflict;
use crate::document::{DocRef, Edit, Stood};
use crate::domain::told::Told;
use crate::domain::{Person, PersonId, Team};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// When to look again after a file event. SQLite writes the log, waits for the disk, and only then makes the transaction visible, in shared
/// memory that no watch sees: the event comes first. Where nothing is written nothing is looked for.
const LOOKS: &[Duration] = &[
    Duration::from_millis(5),
    Duration::from_millis(15),
    Duration::from_millis(40),
    Duration::from_millis(120),
    Duration::from_millis(400),
    Duration::from_millis(1500),
];

/// So long nothing comes after an edit before old edits are packed. Where nothing is edited no timer runs.
const IDLE: Duration = Duration::from_secs(5);
/// So many documents are looked through for what was written apart before whoever has come goes first.
const LOOKED_THROUGH: usize = 16;
/// Between two documents that are packed whoever has come goes first.
const BETWEEN: Duration = Duration::from_millis(1);

/// What the worker needs of a store.
pub trait Backing {
    /// The team as it stands.
    ///
    /// # Errors
    /// In words.
    fn team(&mut self) -> Result<Arc<Team>, String>;
    /// What was missing of the team when it was last read, in sentences.
    fn missing(&self) -> &[String] {
        &[]
    }
    /// A person with detail.
    ///
    /// # Errors
    /// In words.
    fn person(&mut self, id: &PersonId) -> Result<Person, String>;
    /// Saves an edit; it is on disk on return.
    ///
    /// # Errors
    /// Nothing was saved then.
    fn commit(&mut self, edit: &Edit) -> Result<(), NotSaved>;
    /// Takes back this device's last step.
    ///
    /// # Errors
    /// In words.
    fn undo(&mut self) -> Result<Saved, String>;
    /// Does the last undone step again.
    ///
    /// # Errors
    /// In words.
    fn redo(&mut self) -> Result<Saved, String>;
    /// Reads what other processes wrote; whether there was anything.
    ///
    /// # Errors
    /// In words.
    fn refresh(&mut self) -> Result<bool, String>;
    /// Starts to call back when another process may have written; until the store is dropped.
    fn watch(&mut self, wake: Box<dyn Fn() + Send + Sync>);
    /// Packs one document, if one is worth it, or else gives back the room that this left; whether there may be more to do. A store that
    /// keeps no envelopes has nothing.
    ///
    /// # Errors
    /// In words; nothing is lost then, and it is tried again after the next edit.
    fn pack(&mut self) -> Result<bool, String> {
        Ok(false)
    }
    /// Looks through so many documents for what was written apart; `None` where there are more to look through. A store that keeps no
    /// documents has nothing of the kind.
    ///
    /// # Errors
    /// In words.
    fn conflicts(&mut self, _team: &Team, _most: usize) -> Result<Option<Vec<Conflict>>, String> {
        Ok(Some(Vec::new()))
    }
    /// Says with which devices they were written.
    ///
    /// # Errors
    /// In words.
    fn name_devices(&mut self, _found: &mut [Conflict]) -> Result<(), String> {
        Ok(())
    }
    /// Documents whose history can be told.
    ///
    /// # Errors
    /// In words.
    fn history_sources(&mut self) -> Result<Sources, String> {
        Ok(Sources::default())
    }
    /// What was written in a document, oldest first.
    ///
    /// # Errors
    /// In words.
    fn history_of(&mut self, _team: &Team, _doc: &DocRef) -> Result<Vec<Told>, String> {
        Ok(Vec::new())
    }
    /// Counts of what it did.
    fn counters(&self) -> Vec<(&'static str, u64)>;
}

/// Why an edit was not saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSaved {
    /// In words.
    Failed(String),
    /// Texts that it was written over are not what they were; this is what stands there now.
    Meanwhile(Vec<Stood>),
}

/// A store that has been opened.
pub struct Opened<B> {
    /// The store.
    pub store: B,
    /// What the screen shows already while the store behind it was being made: an equal snapshot is not published again, and the
    /// screen is told that the store is ready.
    pub shown: Option<Arc<Team>>,
}

/// An order.
#[derive(Debug)]
enum Order {
    Commit(Edit),
    Undo,
    Redo,
    Detail(PersonId),
    History,
    Devices,
    Refresh,
    Stop,
}

/// What the worker says.
#[derive(Debug)]
pub enum Message {
    /// Something for `app::update`.
    Event(Event),
    /// The store could not be opened.
    Trouble(Trouble),
}

/// Why the store could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// In words, with the next step.
    pub problem: Problem,
    /// There is simply no team yet.
    pub no_team: bool,
}

/// The thread from outside.
#[derive(Debug)]
pub struct Worker {
    orders: mpsc::Sender<Order>,
    messages: UnboundedReceiver<Message>,
    thread: JoinHandle<Vec<(&'static str, u64)>>,
}

impl Worker {
    /// Starts the thread; `open` runs on it.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn spawn<B: Backing>(
        open: impl FnOnce() -> Result<Opened<B>, Trouble> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (orders, taken) = mpsc::channel();
        let (say, messages) = unbounded_channel();
        let wake = orders.clone();
        let thread = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || run(open, &taken, &wake, &say))?;
        Ok(Self {
            orders,
            messages,
            thread,
        })
    }

    /// The next message; `None` once the thread is gone.
    pub async fn next(&mut self) -> Option<Message> {
        self.messages.recv().await
    }

    /// A message that is there already.
    pub fn ready(&mut self) -> Option<Message> {
        self.messages.try_recv().ok()
    }

    /// Saves an edit.
    pub fn commit(&self, edit: Edit) {
        self.order(Order::Commit(edit));
    }

    /// Takes back the last step.
    pub fn undo(&self) {
        self.order(Order::Undo);
    }

    /// Does the last undone step again.
    pub fn redo(&self) {
        self.order(Order::Redo);
    }

    /// Reads a person with detail.
    pub fn detail(&self, person: PersonId) {
        self.order(Order::Detail(person));
    }

    /// Reads what was written, document by document, when nobody waits.
    pub fn history(&self) {
        self.order(Order::History);
    }

    /// Finds out with which devices it was written what was written apart, from now on.
    pub fn devices(&self) {
        self.order(Order::Devices);
    }

    /// A thread that has ended takes no orders; [`Worker::next`] says so to the loop.
    fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }

    /// Lets the thread finish every order given before, and returns what it counted; `None` if it panicked.
    pub fn finish(self) -> Option<Vec<(&'static str, u64)>> {
        self.order(Order::Stop);
        self.thread.join().ok()
    }
}

struct Desk<'a, B> {
    store: B,
    shown: Option<Arc<Team>>,
    /// What is shown was painted, and shares nothing with what the store reads.
    painted: bool,
    /// What the screen knows to be missing of it.
    missing: Vec<String>,
    /// What the screen knows to have been written apart.
    conflicts: Arc<Vec<Conflict>>,
    /// Whether that has to be looked for again, when nobody waits.
    look: bool,
    /// Whoever looks wants to know with which devices it was written, too.
    devices: bool,
    telling: Telling,
    say: &'a UnboundedSender<Message>,
}

fn run<B: Backing>(
    open: impl FnOnce() -> Result<Opened<B>, Trouble>,
    orders: &mpsc::Receiver<Order>,
    wake: &mpsc::Sender<Order>,
    say: &UnboundedSender<Message>,
) -> Vec<(&'static str, u64)> {
    let opened = match open() {
        Ok(opened) => opened,
        Err(trouble) => {
            let _ = say.send(Message::Trouble(trouble));
            return Vec::new();
        }
    };
    let painted = opened.shown.is_some();
    let mut desk = Desk {
        store: opened.store,
        shown: opened.shown,
        painted,
        missing: Vec::new(),
        conflicts: Arc::default(),
        look: false,
        devices: false,
        telling: Telling::default(),
        say,
    };
    // Watching first and reading after it: nothing that is written in between is missed.
    let wake = wake.clone();
    desk.store.watch(Box::new(move || {
        let _ = wake.send(Order::Refresh);
    }));
    desk.publish("read the team");
    if painted {
        desk.tell(Event::StoreReady);
    }
    let mut looks: &[Duration] = &[];
    let mut idle: Option<Duration> = None;
    loop {
        let timeout = match (idle, looks.split_first()) {
            // Packing has begun: its own writes wake the watch, and the looks that follow come when it is done.
            _ if idle == Some(BETWEEN) => idle,
            (_, Some((wait, _))) => Some(*wait),
            (idle, None) => idle,
        };
        let received = match timeout {
            _ if desk.look || desk.telling.is_busy() => match orders.try_recv() {
                Ok(order) => Ok(order),
                Err(mpsc::TryRecvError::Disconnected) => Err(mpsc::RecvTimeoutError::Disconnected),
                Err(mpsc::TryRecvError::Empty) => {
                    match desk.look {
                        true => desk.look_for_conflicts(),
                        false => desk.tell_on(),
                    }
                    continue;
                }
            },
            None => orders.recv().map_err(mpsc::RecvTimeoutError::from),
            Some(wait) => orders.recv_timeout(wait),
        };
        let order = match (received, looks.split_first()) {
            (Ok(order), _) => Some(order),
            (Err(mpsc::RecvTimeoutError::Disconnected), _) => None,
            (Err(mpsc::RecvTimeoutError::Timeout), Some((_, rest))) if idle != Some(BETWEEN) => {
                looks = rest;
                desk.perform(Order::Refresh);
                continue;
            }
            (Err(mpsc::RecvTimeoutError::Timeout), _) => {
                idle = desk.pack().then_some(BETWEEN);
                continue;
            }
        };
        match order {
            None | Some(Order::Stop) => break,
            Some(order) => {
                if matches!(order, Order::Refresh) {
                    looks = LOOKS;
                }
                if matches!(order, Order::Commit(_) | Order::Undo | Order::Redo) {
                    idle = Some(IDLE);
                }
                desk.perform(order);
            }
        }
    }
    desk.store.counters()
}

impl<B: Backing> Desk<'_, B> {
    /// The loop may be gone by now; then nobody listens, and the orders are carried out all the same.
    fn tell(&self, event: Event) {
        let _ = self.say.send(Message::Event(event));
    }

    fn failed(&self, what: &str, why: String, edit: Option<Edit>) {
        self.tell(Event::Failed(Failure {
            what: what.to_owned(),
            why,
            edit,
        }));
    }

    /// Nobody asked for it and nobody waits for it: what goes wrong is noted and not shown.
    fn pack(&mut self) -> bool {
        self.store.pack().unwrap_or_else(|why| {
            tracing::warn!(%why, "old edits were not packed");
            false
        })
    }

    /// Shows the team again if anything was written to it. That may be something that no summary has, a long text: whoever's documents
    /// were written is another value in it then, and the screen reads their detail anew.
    fn publish(&mut self, what: &str) {
        match self.store.team() {
            Ok(team) => {
                let same = self.shown.as_ref().is_some_and(|shown| {
                    shown.same_parts(&team) || (self.painted && **shown == *team)
                });
                self.look |= self.painted;
                self.painted = false;
                self.shown = Some(Arc::clone(&team));
                if !same {
                    self.look = true;
                    self.tell(Event::Team(team));
                }
                if self.store.missing() != self.missing {
                    self.missing = self.store.missing().to_vec();
                    self.tell(Event::InPart(self.missing.clone()));
                }
            }
            Err(why) => self.failed(what, why, None),
        }
    }

    fn perform(&mut self, order: Order) {
        match order {
            Order::Commit(edit) => match self.store.commit(&edit) {
                Ok(()) => {
                    self.publish("read the team");
                    self.tell(Event::Saved(Saved::Edit { label: edit.label }));
                }
                Err(NotSaved::Failed(why)) => self.failed("save", why, Some(edit)),
                Err(NotSaved::Meanwhile(stands)) => {
                    self.publish("read what another program wrote");
                    self.tell(Event::Meanwhile { edit, stands });
                }
            },
            Order::Undo => {
                let result = self.store.undo();
                self.stepped("undo", result);
            }
            Order::Redo => {
                let result = self.store.redo();
                self.stepped("redo", result);
            }
            Order::Detail(id) => match self.store.person(&id) {
                Ok(person) => self.tell(Event::Detail(Arc::new(person))),
                Err(why) => self.failed("read the person", why, None),
            },
            Order::History => self.begin_to_tell(),
            Order::Devices => {
                self.devices = true;
                self.look = true;
            }
            Order::Refresh => match self.store.refresh() {
                Ok(true) => self.publish("read what another program wrote"),
                Ok(false) => {}
                Err(why) => self.failed("read what another program wrote", why, None),
            },
            Order::Stop => {}
        }
    }

    fn stepped(&mut self, what: &str, result: Result<Saved, String>) {
        match result {
            Ok(saved) => {
                if saved != Saved::Nothing {
                    self.publish("read the team");
                }
                self.tell(Event::Saved(saved));
            }
            Err(why) => self.failed(what, why, None),
        }
    }
}
