//! The loop: waits for terminal, store and signals, hands events to `app::update`, performs effects, draws after a change.
//! Nothing here ticks: while nothing happens, nothing wakes and nothing is drawn.

use super::canvas::Canvas;
use super::counters::Counters;
use super::input;
use super::network::Network;
use super::worker::{Message, Worker};
use crate::app::event::{Effect, Event};
use crate::app::network::Heard;
use crate::app::toast::Tone;
use crate::app::{self, State};
use crate::term::signal::Asked;
use futures_util::{Stream, StreamExt};
use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Frames stand at least so far apart. The first change after a pause draws at once.
const CAP: Duration = Duration::from_millis(10);

/// Events taken in one go before the next frame, so that a burst makes one frame and a flood still shows.
const BURST: usize = 256;

/// Why the loop ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The user left.
    Quit,
    /// A signal asked for it.
    Signal(i32),
    /// The terminal is gone.
    NoInput,
    /// The store could not be made behind a demo, in words.
    Trouble(crate::config::Problem),
    /// The store's thread is gone.
    NoStore,
}

/// What the loop asks of the terminal besides drawing.
pub trait Terminal {
    /// Gives the terminal back, stops the program, and takes the terminal again when it is continued.
    ///
    /// # Errors
    /// Where the terminal cannot be taken again.
    fn suspend(&mut self) -> io::Result<()>;
    /// Takes the terminal again after something else had it.
    ///
    /// # Errors
    /// Where the terminal cannot be taken again.
    fn retake(&mut self) -> io::Result<()>;
    /// Asks for what was typed beside a new size.
    fn stir(&mut self);
    /// The next signal.
    fn signal(&mut self) -> impl Future<Output = Asked>;
}

/// The open dashboard.
pub struct Dashboard<'a, C, T> {
    /// Where it is drawn.
    pub canvas: &'a mut C,
    /// The rest of the terminal.
    pub terminal: &'a mut T,
    /// The store's thread.
    pub worker: &'a mut Worker,
    /// Other machines; `None` where there is no network.
    pub network: Option<&'a mut Network>,
    /// What is shown.
    pub state: State,
    /// What was counted.
    pub counters: Counters,
}

enum Wake {
    Signal(Asked),
    Input(Option<io::Result<crossterm::event::Event>>),
    Message(Option<Message>),
    Heard(Heard),
    Timer,
}

