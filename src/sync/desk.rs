//! A store behind a desk: one thread owns it, and others ask across. Owns that thread. Must not know what is asked.

use crate::store::{Store, StoreError};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use tokio::sync::{oneshot, watch};

type Job = Box<dyn FnOnce(&mut Store) + Send>;

/// The thread with the store has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the team's file is closed already")]
pub struct DeskClosed;

/// Where a store is asked. Clones ask the same one; it is closed when the last is gone.
#[derive(Clone)]
pub struct Desk {
    jobs: Arc<mpsc::Sender<Job>>,
    changes: watch::Receiver<u64>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}

impl Desk {
    /// Moves a store to a thread of its own and watches its file.
    ///
    /// # Errors
    /// [`StoreError::Watch`] where changes by other programs would not be noticed, or no thread can be begun.
    pub fn open(mut store: Store) -> Result<Self, StoreError> {
        let (tell, changes) = watch::channel(0_u64);
        let (jobs, todo) = mpsc::channel::<Job>();
        let jobs = Arc::new(jobs);
        // The watch lives as long as the thread, and must not keep it alive.
        let (weak, tell) = (Arc::downgrade(&jobs), Arc::new(tell));
        let due = Arc::new(AtomicBool::new(false));
        let kept = store.watch(move || {
            if due.swap(true, Ordering::AcqRel) {
                return; // it will be looked at
            }
            let (due, tell) = (due.clone(), tell.clone());
            let job: Job = Box::new(move |store| {
                due.store(false, Ordering::Release);
                // The system reports a write before others can see it. Where that cannot be waited for, looking does no harm.
                let _ = store.wait_for_writers();
                tell.send_modify(|n| *n += 1);
            });
            if let Some(jobs) = weak.upgrade() {
                let _ = jobs.send(job);
            }
        })?;
        std::thread::Builder::new()
            .name("desk".into())
            .spawn(move || {
                while let Ok(job) = todo.recv() {
                    job(&mut store);
                }
                drop(kept);
            })
            .map_err(|e| StoreError::Watch(e.to_string()))?;
        Ok(Self { jobs, changes })
    }

    /// Does something with the store, and waits until it is done.
    ///
    /// # Errors
    /// [`DeskClosed`] where the thread has ended.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> Result<T, DeskClosed> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |store| {
            // Whoever asked may be gone; what was done is done.
            let _ = answer.send(question(store));
        });
        self.jobs.send(job).map_err(|_| DeskClosed)?;
        answered.await.map_err(|_| DeskClosed)
    }

    /// Changes whenever some program may have written to the team's file.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }
}
