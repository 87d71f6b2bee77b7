//! Changes that somebody else made become part of a document. Owns the order of checks and what happens when Automerge panics. Must not
//! know who may write what: that is `log`'s.

use super::crdt::{ActorId, Doc};
use super::gate::{self, ApplyError, Known};
use automerge::{Change, ChangeHash, ObjId};
use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Hash and time of a change that was applied.
pub type Applied = ([u8; 32], u64);

/// Whether a change may be applied: always [`gate::judge`], but in tests of what happens without it.
type Judge<'a> = &'a dyn Fn(&Change, &Known<'_>) -> Result<(), ApplyError>;

impl Doc {
    /// Applies changes in order, each with the actor that its log demands, each only if our own writer could have made it (module `gate`). On an
    /// error nothing after the bad change is applied, and what was applied is not to be relied on: drop the document. Returns hash and
    /// time of each change.
    pub fn apply<'a>(
        &mut self,
        changes: impl IntoIterator<Item = (&'a [u8], &'a ActorId)>,
    ) -> Result<Vec<Applied>, ApplyError> {
        let tables = self.table_ids();
        changes
            .into_iter()
            .map(|(chunk, actor)| self.apply_one(chunk, actor, &tables, &gate::judge))
            .collect()
    }

    /// Applies what can be applied, in order, and says of each change whether it was. A change that makes Automerge panic leaves nothing
    /// behind: the document is built once more without it. What depends on a refused change is refused for that.
    pub fn apply_each<'a>(
        &mut self,
        changes: impl IntoIterator<Item = (&'a [u8], &'a ActorId)>,
    ) -> Vec<Result<Applied, ApplyError>> {
        let changes: Vec<_> = changes.into_iter().collect();
        self.apply_each_judged(&changes, &gate::judge)
    }

    pub(super) fn apply_each_judged(
        &mut self,
        changes: &[(&[u8], &ActorId)],
        judge: Judge<'_>,
    ) -> Vec<Result<Applied, ApplyError>> {
        let tables = self.table_ids();
        let mut broke = BTreeSet::new();
        // Each round leaves out one change more than the last, so it ends.
        loop {
            let mut doc = self.clone();
            let mut results = Vec::with_capacity(changes.len());
            let panicked = changes.iter().enumerate().find_map(|(at, (chunk, actor))| {
                let result = if broke.contains(&at) {
                    Err(ApplyError::Panicked)
                } else {
                    doc.apply_one(chunk, actor, &tables, judge)
                };
                let new = result == Err(ApplyError::Panicked) && !broke.contains(&at);
                results.push(result);
                new.then_some(at)
            });
            match panicked {
                Some(at) => broke.insert(at),
                None => {
                    *self = doc;
                    return results;
                }
            };
        }
    }

    /// Applies one change. On an error the document is as it was, but for [`ApplyError::Panicked`].
    fn apply_one(
        &mut self,
        chunk: &[u8],
        actor: &ActorId,
        tables: &[ObjId],
        judge: Judge<'_>,
    ) -> Result<Applied, ApplyError> {
        let change = gate::decode(chunk)?;
        let previous = self.last.get(actor).copied();
        let known = Known {
            doc: &self.doc,
            tables,
            actor,
            before: (self.changes_by(actor) as u64, previous),
            below: self.below(change.deps()),
            repeats: self.repeats(change.deps(), previous),
        };
        // What Automerge makes of a decoded change may panic as well as decoding it. Nothing is written yet.
        catch_unwind(AssertUnwindSafe(|| judge(&change, &known)))
            .map_err(|_| ApplyError::Decode("it made the decoder panic".into()))??;
        let about = self.about(&change);
        // An error in the midst of applying leaves as little to rely on as a panic.
        catch_unwind(AssertUnwindSafe(|| self.doc.apply_changes([change])))
            .map_err(|_| ApplyError::Panicked)?
            .map_err(|_| ApplyError::Panicked)?;
        let applied = (about.hash.0, about.time);
        self.remember(about);
        Ok(applied)
    }

    fn table_ids(&self) -> Vec<ObjId> {
        self.tables.values().cloned().collect()
    }

    /// The highest operation counter of a change's dependencies; `None` where one is not here.
    fn below(&self, deps: &[ChangeHash]) -> Option<u64> {
        let counters: Option<Vec<u64>> = deps
            .iter()
            .map(|dep| self.places.get(dep).map(|place| place.max_op))
            .collect();
        // What depends on nothing does not even know the first change.
        counters?.into_iter().max()
    }

    /// Whether a dependency other than the actor's previous change stands behind another one: whoever writes names the heads alone.
    fn repeats(&self, deps: &[ChangeHash], previous: Option<ChangeHash>) -> bool {
        if deps.len() < 2 {
            return false;
        }
        let named: HashSet<ChangeHash> = deps
            .iter()
            .filter(|dep| Some(**dep) != previous)
            .copied()
            .collect();
        // A change's counter is above those of all that it stands on, so nothing below the lowest named one needs a look.
        let lowest = named
            .iter()
            .filter_map(|dep| self.places.get(dep))
            .map(|place| place.max_op)
            .min();
        let Some(lowest) = lowest else { return false };
        let behind = |hash: &ChangeHash| self.places.get(hash).map_or(&[][..], |p| &p.deps);
        let mut waiting: Vec<ChangeHash> = deps.iter().flat_map(behind).copied().collect();
        let mut looked_at = HashSet::new();
        while let Some(hash) = waiting.pop() {
            if named.contains(&hash) {
                return true;
            }
            let low = self.places.get(&hash).is_none_or(|p| p.max_op <= lowest);
            if !low && looked_at.insert(hash) {
                waiting.extend(behind(&hash));
            }
        }
        false
    }
}

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;
