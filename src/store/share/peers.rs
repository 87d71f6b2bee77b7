//! Machines of the team that this one met: when, where they can be reached, and up to what they have had everything. Owns the table `peers`.
//! Must not know addresses: they are texts here. Nothing of it decides what is sent.

use super::super::Store;
use super::super::error::StoreError;
use super::super::inner::now_ms;
use super::super::local::Purpose;
use super::news::COUNTED_SINCE;
use super::{Pair, documents};
use crate::log::DeviceId;
use rusqlite::params;
use std::collections::{HashMap, HashSet};

/// So many addresses of a machine are kept.
const MOST_ADDRESSES: usize = 16;

/// A machine that this one met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// Which.
    pub device: DeviceId,
    /// When last, milliseconds since 1970 UTC.
    pub at_ms: u64,
    /// Where it could be reached.
    pub addresses: Vec<String>,
    /// Envelopes that came into the file since, and that it may have.
    pub waiting: usize,
}

impl Store {
    /// Notes where a machine of the team can be reached.
    pub fn note_addresses(
        &mut self,
        peer: &DeviceId,
        addresses: &[String],
    ) -> Result<(), StoreError> {
        let addresses = &addresses[..addresses.len().min(MOST_ADDRESSES)];
        let known = self.addresses()?.into_iter().find(|(d, _)| d == peer);
        if addresses.is_empty() || known.is_some_and(|(_, known)| known == addresses) {
            return Ok(());
        }
        self.write(|work| {
            let keys = &work.inner.keys;
            let sealed = keys.seal_value(Purpose::Reached, &peer.0, &addresses)?;
            work.db
                .prepare_cached(
                    "INSERT INTO peers (device, met, upto, sealed) VALUES (?1, 0, 0, ?2)
                     ON CONFLICT (device) DO UPDATE SET sealed = excluded.sealed",
                )?
                .execute(params![&peer.0[..], sealed])?;
            Ok(())
        })
    }

    /// Notes that a machine has everything that it may have, up to an envelope.
    pub fn note_met(&mut self, peer: &DeviceId, upto: i64) -> Result<(), StoreError> {
        let now = i64::try_from(now_ms()).unwrap_or(i64::MAX);
        self.write(|work| {
            work.db
                .prepare_cached(
                    "INSERT INTO peers (device, met, upto, sealed) VALUES (?1, ?2, ?3, NULL)
                     ON CONFLICT (device) DO UPDATE SET met = excluded.met, upto = max(upto, excluded.upto)",
                )?
                .execute(params![&peer.0[..], now, upto])?;
            Ok(())
        })
    }

    /// Where machines of the team could be reached.
    pub fn addresses(&mut self) -> Result<Vec<(DeviceId, Vec<String>)>, StoreError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT device, sealed FROM peers WHERE sealed IS NOT NULL")?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let (device, sealed): (DeviceId, Vec<u8>) = (DeviceId(row.get(0)?), row.get(1)?);
            let open = self
                .inner
                .keys
                .open_value(Purpose::Reached, &device.0, &sealed);
            all.extend(open.map(|addresses| (device, addresses)));
        }
        Ok(all)
    }

    /// Machines that were met or whose address is known.
    pub fn met(&mut self) -> Result<Vec<Met>, StoreError> {
        let tx = self.db.transaction()?;
        let mut found: Vec<(DeviceId, i64, i64, Vec<String>)> = Vec::new();
        {
            let mut statement =
                tx.prepare_cached("SELECT device, met, upto, sealed FROM peers ORDER BY device")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let device = DeviceId(row.get(0)?);
                let sealed: Option<Vec<u8>> = row.get(3)?;
                let keys = &self.inner.keys;
                let open = |s: Vec<u8>| keys.open_value(Purpose::Reached, &device.0, &s);
                let addresses = sealed.and_then(open).unwrap_or_default();
                found.push((device, row.get(1)?, row.get(2)?, addresses));
            }
        }
        let here = documents(&tx, &self.inner)?;
        let mut all = Vec::new();
        for (device, met, upto, addresses) in found {
            let pair = Pair::new(&tx, &mut self.inner, &device)?;
            let may: HashSet<i64> = here
                .iter()
                .filter(|(_, _, reference)| pair.peer_may(reference))
                .map(|(row, ..)| *row)
                .collect();
            let mut statement = tx.prepare_cached(COUNTED_SINCE)?;
            let counts: HashMap<i64, i64> = statement
                .query_map([upto], |r| Ok((r.get(0)?, r.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let waiting = counts.iter().filter(|(row, _)| may.contains(row));
            all.push(Met {
                device,
                at_ms: u64::try_from(met).unwrap_or(0),
                addresses,
                waiting: usize::try_from(waiting.map(|(_, n)| n).sum::<i64>()).unwrap_or(0),
            });
        }
        tx.commit()?;
        Ok(all)
    }
}
