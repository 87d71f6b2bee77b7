//! Waking up when another program may have written: the system reports writes to the file's log, and only where it cannot a thread looks
//! every 200 ms. A call is a hint; [`super::Store::data_changed`] tells whether there is something new.

use super::error::StoreError;
use super::files::{TEAM_FILE, team_file};
use notify::{EventKind, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

/// How often the fallback looks.
const POLL: Duration = Duration::from_millis(200);

/// How changes are noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchKind {
    /// The system reports them; nothing runs while nothing happens.
    Reported,
    /// A thread looks five times a second, since the system reports nothing here.
    Polled,
}

/// A running watch; it ends when dropped.
pub struct Watch {
    kind: WatchKind,
    _reported: Option<notify::RecommendedWatcher>,
    polled: Option<(Sender<()>, JoinHandle<()>)>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Watch({:?})", self.kind)
    }
}

impl Watch {
    /// Starts to watch a data folder.
    pub(super) fn start(
        dir: &Path,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        let wake = std::sync::Arc::new(wake);
        let reported = {
            let wake = wake.clone();
            watch_folder(dir, move || wake())
        };
        match reported {
            Ok(watcher) => Ok(Self {
                kind: WatchKind::Reported,
                _reported: Some(watcher),
                polled: None,
            }),
            Err(_) => Self::poll(dir, move || wake()),
        }
    }

    /// Starts the fallback.
    pub(super) fn poll(dir: &Path, wake: impl Fn() + Send + 'static) -> Result<Self, StoreError> {
        let (stop, stopped) = channel::<()>();
        let files = [team_file(dir), wal_file(dir)];
        // Taken before this returns: what is written right after is noticed.
        let mut seen = marks(&files);
        let thread = std::thread::Builder::new()
            .name("watch".into())
            .spawn(move || {
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(POLL) {
                    let now = marks(&files);
                    if now != seen {
                        seen = now;
                        wake();
                    }
                }
            })
            .map_err(|e| StoreError::Watch(e.to_string()))?;
        Ok(Self {
            kind: WatchKind::Polled,
            _reported: None,
            polled: Some((stop, thread)),
        })
    }

    /// How changes are noticed.
    pub fn kind(&self) -> WatchKind {
        self.kind
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.polled.take() {
            drop(stop);
            // The thread only ends; a panic in the callback was reported when it happened.
            let _ = thread.join();
        }
    }
}

fn wal_file(dir: &Path) -> PathBuf {
    dir.join(format!("{TEAM_FILE}-wal"))
}

/// Length and time of the last change of each file.
fn marks(files: &[PathBuf]) -> Vec<Option<(u64, Option<SystemTime>)>> {
    files
        .iter()
        .map(|f| {
            let data = std::fs::metadata(f).ok()?;
            Some((data.len(), data.modified().ok()))
        })
        .collect()
}

fn watch_folder(
    dir: &Path,
    wake: impl Fn() + Send + 'static,
) -> notify::Result<notify::RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let ours = match event {
            // Reading opens and closes files too; only what changes them counts, and only the file and its log.
            Ok(event) => {
                matches!(event.kind, EventKind::Modify(_) | EventKind::Create(_))
                    && event.paths.iter().any(|p| {
                        p.file_name().and_then(|n| n.to_str()).is_some_and(|n| {
                            n.strip_prefix(TEAM_FILE)
                                .is_some_and(|rest| rest.is_empty() || rest == "-wal")
                        })
                    })
            }
            // Something was missed: look.
            Err(_) => true,
        };
        if ours {
            wake();
        }
    })?;
    watcher.watch(dir, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}
