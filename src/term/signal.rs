//! Signals as events: leave (terminate, hang up, interrupt, quit), and come back from suspension.

/// A program that was ended by a signal says so as shells do: this and the signal's number.
pub const SIGNALLED: i32 = 128;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Leave in order; the number is the signal's, for the exit status.
    Leave(i32),
    /// Stop until continued.
    Suspend,
    /// The program runs again after having been stopped: the screen is somebody else's by now.
    Continued,
}

#[cfg(unix)]
mod unix {
    use super::super::secret;
    use super::{Asked, SIGNALLED};
    use std::io;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Mutex, PoisonError, mpsc};
    use std::thread;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// Waits for signals. From [`Signals::new`] on they no longer end the process by themselves.
    #[derive(Debug)]
    pub struct Signals {
        terminate: Signal,
        hang_up: Signal,
        interrupt: Signal,
        quit: Signal,
        stop: Signal,
        resumed: Signal,
    }

    impl Signals {
        /// Starts to listen; needs a tokio runtime with I/O.
        ///
        /// # Errors
        /// Where the system refuses a handler.
        pub fn new() -> io::Result<Self> {
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
                interrupt: signal(SignalKind::interrupt())?,
                quit: signal(SignalKind::quit())?,
                stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
                resumed: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
            })
        }

        /// The next signal.
        pub async fn next(&mut self) -> Asked {
            let kind = tokio::select! {
                _ = self.terminate.recv() => SignalKind::terminate(),
                _ = self.hang_up.recv() => SignalKind::hangup(),
                _ = self.interrupt.recv() => SignalKind::interrupt(),
                _ = self.quit.recv() => SignalKind::quit(),
                _ = self.stop.recv() => return Asked::Suspend,
                _ = self.resumed.recv() => return Asked::Continued,
            };
            Asked::Leave(kind.as_raw_value())
        }
    }

    /// Whether a dashboard hears the signals itself.
    static LED: AtomicBool = AtomicBool::new(false);

    /// Held by whoever hears the signals in place of [`keep_watch`]'s thread.
    #[derive(Debug)]
    pub struct Lead(());

    impl Lead {
        /// Takes the lead.
        pub fn take() -> Self {
            LED.store(true, Ordering::SeqCst);
            Self(())
        }
    }

    impl Drop for Lead {
        fn drop(&mut self) {
            LED.store(false, Ordering::SeqCst);
        }
    }

    async fn stand_in(mut signals: Signals) {
        loop {
            let asked = signals.next().await;
            if LED.load(Ordering::SeqCst) {
                continue;
            }
            match asked {
                Asked::Leave(signal) => {
                    secret::give_back();
                    std::process::exit(SIGNALLED + signal);
                }
                Asked::Suspend => {
                    secret::give_back();
                    suspend();
                }
                Asked::Continued => secret::take_back(),
            }
        }
    }

    /// Starts a thread, once, that gives the terminal's echo back before a signal ends or stops the program, and then ends or stops it.
    /// Handlers cannot be taken away again, so the thread stays and does for the rest of the program what the system would have done.
    ///
    /// # Errors
    /// Where the system refuses a handler or a thread.
    pub fn keep_watch() -> io::Result<()> {
        static STARTED: Mutex<bool> = Mutex::new(false);
        let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
        if *started {
            return Ok(());
        }
        let (ready, said) = mpsc::channel();
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                let made = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                let heard = made.and_then(|runtime| {
                    let signals = {
                        let _inside = runtime.enter();
                        Signals::new()
                    };
                    signals.map(|signals| (runtime, signals))
                });
                match heard {
                    Ok((runtime, signals)) => {
                        // Whoever asked has not gone away: it waits for this.
                        let _ = ready.send(Ok(()));
                        runtime.block_on(stand_in(signals));
                    }
                    Err(error) => drop(ready.send(Err(error))),
                }
            })?;
        said.recv()
            .map_err(|_| io::Error::other("the thread for signals ended"))??;
        *started = true;
        Ok(())
    }

    /// Stops the whole job, as Ctrl-Z does at a shell's prompt. Returns when it is continued. It is `STOP` that is sent: `TSTP` comes
    /// to [`Signals`] by now, and a job that no shell controls ignores it.
    pub fn suspend() {
        // Where the group cannot be signalled there is nobody to come back to; the program then simply goes on.
        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::STOP);
    }
}

#[cfg(not(unix))]
mod other {
    use super::Asked;
    use std::io;

    /// Waits for the console's interrupt, the one signal there is.
    #[derive(Debug)]
    pub struct Signals(tokio::signal::windows::CtrlC);

    impl Signals {
        /// Starts to listen.
        ///
        /// # Errors
        /// The console does not tell of its interrupt.
        pub fn new() -> io::Result<Self> {
            tokio::signal::windows::ctrl_c().map(Self)
        }

        /// The next signal.
        pub async fn next(&mut self) -> Asked {
            if self.0.recv().await.is_none() {
                std::future::pending::<()>().await;
            }
            Asked::Leave(2)
        }
    }

    /// Nobody else hears signals here.
    #[derive(Debug)]
    pub struct Lead(());

    impl Lead {
        /// Takes the lead.
        pub fn take() -> Self {
            Self(())
        }
    }

    /// There is no suspension here.
    pub fn suspend() {}
}

#[cfg(not(unix))]
pub use other::{Lead, Signals, suspend};
#[cfg(unix)]
pub use unix::{Lead, Signals, keep_watch, suspend};
