//! Carriers: folders of devices without a person. Owns what such a folder holds besides everybody's tables, and that it is never taken for a
//! person's. A carrier keeps what others wrote, encrypted, and passes it on; it has no document key, keeps none that is sent to it, writes
//! nothing of its own, and holds nothing that is private to somebody, encrypted or not. Must not know how anything travels.

mod examine;
mod packs;
mod take;

pub use examine::{check_document, repair};
pub use packs::for_parcel;
pub use take::take;

use super::error::StoreError;
use super::inner::{meta, set_meta};
use crate::log::DeviceId;
use rusqlite::Connection;

/// Name of the note in the file that it is a carrier's.
const CARRIER: &str = "carrier";

/// Tables that only a carrier's file has.
const TABLES: &str = "
-- bytes of a log's envelopes that are here, for its quota
CREATE TABLE carried_logs (log INTEGER PRIMARY KEY, bytes INTEGER NOT NULL);
-- packs with their headers as they came, since nobody can read them here: of one document as many as it takes
CREATE TABLE carried_packs (n INTEGER PRIMARY KEY, doc INTEGER NOT NULL, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL);
CREATE INDEX carried_packs_doc ON carried_packs (doc);
";

/// Whether a team's file is a carrier's.
pub fn is_carrier(db: &Connection) -> Result<bool, StoreError> {
    Ok(meta::<i64>(db, CARRIER)?.is_some())
}

/// Makes a file a carrier's, inside the transaction that makes the team.
pub fn found(tx: &Connection) -> Result<(), StoreError> {
    tx.execute_batch(TABLES)?;
    set_meta(tx, CARRIER, 1_i64)
}

/// Lets go of what these tables hold of a document that is being destroyed.
pub fn forget(db: &Connection, doc: i64) -> Result<(), StoreError> {
    db.execute(
        "DELETE FROM carried_logs WHERE log IN (SELECT id FROM logs WHERE doc = ?1)",
        [doc],
    )?;
    db.execute("DELETE FROM carried_packs WHERE doc = ?1", [doc])?;
    Ok(())
}

impl super::Store {
    /// Devices that carry for the team today.
    pub fn carriers(&mut self) -> Result<Vec<DeviceId>, StoreError> {
        let tx = self.db.transaction()?;
        let state = self.inner.rights(&tx)?;
        tx.commit()?;
        Ok(state.carriers.iter().copied().collect())
    }
}
