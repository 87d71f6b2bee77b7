//! Envelopes as they stand in the file: whole, or a header whose change stands in the document's pack. Owns reading the table `envelopes`.
//! Must not know what becomes of an envelope.

use super::super::checked::Remembered;
use super::super::error::{EnvelopeFault, StoreError};
use super::super::inner::Inner;
use super::super::packs;
use super::{Loaded, fault};
use crate::log::signed::SIGNED_LEN;
use crate::log::{DeviceId, Envelope, EnvelopeError, Epoch, Header, Kept, LogId, SignedHeader};
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// An envelope in the file.
pub(super) enum Stored {
    Whole(Envelope),
    /// Its change stands in the document's pack.
    Header(SignedHeader),
}

impl Stored {
    /// Checks form, and the signature where this handle has not found the same bytes good before.
    fn read(bytes: &[u8], packed: bool, checked: &Remembered) -> Result<Self, EnvelopeError> {
        let known = checked.knows(bytes);
        let stored = match packed {
            false => {
                let envelope = Envelope::decode(bytes)?;
                if !known {
                    envelope.verify()?;
                }
                Self::Whole(envelope)
            }
            true => {
                let length = |_| EnvelopeError::Length(bytes.len());
                let signed =
                    SignedHeader::decode(<&[u8; SIGNED_LEN]>::try_from(bytes).map_err(length)?)?;
                if !known {
                    signed.verify()?;
                }
                Self::Header(signed)
            }
        };
        if !known {
            checked.add(bytes);
        }
        Ok(stored)
    }

    fn header(&self) -> &Header {
        match self {
            Self::Whole(envelope) => &envelope.header,
            Self::Header(signed) => &signed.header,
        }
    }
}

impl Loaded {
    /// All envelopes, each with its number, checked for form, signature and place, and with the change that a pack holds for it.
    pub fn envelopes(
        &self,
        db: &Connection,
        inner: &Inner,
    ) -> Result<Vec<(i64, Kept)>, StoreError> {
        let rows = self.rows_after(db, inner, 0)?;
        // A pack holds the changes of a log in the order of their places.
        let mut packed: Vec<(LogId, u64, usize)> = Vec::new();
        for (at, (_, row)) in rows.iter().enumerate() {
            if let Stored::Header(signed) = row {
                packed.push((signed.header.log, signed.header.seq, at));
            }
        }
        packed.sort_unstable();
        let mut changes: HashMap<usize, Kept> = HashMap::new();
        if !packed.is_empty() {
            let mut pack = packs::Opened::of(db, inner, &self.reference, self.row)?;
            for (_, _, at) in packed {
                if let Stored::Header(signed) = &rows[at].1 {
                    let next = pack.next(signed.clone());
                    changes.insert(at, next.map_err(|why| packs::fault(&self.id, why))?);
                }
            }
        }
        let kept = rows.into_iter().enumerate().filter_map(|(at, (n, row))| {
            let kept = match row {
                Stored::Whole(envelope) => Some(Kept::Whole(envelope)),
                Stored::Header(_) => changes.remove(&at),
            };
            Some((n, kept?))
        });
        Ok(kept.collect())
    }

    /// The envelopes beyond a number as they stand in the file.
    pub(super) fn rows_after(
        &self,
        db: &Connection,
        inner: &Inner,
        after: i64,
    ) -> Result<Vec<(i64, Stored)>, StoreError> {
        inner.count(|c| c.queries += 1);
        let mut statement = db.prepare_cached(
            "SELECT e.n, e.bytes, e.packed, l.device, l.epoch FROM envelopes e JOIN logs l ON l.id = e.log
             WHERE e.doc = ?1 AND e.n > ?2 ORDER BY e.n",
        )?;
        let mut rows = statement.query(params![self.row, after])?;
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            let (n, bytes, packed): (i64, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (device, epoch): ([u8; 32], [u8; 8]) = (row.get(3)?, row.get(4)?);
            let log = LogId {
                doc: self.id,
                device: DeviceId(device),
                epoch: Epoch(u64::from_be_bytes(epoch)),
            };
            let stored = Stored::read(&bytes, packed == 1, &inner.checked)
                .map_err(|e| fault(&self.id, n, e.into()))?;
            let header = stored.header();
            if header.log != log || header.team != inner.team {
                return Err(fault(&self.id, n, EnvelopeFault::Elsewhere));
            }
            read.push((n, stored));
        }
        inner.count(|c| c.envelopes += read.len() as u64);
        Ok(read)
    }
}
