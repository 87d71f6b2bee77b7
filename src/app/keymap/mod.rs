//! Which keys mean which action. Ours and the user's files are read by one loader ([`load`]); a [`KeyMap`] that exists is whole.
//! This folder alone knows crokey and, through it, crossterm's key type.

pub mod key;
pub mod load;
pub mod trie;

use super::action::{ActionId, TABLE};
use super::screen::Screen;
use crokey::KeyCombination;
use std::collections::BTreeMap;
use trie::{Found, Trie};

/// Keys pressed one after the other; most have one.
pub type Sequence = Vec<KeyCombination>;

/// A whole key map: a trie for each screen.
#[derive(Clone, Debug)]
pub struct KeyMap {
    bindings: BTreeMap<ActionId, Vec<Sequence>>,
    tries: [Trie; Screen::ALL.len()],
}

impl KeyMap {
    /// From bindings that [`load`] has checked.
    fn new(bindings: BTreeMap<ActionId, Vec<Sequence>>) -> Self {
        let tries = Screen::ALL.map(|screen| {
            let mut trie = Trie::default();
            for action in TABLE.iter().filter(|a| a.on(screen)) {
                for sequence in bindings.get(&action.id).into_iter().flatten() {
                    trie.insert(sequence, action.id);
                }
            }
            trie
        });
        Self { bindings, tries }
    }

    /// What the keys typed so far mean on a screen.
    pub fn find(&self, screen: Screen, typed: &[KeyCombination]) -> Found {
        self.trie(screen).find(typed)
    }

    /// How an unfinished sequence can go on: next key and action, in order of the table.
    pub fn continuations(
        &self,
        screen: Screen,
        typed: &[KeyCombination],
    ) -> Vec<(String, ActionId)> {
        let mut out = Vec::new();
        for action in TABLE.iter().filter(|a| a.on(screen)) {
            for sequence in self.bindings.get(&action.id).into_iter().flatten() {
                if sequence.len() > typed.len() && sequence.starts_with(typed) {
                    out.push((key::sequence_label(&sequence[typed.len()..]), action.id));
                }
            }
        }
        out
    }

    /// The keys of an action as printed, the first binding first. Empty where nothing is bound.
    pub fn labels(&self, action: ActionId) -> Vec<String> {
        self.bindings
            .get(&action)
            .into_iter()
            .flatten()
            .map(|s| key::sequence_label(s))
            .collect()
    }

    /// The first key of an action as printed.
    pub fn label(&self, action: ActionId) -> Option<String> {
        self.bindings
            .get(&action)?
            .first()
            .map(|s| key::sequence_label(s))
    }

    /// The bindings of an action.
    pub fn sequences(&self, action: ActionId) -> &[Sequence] {
        self.bindings.get(&action).map_or(&[], Vec::as_slice)
    }

    fn trie(&self, screen: Screen) -> &Trie {
        &self.tries[screen as usize]
    }
}
