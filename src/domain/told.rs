//! History as it is shown: sentences with their parts. Must not know: where they come from.

use super::ids::PersonId;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// One sentence of History, and its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// When, milliseconds since 1970 UTC, by the writer's clock.
    pub at: u64,
    /// Who wrote it, as the signed log has it; `None` where their device is not known here.
    pub author: Option<PersonId>,
    /// The beginning of the device's id; empty where it is not known.
    pub device: String,
    /// Whom it is about.
    pub person: Option<PersonId>,
    /// What was set.
    pub what: String,
    /// What stood before; none, one, or several that were written apart.
    pub before: Vec<String>,
    /// What was set; `None` where it was cleared or taken away.
    pub after: Option<String>,
    /// All of it.
    pub sentence: String,
    /// Whatever the place names, by id: a filter asks for them.
    pub about: Vec<String>,
}

impl Told {
    /// Whether it is about somebody or something.
    pub fn is_about(&self, id: &str) -> bool {
        self.person.as_ref().is_some_and(|p| p.as_str() == id) || self.about.iter().any(|a| a == id)
    }
}

/// The newest of what is told, and no more than so many: histories are read document by document and never held all at once.
#[derive(Clone, Debug, Default)]
pub struct Newest {
    most: usize,
    /// By time, then in order of coming.
    kept: BTreeMap<(Reverse<u64>, u64), Told>,
    came: u64,
}

impl Newest {
    /// At most so many.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            ..Self::default()
        }
    }

    /// Takes what one document tells, oldest first.
    pub fn take(&mut self, told: impl IntoIterator<Item = Told>) {
        for one in told {
            self.came += 1;
            self.kept
                .insert((Reverse(one.at), u64::MAX - self.came), one);
            if self.kept.len() > self.most {
                self.kept.pop_last();
            }
        }
    }

    /// How many older ones were left out.
    pub fn left_out(&self) -> u64 {
        self.came - self.kept.len() as u64
    }

    /// The newest first.
    pub fn all(&self) -> impl Iterator<Item = &Told> {
        self.kept.values()
    }
}