impl<C: Canvas, T: Terminal> Dashboard<'_, C, T> {
    /// Runs until the user leaves or something ends it.
    ///
    /// # Errors
    /// Where the terminal cannot be read or drawn on.
    pub async fn run(
        &mut self,
        mut input: impl Stream<Item = io::Result<crossterm::event::Event>> + Unpin,
    ) -> io::Result<Exit> {
        let mut dirty = true;
        let mut next_frame = Instant::now();
        if self.state.options.store_ready {
            self.begin();
        }
        loop {
            if dirty && Instant::now() >= next_frame {
                self.canvas.draw(&self.state)?;
                self.counters.draws += 1;
                dirty = false;
                next_frame = Instant::now() + CAP;
            }
            let wake = tokio::select! {
                biased;
                asked = self.terminal.signal() => Wake::Signal(asked),
                event = input.next() => Wake::Input(event),
                message = self.worker.next() => Wake::Message(message),
                heard = hear(&mut self.network) => Wake::Heard(heard),
                () = tokio::time::sleep_until(next_frame), if dirty => Wake::Timer,
            };
            self.counters.wakeups += 1;
            let mut wake = Some(wake);
            let mut taken = 0;
            while let Some(now) = wake {
                match self.handle(now, &mut dirty)? {
                    Some(exit) => return Ok(exit),
                    None if taken == BURST => break,
                    None => taken += 1,
                }
                wake = match said_already(&mut input).await {
                    Some(event) => Some(Wake::Input(event)),
                    None => self.worker.ready().map(|m| Wake::Message(Some(m))),
                };
            }
        }
    }

    fn handle(&mut self, wake: Wake, dirty: &mut bool) -> io::Result<Option<Exit>> {
        match wake {
            Wake::Timer => self.counters.timer_wakeups += 1,
            Wake::Signal(Asked::Leave(signal)) => return Ok(Some(Exit::Signal(signal))),
            Wake::Signal(Asked::Suspend) => return self.suspend(dirty),
            Wake::Signal(Asked::Continued) => {
                self.terminal.retake()?;
                self.repaint(dirty)?;
            }
            Wake::Input(None) => return Ok(Some(Exit::NoInput)),
            Wake::Input(Some(event)) => {
                let event = event?;
                if matches!(event, crossterm::event::Event::Resize(..)) {
                    self.terminal.stir();
                }
                if let Some(event) = input::event(event) {
                    return self.event(event, dirty);
                }
            }
            Wake::Heard(heard) => return self.event(Event::Network(heard), dirty),
            Wake::Message(None) => return Ok(Some(Exit::NoStore)),
            Wake::Message(Some(Message::Event(event))) => return self.event(event, dirty),
            // The store was open when the loop began, or is being made for a demo: without it nothing that is typed can be kept.
            Wake::Message(Some(Message::Trouble(trouble))) => {
                return Ok(Some(Exit::Trouble(trouble.problem)));
            }
        }
        Ok(None)
    }

    fn event(&mut self, event: Event, dirty: &mut bool) -> io::Result<Option<Exit>> {
        #[cfg(debug_assertions)]
        fault(&event);
        self.counters.events += 1;
        if matches!(event, Event::StoreReady) {
            self.begin();
        }
        self.state.now_ms = now_ms();
        *dirty = true;
        for effect in app::update(&mut self.state, event) {
            match effect {
                Effect::Commit(edit) => self.worker.commit(edit),
                Effect::Undo => self.worker.undo(),
                Effect::Redo => self.worker.redo(),
                Effect::LoadDetail(person) => self.worker.detail(person),
                Effect::History => self.worker.history(),
                Effect::Network(order) => match &self.network {
                    Some(network) => network.order(order),
                    None => {
                        let text = "this dashboard was opened without a network".to_owned();
                        let heard = Heard::Said(Tone::Bad, text);
                        app::update(&mut self.state, Event::Network(heard));
                    }
                },
                Effect::Devices => self.worker.devices(),
                Effect::Quit => return Ok(Some(Exit::Quit)),
                Effect::Suspend => {
                    if let Some(exit) = self.suspend(dirty)? {
                        return Ok(Some(exit));
                    }
                }
            }
        }
        Ok(None)
    }

    /// The folder is there: other machines can be looked for.
    fn begin(&self) {
        if let Some(network) = &self.network {
            network.begin();
        }
    }

    fn suspend(&mut self, dirty: &mut bool) -> io::Result<Option<Exit>> {
        self.terminal.suspend()?;
        self.repaint(dirty)?;
        Ok(None)
    }

    /// Somebody else has drawn on the terminal, and its size may be another.
    fn repaint(&mut self, dirty: &mut bool) -> io::Result<()> {
        let (width, height) = self.canvas.forget()?;
        app::update(&mut self.state, Event::Resize(width, height));
        *dirty = true;
        Ok(())
    }
}

/// What is heard next of other machines.
async fn hear(network: &mut Option<&mut Network>) -> Heard {
    match network {
        Some(network) => network.next().await,
        None => std::future::pending().await,
    }
}

/// In builds with assertions a test can have a fault where a program has its own: a paste of the text that `GUILDHALL_FAULT` holds panics.
#[cfg(debug_assertions)]
fn fault(event: &Event) {
    if let Event::Paste(text) = event
        && std::env::var("GUILDHALL_FAULT").is_ok_and(|wanted| wanted == *text)
    {
        panic!("GUILDHALL_FAULT asked for this");
    }
}

/// What a stream has ready, without waiting. It is asked with the waker of this task: the terminal's stream keeps the first waker that
/// it is given while nothing is there, so that asking with any other would lose the wake-up of the next key.
async fn said_already<S: Stream + Unpin>(stream: &mut S) -> Option<Option<S::Item>> {
    poll_fn(|cx| match stream.poll_next_unpin(cx) {
        Poll::Ready(item) => Poll::Ready(Some(item)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// The clock as entry times count it.
pub fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::{Pin, pin};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Wake, Waker};

    /// Keeps the first waker while nothing is there, as the terminal's stream does.
    struct Silent(Option<Waker>);

    impl Stream for Silent {
        type Item = ();

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
            self.0.get_or_insert_with(|| cx.waker().clone());
            Poll::Pending
        }
    }

    struct Woken(AtomicBool);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_look_at_the_terminal_keeps_the_wake_up_of_the_next_key() {
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut stream = Silent(None);
        let looked = pin!(said_already(&mut stream)).poll(&mut Context::from_waker(&waker));
        assert_eq!(looked, Poll::Ready(None));
        stream.0.expect("the stream was asked").wake();
        assert!(woken.0.load(Ordering::Relaxed), "this wakes nobody");
    }
}
