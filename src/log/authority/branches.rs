//! Which of several branches of entries holds: the chain, forks, and what the recovery key names. Owns that choice. Must not know statements.

use super::entry::By;
use super::{Authority, AuthorityError, Fork, Known, State};
use crate::log::envelope::Position;
use std::collections::{BTreeSet, HashSet};

impl Authority {
    /// The state after an entry, whichever branch it is on.
    pub(super) fn state_behind(&self, hash: &[u8; 32]) -> Result<State, AuthorityError> {
        if self.fork.is_none() && self.chain.last() == Some(hash) {
            return Ok(self.state.clone());
        }
        let mut path = Vec::new();
        let mut at = *hash;
        while at != self.root {
            let known = self
                .known
                .get(&at)
                .ok_or(AuthorityError::Chain(path.len() as u64))?;
            path.push(&known.entry);
            at = known.entry.prev;
        }
        let mut state = self.first_state()?;
        for entry in path.into_iter().rev() {
            state
                .apply(entry)
                .map_err(|_| AuthorityError::Contradiction(entry.seq))?;
        }
        Ok(state)
    }

    fn first_state(&self) -> Result<State, AuthorityError> {
        let root = self.known.get(&self.root).ok_or(AuthorityError::Empty)?;
        State::first(&root.entry, self.root).map_err(|_| AuthorityError::Contradiction(0))
    }

    /// Finds the chain. The recovery key outranks the owner: where one entry of it follows, directly or behind the owner's, the chain leads
    /// there. Otherwise it follows the owner's entries; two of a rank in one place are a fork.
    pub(super) fn resolve(&mut self) {
        let mut chain = vec![self.root];
        let mut fork = None;
        loop {
            let at = chain[chain.len() - 1];
            let recoveries = self.recoveries(at);
            let next = match &recoveries[..] {
                [] => self.children_by(&at, By::Owner),
                [only] => {
                    chain.extend(only);
                    continue;
                }
                [first, rest @ ..] => {
                    let shared = (0..first.len())
                        .take_while(|n| rest.iter().all(|r| r.get(*n) == first.get(*n)))
                        .count();
                    chain.extend(&first[..shared]);
                    recoveries
                        .iter()
                        .filter_map(|r| r.get(shared))
                        .copied()
                        .collect::<BTreeSet<_>>()
                        .into_iter()
                        .collect()
                }
            };
            match next[..] {
                [] => break,
                [one] => chain.push(one),
                _ => {
                    let base = Position {
                        len: chain.len() as u64,
                        hash: chain[chain.len() - 1],
                    };
                    fork = Some(Fork {
                        base,
                        branches: next,
                    });
                    break;
                }
            }
        }
        // Every entry was applied once before it was taken, behind the same ones.
        if let Ok(state) = self.state_behind_all(&chain) {
            self.state = state;
        }
        self.branched = fork.as_ref().map_or_else(HashSet::new, |f| self.behind(f));
        let mut branched: Vec<&Known> = self
            .branched
            .iter()
            .filter_map(|h| self.known.get(h))
            .collect();
        branched.sort_by_key(|k| (k.len, *blake3::hash(&k.bytes).as_bytes()));
        if fork.is_some() {
            // What is taken away behind the fork is unknown to everything that names an entry before it.
            self.state.len += 1;
            for known in branched {
                self.state.take_removals(&known.entry);
            }
            self.state.len -= 1;
        }
        self.chain = chain;
        self.fork = fork;
    }

    /// Entries that follow one, of a rank, sorted.
    fn children_by(&self, hash: &[u8; 32], by: By) -> Vec<[u8; 32]> {
        let children = self.children.get(hash).map_or(&[][..], Vec::as_slice);
        let mut of: Vec<_> = children
            .iter()
            .filter(|h| self.known.get(*h).is_some_and(|k| k.entry.by == by))
            .copied()
            .collect();
        of.sort_unstable();
        of
    }

    /// The ways from an entry to each entry of the recovery key that is in force there.
    fn recoveries(&self, from: [u8; 32]) -> Vec<Vec<[u8; 32]>> {
        let mut found = Vec::new();
        let recovers = |k: &Known| k.entry.by == By::Recovery;
        if !self.known.values().any(recovers) {
            return found;
        }
        let mut open = vec![(from, Vec::new())];
        while let Some((at, way)) = open.pop() {
            for recovery in self.children_by(&at, By::Recovery) {
                found.push([&way[..], &[recovery]].concat());
            }
            for owners in self.children_by(&at, By::Owner) {
                open.push((owners, [&way[..], &[owners]].concat()));
            }
        }
        found.sort_unstable();
        found
    }

    fn state_behind_all(&self, chain: &[[u8; 32]]) -> Result<State, AuthorityError> {
        let mut state = self.first_state()?;
        for hash in &chain[1..] {
            if let Some(known) = self.known.get(hash) {
                state
                    .apply(&known.entry)
                    .map_err(|_| AuthorityError::Contradiction(known.entry.seq))?;
            }
        }
        Ok(state)
    }

    fn behind(&self, fork: &Fork) -> HashSet<[u8; 32]> {
        let mut all = HashSet::new();
        let mut open = fork.branches.clone();
        while let Some(hash) = open.pop() {
            if all.insert(hash) {
                open.extend(self.children.get(&hash).into_iter().flatten());
            }
        }
        all
    }
}
