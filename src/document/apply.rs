//! Changes that somebody else made become part of a document. Owns the order of checks and what happens when Automerge panics. Must not
//! know who may write what: that is `log`'s.

use super::change::ReadChange;
use super::crdt::{ActorId, Doc};
use super::gate::{self, ApplyError, Assignment, Known};
use automerge::{Change, ObjId};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Hash and time of a change that was applied.
pub type Applied = ([u8; 32], u64);

/// Whether a change may be applied, and what it assigns: always [`gate::judge`], but in tests of what happens without it.
type Judge<'a> = &'a dyn Fn(&Change, &Known<'_>) -> Result<Vec<Assignment>, ApplyError>;

/// Changes, or why one could not be read, with the actors that their logs demand.
type Offered<'a> = (Result<ReadChange, ApplyError>, &'a ActorId);

impl Doc {
    /// Applies changes in order, each with the actor that its log demands, each only if our own writer could have made it (module `gate`). On an
    /// error the bad change and all after it are left out, and the document stands as before them, but for [`ApplyError::Panicked`], after
    /// which it must be dropped. Returns hash and time of each change.
    pub fn apply<'a>(
        &mut self,
        changes: impl IntoIterator<Item = (&'a [u8], &'a ActorId)>,
    ) -> Result<Vec<Applied>, ApplyError> {
        let tables = self.table_ids();
        let mut good = Vec::new();
        let mut bad = None;
        let mut applied = Vec::new();
        for (chunk, actor) in changes {
            match self.admit(&(ReadChange::read(chunk), actor), &tables, &gate::judge) {
                Ok((change, about)) => {
                    good.push(change);
                    applied.push(about);
                }
                Err(why) => {
                    bad = Some(why);
                    break;
                }
            }
        }
        self.take_in(good)?;
        bad.map_or(Ok(applied), Err)
    }

    /// Applies what can be applied, in order, and says of each change whether it was. A change that makes Automerge panic leaves nothing
    /// behind: the document is built once more without it. What depends on a refused change is refused for that.
    pub fn apply_each<'a>(
        &mut self,
        changes: impl IntoIterator<Item = (&'a [u8], &'a ActorId)>,
    ) -> Vec<Result<Applied, ApplyError>> {
        let read = |(chunk, actor)| (ReadChange::read(chunk), actor);
        let changes: Vec<_> = changes.into_iter().map(read).collect();
        self.apply_each_judged(&changes, &gate::judge)
    }

    /// The same with changes that were read already.
    pub fn take_each<'a>(
        &mut self,
        changes: impl IntoIterator<Item = (&'a ReadChange, &'a ActorId)>,
    ) -> Vec<Result<Applied, ApplyError>> {
        let read = |(change, actor): (&ReadChange, _)| (Ok(change.clone()), actor);
        let changes: Vec<_> = changes.into_iter().map(read).collect();
        self.apply_each_judged(&changes, &gate::judge)
    }

    /// Takes one change that was read already. On an error the document stands as before, but for [`ApplyError::Panicked`], after which it must
    /// be dropped: nothing is copied first.
    pub fn take_next(
        &mut self,
        change: &ReadChange,
        actor: &ActorId,
    ) -> Result<Applied, ApplyError> {
        let tables = self.table_ids();
        let offered = (Ok(change.clone()), actor);
        let (change, applied) = self.admit(&offered, &tables, &gate::judge)?;
        self.take_in(vec![change])?;
        Ok(applied)
    }

    fn apply_each_judged(
        &mut self,
        changes: &[Offered<'_>],
        judge: Judge<'_>,
    ) -> Vec<Result<Applied, ApplyError>> {
        let tables = self.table_ids();
        let mut broke = BTreeSet::new();
        // Each round leaves out one change more than the last, so it ends.
        loop {
            let mut doc = self.clone();
            let mut good = Vec::new();
            let results: Vec<_> = changes
                .iter()
                .enumerate()
                .map(|(at, offered)| {
                    if broke.contains(&at) {
                        return Err(ApplyError::Panicked);
                    }
                    let (change, applied) = doc.admit(offered, &tables, judge)?;
                    good.push((at, change));
                    Ok(applied)
                })
                .collect();
            if doc.take_in(good.iter().map(|(_, c)| c.clone()).collect()) == Ok(()) {
                *self = doc;
                return results;
            }
            // Which one it was shows when they are taken in one by one; if it is none by itself, the last one is left out.
            let mut doc = self.clone();
            let panicked = good
                .iter()
                .find(|(_, change)| doc.take_in(vec![change.clone()]).is_err())
                .or(good.last());
            match panicked {
                Some((at, _)) => broke.insert(*at),
                None => return results,
            };
        }
    }

    /// Judges a change and remembers it; it has to be taken in afterwards. On an error everything is as it was.
    fn admit(
        &mut self,
        (change, actor): &Offered<'_>,
        tables: &[ObjId],
        judge: Judge<'_>,
    ) -> Result<(Change, Applied), ApplyError> {
        let change = change.clone()?.0;
        let known = Known {
            history: &self.history,
            tables,
            actor,
            before: (self.changes_by(actor) as u64, self.last.get(actor).copied()),
        };
        // What Automerge makes of a decoded change may panic as well as decoding it.
        let assignments = catch_unwind(AssertUnwindSafe(|| judge(&change, &known)))
            .map_err(|_| ApplyError::Decode("it made the decoder panic".into()))??;
        let applied = self.remember(&change, assignments);
        Ok((change, applied))
    }

    /// Hands changes to Automerge, all at once. An error in the midst of that leaves as little to rely on as a panic.
    fn take_in(&mut self, changes: Vec<Change>) -> Result<(), ApplyError> {
        catch_unwind(AssertUnwindSafe(|| self.doc.apply_changes(changes)))
            .map_err(|_| ApplyError::Panicked)?
            .map_err(|_| ApplyError::Panicked)
    }

    /// Judges a change that was made here: what a reader would refuse is not to go into a log.
    pub(super) fn judge_own(&self, change: &Change) -> Result<Vec<Assignment>, ApplyError> {
        let actor = change.actor_id();
        let known = Known {
            history: &self.history,
            tables: &self.table_ids(),
            actor,
            before: (self.changes_by(actor) as u64, self.last.get(actor).copied()),
        };
        gate::judge(change, &known)
    }

    fn table_ids(&self) -> Vec<ObjId> {
        self.tables.values().cloned().collect()
    }
}

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;
