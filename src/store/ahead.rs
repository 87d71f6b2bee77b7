//! Whose clock is ahead of this machine's, as far as the times of changes say when they come. Must not know who is told.

use super::Store;
use super::error::StoreError;
use super::inner::{meta, now_ms};
use crate::log::DeviceId;
use rusqlite::OptionalExtension;
use std::collections::BTreeMap;

/// So far ahead a change may be dated and nothing is said, in milliseconds.
const LIMIT: u64 = 10 * 60_000;
/// A change is dated just behind the newest that its writer has seen, if that is later than the clock, so that their order stays. Within so
/// many milliseconds of a change that is ahead, a time says nothing of its own writer's clock.
const NEAR: u64 = 60_000;

impl Store {
    /// Time of the newest change that is here, or was.
    pub fn latest_ms(&mut self) -> Result<u64, StoreError> {
        let latest = meta::<i64>(&self.db, "latest")?.unwrap_or(0);
        Ok(u64::try_from(latest).unwrap_or(0))
    }

    /// Devices whose clocks are ahead of this machine's, by how many milliseconds, as the times of changes say that were received just now.
    /// `before` is [`Store::latest_ms`] from before them.
    pub fn ahead(
        &mut self,
        times: Vec<(u64, DeviceId)>,
        before: u64,
    ) -> Result<BTreeMap<DeviceId, u64>, StoreError> {
        let now = now_ms();
        if self.latest_ms()? <= now.saturating_add(LIMIT) {
            return Ok(BTreeMap::new());
        }
        let found = jumps(times, before, now);
        let own = self.device();
        let mut ahead = BTreeMap::new();
        for (device, by) in found {
            let heard: Option<i64> = self
                .db
                .prepare_cached("SELECT heard FROM devices WHERE device = ?1")?
                .query_row([&device.0[..]], |r| r.get(0))
                .optional()?;
            // What was not taken may not be its own, and says nothing of it.
            let heard = heard.and_then(|h| u64::try_from(h).ok()).unwrap_or(0);
            if device != own && heard >= now.saturating_add(by) {
                ahead.insert(device, by);
            }
        }
        Ok(ahead)
    }
}

/// Who wrote changes that are ahead and not dated so for the sake of another's: by how much.
fn jumps(mut times: Vec<(u64, DeviceId)>, before: u64, now: u64) -> BTreeMap<DeviceId, u64> {
    times.sort_unstable();
    let late = now.saturating_add(LIMIT);
    let mut known = before;
    let mut ahead = BTreeMap::new();
    for (at, device) in times {
        if at > late && at > known.saturating_add(NEAR) {
            ahead.insert(device, at.saturating_sub(now));
        }
        known = known.max(at);
    }
    ahead
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;
    const NOW: u64 = 1_000_000 * MINUTE;

    fn device(n: u8) -> DeviceId {
        DeviceId([n; 32])
    }

    fn found(times: &[(u64, u8)], before: u64) -> Vec<(u8, u64)> {
        let times = times.iter().map(|(at, n)| (*at, device(*n))).collect();
        let found = jumps(times, before, NOW).into_iter();
        found.map(|(d, by)| (d.0[0], by / MINUTE)).collect()
    }

    #[test]
    fn ten_minutes_are_let_pass_and_more_is_not() {
        let (ten, more) = (NOW + 10 * MINUTE, NOW + 12 * MINUTE);
        assert_eq!(found(&[(NOW - 5, 1), (ten, 2)], 0), []);
        assert_eq!(found(&[(NOW, 1), (more, 2), (ten, 3)], NOW), [(2, 12)]);
        assert_eq!(found(&[], NOW), []);
        assert_eq!(found(&[(u64::MAX, 1)], 0).len(), 1);
    }

    #[test]
    fn whoever_only_dates_a_change_behind_anothers_has_no_wrong_clock() {
        let ahead = NOW + 120 * MINUTE;
        // In one parcel, in whatever order, and in one that comes later.
        assert_eq!(found(&[(ahead + 1, 2), (ahead, 1)], NOW), [(1, 120)]);
        assert_eq!(found(&[(ahead + 2, 3)], ahead + 1), []);
        // The one with the wrong clock goes on from its clock.
        let later = ahead + 5 * MINUTE;
        assert_eq!(found(&[(later, 1), (ahead + 3, 2)], ahead + 2), [(1, 125)]);
    }
}
