//! The store: one SQLite file that holds signed, encrypted envelopes and what was read out of them. Owns transactions, local keys,
//! views and undo. Must not know: the network, the terminal, the rules' today.
//!
//! What is promised: an edit that was reported saved survives a kill and a full disk, with several programs on the same file at once; no
//! readable name, mark or note stands in the file; start-up loads no document.
//!
//! A handle belongs to one thread. Every write is one `BEGIN IMMEDIATE` transaction in which documents are first brought up to the file.

mod ahead;
mod aside;
mod authority;
mod backup;
mod carry;
mod check;
mod checked;
mod commit;
mod confirmed;
mod contested;
mod counts;
mod cuts;
mod destroy;
mod devices;
mod documents;
mod early;
mod erase;
mod error;
mod files;
mod founding;
mod guard;
mod heal;
mod hidden;
mod history;
mod inner;
mod invitations;
mod joining;
pub mod keyfile;
mod keys;
mod lacking;
mod local;
mod locked;
mod margin;
mod open;
mod others;
mod outside;
mod packs;
mod pairing;
mod parcel;
mod partial;
mod place;
mod presence;
mod proofs;
mod receive;
mod removal;
mod repair;
mod restore;
mod rewrite;
mod room;
mod rows;
mod salvage;
mod schema;
mod seed;
mod share;
mod snapshot;
mod squeeze;
mod statements;
mod stood;
mod subject;
mod undo;
mod views;
mod watch;

pub use aside::Lost;
pub use authority::ForkSeen;
pub use backup::{BackupError, Wrapping, needs_passphrase};
pub use check::{Counts, Finding, Health};
pub use checked::Checked;
pub use commit::{Committed, FieldName};
pub use confirmed::{ErasureSeen, Machine, Told};
pub use counts::{Counts as SignedCounts, NotArrived};
pub use cuts::{LogStand, Proposal, Said, Trust};
pub use devices::DeviceSeen;
pub use erase::{Erasing, Erasure, Stage, WAIT_DAYS};
pub use error::{EnvelopeFault, StoreError};
pub use files::{TEAM_FILE, check_folder, team_file};
pub use founding::NewTeam;
pub use guard::{Era, Why as EraBegan};
pub use heal::Repaired;
pub use inner::Counters;
pub use invitations::{
    Asking, Confirmed, Invitation, Knock, MOST_REQUESTS, OPEN_MS, Request, Standing, TRIES,
    WordPlaces,
};
pub use joining::Joining;
pub use keyfile::{KeyFile, Passphrase, Protection, Secrets, key_file};
pub use lacking::Lack;
pub use others::{Elsewhere, How};
pub use packs::PackedLogs;
pub use pairing::{PairingError, Turned};
pub use parcel::{Parcel, Received, Record};
pub use partial::InPart;
pub use removal::{HandOver, Leaving, Means, Removal, RemovalError, Removed, RightsChange};
pub use restore::{Restored, restore};
pub use rewrite::Quarantined;
pub use room::Tidied;
pub use salvage::{Salvage, Sentences};
pub use schema::FORMAT;
pub use seed::{Seed, Seeded, device_under, folder_under};
pub use share::{Audiences, Digest, Gift, LogEnd, Met, News, Shelf, ShelfDoc, digest_of};
pub use subject::{Mention, Subject, SubjectDocument, Written};
pub use views::SUMMARY_BYTES;
pub use watch::{Watch, WatchKind};

use crate::document::{DocRef, Edit, Rows};
use crate::domain::team::Team;
use crate::domain::{Person, PersonId};
use crate::log::{DeviceId, TeamId};
use commit::Work;
pub(crate) use inner::now_ms;
use inner::{Inner, day_of};
use rusqlite::{Connection, TransactionBehavior};
use snapshot::{Snapshot, Unreadable};
use std::path::{Path, PathBuf};
use undo::Way;
use views::InHand;

/// Name of the note in the file that a team has been founded and not yet written.
const UNFINISHED: &str = "unfinished";

/// A handle on a data folder.
pub struct Store {
    dir: PathBuf,
    db: Connection,
    inner: Inner,
    snapshot: Option<Snapshot>,
    day: chrono::NaiveDate,
    data_version: i64,
    /// Documents that were looked through for what was written apart: their heads then, and whether something was found.
    looked: contested::Looked,
    /// Of a team that was founded with this handle, until somebody takes it.
    recovery: Option<ed25519_dalek::SigningKey>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("dir", &self.dir).finish()
    }
}

impl Store {
    /// The data folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whose folder it is.
    pub fn me(&self) -> &PersonId {
        &self.inner.me
    }

    /// What others wrap document keys for this device to: an age recipient.
    pub fn recipient(&self) -> String {
        self.inner.identity.to_public().to_string()
    }

    /// This device.
    pub fn device(&self) -> DeviceId {
        self.inner.device_id()
    }

    /// Which team it is.
    pub fn team_id(&self) -> TeamId {
        self.inner.team
    }

    /// The device's secret key, which is the network endpoint's as well.
    pub fn device_secret(&self) -> zeroize::Zeroizing<[u8; 32]> {
        zeroize::Zeroizing::new(self.inner.device.to_bytes())
    }

    /// How much work this handle has done.
    pub fn counters(&self) -> Counters {
        self.inner.counters.get()
    }

    /// The first day on which figures of the team are to be right: that on which the folder was opened, unless this is called. For an
    /// earlier one more has to be read of some people.
    pub fn figures_from(&mut self, day: chrono::NaiveDate) {
        self.day = day;
    }

