//! Signals as events: leave (terminate, hang up, interrupt, quit), and come back from suspension.

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
    use super::Asked;
    use std::io;
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
    pub struct Signals(());

    impl Signals {
        /// Starts to listen.
        ///
        /// # Errors
        /// None here.
        pub fn new() -> io::Result<Self> {
            Ok(Self(()))
        }

        /// The next signal.
        pub async fn next(&mut self) -> Asked {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            Asked::Leave(2)
        }
    }

    /// There is no suspension here.
    pub fn suspend() {}
}

#[cfg(not(unix))]
pub use other::{Signals, suspend};
#[cfg(unix)]
pub use unix::{Signals, suspend};
