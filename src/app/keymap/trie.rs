//! A tree of key sequences: what is typed so far is an action, a beginning, or nothing.

use crate::app::action::ActionId;
use crokey::KeyCombination;

/// What a sequence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// This action.
    Action(ActionId),
    /// The beginning of at least one sequence.
    Beginning,
    /// Nothing.
    Nothing,
}

/// One node; the root is the empty sequence.
#[derive(Clone, Debug, Default)]
pub struct Trie {
    action: Option<ActionId>,
    next: Vec<(KeyCombination, Trie)>,
}

impl Trie {
    /// Adds a sequence; a sequence added twice keeps its first action (the loader refuses such maps).
    pub fn insert(&mut self, sequence: &[KeyCombination], action: ActionId) {
        let Some((first, rest)) = sequence.split_first() else {
            self.action.get_or_insert(action);
            return;
        };
        let at = match self.next.iter().position(|(k, _)| k == first) {
            Some(at) => at,
            None => {
                self.next.push((*first, Self::default()));
                self.next.len() - 1
            }
        };
        self.next[at].1.insert(rest, action);
    }

    /// Follows keys from the root.
    pub fn find(&self, typed: &[KeyCombination]) -> Found {
        let mut node = self;
        for key in typed {
            match node.next.iter().find(|(k, _)| k == key) {
                Some((_, next)) => node = next,
                None => return Found::Nothing,
            }
        }
        match node.action {
            Some(action) => Found::Action(action),
            None if node.next.is_empty() => Found::Nothing,
            None => Found::Beginning,
        }
    }
}