    /// The team as it stands, from bases and summaries; what did not change since the last call is the same `Arc`.
    pub fn team(&mut self) -> Result<Team, StoreError> {
        let today = day_of(now_ms());
        let unreadable = self.read_snapshot(today)?;
        if !unreadable.is_empty() {
            self.rebuild(&unreadable)?;
            self.snapshot = None;
            let again = self.read_snapshot(today)?;
            if !again.is_empty() {
                return Err(StoreError::Damaged {
                    path: team_file(&self.dir),
                    why: format!(
                        "{} views cannot be read nor made again",
                        again.people.len() + again.bases.len()
                    ),
                });
            }
        }
        self.mend()?;
        // Read just above.
        self.snapshot
            .as_ref()
            .map(|s| s.team().clone())
            .ok_or(StoreError::Encode("the team"))
    }

    fn read_snapshot(&mut self, today: chrono::NaiveDate) -> Result<Unreadable, StoreError> {
        let tx = self.db.transaction()?;
        let (new, unreadable) = Snapshot::read(
            &tx,
            &mut self.inner,
            self.snapshot.as_ref(),
            today,
            self.day,
        )?;
        tx.commit()?;
        if unreadable.is_empty() {
            self.snapshot = Some(new);
        }
        Ok(unreadable)
    }

    /// The team again if anything in it changed since `team` was read.
    pub fn refresh(&mut self, team: &Team) -> Result<Option<Team>, StoreError> {
        let now = self.team()?;
        Ok((!team.same_parts(&now)).then_some(now))
    }

    /// A person with detail; `None` where this folder holds nothing of them.
    pub fn person(&mut self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        let key = self.inner.keys.person(id);
        let tx = self.db.transaction()?;
        if destroy::is_erased(&tx, &self.inner, id)? {
            return Ok(None);
        }
        let there: bool = tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM documents WHERE person = ?1)")?
            .query_row([&key[..]], |r| r.get(0))?;
        let person = match there {
            true => Some(views::read_person(
                &tx,
                &mut self.inner,
                id,
                &InHand::new(),
            )?),
            false => None,
        };
        tx.commit()?;
        self.mend()?;
        Ok(person)
    }

    /// The rows of a document; empty where nothing was written to it.
    pub fn rows(&mut self, doc: &DocRef) -> Result<Rows, StoreError> {
        let tx = self.db.transaction()?;
        if let Some(person) = &doc.person
            && destroy::is_erased(&tx, &self.inner, person)?
        {
            return Ok(Rows::default());
        }
        let rows = views::read_rows(&tx, &mut self.inner, doc)?;
        tx.commit()?;
        self.mend()?;
        Ok(rows)
    }

    /// Saves an edit: when this returns, it is on the disk.
    pub fn commit(&mut self, edit: &Edit) -> Result<Committed, StoreError> {
        self.write(|work| commit::apply_edit(work, edit))
    }

    /// Takes back this device's last step that is not undone; `None` where there is none.
    pub fn undo(&mut self) -> Result<Option<Committed>, StoreError> {
        self.write(|work| undo::step(work, Way::Undo))
    }

    /// Does the step again that was undone last; `None` where there is none.
    pub fn redo(&mut self) -> Result<Option<Committed>, StoreError> {
        self.write(|work| undo::step(work, Way::Redo))
    }

    /// Whether another program wrote to the file since this was last asked.
    pub fn data_changed(&mut self) -> Result<bool, StoreError> {
        let now = self.read_data_version()?;
        Ok(std::mem::replace(&mut self.data_version, now) != now)
    }

    /// Calls `wake` from another thread whenever a program, this one included, may have written. Ends when the watch is dropped.
    pub fn watch(&self, wake: impl Fn() + Send + Sync + 'static) -> Result<Watch, StoreError> {
        Watch::start(&self.dir, wake)
    }

    /// Waits until whoever is writing has written, so that what was written before this call can be seen after it. The system reports a
    /// write when it is made, which is before its transaction is over.
    pub fn wait_for_writers(&mut self) -> Result<(), StoreError> {
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(tx.rollback()?)
    }

    fn read_data_version(&self) -> Result<i64, StoreError> {
        Ok(self
            .db
            .pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// One transaction. Documents in hand return to memory only after the file has them; on any failure memory is dropped.
    fn write<T>(
        &mut self,
        f: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let done = Self::transact(&mut self.db, &mut self.inner, f);
        match done {
            Ok((value, in_hand)) => {
                for (_, loaded) in in_hand {
                    self.inner.keep(loaded);
                }
                Ok(value)
            }
            Err(error) => {
                self.inner.forget();
                Err(error)
            }
        }
    }

    fn transact<T>(
        db: &mut Connection,
        inner: &mut Inner,
        f: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, InHand), StoreError> {
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        guard::enter(&tx, inner)?;
        let mut work = Work::new(&tx, inner)?;
        let value = f(&mut work)?;
        let (in_hand, appended) = (work.in_hand, work.appended);
        let record = match appended {
            true => guard::advance(&tx, inner)?,
            false => None,
        };
        tx.commit()?;
        if let Some(record) = record {
            guard::follow(inner, &record);
        }
        tracing::debug!(documents = in_hand.len(), "written");
        Ok((value, in_hand))
    }

    /// Makes views again that could not be read.
    fn rebuild(&mut self, unreadable: &Unreadable) -> Result<(), StoreError> {
        self.inner
            .count(|c| c.rebuilt += (unreadable.people.len() + unreadable.bases.len()) as u64);
        self.write(|work| work.rebuild(unreadable))
    }

    /// Writes the views again of documents whose view did not open while reading.
    fn mend(&mut self) -> Result<(), StoreError> {
        let stale = std::mem::take(&mut self.inner.stale);
        if stale.is_empty() {
            return Ok(());
        }
        self.write(|work| work.mend(&stale))
    }
}

#[cfg(test)]
pub(crate) mod tests;
