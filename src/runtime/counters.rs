//! Counts of what was done, for tests and benchmarks: a test asserts counts, never times.

use std::io;
use std::path::Path;

/// The environment variable that names a file to write the counts to on the way out.
pub const VARIABLE: &str = "GUILDHALL_COUNTERS";

/// What was counted while the dashboard was open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames drawn.
    pub draws: u64,
    /// Times the loop woke up, for whatever reason.
    pub wakeups: u64,
    /// Wake-ups by the timer that holds frames apart; none happens while nothing changes.
    pub timer_wakeups: u64,
    /// Events handled: keys, sizes, snapshots, answers of the store.
    pub events: u64,
}

impl Counters {
    /// Writes `name value` lines, the store's counts after these.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&self, file: &Path, store: &[(&'static str, u64)]) -> io::Result<()> {
        let mine = [
            ("draws", self.draws),
            ("wakeups", self.wakeups),
            ("timer_wakeups", self.timer_wakeups),
            ("events", self.events),
        ];
        let lines: String = mine
            .iter()
            .chain(store)
            .map(|(name, value)| format!("{name} {value}\n"))
            .collect();
        std::fs::write(file, lines)
    }
}
