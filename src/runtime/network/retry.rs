//! When it is tried again to be on the network: after a pause that grows where it fails each time. Must not know: why it failed.

use std::time::Duration;
use tokio::time::Instant;

/// How often it is tried again at most.
pub const AGAIN: Duration = Duration::from_secs(5);
/// How rarely at least; whoever was on the network for so long begins with short pauses again.
const RARELY: Duration = Duration::from_secs(60);

/// The next attempt.
#[derive(Debug)]
pub struct Retry {
    at: Option<Instant>,
    wait: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            at: None,
            wait: AGAIN,
        }
    }
}

impl Retry {
    /// When it may be tried again; `None` is at once.
    pub fn at(&self) -> Option<Instant> {
        self.at
    }

    /// It failed, or ended by itself after so long.
    pub fn failed(&mut self, now: Instant, stood: Duration) {
        if stood >= RARELY {
            self.wait = AGAIN;
        }
        self.at = Some(now + self.wait);
        self.wait = (self.wait * 2).min(RARELY);
    }

    /// Somebody else has the network: that is no failure, and is looked at as often as may be.
    pub fn later(&mut self, now: Instant) {
        self.at = Some(now + AGAIN);
    }

    /// The pause is over.
    pub fn over(&mut self) {
        self.at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pause after a failure.
    fn pause(retry: &mut Retry, stood: u64) -> u64 {
        let now = Instant::now();
        retry.failed(now, Duration::from_secs(stood));
        let at = retry.at().unwrap();
        retry.over();
        assert_eq!(retry.at(), None);
        at.duration_since(now).as_secs()
    }

    #[test]
    fn pauses_grow_up_to_a_minute_and_begin_anew_after_a_long_stand() {
        let mut retry = Retry::default();
        assert_eq!(retry.at(), None, "the first time at once");
        let pauses: Vec<u64> = (0..6).map(|_| pause(&mut retry, 1)).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
        assert_eq!(pause(&mut retry, 59), 60);
        assert_eq!(pause(&mut retry, 60), 5);
        assert_eq!(pause(&mut retry, 0), 10);
    }

    #[test]
    fn a_network_that_another_program_has_is_looked_at_every_five_seconds() {
        let mut retry = Retry::default();
        for _ in 0..4 {
            let now = Instant::now();
            retry.later(now);
            assert_eq!(retry.at(), Some(now + AGAIN));
        }
        assert_eq!(pause(&mut retry, 0), 5, "which is no failure");
    }
}
