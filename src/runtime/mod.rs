//! Waiting: terminal, store and signals on one side, `app::update` on the other. Effects are performed here.
//! Must not know: rules.

pub mod backing;
pub mod canvas;
pub mod counters;
pub mod dashboard;
pub mod input;
pub mod look;
pub mod network;
pub mod start;
pub mod telling;
pub mod worker;

use crate::app::{Effect, Event, Options, State};
use crate::config::Problem;
use crate::domain::Team;
use crate::term;
use crate::term::guard::{self, Guard};
use crate::term::signal::{self, Asked, Lead, Signals};
use chrono::NaiveDate;
use counters::Counters;
use crossterm::event::EventStream;
use dashboard::{Dashboard, Exit, Terminal};
use network::Network;
use start::Choice;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use worker::{Backing, Message, Opened, Trouble, Worker};

/// What a dashboard is opened with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The day that rules take as today.
    pub today: NaiveDate,
    /// Options of the screen.
    pub options: Options,
    /// A team to paint at once, while the store behind it is being written.
    pub painted: Option<Arc<Team>>,
    /// A file to write counts to on the way out.
    pub counters: Option<PathBuf>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// In order.
    Done,
    /// By this signal.
    Signal(i32),
    /// There was no team; the user wants the demo.
    Demo,
    /// There was no team; the user wants to start one.
    Init,
    /// There was no team to show, for this reason, which has been on the screen.
    Trouble(Problem),
}

struct Taken {
    guard: Guard,
    signals: Signals,
}

impl Terminal for Taken {
    fn suspend(&mut self) -> io::Result<()> {
        guard::restore();
        signal::suspend();
        self.guard.again()
    }

    fn retake(&mut self) -> io::Result<()> {
        guard::restore();
        self.guard.again()
    }

    fn stir(&mut self) {
        guard::stir();
    }

    fn signal(&mut self) -> impl Future<Output = Asked> {
        self.signals.next()
    }
}

/// A program that will show a dashboard. From here on signals no longer end the process by themselves; they end the dashboard, so that
/// what was made before it (a temporary folder) is cleared away.
#[derive(Debug)]
pub struct Session {
    runtime: tokio::runtime::Runtime,
    signals: Signals,
    _lead: Lead,
}

impl Session {
    /// Makes sure that there is a terminal, and starts to listen to signals.
    ///
    /// # Errors
    /// No terminal, or the system refuses; with the next step.
    pub fn new() -> Result<Self, Problem> {
        if !term::is_interactive() {
            return Err(Problem::new(
                "the dashboard",
                "standard input and output are not a terminal",
                "run it in a terminal, or print a report: guildhall show overview",
            ));
        }
        if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
            return Err(Problem::new(
                "the dashboard",
                "this terminal says that it cannot move its cursor (TERM=dumb)",
                "open another terminal, or print a report: guildhall show overview",
            ));
        }
        term::panic::install();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Problem::of("the program's loop", e))?;
        let signals = {
            let _inside = runtime.enter();
            Signals::new().map_err(|e| Problem::of("signals", e))?
        };
        Ok(Self {
            runtime,
            signals,
            _lead: Lead::take(),
        })
    }

    /// Opens the dashboard and runs it to its end, with other machines where there is a network. `open` runs on the store's thread.
    ///
    /// # Errors
    /// Where the terminal cannot be used, with the next step.
    pub fn run<B: Backing>(
        self,
        setup: Setup,
        network: Option<Network>,
        open: impl FnOnce() -> Result<Opened<B>, Trouble> + Send + 'static,
    ) -> Result<Ended, Problem> {
        // The store starts to open before anything else is done: it is what the first frame waits for.
        let worker = Worker::spawn(open).map_err(|e| Problem::of("no thread for the store", e))?;
        self.runtime
            .block_on(drive(setup, worker, network, self.signals))
            .map_err(|e| Problem::of("the terminal", e))
    }
}

async fn drive(
    setup: Setup,
    mut worker: Worker,
    mut network: Option<Network>,
    signals: Signals,
) -> io::Result<Ended> {
    let mut terminal = Taken {
        guard: Guard::enter()?,
        signals,
    };
    let mut screen = term::screen()?;
    let mut input = EventStream::new();
    let team = match setup.painted {
        Some(team) => team,
        None => match first(&mut worker, &mut terminal).await {
            First::Team(team) => team,
            First::Signal(signal) => {
                drop(terminal);
                drop(worker.finish());
                return Ok(Ended::Signal(signal));
            }
            First::Trouble(trouble) => {
                let choice =
                    start::choose(&mut screen, &mut terminal, &mut input, &trouble).await?;
                drop(terminal);
                drop(worker.finish());
                return Ok(match choice {
                    Choice::Demo => Ended::Demo,
                    Choice::Init => Ended::Init,
                    Choice::Leave(Some(signal)) => Ended::Signal(signal),
                    Choice::Leave(None) => Ended::Trouble(trouble.problem),
                });
            }
        },
    };
    let mut state = State::new(team, setup.today, setup.options);
    let size = screen.size()?;
    crate::app::update(&mut state, Event::Resize(size.width, size.height));
    for effect in crate::app::begin(&mut state) {
        if let Effect::LoadDetail(person) = effect {
            worker.detail(person);
        }
    }
    let mut dashboard = Dashboard {
        canvas: &mut screen,
        terminal: &mut terminal,
        worker: &mut worker,
        network: network.as_mut(),
        state,
        counters: Counters::default(),
    };
    let exit = dashboard.run(&mut input).await;
    let counted = dashboard.counters;
    drop(input);
    drop(terminal);
    if let Some(network) = network {
        network.finish();
    }
    // Orders that were given are carried out before the program ends: what was said to be saved is, and what waits is too.
    let store = worker.finish();
    if let Some(file) = setup.counters {
        counted.write(&file, store.as_deref().unwrap_or_default())?;
    }
    match exit? {
        Exit::Signal(signal) => Ok(Ended::Signal(signal)),
        Exit::Trouble(problem) => Ok(Ended::Trouble(problem)),
        Exit::NoStore => Ok(Ended::Trouble(Problem::new(
            "the store",
            "it stopped because of a fault in the program; what was said to be saved is saved",
            "open the dashboard again; `guildhall doctor` checks the folder",
        ))),
        Exit::Quit | Exit::NoInput => Ok(Ended::Done),
    }
}

enum First {
    Team(Arc<Team>),
    Trouble(Trouble),
    Signal(i32),
}

/// Waits for the store to open. Keys typed meanwhile are kept by the terminal and come after it.
async fn first(worker: &mut Worker, terminal: &mut Taken) -> First {
    let gone = || {
        First::Trouble(Trouble {
            problem: Problem::new(
                "the store",
                "it stopped because of a fault in the program; nothing was changed",
                "`guildhall doctor` checks the folder",
            ),
            no_team: false,
        })
    };
    loop {
        tokio::select! {
            biased;
            asked = terminal.signal() => if let Asked::Leave(signal) = asked {
                return First::Signal(signal);
            },
            message = worker.next() => match message {
                Some(Message::Event(Event::Team(team))) => return First::Team(team),
                Some(Message::Event(Event::Failed(failure))) => {
                    return First::Trouble(Trouble {
                        problem: Problem::new(failure.what, failure.why, ""),
                        no_team: false,
                    });
                }
                Some(Message::Event(_)) => {}
                Some(Message::Trouble(trouble)) => return First::Trouble(trouble),
                None => return gone(),
            },
        }
    }
}
